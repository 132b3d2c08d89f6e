"""The activation functions as Keras functions and one Keras layer, registered so that saved models load anywhere.

Imports Keras. The definitions, with their papers, stand in `functions.registry`; a test holds the two equal.

Where Keras's own form is not used, it is for one of three reasons: at a kink the gradient here is the left derivative
(Keras's kernels take now the left, now the right, and at 0 twice the derivative of CELU); float32 would lose the value
(squareplus for x far below 0); or a parameter may be a weight that is trained, and TensorFlow's kernel wants a number.
`ops.where` gives the branch that is not taken a gradient of 0 times its slope: no branch may be infinite anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import keras
from keras import ops

from actsearch.core.experiment import Scalar
from actsearch.functions.registry import ACTIVATIONS, ALIASES, SELU_ALPHA, SELU_LAMBDA, Parameter

KERAS_PACKAGE = "actsearch"
F = TypeVar("F", bound=Callable[..., Any])


def _registered(function: F) -> F:
    registered: F = keras.saving.register_keras_serializable(KERAS_PACKAGE)(function)
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
    return ops.elu(x, alpha=alpha) if _is_plain_number(alpha) else ops.where(x > 0, x, alpha * ops.elu(x))


@_registered
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x if x > 0 else negative_slope x, element-wise. Maas, Hannun, Ng (2013)."""
    if _is_plain_number(negative_slope):
        return ops.leaky_relu(x, negative_slope=negative_slope)
    return prelu(x, negative_slope)


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


@_registered
def tanh(x: Any) -> Any:
    """tanh(x), element-wise. LeCun, Bottou, Orr, Müller (1998)."""
    return ops.tanh(x)


@_registered
def softplus(x: Any) -> Any:
    """log(1 + e^x), element-wise. Dugas, Bengio, Bélisle, Nadeau, Garcia (2000)."""
    return ops.softplus(x)


@_registered
def softsign(x: Any) -> Any:
    """x / (1 + |x|), element-wise. Turian, Bergstra, Bengio (2009)."""
    return ops.softsign(x)


@_registered
def silu(x: Any, beta: float = 1.0) -> Any:
    """x sigmoid(beta x), element-wise. Ramachandran, Zoph, Le (2017); Elfwing, Uchibe, Doya (2017) for beta = 1."""
    return x * ops.sigmoid(beta * x)


@_registered
def mish(x: Any) -> Any:
    """x tanh(log(1 + e^x)), element-wise. Misra (2020)."""
    return x * ops.tanh(ops.softplus(x))


@_registered
def hard_sigmoid(x: Any) -> Any:
    """(x + 3) / 6, at least 0 and at most 1, element-wise. Howard and others (2019)."""
    return _bounded((x + 3.0) / 6.0, 0.0, 1.0)


@_registered
def hard_silu(x: Any) -> Any:
    """x hard_sigmoid(x), element-wise. Howard and others (2019)."""
    return x * hard_sigmoid(x)


@_registered
def hard_tanh(x: Any) -> Any:
    """x, at least -1 and at most 1, element-wise. Collobert, Weston, Bottou and others (2011)."""
    return _bounded(x, -1.0, 1.0)


@_registered
def relu6(x: Any) -> Any:
    """max(0, x), at most 6, element-wise. Krizhevsky (2010)."""
    return _bounded(x, 0.0, 6.0)


@_registered
def celu(x: Any, alpha: float = 1.0) -> Any:
    """x if x > 0 else alpha (e^(x / alpha) - 1), element-wise. Barron (2017)."""
    return ops.where(x > 0, x, alpha * ops.expm1(_where_not_positive(x) / alpha))


@_registered
def exponential(x: Any) -> Any:
    """e^x, element-wise: infinite in float32 for x > 88.7, in any form. Nelder, Wedderburn (1972)."""
    return ops.exp(x)


@_registered
def linear(x: Any) -> Any:
    """x. Saxe, McClelland, Ganguli (2014)."""
    return x


@_registered
def log_sigmoid(x: Any) -> Any:
    """-log(1 + e^-x), element-wise. Mikolov, Sutskever, Chen, Corrado, Dean (2013)."""
    return ops.log_sigmoid(x)


@_registered
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x if |x| > threshold else 0, element-wise. Donoho, Johnstone (1994)."""
    return ops.where(ops.abs(x) > threshold, x, 0.0)


@_registered
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x brought nearer to 0 by the threshold, at most to 0, element-wise. Donoho (1995)."""
    return ops.where(x > threshold, x - threshold, ops.where(x > -threshold, 0.0, x + threshold))


@_registered
def tanh_shrink(x: Any) -> Any:
    """x - tanh(x), element-wise. Collobert, Kavukcuoglu, Farabet (2011)."""
    return x - ops.tanh(x)


@_registered
def threshold(x: Any, threshold: float = 1.0, default_value: float = 0.0) -> Any:
    """x if x > threshold else default_value, element-wise. Konda, Memisevic, Krueger (2015)."""
    return ops.where(x > threshold, x, default_value)


@_registered
def sparse_plus(x: Any) -> Any:
    """0 for x <= -1, (x + 1)^2 / 4 up to 1, x from there, element-wise. Blondel, Martins, Niculae (2020)."""
    return ops.where(x < 1, ops.square(sparse_sigmoid(x)), x)


@_registered
def sparse_sigmoid(x: Any) -> Any:
    """(x + 1) / 2, at least 0 and at most 1, element-wise. Blondel, Martins, Niculae (2020)."""
    return _bounded((x + 1.0) / 2.0, 0.0, 1.0)


@_registered
def squareplus(x: Any, b: float = 4.0) -> Any:
    """(x + sqrt(x^2 + b)) / 2, element-wise. Barron (2021)."""
    root = ops.sqrt(ops.square(x) + b)
    # x + sqrt(x^2 + b) = b / (sqrt(x^2 + b) - x), which does not cancel for x < 0.
    return ops.where(x > 0, x + root, b / (root - _where_not_positive(x))) / 2.0


@_registered
def prelu(x: Any, alpha: Any = 0.25) -> Any:
    """x if x > 0 else alpha x, element-wise. He, Zhang, Ren, Sun (2015).

    alpha is a number, or a tensor that broadcasts over x. It is learned in `ActivationLayer("prelu")`, not here.
    """
    return ops.where(x > 0, x, alpha * x)


@_registered
def relu_squared(x: Any) -> Any:
    """max(0, x)^2, element-wise. So, Mańke, Liu, Dai, Shazeer, Le (2021)."""
    return ops.square(ops.relu(x))


@_registered
def serf(x: Any) -> Any:
    """x erf(log(1 + e^x)), element-wise. Nag, Bhattacharyya, Mukherjee, Kundu (2023)."""
    return x * ops.erf(ops.softplus(x))


@_registered
def lisht(x: Any) -> Any:
    """x tanh(x), element-wise. Roy, Manna, Dubey, Chaudhuri (2019)."""
    return x * ops.tanh(x)


@_registered
def snake(x: Any, frequency: float = 1.0) -> Any:
    """x + sin(frequency x)^2 / frequency, element-wise. Ziyin, Hartwig, Ueda (2020)."""
    return x + ops.square(ops.sin(frequency * x)) / frequency


@_registered
def lecun_tanh(x: Any) -> Any:
    """1.7159 tanh(2 x / 3), element-wise. LeCun, Bottou, Orr, Müller (1998)."""
    return 1.7159 * ops.tanh(x * (2 / 3))


def _is_plain_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _bounded(x: Any, low: float, high: float) -> Any:
    """x from low to high; its gradient is 1 for low < x <= high, the left derivative."""
    return ops.where(x > high, high, ops.where(x > low, x, low))


def _where_not_positive(x: Any) -> Any:
    """min(x, 0), with the gradient 1 at 0."""
    return ops.where(x > 0, 0.0, x)


KERAS_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sigmoid": sigmoid,
    "relu": relu,
    "elu": elu,
    "leaky_relu": leaky_relu,
    "selu": selu,
    "gelu": gelu,
    "tanh": tanh,
    "softplus": softplus,
    "softsign": softsign,
    "silu": silu,
    "mish": mish,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": hard_silu,
    "hard_tanh": hard_tanh,
    "relu6": relu6,
    "celu": celu,
    "exponential": exponential,
    "linear": linear,
    "log_sigmoid": log_sigmoid,
    "hard_shrink": hard_shrink,
    "soft_shrink": soft_shrink,
    "tanh_shrink": tanh_shrink,
    "threshold": threshold,
    "sparse_plus": sparse_plus,
    "sparse_sigmoid": sparse_sigmoid,
    "squareplus": squareplus,
    "prelu": prelu,
    "relu_squared": relu_squared,
    "serf": serf,
    "lisht": lisht,
    "snake": snake,
    "lecun_tanh": lecun_tanh,
}
"""Every function of the registry by its canonical name: `(x, **parameters) -> x's shape and type`."""

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
