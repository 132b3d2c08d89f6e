"""The table behind the figure of how many epochs and seconds a target takes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from actsearch.analysis import conclusions
from actsearch.analysis.comparison import Comparison, Contender
from actsearch.analysis.comparison_captions import _closing
from actsearch.analysis.comparison_figures import drawn_places
from actsearch.core.errors import NothingToShow
from actsearch.core.measures import Measure
from actsearch.core.results import TrialResult

SEVERAL_TARGETS_UP_TO = 30
"""So many contenders are shown with several targets; more, with one."""


@dataclass(frozen=True)
class Reached:
    """One contender and one target: the epochs until it was reached, of the seeds that completed."""

    target: float
    epochs: tuple[float, ...]
    """Ascending; of the seeds that reached it."""
    never: int
    """How many seeds never did."""

    @property
    def median(self) -> float:
        """Infinite where half of the seeds or more never reach it, as the median of an even number may be."""
        reached = [*self.epochs, *[math.inf] * self.never]
        return float(np.median(reached)) if reached else math.nan


@dataclass(frozen=True)
class SpeedRow:
    """A contender, and how fast it reached each target."""

    label: str
    name: str
    note: str
    seconds_per_epoch: float
    """NaN where it is not known."""
    reached: tuple[Reached, ...]
    """By target, the easiest first; without any seed, empty."""


@dataclass(frozen=True)
class LearningSpeed:
    """A figure with a row a contender, the fastest on top."""

    stem: str
    title: str
    subtitle: str
    targets: tuple[str, ...]
    rows: tuple[SpeedRow, ...]
    last_epoch: float
    last_second: float
    """NaN where no seconds are known."""
    caption: tuple[str, ...]


def learning_speed(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> LearningSpeed:
    """Epochs and seconds until the metric reaches each of a few targets.

    Raises:
        NothingToShow: the metric is not known after every epoch.
    """
    what = comparison.measure
    metric, hardest = what.history, comparison.question.target
    if metric is None or hardest is None:
        raise NothingToShow(
            f"{comparison.experiment}: {what.metric} is not known after every epoch, and so neither when it was"
            " reached; give another metric, such as --metric val_accuracy"
        )
    some = [comparison.contenders[i] for i in drawn_places(comparison, drawn)]
    targets = _targets(hardest, what) if len(some) <= SEVERAL_TARGETS_UP_TO else [hardest]
    rows = sorted((_speed_row(one, metric, targets, what) for one in some), key=_slowness)
    epochs = [e for row in rows for one in row.reached for e in one.epochs]
    seconds = [e * row.seconds_per_epoch for row in rows for one in row.reached for e in one.epochs]
    known = [s for s in seconds if math.isfinite(s)]
    quantity = f"{what.split} {metric.removeprefix('val_').replace('_', ' ')}"
    return LearningSpeed(
        stem,
        f"Epochs and seconds until a {quantity} is reached",
        conclusions.title(comparison),
        tuple(f"{quantity} {target:.6g}" for target in targets),
        tuple(rows),
        max(epochs, default=1.0),
        max(known, default=math.nan),
        tuple(_speed_caption(comparison, targets, drawn)),
    )


def _targets(hardest: float, what: Measure) -> list[float]:
    """The target, and before it those with twice and four times the error (or loss) that is left."""
    error = 1 - hardest if what.is_accuracy else hardest
    if error <= 0:
        return [hardest]
    errors = [factor * error for factor in (4, 2) if not what.is_accuracy or factor * error < 0.9]
    digits = 3 if what.is_accuracy else 2 - math.floor(math.log10(error))
    easier = [round(1 - e if what.is_accuracy else e, digits) for e in errors]
    return [*(value for value in dict.fromkeys(easier) if what.better(hardest, value)), hardest]


def _speed_row(one: Contender, metric: str, targets: Sequence[float], what: Measure) -> SpeedRow:
    trials = [trial for trial in one.trials if trial.status == "completed" and metric in trial.history]
    reached = []
    for target in targets if trials else ():
        found = [_first(trial, metric, target, what) for trial in trials]
        epochs = sorted(float(e) for e in found if e is not None)
        reached.append(Reached(target, tuple(epochs), len(found) - len(epochs)))
    seconds = one.seconds_per_epoch
    return SpeedRow(
        one.label, one.name, conclusions.incomplete(one), math.nan if seconds is None else seconds, tuple(reached)
    )


def _first(trial: TrialResult, metric: str, target: float, what: Measure) -> int | None:
    """The first epoch (from 1) whose value is not worse than the target."""
    values = enumerate(trial.history[metric], 1)
    return next((epoch for epoch, v in values if v is not None and not what.better(target, v)), None)


def _slowness(row: SpeedRow) -> tuple[bool, list[float]]:
    """By the hardest target first."""
    return not row.reached, [one.median for one in reversed(row.reached)]


def _speed_caption(comparison: Comparison, targets: Sequence[float], drawn: Collection[str] | None) -> Iterator[str]:
    yield (
        f"{comparison.experiment}: the first epoch whose value reaches the target; dots are seeds, larger markers"
        " medians (hollow to full: the targets), lines the range of the seeds that reach it. The others are counted at"
        " the edge; where half of them or more never do, there is no median."
    )
    if comparison.contenders and any(one.seconds_per_epoch is not None for one in comparison.contenders):
        yield (
            "Seconds are epochs times a contender's median seconds per epoch, on the machines and with the load of"
            " these trainings."
        )
    if len(targets) > 1:
        error = "error" if comparison.measure.is_accuracy else "value"
        yield f"The targets leave four times, twice and once the {error} of the last of them."
    yield from _closing(comparison, drawn)
