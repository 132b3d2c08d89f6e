"""A task from outside the package: numbers, judged by the mean absolute error, of which less is better."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np

from actsearch.core.metrics import Metric
from actsearch.core.tasks import Learning, Task

DISTANCES = Task(
    name="distances",
    metrics=(
        Metric("loss", higher_is_better=False, least=0),
        Metric("mae", higher_is_better=False, least=0, margin=0.01, is_mean_over_examples=True, unit="periods"),
        Metric("r2_score", higher_is_better=True, most=1),
    ),
    decide_by="mae",
    learning=Learning(
        in_keras="toy_members.toy_task:DistancesInKeras",
        target="numbers",
        outputs=(("linear", ("mean_squared_error", "mean_absolute_error")), ("softplus", ("mean_squared_error",))),
    ),
)


class DistancesInKeras:
    """See `actsearch.networks.keras_task.KerasTask`. Outputs and targets are numbers (examples, outputs)."""

    losses: Mapping[str, Callable[[], keras.losses.Loss]] = {
        "mean_squared_error": keras.losses.MeanSquaredError,
        "mean_absolute_error": keras.losses.MeanAbsoluteError,
    }

    def metrics(self) -> Sequence[keras.metrics.Metric]:
        return [
            keras.metrics.MeanAbsoluteError(name="mae"),
            keras.metrics.R2Score(name="r2_score", class_aggregation="uniform_average"),
        ]

    def values(self, outputs: np.ndarray, targets: np.ndarray, loss: str) -> dict[str, float]:
        errors = outputs.astype(np.float64) - targets
        losses = {"mean_squared_error": (errors**2).mean(), "mean_absolute_error": np.abs(errors).mean()}
        spread = ((targets - targets.mean(axis=0, dtype=np.float64)) ** 2).sum(axis=0)
        score = 1 - (errors**2).sum(axis=0) / spread
        return {"loss": float(losses[loss]), "mae": float(np.abs(errors).mean()), "r2_score": float(score.mean())}

    def kept(self, outputs: np.ndarray, targets: np.ndarray, epoch: str) -> dict[str, np.ndarray]:
        return {f"mae_{epoch}": np.abs(outputs - targets).mean(axis=1)}

    def guessing(self, targets: np.ndarray, loss: str) -> dict[str, float]:
        """The mean is best for squares, the median for absolute values."""
        mean = np.broadcast_to(targets.mean(axis=0), targets.shape)
        median = np.broadcast_to(np.median(targets, axis=0), targets.shape)
        of_mean, of_median = self.values(mean, targets, loss), self.values(median, targets, loss)
        best = of_mean if loss == "mean_squared_error" else of_median
        return {"loss": best["loss"], "mae": of_median["mae"], "r2_score": 0.0}
