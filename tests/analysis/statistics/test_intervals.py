"""The interval of a difference against SciPy and hand-worked examples."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from seed_values import noise

from actsearch.analysis.statistics import intervals


def test_a_family_is_all_pairs_or_the_pairs_with_a_baseline() -> None:
    assert [intervals.family_size(k) for k in (2, 6, 12)] == [1, 15, 66]
    assert [intervals.family_size(k, baseline=True) for k in (2, 6, 12)] == [1, 5, 11]
    with pytest.raises(ValueError, match="two contenders; there are 1"):
        intervals.family_size(1)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 41])
@pytest.mark.parametrize("family", [1, 15, 500_000])
def test_the_interval_is_the_paired_t_interval_at_its_share_of_alpha(n: int, family: int) -> None:
    a, b = noise(n), noise(n, seed=1)
    found = intervals.mean_difference(a - b, family=family)
    interval = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / family)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-7)
    assert found.half_width == pytest.approx((found.high - found.low) / 2)
    assert (found.n, found.mean, found.sd) == (n, pytest.approx((a - b).mean()), pytest.approx((a - b).std(ddof=1)))


def test_an_interval_worked_by_hand() -> None:
    """d = 1, 2, 3: mean 2, deviation 1, t(.975, 2) = 4.303 in any table."""
    found = intervals.mean_difference([1, 2, 3])
    assert (found.mean, found.sd, found.floored) == (2, 1, False)
    assert found.half_width == pytest.approx(4.303 / math.sqrt(3), abs=1e-3)


def test_one_seed_has_a_difference_and_no_interval() -> None:
    found = intervals.mean_difference([0.002], examples=1000)
    assert found.mean == 0.002
    assert all(math.isnan(it) for it in (found.sd, found.half_width, found.low, found.high))


def test_seeds_that_agree_by_rounding_are_not_believed_to_agree() -> None:
    """Three differences of 2 in 1,000 examples: without a floor the interval would be a point."""
    found = intervals.mean_difference([0.002] * 3, examples=1000)
    assert found.floored
    assert found.sd == pytest.approx(math.sqrt(0.001**2 / 6))
    assert found.high - found.low == pytest.approx(2 * 4.3027 * found.sd / math.sqrt(3), rel=1e-4)
    assert not intervals.mean_difference([0.002] * 3).floored
    varied = intervals.mean_difference([0.001, 0.002, 0.005], examples=1000)
    assert varied == intervals.mean_difference([0.001, 0.002, 0.005])


@pytest.mark.parametrize("d", [[], [0.1, math.nan], [0.1, math.inf], [[0.1]]])
def test_differences_that_are_none_are_refused(d: list[float]) -> None:
    """A seed dropped in silence is a seed that nobody counts."""
    with pytest.raises(ValueError, match="differences: "):
        intervals.mean_difference(d)


@pytest.mark.parametrize("wrong", [{"family": 0}, {"confidence": 1.0}, {"confidence": 95}, {"examples": 0}])
def test_an_impossible_family_confidence_or_number_of_examples_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"; it is (of )?\d"):
        intervals.mean_difference([0.1, 0.2], **wrong)


def test_all_pairs_at_once_are_each_pair_over_the_seeds_that_both_completed() -> None:
    values = noise(5, 7) / 1000 + 0.98
    values[0, 2] = values[1, 2] = values[1, 5] = math.nan
    values[3, 1:] = math.nan
    values[4] = math.nan
    pairs = intervals.pairwise_differences(values, examples=1000)
    for i, j in itertools.product(range(5), repeat=2):
        d = (values[i] - values[j])[~np.isnan(values[i] - values[j])]
        assert pairs.n[i, j] == d.size
        if not d.size:
            assert math.isnan(pairs.mean[i, j])
            assert math.isnan(pairs.low[i, j])
            continue
        one = intervals.mean_difference(d, family=10, examples=1000)
        for name in ("mean", "sd", "half_width", "low", "high", "floored"):
            assert getattr(pairs, name)[i, j] == pytest.approx(getattr(one, name), nan_ok=True, abs=1e-15)
    assert np.array_equal(pairs.low, -pairs.high.T, equal_nan=True)


def test_many_studies_at_once_are_each_study() -> None:
    values = noise(3, 4, 5)
    at_once = intervals.pairwise_differences(values, family=7, confidence=0.9)
    assert np.array_equal(at_once.low[1], intervals.pairwise_differences(values[1], family=7, confidence=0.9).low)


def test_a_thousand_contenders_are_compared() -> None:
    found = intervals.pairwise_differences(noise(1000, 10))
    assert found.low.shape == (1000, 1000)
    assert found.half_width[3, 8] == pytest.approx(
        -stats.t.ppf(0.025 / 499_500, 9) * found.sd[3, 8] / math.sqrt(10), rel=1e-6
    )


def test_an_infinite_metric_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        intervals.pairwise_differences([[1.0, math.inf], [0.0, 1.0]])
    with pytest.raises(ValueError, match="by seeds"):
        intervals.pairwise_differences([1.0, 2.0])
