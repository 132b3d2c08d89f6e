"""Trains one trial: a generator of events that writes nothing. Imports Keras and TensorFlow.

An epoch is Keras's own training step over a permutation that depends on the trial's seed and the epoch alone,
so that any epoch can be begun without the ones before it, from the variables of the network and its optimizer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from actsearch.core import machine
from actsearch.core.events import Checkpoint, Diverged, EpochDone, Event, Progress, Started
from actsearch.core.experiment import Trial
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits, split
from actsearch.networks.compiled_networks import CompiledNetwork, CompiledNetworks
from actsearch.networks.keras_task import highest_loss
from actsearch.networks.random_streams import ORDER_STREAM
from actsearch.networks.variable_values import copied_values
from actsearch.training.batches import Pipelines
from actsearch.training.checkpoint_pace import Pace, Spacing
from actsearch.training.checkpoints import TrainingState, pack
from actsearch.training.completion import TrainedSoFar, completed
from actsearch.training.devices import gpu_models, set_threads
from actsearch.training.observation import Observer
from actsearch.training.resumption import distinct_machines, resume
from actsearch.training.split_evaluation import SplitEvaluation

PROGRESS_SECONDS = 0.5
SECONDS_IN_A_CALL = 0.25
"""For how long steps go on without a look at signals and at what the driver asks for."""

Clock = Callable[[], float]
Machines = tuple[Mapping[str, Any], ...]


def train(
    trial: Trial,
    dataset: Dataset,
    checkpoint: bytes | None = None,
    *,
    networks: CompiledNetworks | None = None,
    pipelines: Pipelines | None = None,
    spacing: Spacing | None = None,
    save_model: Literal["best", "last"] | None = None,
    clock: Clock = time.perf_counter,
    seconds_in_a_call: float = SECONDS_IN_A_CALL,
) -> Iterator[Event]:
    """Trains a trial, and yields what happens.

    Args:
        trial: what to train.
        dataset: its data, checked.
        checkpoint: the content of a `Checkpoint` of the same trajectory, to go on from; one that is none, or of
            another version of the network, is passed over.
        networks: the compiled networks of this process, to be used again.
        pipelines: the batches of these data in this process, to be used again.
        spacing: when to yield a `Checkpoint`; by default, never.
        save_model: put this network into `Completed.model`.
        clock: seconds, for the times in the events and between checkpoints; no result depends on it.
        seconds_in_a_call: after how many the compiled steps return to Python; at 0, after each step. No result
            depends on it.

    Yields:
        `Started`; with diagnostics, a `Diagnosed` of the untrained network; for each epoch any number of `Progress`,
        one `EpochDone`, perhaps a `Diagnosed` and a `Checkpoint`; then `Completed` or `Diverged`.
    """
    threads = trial.candidate.training.threads
    set_threads(threads)
    splits = split(dataset, trial.data)
    network = (networks or CompiledNetworks()).fresh(
        trial.candidate, trial.task, dataset.input_shape, dataset.outputs, trial.seed, trial.diagnostics
    )
    machine_here = machine.describe(threads, gpu_models())
    state = resume(network.model, trial, checkpoint)
    machines = distinct_machines([*state.machines, machine_here])
    yield Started(trial.id, machine_here, state.epochs, machines[:-1], state.diagnosed)
    pipelines = pipelines or Pipelines(dataset)
    training = _Training(trial, dataset, splits, network, pipelines, state, clock, seconds_in_a_call)
    yield from training.untrained_layers()
    pace = Pace(spacing, clock)
    for epoch in training.epochs_left():
        yield from training.epoch(epoch)
        if training.has_diverged:
            yield Diverged(trial.id, epoch + 1)
            return
        if pace.wants_checkpoint(network.model, last=epoch + 1 == trial.candidate.training.epochs):
            yield Checkpoint(trial.id, epoch + 1, pack(training.state(machines)))
            pace.took_checkpoint()
    yield completed(trial, dataset, network.model, training.evaluation, training.done, save_model)


def order(trial: Trial, epoch: int, examples: int) -> np.ndarray:
    """The order of the examples in an epoch (from 0): a permutation from the trial's seed and the epoch alone."""
    return np.random.default_rng([trial.seed, ORDER_STREAM, epoch]).permutation(examples)


class _Training:
    """A training between its epochs, which count from 0 here.

    Attributes:
        done: what it has done so far.
        evaluation: evaluates its network.
        has_diverged: whether the last epoch did.
    """

    def __init__(
        self,
        trial: Trial,
        dataset: Dataset,
        splits: Splits,
        network: CompiledNetwork,
        pipelines: Pipelines,
        state: TrainingState,
        clock: Clock,
        seconds_in_a_call: float,
    ) -> None:
        self._trial, self._model, self._train_part, self._clock = trial, network.model, splits.train, clock
        self._train_steps, self._seconds_in_a_call = network.train_steps, seconds_in_a_call
        self.done = TrainedSoFar(list(state.epochs), list(state.diagnosed), state.best_epoch, state.best_variables)
        self.evaluation = SplitEvaluation(network, pipelines, dataset, splits)
        self._batches = pipelines.batches("train", trial.candidate.training.batch_size, len(splits.train))
        self._observer: Observer | None = None
        if trial.diagnostics is not None:
            self._observer = Observer(trial, network, dataset, splits, clock)
        targets = dataset.y_train[splits.train]
        self._highest_loss = highest_loss(trial.task, targets, trial.candidate.training.loss)
        self.has_diverged = False

    def epochs_left(self) -> range:
        return range(len(self.done.epochs), self._trial.candidate.training.epochs)

    def untrained_layers(self) -> Iterator[Event]:
        """What the layers do before the first epoch, where that is asked for and was not seen before."""
        if self._observer is not None and not self.done.diagnosed:
            self.done.diagnosed.append(self._observer.untrained())
            yield self.done.diagnosed[-1]

    def epoch(self, epoch: int) -> Iterator[Event]:
        """Trains an epoch, validates, and looks at the layers."""
        began = self._clock()
        in_order = self._train_part[order(self._trial, epoch, len(self._train_part))]
        if self._observer is not None:
            self._observer.epoch_begins(epoch + 1)
        yield from self._steps(epoch, in_order)
        trained = self._model.get_metrics_result()
        validated, outputs = self.evaluation.evaluate(self.evaluation.validation)
        named = {**trained, **{f"val_{name}": value for name, value in validated.items()}}
        metrics: dict[str, float] = {name: float(named[name]) for name in self._trial.task.history_metrics}
        ended = EpochDone(self._trial.id, epoch + 1, metrics, self._clock() - began)
        losses = metrics[self._trial.task.loss.name], metrics[self._trial.task.validated_loss]
        self.has_diverged = not all(math.isfinite(loss) and loss <= self._highest_loss for loss in losses)
        seen = None if self._observer is None else self._observer.epoch_ended(epoch + 1, self.has_diverged)
        if self.has_diverged:
            ended = replace(ended, metrics=dict.fromkeys(metrics, None))
        else:
            self._keep_if_best(epoch, metrics)
            self._remember(epoch, outputs)
            self.done.epochs.append(ended)
        yield ended
        if seen is not None:
            self.done.diagnosed.append(seen)
            yield seen

    def _steps(self, epoch: int, in_order: np.ndarray) -> Iterator[Progress]:
        """The steps of an epoch. Keras's `fit` does the same ones, but could not be left between two of them."""
        self._model.reset_metrics()
        iterator = self._batches.of(in_order)
        done, steps = 0, self._batches.steps
        last_progress = self._clock()
        while done < steps:
            done += self._train_steps(iterator, steps - done, self._seconds_in_a_call)
            if self._clock() - last_progress >= PROGRESS_SECONDS:
                last_progress = self._clock()
                yield Progress(self._trial.id, epoch + 1, done, steps)

    def _keep_if_best(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Keeps the network's variables where it validates better than after every epoch before."""
        done = self.done
        task = self._trial.task
        best = done.epochs[done.best_epoch].metrics[task.validated_by] if epoch else None
        if best is None or task.decisive.better(metrics[task.validated_by], best):
            done.best_epoch, done.best_variables = epoch, copied_values(self._model.variables)

    def _remember(self, epoch: int, outputs: np.ndarray) -> None:
        """Keeps the outputs of the last and the best epoch, which are needed at the end."""
        known = {**self.done.outputs, epoch: {self.evaluation.validation: outputs}}
        self.done.outputs = {i: known[i] for i in known if i in (self.done.best_epoch, epoch)}

    def state(self, machines: Machines) -> TrainingState:
        """All that is needed to go on after the last epoch done."""
        done = self.done
        is_best = done.best_epoch == len(done.epochs) - 1
        return TrainingState(
            epochs=tuple(done.epochs),
            machines=machines,
            variables=copied_values([*self._model.variables, *self._model.optimizer.variables]),
            best_epoch=done.best_epoch,
            best_variables=[] if is_best else done.best_variables,
            diagnosed=tuple(done.diagnosed),
            diagnostics=self._trial.diagnostics,
        )
