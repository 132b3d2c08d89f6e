"""What is known of an experiment before it is trained: its trials, time, memory, disk, and what it can find out.

Computes from values; what is read from disk and timed with TensorFlow comes as arguments.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from actsearch.analysis.statistics import power
from actsearch.analysis.statistics.power import Power
from actsearch.analysis.statistics.study_noise import Noise
from actsearch.core import capacity
from actsearch.core.experiment import Experiment
from actsearch.core.metrics import Metric
from actsearch.core.sentences import plans
from actsearch.core.trial_results import Role
from actsearch.core.words import in_words
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.study.disk import Disk, needed_disk
from actsearch.study.foreseen_stages import ForeseenStage, TrialPlaces, contenders, foreseen_stages, trials_of
from actsearch.study.schedule import LOADING_SECONDS, Seconds, total
from actsearch.study.trial_costs import CostRange, Timed, kind_of

MOST_SEEDS_COSTED = 1000
"""Nobody waits for more, so the time of more is not told."""

SecondsOf = Callable[[Sequence[Sequence[TrialPlaces]]], Seconds | None]
"""Of stages of trials that are left, until all are trained; None where that is unknown without timing."""


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
class CandidateCost:
    """A candidate with what was timed of it, and what that makes of its trial."""

    name: str
    timed: Timed | None
    """None where nothing was timed."""
    trial: Seconds | None
    """Of a trial; None where that is unknown without timing."""


@dataclass(frozen=True)
class SeedsCost:
    """What the whole experiment costs with so many seeds, from its beginning."""

    trials: int
    seconds: Seconds | None


@dataclass(frozen=True)
class UnknownNoise:
    """What is to be compared without anybody knowing how much of a difference is chance."""

    metric: Metric
    contenders: tuple[str, ...]
    planned: int
    """How many seeds the file has."""


@dataclass(frozen=True)
class Outlook:
    """All that is known of an experiment before it is trained. Times are seconds, sizes bytes."""

    experiment: str
    folder: str
    """Where its results would go."""
    stages: tuple[StageCost, ...]
    seconds: Seconds | None
    """Until all that is left is trained; None where that is unknown without timing."""
    jobs: int
    basis: str
    """What the times are taken from."""
    networks: tuple[CandidateCost, ...]
    worker_memory: int
    available_memory: int
    disk: Disk
    power: Power | None
    """None where there is nothing to compare, or the noise is unknown."""
    by_seeds: Mapping[int, SeedsCost]
    notes: tuple[str, ...] = ()
    unknown_noise: UnknownNoise | None = None
    """What is compared where the noise is unknown."""

    @property
    def trials(self) -> int:
        return sum(stage.trials for stage in self.stages)

    @property
    def left(self) -> int:
        return sum(stage.left for stage in self.stages)


@dataclass(frozen=True)
class Wanted:
    """What the user wants to find out, and with what."""

    margin: float | None
    """None: that of the metric by which the experiment's task decides."""
    confidence: float
    baseline: str | None
    jobs: int


def outlook(
    experiment: Experiment,
    data_sha256: str,
    folder: str,
    dataset: Dataset,
    splits: Splits,
    noise: Noise | None,
    wanted: Wanted,
    *,
    costs: CostRange | None,
    basis: str,
    timed: Mapping[str, Timed],
    loading: Seconds = LOADING_SECONDS,
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
        noise: how much of the metric that decides is chance; None where that is unknown.
        wanted: what is to be found out.
        costs: what a trial of each candidate costs; None where that is unknown without timing.
        basis: what those are taken from, in words that end a sentence.
        timed: what was timed, by `trial_costs.kind_of`; empty where nothing was.
        loading: seconds until a worker trains, as a range.
        finished: the ids of trials that are finished.
        notes: what else is to be told.
    """
    stages = foreseen_stages(experiment)
    left = [_left(stage, experiment, data_sha256, finished) for stage in stages]
    everything = [stage.choices_of_trials for stage in stages]
    compared = contenders(experiment)
    detectable = None
    if noise is not None and len(compared) > 1:
        detectable = _detectable_differences(experiment, compared, dataset, splits, noise, wanted)
    is_unknown = noise is None and len(compared) > 1

    def seconds(choices: Sequence[Sequence[TrialPlaces]]) -> Seconds | None:
        return None if costs is None else total(choices, costs, wanted.jobs, loading)

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
        networks=_network_costs(experiment, costs, timed),
        worker_memory=capacity.worker_memory(dataset.nbytes),
        available_memory=capacity.available_memory(),
        disk=needed_disk(experiment, dataset, splits, list(itertools.chain.from_iterable(everything)), wanted.jobs),
        power=detectable,
        by_seeds={n: _cost_of_seeds(n, experiment, seconds) for n in _seeds_costed(detectable)},
        notes=(*notes, *_side_by_side(experiment)),
        unknown_noise=_unknown_noise(experiment, compared) if is_unknown else None,
    )


def _detectable_differences(
    experiment: Experiment, compared: Sequence[str], dataset: Dataset, splits: Splits, noise: Noise, wanted: Wanted
) -> Power:
    """What the seeds can find out."""
    return power.power_of_plan(
        experiment,
        noise,
        contenders=compared,
        examples=len(dataset.y_test) if splits.validation is None else len(splits.validation),
        margin=experiment.task.decisive.margin if wanted.margin is None else wanted.margin,
        confidence=wanted.confidence,
        baseline=wanted.baseline,
    )


def _unknown_noise(experiment: Experiment, compared: Sequence[str]) -> UnknownNoise:
    return UnknownNoise(experiment.task.decisive, tuple(compared), len(experiment.seeds))


def _side_by_side(experiment: Experiment) -> list[str]:
    """What a grid without tuning seeds means for the comparison."""
    is_grid = len(experiment.candidates) > len(contenders(experiment))
    return [plans.SIDE_BY_SIDE()] if is_grid and not experiment.tuning_seeds else []


def _left(
    stage: ForeseenStage, experiment: Experiment, data_sha256: str, finished: Collection[str]
) -> list[tuple[int, ...]]:
    """The choices of the trials of a stage that are not finished."""
    choices = stage.choices_of_trials
    if not finished:
        return choices
    trials = trials_of(stage, experiment, data_sha256)
    return [
        choice
        for choice, may_be in zip(choices, trials, strict=True)
        if not any(trial.id in finished for trial in may_be)
    ]


def _seeds_costed(detectable: Power | None) -> list[int]:
    """The numbers of seeds whose cost is told: those of the table, and what the margin needs where it is not absurd."""
    if detectable is None:
        return []
    seeds = {row.seeds for row in detectable.rows}
    to_tie = detectable.to_tie
    if to_tie is not None and to_tie.value <= MOST_SEEDS_COSTED:
        seeds.add(round(to_tie.value))
    return sorted(seeds)


def _cost_of_seeds(seeds: int, experiment: Experiment, seconds: SecondsOf) -> SeedsCost:
    stages = foreseen_stages(experiment, seeds)
    trials = sum(stage.trials for stage in stages)
    return SeedsCost(trials, seconds([stage.choices_of_trials for stage in stages]))


def _network_costs(
    experiment: Experiment, costs: CostRange | None, timed: Mapping[str, Timed]
) -> tuple[CandidateCost, ...]:
    """Of each candidate; those that cost the same, whatever their setting, once."""
    rows: dict[tuple[str, Seconds | None], CandidateCost] = {}
    by_label: dict[str, int] = {}
    for place, candidate in enumerate(experiment.candidates):
        seconds = None if costs is None else Seconds(*(of[place].start + of[place].rest for of in costs))
        if (candidate.label, seconds) in rows:
            continue
        by_label[candidate.label] = by_label.get(candidate.label, 0) + 1
        name = " ".join([candidate.label, *map(in_words, candidate.setting.values())])
        rows[candidate.label, seconds] = CandidateCost(name, timed.get(kind_of(candidate)), seconds)
    return tuple(
        CandidateCost(label if by_label[label] == 1 else row.name, row.timed, row.trial)
        for (label, _), row in rows.items()
    )
