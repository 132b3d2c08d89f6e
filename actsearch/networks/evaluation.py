"""What a network makes of examples: Keras's metrics and the predictions, from one pass. Imports TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

EvaluateBatch = Callable[[Any], Any]
"""From an iterator over (x, y) to the outputs for its next batch, (batch, outputs); updates the metrics."""


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
    """Of so many batches, the metrics by Keras's names and the outputs (examples, outputs).

    The metrics are to the bit those of `Model.evaluate`.
    """
    model.reset_metrics()
    outputs = [evaluate_batch(batches).numpy() for _ in range(steps)]
    return {name: float(value) for name, value in model.get_metrics_result().items()}, np.concatenate(outputs)


def in_smallest_type(values: np.ndarray, largest: int | None = None) -> np.ndarray:
    """The non-negative integers in the smallest unsigned type that holds `largest` (or their own maximum)."""
    return values.astype(np.min_scalar_type(int(values.max()) if largest is None else largest))
