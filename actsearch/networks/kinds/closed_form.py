"""What a network of convolutions and dense layers costs, without building it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from actsearch.core.architecture import NetworkCost

NORMALIZATION_PARAMETERS = 4
"""Of batch normalisation, for each channel: scale, offset, and the moving mean and variance."""


@dataclass(frozen=True)
class LayerShape:
    """A convolution or a dense layer as a matrix product: every output is a sum over so many inputs."""

    places: int
    """At how many places it is applied with the same weights: pixels of a convolution, one of a dense layer."""
    inputs: int
    outputs: int
    normalized: bool = False
    """Whether batch normalisation follows."""

    @property
    def flops(self) -> int:
        """Multiplications and additions for one example."""
        return 2 * self.places * self.inputs * self.outputs

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return (self.inputs + 1) * self.outputs

    @property
    def normalization(self) -> int:
        """What batch normalisation keeps."""
        return NORMALIZATION_PARAMETERS * self.outputs if self.normalized else 0


def dense_shapes(features: int, hidden: Sequence[int], outputs: int, normalized: bool) -> Iterator[LayerShape]:
    """Of hidden dense layers and the output layer, which is not normalised."""
    for units in hidden:
        yield LayerShape(1, features, units, normalized)
        features = units
    yield LayerShape(1, features, outputs)


def cost_of_layers(shapes: Iterable[LayerShape]) -> NetworkCost:
    """That of all of them."""
    layers = list(shapes)
    return NetworkCost(
        parameters=sum(layer.parameters for layer in layers),
        flops=sum(layer.flops for layer in layers),
        normalization=sum(layer.normalization for layer in layers),
    )
