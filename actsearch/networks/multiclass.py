"""One of several classes: its losses, its metrics, and what is kept of examples. Imports Keras."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from actsearch.networks.evaluation import in_smallest_type
from actsearch.networks.keras_activations import KERAS_PACKAGE


@keras.saving.register_keras_serializable(KERAS_PACKAGE)
class LiteralBinaryCrossentropy(keras.losses.Loss):  # type: ignore[misc]
    """Binary cross-entropy of the probabilities themselves, mean over outputs and examples.

    Keras 3's `binary_crossentropy` on TensorFlow finds the logits that a softmax left on its output and computes the
    SIGMOID cross-entropy of those, which is another loss. Clipping makes a new tensor without them, and is what
    Keras 2.2 did: p is clipped to [1e-7, 1 - 1e-7].
    """

    def __init__(
        self, name: str = "binary_crossentropy", reduction: str = "sum_over_batch_size", **kwargs: Any
    ) -> None:
        super().__init__(name=name, reduction=reduction, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return keras.losses.binary_crossentropy(y_true, ops.clip(y_pred, 1e-7, 1 - 1e-7))


class MulticlassInKeras:
    """See `keras_task.KerasTask`. Outputs are probabilities (examples, classes), targets labels (examples,)."""

    losses: Mapping[str, Callable[[], keras.losses.Loss]] = {
        "binary_crossentropy": LiteralBinaryCrossentropy,
        "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
        "mean_squared_error": keras.losses.MeanSquaredError,
    }

    def metrics(self) -> Sequence[keras.metrics.Metric]:
        """Both accuracies, by their classes: what the word "accuracy" means depends on the loss and Keras's version."""
        return [
            keras.metrics.CategoricalAccuracy(name="accuracy"),
            keras.metrics.BinaryAccuracy(name="binary_accuracy"),
        ]

    def values(self, outputs: np.ndarray, targets: np.ndarray, loss: str) -> dict[str, float]:
        """Computed in float64, so the loss may differ from Keras's own float32 sum in the seventh digit.

        Like Keras's, the binary cross-entropy clips to [1e-7, 1 - 1e-7] as float32 has them, and the categorical one,
        which Keras takes from the logits, does not clip; but below float32's smallest number (a loss of 87) a
        probability is lost.
        """
        p = np.clip(outputs, np.float32(1e-7), np.float32(1 - 1e-7)).astype(np.float64)
        unclipped = np.maximum(outputs, np.finfo(np.float32).tiny).astype(np.float64)
        y = np.eye(p.shape[1])[targets]
        losses = {
            "categorical_crossentropy": lambda: -np.log(unclipped[np.arange(len(targets)), targets]),
            "binary_crossentropy": lambda: -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean(axis=1),
            "mean_squared_error": lambda: ((outputs.astype(np.float64) - y) ** 2).mean(axis=1),
        }
        return {
            "loss": float(losses[loss]().mean()),
            "accuracy": float((outputs.argmax(axis=1) == targets).mean()),
            "binary_accuracy": float(((outputs > 0.5) == y.astype(bool)).mean()),
        }

    def kept(self, outputs: np.ndarray, targets: np.ndarray, epoch: str) -> dict[str, np.ndarray]:
        """The labels, and the most probable class of each example."""
        largest = outputs.shape[1] - 1
        return {
            "y_true": in_smallest_type(targets, largest),
            f"y_{epoch}": in_smallest_type(outputs.argmax(axis=1), largest),
        }

    def guessing(self, targets: np.ndarray, loss: str) -> dict[str, float]:
        """The loss of the classes' shares as probabilities, which are the best ones for each loss.

        The accuracy is that of the most frequent class, and the binary one that of the more frequent answer for each.
        """
        shares = np.bincount(targets) / len(targets)
        p = np.clip(shares, 1e-7, 1 - 1e-7)
        losses = {
            "categorical_crossentropy": -(shares * np.log(p)).sum(),
            "binary_crossentropy": -(shares * np.log(p) + (1 - shares) * np.log1p(-p)).mean(),
            "mean_squared_error": (shares * (1 - shares)).mean(),
        }
        binary = np.maximum(shares, 1 - shares).mean()
        return {"loss": float(losses[loss]), "accuracy": float(shares.max()), "binary_accuracy": float(binary)}
