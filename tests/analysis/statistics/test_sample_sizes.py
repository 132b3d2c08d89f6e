"""Power and numbers of seeds against SciPy and published tables."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from actsearch.analysis.statistics import sample_sizes


@pytest.mark.parametrize("n", [2, 3, 5, 20, 2000])
@pytest.mark.parametrize("family", [1, 15, 5000])
@pytest.mark.parametrize("effect", [0.0, 0.01, 0.2, 3.0, 1000.0])
def test_power_is_that_of_the_non_central_t(n: int, family: int, effect: float) -> None:
    """Integrated over the deviation's distribution, with no non-central t in it."""
    rho, sd = 0.3, 0.05
    shift = effect / (sd * math.sqrt(1.4)) * math.sqrt(n)
    limit = stats.t.isf(0.025 / family, n - 1)
    places = (np.arange(50_000) + 0.5) / 50_000
    scaled = limit * np.sqrt(stats.chi2.ppf(places, n - 1) / (n - 1))
    expected = (stats.norm.sf(scaled - shift) + stats.norm.cdf(-scaled - shift)).mean()
    found = sample_sizes.power_to_detect(-effect, sd, n, rho=rho, family=family)
    assert found == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("n", [2, 5, 30, 1000, 100_000, 100_001])
def test_power_is_scipys_where_scipy_has_it(n: int) -> None:
    for shift, limit in itertools.product((0.0, 0.5, 2.0, 6.0), (1, 15)):
        found = sample_sizes.power_to_detect(shift / math.sqrt(n), math.sqrt(0.5), n, family=limit)
        at = stats.t.isf(0.025 / limit, n - 1)
        above, below = stats.nct.sf(at, n - 1, shift), stats.nct.cdf(-at, n - 1, shift)
        assert found == pytest.approx(above + np.nan_to_num(below), abs=2e-6 if n <= 100_000 else 2e-5)


def test_the_table_of_detectable_differences() -> None:
    """Percentage points at 80 % power, a deviation of 0.05 per candidate, uncorrelated: what a plan is made by."""
    table = {
        2: (0.82, 4.1, 12),
        3: (0.23, 0.52, 0.90),
        5: (0.119, 0.186, 0.248),
        10: (0.070, 0.094, 0.111),
        20: (0.047, 0.059, 0.067),
    }
    for n, row in table.items():
        found = [sample_sizes.detectable_difference(0.05, n, family=family) for family in (1, 5, 15)]
        assert found == pytest.approx(row, rel=0.025), n


def test_a_detectable_difference_has_the_power_asked_for() -> None:
    for n, family, power in ((2, 500_000, 0.8), (5, 1, 0.06), (10, 15, 0.99)):
        effect = sample_sizes.detectable_difference(0.05, n, rho=0.5, family=family, power=power)
        assert sample_sizes.power_to_detect(effect, 0.05, n, rho=0.5, family=family) == pytest.approx(power)
    assert sample_sizes.detectable_difference(0.05, 1) == math.inf
    assert sample_sizes.power_to_detect(0.1, 0.05, 1) == 0
    assert sample_sizes.detectable_difference(0.0, 5) == 0
    assert sample_sizes.detectable_difference(0.05, 5, rho=0.75) == pytest.approx(
        sample_sizes.detectable_difference(0.05, 5) / 2
    )
    with pytest.raises(ValueError, match="power"):
        sample_sizes.detectable_difference(0.05, 5, power=0.05)


def test_without_noise_every_difference_is_found() -> None:
    assert sample_sizes.power_to_detect(0.1, 0.0, 2) == 1
    assert sample_sizes.power_to_detect(0.1, 0.05, 2, rho=1.0) == 1
    assert sample_sizes.power_to_detect(0.0, 0.0, 2) == 0
    with pytest.raises(ValueError, match="no such"):
        sample_sizes.power_to_detect(0.1, -1.0, 2)
    with pytest.raises(ValueError, match="no such"):
        sample_sizes.power_to_detect(0.1, 1.0, 2, rho=1.5)


def test_the_seeds_that_settle_any_difference() -> None:
    """11, 18 and 22 seeds for two candidates, a baseline of six, and all pairs of six."""
    assert [sample_sizes.seeds_to_tie(0.05, 0.1, family=family) for family in (1, 5, 15)] == [11, 18, 22]
    assert sample_sizes.seeds_to_tie(0.0, 0.1) == 2
    with pytest.raises(ValueError, match="margin"):
        sample_sizes.seeds_to_tie(0.05, 0.0)
    with pytest.raises(ValueError, match="not even"):
        sample_sizes.seeds_to_tie(1.0, 1e-9)


def test_the_seeds_that_find_a_difference() -> None:
    for effect, family in ((0.12, 1), (0.1, 15), (0.01, 5), (1000.0, 1)):
        n = sample_sizes.seeds_to_detect(effect, 0.05, family=family)
        assert sample_sizes.power_to_detect(effect, 0.05, n, family=family) >= 0.8
        assert n == 2 or sample_sizes.power_to_detect(effect, 0.05, n - 1, family=family) < 0.8
    with pytest.raises(ValueError, match="effect"):
        sample_sizes.seeds_to_detect(0.0, 0.05)


def test_how_much_a_choice_flatters() -> None:
    """The largest of nine standard normals is 1.485 in the mean."""
    assert sample_sizes.expected_best(9) == pytest.approx(1.485, abs=5e-4)
    assert sample_sizes.expected_best(1) == pytest.approx(0, abs=1e-12)
    assert sample_sizes.expected_best(2) == pytest.approx(1 / math.sqrt(math.pi))
    with pytest.raises(ValueError, match="at least one"):
        sample_sizes.expected_best(0)


def test_the_looks_end_where_the_seeds_do() -> None:
    assert sample_sizes.seeds_at_looks(20) == (5, 8, 12, 20)
    assert sample_sizes.seeds_at_looks(10) == (5, 8, 10)
    assert sample_sizes.seeds_at_looks(5) == (5,)
    assert sample_sizes.seeds_at_looks(3) == (3,)
    assert sample_sizes.seeds_at_looks(32) == (5, 8, 12, 20, 32)
    assert sample_sizes.seeds_at_looks(60) == (5, 8, 12, 20, 32, 51, 60)
    with pytest.raises(ValueError, match="a verdict needs 3 seeds; there may be 2"):
        sample_sizes.seeds_at_looks(2)
