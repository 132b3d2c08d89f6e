"""Formulas and functions of the user's own as Keras layers, registered so that saved models load. Imports Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from actsearch.core.activation import Activation
from actsearch.functions import formulas, own_functions
from actsearch.networks.keras_activations import KERAS_OPS, KERAS_PACKAGE, ActivationLayer


class _OwnLayer(keras.layers.Layer):  # type: ignore[misc]
    """An element-wise function with parameters, some of which may be learned: one float32 weight each.

    Attributes:
        learned: the weights by the parameters' names, once the layer is built.
    """

    def __init__(self, parameters: Mapping[str, float] | None, trainable_parameters: Sequence[str], **kwargs: Any):
        super().__init__(**kwargs)
        self.parameters = {key: float(value) for key, value in (parameters or {}).items()}
        self.trainable_parameters = tuple(trainable_parameters)
        unknown = set(self.trainable_parameters) - set(self.parameters)
        if unknown:
            raise ValueError(f"there is no parameter {', '.join(sorted(unknown))} that could be learned")
        self.learned: dict[str, Any] = {}

    def build(self, input_shape: Any) -> None:  # noqa: ARG002
        for name in self.trainable_parameters:
            begin = keras.initializers.Constant(self.parameters[name])
            self.learned[name] = self.add_weight(name=name, shape=(), initializer=begin)
        self.built = True

    @property
    def values(self) -> dict[str, Any]:
        """The parameters as they are: numbers, or tensors, which in mixed precision have the type of the inputs."""
        return {**self.parameters, **{name: ops.convert_to_tensor(weight) for name, weight in self.learned.items()}}

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"parameters": self.parameters, "trainable_parameters": list(self.trainable_parameters)}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(KERAS_PACKAGE, name="FormulaLayer")
class FormulaLayer(_OwnLayer):
    """A layer that applies a formula element-wise.

    Args:
        formula: a function of `x`, such as `"x * sigmoid(beta * x)"`; see the docs for what may stand in it.
        parameters: the value of each parameter in it; of a learned one, the value that it begins with.
        trainable_parameters: those that are learned, one value for the layer.
        **kwargs: what every Keras layer takes, such as `name` and `dtype`.

    Raises:
        actsearch.core.errors.UserError: the formula is none; the message names the column.
    """

    def __init__(
        self,
        formula: str,
        parameters: Mapping[str, float] | None = None,
        trainable_parameters: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(parameters, trainable_parameters, **kwargs)
        self.formula = formula
        self._parsed = formulas.parse_formula(formula, self.parameters)

    def call(self, inputs: Any) -> Any:
        return formulas.evaluate_formula(self._parsed, inputs, KERAS_OPS, self.values)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "formula": self.formula}


@keras.saving.register_keras_serializable(KERAS_PACKAGE, name="FunctionLayer")
class FunctionLayer(_OwnLayer):
    """A layer that applies `function(x, **parameters)`, a Python function of the user's own, element-wise.

    Args:
        function: `"module:name"`. The module must be there when a saved model is loaded.
        parameters: its keyword arguments; of a learned one, the value that it begins with.
        trainable_parameters: those that are learned, one value for the layer.
        folder: where the module is looked for first.
        source: its text, for a machine that does not have it; used only with `sha256`.
        sha256: what its file must be.
        **kwargs: what every Keras layer takes, such as `name` and `dtype`.

    Raises:
        actsearch.core.errors.UserError: there is no such function.
    """

    def __init__(
        self,
        function: str,
        parameters: Mapping[str, float] | None = None,
        trainable_parameters: Sequence[str] = (),
        folder: str | None = None,
        source: str | None = None,
        sha256: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(parameters, trainable_parameters, **kwargs)
        self.function = function
        self._imported = own_functions.imported(function, folder, source, sha256)

    def call(self, inputs: Any) -> Any:
        outputs = self._imported(inputs, **self.values)
        if tuple(getattr(outputs, "shape", ())) != tuple(inputs.shape):
            shapes = f"{tuple(inputs.shape)} the shape {tuple(getattr(outputs, 'shape', ()))}"
            raise ValueError(f"{self.function} is no activation function: it makes of the shape {shapes}")
        return outputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "function": self.function}


def layer_of_activation(activation: Activation, **kwargs: Any) -> keras.layers.Layer:
    """The Keras layer of an activation, of the registry or the user's own."""
    learned = activation.trainable or ()
    parameters: dict[str, Any] = dict(activation.parameters)
    if activation.kind == "formula":
        return FormulaLayer(activation.name, parameters, learned, **kwargs)
    if activation.kind == "function":
        where = {"folder": activation.folder, "source": activation.source, "sha256": activation.source_sha256}
        return FunctionLayer(activation.name, parameters, learned, **where, **kwargs)
    return ActivationLayer(activation.name, parameters, learned, **kwargs)
