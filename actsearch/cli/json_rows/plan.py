"""The rows of `actsearch plan --json`: accuracies as shares of 1, times in seconds, sizes in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actsearch.analysis.statistics.power import POWER, Power
from actsearch.analysis.statistics.study_noise import Noise, NumberRange
from actsearch.cli.json_rows.conversion import finite, json_value
from actsearch.cli.plan.advice import plan_advice
from actsearch.study.disk import Disk
from actsearch.study.outlook import Outlook, StageCost
from actsearch.study.schedule import Seconds
from actsearch.study.trial_costs import Timed


@dataclass(frozen=True)
class SecondsRow:
    low: float
    high: float


@dataclass(frozen=True)
class PlanTimeRow:
    """The time of the whole experiment, and what it is taken from; null where it is unknown without timing."""

    low: float | None
    high: float | None
    basis: str


@dataclass(frozen=True)
class MemoryRow:
    worker: int
    all: int
    """Of so many workers as there are jobs."""
    available: int


@dataclass(frozen=True)
class CandidateCostRow:
    candidate: str
    timed: Timed | None
    trial_seconds: SecondsRow | None


@dataclass(frozen=True)
class RangeRow:
    """A number with its limits; null for what is too large to be told."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SeedsRow:
    """What so many seeds cost and can tell."""

    seeds: int
    trials: int
    seconds: SecondsRow | None
    detectable: RangeRow | None


@dataclass(frozen=True)
class PlanPowerRow:
    """What the experiment can find out."""

    contenders: tuple[str, ...]
    baseline: str | None
    family: int
    confidence: float
    margin: float
    power: float
    noise: Mapping[str, Any]
    by_seeds: tuple[SeedsRow, ...]
    planned_seeds: int
    seeds_to_tie: RangeRow | None
    seeds_to_detect_the_margin: RangeRow | None
    seeds_to_tie_with_a_baseline: RangeRow | None
    examples: int
    smallest_tie_on_new_data: float | None
    examples_to_tie_on_new_data: int | None


@dataclass(frozen=True)
class PlanRow:
    """All that is known of an experiment before it is trained."""

    experiment: str
    folder: str
    trials: int
    left: int
    stages: tuple[StageCost, ...]
    jobs: int
    seconds: PlanTimeRow
    memory: MemoryRow
    disk: Disk
    candidates: tuple[CandidateCostRow, ...]
    power: PlanPowerRow | None
    """None where there is nothing to compare."""
    advice: tuple[str, ...]
    notes: tuple[str, ...]


def plan_row(outlook: Outlook) -> PlanRow:
    """The row of an experiment."""
    worker = outlook.worker_memory
    low, high = outlook.seconds or (None, None)
    return PlanRow(
        experiment=outlook.experiment,
        folder=outlook.folder,
        trials=outlook.trials,
        left=outlook.left,
        stages=outlook.stages,
        jobs=outlook.jobs,
        seconds=PlanTimeRow(low, high, outlook.basis),
        memory=MemoryRow(worker, outlook.jobs * worker, outlook.available_memory),
        disk=outlook.disk,
        candidates=tuple(
            CandidateCostRow(network.name, network.timed, _seconds_row(network.trial)) for network in outlook.networks
        ),
        power=None if outlook.power is None else _power_row(outlook, outlook.power),
        advice=tuple(plan_advice(outlook)),
        notes=outlook.notes,
    )


def _power_row(outlook: Outlook, power: Power) -> PlanPowerRow:
    return PlanPowerRow(
        contenders=power.contenders,
        baseline=power.baseline,
        family=power.family,
        confidence=power.confidence,
        margin=power.margin,
        power=POWER,
        noise=_noise_fields(power.noise),
        by_seeds=tuple(_seeds_row(outlook, row.seeds, row.detectable) for row in power.rows),
        planned_seeds=power.planned,
        seeds_to_tie=_range_row(power.to_tie),
        seeds_to_detect_the_margin=_range_row(power.to_detect),
        seeds_to_tie_with_a_baseline=_range_row(power.to_tie_a_baseline),
        examples=power.examples,
        smallest_tie_on_new_data=power.smallest_tie,
        examples_to_tie_on_new_data=power.examples_to_tie,
    )


def _noise_fields(noise: Noise) -> dict[str, Any]:
    """As it is, but the candidates that vary more by their names."""
    return {**json_value(noise), "noisier": dict(noise.noisier)}


def _seeds_row(outlook: Outlook, seeds: int, detectable: NumberRange | None) -> SeedsRow:
    cost = outlook.by_seeds[seeds]
    return SeedsRow(seeds, cost.trials, _seconds_row(cost.seconds), _range_row(detectable))


def _seconds_row(seconds: Seconds | None) -> SecondsRow | None:
    return None if seconds is None else SecondsRow(*seconds)


def _range_row(limits: NumberRange | None) -> RangeRow | None:
    if limits is None:
        return None
    return RangeRow(finite(limits.value), finite(limits.low), finite(limits.high))
