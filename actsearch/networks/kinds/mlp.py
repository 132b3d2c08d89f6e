"""The kind `mlp`: dense layers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from actsearch.core.activation import Activation
from actsearch.core.architecture import Head, NetworkCost
from actsearch.core.strict_models import Share, Width
from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.kinds.closed_form import cost_of_layers, dense_shapes
from actsearch.networks.kinds.hidden_layer_settings import HiddenLayerKeys, HiddenLayers


class _MlpLayerKeys(ArchitectureKeys):
    kind: Literal["mlp"] = Field(description="Dense layers.")
    dense: list[Width] = Field([128, 128], min_length=1, max_length=200, description="Units of each hidden layer.")
    dropout: Share = Field(0.0, description="Rate after every hidden layer.")


class MlpModel(HiddenLayerKeys, _MlpLayerKeys):  # in this order, the layers' keys come first
    """Dense layers."""

    def resolved(self, activation: Activation) -> Mlp:
        return Mlp(dense=tuple(self.dense), dropout=self.dropout, **self.shared_settings(activation))


@dataclass(frozen=True)
class Mlp(HiddenLayers):
    """Dense layers, each with its dropout. An image is made flat first."""

    dropout: float
    kind: Literal["mlp"] = "mlp"

    def cost(self, input_shape: tuple[int, ...], outputs: int) -> NetworkCost:
        return cost_of_layers(dense_shapes(math.prod(input_shape), self.dense, outputs, self.batch_normalization))

    def check(self, input_shape: tuple[int, ...]) -> None:
        """It takes everything."""

    def build(
        self, activation: Activation, input_shape: tuple[int, ...], head: Head, seed: int, precision: str = "float32"
    ) -> Any:
        import keras

        from actsearch.networks.hidden_stack import LayerMaker

        inputs = keras.Input(input_shape)
        make = LayerMaker(self, activation, seed, precision)
        return keras.Model(inputs, make.output(make.dense_layers(inputs, self.dropout), head))
