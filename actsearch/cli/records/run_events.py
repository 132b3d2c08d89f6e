"""The rows of `actsearch run --json`: an object an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actsearch.core.events import (
    Checkpoint,
    Completed,
    Diagnosed,
    Diverged,
    EpochDone,
    Evaluation,
    Event,
    Failed,
    Lost,
    Progress,
    Started,
)
from actsearch.core.experiment import Trial

EVENT_NAMES = {
    Started: "started",
    EpochDone: "epoch",
    Completed: "completed",
    Diverged: "diverged",
    Failed: "failed",
    Lost: "lost",
}
"""What `--json` calls the events."""


@dataclass(frozen=True)
class TrialRecord:
    """What every event of a trial begins with."""

    event: str
    trial: str
    label: str
    setting: Mapping[str, Any]
    seed: int


@dataclass(frozen=True)
class StartedRecord(TrialRecord):
    machine: Mapping[str, Any]
    resumed_epochs: int


@dataclass(frozen=True)
class EpochRecord(TrialRecord):
    epoch: int
    seconds: float
    metrics: Mapping[str, float | None]


@dataclass(frozen=True)
class CompletedRecord(TrialRecord):
    test: Mapping[str, Mapping[str, float | None]]
    """Of the `last` and the `best` epoch: the `epoch`, and the test values by Keras's names."""


@dataclass(frozen=True)
class DivergedRecord(TrialRecord):
    epoch: int


@dataclass(frozen=True)
class LostRecord(TrialRecord):
    cause: str


@dataclass(frozen=True)
class FailedRecord(TrialRecord):
    error: str


@dataclass(frozen=True)
class FinishedRecord:
    """The last row of an experiment."""

    event: str
    experiment: str
    folder: str
    failed: int
    left: int
    figures: tuple[str, ...]


def event_record(event: Event, trial: Trial) -> TrialRecord | None:
    """The row of an event. None of what stays inside a training, of which only the epochs are told."""
    if isinstance(event, (Progress, Diagnosed, Checkpoint)):
        return None
    candidate = trial.candidate
    start = (EVENT_NAMES[type(event)], trial.id, candidate.label, candidate.setting, trial.seed)
    match event:
        case Started():
            return StartedRecord(*start, event.machine, len(event.resumed))
        case EpochDone():
            return EpochRecord(*start, event.epoch, event.seconds, event.metrics)
        case Completed():
            return CompletedRecord(*start, {"last": _test_values(event.last), "best": _test_values(event.best)})
        case Diverged():
            return DivergedRecord(*start, event.epoch)
        case Lost():
            return LostRecord(*start, event.cause)
        case Failed():
            return FailedRecord(*start, event.error)


def _test_values(evaluation: Evaluation) -> dict[str, float | None]:
    return {"epoch": evaluation.epoch, **evaluation.test}
