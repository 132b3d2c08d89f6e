"""A contender of a comparison: an activation at one setting, its value for each seed, and what describes them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from actsearch.analysis.charts.targets import digits_of_target, first_epoch_reaching
from actsearch.analysis.comparisons.standards import CONFIDENCE
from actsearch.analysis.comparisons.summaries import (
    SEEDS_OF_AN_INTERQUARTILE_MEAN,
    clopper_pearson,
    interquartile_mean,
    interval_of_mean,
)
from actsearch.analysis.trials import trials_of_all
from actsearch.core.activation import Activation
from actsearch.core.looks_record import LooksRecord
from actsearch.core.measures import Measure
from actsearch.core.tasks import TEST, VALIDATION
from actsearch.core.trial_results import CandidateResult, TrialResult, median_seconds


@dataclass(frozen=True)
class Contender:
    """What is ranked: an activation at one setting, over its seeds."""

    label: str
    activation: Activation
    setting: Mapping[str, Any]
    trials: tuple[TrialResult, ...] = field(repr=False)
    values: np.ndarray
    """(seeds,), by `Comparison.seeds`; NaN where there is no value."""
    measure: Measure = field(repr=False)
    confidence: float = CONFIDENCE
    target: float | None = None

    @property
    def name(self) -> str:
        """The label: in a comparison each contender stands for one setting."""
        return self.label

    @property
    def known(self) -> np.ndarray:
        """The values there are."""
        known: np.ndarray = self.values[~np.isnan(self.values)]
        return known

    @property
    def completed(self) -> int:
        """How many seeds have a value."""
        return len(self.known)

    @property
    def diverged(self) -> int:
        return self._count("diverged")

    @property
    def failed(self) -> int:
        return self._count("failed")

    @property
    def unfinished(self) -> int:
        return self._count("waiting", "running", "interrupted")

    def _count(self, *statuses: str) -> int:
        return sum(trial.status in statuses for trial in self.trials)

    @property
    def missing(self) -> str:
        """`2 diverged, 1 failed`: the seeds without a value; empty where there is none."""
        counts = {"diverged": self.diverged, "failed": self.failed, "not finished": self.unfinished}
        return ", ".join(f"{count} {status}" for status, count in counts.items() if count)

    @cached_property
    def mean(self) -> float:
        return float(self.known.mean()) if self.completed else math.nan

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The t interval of this mean by itself; NaN below two seeds. Not to judge differences by.

        It keeps to the bounds of the metric.
        """
        if self.completed < 2:
            return math.nan, math.nan
        low, high = interval_of_mean(self.known, self.confidence)
        return self.measure.kind.within_bounds(low, high)

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    @cached_property
    def sd(self) -> float:
        return float(self.known.std(ddof=1)) if self.completed > 1 else math.nan

    @cached_property
    def median(self) -> float:
        return float(np.median(self.known)) if self.completed else math.nan

    @property
    def best_seed(self) -> float:
        return self._extreme(self.measure.higher_is_better)

    @property
    def worst_seed(self) -> float:
        return self._extreme(not self.measure.higher_is_better)

    def _extreme(self, highest: bool) -> float:
        if not self.completed:
            return math.nan
        return float(self.known.max() if highest else self.known.min())

    @property
    def rank(self) -> tuple[bool, float]:
        """What contenders are sorted by: the best mean first, those without a value last."""
        if not self.completed:
            return True, 0.0
        return False, -self.mean if self.measure.higher_is_better else self.mean

    @property
    def interquartile_mean(self) -> float | None:
        return interquartile_mean(self.known) if self.completed >= SEEDS_OF_AN_INTERQUARTILE_MEAN else None

    @property
    def divergence(self) -> tuple[float, float] | None:
        """The Clopper-Pearson interval of the share of seeds that diverge; None where none did."""
        ended = self.completed + self.diverged
        return clopper_pearson(self.diverged, ended, self.confidence) if self.diverged else None

    @cached_property
    def right(self) -> Mapping[int, tuple[str, np.ndarray]]:
        """By seed of which examples the predictions are (`ExampleScores.of`), and (examples,) the scores."""
        key = self.measure.scores
        if key is None:
            return {}
        known = {trial.seed: trial.scores[key] for trial in self.trials if key in trial.scores}
        return {seed: (scores.of, scores.array()) for seed, scores in known.items()}

    @cached_property
    def seconds_per_epoch(self) -> float | None:
        """The median over all epochs of the trials that completed."""
        return median_seconds(self.trials)

    @cached_property
    def epochs_to_target(self) -> float | None:
        """The median over the seeds that completed; None where half of them or more never reach it."""
        if self.target is None or self.measure.history is None:
            return None
        completed = [trial for trial in self.trials if trial.status == "completed"]
        epochs = [first_epoch_reaching(trial, self.target, self.measure) for trial in completed]
        middle = float(np.median([math.inf if epoch is None else epoch for epoch in epochs])) if epochs else math.inf
        return middle if math.isfinite(middle) else None

    @cached_property
    def test_mean(self) -> float | None:
        """Of a validation value, the test set's at the same epoch, over the same seeds; None where it is not known."""
        name = self.measure.metric.removeprefix(VALIDATION)
        if self.measure.split != "validation" or self.measure.at not in ("last", "best"):
            return None
        test = replace(self.measure, metric=f"{TEST}{name}", split="test")
        return _mean_of_known([test.of(trial) for trial in self.trials])

    @cached_property
    def flattery(self) -> float | None:
        """By how much the best epoch's value is better than the last one's, on average over the seeds."""
        return _mean_of_known([self.measure.flattery(trial) for trial in self.trials])


def _mean_of_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def contender_of(
    candidate: CandidateResult, seeds: Sequence[int], measure: Measure, confidence: float = CONFIDENCE
) -> Contender:
    """A candidate with its values at these seeds."""
    by_seed = {trial.seed: measure.of(trial) for trial in candidate.trials}
    return Contender(
        label=candidate.label,
        activation=candidate.activation,
        setting=candidate.setting,
        trials=candidate.trials,
        values=np.array([nan_if_unknown(by_seed.get(seed)) for seed in seeds], float),
        measure=measure,
        confidence=confidence,
    )


def nan_if_unknown(value: float | None) -> float:
    """The value; NaN for None."""
    return math.nan if value is None else value


def as_looked_at(contender: Contender, looks: LooksRecord, seeds: Sequence[int]) -> Contender:
    """A contender with the seeds alone that it had at the last look that it was in."""
    had = max((taken.seeds for taken in looks.taken if contender.label in taken.contenders), default=0)
    counted = frozenset(looks.seeds[:had])
    values = np.where([seed in counted for seed in seeds], contender.values, math.nan)
    trials = tuple(trial for trial in contender.trials if trial.seed in counted)
    return replace(contender, values=values, trials=trials)


def middle_target(contenders: Sequence[Contender], measure: Measure) -> float | None:
    """The middle one of the means, rounded so that the middle contender reaches it; None where no mean is known.

    Accuracies are rounded after the third digit, losses to three digits.
    """
    means = [contender.mean for contender in contenders if contender.completed]
    if not means:
        return None
    middle = float(np.median(means))
    scale = 10.0 ** (digits_of_target(abs(middle), measure) if middle or measure.kind.is_share else 0)
    rounded = math.floor(middle * scale) if measure.higher_is_better else math.ceil(middle * scale)
    return rounded / scale


def examples_shared_out(contenders: Sequence[Contender], measure: Measure) -> int | None:
    """How many examples the metric is a share of; None where it is no share, or where that is not known."""
    if not (measure.has_scores and measure.kind.is_share):
        return None
    trials = trials_of_all(contenders)
    for trial in trials:
        for key, scores in trial.scores.items():
            if key.startswith(f"{measure.kind.name} {measure.split}_"):
                return scores.examples
    holdout = next((trial.settings["data"].get("holdout") for trial in trials if trial.settings.get("data")), None)
    return int(holdout) if holdout and measure.split == "validation" else None
