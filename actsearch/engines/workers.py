"""What the engines share whose workers are processes of their own: the queue, a worker's memory, its last output."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from actsearch.core.experiment import Trial
from actsearch.engines.waiting import ReadCheckpoint, WaitingTrials

OUTPUT = 4000
"""How many of the last bytes that a lost worker wrote are kept."""
LIMIT = 500_000_000
"""Bytes that a worker may grow beyond its size after its first trial; then another takes its place."""


@dataclass
class Growth:
    """How a worker's memory grows from trial to trial: TensorFlow keeps some of each, and over a night that is all."""

    first: int | None = None
    """Bytes after the first trial."""

    def is_too_much(self, size: int) -> bool:
        """Whether a worker of this size (bytes) after a trial should be replaced."""
        self.first = self.first or size
        return size > self.first + LIMIT


@dataclass(eq=False, kw_only=True)
class Worker:
    """A worker as the driver sees it; `trial_id` is None while it has nothing to do."""

    trial_id: str | None = None
    growth: Growth = field(default_factory=Growth)


W = TypeVar("W", bound=Worker)


class WorkerEngine(ABC, Generic[W]):
    """An engine that hands trials to workers; see `events.Engine`."""

    def __init__(self) -> None:
        self._waiting = WaitingTrials()
        self._workers: list[W] = []

    def submit(self, trial: Trial, checkpoint: ReadCheckpoint) -> None:
        self._waiting.add(trial, checkpoint)

    def _busy(self) -> list[W]:
        return [worker for worker in self._workers if worker.trial_id is not None]

    def _idle(self) -> list[W]:
        return [worker for worker in self._workers if worker.trial_id is None]

    def _free(self, worker: W, size: int | None) -> None:
        """Notes that a worker's trial has ended. One that has grown too much (to `size` bytes) is ended as well."""
        worker.trial_id = None
        if size is not None and worker.growth.is_too_much(size):
            self._end(worker)

    @abstractmethod
    def _end(self, worker: W) -> None:
        """Ends a worker at once, whatever it does."""


def memory_of(pid: int | None = None) -> int | None:
    """Bytes of memory that a process has, by default this one; None where it is gone."""
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return None


def last_output(log: Path) -> str:
    """The last that a worker wrote into a file; nothing where that cannot be read."""
    try:
        return log.read_bytes()[-OUTPUT:].decode("utf-8", errors="replace")
    except OSError:
        return ""
