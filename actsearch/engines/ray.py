"""The engine that trains on a Ray cluster, or on a Ray begun on this machine: actors that run the common worker loop.

Ray restarts and retries nothing here, since only the driver has the checkpoints. It is imported when an engine is made.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from actsearch.core.errors import UserError
from actsearch.core.events import Event, Lost, MakeTrain
from actsearch.engines.ray_actor import Place, Trainer, end_of_log
from actsearch.engines.ray_connection import connect, last_line
from actsearch.engines.ray_nodes import LOOK, PATIENCE, Nodes
from actsearch.engines.trainings import ends_its_trial
from actsearch.engines.workers import Worker, WorkerEngine

TICK = 0.5
"""Seconds after which a wait for events ends, so that a signal is heeded and the cluster looked at."""
AHEAD = 4
"""How many events an actor may be ahead of the driver: a slow disk here must not fill the memory there."""


class Ray(WorkerEngine["_ActorWorker"]):
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
        super().__init__()
        self._jobs = jobs
        self._failed_starts = 0
        self._failed_at = 0.0
        self._ray, self._ours = connect(address or os.environ.get("RAY_ADDRESS"))
        try:
            needs = {"CPU": cpus, "GPU": gpus, "memory": memory}
            self._nodes = Nodes(self._ray, {name: amount for name, amount in needs.items() if amount})
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

    def events(self) -> Iterator[Event]:
        while self._waiting or self._busy():
            self._nodes.look()
            self._begin_workers()
            self._hand_out()
            for worker, asked in self._ready():
                if worker.asked is not asked:  # ended since, by `close`
                    continue
                if worker.trial_id:
                    yield self._received(worker)
                else:
                    self._begun(worker)
            for worker in self._busy():  # their streams should fail soon after their node, but some versions forget it
                if worker.place and self._nodes.is_long_gone(worker.place.node):
                    yield self._lost(worker, self._cause(worker))

    def close(self) -> None:
        self._waiting.clear()
        for worker in list(self._workers):
            self._end(worker)
        self._make_train = None
        if self._ours:
            self._ray.shutdown()
            self._ours = False

    def _begin_workers(self) -> None:
        """Begins as many workers as there are trials for and room on the cluster; nodes may have come."""
        now = time.monotonic()
        self._nodes.check_room(now, in_use=bool(self._workers))
        if now < self._failed_at + LOOK:
            return
        room = self._nodes.room()
        wanted = min(len(self._waiting) + len(self._busy()), room, self._jobs or room)
        for _ in range(wanted - len(self._workers)):
            actor = self._actors.remote(self._make_train)
            self._workers.append(_ActorWorker(actor, actor.place.remote()))

    def _hand_out(self) -> None:
        """Gives waiting trials to workers that have nothing to do, and ends those for which there are none."""
        for worker in self._idle():
            if not self._waiting:
                self._end(worker)
            elif worker.place:
                trial, checkpoint = self._waiting.take()
                worker.trial_id = trial.id
                worker.asked = worker.actor.train.options(
                    num_returns="streaming", _generator_backpressure_num_objects=AHEAD
                ).remote(trial, checkpoint())

    def _ready(self) -> list[tuple[_ActorWorker, Any]]:
        """The workers that have something for us, each with what it was asked; none after a while without."""
        asked = {worker.asked: worker for worker in self._workers if worker.trial_id or not worker.place}
        if asked:
            with suppress(OSError):  # raised by some versions for a while when a node goes down
                if ready := self._ray.wait(list(asked), timeout=TICK)[0]:
                    ready = self._ray.wait(list(asked), num_returns=len(asked), timeout=0)[0]
                return [(asked[answer], answer) for answer in ready]
        time.sleep(TICK)
        return []

    def _begun(self, worker: _ActorWorker) -> None:
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
                    f"a Ray worker cannot begin: {last_line(error)}; every node needs the same versions: "
                    "pip install 'actsearch[ray]'"
                ) from error
            if self._failed_starts > 5:
                raise UserError(f"no Ray worker can begin: {self._why(error)}") from error

    def _received(self, worker: _ActorWorker) -> Event:
        """What a busy worker sent, or that it is lost."""
        try:
            event, size = self._ray.get(next(worker.asked), timeout=PATIENCE)
        except StopIteration:
            return self._lost(worker, "the training ended without a result")
        except self._ray.exceptions.RayError as error:
            self._nodes.look(at_once=True)
            return self._lost(worker, self._cause(worker, error))
        if ends_its_trial(event):
            self._free(worker, size)
        return event  # type: ignore[no-any-return]

    def _lost(self, worker: _ActorWorker, cause: str) -> Lost:
        assert worker.trial_id
        lost = Lost(worker.trial_id, cause, self._output(worker))
        self._end(worker)
        return lost

    def _cause(self, worker: _ActorWorker, error: Exception | None = None) -> str:
        """Why a worker is lost, in one line."""
        assert worker.place
        where = worker.place.address
        if self._nodes.is_gone(worker.place.node):
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
        return last_line(error).rpartition("Worker exit detail: ")[2]

    def _output(self, worker: _ActorWorker) -> str:
        """The last that a lost worker wrote, if its node is there to be asked."""
        assert worker.place
        if self._nodes.is_gone(worker.place.node):
            return ""
        there = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(worker.place.node, soft=False)
        read = self._ray.remote(num_cpus=0, max_retries=0, scheduling_strategy=there)(end_of_log)
        try:
            return str(self._ray.get(read.remote(worker.place.log), timeout=5))
        except self._ray.exceptions.RayError:
            return ""

    def _end(self, worker: _ActorWorker) -> None:
        self._workers.remove(worker)
        worker.asked = worker.trial_id = None
        if self._ray.is_initialized():
            self._ray.kill(worker.actor)


@dataclass(eq=False)
class _ActorWorker(Worker):
    """An actor; `place` is None until it has begun."""

    actor: Any
    asked: Any
    """What it owes us: its place, then the events of one trial after the other."""
    place: Place | None = None
