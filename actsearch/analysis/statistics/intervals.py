"""The intervals of paired differences over seeds: of one pair, and of all pairs at once.

Seeds are the sample: two contenders are compared seed by seed, d[s] being the metric of one minus that of the other.
`family` (P) is how many such comparisons are to hold together, `confidence` (1 - alpha) with what probability all of
them do. A share of examples (an accuracy) is a number from 0 to 1, and a margin or an effect is in the metric's own
unit.

Why a paired t interval and not a bootstrap: at 3 to 20 seeds a bootstrap's 95 % interval holds the truth in 75 to 92 %
of studies (tests/analysis/test_statistics_simulations.py repeats it); Wilcoxon's test can't reach 0.05 with five
seeds; Holm's procedure has no intervals that agree with its tests; Welch's interval throws the pairing away. Its limit:
where noise is strongly skewed and one of two contenders has three times as much of it, the error rises from 0.05 to
0.09.

Of SciPy only `special` is loaded, in a third of the time of `stats`; the tests compare the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from actsearch.analysis.comparisons.standards import CONFIDENCE
from actsearch.analysis.statistics.arrays import Bools, Floats


def family_size(contenders: int, baseline: bool = False) -> int:
    """How many comparisons are to hold together: all pairs, or each contender with the baseline.

    A baseline has to be named before the results are seen; the observed leader is none.

    Raises:
        ValueError: with fewer than two contenders nothing is compared.
    """
    if contenders < 2:
        raise ValueError(f"a comparison needs two contenders; there are {contenders}")
    return contenders - 1 if baseline else contenders * (contenders - 1) // 2


def critical_t(n: npt.ArrayLike, *, family: int = 1, confidence: float = CONFIDENCE) -> Floats:
    """Student's t at 1 - alpha / (2 family) with n - 1 degrees of freedom: (...) like n, NaN where n < 2.

    Student, The probable error of a mean, Biometrika 6 (1908); shared out over the family by the union bound, as in
    Dunn, Multiple comparisons among means, JASA 56 (1961). The bound needs no assumption on how comparisons depend.
    """
    tail = tail_probability(family, confidence)
    n = np.asarray(n, dtype=float)
    # The lower tail, since 1 - tail has lost digits where the family is large.
    return np.where(n < 2, np.nan, -special.stdtrit(np.maximum(n, 2) - 1, tail))


def tail_probability(family: int, confidence: float) -> float:
    """alpha / (2 family): what each side of each of the intervals may miss.

    Raises:
        ValueError: for an empty family, and for a confidence that is none.
    """
    if family < 1:
        raise ValueError(f"a family has at least one comparison; it is {family}")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1; it is {confidence}")
    return (1 - confidence) / (2 * family)


def smallest_deviation(examples: int | None) -> float:
    """The least standard deviation of differences that is believed: 0 for a metric that is not a share of examples.

    A share of M examples is rounded to steps of q = 1 / M. Rounding adds a variance of q^2 / 12 to a value (Sheppard,
    Proc. London Math. Soc. 29, 1898), q^2 / 6 to a difference of two. Three equal differences do not show that seeds
    make no difference: at 1,000 examples that happens by chance in one study of seven.
    """
    if examples is None:
        return 0.0
    if examples < 1:
        raise ValueError(f"a share is of at least one example; it is of {examples}")
    return 1 / (examples * math.sqrt(6))


@dataclass(frozen=True)
class MeanDifference:
    """The mean of paired differences with its simultaneous interval; NaN stands for what one seed can't tell."""

    n: int
    mean: float
    sd: float
    """The standard deviation that the interval is made of: at least `smallest_deviation`."""
    half_width: float
    low: float
    high: float
    floored: bool
    """Whether the differences varied less than that."""


def mean_difference(
    d: npt.ArrayLike, *, family: int = 1, confidence: float = CONFIDENCE, examples: int | None = None
) -> MeanDifference:
    """The mean of d (n,) with the half-width `critical_t(n) * sd / sqrt(n)`.

    Args:
        d: one contender's metric minus the other's, for each seed that both completed.
        family: how many such intervals are to hold together; see `family_size`.
        examples: how many examples the metric is a share of; None for a loss.

    Raises:
        ValueError: for a d that is empty or not finite. Who drops a seed has to count it.
    """
    d = one_value_per_seed(d, "differences")
    n, mean = d.size, float(d.mean())
    if n == 1:
        tail_probability(family, confidence)
        return MeanDifference(1, mean, math.nan, math.nan, math.nan, math.nan, False)
    observed, floor = float(d.std(ddof=1)), smallest_deviation(examples)
    sd = max(observed, floor)
    half = float(critical_t(n, family=family, confidence=confidence)) * sd / math.sqrt(n)
    return MeanDifference(n, mean, sd, half, mean - half, mean + half, observed < floor)


def one_value_per_seed(values: npt.ArrayLike, what: str) -> Floats:
    """The values as an array (n,). Raises ValueError where it is empty, of another shape, or not finite."""
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{what}: one value per seed is wanted, and at least one; the shape is {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{what}: a value is not finite; leave out the seeds that did not complete")
    return array


@dataclass(frozen=True)
class PairwiseDifferences:
    """`MeanDifference` of all pairs at once: arrays (..., k, k), [i, j] being contender i minus contender j."""

    n: npt.NDArray[np.int64]
    """How many seeds both completed."""
    mean: Floats
    sd: Floats
    half_width: Floats
    low: Floats
    high: Floats
    floored: Bools


def pairwise_differences(
    values: npt.ArrayLike, *, family: int | None = None, confidence: float = CONFIDENCE, examples: int | None = None
) -> PairwiseDifferences:
    """All pairs of k contenders, each over the seeds that both completed.

    Args:
        values: (..., k, n), the metric by contender and seed; NaN where a seed was not completed. Leading
            axes are studies.
        family: how many of the intervals are to hold together; None for all k (k - 1) / 2 pairs.
        examples: how many examples the metric is a share of; None for a loss.

    Returns:
        What `mean_difference` says of every pair. Without a common seed mean and interval are NaN, with one seed the
        interval is.

    Raises:
        ValueError: for a value that is infinite: it is not a metric's.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim < 2:
        raise ValueError(f"contenders by seeds are wanted; the shape is {values.shape}")
    if np.isinf(values).any():
        raise ValueError("a metric is infinite; a seed that did not complete is NaN")
    k = values.shape[-2]
    shape = (*values.shape[:-1], k)
    n, mean, sd = np.empty(shape, dtype=np.int64), np.empty(shape), np.empty(shape)
    for i in range(k):  # not all at once: a thousand contenders make a million pairs
        n[..., i, :], mean[..., i, :], sd[..., i, :] = _count_mean_and_sd(values[..., i : i + 1, :] - values)
    floor = smallest_deviation(examples)
    floored = sd < floor  # False where it is NaN
    sd = np.where(floored, floor, sd)
    pairs = max(1, k * (k - 1) // 2) if family is None else family
    counts, place = np.unique(n, return_inverse=True)  # a quantile is dear, and few counts occur
    scale = critical_t(counts, family=pairs, confidence=confidence) / np.sqrt(np.maximum(counts, 1))
    half = scale[place.reshape(shape)] * sd
    return PairwiseDifferences(n, mean, sd, half, mean - half, mean + half, floored)


def _count_mean_and_sd(d: Floats) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Count, mean and standard deviation over the last axis, NaN left out."""
    is_known = ~np.isnan(d)
    n = is_known.sum(axis=-1)
    d = np.where(is_known, d, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = d.sum(axis=-1) / n
        squares = np.where(is_known, (d - mean[..., None]) ** 2, 0.0).sum(axis=-1)
        sd = np.sqrt(np.where(n < 2, np.nan, squares) / (n - 1))
    return n, mean, sd
