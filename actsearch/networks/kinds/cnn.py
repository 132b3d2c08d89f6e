"""The kind `cnn`: convolutions, one pooling, dense layers. The article's network is one of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field

from actsearch.core.activation import Activation
from actsearch.core.architecture import Head, NetworkCost
from actsearch.core.errors import UnsuitableSetting
from actsearch.core.strict_models import Share, Width
from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.kinds.closed_form import LayerShape, cost_of_layers, dense_shapes
from actsearch.networks.kinds.hidden_layer_settings import HiddenLayerKeys, HiddenLayers, names_of_layers


class _CnnLayerKeys(ArchitectureKeys):
    length_remedies: ClassVar[Mapping[str, str]] = {
        "dropout": "write two rates: after the pooling, and after every dense layer"
    }

    kind: Literal["cnn"] = Field("cnn", description="Convolutions, one 2 x 2 pooling, dense layers.")
    filters: list[Width] = Field([32, 64], min_length=1, max_length=100, description="Of each convolution.")
    kernel_size: int = Field(3, ge=1, le=64, description="Height and width of the convolutions.")
    dense: list[Width] = Field([128], min_length=1, max_length=200, description="Units of each hidden dense layer.")
    dropout: list[Share] = Field(
        [0.25, 0.5], min_length=2, max_length=2, description="Rates after the pooling and after every dense layer."
    )


class CnnModel(HiddenLayerKeys, _CnnLayerKeys):  # in this order, the layers' keys come first
    """Convolutions, one pooling, dense layers."""

    def resolved(self, activation: Activation) -> Cnn:
        pooled, dense = self.dropout
        return Cnn(
            filters=tuple(self.filters),
            kernel_size=self.kernel_size,
            dense=tuple(self.dense),
            dropout=(pooled, dense),
            **self.shared_settings(activation),
        )


@dataclass(frozen=True)
class _Convolutions:
    filters: tuple[int, ...]
    kernel_size: int


@dataclass(frozen=True)
class Cnn(HiddenLayers, _Convolutions):  # in this order: the fields of the last base stand first in trial.json
    """Convolutions ("valid"), one 2 x 2 max pooling with dropout, and dense layers, each with dropout."""

    dropout: tuple[float, float]
    """Rates after the pooling and after every dense layer."""
    kind: Literal["cnn"] = "cnn"

    def hidden_names(self) -> tuple[str, ...]:
        return (*names_of_layers("conv", len(self.filters)), *super().hidden_names())

    def cost(self, input_shape: tuple[int, ...], outputs: int) -> NetworkCost:
        return cost_of_layers(self._layer_shapes(input_shape, outputs))

    def _layer_shapes(self, input_shape: tuple[int, ...], outputs: int) -> Iterator[LayerShape]:
        """The layers with weights, in their order, the output last."""
        height, width, channels = input_shape
        for filters in self.filters:
            height, width = height - self.kernel_size + 1, width - self.kernel_size + 1
            yield LayerShape(height * width, channels * self.kernel_size**2, filters, self.batch_normalization)
            channels = filters
        features = (height // 2) * (width // 2) * channels
        yield from dense_shapes(features, self.dense, outputs, self.batch_normalization)

    def check(self, input_shape: tuple[int, ...]) -> None:
        """Refuses vectors, and images too small for its convolutions."""
        if len(input_shape) != 3:
            raise UnsuitableSetting(
                "model.kind",
                f"a cnn needs images, and these data are vectors of {input_shape[0]} features",
                "write kind: mlp",
            )
        # Each "valid" convolution takes kernel_size - 1 off; the pooling needs 2 x 2.
        smallest = len(self.filters) * (self.kernel_size - 1) + 2
        height, width, _ = input_shape
        if min(height, width) < smallest:
            raise UnsuitableSetting(
                "model.kernel_size",
                f"{len(self.filters)} convolutions of {self.kernel_size} x {self.kernel_size} and a pooling need"
                f" images of at least {smallest} x {smallest}, and these are {height} x {width}",
                "write a smaller kernel_size, fewer filters, or kind: mlp",
            )

    def build(
        self, activation: Activation, input_shape: tuple[int, ...], head: Head, seed: int, precision: str = "float32"
    ) -> Any:
        import keras

        from actsearch.networks.hidden_stack import LayerMaker

        inputs = x = keras.Input(input_shape)
        make = LayerMaker(self, activation, seed, precision)
        for name, filters in zip(names_of_layers("conv", len(self.filters)), self.filters, strict=True):
            x = make.convolution(x, name, filters, self.kernel_size)
        x = make.pooling(x)
        x = make.dropout(x, self.dropout[0])
        return keras.Model(inputs, make.output(make.dense_layers(x, self.dropout[1]), head))
