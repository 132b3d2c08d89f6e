"""What Keras and NumPy know of a task: its losses, its metrics, what is kept of examples."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """The Keras half of a task.

    Raises:
        ValueError: there is none where the task says.
    """
    where = task.as_learned.in_keras
    module, _, name = where.partition(":")
    try:
        half: KerasTask = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{where}: the Keras half of the task {task.name} is not there ({error})") from error
    return half


def new_loss(task: Task, name: str) -> keras.losses.Loss:
    """Raises ValueError where the Keras half lacks it."""
    known = keras_half(task).losses
    if name not in known:
        raise ValueError(f"{task.as_learned.in_keras}: losses lacks {name}, which the task {task.name} names")
    return known[name]()


def new_metrics(task: Task) -> Sequence[keras.metrics.Metric]:
    """All but the loss. Raises ValueError where they are not those of the task."""
    metrics = keras_half(task).metrics()
    _check_names(task, "metrics()", [task.loss.name, *(metric.name for metric in metrics)])
    return metrics


def values_of(task: Task, outputs: np.ndarray, targets: np.ndarray, loss: str) -> dict[str, float]:
    """What `KerasTask.values` gives, in the order of the task. Raises ValueError where that is something else."""
    values = keras_half(task).values(outputs, targets, loss)
    _check_names(task, "values()", values)
    return {metric.name: float(values[metric.name]) for metric in task.metrics}


def kept_of(task: Task, outputs: np.ndarray, targets: np.ndarray, loss: str, epoch: str) -> dict[str, np.ndarray]:
    """What `KerasTask.kept` gives.

    Raises:
        ValueError: it has not a value for each example, or scores whose mean is not the metric: the noise of the
            examples would be that of something else.
    """
    kept, place = keras_half(task).kept(outputs, targets, epoch), f"{task.as_learned.in_keras}: kept()"
    for name, array in kept.items():
        if array.shape != targets.shape[:1]:
            raise ValueError(f"{place} gives {name} of shape {array.shape} for {len(targets)} examples")
    if {"y_true", f"y_{epoch}"} <= kept.keys():
        return kept
    values = values_of(task, outputs, targets, loss)
    for metric in task.metrics:
        if metric.is_mean_over_examples:
            scores = kept.get(f"{metric.name}_{epoch}")
            if scores is None:
                raise ValueError(f"{place} lacks {metric.name}_{epoch}, as {metric.name} is a mean over examples")
            mean, value = float(scores.mean(dtype="float64")), values[metric.name]
            if math.isfinite(value) and not math.isclose(mean, value, rel_tol=1e-3, abs_tol=1e-6):
                raise ValueError(f"{place}: the mean of {metric.name}_{epoch} is {mean:g}, and the metric is {value:g}")
    return kept


def highest_loss(task: Task, targets: np.ndarray, loss: str) -> float:
    """The loss above which a training with these targets has diverged: infinite where a constant predicts them all.

    Raises:
        ValueError: there is no finite loss of guessing.
    """
    if task.as_learned.diverged_above is not None:
        return task.as_learned.diverged_above
    guessing = keras_half(task).guessing(targets, loss)
    _check_names(task, "guessing()", guessing)
    limit = DIVERGED_TIMES * abs(float(guessing[task.loss.name]))
    if not math.isfinite(limit):
        raise ValueError(f"{task.as_learned.in_keras}: guessing() gives no finite {task.loss.name}")
    return limit or math.inf


def _check_names(task: Task, what: str, names: Iterable[str]) -> None:
    given, wanted = list(names), [metric.name for metric in task.metrics]
    if sorted(given) != sorted(wanted):
        place, metrics = f"{task.as_learned.in_keras}: {what}", f"the task {task.name} has {', '.join(wanted)}"
        raise ValueError(f"{place} has {', '.join(given)}, and {metrics}")
