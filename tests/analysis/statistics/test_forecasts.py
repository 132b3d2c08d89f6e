"""How many seeds an undecided pair needs, against a search through all numbers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from actsearch.analysis.comparisons import verdicts
from actsearch.analysis.statistics import forecasts
from actsearch.analysis.statistics.forecasts import Forecast


def by_search(mean: float, sd: float, margin: float, family: int) -> int:
    room = max(abs(mean), margin - abs(mean))
    return next(n for n in range(2, 100_000) if stats.t.ppf(1 - 0.025 / family, n - 1) * sd / math.sqrt(n) < room)


@pytest.mark.parametrize("family", [1, 15])
@pytest.mark.parametrize("margin", [0.0, 0.1])
@pytest.mark.parametrize("mean", [0.04, -0.07, 0.1, 0.3])
def test_a_forecast_is_the_first_number_of_seeds_that_settles_it(mean: float, margin: float, family: int) -> None:
    found = forecasts.forecast_seeds(mean, 0.4, 5, margin, family=family)
    assert found is not None
    assert found.seeds == max(by_search(mean, 0.4, margin, family), 6)


def test_the_range_of_a_forecast_is_of_what_the_seeds_leave_possible() -> None:
    """Against 20,000 draws of the deviation and the mean, each searched for by itself."""
    random, n, mean, sd = np.random.default_rng(0), 5, 0.3, 0.4
    found = forecasts.forecast_seeds(mean, sd, n, 0.1)
    assert found is not None
    deviations = sd * np.sqrt((n - 1) / random.chisquare(n - 1, size=20_000))
    means = np.abs(random.normal(mean, deviations / math.sqrt(n)))
    room = np.maximum(means, 0.1 - means)
    seeds = np.arange(2, 20_000)
    widths = stats.t.ppf(0.975, seeds - 1) / np.sqrt(seeds)
    needed = np.sort([seeds[np.argmax(widths < most)] for most in room / deviations])
    assert found.low == max(needed[2_000], 6)
    assert found.high == pytest.approx(needed[18_000], rel=0.1)


def test_a_forecast_of_an_undecided_pair_is_of_more_seeds_than_there_are() -> None:
    for mean, sd in itertools.product((0.0, 0.0001, 0.0005, 0.0009, 0.001, 0.0011), (0.0008, 0.001, 0.01)):
        half = 2.776 * sd / math.sqrt(5)
        if verdicts.verdict_of_interval(mean - half, mean + half, 0.001) == "undecided":
            found = forecasts.forecast_seeds(mean, sd, 5, 0.001)
            assert found is not None
            assert 6 <= found.low <= found.seeds <= found.high


def test_there_is_no_forecast_where_there_is_none() -> None:
    assert forecasts.forecast_seeds(0.0, 0.1, 5, 0.0) is None
    assert forecasts.forecast_seeds(1e-6, 0.1, 5, 0.0) is None
    assert forecasts.forecast_seeds(0.1, 0.1, 2, 0.0) is None
    assert forecasts.forecast_seeds(0.1, math.nan, 5, 0.0) is None
    assert forecasts.forecast_seeds(0.05, 1.0, 5, 0.1, most=1000) is None
    assert forecasts.forecast_seeds(0.05, 0.0, 5, 0.1) == Forecast(5, 5, 5)


def test_a_forecast_does_not_go_beyond_the_most() -> None:
    found = forecasts.forecast_seeds(0.05, 0.5, 5, 0.0, most=500)
    assert found is not None
    assert (found.seeds, found.high) == (by_search(0.05, 0.5, 0.0, 1), 500)
