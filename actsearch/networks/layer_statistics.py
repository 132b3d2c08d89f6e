"""What a layer does, in numbers: statistics of its activations and slopes over many examples. Imports Keras."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from keras import ops

Quantities = Mapping[str, Any]
"""By name: a number, or None where it is not finite or not defined; `parameters` has a mapping for each."""
SATURATED_BELOW, DEAD_BELOW = 0.01, 1e-6
"""Of the largest slope: below the first a pre-activation is saturated, everywhere below the second a unit is dead."""


class ChunkStatistics(NamedTuple):
    """Of one layer on a chunk of examples. All but two are (examples,)."""

    means: Any
    centre: Any
    """A number near the mean of all."""
    squares: Any
    """Means of the squared distances from the centre."""
    zeros: Any
    """Shares of the activations."""
    saturated: Any
    """Shares of the pre-activations."""
    strongest: Any
    """(channels,): the largest slopes, as shares of the function's largest."""


class LayerStatistics:
    """Statistics of one layer over several chunks of examples, in float64."""

    def __init__(self) -> None:
        self._examples = 0
        self._mean = self._squares = 0.0
        self._zeros = self._saturated = 0.0
        self._strongest: np.ndarray | None = None

    def add(self, chunk: ChunkStatistics) -> None:
        """Another chunk, as arrays of NumPy."""
        n, mean = len(chunk.means), chunk.means.mean(dtype=np.float64)
        total = self._examples + n
        # Chan, Golub, LeVeque (1983); first the chunk's squares from about its rounded mean to about its mean.
        own = chunk.squares.sum(dtype=np.float64) - n * (mean - np.float64(chunk.centre)) ** 2
        self._squares += own + (mean - self._mean) ** 2 * self._examples * n / total
        self._mean += (mean - self._mean) * n / total
        self._zeros += chunk.zeros.sum(dtype=np.float64)
        self._saturated += chunk.saturated.sum(dtype=np.float64)
        before = chunk.strongest if self._strongest is None else self._strongest
        self._strongest = np.maximum(before, chunk.strongest)
        self._examples = total

    def quantities(self, slopes: np.ndarray) -> Quantities:
        """`slopes`: the largest of the function, without which none is small. Nothing is known of infinite values."""
        assert self._strongest is not None
        finite = math.isfinite(self._mean)
        known = finite and (slopes > 0).all() and np.isfinite(slopes).all() and not np.isnan(self._strongest).any()
        return {
            "mean": finite_quantity(self._mean),
            "variance": finite_quantity(float(np.maximum(self._squares, 0.0)) / self._examples),
            "zeros": float(self._zeros / self._examples) if finite else None,
            "dead": float((self._strongest < DEAD_BELOW).mean()) if known else None,
            "saturated": float(self._saturated / self._examples) if known else None,
        }


def statistics_of_chunk(activations: Any, slopes: Any, largest: Any, channel_axis: int) -> ChunkStatistics:
    """Of the activations (examples, ...) and slopes of a chunk; `largest` is the largest slope of the function.

    Means and shares are by example, so that few numbers are added up in float32.
    """
    a = ops.cast(activations, "float32")
    relative = ops.abs(ops.cast(slopes, "float32")) / largest
    axes = list(range(1, len(a.shape)))
    others = [axis for axis in range(len(a.shape)) if axis != channel_axis % len(a.shape)]
    means = ops.mean(a, axes)
    centre = ops.mean(means)
    squares = ops.mean(ops.square(a - centre), axes)
    zeros = ops.mean(ops.cast(ops.equal(a, 0.0), "float32"), axes)
    saturated = ops.mean(ops.cast(ops.less(relative, SATURATED_BELOW), "float32"), axes)
    return ChunkStatistics(means, centre, squares, zeros, saturated, ops.max(relative, others))


def euclidean_norm(values: Sequence[np.ndarray]) -> float | None:
    """The Euclidean norm of all components; None if there are none, or it is not finite."""
    if not values:
        return None
    flat = [value.astype(np.float64, copy=False).ravel() for value in values]
    return finite_quantity(math.sqrt(sum(float(value @ value) for value in flat)))


def finite_quantity(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
