"""Keras halves of the toy task with a mistake each, as an author makes them."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from toy_members.toy_task import DistancesInKeras


class ScoresOfThree(DistancesInKeras):
    def kept(self, outputs: np.ndarray, targets: np.ndarray, epoch: str) -> dict[str, np.ndarray]:
        return {name: scores[:3] for name, scores in super().kept(outputs, targets, epoch).items()}


class ScoresOfSquares(DistancesInKeras):
    def kept(self, outputs: np.ndarray, targets: np.ndarray, epoch: str) -> dict[str, np.ndarray]:
        return {name: scores**2 for name, scores in super().kept(outputs, targets, epoch).items()}


class ScoresOfAnotherName(DistancesInKeras):
    def kept(self, outputs: np.ndarray, targets: np.ndarray, epoch: str) -> dict[str, np.ndarray]:
        return {"errors": super().kept(outputs, targets, epoch)[f"mae_{epoch}"]}


class NoMae(DistancesInKeras):
    def values(self, outputs: np.ndarray, targets: np.ndarray, loss: str) -> dict[str, float]:
        return {name: value for name, value in super().values(outputs, targets, loss).items() if name != "mae"}


class NumbersOfNumPy(DistancesInKeras):
    def values(self, outputs: np.ndarray, targets: np.ndarray, loss: str) -> dict[str, float]:
        values = super().values(outputs, targets, loss)
        return {name: np.float32(values[name]) for name in reversed(values)}  # type: ignore[misc]


class NoGuess(DistancesInKeras):
    def guessing(self, targets: np.ndarray, loss: str) -> dict[str, float]:
        return {**super().guessing(targets, loss), "loss": float("nan")}


class MetricOfAnotherName(DistancesInKeras):
    def metrics(self) -> Sequence[keras.metrics.Metric]:
        return [keras.metrics.MeanAbsoluteError(name="mean_abs"), *super().metrics()[1:]]


class OneLoss(DistancesInKeras):
    losses = {"mean_squared_error": keras.losses.MeanSquaredError}  # noqa: RUF012
