"""The activation functions as Keras functions and one Keras layer, registered so that saved models load anywhere.

Imports Keras. The definitions, with their papers, stand in `activations.py`; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import keras
from keras import ops

from actsearch.activations import ACTIVATIONS, ALIASES, SELU_ALPHA, SELU_LAMBDA
from actsearch.experiment import Scalar

PACKAGE = "actsearch"
F = TypeVar("F", bound=Callable[..., Any])


def _registered(function: F) -> F:
    registered: F = keras.saving.register_keras_serializable(PACKAGE)(function)
    return registered


@_registered
def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), element-wise. Rumelhart, Hinton, Williams (1986)."""
    return ops.sigmoid(x)


@_registered
def relu(x: Any) -> Any:
    """max(0, x), element-wise; the gradient at 0 is 0. Nair, Hinton (2010)."""
    return ops.relu(x)


@_registered
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x if x > 0 else alpha (e^x - 1), element-wise. Clevert, Unterthiner, Hochreiter (2016)."""
    return ops.elu(x, alpha=alpha)


@_registered
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x if x > 0 else negative_slope x, element-wise. Maas, Hannun, Ng (2013)."""
    return ops.leaky_relu(x, negative_slope=negative_slope)


@_registered
def selu(x: Any) -> Any:
    """l x if x > 0 else l alpha (e^x - 1), element-wise. Klambauer, Unterthiner, Mayr, Hochreiter (2017).

    Written out because TensorFlow's own kernel takes the right derivative at 0, where a fresh network is at every blank
    pixel; the article's Keras, and all the other functions here, take the left one.
    """
    return SELU_LAMBDA * ops.elu(x, alpha=SELU_ALPHA)


@_registered
def gelu(x: Any, approximate: bool = False) -> Any:
    """x Phi(x), or its tanh approximation, which is the article's. Hendrycks, Gimpel (2016)."""
    return ops.gelu(x, approximate=approximate)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sigmoid": sigmoid,
    "relu": relu,
    "elu": elu,
    "leaky_relu": leaky_relu,
    "selu": selu,
    "gelu": gelu,
}
"""Every function of the registry by its canonical name: `(x, **parameters) -> x's shape and type`."""

OPS = ops
"""The namespace with which `formulas.evaluate` computes on Keras's backend."""


@keras.saving.register_keras_serializable(PACKAGE, name="ActivationLayer")
class ActivationLayer(keras.layers.Layer):  # type: ignore[misc]
    """A layer that applies a function of the registry, with its parameters.

    Args:
        function: the canonical name or an alias, e.g. `"gelu"`.
        parameters: the function's parameters; those not given keep the registry's defaults.
        **kwargs: what every Keras layer takes, such as `name` and `dtype`.

    Raises:
        ValueError: no such function or parameter.
    """

    def __init__(self, function: str, parameters: Mapping[str, Scalar] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.function = ALIASES.get(function, function)
        if self.function not in ACTIVATIONS:
            raise ValueError(f"no activation function {function!r}; there are {', '.join(ACTIVATIONS)}")
        known = ACTIVATIONS[self.function].parameters
        unknown = set(parameters or {}) - set(known)
        if unknown:
            raise ValueError(f"{self.function} has no parameter {', '.join(sorted(unknown))}")
        defaults: dict[str, Scalar] = {name: row.default for name, row in known.items()}
        self.parameters = {**defaults, **(parameters or {})}

    def call(self, inputs: Any) -> Any:
        return FUNCTIONS[self.function](inputs, **self.parameters)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "function": self.function, "parameters": self.parameters}
