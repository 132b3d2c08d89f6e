"""The engine that trains one trial after the other in this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing

from actsearch.engines.failures import failures_as_events
from actsearch.events import Event
from actsearch.experiment import Trial


class InProcess:
    """See `events.Engine`. `train` turns a trial into its events."""

    def __init__(self, train: Callable[[Trial], Iterator[Event]]) -> None:
        self._train = train
        self._waiting: deque[Trial] = deque()
        self._cancelled: set[str] = set()
        self._closed = False

    def submit(self, trial: Trial) -> None:
        self._cancelled.discard(trial.id)
        self._waiting.append(trial)

    def events(self) -> Iterator[Event]:
        while self._waiting:
            trial = self._waiting.popleft()
            # This loop alone closes the training: one that is in the middle of a step could not be closed from outside.
            with closing(failures_as_events(self._train, trial)) as events:
                while not self._closed and trial.id not in self._cancelled:
                    event = next(events, None)
                    if event is None or self._closed or trial.id in self._cancelled:
                        break
                    yield event

    def cancel(self, trial_id: str) -> None:
        self._cancelled.add(trial_id)

    def close(self) -> None:
        self._closed = True
        self._waiting.clear()
