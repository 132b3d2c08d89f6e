"""What the kinds `cnn` and `mlp` share: the keys about their hidden layers, and what these come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import Field

from actsearch.core.activation import Activation
from actsearch.core.architecture import DropoutLayer, Surroundings
from actsearch.core.strict_models import StrictModel
from actsearch.functions.registry import ACTIVATIONS
from actsearch.networks.kinds.initializers import (
    BiasInitializerField,
    HiddenInitializerField,
    Initializer,
    InitializerField,
    initializer_of,
)

_KERNEL_INITIALIZER = (
    "A Keras initializer of the hidden layers, by name or as `{name: random_normal, stddev: 0.1}` with Keras's"
    " arguments; auto: what the activation's paper asks for (lecun_normal for SELU), else glorot_uniform."
)
_BIAS_INITIALIZER = "Likewise, of the hidden layers' biases."
_OUTPUT_KERNEL = "Of the output layer, which keeps Keras's default for all activations alike."
_OUTPUT_BIAS = "Of the output layer's biases."
_OUTPUT_ACTIVATION = "softmax, or sigmoid: every output by itself, with binary_crossentropy or mean_squared_error."
_REGULARIZER = "Keras's L1L2: a penalty `l1 * sum(abs(w)) + l2 * sum(w**2)` for every kernel w, part of the losses."
_DROPOUT_LAYER = "auto: alpha_dropout for SELU, else dropout."
_BATCH_NORMALIZATION = "Batch normalisation between a layer and its activation."


class L1L2(StrictModel):
    l1: float = Field(0.0, ge=0)
    l2: float = Field(0.0, ge=0)


class HiddenLayerKeys(StrictModel):
    """What both kinds of network have, after what they have for themselves."""

    kernel_initializer: HiddenInitializerField = Field("auto", description=_KERNEL_INITIALIZER)
    bias_initializer: BiasInitializerField = Field("zeros", description=_BIAS_INITIALIZER)
    kernel_regularizer: L1L2 | None = Field(None, description=_REGULARIZER)
    dropout_layer: Literal["auto", "dropout", "alpha_dropout"] = Field("auto", description=_DROPOUT_LAYER)
    batch_normalization: bool = Field(False, description=_BATCH_NORMALIZATION)
    output_kernel_initializer: InitializerField = Field("glorot_uniform", description=_OUTPUT_KERNEL)
    output_bias_initializer: BiasInitializerField = Field("zeros", description=_OUTPUT_BIAS)
    output_activation: Literal["softmax", "sigmoid"] = Field("softmax", description=_OUTPUT_ACTIVATION)

    def shared_settings(self, activation: Activation) -> dict[str, Any]:
        """The fields of `HiddenLayers` that these keys give."""
        advised = ACTIVATIONS["relu" if activation.kind else activation.name]
        initializer = advised.kernel_initializer if self.kernel_initializer == "auto" else self.kernel_initializer
        penalty = self.kernel_regularizer
        return {
            "kernel_initializer": initializer_of(initializer),
            "dropout_layer": advised.dropout_layer if self.dropout_layer == "auto" else self.dropout_layer,
            "batch_normalization": self.batch_normalization,
            "bias_initializer": initializer_of(self.bias_initializer, neutral="zeros"),
            "kernel_regularizer": penalty.model_dump() if penalty is not None and (penalty.l1 or penalty.l2) else None,
            "output_kernel_initializer": initializer_of(self.output_kernel_initializer, neutral="glorot_uniform"),
            "output_bias_initializer": initializer_of(self.output_bias_initializer, neutral="zeros"),
            "output_activation": None if self.output_activation == "softmax" else self.output_activation,
        }


@dataclass(frozen=True)
class HiddenLayers:
    """What both kinds of network have: most of `core.architecture.Architecture`."""

    dense: tuple[int, ...]
    dropout: float | tuple[float, float]
    kernel_initializer: str | Initializer
    dropout_layer: DropoutLayer
    batch_normalization: bool
    kind: Literal["cnn", "mlp"]
    bias_initializer: str | Initializer | None = None
    """Of the hidden layers; None: zeros."""
    kernel_regularizer: Mapping[str, float] | None = None
    """Keras's `L1L2` by its arguments, on every kernel."""
    output_kernel_initializer: str | Initializer | None = None
    """None: glorot_uniform."""
    output_bias_initializer: str | Initializer | None = None
    """None: zeros."""
    output_activation: Literal["sigmoid"] | None = None
    """None: softmax."""

    def identity(self) -> dict[str, Any]:
        return asdict(self)

    def hidden_names(self) -> tuple[str, ...]:
        """The names of the hidden layers, in their order."""
        return names_of_layers("dense", len(self.dense))

    def sites(self) -> tuple[str, ...]:
        return tuple(name_of_site(layer) for layer in self.hidden_names())

    def surroundings(self) -> Surroundings:
        rates = self.dropout if isinstance(self.dropout, tuple) else (self.dropout,)
        given = self.kernel_initializer
        name = given if isinstance(given, str) else given.name
        return Surroundings(name, self.dropout_layer, any(rates), self.batch_normalization)


def names_of_layers(what: str, number: int) -> tuple[str, ...]:
    """`dense_1` and so on."""
    return tuple(f"{what}_{i}" for i in range(1, number + 1))


def name_of_site(layer: str) -> str:
    """The layer that applies the activation of a hidden layer."""
    return f"{layer}_activation"
