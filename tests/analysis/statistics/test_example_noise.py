"""The two kinds of noise against hand-worked examples and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from actsearch.analysis.comparisons import verdicts
from actsearch.analysis.statistics import example_noise, intervals
from actsearch.analysis.statistics.example_noise import CrossedVariances


def test_two_kinds_of_noise_worked_by_hand() -> None:
    """D = [[1, 0, 1, 0], [1, -1, 0, 0]]; seed means 1/2 and 0, example means 1, -1/2, 1/2, 0, mean 1/4.

    Squares: seeds 4 (1/16 + 1/16) = 1/2 with 1 degree; examples 2 (9/16 + 9/16 + 1/16 + 1/16) = 5/2 with 3;
    all 4 - 8/16 = 7/2, so 1/2 is left with 3. Mean squares 1/2, 5/6, 1/6; n M = 8.
    """
    a = np.array([[1, 0, 1, 0], [1, 0, 0, 1]], dtype=bool)
    b = np.array([[0, 0, 0, 0], [0, 1, 0, 1]], dtype=bool)
    found = example_noise.crossed_variances(a, b)
    assert (found.n, found.examples, found.difference) == (2, 4, 0.25)
    assert found.seed_variance == pytest.approx(1 / 16)
    assert found.example_variance == pytest.approx((5 / 6 - 1 / 6) / 8)
    assert found.variance == pytest.approx(1 / 16 + 1 / 12)
    assert found.degrees_of_freedom == pytest.approx((7 / 48) ** 2 / ((1 / 16) ** 2 / 1 + (1 / 12) ** 2 / 3))


def test_the_mean_squares_are_those_of_the_table() -> None:
    """By the definition, cell by cell, on numbers too many to work by hand."""
    random = np.random.default_rng(3)
    a, b = random.random((6, 50)) < 0.8, random.random((6, 50)) < 0.7
    found = example_noise.crossed_variances(a, b)
    d = a.astype(float) - b
    rows, columns = d.mean(axis=1, keepdims=True), d.mean(axis=0, keepdims=True)
    ms_examples = 6 * ((columns - d.mean()) ** 2).sum() / 49
    ms_residual = ((d - rows - columns + d.mean()) ** 2).sum() / (5 * 49)
    assert found.example_variance == pytest.approx(max(0, ms_examples - ms_residual) / 300)


@pytest.mark.parametrize(("n", "examples"), [(2, 2), (3, 1000), (10, 10_000)])
def test_the_noise_of_seeds_is_that_of_the_paired_differences(n: int, examples: int) -> None:
    """The two columns of a table speak of the same seeds."""
    random = np.random.default_rng(n)
    a, b = random.random((n, examples)) < 0.98, random.random((n, examples)) < 0.97
    found = example_noise.crossed_variances(a, b)
    d = a.mean(axis=1) - b.mean(axis=1)
    assert found.difference == pytest.approx(d.mean(), abs=1e-12)
    assert found.seed_variance == pytest.approx(d.var(ddof=1) / n, rel=1e-12, abs=1e-16)


def test_networks_that_are_right_alike_have_no_noise_but_that_of_rounding() -> None:
    same = np.ones((3, 100), dtype=bool)
    found = example_noise.crossed_variances(same, same)
    assert (found.difference, found.variance, found.degrees_of_freedom) == (0, 0, 2)
    floored = intervals.mean_difference([0.0] * 3, examples=100)
    assert example_noise.new_data_interval(found) == pytest.approx((floored.low, floored.high))


def test_the_interval_for_new_data_is_satterthwaites() -> None:
    found = CrossedVariances(10, 1000, 0.002, 4e-7, 6e-7, 1e-6, 0.0)
    df = 1e-12 / ((4e-7) ** 2 / 9 + (6e-7) ** 2 / 999)
    half = stats.t.ppf(1 - 0.025 / 15, df) * 1e-3
    assert example_noise.new_data_interval(found, family=15) == pytest.approx((0.002 - half, 0.002 + half), rel=1e-6)


def test_new_data_are_not_more_certain_than_these() -> None:
    """With three seeds the degrees of freedom alone would say so: *undecided* here and *better* everywhere else."""
    found = CrossedVariances(3, 1000, 0.01, 1e-6, 3e-7, 1.3e-6, 0.0)
    half = stats.t.ppf(0.975, 2) * 1e-3
    assert example_noise.new_data_interval(found) == pytest.approx((0.01 - half, 0.01 + half))


def test_few_examples_cannot_show_a_tie() -> None:
    """Of the interval for new data so much is left when the seeds add nothing: by SciPy's normal distribution."""
    assert example_noise.left_open_by_examples(0.001**2) == pytest.approx(1.959964e-3)
    wide = stats.norm.ppf(1 - 0.05 / 30) * 0.001
    assert example_noise.left_open_by_examples(0.001**2, family=15) == pytest.approx(wide)
    crossed = CrossedVariances(1000, 10**9, 0.0, 1e-30, 0.001**2, 0.001**2, 1.0)
    assert example_noise.new_data_interval(crossed, family=15)[1] == pytest.approx(wide, rel=1e-3)


@pytest.mark.parametrize("family", [1, 15])
def test_so_many_examples_show_a_tie_in_four_studies_of_five(family: int) -> None:
    """Without a difference, and with seeds without end, so that the examples are all the noise there is."""
    variance, margin, studies = 0.04, 0.001, 20_000
    examples = example_noise.examples_to_tie(variance, margin, family=family)
    error = math.sqrt(variance / examples)
    d = np.random.default_rng(family).normal(0, error, studies)
    half = example_noise.left_open_by_examples(variance / examples, family=family)
    tied = verdicts.verdicts_of_intervals(d - half, d + half, margin) == "tied"
    assert tied.mean() == pytest.approx(0.8, abs=0.01)


def test_predictions_of_other_examples_are_refused() -> None:
    for a, b in (((2, 5), (2, 6)), ((1, 5), (1, 5)), ((5,), (5,)), ((2, 1), (2, 1))):
        with pytest.raises(ValueError, match="at least two seeds"):
            example_noise.crossed_variances(np.ones(a), np.ones(b))
    with pytest.raises(ValueError, match="same examples"):
        example_noise.mcnemar(np.ones(3), np.ones(4))


def test_two_networks_are_compared_by_the_exact_binomial() -> None:
    a, b = np.ones(100, dtype=bool), np.ones(100, dtype=bool)
    a[:3], b[3:15] = False, False
    assert example_noise.mcnemar(a, b) == pytest.approx(stats.binomtest(3, 15).pvalue)
    assert example_noise.mcnemar(b, a) == example_noise.mcnemar(a, b)
    assert example_noise.mcnemar(a, a) == 1
    assert example_noise.mcnemar([1, 0], [0, 1]) == 1
