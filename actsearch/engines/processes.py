"""The engine that trains in worker processes of this machine: spawned, reused, and gone when the driver is gone.

Each worker has a pipe of its own; a death breaks nothing but that pipe.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import get_args

from actsearch.core.errors import UserError
from actsearch.core.events import Ending, Event, Lost, MakeTrain
from actsearch.core.experiment import Trial
from actsearch.core.signals import SIGNALS
from actsearch.engines.trainings import OUTPUT, Growth, Trainings

_REMEDY = "cannot be written ({}); finished trials are kept: make room there, or set TMPDIR to another folder"


class Processes:
    """See `events.Engine`. At most `jobs` workers; with GPUs, each worker has one for itself."""

    def __init__(self, make_train: MakeTrain, jobs: int, gpus: Sequence[str] = ()) -> None:
        self._make_train = make_train
        self._places = deque({"CUDA_VISIBLE_DEVICES": gpus[i % len(gpus)]} if gpus else {} for i in range(jobs))
        """One for every worker that may be begun still: what its environment has beyond ours."""
        self._waiting: deque[tuple[Trial, Callable[[], bytes | None]]] = deque()
        self._workers: dict[Connection, _Worker] = {}
        try:
            self._temporary = tempfile.TemporaryDirectory(prefix="actsearch-", ignore_cleanup_errors=True)
        except OSError as error:
            raise UserError(f"{error.filename or 'the temporary folder'}: {_REMEDY.format(error.strerror)}") from error

    def submit(self, trial: Trial, checkpoint: Callable[[], bytes | None]) -> None:
        self._waiting.append((trial, checkpoint))

    def events(self) -> Iterator[Event]:
        while True:
            self._hand_out()
            busy = [worker.connection for worker in self._workers.values() if worker.trial_id is not None]
            if not busy:
                return
            for connection in wait(busy):
                worker = self._workers.get(connection)  # type: ignore[call-overload]
                if worker is None or worker.trial_id is None:  # cancelled or closed since
                    continue
                yield self._received(worker)

    def cancel(self, trial_id: str) -> None:
        self._waiting = deque(queued for queued in self._waiting if queued[0].id != trial_id)
        for worker in [worker for worker in self._workers.values() if worker.trial_id == trial_id]:
            self._end(worker)

    def close(self) -> None:
        self._waiting.clear()
        for worker in self._workers.values():  # all at once, then wait for each
            worker.process.kill()
        for worker in list(self._workers.values()):
            self._end(worker)
        self._temporary.cleanup()

    def _hand_out(self) -> None:
        """Gives waiting trials to idle workers, and begins as many more as there are places for."""
        idle = deque(worker for worker in self._workers.values() if worker.trial_id is None)
        while self._waiting and (idle or self._places):
            worker = idle.popleft() if idle else self._begin_worker()
            if not worker.process.is_alive():  # killed while it had nothing to do: no trial has lost anything
                self._end(worker)
                continue
            trial, checkpoint = self._waiting.popleft()
            content = checkpoint()
            worker.trial_id = trial.id
            with contextlib.suppress(OSError):  # it has died; that shows when its pipe is read
                worker.connection.send((trial, content))

    def _received(self, worker: _Worker) -> Event:
        """What a busy worker sent, or that it is lost."""
        try:
            event: Event = worker.connection.recv()
        except (EOFError, OSError):
            trial_id = worker.trial_id
            assert trial_id is not None
            worker.process.join(5)
            cause, output = _cause_of_death(worker.process.exitcode), worker.output()
            self._end(worker)
            return Lost(trial_id, cause, output)
        if isinstance(event, get_args(Ending)):
            worker.trial_id = None
            if worker.has_grown():
                self._end(worker)
        return event

    def _begin_worker(self) -> _Worker:
        place = self._places.popleft()
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        try:
            Path(self._temporary.name).mkdir(exist_ok=True)  # whoever cleans up there may have taken it for forgotten
            handle, name = tempfile.mkstemp(suffix=".txt", dir=self._temporary.name)
        except OSError as error:
            raise UserError(f"{self._temporary.name}: {_REMEDY.format(error.strerror)}") from error
        os.close(handle)
        environment = {**place, "TMPDIR": self._temporary.name}
        process = context.Process(target=work, args=(there, self._make_train, environment, name), daemon=True)
        try:
            with _signals_blocked():
                process.start()
        except OSError as error:
            raise UserError(
                f"no further process can be begun ({error.strerror or error}); finished trials are kept:"
                " give fewer --jobs"
            ) from error
        there.close()
        worker = _Worker(process, here, Path(name), place)
        self._workers[here] = worker
        return worker

    def _end(self, worker: _Worker) -> None:
        """Ends a worker, and frees its place."""
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        if self._workers.pop(worker.connection, None) is not None:
            self._places.append(worker.place)


@dataclass(eq=False)
class _Worker:
    """A worker process as the driver sees it; `trial_id` is None while it has nothing to do."""

    process: SpawnProcess
    connection: Connection
    log: Path
    place: dict[str, str]
    trial_id: str | None = None
    growth: Growth = field(default_factory=Growth)

    def has_grown(self) -> bool:
        """Whether it has become so big after a trial that another should take its place."""
        import psutil

        try:
            return self.growth.is_too_much(int(psutil.Process(self.process.pid).memory_info().rss))
        except psutil.Error:
            return False

    def output(self) -> str:
        try:
            return self.log.read_bytes()[-OUTPUT:].decode("utf-8", errors="replace").strip()
        except OSError:
            return ""


def work(connection: Connection, make_train: MakeTrain, environment: Mapping[str, str], log: str) -> None:
    """What a worker process does: trains the trials that come through its pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal; the driver decides
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # they were blocked while this process began
    os.environ.update(environment)
    tempfile.tempdir = None  # look at TMPDIR again
    with Path(log).open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    faulthandler.enable(sys.stderr)
    trials: queue.SimpleQueue[tuple[Trial, bytes | None]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, trials), daemon=True).start()
    trainings = Trainings(make_train)
    while True:
        trial, checkpoint = trials.get()
        for event in trainings.events(trial, checkpoint):
            connection.send(event)


def _listen(connection: Connection, trials: queue.SimpleQueue[tuple[Trial, bytes | None]]) -> None:
    """Takes what the driver sends; when the driver is gone, so is this process, whatever it is in the middle of."""
    try:
        while True:
            trials.put(connection.recv())
    except (EOFError, OSError):
        pass
    except Exception:  # what came cannot be read, as when the package was replaced under a running run
        traceback.print_exc()
    finally:
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)  # the driver's own, which it cannot remove any more
        os._exit(1)


@contextlib.contextmanager
def _signals_blocked() -> Iterator[None]:
    """Blocks the signals that end a run, here and in a process begun inside; here they are heeded after the block."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would unblock them when it is begun
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*SIGNALS, signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cause_of_death(exitcode: int | None) -> str:
    if exitcode is None:
        return "the worker closed its pipe"
    if exitcode >= 0:
        return f"the worker ended with exit code {exitcode}"
    names = {
        signal.SIGKILL: "as the system does when memory runs out; fewer --jobs take less",
        signal.SIGSEGV: "segmentation fault",
    }
    number = -exitcode
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    why = names.get(signal.Signals(number)) if number in set(signal.Signals) else None
    return f"the worker was killed by {name}" + (f" ({why})" if why else "")
