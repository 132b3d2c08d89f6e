"""An axis on which the contenders can be told apart, whatever the worst of them does."""

from __future__ import annotations

import math

import pytest
from compared_studies import compared
from comparison_cases import a_candidate, noisy

from actsearch.analysis.charts import comparison_rows, value_axis


def test_an_axis_has_everything_unless_the_worst_is_far_off() -> None:
    """A sigmoid at 0.11 squashes the others so that none can be told from another."""
    rows = [[0.99, 0.991], [0.985, 0.986], [0.988, 0.989]]
    everything = value_axis.value_span(rows, higher_is_better=True)
    assert everything.cut is None
    assert all(everything.holds(value) for row in rows for value in row)
    cut = value_axis.value_span([*rows, [0.11, 0.112]], higher_is_better=True)
    assert cut.cut == "low"
    assert 0.984 < cut.low < 0.985
    assert cut.high == everything.high


def test_a_spread_without_a_gap_is_shown_whole() -> None:
    """Six that follow each other from 0.985 to 0.972: an axis for the better three hides what was to be compared."""
    rows = [[0.985 - 0.001 * i**1.6 + noise for noise in noisy(0, 10, 0.0005, stream=i)] for i in range(6)]
    assert value_axis.value_span(rows, higher_is_better=True).cut is None
    smooth = [[0.99 - 0.001 * i] for i in range(60)]
    assert value_axis.value_span(smooth, higher_is_better=True).cut is None


def test_the_baseline_is_on_the_axis_however_bad() -> None:
    """Everything is compared with it."""
    some = [a_candidate(f"c{i}", noisy(0.99, 5, stream=i)) for i in range(4)]
    table = compared(*some, a_candidate("sigmoid", [0.11, 0.111, 0.112]), baseline="sigmoid")
    axis = comparison_rows.ranking_table(table, "x").axis
    assert axis.holds(0.111)
    assert axis.holds(0.99)


def test_where_the_axis_cuts_off_a_mean_it_is_told_before_the_seeds() -> None:
    """Else the seeds that are left read as its place: two at 0.984, and the mean is 0.8804."""
    good = [a_candidate(f"c{i}", noisy(0.985, 5, 0.0005, stream=i)) for i in range(3)]
    table = compared(*good, a_candidate("torn", [0.984, 0.983, 0.985, 0.55, 0.9]))
    row = comparison_rows.ranking_table(table, "x").rows[-1]
    assert (row.name, row.beyond) == ("torn", "mean 0.8804; 2 of 5 seeds: 0.5500 to 0.9000")
    (row,) = (row for row in comparison_rows.differences_table(table, "x").rows if row.name == "torn")
    assert row.beyond.startswith("mean -0.10")


def test_one_far_seed_of_a_good_activation_is_cut_off_alone() -> None:
    """One run in ten that learned nothing must not hide the nine that did."""
    rows = [[0.99, 0.991, 0.11], [0.985, 0.986, 0.987], [0.988, 0.989, 0.9885]]
    assert 0.98 < value_axis.value_span(rows, higher_is_better=True).low < 0.985


def test_of_a_loss_it_is_the_high_values_that_are_cut_off() -> None:
    """Of a loss the worst are at the top."""
    cut = value_axis.value_span([[0.02, 0.03], [0.025, 0.028], [0.03, 0.031], [2.3, 2.4]], higher_is_better=False)
    assert cut.cut == "high"
    assert 0.031 < cut.high < 0.05


def test_two_contenders_are_both_on_the_axis() -> None:
    """A comparison with one of the two beyond the edge shows nothing."""
    rows = [[0.99 + i / 10_000 for i in range(10)], [0.5 + i / 10_000 for i in range(10)]]
    assert value_axis.value_span(rows, higher_is_better=True).cut is None


def test_nothing_is_cut_off_of_a_few_points() -> None:
    """Three runs fit on any axis."""
    assert value_axis.value_span([[0.991], [0.99], [0.11]], higher_is_better=True).cut is None


def test_an_interval_of_two_seeds_does_not_squash_them() -> None:
    """It may be thirteen times as wide as they are apart."""
    axis = value_axis.value_span([[0.99, 0.991], [0.992, 0.993]], [(0.9, 1.08), (math.nan, math.nan)],
                                  higher_is_better=True)  # fmt: skip
    assert axis.high - axis.low < 3.5 * 0.003


def test_zero_and_the_margin_are_on_the_axis_of_differences() -> None:
    """Without them nobody sees what a difference means."""
    far = [-0.2 - i / 1000 for i in range(10)]
    axis = value_axis.value_span([far], higher_is_better=True, always=(-0.001, 0.0, 0.001))
    assert axis.holds(0.001)
    assert all(axis.holds(value) for value in far)


@pytest.mark.parametrize("rows", [[], [[]], [[0.5]], [[0.5, 0.5]], [[0.0] * 9]])
def test_an_axis_has_a_length(rows: list[list[float]]) -> None:
    """Equal values, one, or none."""
    axis = value_axis.value_span(rows, higher_is_better=True)
    assert axis.low < axis.high
    assert all(axis.holds(value) for row in rows for value in row)
