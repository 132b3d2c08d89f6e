"""What is learned, as a value: a task's metrics, and by which of them is decided. Knows neither NumPy nor Keras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actsearch.core.metrics import Metric

VALIDATION, TEST = "val_", "test_"
"""What Keras writes before a metric's name for the validation set, and what we write for the test set."""


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
)
