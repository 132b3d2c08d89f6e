"""What Keras and NumPy know of a task: its losses, its metrics, what is kept of examples."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from actsearch.core.tasks import Task

if TYPE_CHECKING:
    import keras
    import numpy as np

DIVERGED_TIMES = 1e6
"""A training has diverged whose loss is so many times that of the best constant prediction."""


class KerasTask(Protocol):
    """The Keras half of a task. `core.tasks.Learning.in_keras` names its class, which is made without arguments.

    Outputs are what a network gives, float32 (examples, outputs). Targets are as the data set has them: labels
    (examples,), or numbers (examples, outputs).
    """

    losses: Mapping[str, Callable[[], keras.losses.Loss]]
    """What makes each loss that the task's `Learning` names."""

    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """New ones, of all metrics of the task but the loss, each with the name that it has there."""

    def values(self, outputs: np.ndarray, targets: np.ndarray, loss: str) -> dict[str, float]:
        """All metrics of the task, the loss first, computed from all predictions in float64."""

    def kept(self, outputs: np.ndarray, targets: np.ndarray, epoch: str) -> dict[str, np.ndarray]:
        """What `predictions.npz` keeps of the network of an epoch (`last` or `best`), each (examples,).

        `y_true` and `y_<epoch>` are taken for labels and predicted classes. Other tasks keep the score of each example
        by the metrics that are means over examples, as `<metric>_<epoch>`.
        """

    def guessing(self, targets: np.ndarray, loss: str) -> dict[str, float]:
        """All metrics of the task, the loss first, of the prediction that is the same for all examples.

        Of such predictions each has the value of the best: for a loss that is one, for a metric perhaps another.
        """


def keras_half(task: Task) -> KerasTask:
    """The Keras half of a task."""
    module, _, name = task.as_learned.in_keras.partition(":")
    half: KerasTask = getattr(importlib.import_module(module), name)()
    return half


def highest_loss(task: Task, targets: np.ndarray, loss: str) -> float:
    """The loss above which a training with these targets has diverged."""
    limit = task.as_learned.diverged_above
    return DIVERGED_TIMES * keras_half(task).guessing(targets, loss)[task.loss.name] if limit is None else limit
