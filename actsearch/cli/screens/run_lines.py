"""The events of a run in words: a line an epoch for logs and pipes, and what a row says of a trial that ended."""

from __future__ import annotations

from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.text import printable_text
from actsearch.core.events import Completed, Diverged, EpochDone, Event, Failed, Lost, Started
from actsearch.core.experiment import Trial
from actsearch.core.sentences import runs


def plain_line(event: Event, trial: Trial) -> str:
    """What is said of an event after the trial's name; empty where it is not worth a line."""
    match event:
        case Started() if event.resumed:
            return runs.GOES_ON_AFTER(epoch=event.resumed[-1].epoch)
        case EpochDone():
            return _epoch_line(event, trial)
        case Completed():
            decisive = trial.task.decisive
            value = table_number(event.last.test[decisive.name])
            return runs.COMPLETED_WITH(metric=decisive.in_words, value=value)
        case Diverged() | Failed():
            return note_on(event)
        case Lost():
            return runs.TRIED_AGAIN(cause=printable_text(event.cause))
    return ""


def _epoch_line(event: EpochDone, trial: Trial) -> str:
    task = trial.task
    names = (task.loss.name, task.decide_by, task.validated_loss, task.validated_by)
    metrics = [f"{name} {table_number(event.metrics[name])}" for name in names]
    return "  ".join([f"epoch {event.epoch}/{trial.candidate.training.epochs}", *metrics, f"{event.seconds:.1f} s"])


def note_on(event: Completed | Diverged | Failed | Lost) -> str:
    """What a row says of the event that ended its trial, or its worker."""
    match event:
        case Completed():
            return runs.COMPLETED()
        case Diverged():
            return runs.DIVERGED_IN(epoch=event.epoch)
        case Failed():
            return runs.FAILED_WITH(error=printable_text(event.error))
        case Lost():
            return runs.RESTARTING(cause=printable_text(event.cause))
