"""Is a difference real: intervals, verdicts, forecasts and power over arrays. Imports nothing of ours.

Seeds are the sample: two contenders are compared seed by seed, d[s] being the metric of one minus that of the other.
`family` (P) is how many such comparisons are to hold together, `confidence` (1 - alpha) with what probability all of
them do. A share of examples (an accuracy) is a number from 0 to 1, and a margin or an effect is in the metric's own
unit.

Why a paired t interval and not a bootstrap: at 3 to 20 seeds a bootstrap's 95 % interval holds the truth in 75 to 92 %
of studies (tests/test_statistics_simulations.py repeats it); Wilcoxon's test can't reach 0.05 with five seeds; Holm's
procedure has no intervals that agree with its tests; Welch's interval throws the pairing away. Its limit: where noise
is strongly skewed and one of two contenders has three times as much of it, the error rises from 0.05 to 0.09.

Of SciPy only `special` is loaded, in a third of the time of `stats`; the tests compare the two.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

Verdict = Literal["better", "worse", "tied", "undecided"]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MARGIN = 0.001
"""What an accuracy must differ by to matter, unless the user says otherwise: 0.1 percentage points."""
CONFIDENCE = 0.95
FEWEST_SEEDS = 3
"""With fewer there is no verdict."""
ENOUGH_SEEDS = 5
"""With fewer a verdict comes with a warning."""
ADVISED_SEEDS = (5, 6, 8, 9, 10)
"""For two contenders, three, ...; for more, those of the last. A difference of two and a half of one contender's
standard deviations is found with a power of 0.8, whichever pair it is in."""
SEEDS_OF_AN_INTERQUARTILE_MEAN = 8
"""With fewer it trims one value of a side or none."""
LOOKS = (5, 8, 12, 20)
"""After how many seeds a sequential comparison looks at what it has, unless it may take more than 20."""
LOOKS_GROW_BY = 1.6
"""Beyond those, a look comes at so many times the seeds of the one before."""
MOST_SIGN_FLIPS = 40
"""A sign-flip test of more differences is not computed: it needs 2**(n/2) sums, and t is as good by then."""
MOST_SEEDS = 10**9
"""Nobody is told to train more often than that."""


# Differences and their intervals


def family(contenders: int, baseline: bool = False) -> int:
    """How many comparisons are to hold together: all pairs, or each contender with the baseline.

    A baseline has to be named before the results are seen; the observed leader is none.

    Raises:
        ValueError: with fewer than two contenders nothing is compared.
    """
    if contenders < 2:
        raise ValueError(f"a comparison needs two contenders; there are {contenders}")
    return contenders - 1 if baseline else contenders * (contenders - 1) // 2


def critical(n: npt.ArrayLike, *, family: int = 1, confidence: float = CONFIDENCE) -> Floats:
    """Student's t at 1 - alpha / (2 family) with n - 1 degrees of freedom: (...) like n, NaN where n < 2.

    Student, The probable error of a mean, Biometrika 6 (1908); shared out over the family by the union bound, as in
    Dunn, Multiple comparisons among means, JASA 56 (1961). The bound needs no assumption on how comparisons depend.
    """
    tail = _tail(family, confidence)
    n = np.asarray(n, dtype=float)
    # The lower tail, since 1 - tail has lost digits where the family is large.
    return np.where(n < 2, np.nan, -special.stdtrit(np.maximum(n, 2) - 1, tail))


def _tail(family: int, confidence: float) -> float:
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
class Difference:
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


def difference(
    d: npt.ArrayLike, *, family: int = 1, confidence: float = CONFIDENCE, examples: int | None = None
) -> Difference:
    """The mean of d (n,) with the half-width `critical(n) * sd / sqrt(n)`.

    Args:
        d: one contender's metric minus the other's, for each seed that both completed.
        family: how many such intervals are to hold together; see `family`.
        examples: how many examples the metric is a share of; None for a loss.

    Raises:
        ValueError: for a d that is empty or not finite. Who drops a seed has to count it.
    """
    d = _finite(d, "differences")
    n, mean = d.size, float(d.mean())
    if n == 1:
        _tail(family, confidence)
        return Difference(1, mean, math.nan, math.nan, math.nan, math.nan, False)
    observed, floor = float(d.std(ddof=1)), smallest_deviation(examples)
    sd = max(observed, floor)
    half = float(critical(n, family=family, confidence=confidence)) * sd / math.sqrt(n)
    return Difference(n, mean, sd, half, mean - half, mean + half, observed < floor)


def _finite(values: npt.ArrayLike, what: str) -> Floats:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{what}: one value per seed is wanted, and at least one; the shape is {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{what}: a value is not finite; leave out the seeds that did not complete")
    return array


@dataclass(frozen=True)
class Differences:
    """`Difference` of all pairs at once: arrays (..., k, k), [i, j] being contender i minus contender j."""

    n: npt.NDArray[np.int64]
    """How many seeds both completed."""
    mean: Floats
    sd: Floats
    half_width: Floats
    low: Floats
    high: Floats
    floored: Bools


def differences(
    values: npt.ArrayLike, *, family: int | None = None, confidence: float = CONFIDENCE, examples: int | None = None
) -> Differences:
    """All pairs of k contenders, each over the seeds that both completed.

    Args:
        values: (..., k, n), the metric by contender and seed; NaN where a seed was not completed. Leading
            axes are studies.
        family: how many of the intervals are to hold together; None for all k (k - 1) / 2 pairs.
        examples: how many examples the metric is a share of; None for a loss.

    Returns:
        What `difference` says of every pair. Without a common seed mean and interval are NaN, with one the interval is.

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
        n[..., i, :], mean[..., i, :], sd[..., i, :] = _moments(values[..., i : i + 1, :] - values)
    floor = smallest_deviation(examples)
    floored = sd < floor  # False where it is NaN
    sd = np.where(floored, floor, sd)
    pairs = max(1, k * (k - 1) // 2) if family is None else family
    counts, place = np.unique(n, return_inverse=True)  # a quantile is dear, and few counts occur
    scale = critical(counts, family=pairs, confidence=confidence) / np.sqrt(np.maximum(counts, 1))
    half = scale[place.reshape(shape)] * sd
    return Differences(n, mean, sd, half, mean - half, mean + half, floored)


def _moments(d: Floats) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Count, mean and standard deviation over the last axis, NaN left out."""
    there = ~np.isnan(d)
    n = there.sum(axis=-1)
    d = np.where(there, d, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = d.sum(axis=-1) / n
        squares = np.where(there, (d - mean[..., None]) ** 2, 0.0).sum(axis=-1)
        sd = np.sqrt(np.where(n < 2, np.nan, squares) / (n - 1))
    return n, mean, sd


# Verdicts


def verdict(low: float, high: float, margin: float, higher_is_better: bool = True) -> Verdict:
    """What the interval of a difference (this one minus the other) says of this one.

    Within the margin it is *tied*, even if it excludes 0 (`is_smaller_but_real`); else beyond 0 *better* or *worse*;
    else *undecided*. That is the two one-sided tests of Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15
    (1987), at alpha / 2 each, read off the interval that the test of a difference is read off, too: so the two can't
    contradict each other (Goeman, Solari and Stijnen, Three-sided hypothesis testing, Statistics in Medicine 29,
    2010). With a positive margin more seeds always end it: as soon as the half-width is below margin / 2.

    An interval of NaN is undecided; whoever has fewer than `FEWEST_SEEDS` seeds should not ask.
    """
    if -margin < low and high < margin:
        return "tied"
    if low > 0:
        return "better" if higher_is_better else "worse"
    if high < 0:
        return "worse" if higher_is_better else "better"
    return "undecided"


def verdicts(low: Floats, high: Floats, margin: float, higher_is_better: bool = True) -> npt.NDArray[np.str_]:
    """`verdict` of arrays, all of one shape. An interval of NaN is undecided."""
    above, below = ("better", "worse") if higher_is_better else ("worse", "better")
    tied = (-margin < low) & (high < margin)
    return np.where(tied, "tied", np.where(low > 0, above, np.where(high < 0, below, "undecided")))


def is_smaller_but_real(low: float, high: float, margin: float) -> bool:
    """Whether a difference is tied and yet not 0: it is real, and smaller than what matters."""
    return -margin < low and high < margin and (low > 0 or high < 0)


def leading_group(worse: npt.ArrayLike) -> tuple[int, ...]:
    """The contenders that are not worse than any other, in their order; inside the group there are no ranks.

    Args:
        worse: (k, k), [i, j] whether i is worse than j.

    Returns:
        Never nobody. Where all are worse than someone (a circle, which takes pairs over different seeds), those that
        nobody outside their own circle is better than.
    """
    worse = np.asarray(worse, dtype=bool)
    if worse.ndim != 2 or worse.shape[0] != worse.shape[1]:
        raise ValueError(f"a matrix of pairs is wanted; the shape is {worse.shape}")
    unbeaten = ~worse.any(axis=1)
    if not unbeaten.any():
        reach = worse.copy()
        for middle in range(len(reach)):  # Warshall's transitive closure
            reach |= reach[:, middle : middle + 1] & reach[middle]
        unbeaten = ~(reach & ~reach.T).any(axis=1)
    return tuple(int(i) for i in np.flatnonzero(unbeaten))


# Forecasts


@dataclass(frozen=True)
class Forecast:
    """How many seeds in all would settle a pair: as it looks now, and between which two numbers."""

    seeds: int
    low: int
    high: int
    """At `most` it means: so many or more."""


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
    """How many seeds in all would settle an undecided pair, if seeds go on being added until it is.

    As it looks now: the smallest n' whose half-width is below max(|mean|, margin - |mean|), so that the interval
    leaves 0 or stays within the margin. The range is of the middle 80 % of what that n' is for the differences and
    deviations that the n seeds leave possible: variances (n - 1) sd^2 / chi-squared, and means around `mean` by such a
    variance / n (Box and Tiao, Bayesian Inference in Statistical Analysis, 1973, chapter 2). A pair that n seeds do
    not settle takes at least one more.

    It has to allow for the mean as well as for the deviation. With the 80 % limits of the deviation alone the range
    holds the number of seeds that such a study then takes in 50 to 94 % of studies, worst without a margin; this one
    holds it in 87 % or more (tests/test_statistics_simulations.py).

    Returns:
        None with fewer than three seeds, and where even `most` would not do: without a difference and without a margin
        nothing ever does.
    """
    if n < FEWEST_SEEDS or not (math.isfinite(mean) and math.isfinite(sd)):
        return None
    widths = _widths(family, confidence, most)
    seeds = int(_settled(np.array(mean), np.array(sd), margin, widths))
    least = n if seeds <= n else n + 1
    if seeds > most:
        return None
    deviations = sd * np.sqrt((n - 1) / special.chdtri(n - 1, _PLACES))[:, None]
    means = mean + deviations * special.ndtri(_PLACES) / math.sqrt(n)
    possible = np.sort(_settled(means, deviations, margin, widths), axis=None)
    low, high = (int(possible[round(share * (possible.size - 1))]) for share in (0.1, 0.9))
    seeds = max(seeds, least)
    return Forecast(seeds, min(max(low, least), seeds), min(max(high, seeds), most))


_PLACES = (np.arange(32) + 0.5) / 32
"""So many equally likely values stand for a distribution."""


def _settled(mean: Floats, sd: Floats, margin: float, widths: Floats) -> npt.NDArray[np.int64]:
    """How many seeds settle such differences if they stay as they are: one more than `widths` knows of for never."""
    room = np.maximum(np.abs(mean), margin - np.abs(mean))
    # Ascending when negated: the first width that is below the room.
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 + np.searchsorted(-widths, np.where(room > 0, -room / sd, 0.0), side="right")


@functools.lru_cache(maxsize=64)
def _widths(family: int, confidence: float, most: int) -> Floats:
    """The half-width of n = 2, 3, ..., most seeds for a standard deviation of 1; it falls with n."""
    n = np.arange(2, most + 1)
    widths = critical(n, family=family, confidence=confidence) / np.sqrt(n)
    widths.flags.writeable = False
    return widths


# Description, without a verdict


def interval_of_mean(x: npt.ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Student's interval of the mean of x (n,), for this mean alone; NaN for one value."""
    one = difference(x, confidence=confidence)
    return one.low, one.high


def interquartile_mean(x: npt.ArrayLike) -> float:
    """The mean without the lowest and the highest quarter (rounded down) of x (n,).

    As `rliable` has it: Agarwal et al., Deep reinforcement learning at the edge of the statistical precipice, NeurIPS
    (2021). With fewer than `SEEDS_OF_AN_INTERQUARTILE_MEAN` values it says little that the median doesn't.
    """
    x = np.sort(_finite(x, "values"))
    cut = x.size // 4
    return float(x[cut : x.size - cut].mean())


def share_won(a: npt.ArrayLike, b: npt.ArrayLike, higher_is_better: bool = True) -> float:
    """The share of seeds at which a (n,) is better than b (n,); a tie counts half."""
    x, y = _paired(a, b)
    won = x > y if higher_is_better else x < y
    return float(np.mean(won + 0.5 * (x == y)))


def _paired(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Floats]:
    a, b = _finite(a, "the first's values"), _finite(b, "the second's values")
    if a.shape != b.shape:
        raise ValueError(f"pairs are wanted; there are {a.size} and {b.size} values")
    return a, b


def sign_flip_p(d: npt.ArrayLike) -> float | None:
    """The exact two-sided p of d (n,) when each sign is as likely as the other: Fisher's, with no normal distribution.

    The share of the 2**n ways to set the signs in which the sum is at least as far from 0 as it is (Fisher, The Design
    of Experiments, 1935, section 21). No sampling: the sums of the two halves of d are listed, and pairs of them
    counted, by the way of Horowitz and Sahni, Computing partitions with applications to the knapsack problem, JACM 21
    (1974).

    Returns:
        None for more than `MOST_SIGN_FLIPS` differences.
    """
    d = _finite(d, "differences")
    n = d.size
    if n > MOST_SIGN_FLIPS:
        return None
    # Sums that are equal but for rounding are equal: accuracies come in steps that are far wider than this.
    least = abs(float(d.sum())) - 1e-9 * float(np.abs(d).sum())
    if least <= 0:
        return 1.0
    left, right = _signed_sums(d[: n // 2]), np.sort(_signed_sums(d[n // 2 :]))
    as_far = int((right.size - np.searchsorted(right, least - left, side="left")).sum())
    return math.ldexp(as_far, 1 - n)  # twice: for each sum that far above 0 there is one below


def _signed_sums(d: Floats) -> Floats:
    sums = np.zeros(1)
    for one in d:
        sums = np.concatenate([sums - one, sums + one])
    return sums


def sign_flip_can_tell(n: int, *, family: int = 1, confidence: float = CONFIDENCE) -> bool:
    """Whether the smallest p that n differences other than 0 can have, 2 / 2**n, is below alpha / family."""
    return 2.0 ** (1 - n) < 2 * _tail(family, confidence)


def correlation(a: npt.ArrayLike, b: npt.ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Pearson's r of a (n,) and b (n,), and its interval by Fisher's z (Metron 1, 1921).

    Returns:
        r, low, high. All NaN where one of the two never varies, low and high NaN with fewer than four seeds.
    """
    x, y = _paired(a, b)
    n = x.size
    if any(np.ptp(values) <= 1e-12 * np.abs(values).max() for values in (x, y)):  # no more than rounding
        return math.nan, math.nan, math.nan
    x, y = x - x.mean(), y - y.mean()
    r = min(1.0, max(-1.0, float(x @ y) / math.sqrt(float(x @ x) * float(y @ y))))
    if n < 4:
        return r, math.nan, math.nan
    if abs(r) == 1:
        return r, r, r
    half = -float(special.ndtri(_tail(1, confidence))) / math.sqrt(n - 3)
    return r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


# Trials that diverged


def clopper_pearson(count: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share of which count of n were seen: it never covers less than it says.

    Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26
    (1934).
    """
    if not 0 <= count <= n or n < 1:
        raise ValueError(f"a count is of at least one and at most all; it is {count} of {n}")
    tail = _tail(1, confidence)
    low = 0.0 if count == 0 else float(special.betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(special.betainccinv(count + 1, n - count, tail))
    return low, high


def diverged_more_often(diverged: npt.ArrayLike, ended: npt.ArrayLike) -> Bools:
    """(k, k): whether a larger share of i's trials diverged than of j's. i's other numbers are of its luckier seeds.

    Args:
        diverged: (k,), how many trials of each contender diverged,
        ended: (k,), of how many that did or completed.
    """
    d, n = np.asarray(diverged, dtype=np.int64), np.asarray(ended, dtype=np.int64)
    more: Bools = d[:, None] * n[None, :] > d[None, :] * n[:, None]
    return more


def held_back(verdicts: npt.NDArray[np.str_], diverged_more: Bools) -> Bools:
    """(k, k): where who diverged more often would be better or tied by the seeds that are left, which says too much.

    Args:
        verdicts: (k, k), the row against the column.
        diverged_more: see `diverged_more_often`.
    """
    tied = verdicts == "tied"
    found: Bools = (diverged_more & (tied | (verdicts == "better"))) | (
        diverged_more.T & (tied | (verdicts == "worse"))
    )
    return found


# Two kinds of noise


@dataclass(frozen=True)
class Crossed:
    """Of a difference of two accuracies, what varies with the seed and what with the example."""

    n: int
    """Seeds."""
    examples: int
    difference: float
    """The mean over seeds and examples of (a is right) - (b is right)."""
    seed_variance: float
    """Of that mean over other seeds, on these examples: it is s_d^2 / n, what `difference` goes by."""
    example_variance: float
    """Of that mean over other examples; more seeds do not reduce it."""
    variance: float
    """Over other seeds and other examples: the sum of the two."""
    degrees_of_freedom: float


def crossed(correct_a: npt.ArrayLike, correct_b: npt.ArrayLike) -> Crossed:
    """The variances of a difference of accuracies, from who classified what right.

    A two-way analysis of variance without replication, both ways random: mean squares MS of D[s, j] = a's - b's give
    MS_seed / (n M) and max(0, MS_example - MS_residual) / (n M) (Searle, Casella and McCulloch, Variance Components,
    1992, chapter 4), and their sum has the degrees of freedom of Satterthwaite, An approximate distribution of
    estimates of variance components, Biometrics Bulletin 2 (1946). The residual is counted once, with the seeds.

    Args:
        correct_a: (n, M), by seed and example; n and M at least 2.
        correct_b: likewise, the same seeds and examples.

    Raises:
        ValueError: for other shapes.
    """
    a, b = np.asarray(correct_a, dtype=bool), np.asarray(correct_b, dtype=bool)
    if a.shape != b.shape or a.ndim != 2 or min(a.shape) < 2:
        raise ValueError(
            f"at least two seeds by two examples are wanted, twice; the shapes are {a.shape} and {b.shape}"
        )
    n, m = a.shape
    d = a.astype(np.int8) - b.astype(np.int8)
    # Whole numbers until the last division, so that nothing is lost where sums of squares are subtracted.
    by_seed, by_example = d.sum(axis=1, dtype=np.int64), d.sum(axis=0, dtype=np.int64)
    total, squares = int(by_seed.sum()), int(np.count_nonzero(d))
    seed, example = int(by_seed @ by_seed), int(by_example @ by_example)
    seed_squares = (n * seed - total**2) / (n * m)
    example_squares = (m * example - total**2) / (n * m)
    residual_squares = (n * m * squares - n * seed - m * example + total**2) / (n * m)
    seed_mean = seed_squares / (n - 1)
    example_mean = example_squares / (m - 1)
    residual_mean = residual_squares / ((n - 1) * (m - 1))
    seed_variance = seed_mean / (n * m)
    example_variance = max(0.0, example_mean - residual_mean) / (n * m)
    variance, df = _sum_of(seed_variance, example_variance, n, m)
    return Crossed(n, m, total / (n * m), seed_variance, example_variance, variance, df)


def _sum_of(seed_variance: float, example_variance: float, n: int, examples: int) -> tuple[float, float]:
    """The variance for new data, and Satterthwaite's degrees of freedom."""
    variance = seed_variance + example_variance
    if variance == 0:
        return 0.0, float(n - 1)
    share = seed_variance / variance
    return variance, 1 / (share**2 / (n - 1) + (1 - share) ** 2 / (examples - 1))


def new_data_interval(crossed: Crossed, *, family: int = 1, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The simultaneous interval of a difference of accuracies for other seeds and other examples of the same kind.

    It is never narrower than that for these examples (`difference`, with its floor): what is new can't be more certain.
    Satterthwaite's degrees of freedom would make it so at 3 seeds in most studies, where it then holds the truth in
    0.923 of them instead of 0.944 (tests/test_statistics_simulations.py).
    """
    seed_variance = max(crossed.seed_variance, smallest_deviation(crossed.examples) ** 2 / crossed.n)
    variance, df = _sum_of(seed_variance, crossed.example_variance, crossed.n, crossed.examples)
    scales = critical([df + 1, crossed.n], family=family, confidence=confidence)
    half = float(np.max(scales * np.sqrt([variance, seed_variance])))
    return crossed.difference - half, crossed.difference + half


def left_open_by_examples(example_variance: float, *, family: int = 1, confidence: float = CONFIDENCE) -> float:
    """The half-width of the interval for new data that no number of seeds can go below: z times a standard error.

    Where it is the margin or more, so many examples cannot show a tie on new data. One alone of family 1 and with a
    confidence of 0.95 it is 1.96 standard errors, but the intervals of a table are wider, and it is they that judge.

    Args:
        example_variance: of the mean difference, over other examples (`Crossed.example_variance`).
        family: how many such intervals are to hold together.
        confidence: with what probability all of them do.
    """
    return float(-special.ndtri(_tail(family, confidence))) * math.sqrt(example_variance)


def examples_to_tie(
    variance: float, margin: float, *, family: int = 1, confidence: float = CONFIDENCE, power: float = 0.8
) -> int:
    """How many examples show a tie on new data with that power, if there is no difference, and seeds without end.

    The interval of d +- z(1 - alpha / 2P) e lies within the margin with that probability if margin / e is that z and
    z(1 - (1 - power) / 2) together, e being sqrt(variance / examples): as for any test of equivalence (Chow, Shao and
    Wang, Sample Size Calculations in Clinical Research, 2003, chapter 3).

    Args:
        variance: what one example adds to the variance of a difference; of M examples it is 1/M of that.
        margin: above 0.
    """
    z = -special.ndtri(_tail(family, confidence)) - special.ndtri((1 - power) / 2)
    return max(1, math.ceil(variance * (float(z) / margin) ** 2))


def mcnemar(correct_a: npt.ArrayLike, correct_b: npt.ArrayLike) -> float:
    """The exact two-sided p that two trained networks are right equally often: correct_a and correct_b (M,).

    Of two networks, not of two activation functions: pooled over seeds it calls equals different in up to two thirds of
    studies. McNemar, Note on the sampling error of the difference between correlated proportions, Psychometrika 12
    (1947), with the binomial distribution, as Dietterich advises for a single training, Neural Computation 10 (1998).
    """
    a, b = np.asarray(correct_a, dtype=bool), np.asarray(correct_b, dtype=bool)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"the same examples twice are wanted; the shapes are {a.shape} and {b.shape}")
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    return min(1.0, 2 * float(special.bdtr(min(only_a, only_b), only_a + only_b, 0.5)))


# Planning


def power(
    effect: float, sd: float, n: int, *, rho: float = 0.0, family: int = 1, confidence: float = CONFIDENCE
) -> float:
    """The probability that an interval of n seeds leaves 0, on either side, if the difference is `effect`.

    By the non-central t distribution: Johnson and Welch, Applications of the non-central t-distribution, Biometrika 31
    (1940).

    Args:
        effect: the true difference.
        sd: the standard deviation over seeds of one contender; that of a difference is sd * sqrt(2 (1 - rho)).
        n: seeds; with one there is no interval, and no power.
        rho: the correlation of two contenders over seeds.
        family: how many intervals are to hold together.
        confidence: with what probability all of them do.
    """
    deviation = _deviation_of_difference(sd, rho)
    tail = _tail(family, confidence)
    if n < 2:
        return 0.0
    if deviation == 0:
        return float(effect != 0)
    shift, limit = abs(effect) / deviation * math.sqrt(n), -float(special.stdtrit(n - 1, tail))
    if n > 100_000:
        return float(special.ndtr(shift - limit) + special.ndtr(-shift - limit))
    # |T| is beyond the limit if chi-squared is below df (z + shift)^2 / limit^2, z being the normal in T. Summed over
    # z, since SciPy's distribution function (`nctdtr`) is not a number here and there, such as at (1, 8, -12.7).
    z = np.linspace(-8.5, 8.5, 4001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    beyond = special.gammainc((n - 1) / 2, (n - 1) / 2 * ((z + shift) / limit) ** 2)
    return min(1.0, float(density @ beyond) * float(z[1] - z[0]))


def _deviation_of_difference(sd: float, rho: float) -> float:
    if sd < 0 or not -1 <= rho <= 1:
        raise ValueError(f"no such deviation or correlation: {sd}, {rho}")
    return sd * math.sqrt(2 * (1 - rho))


def detectable(
    sd: float, n: int, *, rho: float = 0.0, family: int = 1, confidence: float = CONFIDENCE, power: float = 0.8
) -> float:
    """The smallest difference that n seeds find with that power; infinite with one seed. For the others see `power`."""
    if not 2 * _tail(family, confidence) < power < 1:
        raise ValueError(f"a power lies between the error allowed and 1; it is {power}")
    deviation = _deviation_of_difference(sd, rho)
    if n < 2:
        return math.inf
    # In units of the deviation: power rises with the effect.
    low, high = 0.0, 1.0
    while _power(high, math.sqrt(0.5), n, family=family, confidence=confidence) < power:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        if _power(middle, math.sqrt(0.5), n, family=family, confidence=confidence) < power:
            low = middle
        else:
            high = middle
    return high * deviation


_power = power  # also under a name that no argument takes


def seeds_to_tie(sd: float, margin: float, *, rho: float = 0.0, family: int = 1, confidence: float = CONFIDENCE) -> int:
    """The smallest number of seeds with a half-width of at most half the margin: any difference is settled then.

    For `sd` and `rho` see `power`.

    Raises:
        ValueError: without a margin that is so at no number of seeds; nor, within reason, for a very small one.
    """
    if margin <= 0:
        raise ValueError(f"a margin above 0 is wanted; it is {margin}")
    deviation = _deviation_of_difference(sd, rho)
    return _smallest(
        lambda n: float(critical(n, family=family, confidence=confidence)) * deviation / math.sqrt(n) <= margin / 2
    )


def seeds_to_detect(
    effect: float,
    sd: float,
    *,
    rho: float = 0.0,
    family: int = 1,
    confidence: float = CONFIDENCE,
    power: float = 0.8,
) -> int:
    """The smallest number of seeds that find a difference with that power. For the arguments see `power`.

    Raises:
        ValueError: without an effect that is so at no number of seeds; nor, within reason, for a very small one.
    """
    if effect == 0:
        raise ValueError("an effect other than 0 is wanted")
    return _smallest(
        lambda n: _power(effect, sd, n, rho=rho, family=family, confidence=confidence) >= power,
    )


def _smallest(holds: Callable[[int], bool]) -> int:
    """The least number of seeds, from 2, at which something holds that holds from there on."""
    high = 2
    while not holds(high):
        high *= 2
        if high > MOST_SEEDS:
            raise ValueError(f"not even {MOST_SEEDS} seeds would do")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def advised_seeds(contenders: int) -> int:
    """A good number of seeds to begin with, for so many contenders: see `ADVISED_SEEDS`."""
    return ADVISED_SEEDS[min(max(contenders, 2) - 2, len(ADVISED_SEEDS) - 1)]


def expected_best(settings: int) -> float:
    """By how many standard errors the best of so many equal means is above what it is, in the mean over studies.

    Whoever chooses a setting and reports the mean it was chosen by flatters it by this, times sd / sqrt(seeds). The
    mean of the largest of k standard normals: Tippett, On the extreme individuals, Biometrika 17 (1925).
    """
    if settings < 1:
        raise ValueError(f"a choice is of at least one; it is of {settings}")
    x = np.linspace(-9, 9, 20_001)
    density = settings * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi) * special.ndtr(x) ** (settings - 1)
    return float((x * density).sum() * (x[1] - x[0]))


def looks(most: int) -> tuple[int, ...]:
    """After how many seeds a sequential comparison looks: fixed beforehand, the last one being `most`.

    `LOOKS`, and beyond them each `LOOKS_GROW_BY` times the one before.

    Raises:
        ValueError: with fewer seeds than a verdict needs.
    """
    if most < FEWEST_SEEDS:
        raise ValueError(f"a verdict needs {FEWEST_SEEDS} seeds; there may be {most}")
    found = list(LOOKS)
    while found[-1] < most:
        found.append(round(found[-1] * LOOKS_GROW_BY))
    return (*(look for look in found if look < most), most)
