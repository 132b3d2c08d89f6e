"""Trains one trial: a generator of events that writes nothing. Imports Keras and TensorFlow.

An epoch is Keras's own compiled training step over a permutation that depends on the trial's seed and the epoch alone,
so that any epoch can be begun without the ones before it, from the variables of the network and its optimizer.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from actsearch.core import machine
from actsearch.core.events import (
    METRICS,
    Checkpoint,
    Completed,
    Diagnosed,
    Diverged,
    EpochDone,
    Evaluation,
    Event,
    Progress,
    Started,
)
from actsearch.core.experiment import Trial
from actsearch.data import splitting
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.networks import models
from actsearch.networks.evaluation import evaluate, predicted_labels, smallest, test_values
from actsearch.networks.models import Network, Networks
from actsearch.training import observation
from actsearch.training.batches import Batches, Pipelines
from actsearch.training.checkpoints import Spacing, State, pack, unpack
from actsearch.training.observation import Observer

EVALUATION_BATCH = 128
"""Larger batches are slower on a CPU. Fixed, since the last bits of a validation loss depend on it."""

DIVERGED_ABOVE = 1e6
PROGRESS_SECONDS = 0.5
PACKING_SPEED = 50e6
"""Bytes a second of a checkpoint, assumed on the slow side until one was made."""


def set_threads(threads: int) -> None:
    """Sets TensorFlow's intra-op threads for this process; once set they cannot be changed.

    Raises:
        RuntimeError: TensorFlow has begun with another number.
    """
    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)


def gpus() -> list[str]:
    """The GPUs that TensorFlow sees, by their models. With any, its operations are made deterministic.

    On a processor they are so anyway, with one number of threads, and without the price that this has.
    """
    found = tf.config.list_physical_devices("GPU")
    if found:
        tf.config.experimental.enable_op_determinism()
    return [tf.config.experimental.get_device_details(one).get("device_name", one.name) for one in found]


def train(
    trial: Trial,
    dataset: Dataset,
    checkpoint: bytes | None = None,
    *,
    networks: Networks | None = None,
    pipelines: Pipelines | None = None,
    spacing: Spacing | None = None,
    save_model: Literal["best", "last"] | None = None,
    clock: Any = time.perf_counter,
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

    Yields:
        `Started`; with diagnostics, a `Diagnosed` of the untrained network; for each epoch any number of `Progress`,
        one `EpochDone`, perhaps a `Diagnosed` and a `Checkpoint`; then `Completed` or `Diverged`.
    """
    settings = trial.candidate.training
    set_threads(settings.threads)
    splits = splitting.split(dataset, trial.data)
    network = (networks or Networks()).fresh(
        trial.candidate, dataset.input_shape, dataset.classes, trial.seed, trial.diagnostics
    )
    model = network.model
    machine_here = machine.describe(settings.threads, gpus())
    state = _resumed(model, trial, checkpoint)
    machines = _distinct([*state.machines, machine_here])
    yield Started(trial.id, machine_here, state.epochs, machines[:-1], state.diagnosed)
    validation_split = "test" if splits.validation is None else "validation"
    pipelines = pipelines or Pipelines(dataset)
    validate = _evaluator(network, pipelines, _indices(dataset, splits), validation_split)
    batches = pipelines.batches("train", settings.batch_size, len(splits.train))
    epochs, best_epoch, best = list(state.epochs), state.best_epoch, state.best_variables
    probabilities: dict[int, Mapping[str, np.ndarray]] = {}  # after the last and the best epoch, by split
    diagnosed = list(state.diagnosed)
    observer = Observer(trial, network, dataset, splits, clock) if trial.diagnostics is not None else None
    if observer is not None and not diagnosed:
        diagnosed.append(observer.untrained())
        yield diagnosed[-1]
    pace = _Pace(spacing, clock)
    for epoch in range(len(epochs), settings.epochs):
        began = clock()
        in_order = splits.train[order(trial, epoch, len(splits.train))]
        if observer is not None:
            observer.epoch_begins(epoch + 1)
        yield from _epoch(model, trial, epoch, batches, in_order, clock)
        trained = model.get_metrics_result()
        validated, found = validate()
        named = {**trained, **{f"val_{name}": value for name, value in validated.items()}}
        metrics = {name: float(named[name]) for name in METRICS}
        took = clock() - began
        diverged = _has_diverged(metrics)
        seen = observer.epoch_ended(epoch + 1, diverged) if observer is not None else None
        if diverged:
            yield EpochDone(trial.id, epoch + 1, dict.fromkeys(metrics, None), took)
            if seen is not None:
                yield seen
            yield Diverged(trial.id, epoch + 1)
            return
        if epoch == 0 or metrics["val_accuracy"] > (epochs[best_epoch].metrics["val_accuracy"] or 0):
            best_epoch, best = epoch, models.values(model.variables)
        probabilities[epoch] = {validation_split: found}
        probabilities = {i: known for i, known in probabilities.items() if i in (best_epoch, epoch)}
        epochs.append(EpochDone(trial.id, epoch + 1, metrics, took))
        yield epochs[-1]
        if seen is not None:
            diagnosed.append(seen)
            yield seen
        if pace.wants_one(model, last=epoch + 1 == settings.epochs):
            variables = models.values([*model.variables, *model.optimizer.variables])
            kept = [] if best_epoch == epoch else best
            rest = best_epoch, kept, tuple(diagnosed), trial.diagnostics
            content = pack(State(tuple(epochs), machines, variables, *rest))
            yield Checkpoint(trial.id, epoch + 1, content)
            pace.took_one()
    yield _completed(network, trial, dataset, splits, pipelines, epochs, best_epoch, best, probabilities, save_model)


class _Pace:
    """Spaces checkpoints by what the last one cost: its making, and until the driver has taken it."""

    def __init__(self, spacing: Spacing | None, clock: Any) -> None:
        self._spacing, self._clock = spacing, clock
        self._last = clock()
        self._began = 0.0
        self._cost: float | None = None

    def wants_one(self, model: keras.Model, last: bool) -> bool:
        """Whether to make one now, after an epoch; the clock runs until `took_one`."""
        if self._spacing is None:
            return False
        if self._cost is None:
            self._cost = sum(variable.value.numpy().nbytes for variable in model.variables) * 4 / PACKING_SPEED
        self._began = self._clock()
        if last:
            return self._spacing.at_end
        return bool((self._began - self._last) * self._spacing.share >= self._cost)

    def took_one(self) -> None:
        self._last = self._clock()
        self._cost = self._last - self._began


def _resumed(model: keras.Model, trial: Trial, checkpoint: bytes | None) -> State:
    """The state to go on from, which the network is given; or that before the first epoch."""
    nothing = State((), (), (), 0, ())
    if checkpoint is None:
        return nothing
    try:
        state = unpack(checkpoint, trial.id)
    except ValueError:
        return nothing
    split = len(model.variables)
    best = state.best_variables or state.variables[:split]
    variables = [*model.variables, *model.optimizer.variables]
    fits = [variable.shape for variable in variables] == [value.shape for value in state.variables]
    if not fits or len(state.epochs) > trial.candidate.training.epochs:
        return nothing
    seen: tuple[Diagnosed, ...] | None = ()
    if trial.diagnostics is not None:
        same = state.diagnostics == trial.diagnostics
        seen = observation.kept(state.diagnosed, trial, len(state.epochs)) if same else None
    if seen is None:
        return nothing  # what was not looked at then cannot be seen any more
    models.overwrite(variables, state.variables)
    return replace(state, best_variables=best, diagnosed=seen)


def _distinct(machines: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """One of each kind of machine, the last of a kind, in order."""
    kinds = [machine.kind(one) for one in machines]
    return tuple(one for i, one in enumerate(machines) if kinds[i] not in kinds[i + 1 :])


def order(trial: Trial, epoch: int, examples: int) -> np.ndarray:
    """The order of the examples in an epoch (from 0): a permutation from the trial's seed and the epoch alone."""
    return np.random.default_rng([trial.seed, models.ORDER, epoch]).permutation(examples)


def _epoch(
    model: keras.Model, trial: Trial, epoch: int, batches: Batches, order: np.ndarray, clock: Any
) -> Iterator[Progress]:
    """One epoch of training. Keras's `fit` does the same steps, but could not be left between two of them."""
    model.make_train_function()
    model.reset_metrics()
    iterator = batches.of(order)
    told = clock()
    for step in range(1, batches.steps + 1):
        model.train_function(iterator)
        if clock() - told >= PROGRESS_SECONDS:
            told = clock()
            yield Progress(trial.id, epoch + 1, step, batches.steps)


def _evaluator(
    network: Network, pipelines: Pipelines, indices: Mapping[str, tuple[np.ndarray, np.ndarray]], split: str
) -> Callable[[], tuple[Mapping[str, float], np.ndarray]]:
    """Evaluates a split, `test` or `validation`: Keras's metrics, and the probabilities (examples, classes)."""
    index, _ = indices[split]
    batches = pipelines.batches("test" if split == "test" else "train", EVALUATION_BATCH, len(index))
    return lambda: evaluate(network.model, network.evaluate_batch, batches.of(index), batches.steps)


def _indices(dataset: Dataset, splits: Splits) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The indices and labels of the examples that are evaluated, by split.

    Validation first, always: which graph TensorFlow traces for the second split depends on that of the first, and in
    a training that goes on after its last epoch this order alone decides.
    """
    test = {"test": (np.arange(len(dataset.y_test)), dataset.y_test)}
    if splits.validation is None:
        return test
    return {"validation": (splits.validation, dataset.y_train[splits.validation]), **test}


def _has_diverged(metrics: Mapping[str, float]) -> bool:
    losses = metrics["loss"], metrics["val_loss"]
    return not all(math.isfinite(loss) and loss <= DIVERGED_ABOVE for loss in losses)


def _completed(
    network: Network,
    trial: Trial,
    dataset: Dataset,
    splits: Splits,
    pipelines: Pipelines,
    epochs: Sequence[EpochDone],
    best_epoch: int,
    best: Sequence[np.ndarray],
    probabilities: Mapping[int, Mapping[str, np.ndarray]],
    save_model: Literal["best", "last"] | None,
) -> Completed:
    """Collects the test values and predictions of the last and the best network; evaluates what is not known yet.

    `probabilities` are those known already, by epoch and split: after a resumption, perhaps none.
    """
    model, last_epoch = network.model, len(epochs) - 1
    splits_here = _indices(dataset, splits)
    found: dict[int, tuple[Evaluation, dict[str, np.ndarray]]] = {}
    saved = None
    for which, epoch in (("last", last_epoch), ("best", best_epoch)):
        if epoch not in found:
            if epoch != last_epoch:
                models.overwrite(model.variables, best)
            known = probabilities.get(epoch, {})
            predicted = {
                split: known[split] if split in known else _evaluator(network, pipelines, splits_here, split)()[1]
                for split in splits_here
            }
            penalty = float(sum(model.losses))  # of the weights as they are now
            values = _test_values(trial, dataset, splits, epochs[epoch], predicted["test"], penalty)
            labels = {split: predicted_labels(p) for split, p in predicted.items()}
            found[epoch] = Evaluation(epoch + 1, values), labels
        if save_model == which:
            saved = _as_keras_file(model, trial, dataset)
    predictions: dict[str, np.ndarray] = {}
    for split, (index, labels_true) in splits_here.items():
        predictions[f"{split}_index"] = smallest(index)
        predictions[f"{split}_y_true"] = smallest(labels_true, dataset.classes - 1)
        predictions[f"{split}_y_last"] = found[last_epoch][1][split]
        predictions[f"{split}_y_best"] = found[best_epoch][1][split]
    ordered = dict(sorted(predictions.items()))
    return Completed(trial.id, found[last_epoch][0], found[best_epoch][0], ordered, saved, save_model)


def _test_values(
    trial: Trial, dataset: Dataset, splits: Splits, done: EpochDone, probabilities: np.ndarray, penalty: float
) -> Mapping[str, float | None]:
    """The test values after an epoch; where the test set has served as the validation set, they are known.

    None for all of them if the loss is not finite: an accuracy beside such a loss looks plausible and is not.
    """
    if splits.validation is None:
        return {k.removeprefix("val_"): v for k, v in done.metrics.items() if k.startswith("val_")}
    settings = trial.candidate.training
    values = test_values(probabilities, dataset.y_test, settings.loss)
    values["loss"] = (settings.loss_weights or 1) * values["loss"] + penalty  # as Keras has it for the other splits
    return values if math.isfinite(values["loss"]) else dict.fromkeys(values, None)


def _as_keras_file(model: keras.Model, trial: Trial, dataset: Dataset) -> bytes:
    """The network as a `.keras` file. Built anew: the one that was trained may carry another trial's seeds."""
    keras.utils.clear_session()  # Keras counts what it names: the file must not tell how many networks came before it
    own = models.build(trial.candidate, dataset.input_shape, dataset.classes, trial.seed)
    own.optimizer.build(own.trainable_variables)
    models.overwrite(own.variables, models.values(model.variables))
    models.overwrite(own.optimizer.variables, models.values(model.optimizer.variables))
    handle, name = tempfile.mkstemp(suffix=".keras")
    os.close(handle)
    try:
        own.save(name)
        return Path(name).read_bytes()
    finally:
        Path(name).unlink()
