"""The engine that trains on a Ray cluster, or on a Ray begun on this machine: actors that run the common worker loop.

Ray restarts and retries nothing here, since only the driver has the checkpoints. It is imported when an engine is made.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from actsearch.core import capacity
from actsearch.core.errors import UserError
from actsearch.core.events import Ending, Event, Lost, MakeTrain
from actsearch.core.experiment import Trial
from actsearch.core.native_output import held_back
from actsearch.engines.trainings import OUTPUT, Growth, Trainings

TICK = 0.5
"""Seconds after which a wait for events ends, so that a signal is heeded and the cluster looked at."""
LOOK = 2
"""Seconds between two looks at the cluster."""
PATIENCE = 30
"""Seconds in which a head that does not answer, or nodes when none is left, may come back."""
AHEAD = 4
"""How many events an actor may be ahead of the driver: a slow disk here must not fill the memory there."""
QUIET = {"RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}
"""Variables of the environment without which Ray writes to the terminal what befalls nodes and workers."""
BOUNDED = {
    "RAY_NUM_REDIS_GET_RETRIES": "2",
    "RAY_gcs_rpc_server_connect_timeout_s": "3",
    "RAY_py_gcs_connect_timeout_s": "3",
    "RAY_gcs_server_request_timeout_seconds": "20",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "600",
}
"""Variables without which Ray tries to connect for minutes, and ends this process a minute after it lost the head."""


class Ray:
    """See `events.Engine`. Actors ask for `cpus`, `gpus` and `memory` (bytes); there are at most `jobs` of them.

    Without an address, or one in the environment variable RAY_ADDRESS, a Ray is begun on this machine that ends with
    the engine. If this process uses Ray already, that one is used, and left as it is.

    Trials wait until there is room for actors, also while others occupy it; actors with nothing to do make room.

    Raises:
        UserError: Ray is not installed, the cluster cannot be reached, or none of its nodes is big enough for an
            actor. Reading `events` raises it also if actors cannot begin or the cluster is lost.
    """

    def __init__(
        self,
        make_train: MakeTrain,
        *,
        address: str | None = None,
        jobs: int | None = None,
        cpus: float = 1,
        gpus: float = 0,
        memory: int | None = None,
    ) -> None:
        self._jobs = jobs
        self._needs = {name: n for name, n in (("CPU", cpus), ("GPU", gpus), ("memory", memory)) if n}
        self._waiting: deque[tuple[Trial, Callable[[], bytes | None]]] = deque()
        self._workers: list[_Worker] = []
        self._failed_starts = 0
        self._failed_at = 0.0
        self._sizes: list[dict[str, float]] = []
        """What each living node has in all."""
        self._alive: dict[str, float] = {}
        """When each node was last seen alive."""
        self._tried = 0.0
        self._looked = self._had_room = time.monotonic()
        self._ray, self._ours = _connected(address or os.environ.get("RAY_ADDRESS"))
        try:
            context = self._ray.get_runtime_context()
            self._head, self._own_node = context.gcs_address, context.get_node_id()
            self._look()
            if not self._room():
                raise UserError(self._too_small())
            self._make_train = self._ray.put(make_train)
            self._actors = self._ray.remote(
                num_cpus=cpus,
                num_gpus=gpus,
                memory=memory,
                max_restarts=0,
                max_task_retries=0,
                scheduling_strategy="SPREAD",
            )(Trainer)
        except BaseException:
            self.close()
            raise

    def submit(self, trial: Trial, checkpoint: Callable[[], bytes | None]) -> None:
        self._waiting.append((trial, checkpoint))

    def events(self) -> Iterator[Event]:
        while self._waiting or self._busy():
            self._look()
            self._begin_workers()
            self._hand_out()
            for worker, asked in self._ready():
                if worker.asked is not asked:  # ended since, by `cancel` or `close`
                    continue
                if worker.trial_id:
                    yield self._received(worker)
                else:
                    self._begun(worker)
            for worker in self._busy():  # their streams should fail soon after their node, but some versions forget it
                if self._last_seen(worker) < self._looked - PATIENCE / 3:
                    yield self._lost(worker, self._cause(worker))

    def cancel(self, trial_id: str) -> None:
        self._waiting = deque(queued for queued in self._waiting if queued[0].id != trial_id)
        for worker in [worker for worker in self._workers if worker.trial_id == trial_id]:
            self._end(worker)

    def close(self) -> None:
        self._waiting.clear()
        for worker in list(self._workers):
            self._end(worker)
        self._make_train = None
        if self._ours:
            self._ray.shutdown()
            self._ours = False

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.trial_id]

    def _look(self, at_once: bool = False) -> None:
        """Notes which nodes the cluster has, if the last look was a while ago."""
        now = time.monotonic()
        if now < self._tried + LOOK and not at_once:
            return
        self._tried = now
        if _answers(self._head):  # else asking for the nodes would block
            nodes = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
            self._sizes = list(nodes.values())
            self._alive |= dict.fromkeys(nodes, now)
            self._looked = now
        if now > self._looked + PATIENCE or self._alive.get(self._own_node, now) < self._looked:
            raise UserError(
                f"the connection to the Ray cluster at {self._head} is lost; finished trials are kept: when it is up "
                "again, run the same command to go on"
            )

    def _last_seen(self, worker: _Worker) -> float:
        """When its node was last seen alive."""
        return self._alive.get(worker.place.node, self._looked) if worker.place else self._looked

    def _room(self) -> int:
        """How many actors the nodes could hold if nobody else used them."""
        return sum(int(min(size.get(name, 0) / n for name, n in self._needs.items()) + 1e-6) for size in self._sizes)

    def _too_small(self) -> str:
        formats = {"CPU": "{:g} CPUs", "GPU": "{:g} GPUs", "memory": "{:,.0f} bytes of memory"}
        needed, *had = (
            ", ".join(formats[name].format(size.get(name, 0)) for name in self._needs)
            for size in (self._needs, *self._sizes[:5])
        )
        return f"no node of the Ray cluster is big enough for a trial, which needs {needed}; the nodes have " + (
            "; ".join(had) or "gone"
        )

    def _begin_workers(self) -> None:
        """Begins as many workers as there are trials for and room on the cluster; nodes may have come."""
        room, now = self._room(), time.monotonic()
        if room or self._workers:
            self._had_room = now
        elif now > self._had_room + PATIENCE:
            raise UserError(self._too_small())
        if now < self._failed_at + LOOK:
            return
        wanted = min(len(self._waiting) + len(self._busy()), room, self._jobs or room)
        for _ in range(wanted - len(self._workers)):
            actor = self._actors.remote(self._make_train)
            self._workers.append(_Worker(actor, actor.place.remote()))

    def _hand_out(self) -> None:
        """Gives waiting trials to workers that have nothing to do, and ends those for which there are none."""
        for worker in [worker for worker in self._workers if not worker.trial_id]:
            if not self._waiting:
                self._end(worker)
            elif worker.place:
                trial, checkpoint = self._waiting.popleft()
                worker.trial_id = trial.id
                worker.asked = worker.actor.train.options(
                    num_returns="streaming", _generator_backpressure_num_objects=AHEAD
                ).remote(trial, checkpoint())

    def _ready(self) -> list[tuple[_Worker, Any]]:
        """The workers that have something for us, each with what it was asked; none after a while without."""
        asked = {worker.asked: worker for worker in self._workers if worker.trial_id or not worker.place}
        if asked:
            with suppress(OSError):  # raised by some versions for a while when a node goes down
                if ready := self._ray.wait(list(asked), timeout=TICK)[0]:
                    ready = self._ray.wait(list(asked), num_returns=len(asked), timeout=0)[0]
                return [(asked[one], one) for one in ready]
        time.sleep(TICK)
        return []

    def _begun(self, worker: _Worker) -> None:
        """Notes where a worker has begun, or drops it if it could not."""
        try:
            worker.place = self._ray.get(worker.asked)
            self._failed_starts = 0
        except self._ray.exceptions.RayError as error:
            self._end(worker)
            self._failed_starts += 1
            self._failed_at = time.monotonic()
            if getattr(error, "actor_init_failed", False):
                raise UserError(
                    f"a Ray worker cannot begin: {_last_line(error)}; every node needs the same versions: "
                    "pip install 'actsearch[ray]'"
                ) from error
            if self._failed_starts > 5:
                raise UserError(f"no Ray worker can begin: {self._why(error)}") from error

    def _received(self, worker: _Worker) -> Event:
        """What a busy worker sent, or that it is lost."""
        try:
            event, size = self._ray.get(next(worker.asked), timeout=PATIENCE)
        except StopIteration:
            return self._lost(worker, "the training ended without a result")
        except self._ray.exceptions.RayError as error:
            self._look(at_once=True)
            return self._lost(worker, self._cause(worker, error))
        if isinstance(event, get_args(Ending)):
            worker.trial_id = None
            if worker.growth.is_too_much(size):
                self._end(worker)
        return event  # type: ignore[no-any-return]

    def _lost(self, worker: _Worker, cause: str) -> Lost:
        assert worker.trial_id
        lost = Lost(worker.trial_id, cause, self._output(worker))
        self._end(worker)
        return lost

    def _cause(self, worker: _Worker, error: Exception | None = None) -> str:
        """Why a worker is lost, in one line."""
        assert worker.place
        where = worker.place.address
        if self._last_seen(worker) < self._looked:
            return f"the Ray node {where} went down"
        return f"the Ray worker on {where} is lost: {self._why(error)}"

    def _why(self, error: Exception | None) -> str:
        """What Ray says of a lost worker, in one line: its own explanations have dozens, and name no signal."""
        text = str(error)
        if isinstance(error, self._ray.exceptions.OutOfMemoryError) or "low on memory" in text:
            return "memory ran out, and Ray ended it"
        if isinstance(error, self._ray.exceptions.ActorUnavailableError):
            return "its node went down, or cannot be reached"
        if "connection error code 2" in text:
            return "it crashed or was killed (as the system does when memory runs out)"
        return _last_line(error).rpartition("Worker exit detail: ")[2]

    def _output(self, worker: _Worker) -> str:
        """The last that a lost worker wrote, if its node is there to be asked."""
        assert worker.place
        if self._last_seen(worker) < self._looked:
            return ""
        there = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(worker.place.node, soft=False)
        read = self._ray.remote(num_cpus=0, max_retries=0, scheduling_strategy=there)(_end_of)
        try:
            return str(self._ray.get(read.remote(worker.place.log), timeout=5))
        except self._ray.exceptions.RayError:
            return ""

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.asked = worker.trial_id = None
        if self._ray.is_initialized():
            self._ray.kill(worker.actor)


@dataclass(frozen=True)
class Place:
    """Where an actor is: the node's id and address, and the file that it writes to."""

    node: str
    address: str
    log: Path


@dataclass(eq=False)
class _Worker:
    """An actor as the driver sees it. `place` is None until it has begun, `trial_id` while it has nothing to do."""

    actor: Any
    asked: Any
    """What it owes us: its place, then the events of one trial after the other."""
    place: Place | None = None
    trial_id: str | None = None
    growth: Growth = field(default_factory=Growth)


class Trainer:
    """The actor: trains one trial after the other, and tells where it is."""

    def __init__(self, make_train: MakeTrain) -> None:
        self._trainings = Trainings(make_train)

    def place(self) -> Place:
        import ray

        log = Path("/proc/self/fd/2")
        return Place(ray.get_runtime_context().get_node_id(), ray.util.get_node_ip_address(), log.resolve())

    def train(self, trial: Trial, checkpoint: bytes | None) -> Generator[tuple[Event, int], None, None]:
        """The events of a trial, the last one with the bytes of memory that this process then has."""
        import psutil

        for event in self._trainings.events(trial, checkpoint):
            yield event, psutil.Process().memory_info().rss if isinstance(event, get_args(Ending)) else 0


def _end_of(log: Path) -> str:
    """The end of what a worker wrote, without the lines that Ray marks its logs with."""
    with suppress(OSError):
        lines = log.read_bytes()[-OUTPUT:].decode("utf-8", errors="replace").splitlines()
        return "\n".join(line for line in lines if not line.startswith((":job_id:", ":actor_name:"))).strip()
    return ""


def _connected(address: str | None) -> tuple[Any, bool]:
    """The module `ray`, connected, and whether it is for us to disconnect it."""
    os.environ.update((QUIET | BOUNDED if address else QUIET) | os.environ)
    try:
        import ray
    except ImportError as error:
        raise UserError("Ray is not installed; pip install 'actsearch[ray]'") from error
    if ray.is_initialized():
        return ray, False
    where: dict[str, Any] = {"address": address}
    problem = (
        f"the Ray cluster at {address} cannot be reached: {{}}; give the host:port that `ray start --head` shows, on a "
        "machine that is a node of the cluster"
    )
    if address is None:
        where = {"address": "local", "num_cpus": capacity.usable_cores(), "include_dashboard": False}
        problem = "Ray cannot be started on this machine: {}; train with --engine processes"
    elif address.startswith("ray://"):
        raise UserError(problem.format("this is the address of a Ray Client, which passes no events on"))
    elif address != "auto" and not _answers(address, 5):
        raise UserError(problem.format("nothing answers there"))
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    failure: Exception | None = None
    try:
        with held_back():
            try:
                ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
            except Exception as error:  # Ray raises many kinds
                failure = error
    finally:  # Ray's own handler of SIGTERM would end the run without a word
        with suppress(ValueError):  # not the main thread: Ray has changed nothing
            for number, handler in before.items():
                signal.signal(number, handler)
    if "InvalidAuthToken" in f"{failure!r} {getattr(failure, '__cause__', None)!r}":
        raise UserError(
            f"the Ray cluster at {address} asks for a token: export RAY_AUTH_MODE=token, and copy ~/.ray/auth_token "
            "from the machine where it was started"
        ) from failure
    if failure is not None:
        raise UserError(problem.format(_last_line(failure.__cause__ or failure))) from failure
    return ray, True


def _answers(address: str, seconds: float = 1) -> bool:
    """Whether anything listens at `host:port`."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _last_line(error: BaseException | None) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[-1].strip()[:300]
