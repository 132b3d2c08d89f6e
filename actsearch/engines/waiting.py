"""The trials that wait in an engine until one of its workers is free."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from actsearch.core.experiment import Trial

ReadCheckpoint = Callable[[], bytes | None]
"""Called when a trial begins: a thousand checkpoints in memory at once would be too many."""


class WaitingTrials:
    """A queue of trials, in the order in which they were submitted."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Trial, ReadCheckpoint]] = deque()

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, trial: Trial, checkpoint: ReadCheckpoint) -> None:
        self._queue.append((trial, checkpoint))

    def take(self) -> tuple[Trial, ReadCheckpoint]:
        """The next one, which waits no longer."""
        return self._queue.popleft()

    def clear(self) -> None:
        self._queue.clear()
