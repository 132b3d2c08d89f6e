"""Small trainings with TensorFlow: their trials and data, and what is read from their events."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from actsearch.core.activation import Activation
from actsearch.core.architecture import Architecture
from actsearch.core.events import Checkpoint, Completed, EpochDone, Event
from actsearch.core.experiment import Candidate, DataSpec, Experiment, Optimizer, Training, Trial
from actsearch.core.identity import expand
from actsearch.core.tasks import MULTICLASS
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.kinds.npz import NpzSource
from actsearch.data.sources import load_dataset
from actsearch.networks import models
from actsearch.networks.kinds.mlp import Mlp
from actsearch.networks.variable_values import copied_values
from actsearch.training.checkpoint_pace import Spacing

ADAM = Optimizer("adam", {"learning_rate": 0.01})
SMALL = Mlp((16,), 0.2, "glorot_uniform", "dropout", False)
HELD_OUT = DataSpec(NamedSource("mnist"), holdout=64, train_size=256)
EVERY_EPOCH = Spacing(share=1e9, at_end=True)
METRICS = {f"{part}{name}" for part in ("", "val_") for name in ("loss", "accuracy", "binary_accuracy")}


@functools.cache
def small_mnist() -> Dataset:
    """The bundled MNIST with the first 100 test images only."""
    whole = load_dataset(DataSpec(NamedSource("mnist")))
    return replace(whole, x_test=whole.x_test[:100], y_test=whole.y_test[:100])


@functools.cache
def misleading() -> Dataset:
    """Two classes that are easily told apart; the labels of the test set are inverted, so that learning misleads."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    x = (rng.normal(size=(400, 8)) + 2 * y[:, np.newaxis]).astype(np.float32)
    return Dataset(x[:200], y[:200], x[200:], 1 - y[200:], classes=2)


def trial_on_mnist(
    activation: str = "relu",
    *,
    parameters: dict[str, Any] | None = None,
    model: Architecture = SMALL,
    spec: DataSpec = HELD_OUT,
    seed: int = 0,
    **changes: Any,
) -> Trial:
    settings = Training(ADAM, "categorical_crossentropy", 3, 64, "float32", 1)
    candidate = Candidate(activation, Activation(activation, parameters or {}), model, replace(settings, **changes))
    return expand(Experiment("tests", "", (seed,), spec, (candidate,), {}), "0" * 64)[0]


def small_trial(activation: str = "relu", **changes: Any) -> Trial:
    """A trial on the misleading data, with no dropout."""
    settings = {
        "spec": DataSpec(NpzSource("own.npz")),
        "optimizer": Optimizer("sgd", {"learning_rate": 0.02}),
        "model": Mlp((4,), 0.0, "glorot_uniform", "dropout", False),
        "epochs": 5,
    }
    return trial_on_mnist(activation, **(settings | changes))


@dataclass(frozen=True)
class Misled:
    """A training whose first epoch is its best."""

    trial: Trial
    dataset: Dataset
    endings: dict[str, Completed]
    """By what was saved."""
    history: list[Any]
    checkpoints: dict[int, bytes]
    """By epoch."""


# What is read from events


def history_of(events: Sequence[Event]) -> list[Any]:
    return [event.metrics for event in events if isinstance(event, EpochDone)]


def ending_of(events: Sequence[Event]) -> Completed:
    assert isinstance(events[-1], Completed)
    return events[-1]


def checkpoints_of(events: Sequence[Event]) -> dict[int, bytes]:
    return {event.epoch: event.content for event in events if isinstance(event, Checkpoint)}


def assert_same_ending(ending: Completed, expected: Completed) -> None:
    assert (ending.last, ending.best) == (expected.last, expected.best)
    assert list(ending.predictions) == list(expected.predictions)
    for name, values in expected.predictions.items():
        np.testing.assert_array_equal(ending.predictions[name], values)


def network_in(file: bytes | None) -> dict[str, bytes]:
    """What is in a `.keras` file: settings and weights, without the time at which it was written."""
    assert file is not None
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "metadata.json"}


def variables_of(model: keras.Model) -> list[bytes]:
    return [value.tobytes() for value in copied_values([*model.variables, *model.optimizer.variables])]


def built_variables(trial: Trial, dataset: Dataset) -> list[bytes]:
    """The variables of a network that was never used."""
    model = models.build(trial.candidate, MULTICLASS, dataset.input_shape, dataset.outputs, trial.seed)
    model.optimizer.build(model.trainable_variables)
    return variables_of(model)
