"""What is learned, as a value: a task's metrics, by which of them is decided, and what a training needs to know.

Knows neither NumPy nor Keras; where a task's Keras half stands, it says by name.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

from actsearch.core.json_values import OPTIONAL
from actsearch.core.metrics import Metric

VALIDATION, TEST = "val_", "test_"
"""What Keras writes before a metric's name for the validation set, and what we write for the test set."""


TargetKind = Literal["labels", "numbers"]
"""What the target of an example is: the number of its class, or one number or several."""


@dataclass(frozen=True)
class Learning:
    """What a training needs to know of a task, and a reader of results does not."""

    in_keras: str
    """Where its Keras half stands, as `module:name`: see `networks.keras_task.KerasTask`."""
    target: TargetKind
    outputs: tuple[tuple[str, tuple[str, ...]], ...]
    """The activations that an output can have, the usual one first, each with the losses that go with it (Keras's
    names), the usual one first."""
    diverged_above: float | None = None
    """The loss above which a training has diverged; None: a million times that of the best constant prediction."""

    def __post_init__(self) -> None:
        """Raises ValueError for what could not be trained."""
        if not all(self.in_keras.partition(":")):
            raise ValueError(f"in_keras={self.in_keras!r}: write module:name, such as my_tasks:MyTaskInKeras")
        if self.target not in get_args(TargetKind):
            raise ValueError(f"target={self.target!r}: write {' or '.join(get_args(TargetKind))}")
        if not self.losses or not all(losses for _, losses in self.outputs):
            raise ValueError(f"outputs={self.outputs!r}: give each activation with the losses that go with it")

    @cached_property
    def losses(self) -> tuple[str, ...]:
        """All that go with one of the outputs; the usual one first."""
        names = itertools.chain.from_iterable(losses for _, losses in self.outputs)
        return tuple(dict.fromkeys(names))

    @property
    def usual_output(self) -> str:
        return self.outputs[0][0]


@dataclass(frozen=True)
class Task:
    """What is learned: by which metrics it is measured, and which of them decides."""

    name: str
    metrics: tuple[Metric, ...]
    """In the order in which histories keep them; the loss is the first."""
    decide_by: str
    """The name of the metric of verdicts, of the best epoch and of chosen settings."""
    of_loss: tuple[tuple[str, str], ...] = ()
    """The metric that Keras 2.2 called accuracy with a loss, where that is not the one that decides."""
    learning: Learning | None = field(default=None, repr=False, compare=False, metadata=OPTIONAL)
    """None: as results have it, which cannot be trained."""

    def __post_init__(self) -> None:
        """Raises ValueError where the metrics are not what others count on."""
        names = [metric.name for metric in self.metrics]
        if names[:1] != ["loss"] or self.metrics[0].higher_is_better:
            raise ValueError(f"the task {self.name}: its first metric must be the loss, lower being better")
        if len({*names}) < len(names):
            raise ValueError(f"the task {self.name}: two of its metrics have one name ({', '.join(names)})")
        if self.decide_by not in names:
            raise ValueError(f"the task {self.name}: decide_by={self.decide_by!r} is none of {', '.join(names)}")

    @property
    def of_results(self) -> Task:
        """As results keep it: they name nothing that would be imported."""
        return replace(self, learning=None)

    @property
    def as_learned(self) -> Learning:
        """What a training needs to know of it."""
        assert self.learning is not None, "the results of a task are no task that can be trained"
        return self.learning

    @property
    def decisive(self) -> Metric:
        """The metric by which is decided."""
        return self.metric(self.decide_by)

    @property
    def validated_by(self) -> str:
        """The metric by which is decided, as the history names it of the validation set."""
        return f"{VALIDATION}{self.decide_by}"

    @property
    def loss(self) -> Metric:
        return self.metrics[0]

    @property
    def validated_loss(self) -> str:
        return f"{VALIDATION}{self.loss.name}"

    @property
    def history_metrics(self) -> tuple[str, ...]:
        """The metrics of an epoch, by Keras's names, in the order in which they are kept."""
        names = [metric.name for metric in self.metrics]
        return (*names, *(f"{VALIDATION}{name}" for name in names))

    @property
    def test_metrics(self) -> tuple[str, ...]:
        """The test values of the last epoch and of the best one: first the metric that decides, last the loss."""
        names = sorted((metric.name for metric in self.metrics), key=self._place)
        return tuple(f"{TEST}{name}" for name in names)

    def _place(self, name: str) -> int:
        return {self.decide_by: 0, self.loss.name: 2}.get(name, 1)

    def metric(self, name: str) -> Metric:
        """The metric of a name, which may begin with `val_` or `test_`. Raises KeyError."""
        plain = name.removeprefix(VALIDATION).removeprefix(TEST)
        return {metric.name: metric for metric in self.metrics}[plain]

    def has_metric(self, name: str) -> bool:
        plain = name.removeprefix(VALIDATION).removeprefix(TEST)
        return any(metric.name == plain for metric in self.metrics)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Task:
        """What `json_values.to_json` made."""
        metrics = tuple(Metric(**metric) for metric in content["metrics"])
        of_loss = tuple((loss, metric) for loss, metric in content["of_loss"])
        return cls(content["name"], metrics, content["decide_by"], of_loss)


MULTICLASS = Task(
    name="multiclass",
    metrics=(
        Metric("loss", higher_is_better=False),
        Metric("accuracy", True, 0, 1, 0.001, is_mean_over_examples=True, plural="accuracies", error="error rate"),
        # Counts every output of every example, so that no scale is known beforehand.
        Metric(
            "binary_accuracy",
            True,
            0,
            1,
            plural="accuracies",
            short="accuracy",
            error="binary error rate",
            note="Accuracy here is Keras's binary_accuracy, over the outputs one by one, as in the article (Keras 2.2);"
            " it is far above the share of images classified right.",
        ),
    ),
    decide_by="accuracy",
    of_loss=(("binary_crossentropy", "binary_accuracy"),),
    learning=Learning(
        in_keras="actsearch.networks.multiclass:MulticlassInKeras",
        target="labels",
        outputs=(
            ("softmax", ("categorical_crossentropy", "binary_crossentropy", "mean_squared_error")),
            # A sigmoid's outputs are no distribution over the classes, of which the categorical cross-entropy is.
            ("sigmoid", ("binary_crossentropy", "mean_squared_error")),
        ),
        diverged_above=1e6,
    ),
)

TASKS: Mapping[str, Task] = {"multiclass": MULTICLASS}
"""All tasks, by the names that an experiment file gives them; the first is meant where none is named."""
