"""Numbers without a verdict, against SciPy."""

from __future__ import annotations

import math

import pytest
from scipy import stats
from seed_values import ACCURACIES, OTHERS, noise

from actsearch.analysis.comparisons import summaries


def test_the_interval_of_one_mean_is_students() -> None:
    expected = stats.ttest_1samp(ACCURACIES, 0).confidence_interval(0.9)
    assert summaries.interval_of_mean(ACCURACIES, 0.9) == pytest.approx((expected.low, expected.high))
    assert all(map(math.isnan, summaries.interval_of_mean([1.0])))


@pytest.mark.parametrize("n", [1, 3, 4, 7, 8, 10, 13])
def test_the_interquartile_mean_is_rliables(n: int) -> None:
    assert summaries.interquartile_mean(noise(n)) == pytest.approx(stats.trim_mean(noise(n), 0.25))


def test_the_share_of_seeds_won_counts_a_tie_half() -> None:
    assert summaries.share_won([3, 2, 1, 5], [1, 2, 3, 4]) == 0.625
    assert summaries.share_won([3, 2, 1, 5], [1, 2, 3, 4], higher_is_better=False) == 0.375
    with pytest.raises(ValueError, match="pairs"):
        summaries.share_won([1, 2], [1])


def test_the_correlation_and_its_interval_are_scipys() -> None:
    expected = stats.pearsonr(ACCURACIES, OTHERS)
    interval = expected.confidence_interval(0.9)
    found = summaries.correlation(ACCURACIES, OTHERS, 0.9)
    assert found == pytest.approx((expected.statistic, interval.low, interval.high))


def test_a_correlation_is_not_given_where_there_is_none() -> None:
    assert all(map(math.isnan, summaries.correlation([0.1 + 0.2, 0.3, 0.3, 0.3], OTHERS[:4])))
    assert all(map(math.isnan, summaries.correlation([1], [2])))
    r, low, high = summaries.correlation([1, 2, 4], [1, 2, 3])
    assert r == pytest.approx(0.98198, abs=1e-5)
    assert math.isnan(low)
    assert math.isnan(high)
    assert summaries.correlation([1, 2, 3, 4], [2, 4, 6, 8]) == (1, 1, 1)


@pytest.mark.parametrize(("count", "n"), [(0, 5), (1, 5), (5, 5), (3, 10), (0, 1), (37, 1000)])
def test_the_interval_of_a_share_is_scipys_exact_one(count: int, n: int) -> None:
    expected = stats.binomtest(count, n).proportion_ci(0.95, method="exact")
    assert summaries.clopper_pearson(count, n) == pytest.approx((expected.low, expected.high))


def test_a_share_of_nothing_is_refused() -> None:
    for count, n in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="of at least one"):
            summaries.clopper_pearson(count, n)
