"""Trains one trial: a generator of events that writes nothing. Imports Keras and TensorFlow.

An epoch is Keras's own compiled training step over a permutation that depends on the trial's seed and the epoch alone,
so that any epoch can be begun without the ones before it.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from actsearch import data, machine, models
from actsearch.data import Dataset, Splits
from actsearch.events import METRICS, Completed, Diverged, EpochDone, Evaluation, Event, Progress, Started
from actsearch.experiment import Trial

EVALUATION_BATCH = 128
"""Larger batches are slower on a CPU. Fixed, since the last bits of a validation loss depend on it."""

DIVERGED_ABOVE = 1e6
PROGRESS_SECONDS = 0.5


def set_threads(threads: int) -> None:
    """Sets TensorFlow's intra-op threads for this process; once set they cannot be changed.

    Raises:
        RuntimeError: TensorFlow has begun with another number.
    """
    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)


def train(
    trial: Trial, dataset: Dataset, *, save_model: Literal["best", "last"] | None = None, clock: Any = time.perf_counter
) -> Iterator[Event]:
    """Trains a trial from its first epoch, and yields what happens.

    Args:
        trial: what to train.
        dataset: its data, checked.
        save_model: put this network into `Completed.model`.
        clock: seconds, for the times in the events; nothing else depends on it.

    Yields:
        `Started`; for each epoch any number of `Progress` and one `EpochDone`; then `Completed` or `Diverged`.
    """
    training = trial.candidate.training
    set_threads(training.threads)
    yield Started(trial.id, machine.describe(training.threads))
    keras.utils.clear_session()
    splits = data.split(dataset, trial.data)
    model = models.build(trial.candidate, dataset.input_shape, dataset.classes, trial.seed)
    validation = _validation(dataset, splits)
    history: list[Mapping[str, float]] = []
    best_epoch, best_state = 0, list[np.ndarray]()
    for epoch in range(training.epochs):
        began = clock()
        yield from _epoch(model, trial, dataset, splits, epoch, clock)
        trained, validated = model.get_metrics_result(), _evaluate(model, validation)
        found = {**trained, **{f"val_{name}": value for name, value in validated.items()}}
        metrics = {name: float(found[name]) for name in METRICS}
        if _has_diverged(metrics):
            yield EpochDone(trial.id, epoch + 1, dict.fromkeys(metrics, None), clock() - began)
            yield Diverged(trial.id, epoch + 1)
            return
        history.append(metrics)
        if metrics["val_accuracy"] > history[best_epoch]["val_accuracy"] or epoch == 0:
            best_epoch, best_state = epoch, _state(model)
        yield EpochDone(trial.id, epoch + 1, metrics, clock() - began)
    yield _completed(model, trial, dataset, splits, history, best_epoch, best_state, save_model)


def order(trial: Trial, epoch: int, examples: int) -> np.ndarray:
    """The order of the examples in an epoch (from 0): a permutation from the trial's seed and the epoch alone."""
    return np.random.default_rng([trial.seed, models.ORDER, epoch]).permutation(examples)


def _epoch(
    model: keras.Model, trial: Trial, dataset: Dataset, splits: Splits, epoch: int, clock: Any
) -> Iterator[Progress]:
    """One epoch of training. Keras's `fit` does the same steps, but could not be left between two of them."""
    chosen = splits.train[order(trial, epoch, len(splits.train))]
    batch_size = trial.candidate.training.batch_size
    steps = math.ceil(len(chosen) / batch_size)
    batches = _batches(
        data.as_float(dataset.x_train[chosen]), data.one_hot(dataset.y_train[chosen], dataset.classes), batch_size
    )
    model.make_train_function()
    model.reset_metrics()
    told = clock()
    iterator = iter(batches)
    for step in range(1, steps + 1):
        model.train_function(iterator)
        if clock() - told >= PROGRESS_SECONDS:
            told = clock()
            yield Progress(trial.id, epoch + 1, step, steps)


def _batches(x: np.ndarray, y: np.ndarray, batch_size: int) -> tf.data.Dataset:
    """Consecutive batches of x and y; the last may be smaller. Not copied: TensorFlow takes views of the arrays.

    Where all are full, TensorFlow is told their size, as by `fit`: it then rounds some products otherwise.
    """
    size = batch_size if len(x) % batch_size == 0 else None
    with tf.device("CPU:0"):
        x_tensor, y_tensor = tf.convert_to_tensor(x), tf.convert_to_tensor(y)

    def batch(start: Any) -> Any:
        stop = tf.minimum(start + batch_size, len(x))
        return tuple(tf.ensure_shape(tensor[start:stop], (size, *tensor.shape[1:])) for tensor in (x_tensor, y_tensor))

    # Nothing is left to tune, and the tuning thread would now and then hold up the end of an epoch for seconds.
    options = tf.data.Options()
    options.autotune.enabled = False
    return tf.data.Dataset.range(0, len(x), batch_size).map(batch).prefetch(2).with_options(options)


def _validation(dataset: Dataset, splits: Splits) -> tf.data.Dataset:
    x, y = dataset.x_test, dataset.y_test
    if splits.validation is not None:
        x, y = dataset.x_train[splits.validation], dataset.y_train[splits.validation]
    return _batches(data.as_float(x), data.one_hot(y, dataset.classes), EVALUATION_BATCH)


def _evaluate(model: keras.Model, batches: tf.data.Dataset) -> Mapping[str, Any]:
    values: Mapping[str, Any] = model.evaluate(batches, return_dict=True, verbose=0)
    return values


def _has_diverged(metrics: Mapping[str, float]) -> bool:
    losses = metrics["loss"], metrics["val_loss"]
    return not all(math.isfinite(loss) and loss <= DIVERGED_ABOVE for loss in losses)


def _state(model: keras.Model) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]


def _restore(model: keras.Model, state: list[np.ndarray]) -> None:
    for variable, value in zip(model.variables, state, strict=True):
        variable.assign(value)


def _completed(
    model: keras.Model,
    trial: Trial,
    dataset: Dataset,
    splits: Splits,
    history: list[Mapping[str, float]],
    best_epoch: int,
    best_state: list[np.ndarray],
    save_model: Literal["best", "last"] | None,
) -> Completed:
    """Predicts with the last and the best network, and takes the test values from those predictions."""
    last_epoch = len(history) - 1
    held_out = {} if splits.validation is None else {"validation": splits.validation}
    predictions: dict[str, np.ndarray] = {}
    evaluations: dict[str, Evaluation] = {}
    saved = None
    for which, epoch in (("last", last_epoch), ("best", best_epoch)):
        if which == "best" and epoch != last_epoch:
            _restore(model, best_state)
        if which == "best" and epoch == last_epoch:
            evaluations["best"] = evaluations["last"]
            predictions |= {k[:-4] + "best": v for k, v in predictions.items() if k.endswith("y_last")}
        else:
            probabilities = _probabilities(model, dataset.x_test)
            predictions[f"test_y_{which}"] = _labels(probabilities, dataset.classes)
            if splits.validation is None:  # the test set has served as the validation set: its values are known
                values = {k.removeprefix("val_"): v for k, v in history[epoch].items() if k.startswith("val_")}
            else:
                values = test_values(probabilities, dataset.y_test, trial.candidate.training.loss)
            evaluations[which] = Evaluation(epoch + 1, values)
            for split, index in held_out.items():
                labels = _labels(_probabilities(model, dataset.x_train[index]), dataset.classes)
                predictions[f"{split}_y_{which}"] = labels
        if save_model == which:
            saved = _as_keras_file(model)
    predictions["test_index"] = _smallest(np.arange(len(dataset.y_test)))
    predictions["test_y_true"] = _smallest(dataset.y_test, dataset.classes - 1)
    for split, index in held_out.items():
        predictions[f"{split}_index"] = _smallest(index)
        predictions[f"{split}_y_true"] = _smallest(dataset.y_train[index], dataset.classes - 1)
    return Completed(
        trial.id, evaluations["last"], evaluations["best"], dict(sorted(predictions.items())), saved, save_model
    )


def test_values(probabilities: np.ndarray, labels: np.ndarray, loss: str) -> dict[str, float]:
    """The metrics of predicted probabilities (examples, classes) for labels (examples,), by Keras's names.

    Computed in float64, so the loss may differ from Keras's own float32 sum in the seventh digit. Like Keras's, the
    binary cross-entropy clips to [1e-7, 1 - 1e-7] as float32 has them, and the categorical one, which Keras takes from
    the logits, does not clip; but below float32's smallest number (a loss of 87) a probability is lost.
    """
    p = np.clip(probabilities, np.float32(1e-7), np.float32(1 - 1e-7)).astype(np.float64)
    unclipped = np.maximum(probabilities, np.finfo(np.float32).tiny).astype(np.float64)
    y = np.eye(p.shape[1])[labels]
    losses = {
        "categorical_crossentropy": lambda: -np.log(unclipped[np.arange(len(labels)), labels]),
        "binary_crossentropy": lambda: -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean(axis=1),
        "mean_squared_error": lambda: ((probabilities.astype(np.float64) - y) ** 2).mean(axis=1),
    }
    return {
        "loss": float(losses[loss]().mean()),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        "binary_accuracy": float(((probabilities > 0.5) == y.astype(bool)).mean()),
    }


test_values.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever pytest thinks of the name


def _probabilities(model: keras.Model, x: np.ndarray) -> np.ndarray:
    parts = [
        model.predict_on_batch(data.as_float(x[i : i + EVALUATION_BATCH])) for i in range(0, len(x), EVALUATION_BATCH)
    ]
    return np.concatenate(parts)


def _labels(probabilities: np.ndarray, classes: int) -> np.ndarray:
    return _smallest(probabilities.argmax(axis=1), classes - 1)


def _smallest(values: np.ndarray, largest: int | None = None) -> np.ndarray:
    """The non-negative integers in the smallest unsigned type that holds `largest` (or their own maximum)."""
    return values.astype(np.min_scalar_type(int(values.max()) if largest is None else largest))


def _as_keras_file(model: keras.Model) -> bytes:
    handle, name = tempfile.mkstemp(suffix=".keras")
    os.close(handle)
    try:
        model.save(name)
        return Path(name).read_bytes()
    finally:
        Path(name).unlink()
