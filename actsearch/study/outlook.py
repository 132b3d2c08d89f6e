"""What is known of an experiment before it is trained: its trials, time, memory, disk, and what it can find out.

Computes from values; what is read from disk and timed with TensorFlow comes as arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from actsearch.analysis import power
from actsearch.analysis.power import Noise, Power
from actsearch.core import capacity
from actsearch.core.experiment import Experiment
from actsearch.core.trial_results import Role
from actsearch.core.words import in_words
from actsearch.data.datasets import Dataset, Splits
from actsearch.study import disk, planning
from actsearch.study.disk import Disk
from actsearch.study.planning import Cost, Stage, Timed

Costs = tuple[Sequence[Cost], Sequence[Cost]]
"""Of each candidate, at the lower and at the upper end of the range."""
Seconds = Callable[[Sequence[Sequence[Sequence[int]]]], tuple[float, float]]
"""Of stages of trials that are left, until all are trained, as a range."""


@dataclass(frozen=True)
class StageCost:
    """A stage with its time."""

    role: Role
    candidates: int
    """How many it trains with each seed."""
    seeds: int
    trials: int
    left: int
    """Of them, how many are not finished."""


@dataclass(frozen=True)
class NetworkCost:
    """A candidate with what was timed of it, and what that makes of its trial."""

    name: str
    timed: Timed | None
    """None where nothing was timed."""
    trial: tuple[float, float]
    """Seconds of a trial, as a range."""


@dataclass(frozen=True)
class SeedsCost:
    """What the whole experiment costs with so many seeds, from its beginning."""

    trials: int
    seconds: tuple[float, float]


@dataclass(frozen=True)
class Outlook:
    """All that is known of an experiment before it is trained. Times are seconds, sizes bytes."""

    experiment: str
    folder: str
    """Where its results would go."""
    stages: tuple[StageCost, ...]
    seconds: tuple[float, float]
    """Until all that is left is trained."""
    jobs: int
    basis: str
    """What the times are taken from."""
    networks: tuple[NetworkCost, ...]
    worker_memory: int
    available_memory: int
    disk: Disk
    power: Power | None
    """None where there is nothing to compare."""
    by_seeds: Mapping[int, SeedsCost]
    notes: tuple[str, ...] = ()

    @property
    def trials(self) -> int:
        return sum(stage.trials for stage in self.stages)

    @property
    def left(self) -> int:
        return sum(stage.left for stage in self.stages)


@dataclass(frozen=True)
class Wanted:
    """What the user wants to find out, and with what."""

    margin: float
    confidence: float
    baseline: str | None
    jobs: int


def outlook(
    experiment: Experiment,
    data_sha256: str,
    folder: str,
    dataset: Dataset,
    splits: Splits,
    noise: Noise,
    wanted: Wanted,
    *,
    costs: Costs,
    basis: str,
    timed: Mapping[str, Timed],
    loading: tuple[float, float] = planning.LOADING_SECONDS,
    finished: Collection[str] = (),
    notes: Sequence[str] = (),
) -> Outlook:
    """All of it.

    Args:
        experiment: what is planned.
        data_sha256: of its data.
        folder: where its results would go.
        dataset: its data.
        splits: their division.
        noise: how much of an accuracy is chance.
        wanted: what is to be found out.
        costs: what a trial of each candidate costs.
        basis: what those are taken from, in words that end a sentence.
        timed: what was timed, by `planning.kind_of`; empty where nothing was.
        loading: seconds until a worker trains, as a range.
        finished: the ids of trials that are finished.
        notes: what else is to be told.
    """
    stages = planning.stages(experiment)
    left = [_left(stage, experiment, data_sha256, finished) for stage in stages]
    everything = _choices(stages)

    def seconds(choices: Sequence[Sequence[Sequence[int]]]) -> tuple[float, float]:
        return planning.total(choices, costs, wanted.jobs, loading)

    found = None
    contenders = planning.contenders(experiment)
    if len(contenders) > 1:
        examples = len(dataset.y_test) if splits.validation is None else len(splits.validation)
        found = power.power(
            experiment, noise, contenders=contenders, examples=examples,
            margin=wanted.margin, confidence=wanted.confidence, baseline=wanted.baseline,
        )  # fmt: skip
    return Outlook(
        experiment=experiment.name,
        folder=folder,
        stages=tuple(
            StageCost(stage.role, len(stage.choices), len(stage.seeds), stage.trials, len(rest))
            for stage, rest in zip(stages, left, strict=True)
        ),
        seconds=seconds(left),
        jobs=max(1, min(wanted.jobs, max(map(len, everything)))),
        basis=basis,
        networks=_networks(experiment, costs, timed),
        worker_memory=capacity.worker_memory(dataset.nbytes),
        available_memory=capacity.available_memory(),
        disk=disk.needed(experiment, dataset, splits, [one for rest in everything for one in rest], wanted.jobs),
        power=found,
        by_seeds={n: _with(n, experiment, seconds) for n in _counts(found)},
        notes=(*notes, *_side_by_side(experiment)),
    )


def _side_by_side(experiment: Experiment) -> list[str]:
    """What a grid without tuning seeds means for the comparison."""
    if experiment.tuning_seeds or len(experiment.candidates) == len(planning.contenders(experiment)):
        return []
    return [
        "A grid without tuning_seeds: activations can be compared side by side at each setting, not each at its best."
    ]


def _left(stage: Stage, experiment: Experiment, data_sha256: str, finished: Collection[str]) -> list[tuple[int, ...]]:
    """The choices of the trials of a stage that are not finished."""
    choices = [choice for _ in stage.seeds for choice in stage.choices]
    if not finished:
        return choices
    trials = planning.trials_of(stage, experiment, data_sha256)
    return [choice for choice, may_be in zip(choices, trials, strict=True)
            if not any(trial.id in finished for trial in may_be)]  # fmt: skip


def _choices(stages: Sequence[Stage]) -> list[list[tuple[int, ...]]]:
    return [[choice for _ in stage.seeds for choice in stage.choices] for stage in stages]


def _counts(found: Power | None) -> list[int]:
    """The numbers of seeds whose cost is told: those of the table, and what the margin needs where it is not absurd."""
    if found is None:
        return []
    to_tie = math.inf if found.to_tie is None else found.to_tie.value
    return sorted({*(row.seeds for row in found.rows), *([round(to_tie)] if to_tie <= MOST_SEEDS else [])})


MOST_SEEDS = 1000
"""Nobody waits for more, so the time of more is not told."""


def _with(seeds: int, experiment: Experiment, seconds: Seconds) -> SeedsCost:
    stages = planning.stages(experiment, seeds)
    return SeedsCost(sum(stage.trials for stage in stages), seconds(_choices(stages)))


def _networks(experiment: Experiment, costs: Costs, timed: Mapping[str, Timed]) -> tuple[NetworkCost, ...]:
    """Of each candidate; those that cost the same, whatever their setting, once."""
    rows: dict[tuple[str, tuple[float, float]], NetworkCost] = {}
    by_label: dict[str, int] = {}
    low, high = costs
    for place, candidate in enumerate(experiment.candidates):
        seconds = low[place].start + low[place].rest, high[place].start + high[place].rest
        if (candidate.label, seconds) in rows:
            continue
        by_label[candidate.label] = by_label.get(candidate.label, 0) + 1
        name = " ".join([candidate.label, *map(in_words, candidate.setting.values())])
        rows[candidate.label, seconds] = NetworkCost(name, timed.get(planning.kind_of(candidate)), seconds)
    return tuple(
        NetworkCost(label if by_label[label] == 1 else row.name, row.timed, row.trial)
        for (label, _), row in rows.items()
    )
