"""The arithmetic of a network: its matrix products, its weights, and how fast this machine multiplies."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from actsearch.core.experiment import Cnn, Mlp

PRODUCT = 64
"""Rows and columns of the matrices whose product is timed: OpenBLAS gives larger ones to several threads."""


@dataclass(frozen=True)
class LayerShape:
    """A convolution or a dense layer as a matrix product: every output is a sum over so many inputs."""

    places: int
    """At how many places it is applied with the same weights: pixels of a convolution, one of a dense layer."""
    inputs: int
    outputs: int

    @property
    def flops(self) -> int:
        """Multiplications and additions for one example."""
        return 2 * self.places * self.inputs * self.outputs

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return (self.inputs + 1) * self.outputs


def layer_shapes(model: Cnn | Mlp, input_shape: tuple[int, ...], outputs: int) -> Iterator[LayerShape]:
    """The layers with weights, in their order, the output last."""
    if isinstance(model, Cnn):
        height, width, channels = input_shape
        for filters in model.filters:
            height, width = height - model.kernel_size + 1, width - model.kernel_size + 1
            yield LayerShape(height * width, channels * model.kernel_size**2, filters)
            channels = filters
        features = (height // 2) * (width // 2) * channels
    else:
        features = math.prod(input_shape)
    for units in (*model.dense, outputs):
        yield LayerShape(1, features, units)
        features = units


def forward_flops(model: Cnn | Mlp, input_shape: tuple[int, ...], outputs: int) -> int:
    """Multiplications and additions of a forward pass of one example, convolutions and dense layers only."""
    return sum(layer.flops for layer in layer_shapes(model, input_shape, outputs))


def number_of_parameters(model: Cnn | Mlp, input_shape: tuple[int, ...], outputs: int) -> int:
    """The weights and biases of a network; what batch normalisation and learned parameters add is left out."""
    return sum(layer.parameters for layer in layer_shapes(model, input_shape, outputs))


def matrix_product_speed(seconds: float = 0.3) -> float:
    """Floating-point operations a second of one thread, by the fastest of many float32 matrix products."""
    import numpy as np

    n = PRODUCT
    a = np.ones((n, n), np.float32)
    out = a @ a
    fastest = math.inf
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        np.matmul(a, a, out=out)
        fastest = min(fastest, time.perf_counter() - began)
    return float(2 * n**3 / fastest)
