"""The registry of activation functions: what each one is, in one literal table.

Pure data and NumPy references; knows nothing of Keras (see `keras_activations.py`) and imports nothing of ours. NumPy
itself is imported by the references when they are called, so that a command that only needs the names stays fast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
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

    The range is [`minimum`, `maximum`]; a parameter whose default is a bool, a switch, has none.
    """

    default: float | bool
    description: str
    minimum: float = -math.inf
    maximum: float = math.inf
    trainable: bool = True
    """False where the gradient says nothing about it: the place of a jump. Switches cannot be trained either."""


@dataclass(frozen=True)
class ActivationFunction:
    """One row of the registry.

    `formula` and `derivative` are expressions in Python's spelling, of x and the parameters, with the functions of a
    pocket calculator and `erf`, `sigmoid`, `softplus`, `clip(x, low, high)`; `formulas.py` reads them.

    `function` and `gradient` are the references in NumPy: `(x, **parameters)`, element-wise, of x's shape and dtype.
    They are written for clarity and hold for |x| up to 1e4 and beyond. At a kink the gradient, and the derivative as it
    is written, are the left derivative; at a jump (hard_shrink, threshold) the slope of the branch that f takes there.
    """

    title: str
    formula: str
    derivative: str
    function: Callable[..., Array]
    gradient: Callable[..., Array]
    paper: str
    """Where it was proposed; of functions that nobody proposed as an activation, what they are known from."""
    year: int
    """Of the publication that `paper` names."""
    strengths: str
    weaknesses: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    learned: tuple[str, ...] = ()
    """The parameters that are always trained, one value per channel or unit; theirs in the table is the initial one."""
    formula_when: Mapping[str, str] = field(default_factory=dict)
    """What stands in place of `formula` when a switch is on, by the switch's name."""
    derivative_when: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    kernel_initializer: str = "glorot_uniform"
    """What `kernel_initializer: auto` means with this function; Keras's default unless its paper asks for another."""
    dropout_layer: str = "dropout"
    """What `dropout_layer: auto` means with this function: `dropout` or `alpha_dropout`."""
    largest_input: float = math.inf
    """Beyond it the value itself is no float32 any more, in whatever form it is computed."""

    def written(self, parameters: Mapping[str, object]) -> tuple[str, str]:
        """The formula and the derivative that hold with these parameters: a switch may select others."""
        on = [name for name in self.formula_when if parameters.get(name) is True]
        return (self.formula_when[on[0]], self.derivative_when[on[0]]) if on else (self.formula, self.derivative)


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


def _erf(x: Array) -> Array:
    import numpy as np

    values: Array = np.vectorize(math.erf, otypes=[x.dtype])(x)
    return values


def _tanh(x: Array) -> Array:
    import numpy as np

    values: Array = np.tanh(x)
    return values


def _tanh_gradient(x: Array) -> Array:
    return 4 * _sigmoid_gradient(2 * x)  # 1 - tanh(x)^2 without its cancellation, as tanh(x) = 2 sigmoid(2 x) - 1


def _softplus(x: Array) -> Array:
    import numpy as np

    values: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return values


def _softsign(x: Array) -> Array:
    import numpy as np

    values: Array = x / (1 + np.abs(x))
    return values


def _softsign_gradient(x: Array) -> Array:
    import numpy as np

    gradient: Array = 1 / (1 + np.abs(x)) ** 2
    return gradient


def _silu(x: Array, beta: float = 1.0) -> Array:
    return x * _sigmoid(beta * x)


def _silu_gradient(x: Array, beta: float = 1.0) -> Array:
    return _sigmoid(beta * x) + beta * x * _sigmoid_gradient(beta * x)


def _mish(x: Array) -> Array:
    return x * _tanh(_softplus(x))


def _mish_gradient(x: Array) -> Array:
    gradient: Array = _tanh(_softplus(x)) + x * _sigmoid(x) * _tanh_gradient(_softplus(x))
    return gradient


def _clipped(x: Array, low: float, high: float) -> Array:
    import numpy as np

    return np.clip(x, low, high)


def _clip_gradient(x: Array, low: float, high: float) -> Array:
    gradient: Array = ((x > low) & (x <= high)).astype(x.dtype)
    return gradient


def _hard_sigmoid(x: Array) -> Array:
    return _clipped(x + 3, 0, 6) / 6


def _hard_sigmoid_gradient(x: Array) -> Array:
    return _clip_gradient(x, -3, 3) / 6


def _hard_silu(x: Array) -> Array:
    return x * _hard_sigmoid(x)


def _hard_silu_gradient(x: Array) -> Array:
    gradient: Array = _hard_sigmoid(x) + x * _hard_sigmoid_gradient(x)
    return gradient


def _hard_tanh(x: Array) -> Array:
    return _clipped(x, -1, 1)


def _hard_tanh_gradient(x: Array) -> Array:
    return _clip_gradient(x, -1, 1)


def _relu6(x: Array) -> Array:
    return _clipped(x, 0, 6)


def _relu6_gradient(x: Array) -> Array:
    return _clip_gradient(x, 0, 6)


def _celu(x: Array, alpha: float = 1.0) -> Array:
    import numpy as np

    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


def _celu_gradient(x: Array, alpha: float = 1.0) -> Array:
    import numpy as np

    gradient: Array = np.exp(np.minimum(x, 0) / alpha)
    return gradient


def _exponential(x: Array) -> Array:
    import numpy as np

    values: Array = np.exp(x)
    return values


def _linear(x: Array) -> Array:
    return x


def _linear_gradient(x: Array) -> Array:
    import numpy as np

    return np.ones_like(x)


def _log_sigmoid(x: Array) -> Array:
    return -_softplus(-x)


def _log_sigmoid_gradient(x: Array) -> Array:
    return _sigmoid(-x)


def _hard_shrink(x: Array, threshold: float = 0.5) -> Array:
    return x * _hard_shrink_gradient(x, threshold)


def _hard_shrink_gradient(x: Array, threshold: float = 0.5) -> Array:
    import numpy as np

    gradient: Array = (np.abs(x) > threshold).astype(x.dtype)
    return gradient


def _soft_shrink(x: Array, threshold: float = 0.5) -> Array:
    return x - _clipped(x, -threshold, threshold)


def _soft_shrink_gradient(x: Array, threshold: float = 0.5) -> Array:
    return 1 - _clip_gradient(x, -threshold, threshold)


def _tanh_shrink(x: Array) -> Array:
    return x - _tanh(x)


def _tanh_shrink_gradient(x: Array) -> Array:
    return _tanh(x) ** 2


def _threshold(x: Array, threshold: float = 1.0, default_value: float = 0.0) -> Array:
    import numpy as np

    return np.where(x > threshold, x, np.full_like(x, default_value))


def _threshold_gradient(x: Array, threshold: float = 1.0, default_value: float = 0.0) -> Array:  # noqa: ARG001
    gradient: Array = (x > threshold).astype(x.dtype)
    return gradient


def _sparse_plus(x: Array) -> Array:
    import numpy as np

    return np.where(x < 1, _sparse_sigmoid(x) ** 2, x)


def _sparse_sigmoid(x: Array) -> Array:
    return _clipped(x + 1, 0, 2) / 2


def _sparse_sigmoid_gradient(x: Array) -> Array:
    return _clip_gradient(x, -1, 1) / 2


def _squareplus(x: Array, b: float = 4.0) -> Array:
    import numpy as np

    root: Array = np.sqrt(x**2 + b)
    twice: Array = np.where(x > 0, x + root, b / (np.abs(x) + root))  # x + root cancels for x < 0
    return twice / 2


def _squareplus_gradient(x: Array, b: float = 4.0) -> Array:
    import numpy as np

    gradient: Array = _squareplus(x, b) / np.sqrt(x**2 + b)
    return gradient


def _prelu(x: Array, alpha: float = 0.25) -> Array:
    return _leaky_relu(x, alpha)


def _prelu_gradient(x: Array, alpha: float = 0.25) -> Array:
    return _leaky_relu_gradient(x, alpha)


def _relu_squared(x: Array) -> Array:
    return _relu(x) ** 2


def _relu_squared_gradient(x: Array) -> Array:
    return 2 * _relu(x)


def _serf(x: Array) -> Array:
    return x * _erf(_softplus(x))


def _serf_gradient(x: Array) -> Array:
    import numpy as np

    bell: Array = 2 / math.sqrt(math.pi) * np.exp(-(_softplus(x) ** 2))
    gradient: Array = _erf(_softplus(x)) + x * _sigmoid(x) * bell
    return gradient


def _lisht(x: Array) -> Array:
    return x * _tanh(x)


def _lisht_gradient(x: Array) -> Array:
    gradient: Array = _tanh(x) + x * _tanh_gradient(x)
    return gradient


def _snake(x: Array, frequency: float = 1.0) -> Array:
    import numpy as np

    values: Array = x + np.sin(frequency * x) ** 2 / frequency
    return values


def _snake_gradient(x: Array, frequency: float = 1.0) -> Array:
    import numpy as np

    gradient: Array = 1 + np.sin(2 * frequency * x)
    return gradient


def _lecun_tanh(x: Array) -> Array:
    return 1.7159 * _tanh(2 / 3 * x)


def _lecun_tanh_gradient(x: Array) -> Array:
    return 1.7159 * 2 / 3 * _tanh_gradient(2 / 3 * x)


ARTICLE = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
"""The article's six functions, in its order: what an experiment compares when its file names none."""

ACTIVATIONS: Mapping[str, ActivationFunction] = {
    "sigmoid": ActivationFunction(
        title="Sigmoid",
        formula="1 / (1 + exp(-x))",
        derivative="exp(-x) / (1 + exp(-x)) ** 2",
        function=_sigmoid,
        gradient=_sigmoid_gradient,
        paper="Rumelhart, Hinton, Williams: Learning representations by back-propagating errors. Nature 323 (1986)",
        year=1986,
        strengths="bounded in (0, 1) and smooth; reads as a probability or as a gate",
        weaknesses="its derivative is at most 1/4 and under 1 % of that beyond |x| = 6: gradients vanish from layer to"
        " layer; never negative, so not zero-centred",
    ),
    "relu": ActivationFunction(
        title="ReLU",
        formula="max(0, x)",
        derivative="1 if x > 0 else 0",
        function=_relu,
        gradient=_relu_gradient,
        paper="Nair, Hinton: Rectified linear units improve restricted Boltzmann machines. ICML 2010",
        year=2010,
        strengths="one comparison; the derivative is exactly 1 for x > 0, and zeros make the activations sparse",
        weaknesses="no gradient for x <= 0: a unit that is pushed there by every example never learns again (it is"
        " dead); not zero-centred",
    ),
    "elu": ActivationFunction(
        title="ELU",
        formula="x if x > 0 else alpha * (exp(x) - 1)",
        derivative="1 if x > 0 else alpha * exp(x)",
        function=_elu,
        gradient=_elu_gradient,
        paper="Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential linear units"
        " (ELUs). ICLR 2016, arXiv:1511.07289",
        year=2016,
        strengths="negative outputs pull the mean towards 0, and the gradient fades for x < 0 instead of stopping",
        weaknesses="an exponential per element; saturates at -alpha; with alpha other than 1 it has a kink at 0",
        parameters={"alpha": Parameter(1.0, "minus the value that f approaches for x to -infinity", minimum=0.0)},
    ),
    "leaky_relu": ActivationFunction(
        title="Leaky ReLU",
        formula="x if x > 0 else negative_slope * x",
        derivative="1 if x > 0 else negative_slope",
        function=_leaky_relu,
        gradient=_leaky_relu_gradient,
        paper="Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models. ICML 2013",
        year=2013,
        strengths="at ReLU's cost, and no unit can die: the derivative is never 0",
        weaknesses="large negative inputs are passed on, so activations are not sparse; the slope is one more choice",
        parameters={"negative_slope": Parameter(0.2, "the slope for x <= 0", minimum=0.0, maximum=1.0)},
        aliases=("leaky-relu",),
    ),
    "selu": ActivationFunction(
        title="SELU",
        formula="1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (exp(x) - 1))",
        derivative="1.0507009873554805 * (1 if x > 0 else 1.6732632423543772 * exp(x))",
        function=_selu,
        gradient=_selu_gradient,
        paper="Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks. NeurIPS 2017,"
        " arXiv:1706.02515",
        year=2017,
        strengths="drives mean and variance towards 0 and 1 from layer to layer, without normalisation layers",
        weaknesses="only under its conditions: lecun_normal weights, AlphaDropout, standardised inputs, no branches",
        kernel_initializer="lecun_normal",
        dropout_layer="alpha_dropout",
    ),
    "gelu": ActivationFunction(
        title="GELU",
        formula="x * (1 + erf(x / sqrt(2))) / 2",
        derivative="(1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * pi)",
        function=_gelu,
        gradient=_gelu_gradient,
        paper="Hendrycks, Gimpel: Gaussian error linear units (GELUs). arXiv:1606.08415 (2016)",
        year=2016,
        strengths="smooth, near ReLU at both ends; what BERT and GPT are built with",
        weaknesses="an erf or a tanh per element; its derivative is negative below x = -0.75; no zeros, so not sparse",
        parameters={"approximate": Parameter(False, "the tanh approximation, which is the article's")},
        formula_when={"approximate": "x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2"},
        derivative_when={
            "approximate": "(1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2"
            " + x * (1 - tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)) ** 2) * (1 + 0.134145 * x**2) / sqrt(2 * pi)"
        },
    ),
    "tanh": ActivationFunction(
        title="Tanh",
        formula="tanh(x)",
        derivative="1 - tanh(x) ** 2",
        function=_tanh,
        gradient=_tanh_gradient,
        paper="LeCun, Bottou, Orr, Müller: Efficient BackProp. In: Neural networks: Tricks of the trade, Springer 1998",
        year=1998,
        strengths="zero-centred and bounded in (-1, 1), with slope 1 at 0",
        weaknesses="saturates: the derivative is under 1 % beyond |x| = 3, so gradients vanish in deep networks",
    ),
    "softplus": ActivationFunction(
        title="Softplus",
        formula="log(1 + exp(x))",
        derivative="1 / (1 + exp(-x))",
        function=_softplus,
        gradient=_sigmoid,
        paper="Dugas, Bengio, Bélisle, Nadeau, Garcia: Incorporating second-order functional knowledge for better"
        " option pricing. NeurIPS 2000",
        year=2000,
        strengths="a smooth ReLU whose derivative, the sigmoid, is never 0",
        weaknesses="always positive (0.69 at 0), so far from zero-centred and never sparse; exp and log per element",
    ),
    "softsign": ActivationFunction(
        title="Softsign",
        formula="x / (1 + abs(x))",
        derivative="1 / (1 + abs(x)) ** 2",
        function=_softsign,
        gradient=_softsign_gradient,
        paper="Turian, Bergstra, Bengio: Quadratic features and deep architectures for chunking. NAACL HLT 2009",
        year=2009,
        strengths="bounded and zero-centred as tanh, without an exponential; saturates more slowly, as 1 / |x|",
        weaknesses="the derivative falls fast from 1 at 0 to 1/4 at |x| = 1: gradients shrink from layer to layer",
    ),
    "silu": ActivationFunction(
        title="SiLU",
        formula="x * sigmoid(beta * x)",
        derivative="sigmoid(beta * x) * (1 + beta * x * (1 - sigmoid(beta * x)))",
        function=_silu,
        gradient=_silu_gradient,
        paper="Ramachandran, Zoph, Le: Searching for activation functions. arXiv:1710.05941 (2017), as Swish; with"
        " beta = 1 Elfwing, Uchibe, Doya: Sigmoid-weighted linear units. arXiv:1702.03118",
        year=2017,
        strengths="smooth; beta leads from x / 2 (at 0) towards ReLU (large); found by a search over functions",
        weaknesses="a sigmoid per element; with beta = 1 its derivative is negative below x = -1.28; not sparse",
        parameters={"beta": Parameter(1.0, "how sharply it bends; Keras's silu has 1", minimum=0.0, maximum=100.0)},
        aliases=("swish",),
    ),
    "mish": ActivationFunction(
        title="Mish",
        formula="x * tanh(softplus(x))",
        derivative="tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) ** 2)",
        function=_mish,
        gradient=_mish_gradient,
        paper="Misra: Mish: A self regularized non-monotonic activation function. BMVC 2020, arXiv:1908.08681",
        year=2020,
        strengths="smooth; lets small negative inputs through (down to f = -0.31) and with them their gradient",
        weaknesses="exp, log and tanh per element, among the dearest; no zeros, so not sparse",
    ),
    "hard_sigmoid": ActivationFunction(
        title="Hard sigmoid",
        formula="clip((x + 3) / 6, 0, 1)",
        derivative="1 / 6 if x > -3 and x <= 3 else 0",
        function=_hard_sigmoid,
        gradient=_hard_sigmoid_gradient,
        paper="Howard, Sandler, Chu and others: Searching for MobileNetV3. ICCV 2019, arXiv:1905.02244",
        year=2019,
        strengths="the sigmoid's shape without an exponential; suits small processors and few bits",
        weaknesses="the derivative is only 1/6, and exactly 0 beyond |x| = 3: a unit that is there stops learning",
    ),
    "hard_silu": ActivationFunction(
        title="Hard SiLU",
        formula="x * clip((x + 3) / 6, 0, 1)",
        derivative="0 if x <= -3 else (2 * x + 3) / 6 if x <= 3 else 1",
        function=_hard_silu,
        gradient=_hard_silu_gradient,
        paper="Howard, Sandler, Chu and others: Searching for MobileNetV3. ICCV 2019, arXiv:1905.02244",
        year=2019,
        strengths="near SiLU without an exponential; made for phones",
        weaknesses="no gradient for x <= -3; its derivative jumps at -3 (to -0.5) and at 3 (from 1.5 to 1)",
        aliases=("hard_swish",),
    ),
    "hard_tanh": ActivationFunction(
        title="Hard tanh",
        formula="clip(x, -1, 1)",
        derivative="1 if x > -1 and x <= 1 else 0",
        function=_hard_tanh,
        gradient=_hard_tanh_gradient,
        paper="Collobert, Weston, Bottou, Karlen, Kavukcuoglu, Kuksa: Natural language processing (almost) from"
        " scratch. JMLR 12 (2011)",
        year=2011,
        strengths="zero-centred and bounded, at the cost of two comparisons; slope 1 between -1 and 1",
        weaknesses="no gradient beyond |x| = 1: a unit that is there for every example stops learning",
    ),
    "relu6": ActivationFunction(
        title="ReLU6",
        formula="clip(x, 0, 6)",
        derivative="1 if x > 0 and x <= 6 else 0",
        function=_relu6,
        gradient=_relu6_gradient,
        paper="Krizhevsky: Convolutional deep belief networks on CIFAR-10. University of Toronto (2010)",
        year=2010,
        strengths="ReLU with an upper bound, so that a few bits hold its values",
        weaknesses="no gradient for x <= 0, where units can die, and none for x > 6",
    ),
    "celu": ActivationFunction(
        title="CELU",
        formula="x if x > 0 else alpha * (exp(x / alpha) - 1)",
        derivative="1 if x > 0 else exp(x / alpha)",
        function=_celu,
        gradient=_celu_gradient,
        paper="Barron: Continuously differentiable exponential linear units. arXiv:1704.07483 (2017)",
        year=2017,
        strengths="ELU with a continuous derivative, between 0 and 1, for every alpha",
        weaknesses="an exponential per element; saturates at -alpha",
        parameters={"alpha": Parameter(1.0, "minus the value that f approaches for x to -infinity", minimum=0.01)},
    ),
    "exponential": ActivationFunction(
        title="Exponential",
        formula="exp(x)",
        derivative="exp(x)",
        function=_exponential,
        gradient=_exponential,
        paper="Nelder, Wedderburn: Generalized linear models. Journal of the Royal Statistical Society A 135 (1972)",
        year=1972,
        strengths="positive, and turns sums into products: the output of a model of rates or counts",
        weaknesses="overflows float32 beyond x = 88, and its gradient explodes long before: not for hidden layers",
        largest_input=88.0,
    ),
    "linear": ActivationFunction(
        title="Linear",
        formula="x",
        derivative="1",
        function=_linear,
        gradient=_linear_gradient,
        paper="Saxe, McClelland, Ganguli: Exact solutions to the nonlinear dynamics of learning in deep linear neural"
        " networks. ICLR 2014, arXiv:1312.6120",
        year=2014,
        strengths="costs nothing and never saturates: the baseline that shows what a nonlinearity brings",
        weaknesses="a stack of linear layers is one linear layer: it can learn no more than logistic regression",
    ),
    "log_sigmoid": ActivationFunction(
        title="Log sigmoid",
        formula="-log(1 + exp(-x))",
        derivative="1 / (1 + exp(x))",
        function=_log_sigmoid,
        gradient=_log_sigmoid_gradient,
        paper="Mikolov, Sutskever, Chen, Corrado, Dean: Distributed representations of words and phrases and their"
        " compositionality. NeurIPS 2013, arXiv:1310.4546",
        year=2013,
        strengths="the logarithm of a probability without underflow: made for losses",
        weaknesses="never positive, so far from zero-centred; the gradient vanishes for large x",
    ),
    "hard_shrink": ActivationFunction(
        title="Hard shrink",
        formula="x if abs(x) > threshold else 0",
        derivative="1 if abs(x) > threshold else 0",
        function=_hard_shrink,
        gradient=_hard_shrink_gradient,
        paper="Donoho, Johnstone: Ideal spatial adaptation by wavelet shrinkage. Biometrika 81 (1994)",
        year=1994,
        strengths="sets small inputs to 0 and leaves large ones as they are: sparse and zero-centred",
        weaknesses="jumps at both thresholds; no gradient between them, where a fresh network's inputs are",
        parameters={
            "threshold": Parameter(0.5, "inputs of at most this size become 0", minimum=0.0, trainable=False),
        },
    ),
    "soft_shrink": ActivationFunction(
        title="Soft shrink",
        formula="x - threshold if x > threshold else 0 if x > -threshold else x + threshold",
        derivative="0 if x > -threshold and x <= threshold else 1",
        function=_soft_shrink,
        gradient=_soft_shrink_gradient,
        paper="Donoho: De-noising by soft-thresholding. IEEE Transactions on Information Theory 41 (1995)",
        year=1995,
        strengths="sparse, zero-centred and without jumps: what an L1 penalty does to a code",
        weaknesses="no gradient between the thresholds; makes large inputs smaller, too",
        parameters={"threshold": Parameter(0.5, "by how much inputs are brought nearer to 0", minimum=0.0)},
    ),
    "tanh_shrink": ActivationFunction(
        title="Tanh shrink",
        formula="x - tanh(x)",
        derivative="tanh(x) ** 2",
        function=_tanh_shrink,
        gradient=_tanh_shrink_gradient,
        paper="Collobert, Kavukcuoglu, Farabet: Torch7: A Matlab-like environment for machine learning. BigLearn, NIPS"
        " workshop 2011",
        year=2011,
        strengths="suppresses small inputs smoothly, passes large ones; zero-centred",
        weaknesses="its slope is 0 at 0, where a fresh network's inputs are: learning begins slowly",
    ),
    "threshold": ActivationFunction(
        title="Threshold",
        formula="x if x > threshold else default_value",
        derivative="1 if x > threshold else 0",
        function=_threshold,
        gradient=_threshold_gradient,
        paper="Konda, Memisevic, Krueger: Zero-bias autoencoders and the benefits of co-adapting features. ICLR 2015,"
        " arXiv:1402.3337",
        year=2015,
        strengths="sparser than ReLU: only what exceeds the threshold passes, and unchanged",
        weaknesses="jumps at the threshold, and no gradient below it: with threshold 1 most of a fresh network is dead",
        # Keras gives neither a default; these are the paper's.
        parameters={
            "threshold": Parameter(1.0, "inputs above it pass", trainable=False),
            "default_value": Parameter(0.0, "the value for all others"),
        },
    ),
    "sparse_plus": ActivationFunction(
        title="Sparse plus",
        formula="0 if x <= -1 else (x + 1) ** 2 / 4 if x < 1 else x",
        derivative="clip((x + 1) / 2, 0, 1)",
        function=_sparse_plus,
        gradient=_sparse_sigmoid,
        paper="Blondel, Martins, Niculae: Learning with Fenchel-Young losses. JMLR 21 (2020), arXiv:1901.02324",
        year=2020,
        strengths="a ReLU with a continuous derivative, exactly 0 for x <= -1, without an exponential",
        weaknesses="no gradient for x <= -1: units can die as ReLU's do; never negative",
    ),
    "sparse_sigmoid": ActivationFunction(
        title="Sparse sigmoid",
        formula="clip((x + 1) / 2, 0, 1)",
        derivative="0.5 if x > -1 and x <= 1 else 0",
        function=_sparse_sigmoid,
        gradient=_sparse_sigmoid_gradient,
        paper="Blondel, Martins, Niculae: Learning with Fenchel-Young losses. JMLR 21 (2020), arXiv:1901.02324",
        year=2020,
        strengths="a sigmoid that reaches 0 and 1 exactly; slope 1/2 between, twice the sigmoid's",
        weaknesses="no gradient beyond |x| = 1: a unit that is there for every example stops learning",
    ),
    "squareplus": ActivationFunction(
        title="Squareplus",
        formula="(x + sqrt(x**2 + b)) / 2",
        derivative="(1 + x / sqrt(x**2 + b)) / 2",
        function=_squareplus,
        gradient=_squareplus_gradient,
        paper="Barron: Squareplus: A softplus-like algebraic rectifier. arXiv:2112.11687 (2021)",
        year=2021,
        strengths="softplus's shape from one square root, without exp and log",
        weaknesses="always positive (1 at 0 with b = 4), and falls to 0 only as b / (4 |x|): never sparse",
        # Not 0: with b = 0 it is ReLU, and its derivative at 0 would be 0 / 0.
        parameters={"b": Parameter(4.0, "the width of the bend; towards 0 it becomes ReLU", minimum=0.0001)},
    ),
    "prelu": ActivationFunction(
        title="PReLU",
        formula="x if x > 0 else alpha * x",
        derivative="1 if x > 0 else alpha",
        function=_prelu,
        gradient=_prelu_gradient,
        paper="He, Zhang, Ren, Sun: Delving deep into rectifiers: Surpassing human-level performance on ImageNet"
        " classification. ICCV 2015, arXiv:1502.01852",
        year=2015,
        strengths="learns, per channel, how much of the negative inputs to let through",
        weaknesses="one more weight per channel or unit, which small data overfit; weight decay pulls it to ReLU",
        parameters={"alpha": Parameter(0.25, "the slope for x <= 0 that learning begins with")},
        learned=("alpha",),
        kernel_initializer="he_normal",
    ),
    "relu_squared": ActivationFunction(
        title="Squared ReLU",
        formula="max(0, x) ** 2",
        derivative="2 * max(0, x)",
        function=_relu_squared,
        gradient=_relu_squared_gradient,
        paper="So, Mańke, Liu, Dai, Shazeer, Le: Primer: Searching for efficient transformers for language modeling."
        " NeurIPS 2021, arXiv:2109.08668",
        year=2021,
        strengths="sparse as ReLU with a continuous derivative; found by a search over Transformers",
        weaknesses="grows with the square: activations and gradients explode without normalisation; units can die",
        aliases=("squared_relu",),
    ),
    "serf": ActivationFunction(
        title="Serf",
        formula="x * erf(softplus(x))",
        derivative="erf(softplus(x)) + 2 / sqrt(pi) * x * sigmoid(x) * exp(-(softplus(x) ** 2))",
        function=_serf,
        gradient=_serf_gradient,
        paper="Nag, Bhattacharyya, Mukherjee, Kundu: SERF: Towards better training of deep neural networks using"
        " log-softplus error activation function. WACV 2023, arXiv:2108.09598",
        year=2023,
        strengths="smooth, near Mish and steeper at 0; lets small negative inputs through",
        weaknesses="exp, log and erf per element, among the dearest; no zeros, so not sparse",
    ),
    "lisht": ActivationFunction(
        title="LiSHT",
        formula="x * tanh(x)",
        derivative="tanh(x) + x * (1 - tanh(x) ** 2)",
        function=_lisht,
        gradient=_lisht_gradient,
        paper="Roy, Manna, Dubey, Chaudhuri: LiSHT: Non-parametric linearly scaled hyperbolic tangent activation"
        " function for neural networks. arXiv:1901.05894 (2019)",
        year=2019,
        strengths="large inputs of either sign keep a derivative of size 1",
        weaknesses="f(-x) = f(x): the sign of the input is lost; the slope is 0 at 0; never negative",
    ),
    "snake": ActivationFunction(
        title="Snake",
        formula="x + sin(frequency * x) ** 2 / frequency",
        derivative="1 + sin(2 * frequency * x)",
        function=_snake,
        gradient=_snake_gradient,
        paper="Ziyin, Hartwig, Ueda: Neural networks fail to learn periodic functions and how to fix it. NeurIPS 2020,"
        " arXiv:2006.08195",
        year=2020,
        strengths="x and a periodic part: continues periodic data beyond the examples, and is monotone",
        weaknesses="the frequency must suit the data; a sine per element; the derivative is 0 once in every period",
        parameters={
            "frequency": Parameter(1.0, "of the periodic part; the paper's a", minimum=0.01, maximum=100.0),
        },
    ),
    "lecun_tanh": ActivationFunction(
        title="LeCun tanh",
        formula="1.7159 * tanh(2 / 3 * x)",
        derivative="1.7159 * 2 / 3 * (1 - tanh(2 / 3 * x) ** 2)",
        function=_lecun_tanh,
        gradient=_lecun_tanh_gradient,
        paper="LeCun, Bottou, Orr, Müller: Efficient BackProp. In: Neural networks: Tricks of the trade, Springer 1998",
        year=1998,
        strengths="tanh scaled so that f(1) = 1 and f(-1) = -1: with standardised inputs the variance stays near 1",
        weaknesses="saturates as tanh does, at a larger |x|: its derivative is under 1 % of the largest beyond 4.5",
        kernel_initializer="lecun_uniform",
    ),
}
"""Every activation function by its canonical name, Keras's where Keras has it; the article's six come first."""


def _aliases() -> Iterator[tuple[str, str]]:
    for name, row in ACTIVATIONS.items():
        for alias in row.aliases:
            yield alias, name


ALIASES: Mapping[str, str] = dict(_aliases())
"""Other spellings, to the canonical name."""


def can_be_learned(row: ActivationFunction, parameter: str) -> bool:
    """Whether a gradient reaches a parameter: not a switch, nor the place of a jump."""
    known = row.parameters[parameter]
    return known.trainable and not isinstance(known.default, bool)
