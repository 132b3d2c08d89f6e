"""A row a contender: what stands in it, and what the caption has to say."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from compared_studies import compared, words
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, looked, noisy

from actsearch.analysis.charts import comparison_rows
from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.core.activation import Activation
from actsearch.core.trial_results import CandidateResult


def test_a_row_has_every_seed_the_mean_and_the_verdict() -> None:
    """By hand: 0.99 +- t(0.975, 2) = 4.303 times 0.001 / sqrt(3)."""
    table = compared(
        a_candidate("low", [0.979, 0.98, 0.981]), a_candidate("top", [0.989, 0.99, 0.991]), margin=0.001
    )  # fmt: skip
    rows = comparison_rows.ranking_table(table, "ranking").rows
    assert [row.name for row in rows] == ["top", "low"]
    assert rows[0].dots == (0.991, 0.99, 0.989)
    assert rows[0].middle == pytest.approx(0.99)
    assert (rows[0].low, rows[0].high) == pytest.approx((0.99 - 4.3027 * 0.001 / 3**0.5, 0.99 + 0.002484), abs=1e-6)
    assert rows[0].cells == ("3", "0.9900", "", "", "")
    assert rows[1].cells[:3] == ("3", "0.9800", "-0.0100")
    assert rows[1].cells[-1] == "worse"
    assert [row.is_leading for row in rows] == [True, False]


def test_what_diverged_failed_or_waits_is_told_at_its_row_and_in_the_caption() -> None:
    """A figure that drops them in silence makes the survivors look reliable."""
    trials = [a_trial(0.98 + s / 1000, s) for s in range(3)]
    trials += [a_trial(None, 3, "diverged"), a_trial(None, 4, "failed"), a_trial(None, 5, "waiting")]
    lost = CandidateResult("elu", Activation("elu"), {}, tuple(trials))
    figure = comparison_rows.ranking_table(compared(a_candidate("relu", noisy(0.99, 6)), lost), "ranking")
    (row,) = [row for row in figure.rows if row.name == "elu"]
    assert row.note == "1 diverged, 1 failed, 1 not finished"
    assert row.cells[0] == "3"
    assert len(row.dots) == 3
    assert "elu: 1 diverged, 1 failed, 1 not finished of 6 seeds" in words(figure.caption)


def test_whoever_diverged_more_often_gets_no_verdict_and_the_reason_without_its_name_twice() -> None:
    """The row has the name."""
    trials = [*(a_trial(0.985 + s / 10_000, s) for s in range(4)), a_trial(None, 4, "diverged")]
    lost = CandidateResult("elu", Activation("elu"), {}, tuple(trials))
    table = compared(a_candidate("relu", noisy(0.985, 5, sd=0.0001)), lost, margin=0.01)
    rows = {row.name: row for row in comparison_rows.ranking_table(table, "ranking").rows}
    told = [cell for row in rows.values() for cell in row.cells if "diverged" in cell]
    assert len(told) == 1
    assert told[0] in ("no verdict (diverged more often)", "no verdict (reference diverged more often)")


def test_what_the_axis_cuts_off_is_told() -> None:
    """A loser beyond the edge is no loser forgotten."""
    six = [a_candidate(f"c{i}", noisy(0.985 + i / 1000, 5, stream=i)) for i in range(5)]
    figure = comparison_rows.ranking_table(compared(*six, a_candidate("sigmoid", [0.1, 0.11, 0.12, 0.11, 0.1])), "x")
    assert figure.axis.cut == "low"
    assert figure.rows[-1].beyond == "5 seeds: 0.1000 to 0.1200"
    assert not any(row.beyond for row in figure.rows[:-1])
    assert "what lies beyond is told at its edge" in words(figure.caption)


def test_a_sequential_study_is_captioned_as_one() -> None:
    """Its intervals hold for its pairs at its looks, and no forecast is made."""
    (table,) = comparisons_of(looked())
    for figure in (comparison_rows.ranking_table(table, "x"), comparison_rows.differences_table(table, "x")):
        assert "hold for the one pair at all 4 looks together" in words(figure.caption)
        assert "would tell" not in words(figure.caption)


def test_the_leading_group_is_on_the_axis() -> None:
    """Two that are not told apart must both be seen, or the one that is cut off looks like the loser."""
    wide = a_candidate("wide", [0.90, 0.93, 0.985, 0.87, 0.95])
    figure = comparison_rows.ranking_table(
        compared(*(a_candidate(f"c{i}", noisy(0.98, 5)) for i in range(5)), wide), "x"
    )
    assert all(row.is_leading for row in figure.rows)
    assert figure.axis.holds(0.93)


def test_one_seed_has_a_dot_and_no_verdict() -> None:
    """People rank by one run; the figure must not help them."""
    figure = comparison_rows.ranking_table(compared(a_candidate("relu", [0.99]), a_candidate("elu", [0.98])), "ranking")
    assert math.isnan(figure.rows[0].low)
    assert figure.rows[1].cells[-1] == "no verdict"
    assert not any(row.is_leading for row in figure.rows)
    assert "no verdict" in words(figure.caption)
    assert figure.headline.startswith("No verdict")


def test_the_caption_warns_of_choosing_on_the_test_set() -> None:
    """Whoever cites the figure has to read it."""
    study = a_study(a_candidate("relu", noisy(0.99, 5)), a_candidate("elu", noisy(0.98, 5)), test=True)
    (table,) = comparisons_of(study)
    for figure in (comparison_rows.ranking_table(table, "x"), comparison_rows.differences_table(table, "x")):
        assert "choosing on test data" in words(figure.caption)
        assert figure.caption[-1].startswith("This holds for these data (SHA-256 000000000000…), this network")


def test_leaving_one_out_of_the_figure_changes_no_interval() -> None:
    """Else one could draw oneself a smaller family after having seen the results."""
    table = compared(*(a_candidate(f"c{i}", noisy(0.98 + i / 1000, 5, stream=i)) for i in range(4)))
    whole = comparison_rows.ranking_table(table, "x")
    some = comparison_rows.ranking_table(table, "x", {"c3", "c2", "c0"})
    assert [row.name for row in some.rows] == ["c3", "c2", "c0"]
    assert {row.name: row.cells for row in some.rows}.items() <= {row.name: row.cells for row in whole.rows}.items()
    assert "Compared, but not drawn: c1." in some.caption


def test_a_difference_is_seed_by_seed() -> None:
    """By hand: -0.01, -0.02, -0.03 of the seeds both completed."""
    top = a_candidate("top", [0.99, 0.99, 0.99, 0.99])
    gone = replace(a_candidate("low", [0.98, 0.97, 0.96]), label="low")
    gone = replace(gone, trials=(*gone.trials, a_trial(None, 3, "failed")))
    figure = comparison_rows.differences_table(compared(top, gone, margin=0.002), "differences")
    (row,) = figure.rows
    assert row.dots == pytest.approx((-0.01, -0.02, -0.03))
    assert row.middle == pytest.approx(-0.02)
    assert (row.low, row.high) == pytest.approx((-0.02 - 4.3027 * 0.01 / 3**0.5, -0.02 + 0.024842), abs=1e-5)
    assert figure.margin == 0.002
    assert row.cells[0] == "3"
    assert row.wide is None
    assert "on new data" not in figure.headings


def test_with_predictions_there_is_a_second_interval_for_new_data() -> None:
    """The test set's own noise, which more seeds can't reduce; never narrower than that of the seeds."""
    some = [a_predicted("relu", 0.9, 5), a_predicted("gelu", 0.92, 5, stream=1), a_predicted("elu", 0.8, 5, stream=2)]
    figure = comparison_rows.differences_table(compared(*some), "differences")
    assert figure.headings[-1] == "on new data"
    for row in figure.rows:
        assert row.wide is not None
        assert row.wide[0] <= row.low
        assert row.wide[1] >= row.high
        assert row.cells[-1] in ("better", "worse", "tied", "undecided")
    assert "1000 validation examples" in words(figure.caption)


def test_against_a_baseline_the_headline_says_who_is_what() -> None:
    """A sentence that ends with a colon says nothing."""
    rows = [a_candidate("relu", noisy(0.98, 5)), a_candidate("elu", noisy(0.99, 5)), a_candidate("selu", [0.9] * 5)]
    figure = comparison_rows.differences_table(compared(*rows, baseline="relu"), "x")
    assert figure.title == "Difference to relu"
    assert figure.headline == "Against relu, better is elu; worse is selu."
    assert [row.name for row in figure.rows] == ["elu", "selu"]


def test_an_undecided_row_says_how_many_seeds_would_tell() -> None:
    """The next thing one wants to know."""
    some = [a_candidate("relu", noisy(0.99, 5, 0.002)), a_candidate("elu", noisy(0.9895, 5, 0.002, stream=3))]
    table = compared(*some)
    pair = table.pair(1, 0)
    assert pair.forecast is not None
    (row,) = comparison_rows.differences_table(table, "x").rows
    assert row.cells[3] == f"undecided ({pair.forecast.low}-{pair.forecast.high} seeds)"
