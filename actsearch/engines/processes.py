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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from actsearch.core.errors import UserError
from actsearch.core.events import Event, Lost, MakeTrain
from actsearch.core.experiment import Trial
from actsearch.core.signals import SIGNALS
from actsearch.engines.trainings import Trainings, ends_its_trial
from actsearch.engines.workers import Worker, WorkerEngine, last_output, memory_of

_REMEDY = "cannot be written ({}); finished trials are kept: make room there, or set TMPDIR to another folder"
WHY_KILLED = {
    signal.SIGKILL: "as the system does when memory runs out; fewer --jobs take less",
    signal.SIGSEGV: "segmentation fault",
}


class Processes(WorkerEngine["_ProcessWorker"]):
    """See `events.Engine`. At most `jobs` workers; with GPUs, each worker has one for itself."""

    def __init__(self, make_train: MakeTrain, jobs: int, gpus: Sequence[str] = ()) -> None:
        super().__init__()
        self._make_train = make_train
        self._places = deque({"CUDA_VISIBLE_DEVICES": gpus[i % len(gpus)]} if gpus else {} for i in range(jobs))
        """One for every worker that may be begun still: what its environment has beyond ours."""
        try:
            self._temporary = tempfile.TemporaryDirectory(prefix="actsearch-", ignore_cleanup_errors=True)
        except OSError as error:
            raise UserError(f"{error.filename or 'the temporary folder'}: {_REMEDY.format(error.strerror)}") from error

    def events(self) -> Iterator[Event]:
        while True:
            self._hand_out()
            busy = {worker.connection: worker for worker in self._busy()}
            if not busy:
                return
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]
                if worker in self._workers:  # else it was closed since
                    yield self._received(worker)

    def close(self) -> None:
        self._waiting.clear()
        for worker in self._workers:  # all at once, then wait for each
            worker.process.kill()
        for worker in list(self._workers):
            self._end(worker)
        self._temporary.cleanup()

    def _hand_out(self) -> None:
        """Gives waiting trials to idle workers, and begins as many more as there are places for."""
        idle = deque(self._idle())
        while self._waiting and (idle or self._places):
            worker = idle.popleft() if idle else self._begin_worker()
            if not worker.process.is_alive():  # killed while it had nothing to do: no trial has lost anything
                self._end(worker)
                continue
            trial, checkpoint = self._waiting.take()
            content = checkpoint()
            worker.trial_id = trial.id
            with contextlib.suppress(OSError):  # it has died; that shows when its pipe is read
                worker.connection.send((trial, content))

    def _received(self, worker: _ProcessWorker) -> Event:
        """What a busy worker sent, or that it is lost."""
        try:
            event: Event = worker.connection.recv()
        except (EOFError, OSError):
            trial_id = worker.trial_id
            assert trial_id is not None
            worker.process.join(5)
            cause, output = _cause_of_death(worker.process.exitcode), last_output(worker.log).strip()
            self._end(worker)
            return Lost(trial_id, cause, output)
        if ends_its_trial(event):
            self._free(worker, memory_of(worker.process.pid))
        return event

    def _begin_worker(self) -> _ProcessWorker:
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
        worker = _ProcessWorker(process, here, Path(name), place)
        self._workers.append(worker)
        return worker

    def _end(self, worker: _ProcessWorker) -> None:
        """Ends a worker, and frees its place."""
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        if worker in self._workers:
            self._workers.remove(worker)
            self._places.append(worker.place)


@dataclass(eq=False)
class _ProcessWorker(Worker):
    """A worker process."""

    process: SpawnProcess
    connection: Connection
    log: Path
    place: dict[str, str]


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
    try:
        number = signal.Signals(-exitcode)
    except ValueError:  # it has no name
        return f"the worker was killed by signal {-exitcode}"
    why = f" ({WHY_KILLED[number]})" if number in WHY_KILLED else ""
    return f"the worker was killed by {number.name}{why}"
