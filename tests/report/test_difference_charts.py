"""Nothing is drawn where it is not."""

from __future__ import annotations

import re

from comparison_cases import a_candidate, a_study, noisy
from read_pages import a_page

from actsearch.analysis.charts.comparison_rows import differences_table
from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.question import Question
from actsearch.core.results import ExperimentResult
from actsearch.report import difference_charts


def _drawn(svg: str) -> list[float]:
    """The places of the dots and means of a chart in a row, in percent."""
    return [float(place) for place in re.findall(r'class="(?:dot|mean)" cx="([-\d.]+)%"', svg)]


def far_off(*values: float) -> ExperimentResult:
    """A study of which one candidate is far below the others."""
    names = ("relu", "gelu", "elu")
    near = [a_candidate(name, noisy(0.98 - 0.001 * i, 5, stream=i)) for i, name in enumerate(names)]
    return a_study(*near, a_candidate("sigmoid", values))


def sigmoid_in(comparison: Comparison) -> Pair:
    """Its pair with the reference."""
    names = [contender.name for contender in comparison.contenders]
    return comparison.pair(names.index("sigmoid"), comparison.reference)


def test_no_difference_is_drawn_where_it_is_not() -> None:
    """A dot at the edge of the axis is read as a value, and would be a wrong one."""
    (comparison,) = comparisons_of(far_off(*noisy(0.9, 5, stream=9)), Question())
    charts = difference_charts.DifferenceCharts.of(comparison)
    pair = sigmoid_in(comparison)
    assert _drawn(charts.row(pair)) == _drawn(charts.small(pair)) == []
    assert 'class="interval"' not in charts.row(pair) + charts.small(pair)
    assert re.search("◂ 5 seeds: -0.08\\d\\d to -0.0\\d+<", charts.row(pair))
    assert "beyond the axis, 5 seeds" in charts.row(pair)  # for who cannot see it
    assert "◂ beyond" in charts.small(pair)
    assert "what lies beyond is told at its edge" in charts.cuts
    (comparison,) = comparisons_of(far_off(*noisy(0.978, 5, stream=9)), Question())
    assert "told at its edge" not in difference_charts.DifferenceCharts.of(comparison).cuts


def test_where_the_axis_ends_stands_below_the_chart() -> None:
    """Not every reader sees that a dot is missing."""
    assert "what lies beyond is told at its edge" in a_page(far_off(*noisy(0.9, 5, stream=9))).words


def test_a_seed_beyond_the_axis_is_told_beside_those_within_it() -> None:
    """One seed that failed to learn is news; its dot stands nowhere, and the interval goes on to it."""
    (comparison,) = comparisons_of(far_off(0.977, 0.978, 0.976, 0.977, 0.3), Question())
    charts = difference_charts.DifferenceCharts.of(comparison)
    row = charts.row(sigmoid_in(comparison))
    assert "1 of 5 seeds: -0.6" in row
    assert len(_drawn(row)) == 4  # neither that seed nor the mean that it draws along
    assert ">◂<" in row
    assert ">▸<" in row


def test_the_chart_of_differences_has_the_axis_of_the_figure() -> None:
    """Page and figure of one study must not show two pictures of it."""
    (comparison,) = comparisons_of(far_off(*noisy(0.9, 5, stream=9)), Question())
    scale = difference_charts.DifferenceCharts.of(comparison).scale
    axis = differences_table(comparison, "differences").axis
    assert (scale.low, scale.high) == (axis.low, axis.high)
