"""The activation functions as Keras functions and one Keras layer, registered so that saved models load anywhere.

Imports Keras. The functions follow from the rows of `functions.registry`; a test holds them equal to the references.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import Parameter as Argument
from inspect import Signature
from typing import Any

import keras
from keras import ops

from actsearch.core.activation import Scalar
from actsearch.functions.activation_row import ActivationFunction, Parameter
from actsearch.functions.registry import ACTIVATIONS, ALIASES

KERAS_PACKAGE = "actsearch"


def _keras_function(name: str, row: ActivationFunction) -> Callable[..., Any]:
    """The row's `name(x, **parameters)`."""
    takes = [Argument(key, Argument.POSITIONAL_OR_KEYWORD, default=at.default) for key, at in row.parameters.items()]
    signature = Signature([Argument("x", Argument.POSITIONAL_OR_KEYWORD), *takes])

    def function(*arguments: Any, **named: Any) -> Any:
        given = signature.bind(*arguments, **named)
        given.apply_defaults()
        x, *values = given.arguments.values()
        return row.in_keras(ops, x, dict(zip(row.parameters, values, strict=True)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = help_of(row)
    function.__signature__ = signature  # type: ignore[attr-defined]
    registered: Callable[..., Any] = keras.saving.register_keras_serializable(KERAS_PACKAGE)(function)
    return registered


def help_of(row: ActivationFunction) -> str | None:
    """The docstring of the function in Keras."""
    if row.keras:
        return row.keras.kernel.__doc__
    return row.summary or f"{row.formula}. {row.paper}."


KERAS_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: _keras_function(name, row) for name, row in ACTIVATIONS.items()
}
"""Every function of the registry by its canonical name: `(x, **parameters) -> x's shape and type`."""

globals().update(KERAS_FUNCTIONS)  # so that `actsearch.gelu` is found here, by `pickle` as well

KERAS_OPS = ops
"""The namespace with which `formulas.evaluate` computes on Keras's backend."""


@keras.saving.register_keras_serializable(KERAS_PACKAGE, name="ActivationLayer")
class ActivationLayer(keras.layers.Layer):  # type: ignore[misc]
    """A layer that applies a function of the registry, with its parameters.

    Args:
        function: the canonical name or an alias, e.g. `"gelu"`.
        parameters: the function's parameters; those not given keep the registry's defaults. Of a parameter that is
            trained it is the initial value.
        trainable_parameters: names of parameters that become a weight of the layer, one number each, kept in the
            parameter's valid range. What the function always learns (`prelu`'s `alpha`) need not be named; it is one
            number per channel or unit: shape (size of the last axis,).
        **kwargs: what every Keras layer takes, such as `name` and `dtype`.

    Attributes:
        learned: the weights by the parameters' names, once the layer is built.

    Raises:
        ValueError: no such function or parameter, a value outside its range, or one that no gradient reaches.
    """

    def __init__(
        self,
        function: str,
        parameters: Mapping[str, Scalar] | None = None,
        trainable_parameters: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function = ALIASES.get(function, function)
        if self.function not in ACTIVATIONS:
            raise ValueError(f"no activation function {function!r}; there are {', '.join(ACTIVATIONS)}")
        known = ACTIVATIONS[self.function].parameters
        unknown = {*(parameters or {}), *trainable_parameters} - set(known)
        if unknown:
            raise ValueError(f"{self.function} has no parameter {', '.join(sorted(unknown))}")
        defaults: dict[str, Scalar] = {name: row.default for name, row in known.items()}
        self.parameters = {**defaults, **(parameters or {})}
        self.trainable_parameters = tuple(trainable_parameters)
        for name, row in known.items():
            self._check(name, row)
        self.learned: dict[str, Any] = {}

    def _check(self, name: str, row: Parameter) -> None:
        value, switch = self.parameters[name], isinstance(row.default, bool)
        if not switch and not (isinstance(value, (int, float)) and row.minimum <= value <= row.maximum):
            raise ValueError(
                f"{self.function}'s {name} is {value!r}, not a number from {row.minimum:g} to {row.maximum:g}"
            )
        if name in self.trainable_parameters and (switch or not row.trainable):
            raise ValueError(f"{self.function}'s {name} cannot be trained: no gradient reaches it")

    def build(self, input_shape: Any) -> None:
        row = ACTIVATIONS[self.function]
        for name, parameter in row.parameters.items():
            if name in row.learned or name in self.trainable_parameters:
                self.learned[name] = self.add_weight(
                    name=name,
                    shape=(input_shape[-1],) if name in row.learned else (),
                    initializer=keras.initializers.Constant(self.parameters[name]),
                    constraint=partial(ops.clip, x_min=parameter.minimum, x_max=parameter.maximum),
                )
        self.built = True

    def call(self, inputs: Any) -> Any:
        # As tensors, which in mixed precision have the type of the inputs.
        learned = {name: ops.convert_to_tensor(weight) for name, weight in self.learned.items()}
        return KERAS_FUNCTIONS[self.function](inputs, **{**self.parameters, **learned})

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {
            "function": self.function,
            "parameters": dict(self.parameters),
            "trainable_parameters": list(self.trainable_parameters),
        }
        return {**super().get_config(), **own}
