"""The rows of `actsearch plan --json`: accuracies as shares of 1, times in seconds, sizes in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actsearch.analysis.power import POWER, Power
from actsearch.analysis.study_noise import Noise, Range
from actsearch.cli.plan.advice import plan_advice
from actsearch.cli.records.conversion import as_json, finite
from actsearch.study.disk import Disk
from actsearch.study.outlook import Outlook, StageCost
from actsearch.study.trial_costs import Timed


@dataclass(frozen=True)
class SecondsRecord:
    low: float
    high: float


@dataclass(frozen=True)
class TimeRecord:
    """The time of the whole experiment, and what it is taken from."""

    low: float
    high: float
    basis: str


@dataclass(frozen=True)
class MemoryRecord:
    worker: int
    all: int
    """Of so many workers as there are jobs."""
    available: int


@dataclass(frozen=True)
class CandidateCostRecord:
    candidate: str
    timed: Timed | None
    trial_seconds: SecondsRecord


@dataclass(frozen=True)
class RangeRecord:
    """A number with its limits; null for what is too large to be told."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SeedsRecord:
    """What so many seeds cost and can tell."""

    seeds: int
    trials: int
    seconds: SecondsRecord
    detectable: RangeRecord | None


@dataclass(frozen=True)
class PowerRecord:
    """What the experiment can find out."""

    contenders: tuple[str, ...]
    baseline: str | None
    family: int
    confidence: float
    margin: float
    power: float
    noise: Mapping[str, Any]
    by_seeds: tuple[SeedsRecord, ...]
    planned_seeds: int
    seeds_to_tie: RangeRecord | None
    seeds_to_detect_the_margin: RangeRecord | None
    seeds_to_tie_with_a_baseline: RangeRecord | None
    examples: int
    smallest_tie_on_new_data: float | None
    examples_to_tie_on_new_data: int | None


@dataclass(frozen=True)
class PlanRecord:
    """All that is known of an experiment before it is trained."""

    experiment: str
    folder: str
    trials: int
    left: int
    stages: tuple[StageCost, ...]
    jobs: int
    seconds: TimeRecord
    memory: MemoryRecord
    disk: Disk
    candidates: tuple[CandidateCostRecord, ...]
    power: PowerRecord | None
    """None where there is nothing to compare."""
    advice: tuple[str, ...]
    notes: tuple[str, ...]


def plan_record(outlook: Outlook) -> PlanRecord:
    """The row of an experiment."""
    worker = outlook.worker_memory
    return PlanRecord(
        experiment=outlook.experiment,
        folder=outlook.folder,
        trials=outlook.trials,
        left=outlook.left,
        stages=outlook.stages,
        jobs=outlook.jobs,
        seconds=TimeRecord(*outlook.seconds, outlook.basis),
        memory=MemoryRecord(worker, outlook.jobs * worker, outlook.available_memory),
        disk=outlook.disk,
        candidates=tuple(
            CandidateCostRecord(network.name, network.timed, SecondsRecord(*network.trial))
            for network in outlook.networks
        ),
        power=None if outlook.power is None else _power_record(outlook, outlook.power),
        advice=tuple(plan_advice(outlook)),
        notes=outlook.notes,
    )


def _power_record(outlook: Outlook, power: Power) -> PowerRecord:
    return PowerRecord(
        contenders=power.contenders,
        baseline=power.baseline,
        family=power.family,
        confidence=power.confidence,
        margin=power.margin,
        power=POWER,
        noise=_noise_row(power.noise),
        by_seeds=tuple(_seeds_record(outlook, row.seeds, row.detectable) for row in power.rows),
        planned_seeds=power.planned,
        seeds_to_tie=_range_record(power.to_tie),
        seeds_to_detect_the_margin=_range_record(power.to_detect),
        seeds_to_tie_with_a_baseline=_range_record(power.to_tie_a_baseline),
        examples=power.examples,
        smallest_tie_on_new_data=power.smallest_tie,
        examples_to_tie_on_new_data=power.examples_to_tie,
    )


def _noise_row(noise: Noise) -> dict[str, Any]:
    """As it is, but the candidates that vary more by their names."""
    return {**as_json(noise), "noisier": dict(noise.noisier)}


def _seeds_record(outlook: Outlook, seeds: int, detectable: Range | None) -> SeedsRecord:
    cost = outlook.by_seeds[seeds]
    return SeedsRecord(seeds, cost.trials, SecondsRecord(*cost.seconds), _range_record(detectable))


def _range_record(limits: Range | None) -> RangeRecord | None:
    if limits is None:
        return None
    return RangeRecord(finite(limits.value), finite(limits.low), finite(limits.high))
