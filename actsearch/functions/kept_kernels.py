"""Kernels that are written by hand: the rows of the registry that take one say what was measured.

Those for NumPy take x and the numbers; those for Keras its functions, `keras.ops`, before them. A parameter in Keras
may be a weight that is trained, where TensorFlow's own kernels want a number. At a kink the gradient is the left
derivative. `ops.where` gives the branch that is not taken a gradient of 0 times its slope: no branch may be infinite.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actsearch.functions.arrays import Array

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_LAMBDA = 1.0507009873554804934193349852946
"""Both from Klambauer et al. (2017), equation 14."""


# --- NumPy


def gelu_with_its_tail(x: Array) -> Array:
    """GELU by erfc."""
    return x * _normal_distribution(x)


def slope_of_gelu(x: Array) -> Array:
    """Likewise."""
    import numpy as np

    density: Array = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    slopes: Array = _normal_distribution(x) + x * density
    return slopes


def _normal_distribution(x: Array) -> Array:
    import numpy as np

    twice: Array = np.vectorize(math.erfc, otypes=[x.dtype])(-x / math.sqrt(2))
    return 0.5 * twice


def slope_of_hard_shrink(x: Array, threshold: float) -> Array:
    """0 at both jumps."""
    import numpy as np

    slopes: Array = (np.abs(x) > threshold).astype(x.dtype)
    return slopes


# --- Keras


def fused_elu(ops: Any, x: Any, alpha: Any) -> Any:
    """x if x > 0 else alpha (e^x - 1), element-wise. Clevert, Unterthiner, Hochreiter (2016)."""
    return ops.elu(x, alpha=alpha) if isinstance(alpha, int | float) else ops.where(x > 0, x, alpha * ops.elu(x))


def fused_leaky_relu(ops: Any, x: Any, negative_slope: Any) -> Any:
    """x if x > 0 else negative_slope x, element-wise. Maas, Hannun, Ng (2013)."""
    if isinstance(negative_slope, int | float):
        return ops.leaky_relu(x, negative_slope=negative_slope)
    return ops.where(x > 0, x, negative_slope * x)


def fused_selu(ops: Any, x: Any) -> Any:
    """l x if x > 0 else l alpha (e^x - 1), element-wise. Klambauer, Unterthiner, Mayr, Hochreiter (2017).

    Written out because TensorFlow's own kernel takes the right derivative at 0, where a fresh network is at every blank
    pixel; the article's Keras, and all the other functions here, take the left one.
    """
    return SELU_LAMBDA * ops.elu(x, alpha=SELU_ALPHA)


def fused_gelu(ops: Any, x: Any, approximate: bool) -> Any:
    """x Phi(x), or its tanh approximation, which is the article's. Hendrycks, Gimpel (2016)."""
    return ops.gelu(x, approximate=approximate)


def fused_softsign(ops: Any, x: Any) -> Any:
    """x / (1 + |x|), element-wise. Turian, Bergstra, Bengio (2009)."""
    return ops.softsign(x)


def squareplus_without_cancellation(ops: Any, x: Any, b: Any) -> Any:
    """(x + sqrt(x^2 + b)) / 2, element-wise. Barron (2021)."""
    root = ops.sqrt(ops.square(x) + b)
    # x + sqrt(x^2 + b) = b / (sqrt(x^2 + b) - x), which does not cancel for x < 0.
    return ops.where(x > 0, x + root, b / (root - ops.where(x > 0, 0.0, x))) / 2.0


def snake_by_a_square(ops: Any, x: Any, frequency: Any) -> Any:
    """x + sin(frequency x)^2 / frequency, element-wise. Ziyin, Hartwig, Ueda (2020)."""
    return x + ops.square(ops.sin(frequency * x)) / frequency
