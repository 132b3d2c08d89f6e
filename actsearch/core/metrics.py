"""A metric as a value: what code asks instead of testing a metric's name. Knows neither files nor NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """What a network is measured by. All fields are plain values, so that a file can hold them.

    Its value by guessing depends on the targets and the loss: `networks.keras_task.KerasTask.guessing` computes it.
    """

    name: str
    """Keras's, without `val_` or `test_`: `accuracy`."""
    higher_is_better: bool
    least: float | None = None
    """The lowest value that it can have; None: there is none."""
    most: float | None = None
    margin: float = 0.0
    """By what values must differ to matter, unless the user says otherwise; 0 where no scale is known beforehand."""
    is_mean_over_examples: bool = False
    """Whether it is the mean of a score of each example, which `predictions.npz` then tells of."""
    unit: str = ""
    """What its values are counted in, such as `rentals`: that of the targets. Empty: shares, and what has none."""
    plural: str = ""
    """What its values are called: `accuracies`; empty: `values of mae`."""
    short: str = ""
    """In short, for a figure with little room; empty: its name in words."""
    error: str = ""
    """Of a share, what 1 minus it is called."""
    note: str = ""
    """What a reader must know who takes it for another metric; empty: nothing."""

    @property
    def is_share(self) -> bool:
        """From 0 to 1, the more the better: 1 minus it is an error rate."""
        return self.higher_is_better and (self.least, self.most) == (0, 1)

    @property
    def in_words(self) -> str:
        return self.name.replace("_", " ")

    @property
    def with_unit(self) -> str:
        """`mae (rentals)`, where its values have a unit."""
        return f"{self.in_words} ({self.unit})" if self.unit else self.in_words

    @property
    def in_short(self) -> str:
        return self.short or self.in_words

    @property
    def error_in_words(self) -> str:
        """What 1 minus it is called: `error rate`, `binary error rate`."""
        return self.error or f"1 - {self.in_words}"

    @property
    def in_plural(self) -> str:
        return self.plural or f"values of {self.in_words}"

    @property
    def scale(self) -> str:
        """`accuracies are shares`, for a sentence about a number that is none."""
        if self.is_share:
            return f"{self.in_plural} are shares"
        return f"{self.in_plural} go from {self.least:g} to {self.most:g}" if self.is_bounded else ""

    @property
    def is_bounded(self) -> bool:
        return self.least is not None and self.most is not None

    @property
    def widest_difference(self) -> float:
        """The largest difference that two of its values can have."""
        return math.inf if self.least is None or self.most is None else self.most - self.least

    def better(self, a: float, b: float) -> bool:
        """Whether the value a is better than b."""
        return a > b if self.higher_is_better else a < b

    def within_bounds(self, low: float, high: float) -> tuple[float, float]:
        """An interval of its values, as far as it goes."""
        return (
            low if self.least is None else max(float(self.least), low),
            high if self.most is None else min(float(self.most), high),
        )
