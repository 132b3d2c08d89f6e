"""The table behind the figure of how many epochs and seconds a target takes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from actsearch.analysis.charts.comparison_captions import closing_sentences
from actsearch.analysis.charts.comparison_figures import drawn_places
from actsearch.analysis.charts.targets import digits_of_target, first_epoch_reaching
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.conclusions import title
from actsearch.analysis.comparisons.contenders import Contender, nan_if_unknown
from actsearch.core.errors import NothingToShow
from actsearch.core.measures import Measure
from actsearch.core.sentences import captions
from actsearch.core.trial_results import TrialResult

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

    @property
    def last_epoch(self) -> float | None:
        """The last epoch in which a seed reached a target."""
        return max(chain.from_iterable(reached.epochs for reached in self.reached), default=None)

    @property
    def last_second(self) -> float:
        """NaN where it is not known."""
        return nan_if_unknown(self.last_epoch) * self.seconds_per_epoch


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


def learning_speed_table(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> LearningSpeed:
    """Epochs and seconds until the metric reaches each of a few targets.

    Raises:
        NothingToShow: the metric is not known after every epoch.
    """
    measure, hardest = comparison.measure, comparison.question.target
    if measure.history is None or hardest is None:
        raise NothingToShow(
            f"{comparison.experiment}: {measure.metric} is not known after every epoch, and so neither when it was"
            f" reached; give another metric, such as --metric {measure.task.validated_by}"
        )
    contenders = [comparison.contenders[i] for i in drawn_places(comparison, drawn)]
    targets = _several_targets(hardest, measure) if len(contenders) <= SEVERAL_TARGETS_UP_TO else [hardest]
    rows = sorted((_speed_row(contender, targets) for contender in contenders), key=_slowness)
    quantity = f"{measure.split} {measure.kind.with_unit}"
    last_epochs = [row.last_epoch for row in rows if row.last_epoch is not None]
    last_seconds = [row.last_second for row in rows if math.isfinite(row.last_second)]
    return LearningSpeed(
        stem=stem,
        title=captions.SPEED_TITLE(quantity=quantity),
        subtitle=title(comparison),
        targets=tuple(f"{quantity} {target:.6g}" for target in targets),
        rows=tuple(rows),
        last_epoch=max(last_epochs, default=1.0),
        last_second=max(last_seconds, default=math.nan),
        caption=tuple(_speed_caption(comparison, targets, drawn)),
    )


def _several_targets(hardest: float, measure: Measure) -> list[float]:
    """The target, and before it those with twice and four times the error (or loss) that is left."""
    error = 1 - hardest if measure.kind.is_share else hardest
    if error <= 0:
        return [hardest]
    digits = digits_of_target(error, measure)
    easier = []
    for larger in (4 * error, 2 * error):
        if not measure.kind.is_share:
            easier.append(round(larger, digits))
        elif larger < 0.9:
            easier.append(round(1 - larger, digits))
    return [*(target for target in dict.fromkeys(easier) if measure.better(hardest, target)), hardest]


def _speed_row(contender: Contender, targets: Sequence[float]) -> SpeedRow:
    metric = contender.measure.history
    trials = [trial for trial in contender.trials if trial.status == "completed" and metric in trial.history]
    return SpeedRow(
        label=contender.label,
        name=contender.name,
        note=contender.missing,
        seconds_per_epoch=nan_if_unknown(contender.seconds_per_epoch),
        reached=tuple(_reached_by(trials, target, contender.measure) for target in targets) if trials else (),
    )


def _reached_by(trials: Sequence[TrialResult], target: float, measure: Measure) -> Reached:
    first = [first_epoch_reaching(trial, target, measure) for trial in trials]
    epochs = sorted(float(epoch) for epoch in first if epoch is not None)
    return Reached(target, tuple(epochs), len(first) - len(epochs))


def _slowness(row: SpeedRow) -> tuple[bool, list[float]]:
    """By the hardest target first."""
    return not row.reached, [reached.median for reached in reversed(row.reached)]


def _speed_caption(comparison: Comparison, targets: Sequence[float], drawn: Collection[str] | None) -> Iterator[str]:
    yield captions.SPEED_MARKS(experiment=comparison.experiment)
    if any(contender.seconds_per_epoch is not None for contender in comparison.contenders):
        yield captions.SPEED_SECONDS()
    if len(targets) > 1:
        yield captions.SPEED_TARGETS(share=comparison.measure.kind.is_share)
    yield from closing_sentences(comparison, drawn)
