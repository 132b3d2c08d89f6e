"""What runs on the nodes of a Ray cluster: the actor that trains, and the reader of what a lost one wrote."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from actsearch.core.events import Event, MakeTrain
from actsearch.core.experiment import Trial
from actsearch.engines.trainings import Trainings, ends_its_trial
from actsearch.engines.workers import last_output, memory_of


@dataclass(frozen=True)
class Place:
    """Where an actor is: the node's id and address, and the file that it writes to."""

    node: str
    address: str
    log: Path


class Trainer:
    """The actor: trains one trial after the other, and tells where it is."""

    def __init__(self, make_train: MakeTrain) -> None:
        self._trainings = Trainings(make_train)

    def place(self) -> Place:
        import ray

        log = Path("/proc/self/fd/2")
        return Place(ray.get_runtime_context().get_node_id(), ray.util.get_node_ip_address(), log.resolve())

    def train(self, trial: Trial, checkpoint: bytes | None) -> Generator[tuple[Event, int | None], None, None]:
        """The events of a trial, the last one with the bytes of memory that this process then has."""
        for event in self._trainings.events(trial, checkpoint):
            yield event, memory_of() if ends_its_trial(event) else None


def end_of_log(log: Path) -> str:
    """The end of what an actor wrote, without the lines that Ray marks its logs with."""
    lines = last_output(log).splitlines()
    return "\n".join(line for line in lines if not line.startswith((":job_id:", ":actor_name:"))).strip()
