"""What a network makes of examples: Keras's metrics and the predictions, from one pass. Imports TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

EvaluateBatch = Callable[[Any], Any]
"""From an iterator over (x, y) to the probabilities of its next batch, (batch, classes); updates the metrics."""


def evaluating(model: keras.Model) -> EvaluateBatch:
    """Keras's own test step, compiled, that gives back the predictions too; `Model.evaluate` keeps them to itself."""

    def next_batch(iterator: Any) -> Any:
        caught = []

        def compute_metrics(x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            caught.append(y_pred)
            return type(model).compute_metrics(model, x, y, y_pred, sample_weight)

        # Keras calls this method so that it can be replaced; it is replaced while the graph is traced.
        object.__setattr__(model, "compute_metrics", compute_metrics)
        try:
            model.test_step(next(iterator))
        finally:
            object.__delattr__(model, "compute_metrics")
        return caught[0]

    compiled: EvaluateBatch = tf.function(next_batch, reduce_retracing=True, autograph=False, jit_compile=False)
    return compiled


def evaluate_batches(
    model: keras.Model, evaluate_batch: EvaluateBatch, batches: Iterator[Any], steps: int
) -> tuple[Mapping[str, float], np.ndarray]:
    """Of so many batches, the metrics by Keras's names and the probabilities (examples, classes).

    The metrics are to the bit those of `Model.evaluate`.
    """
    model.reset_metrics()
    probabilities = [evaluate_batch(batches).numpy() for _ in range(steps)]
    return {name: float(value) for name, value in model.get_metrics_result().items()}, np.concatenate(probabilities)


def values_on_test(probabilities: np.ndarray, labels: np.ndarray, loss: str) -> dict[str, float]:
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


def predicted_labels(probabilities: np.ndarray) -> np.ndarray:
    """The most probable class of each example, (examples,), in the smallest unsigned type that holds them all."""
    return in_smallest_type(probabilities.argmax(axis=1), probabilities.shape[1] - 1)


def in_smallest_type(values: np.ndarray, largest: int | None = None) -> np.ndarray:
    """The non-negative integers in the smallest unsigned type that holds `largest` (or their own maximum)."""
    return values.astype(np.min_scalar_type(int(values.max()) if largest is None else largest))
