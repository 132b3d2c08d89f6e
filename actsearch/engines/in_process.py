"""The engine that trains one trial after the other in this process: for debugging, and where processes are unwanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from actsearch.core.events import Event, MakeTrain
from actsearch.core.experiment import Trial
from actsearch.engines.trainings import Trainings
from actsearch.engines.waiting import ReadCheckpoint, WaitingTrials


class InProcess:
    """See `events.Engine`."""

    def __init__(self, make_train: MakeTrain) -> None:
        self._trainings = Trainings(make_train)
        self._waiting = WaitingTrials()
        self._closed = False

    def submit(self, trial: Trial, checkpoint: ReadCheckpoint) -> None:
        self._waiting.add(trial, checkpoint)

    def events(self) -> Iterator[Event]:
        while self._waiting:
            trial, checkpoint = self._waiting.take()
            # This loop alone closes the training: one that is in the middle of a step could not be closed from outside.
            with closing(self._trainings.events(trial, checkpoint())) as events:
                while not self._closed:
                    event = next(events, None)
                    if event is None or self._closed:
                        break
                    yield event

    def close(self) -> None:
        self._closed = True
        self._waiting.clear()
