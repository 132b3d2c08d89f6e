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
class EventRow:
    """What every event of a trial begins with."""

    event: str
    trial: str
    label: str
    setting: Mapping[str, Any]
    seed: int


@dataclass(frozen=True)
class StartedRow(EventRow):
    machine: Mapping[str, Any]
    resumed_epochs: int


@dataclass(frozen=True)
class EpochRow(EventRow):
    epoch: int
    seconds: float
    metrics: Mapping[str, float | None]


@dataclass(frozen=True)
class CompletedRow(EventRow):
    test: Mapping[str, Mapping[str, float | None]]
    """Of the `last` and the `best` epoch: the `epoch`, and the test values by Keras's names."""


@dataclass(frozen=True)
class DivergedRow(EventRow):
    epoch: int


@dataclass(frozen=True)
class LostRow(EventRow):
    cause: str


@dataclass(frozen=True)
class FailedRow(EventRow):
    error: str


@dataclass(frozen=True)
class FinishedRow:
    """The last row of an experiment."""

    event: str
    experiment: str
    folder: str
    failed: int
    left: int
    figures: tuple[str, ...]


def event_row(event: Event, trial: Trial) -> EventRow | None:
    """The row of an event. None of what stays inside a training, of which only the epochs are told."""
    if isinstance(event, (Progress, Diagnosed, Checkpoint)):
        return None
    candidate = trial.candidate
    start = (EVENT_NAMES[type(event)], trial.id, candidate.label, candidate.setting, trial.seed)
    match event:
        case Started():
            return StartedRow(*start, event.machine, len(event.resumed))
        case EpochDone():
            return EpochRow(*start, event.epoch, event.seconds, event.metrics)
        case Completed():
            return CompletedRow(
                *start, {"last": _evaluation_fields(event.last), "best": _evaluation_fields(event.best)}
            )
        case Diverged():
            return DivergedRow(*start, event.epoch)
        case Lost():
            return LostRow(*start, event.cause)
        case Failed():
            return FailedRow(*start, event.error)


def _evaluation_fields(evaluation: Evaluation) -> dict[str, float | None]:
    return {"epoch": evaluation.epoch, **evaluation.test}
