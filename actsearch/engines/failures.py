"""Turns an exception in a training into the event that tells of it. Shared by all engines."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterator

from actsearch.events import Event, Failed
from actsearch.experiment import Trial


def failures_as_events(train: Callable[[Trial], Iterator[Event]], trial: Trial) -> Generator[Event, None, None]:
    """The events of `train(trial)`; an exception becomes a `Failed` event with its traceback as text."""
    try:
        yield from train(trial)
    except Exception as error:
        lines = traceback.format_exception_only(error)
        yield Failed(trial.id, lines[-1].strip().splitlines()[0], "".join(traceback.format_exception(error)))
