"""The statistics of comparisons: intervals, verdicts, forecasts, noise, power. Plain functions over arrays.

Knows nothing of ours. docs/comparison.md says why these and not others, and tests/test_statistics_simulations.py proves
the error rates. Every difference is paired by seed. `family` is the number P of intervals that hold together
(Bonferroni: Dunn, "Multiple comparisons among means", JASA 56, 1961), `confidence` is 1 - alpha.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

Verdict = Literal["better", "worse", "tied", "undecided"]
CONFIDENCE = 0.95
LOOKS = (5, 8, 12, 20)
"""The numbers of seeds at which a sequential study looks; beyond, each is about 1.6 times the one before."""
FORECAST_SHARE = 0.8
"""The range of a forecast is that of a standard deviation within its chi-squared limits of this confidence."""
MOST_FLIPS = 20
"""Up to so many seeds the sign-flip test goes through all assignments of signs."""


# --- intervals of differences


def family(contenders: int, baseline: bool = False) -> int:
    """How many pairs are judged together: all of them, or each against a baseline that was named beforehand."""
    return max(1, contenders - 1 if baseline else contenders * (contenders - 1) // 2)


@dataclass(frozen=True)
class Difference:
    """A mean difference over n seeds with its simultaneous interval; NaN where one seed gives none."""

    n: int
    mean: float
    sd: float
    """Of the differences, at least the floor."""
    half_width: float
    low: float
    high: float
    floored: bool = False


@dataclass(frozen=True)
class Differences:
    """All pairs of k contenders, each array (k, k): the row's minus the column's."""

    n: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    low: np.ndarray
    high: np.ndarray


def floor_variance(examples: int | None) -> float:
    """The least variance of a difference of two shares of so many examples: q^2 / 6 with q = 1 / examples.

    Each share is rounded to a multiple of q, and so has an error with variance q^2 / 12 (Sheppard's correction).
    """
    return 0.0 if examples is None else 1 / (6 * examples**2)


def difference(
    d: ArrayLike, *, family: int = 1, confidence: float = CONFIDENCE, examples: int | None = None
) -> Difference:
    """The paired t interval of a mean difference (Student, "The probable error of a mean", Biometrika 6, 1908).

    Args:
        d: (n,) differences by seed.
        family: how many such intervals are to hold together.
        confidence: with which they all do.
        examples: of the evaluation set, where the values are shares of it; for the floor of the variance.

    Raises:
        ValueError: d is empty or holds what is not a finite number.
    """
    x = np.asarray(d, float)
    if x.ndim != 1 or not len(x) or not np.isfinite(x).all():
        raise ValueError("differences must be finite numbers, one for each seed")
    n, mean = len(x), float(x.mean())
    if n == 1:
        return Difference(1, mean, math.nan, math.nan, math.nan, math.nan)
    variance, least = float(x.var(ddof=1)), floor_variance(examples)
    sd = math.sqrt(max(variance, least))
    half = _quantile(n - 1, family, confidence) * sd / math.sqrt(n)
    return Difference(n, mean, sd, half, mean - half, mean + half, variance < least)


def differences(
    values: ArrayLike, *, family: int = 1, confidence: float = CONFIDENCE, examples: int | None = None
) -> Differences:
    """`difference` of every pair of contenders.

    Args:
        values: (k, n) by contender and seed; NaN where a seed has no value. A pair is over the seeds that both have.
    """
    x = np.asarray(values, float)
    k = len(x)
    n, mean, variance = np.zeros((k, k), int), np.full((k, k), np.nan), np.full((k, k), np.nan)
    for i in range(k):
        d = x[i] - x
        known = ~np.isnan(d)
        count = known.sum(axis=1)
        total = np.where(known, d, 0.0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = total / count
            squares = np.where(known, d - middle[:, None], 0.0) ** 2
            n[i], mean[i], variance[i] = count, middle, squares.sum(axis=1) / (count - 1)
    variance[n < 2] = np.nan
    sd = np.sqrt(np.maximum(variance, floor_variance(examples)))
    quantiles = np.full(n.shape, np.nan)
    for count in np.unique(n[n > 1]):
        quantiles[n == count] = _quantile(int(count) - 1, family, confidence)
    with np.errstate(divide="ignore"):
        half = quantiles * sd / np.sqrt(n)
    return Differences(n, mean, sd, mean - half, mean + half)


def _quantile(df: float, family: int, confidence: float) -> float:
    """Student's t for two-sided intervals that hold together."""
    return float(stats.t.ppf(1 - (1 - confidence) / (2 * family), df))


# --- verdicts


def verdict(low: float, high: float, margin: float) -> Verdict:
    """What an interval of a difference says, where more is better.

    `tied` is two one-sided tests (Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987), each at half of alpha.
    """
    if -margin < low and high < margin:
        return "tied"
    if low > 0:
        return "better"
    return "worse" if high < 0 else "undecided"


def is_smaller_but_real(low: float, high: float, margin: float) -> bool:
    """Whether an interval within the margin leaves out 0."""
    return verdict(low, high, margin) == "tied" and (low > 0 or high < 0)


def leading_group(worse: ArrayLike) -> tuple[int, ...]:
    """The places of those that are worse than no other; `worse` is (k, k): the row than the column."""
    return tuple(int(i) for i in np.flatnonzero(~np.asarray(worse, bool).any(axis=1)))


@dataclass(frozen=True)
class Forecast:
    """How many seeds in all would decide a pair, and the range of that number."""

    seeds: int
    low: int
    high: int


def forecast(
    mean: float,
    sd: float,
    n: int,
    margin: float,
    *,
    family: int = 1,
    confidence: float = CONFIDENCE,
    most: int = 10_000,
) -> Forecast | None:
    """The smallest number of seeds with a half-width of at most max(|mean|, margin - |mean|), if nothing else changes.

    The range comes from the chi-squared limits of the standard deviation. None where no forecast is possible: fewer
    than three seeds, or more than `most`.
    """
    width = max(abs(mean), margin - abs(mean))
    if n < 3 or width <= 0 or not math.isfinite(sd):
        return None
    tail = (1 - FORECAST_SHARE) / 2
    small, large = (sd * math.sqrt((n - 1) / float(stats.chi2.ppf(q, n - 1))) for q in (1 - tail, tail))
    found = [_seeds_for(s, width, family, confidence, most) for s in (sd, small, large)]
    if found[0] is None:
        return None
    least = n + 1
    return Forecast(max(found[0], least), max(found[1] or least, least), max(found[2] or most, least))


def _seeds_for(sd: float, half_width: float, family: int, confidence: float, most: int) -> int | None:
    """The smallest number of seeds whose interval has at most this half-width."""
    return _smallest(lambda n: _quantile(n - 1, family, confidence) * sd / math.sqrt(n) <= half_width, most)


def _smallest(is_enough: Callable[[int], bool], most: int) -> int | None:
    """The smallest n of at least 2 that is enough, where all larger ones are as well."""
    if not is_enough(most):
        return None
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


# --- description


def interval_of_mean(x: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The t interval of one mean by itself, of (n,) values; at least two."""
    found = difference(x, confidence=confidence)
    return found.low, found.high


def interquartile_mean(x: ArrayLike) -> float:
    """The mean of the middle half (Agarwal et al., "Deep RL at the edge of the statistical precipice", 2021)."""
    return float(stats.trim_mean(np.asarray(x, float), 0.25))


def share_won(a: ArrayLike, b: ArrayLike, higher_is_better: bool = True) -> float:
    """The share of seeds in which a is better than b; a draw is half a win."""
    d = np.asarray(a, float) - np.asarray(b, float)
    won = np.where(d == 0, 0.5, (d > 0) == higher_is_better)
    return float(won.mean())


def sign_flip_p(d: ArrayLike) -> float | None:
    """The exact two-sided p of the sign-flip test that differences are symmetric about 0 (Fisher, 1935).

    The share of the 2^n assignments of signs whose sum is as far from 0 as the one seen. None beyond 20 seeds, where
    there are too many to go through.
    """
    x = np.asarray(d, float)
    if len(x) > MOST_FLIPS:
        return None
    sums = x[:1]  # by symmetry the first sign is kept
    for value in x[1:]:
        sums = np.concatenate([sums + value, sums - value])
    seen = abs(x.sum())
    return float((np.abs(sums) >= seen - 1e-12 * max(float(np.abs(x).sum()), 1e-300)).mean())


def correlation(a: ArrayLike, b: ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Pearson's r and its interval by Fisher's z (Metron 1, 1921); NaN where it is not defined, or below four seeds."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan, math.nan, math.nan
    r = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    if len(x) < 4:
        return r, math.nan, math.nan
    half = float(stats.norm.ppf((1 + confidence) / 2)) / math.sqrt(len(x) - 3)
    z = math.atanh(min(max(r, -1 + 1e-15), 1 - 1e-15))
    return r, math.tanh(z - half), math.tanh(z + half)


def clopper_pearson(count: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson, Biometrika 26, 1934)."""
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else float(stats.beta.ppf(tail, count, n - count + 1))
    high = 1.0 if count == n else float(stats.beta.ppf(1 - tail, count + 1, n - count))
    return low, high


def diverged_more_often(count_a: int, n_a: int, count_b: int, n_b: int) -> bool:
    """Whether a greater share of a's seeds diverged than of b's."""
    return count_a * n_b > count_b * n_a


# --- the two kinds of noise


@dataclass(frozen=True)
class Crossed:
    """What seeds and examples each add to the variance of a mean difference of two accuracies."""

    n: int
    examples: int
    difference: float
    seed_variance: float
    """V_s: exactly s_d^2 / n."""
    example_variance: float
    """V_e: more seeds do not reduce it."""
    variance: float
    """Of both, for new seeds and new examples; the first at least the floor."""
    degrees_of_freedom: float


def crossed(correct_a: ArrayLike, correct_b: ArrayLike) -> Crossed:
    """Seeds x examples as a two-way layout with random rows and columns.

    With MS the mean squares of D = correct_a - correct_b: V_s = MS_seeds / (n M) and
    V_e = max(0, MS_examples - MS_residual) / (n M), the degrees of freedom of their sum by Satterthwaite (Biometrics
    Bulletin 2, 1946). The layout: Searle, Casella and McCulloch, "Variance components" (1992), chapter 4.

    Args:
        correct_a, correct_b: (n, M) booleans of n seeds, at least two, and the same M examples.
    """
    a, b = np.asarray(correct_a, bool), np.asarray(correct_b, bool)
    d = a.astype(np.int8) - b.astype(np.int8)
    n, m = d.shape
    if n < 2 or m < 2:
        raise ValueError("at least two seeds and two examples are needed")
    by_seed, by_example = d.mean(axis=1), d.mean(axis=0)
    grand = float(by_seed.mean())
    seeds = m * float(((by_seed - grand) ** 2).sum())
    examples = n * float(((by_example - grand) ** 2).sum())
    total = float(np.count_nonzero(d)) - n * m * grand**2
    residual = max(0.0, total - seeds - examples) / ((n - 1) * (m - 1))
    seed_variance = seeds / (n - 1) / (n * m)
    example_variance = max(0.0, examples / (m - 1) - residual) / (n * m)
    floored = max(seed_variance, floor_variance(m) / n)
    variance = floored + example_variance
    df = variance**2 / (floored**2 / (n - 1) + example_variance**2 / (m - 1))
    return Crossed(n, m, grand, seed_variance, example_variance, variance, df)


def new_data_interval(crossed: Crossed, *, family: int = 1, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The simultaneous interval of the difference for new seeds and new examples."""
    half = _quantile(crossed.degrees_of_freedom, family, confidence) * math.sqrt(crossed.variance)
    return crossed.difference - half, crossed.difference + half


def can_show_tie(crossed: Crossed, margin: float) -> bool:
    """Whether the examples alone leave room for a tie within the margin, however many seeds there are."""
    return 1.96 * math.sqrt(crossed.example_variance) <= margin


def mcnemar(correct_a: ArrayLike, correct_b: ArrayLike) -> float:
    """The exact p of McNemar's test (Psychometrika 12, 1947) of two trained networks on (M,) examples.

    Of these two networks and no others: pooled over seeds it rejects far too often.
    """
    a, b = np.asarray(correct_a, bool), np.asarray(correct_b, bool)
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    if only_a + only_b == 0:
        return 1.0
    return float(stats.binomtest(only_a, only_a + only_b).pvalue)


# --- planning


def power(
    effect: float, sd: float, n: int, *, rho: float = 0.0, family: int = 1, confidence: float = CONFIDENCE
) -> float:
    """The probability that the interval of n seeds leaves out 0, by the non-central t (Johnson and Welch, 1940).

    Args:
        effect: the true mean difference.
        sd: of each candidate over the seeds; that of the differences is sd * sqrt(2 (1 - rho)).
        n: seeds, at least two.
        rho: the correlation of the two candidates over the seeds.
    """
    return _power_of(abs(effect) / (_sd_of_differences(sd, rho) / math.sqrt(n)), n, family, confidence)


def _power_of(shift: float, n: int, family: int, confidence: float) -> float:
    """`shift` is the true difference in standard errors."""
    critical = _quantile(n - 1, family, confidence)
    return float(stats.nct.sf(critical, n - 1, shift) + stats.nct.cdf(-critical, n - 1, shift))


def detectable(
    sd: float,
    n: int,
    *,
    rho: float = 0.0,
    family: int = 1,
    confidence: float = CONFIDENCE,
    power: float = 0.8,
) -> float:
    """The true difference that n seeds find with this probability, in the unit of sd."""
    unit = _sd_of_differences(sd, rho) / math.sqrt(n)

    def missing(shift: float) -> float:
        return _power_of(shift, n, family, confidence) - power

    high = _quantile(n - 1, family, confidence) + 1
    while missing(high) < 0:
        high *= 1.5
    return unit * float(optimize.brentq(missing, 0.0, high))


def seeds_to_tie(
    sd: float,
    margin: float,
    *,
    rho: float = 0.0,
    family: int = 1,
    confidence: float = CONFIDENCE,
    most: int = 10_000,
) -> int | None:
    """The smallest number of seeds with h <= margin / 2, at which no pair stays undecided; None beyond `most`."""
    return _seeds_for(_sd_of_differences(sd, rho), margin / 2, family, confidence, most) if margin > 0 else None


def seeds_to_detect(
    effect: float,
    sd: float,
    *,
    rho: float = 0.0,
    family: int = 1,
    confidence: float = CONFIDENCE,
    power: float = 0.8,
    most: int = 10_000,
) -> int | None:
    """The smallest number of seeds that find a true difference with this probability; None beyond `most`."""
    if effect <= 0:
        return None
    ratio = effect / _sd_of_differences(sd, rho)
    return _smallest(lambda n: _power_of(ratio * math.sqrt(n), n, family, confidence) >= power, most)


def _sd_of_differences(sd: float, rho: float) -> float:
    return sd * math.sqrt(2 * (1 - rho))


def looks(most: int) -> tuple[int, ...]:
    """The numbers of seeds at which a sequential study looks, the last of them `most` (at least 3)."""
    found = list(LOOKS)
    while found[-1] < most:
        found.append(round(found[-1] * 1.6))
    return (*(n for n in found if n < most), most)
