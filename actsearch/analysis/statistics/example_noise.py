"""What the choice of the evaluated examples adds to the noise of the seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from actsearch.analysis.comparisons.standards import CONFIDENCE
from actsearch.analysis.statistics.intervals import critical_t, smallest_deviation, tail_probability


@dataclass(frozen=True)
class CrossedVariances:
    """Of a difference of two means over examples, what varies with the seed and what with the example."""

    n: int
    """Seeds."""
    examples: int
    difference: float
    """The mean over seeds and examples of a's score minus b's: of classes, (a is right) - (b is right)."""
    seed_variance: float
    """Of that mean over other seeds, on these examples: it is s_d^2 / n, which `intervals.mean_difference` uses."""
    example_variance: float
    """Of that mean over other examples; more seeds do not reduce it."""
    variance: float
    """Over other seeds and other examples: the sum of the two."""
    degrees_of_freedom: float
    are_shares: bool = True
    """Whether the means are shares of the examples, which move in whole examples."""


def crossed_variances(scores_a: npt.ArrayLike, scores_b: npt.ArrayLike) -> CrossedVariances:
    """The variances of a difference of means over examples, from the scores: booleans (right or wrong) or numbers.

    A two-way analysis of variance without replication, both ways random: mean squares MS of D[s, j] = a's - b's give
    MS_seed / (n M) and max(0, MS_example - MS_residual) / (n M) (Searle, Casella and McCulloch, Variance Components,
    1992, chapter 4), and their sum has the degrees of freedom of Satterthwaite, An approximate distribution of
    estimates of variance components, Biometrics Bulletin 2 (1946). The residual is counted once, with the seeds.

    Args:
        scores_a: (n, M), by seed and example; n and M at least 2.
        scores_b: likewise, the same seeds and examples.

    Raises:
        ValueError: for other shapes.
    """
    a, b = np.asarray(scores_a), np.asarray(scores_b)
    if a.shape != b.shape or a.ndim != 2 or min(a.shape) < 2:
        raise ValueError(
            f"at least two seeds by two examples are wanted, twice; the shapes are {a.shape} and {b.shape}"
        )
    if a.dtype != bool or b.dtype != bool:
        return _crossed_variances_of_numbers(a.astype(np.float64) - b.astype(np.float64))
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
    variance, df = _variance_for_new_data(seed_variance, example_variance, n, m)
    return CrossedVariances(n, m, total / (n * m), seed_variance, example_variance, variance, df)


def _crossed_variances_of_numbers(d: np.ndarray) -> CrossedVariances:
    """The same of differences (n, M) that are no whole numbers, by their deviations from the means."""
    n, m = d.shape
    mean, by_seed, by_example = float(d.mean()), d.mean(axis=1), d.mean(axis=0)
    seed_mean = m * float(((by_seed - mean) ** 2).sum()) / (n - 1)
    example_mean = n * float(((by_example - mean) ** 2).sum()) / (m - 1)
    residuals = d - by_seed[:, None] - by_example[None, :] + mean
    residual_mean = float((residuals**2).sum()) / ((n - 1) * (m - 1))
    seed_variance = seed_mean / (n * m)
    example_variance = max(0.0, example_mean - residual_mean) / (n * m)
    variance, df = _variance_for_new_data(seed_variance, example_variance, n, m)
    return CrossedVariances(n, m, mean, seed_variance, example_variance, variance, df, are_shares=False)


def _variance_for_new_data(seed_variance: float, example_variance: float, n: int, examples: int) -> tuple[float, float]:
    """The variance for new data, and Satterthwaite's degrees of freedom."""
    variance = seed_variance + example_variance
    if variance == 0:
        return 0.0, float(n - 1)
    share = seed_variance / variance
    return variance, 1 / (share**2 / (n - 1) + (1 - share) ** 2 / (examples - 1))


def new_data_interval(
    crossed: CrossedVariances, *, family: int = 1, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The simultaneous interval of a difference of accuracies for other seeds and other examples of the same kind.

    It is never narrower than that for these examples (`intervals.mean_difference`, with its floor): what is new can't
    be more certain. Satterthwaite's degrees of freedom would make it so at 3 seeds in most studies, where it then holds
    the truth in 0.923 of them instead of 0.944 (tests/analysis/test_statistics_simulations.py).
    """
    floor = smallest_deviation(crossed.examples if crossed.are_shares else None)
    seed_variance = max(crossed.seed_variance, floor**2 / crossed.n)
    variance, df = _variance_for_new_data(seed_variance, crossed.example_variance, crossed.n, crossed.examples)
    scales = critical_t([df + 1, crossed.n], family=family, confidence=confidence)
    half = float(np.max(scales * np.sqrt([variance, seed_variance])))
    return crossed.difference - half, crossed.difference + half


def left_open_by_examples(example_variance: float, *, family: int = 1, confidence: float = CONFIDENCE) -> float:
    """The half-width of the interval for new data that no number of seeds can go below: z times a standard error.

    Where it is the margin or more, so many examples cannot show a tie on new data. With a
    family of 1 and a confidence of 0.95 it is 1.96 standard errors. The intervals of a table are wider, and they judge.

    Args:
        example_variance: of the mean difference, over other examples (`CrossedVariances.example_variance`).
        family: how many such intervals are to hold together.
        confidence: with what probability all of them do.
    """
    return float(-special.ndtri(tail_probability(family, confidence))) * math.sqrt(example_variance)


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
    z = -special.ndtri(tail_probability(family, confidence)) - special.ndtri((1 - power) / 2)
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
