"""The registry of activation functions: what each one is, in one literal table.

Pure data and NumPy references; knows nothing of Keras (see `keras_activations.py`) and imports nothing of ours. NumPy
itself is imported by the references when they are called, so that a command that only needs the names stays fast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_LAMBDA = 1.0507009873554804934193349852946
"""Both from Klambauer et al. (2017), equation 14."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of an activation function: Keras's name and default, and the range in which it makes sense.

    The range is [`minimum`, `maximum`]; a parameter whose default is a bool has none.
    """

    default: float | bool
    description: str
    minimum: float = -math.inf
    maximum: float = math.inf


@dataclass(frozen=True)
class ActivationFunction:
    """One row of the registry.

    `function` and `gradient` are the references in NumPy: `(x, **parameters)`, element-wise, of x's shape and dtype; at
    a kink the gradient is the left derivative. They are written for clarity and hold for |x| up to 1e4 and beyond.
    """

    title: str
    formula: str
    derivative: str
    function: Callable[..., Array]
    gradient: Callable[..., Array]
    paper: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    kernel_initializer: str = "glorot_uniform"
    """What `kernel_initializer: auto` means with this function; Keras's default unless its paper asks for another."""
    dropout_layer: str = "dropout"
    """What `dropout_layer: auto` means with this function: `dropout` or `alpha_dropout`."""


def _sigmoid(x: Array) -> Array:
    import numpy as np

    # e^-|x| cannot overflow; both branches are the same function.
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _sigmoid_gradient(x: Array) -> Array:
    import numpy as np

    e: Array = np.exp(-np.abs(x))  # f(x) (1 - f(x)) without the cancellation of 1 - f(x) for large x
    gradient: Array = e / (1 + e) ** 2
    return gradient


def _relu(x: Array) -> Array:
    import numpy as np

    return np.maximum(x, 0)


def _relu_gradient(x: Array) -> Array:
    import numpy as np

    return np.where(x > 0, np.ones_like(x), np.zeros_like(x))


def _elu(x: Array, alpha: float = 1.0) -> Array:
    import numpy as np

    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _elu_gradient(x: Array, alpha: float = 1.0) -> Array:
    import numpy as np

    return np.where(x > 0, np.ones_like(x), alpha * np.exp(np.minimum(x, 0)))


def _leaky_relu(x: Array, negative_slope: float = 0.2) -> Array:
    import numpy as np

    return np.where(x > 0, x, negative_slope * x)


def _leaky_relu_gradient(x: Array, negative_slope: float = 0.2) -> Array:
    import numpy as np

    return np.where(x > 0, np.ones_like(x), np.full_like(x, negative_slope))


def _selu(x: Array) -> Array:
    return SELU_LAMBDA * _elu(x, SELU_ALPHA)


def _selu_gradient(x: Array) -> Array:
    return SELU_LAMBDA * _elu_gradient(x, SELU_ALPHA)


def _gelu(x: Array, approximate: bool = False) -> Array:
    import numpy as np

    if not approximate:
        return x * _normal_cdf(x)
    t: Array = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    value: Array = 0.5 * x * (1 + t)
    return value


def _gelu_gradient(x: Array, approximate: bool = False) -> Array:
    import numpy as np

    if not approximate:
        density: Array = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
        total: Array = _normal_cdf(x) + x * density
        return total
    t: Array = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
    gradient: Array = 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * inner
    return gradient


def _normal_cdf(x: Array) -> Array:
    import numpy as np

    twice: Array = np.vectorize(math.erfc, otypes=[x.dtype])(-x / math.sqrt(2))
    return 0.5 * twice


ACTIVATIONS: Mapping[str, ActivationFunction] = {
    "sigmoid": ActivationFunction(
        title="Sigmoid",
        formula="1 / (1 + exp(-x))",
        derivative="f(x) * (1 - f(x))",
        function=_sigmoid,
        gradient=_sigmoid_gradient,
        paper="Rumelhart, Hinton, Williams: Learning representations by back-propagating errors. Nature 323 (1986)",
    ),
    "relu": ActivationFunction(
        title="ReLU",
        formula="max(0, x)",
        derivative="1 if x > 0 else 0",
        function=_relu,
        gradient=_relu_gradient,
        paper="Nair, Hinton: Rectified linear units improve restricted Boltzmann machines. ICML 2010",
    ),
    "elu": ActivationFunction(
        title="ELU",
        formula="x if x > 0 else alpha * (exp(x) - 1)",
        derivative="1 if x > 0 else alpha * exp(x)",
        function=_elu,
        gradient=_elu_gradient,
        paper="Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential linear units"
        " (ELUs). ICLR 2016, arXiv:1511.07289",
        parameters={"alpha": Parameter(1.0, "minus the value that f approaches for x to -infinity", minimum=0.0)},
    ),
    "leaky_relu": ActivationFunction(
        title="Leaky ReLU",
        formula="x if x > 0 else negative_slope * x",
        derivative="1 if x > 0 else negative_slope",
        function=_leaky_relu,
        gradient=_leaky_relu_gradient,
        paper="Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models. ICML 2013",
        parameters={"negative_slope": Parameter(0.2, "the slope for x <= 0", minimum=0.0, maximum=1.0)},
        aliases=("leaky-relu",),
    ),
    "selu": ActivationFunction(
        title="SELU",
        formula="l * x if x > 0 else l * alpha * (exp(x) - 1), l = 1.0507009873554805, alpha = 1.6732632423543772",
        derivative="l if x > 0 else l * alpha * exp(x)",
        function=_selu,
        gradient=_selu_gradient,
        paper="Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks. NeurIPS 2017,"
        " arXiv:1706.02515",
        kernel_initializer="lecun_normal",
        dropout_layer="alpha_dropout",
    ),
    "gelu": ActivationFunction(
        title="GELU",
        formula="x * Phi(x), Phi the standard normal's distribution function; approximate:"
        " 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))",
        derivative="Phi(x) + x * phi(x), phi the standard normal's density; approximate: by the product rule",
        function=_gelu,
        gradient=_gelu_gradient,
        paper="Hendrycks, Gimpel: Gaussian error linear units (GELUs). arXiv:1606.08415 (2016)",
        parameters={"approximate": Parameter(False, "the tanh approximation, which is the article's")},
    ),
}
"""Every activation function by its canonical name, which is Keras's."""

ALIASES: Mapping[str, str] = {alias: name for name, row in ACTIVATIONS.items() for alias in row.aliases}
"""Other spellings, to the canonical name."""
