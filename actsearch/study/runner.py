"""Trains trials: hands them to an engine, begins those again whose worker was lost, and stores what comes.

Prints nothing; the caller shows the events. TensorFlow is imported only once there is something to train.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from actsearch.core import capacity
from actsearch.core.errors import DataError
from actsearch.core.events import Engine, Event, Failed, Lost, MakeTrain, Train
from actsearch.core.experiment import DataSpec, Trial
from actsearch.core.tasks import Task
from actsearch.data import sources
from actsearch.data.dataset import Dataset
from actsearch.store.writer import Store
from actsearch.study.plans import Plan

if TYPE_CHECKING:
    from actsearch.training.checkpoint_pace import Spacing

SaveModel = Literal["best", "last"]
EngineName = Literal["processes", "in-process", "ray"]
RETRIES = 2


def train_all(
    trials: Sequence[Trial],
    store: Store,
    engine: Engine,
    *,
    retries: int = RETRIES,
    fail_fast: bool = False,
    keep_engine: bool = False,
) -> Generator[tuple[Event, Trial], None, None]:
    """Trains the trials, stores each event, and yields it with its trial.

    The caller holds the store's lock. Whatever ends the loop, an exception or the caller, closes the engine.

    Args:
        trials: what to train.
        store: what is told of it is written here, and checkpoints are read from here.
        engine: what trains; it is closed in the end.
        retries: how often a trial is begun again whose worker was lost; after that it is failed.
        fail_fast: stop at the first trial that failed.
        keep_engine: leave the engine open when all trials have ended, for those of the next round; its workers have
            loaded TensorFlow already.
    """
    all_ended = False
    by_id = {trial.id: trial for trial in trials}
    lost: Counter[str] = Counter()
    try:
        for trial in trials:
            engine.submit(trial, partial(store.checkpoint, trial))
        for event in engine.events():
            trial = by_id[event.trial_id]
            if isinstance(event, Lost):
                lost[trial.id] += 1
                if lost[trial.id] > retries:
                    event = _given_up(event, lost[trial.id])
                else:
                    engine.submit(trial, partial(store.checkpoint, trial))
            store.record(event, trial)
            yield event, trial
            if fail_fast and isinstance(event, Failed):
                return
        all_ended = True
    finally:
        if not (keep_engine and all_ended):
            engine.close()


def engine(
    name: EngineName,
    make_train: MakeTrain,
    *,
    jobs: int,
    threads: int = 1,
    data_bytes: int = capacity.MNIST_BYTES,
    ray_address: str | None = None,
    ray_gpus: float = 0,
) -> Engine:
    """The engine of a name.

    Raises:
        UserError: Ray is not installed, or cannot be reached.
    """
    if name == "in-process":
        from actsearch.engines.in_process import InProcess

        return InProcess(make_train)
    if name == "processes":
        from actsearch.engines.processes import Processes

        return Processes(make_train, jobs, gpus=capacity.gpus())
    from actsearch.engines.ray import Ray

    memory = capacity.worker_memory(data_bytes)
    return Ray(make_train, address=ray_address, jobs=jobs, cpus=threads, gpus=ray_gpus, memory=memory)


def make_train_of(
    name: EngineName, plan: Plan, dataset: Dataset, spacing: Spacing, save_model: SaveModel | None = None
) -> MakeTrain:
    """What an engine of this name calls in each process that trains; `dataset` is the plan's.

    Worker processes do not get the data through a pipe, but load them themselves.
    """
    if name != "processes":
        return partial(trainer, dataset, spacing, save_model)
    asked = plan.experiment
    return partial(loading_trainer, asked.data, asked.task, plan.data_sha256, spacing, save_model)


def trainer(dataset: Dataset, spacing: Spacing | None = None, save_model: SaveModel | None = None) -> Train:
    """What trains trials on these data in this process. Imports TensorFlow."""
    from actsearch.core.native_output import held_back

    with held_back():
        from actsearch.networks import compiled_networks
        from actsearch.training import batches, loop
    networks, pipelines = compiled_networks.CompiledNetworks(), batches.Pipelines(dataset)

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        return loop.train(
            trial,
            dataset,
            checkpoint,
            networks=networks,
            pipelines=pipelines,
            spacing=spacing,
            save_model=save_model,
        )

    return train


def loading_trainer(
    spec: DataSpec,
    task: Task,
    sha256: str,
    spacing: Spacing | None = None,
    save_model: SaveModel | None = None,
) -> Train:
    """The same for another process of this machine, which loads the data itself and checks that they are the same.

    Raises:
        DataError: the data are not there any more, or others.
    """
    if spec.source.fingerprint() != sha256:
        raise DataError(f"{spec.source.place}: has changed since the run began; run the experiment again")
    return trainer(sources.load_dataset(spec, task), spacing, save_model)


def _given_up(event: Lost, times: int) -> Failed:
    often = f", {times} times" if times > 1 else ""
    text = f"{event.cause}{often}\n\nThe last that it wrote:\n{event.output}" if event.output else event.cause
    return Failed(event.trial_id, f"{event.cause}{often}", text + "\n")
