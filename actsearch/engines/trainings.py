"""What every engine does where the training runs: makes `train` once, and turns exceptions into events."""

from __future__ import annotations

import re
import traceback
from collections.abc import Generator
from typing import get_args

from actsearch.core.events import Ending, Event, Failed, MakeTrain, Train
from actsearch.core.experiment import Trial

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
"""With which Keras makes words bold."""


class Trainings:
    """Trains one trial after the other with what `make_train` makes; it is called when the first trial begins."""

    def __init__(self, make_train: MakeTrain) -> None:
        self._make_train = make_train
        self._train: Train | None = None

    def events(self, trial: Trial, checkpoint: bytes | None) -> Generator[Event, None, None]:
        """The events of a trial; an exception becomes a `Failed` event with its traceback as text."""
        try:
            if self._train is None:
                self._train = self._make_train()
            yield from self._train(trial, checkpoint)
        except Exception as error:
            yield Failed(trial.id, _one_line(error), "".join(traceback.format_exception(error)))


def ends_its_trial(event: Event) -> bool:
    """Whether no other event of the trial follows."""
    return isinstance(event, get_args(Ending))


def _one_line(error: Exception) -> str:
    """The exception's type and what it says, in one line."""
    parts = traceback.format_exception_only(error)
    lines = (parts[-1] if isinstance(error, SyntaxError) else parts[0]).strip().splitlines()
    if lines[0].endswith("Graph execution error:"):  # TensorFlow says only later which, between places in its graph
        places = ("File ", "[[", "[Op:", "Hint:", "Detected at", "node ")
        rest = [line.strip() for line in lines[1:] if line.strip() and not line.strip().startswith(places)]
        return f"{lines[0].removesuffix('Graph execution error:')}{rest[-1] if rest else 'graph execution error'}"
    if "Exception encountered when calling" in lines[0]:  # Keras says only below what went wrong
        return next((plain for line in lines[1:] if (plain := ESCAPES.sub("", line).strip())), lines[0])
    return lines[0]
