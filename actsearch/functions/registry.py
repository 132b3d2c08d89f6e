"""The registry of activation functions: what each one is, in one literal table.

A row is all that there is to write of a function: see `activation_row.ActivationFunction` for what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actsearch.functions.activation_row import ActivationFunction, Kept, Parameter
from actsearch.functions.kept_kernels import (
    fused_elu,
    fused_gelu,
    fused_leaky_relu,
    fused_selu,
    fused_softsign,
    gelu_with_its_tail,
    slope_of_gelu,
    slope_of_hard_shrink,
    snake_by_a_square,
    squareplus_without_cancellation,
)

ACTIVATIONS: Mapping[str, ActivationFunction] = {
    "sigmoid": ActivationFunction(
        title="Sigmoid",
        formula="1 / (1 + exp(-x))",
        derivative="exp(-x) / (1 + exp(-x)) ** 2",
        summary="1 / (1 + e^-x), element-wise. Rumelhart, Hinton, Williams (1986).",
        paper="Rumelhart, Hinton, Williams: Learning representations by back-propagating errors. Nature 323 (1986)",
        year=1986,
        strengths="bounded in (0, 1) and smooth; reads as a probability or as a gate",
        weaknesses="its derivative is at most 1/4 and under 1 % of that beyond |x| = 6: gradients vanish from layer to"
        " layer; never negative, so not zero-centred",
        article={},
    ),
    "relu": ActivationFunction(
        title="ReLU",
        formula="max(0, x)",
        derivative="1 if x > 0 else 0",
        summary="max(0, x), element-wise; the gradient at 0 is 0. Nair, Hinton (2010).",
        paper="Nair, Hinton: Rectified linear units improve restricted Boltzmann machines. ICML 2010",
        year=2010,
        strengths="one comparison; the derivative is exactly 1 for x > 0, and zeros make the activations sparse",
        weaknesses="no gradient for x <= 0: a unit that is pushed there by every example never learns again (it is"
        " dead); not zero-centred",
        article={},
    ),
    "elu": ActivationFunction(
        title="ELU",
        formula="x if x > 0 else alpha * (exp(x) - 1)",
        derivative="1 if x > 0 else alpha * exp(x)",
        paper="Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential linear units"
        " (ELUs). ICLR 2016, arXiv:1511.07289",
        year=2016,
        strengths="negative outputs pull the mean towards 0, and the gradient fades for x < 0 instead of stopping",
        weaknesses="an exponential per element; saturates at -alpha; with alpha other than 1 it has a kink at 0",
        parameters={"alpha": Parameter(1.0, "minus the value that f approaches for x to -infinity", minimum=0.0)},
        article={"alpha": 0.2},
        keras=Kept(
            fused_elu,
            "fused in TensorFlow, f and f' in 0.4 of the time; 15 % of the values differ in their last bits",
        ),
    ),
    "leaky_relu": ActivationFunction(
        title="Leaky ReLU",
        formula="x if x > 0 else negative_slope * x",
        derivative="1 if x > 0 else negative_slope",
        paper="Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models. ICML 2013",
        year=2013,
        strengths="at ReLU's cost, and no unit can die: the derivative is never 0",
        weaknesses="large negative inputs are passed on, so activations are not sparse; the slope is one more choice",
        parameters={"negative_slope": Parameter(0.2, "the slope for x <= 0", minimum=0.0, maximum=1.0)},
        aliases=("leaky-relu",),
        article={"negative_slope": 0.2},
        keras=Kept(fused_leaky_relu, "fused in TensorFlow, f and f' in 0.55 of the time; in float64 values differ"),
    ),
    "selu": ActivationFunction(
        title="SELU",
        formula="1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (exp(x) - 1))",
        derivative="1.0507009873554805 * (1 if x > 0 else 1.6732632423543772 * exp(x))",
        paper="Klambauer, Unterthiner, Mayr, Hochreiter: Self-normalizing neural networks. NeurIPS 2017,"
        " arXiv:1706.02515",
        year=2017,
        strengths="drives mean and variance towards 0 and 1 from layer to layer, without normalisation layers",
        weaknesses="only under its conditions: lecun_normal weights, AlphaDropout, standardised inputs, no branches",
        kernel_initializer="lecun_normal",
        dropout_layer="alpha_dropout",
        article={},
        keras=Kept(
            fused_selu,
            "TensorFlow's fused ELU within, f and f' in 0.7 of the time; 14 % of the values differ in their last bits",
        ),
    ),
    "gelu": ActivationFunction(
        title="GELU",
        formula="x * (1 + erf(x / sqrt(2))) / 2",
        derivative="(1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * pi)",
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
        article={"approximate": True},
        numpy=Kept(
            gelu_with_its_tail, "erfc: exact to 1e-13 down to -27, while 1 + erf has no digit right from -8.5 on"
        ),
        numpy_gradient=Kept(slope_of_gelu, "erfc: exact to 1e-14 down to -27, while with 1 + erf 1 % is wrong at -8.5"),
        keras=Kept(
            fused_gelu,
            "the bits of earlier trainings: 40 % of the values differ in their last bits; needs 1.1 times the time",
        ),
    ),
    "tanh": ActivationFunction(
        title="Tanh",
        formula="tanh(x)",
        summary="tanh(x), element-wise. LeCun, Bottou, Orr, Müller (1998).",
        paper="LeCun, Bottou, Orr, Müller: Efficient BackProp. In: Neural networks: Tricks of the trade, Springer 1998",
        year=1998,
        strengths="zero-centred and bounded in (-1, 1), with slope 1 at 0",
        weaknesses="saturates: the derivative is under 1 % beyond |x| = 3, so gradients vanish in deep networks",
    ),
    "softplus": ActivationFunction(
        title="Softplus",
        formula="log(1 + exp(x))",
        derivative="1 / (1 + exp(-x))",
        summary="log(1 + e^x), element-wise. Dugas, Bengio, Bélisle, Nadeau, Garcia (2000).",
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
        paper="Turian, Bergstra, Bengio: Quadratic features and deep architectures for chunking. NAACL HLT 2009",
        year=2009,
        strengths="bounded and zero-centred as tanh, without an exponential; saturates more slowly, as 1 / |x|",
        weaknesses="the derivative falls fast from 1 at 0 to 1/4 at |x| = 1: gradients shrink from layer to layer",
        keras=Kept(
            fused_softsign,
            "fused in TensorFlow, f and f' in 0.5 of the time; 67 % of the gradients differ in their last bits",
        ),
    ),
    "silu": ActivationFunction(
        title="SiLU",
        formula="x * sigmoid(beta * x)",
        derivative="sigmoid(beta * x) * (1 + beta * x * (1 - sigmoid(beta * x)))",
        summary="x sigmoid(beta x), element-wise. Ramachandran, Zoph, Le (2017); Elfwing, Uchibe, Doya (2017)"
        " for beta = 1.",
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
        summary="x tanh(log(1 + e^x)), element-wise. Misra (2020).",
        paper="Misra: Mish: A self regularized non-monotonic activation function. BMVC 2020, arXiv:1908.08681",
        year=2020,
        strengths="smooth; lets small negative inputs through (down to f = -0.31) and with them their gradient",
        weaknesses="exp, log and tanh per element, among the dearest; no zeros, so not sparse",
    ),
    "hard_sigmoid": ActivationFunction(
        title="Hard sigmoid",
        formula="clip((x + 3) / 6, 0, 1)",
        derivative="1 / 6 if x > -3 and x <= 3 else 0",
        summary="(x + 3) / 6, at least 0 and at most 1, element-wise. Howard and others (2019).",
        paper="Howard, Sandler, Chu and others: Searching for MobileNetV3. ICCV 2019, arXiv:1905.02244",
        year=2019,
        strengths="the sigmoid's shape without an exponential; suits small processors and few bits",
        weaknesses="the derivative is only 1/6, and exactly 0 beyond |x| = 3: a unit that is there stops learning",
    ),
    "hard_silu": ActivationFunction(
        title="Hard SiLU",
        formula="x * clip((x + 3) / 6, 0, 1)",
        derivative="0 if x <= -3 else (2 * x + 3) / 6 if x <= 3 else 1",
        summary="x hard_sigmoid(x), element-wise. Howard and others (2019).",
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
        summary="x, at least -1 and at most 1, element-wise. Collobert, Weston, Bottou and others (2011).",
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
        summary="max(0, x), at most 6, element-wise. Krizhevsky (2010).",
        paper="Krizhevsky: Convolutional deep belief networks on CIFAR-10. University of Toronto (2010)",
        year=2010,
        strengths="ReLU with an upper bound, so that a few bits hold its values",
        weaknesses="no gradient for x <= 0, where units can die, and none for x > 6",
    ),
    "celu": ActivationFunction(
        title="CELU",
        formula="x if x > 0 else alpha * (exp(x / alpha) - 1)",
        derivative="1 if x > 0 else exp(x / alpha)",
        summary="x if x > 0 else alpha (e^(x / alpha) - 1), element-wise. Barron (2017).",
        paper="Barron: Continuously differentiable exponential linear units. arXiv:1704.07483 (2017)",
        year=2017,
        strengths="ELU with a continuous derivative, between 0 and 1, for every alpha",
        weaknesses="an exponential per element; saturates at -alpha",
        parameters={"alpha": Parameter(1.0, "minus the value that f approaches for x to -infinity", minimum=0.01)},
    ),
    "exponential": ActivationFunction(
        title="Exponential",
        formula="exp(x)",
        summary="e^x, element-wise: infinite in float32 for x > 88.7, in any form. Nelder, Wedderburn (1972).",
        paper="Nelder, Wedderburn: Generalized linear models. Journal of the Royal Statistical Society A 135 (1972)",
        year=1972,
        strengths="positive, and turns sums into products: the output of a model of rates or counts",
        weaknesses="overflows float32 beyond x = 88, and its gradient explodes long before: not for hidden layers",
        largest_input=88.0,
    ),
    "linear": ActivationFunction(
        title="Linear",
        formula="x",
        summary="x. Saxe, McClelland, Ganguli (2014).",
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
        summary="-log(1 + e^-x), element-wise. Mikolov, Sutskever, Chen, Corrado, Dean (2013).",
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
        summary="x if |x| > threshold else 0, element-wise. Donoho, Johnstone (1994).",
        paper="Donoho, Johnstone: Ideal spatial adaptation by wavelet shrinkage. Biometrika 81 (1994)",
        year=1994,
        strengths="sets small inputs to 0 and leaves large ones as they are: sparse and zero-centred",
        weaknesses="jumps at both thresholds; no gradient between them, where a fresh network's inputs are",
        parameters={
            "threshold": Parameter(0.5, "inputs of at most this size become 0", minimum=0.0, trainable=False),
        },
        numpy_gradient=Kept(
            slope_of_hard_shrink,
            "at the jump at -threshold f takes 0, whose slope is 0; the left derivative would be 1",
        ),
    ),
    "soft_shrink": ActivationFunction(
        title="Soft shrink",
        formula="x - threshold if x > threshold else 0 if x > -threshold else x + threshold",
        derivative="0 if x > -threshold and x <= threshold else 1",
        summary="x brought nearer to 0 by the threshold, at most to 0, element-wise. Donoho (1995).",
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
        summary="x - tanh(x), element-wise. Collobert, Kavukcuoglu, Farabet (2011).",
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
        summary="x if x > threshold else default_value, element-wise. Konda, Memisevic, Krueger (2015).",
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
        summary="0 for x <= -1, (x + 1)^2 / 4 up to 1, x from there, element-wise. Blondel, Martins, Niculae (2020).",
        paper="Blondel, Martins, Niculae: Learning with Fenchel-Young losses. JMLR 21 (2020), arXiv:1901.02324",
        year=2020,
        strengths="a ReLU with a continuous derivative, exactly 0 for x <= -1, without an exponential",
        weaknesses="no gradient for x <= -1: units can die as ReLU's do; never negative",
    ),
    "sparse_sigmoid": ActivationFunction(
        title="Sparse sigmoid",
        formula="clip((x + 1) / 2, 0, 1)",
        derivative="0.5 if x > -1 and x <= 1 else 0",
        summary="(x + 1) / 2, at least 0 and at most 1, element-wise. Blondel, Martins, Niculae (2020).",
        paper="Blondel, Martins, Niculae: Learning with Fenchel-Young losses. JMLR 21 (2020), arXiv:1901.02324",
        year=2020,
        strengths="a sigmoid that reaches 0 and 1 exactly; slope 1/2 between, twice the sigmoid's",
        weaknesses="no gradient beyond |x| = 1: a unit that is there for every example stops learning",
    ),
    "squareplus": ActivationFunction(
        title="Squareplus",
        formula="(x + sqrt(x**2 + b)) / 2",
        derivative="(1 + x / sqrt(x**2 + b)) / 2",
        paper="Barron: Squareplus: A softplus-like algebraic rectifier. arXiv:2112.11687 (2021)",
        year=2021,
        strengths="softplus's shape from one square root, without exp and log",
        weaknesses="always positive (1 at 0 with b = 4), and falls to 0 only as b / (4 |x|): never sparse",
        # Not 0: with b = 0 it is ReLU, and its derivative at 0 would be 0 / 0.
        parameters={"b": Parameter(4.0, "the width of the bend; towards 0 it becomes ReLU", minimum=0.0001)},
        computed="(x + sqrt(x**2 + b)) / 2 if x > 0 else b / (sqrt(x**2 + b) - x) / 2",
        keras=Kept(
            squareplus_without_cancellation,
            "one square root in place of two: 0.8 of the time; 29 % of the gradients differ in their last bits",
        ),
    ),
    "prelu": ActivationFunction(
        title="PReLU",
        formula="x if x > 0 else alpha * x",
        derivative="1 if x > 0 else alpha",
        summary="x if x > 0 else alpha x, element-wise. He, Zhang, Ren, Sun (2015).",
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
        summary="max(0, x)^2, element-wise. So, Mańke, Liu, Dai, Shazeer, Le (2021).",
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
        summary="x erf(log(1 + e^x)), element-wise. Nag, Bhattacharyya, Mukherjee, Kundu (2023).",
        paper="Nag, Bhattacharyya, Mukherjee, Kundu: SERF: Towards better training of deep neural networks using"
        " log-softplus error activation function. WACV 2023, arXiv:2108.09598",
        year=2023,
        strengths="smooth, near Mish and steeper at 0; lets small negative inputs through",
        weaknesses="exp, log and erf per element, among the dearest; no zeros, so not sparse",
    ),
    "lisht": ActivationFunction(
        title="LiSHT",
        formula="x * tanh(x)",
        summary="x tanh(x), element-wise. Roy, Manna, Dubey, Chaudhuri (2019).",
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
        paper="Ziyin, Hartwig, Ueda: Neural networks fail to learn periodic functions and how to fix it. NeurIPS 2020,"
        " arXiv:2006.08195",
        year=2020,
        strengths="x and a periodic part: continues periodic data beyond the examples, and is monotone",
        weaknesses="the frequency must suit the data; a sine per element; the derivative is 0 once in every period",
        parameters={
            "frequency": Parameter(1.0, "of the periodic part; the paper's a", minimum=0.01, maximum=100.0),
        },
        keras=Kept(
            snake_by_a_square,
            "the bits of earlier trainings: 22 % of the gradients differ, unless the frequency is 1; as fast",
        ),
    ),
    "lecun_tanh": ActivationFunction(
        title="LeCun tanh",
        formula="1.7159 * tanh(2 / 3 * x)",
        derivative="1.7159 * 2 / 3 * (1 - tanh(2 / 3 * x) ** 2)",
        summary="1.7159 tanh(2 x / 3), element-wise. LeCun, Bottou, Orr, Müller (1998).",
        paper="LeCun, Bottou, Orr, Müller: Efficient BackProp. In: Neural networks: Tricks of the trade, Springer 1998",
        year=1998,
        strengths="tanh scaled so that f(1) = 1 and f(-1) = -1: with standardised inputs the variance stays near 1",
        weaknesses="saturates as tanh does, at a larger |x|: its derivative is under 1 % of the largest beyond 4.5",
        kernel_initializer="lecun_uniform",
    ),
}
"""Every activation function by its canonical name, Keras's where Keras has it; the article's six come first."""

ARTICLE = tuple(name for name, row in ACTIVATIONS.items() if row.article is not None)
"""The article's six functions, in its order: what an experiment compares when its file names none."""


def _aliases() -> Iterator[tuple[str, str]]:
    for name, row in ACTIVATIONS.items():
        for alias in row.aliases:
            yield alias, name


ALIASES: Mapping[str, str] = dict(_aliases())
"""Other spellings, to the canonical name."""
