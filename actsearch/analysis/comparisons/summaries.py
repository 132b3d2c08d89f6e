"""Numbers that describe contenders over their seeds, without a verdict."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from actsearch.analysis.comparisons.standards import CONFIDENCE
from actsearch.analysis.statistics.arrays import Floats
from actsearch.analysis.statistics.intervals import mean_difference, one_value_per_seed, tail_probability

SEEDS_OF_AN_INTERQUARTILE_MEAN = 8
"""With fewer it trims one value of a side or none."""


def interval_of_mean(x: npt.ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Student's interval of the mean of x (n,), for this mean alone; NaN for one value."""
    mean = mean_difference(x, confidence=confidence)
    return mean.low, mean.high


def interquartile_mean(x: npt.ArrayLike) -> float:
    """The mean without the lowest and the highest quarter (rounded down) of x (n,).

    As `rliable` has it: Agarwal et al., Deep reinforcement learning at the edge of the statistical precipice, NeurIPS
    (2021). With fewer than `SEEDS_OF_AN_INTERQUARTILE_MEAN` values it says little that the median doesn't.
    """
    x = np.sort(one_value_per_seed(x, "values"))
    cut = x.size // 4
    return float(x[cut : x.size - cut].mean())


def share_won(a: npt.ArrayLike, b: npt.ArrayLike, higher_is_better: bool = True) -> float:
    """The share of seeds at which a (n,) is better than b (n,); a tie counts half."""
    x, y = _checked_pairs(a, b)
    won = x > y if higher_is_better else x < y
    return float(np.mean(won + 0.5 * (x == y)))


def _checked_pairs(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays of one length (n,). Raises ValueError where they are not."""
    a, b = one_value_per_seed(a, "the first's values"), one_value_per_seed(b, "the second's values")
    if a.shape != b.shape:
        raise ValueError(f"pairs are wanted; there are {a.size} and {b.size} values")
    return a, b


def correlation(a: npt.ArrayLike, b: npt.ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Pearson's r of a (n,) and b (n,), and its interval by Fisher's z (Metron 1, 1921).

    Returns:
        r, low, high. All NaN where one of the two never varies, low and high NaN with fewer than four seeds.
    """
    x, y = _checked_pairs(a, b)
    n = x.size
    if _never_varies(x) or _never_varies(y):
        return math.nan, math.nan, math.nan
    x, y = x - x.mean(), y - y.mean()
    r = min(1.0, max(-1.0, float(x @ y) / math.sqrt(float(x @ x) * float(y @ y))))
    if n < 4:
        return r, math.nan, math.nan
    if abs(r) == 1:
        return r, r, r
    half = -float(special.ndtri(tail_probability(1, confidence))) / math.sqrt(n - 3)
    return r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def _never_varies(values: Floats) -> bool:
    """But for rounding."""
    return bool(np.ptp(values) <= 1e-12 * np.abs(values).max())


def clopper_pearson(count: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share of which count of n were seen: it never covers less than it says.

    Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26
    (1934).
    """
    if not 0 <= count <= n or n < 1:
        raise ValueError(f"a count is of at least one and at most all; it is {count} of {n}")
    tail = tail_probability(1, confidence)
    low = 0.0 if count == 0 else float(special.betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(special.betainccinv(count + 1, n - count, tail))
    return low, high
