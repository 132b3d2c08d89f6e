"""The section `model`: the two kinds of network."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from actsearch.config.initializers import (
    BiasInitializerField,
    HiddenInitializerField,
    InitializerField,
    initializer_of,
)
from actsearch.core.experiment import Activation, Cnn, Mlp
from actsearch.core.strict_models import Share, StrictModel, Width
from actsearch.functions.registry import ACTIVATIONS

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


class _NetworkKeys(StrictModel):
    """What both kinds of network have, after what they have for themselves."""

    kernel_initializer: HiddenInitializerField = Field("auto", description=_KERNEL_INITIALIZER)
    bias_initializer: BiasInitializerField = Field("zeros", description=_BIAS_INITIALIZER)
    kernel_regularizer: L1L2 | None = Field(None, description=_REGULARIZER)
    dropout_layer: Literal["auto", "dropout", "alpha_dropout"] = Field("auto", description=_DROPOUT_LAYER)
    batch_normalization: bool = Field(False, description=_BATCH_NORMALIZATION)
    output_kernel_initializer: InitializerField = Field("glorot_uniform", description=_OUTPUT_KERNEL)
    output_bias_initializer: BiasInitializerField = Field("zeros", description=_OUTPUT_BIAS)
    output_activation: Literal["softmax", "sigmoid"] = Field("softmax", description=_OUTPUT_ACTIVATION)


class _CnnLayerKeys(StrictModel):
    kind: Literal["cnn"] = Field("cnn", description="Convolutions, one 2 x 2 pooling, dense layers.")
    filters: list[Width] = Field([32, 64], min_length=1, max_length=100, description="Of each convolution.")
    kernel_size: int = Field(3, ge=1, le=64, description="Height and width of the convolutions.")
    dense: list[Width] = Field([128], min_length=1, max_length=200, description="Units of each hidden dense layer.")
    dropout: list[Share] = Field(
        [0.25, 0.5], min_length=2, max_length=2, description="Rates after the pooling and after every dense layer."
    )


class CnnModel(_NetworkKeys, _CnnLayerKeys):  # in this order, the layers' keys come first
    """Convolutions, one pooling, dense layers."""


class _MlpLayerKeys(StrictModel):
    kind: Literal["mlp"] = Field(description="Dense layers.")
    dense: list[Width] = Field([128, 128], min_length=1, max_length=200, description="Units of each hidden layer.")
    dropout: Share = Field(0.0, description="Rate after every hidden layer.")


class MlpModel(_NetworkKeys, _MlpLayerKeys):
    """Dense layers."""


def _model_tag(value: Any) -> str | None:
    if isinstance(value, (CnnModel, MlpModel)):
        return "\0" + value.kind
    if not isinstance(value, dict):
        return None
    kind = value.get("kind", "cnn")
    return "\0" + kind if kind in ("cnn", "mlp") else None


ModelField = Annotated[Annotated[CnnModel, Tag("\0cnn")] | Annotated[MlpModel, Tag("\0mlp")], Discriminator(_model_tag)]


def network_of(model: CnnModel | MlpModel, activation: Activation) -> Cnn | Mlp:
    """The network with this activation: `auto` means what the activation's paper asks for, or else Keras's default."""
    advised = ACTIVATIONS["relu" if activation.kind else activation.name]
    initializer = advised.kernel_initializer if model.kernel_initializer == "auto" else model.kernel_initializer
    penalty = model.kernel_regularizer
    shared: dict[str, Any] = {
        "kernel_initializer": initializer_of(initializer),
        "dropout_layer": advised.dropout_layer if model.dropout_layer == "auto" else model.dropout_layer,
        "batch_normalization": model.batch_normalization,
        "dense": tuple(model.dense),
        "bias_initializer": initializer_of(model.bias_initializer, neutral="zeros"),
        "kernel_regularizer": penalty.model_dump() if penalty is not None and (penalty.l1 or penalty.l2) else None,
        "output_kernel_initializer": initializer_of(model.output_kernel_initializer, neutral="glorot_uniform"),
        "output_bias_initializer": initializer_of(model.output_bias_initializer, neutral="zeros"),
        "output_activation": None if model.output_activation == "softmax" else model.output_activation,
    }
    if isinstance(model, MlpModel):
        return Mlp(dropout=model.dropout, **shared)
    pooled, dense = model.dropout
    return Cnn(filters=tuple(model.filters), kernel_size=model.kernel_size, dropout=(pooled, dense), **shared)
