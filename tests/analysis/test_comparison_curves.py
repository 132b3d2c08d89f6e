"""What the figures of comparisons show, against numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, looked, noisy

from actsearch.analysis import comparison_curves
from actsearch.analysis.comparison import Comparison, Question, compare
from actsearch.core.errors import NothingToShow, UserError
from actsearch.core.experiment import Activation
from actsearch.core.results import Choice, ExperimentResult
from actsearch.core.trial_results import CandidateResult

RATE = "training.optimizer.learning_rate"


def compared(*candidates: CandidateResult, **question: Any) -> Comparison:
    (found,) = compare(a_study(*candidates), Question(**question))
    return found


def words(caption: Sequence[str]) -> str:
    return " ".join(caption)


# --- the axis


def test_an_axis_has_everything_unless_the_worst_is_far_off() -> None:
    """A sigmoid at 0.11 squashes the others so that none can be told from another."""
    rows = [[0.99, 0.991], [0.985, 0.986], [0.988, 0.989]]
    everything = comparison_curves.span(rows, higher_is_better=True)
    assert everything.cut is None
    assert all(everything.holds(value) for row in rows for value in row)
    cut = comparison_curves.span([*rows, [0.11, 0.112]], higher_is_better=True)
    assert cut.cut == "low"
    assert 0.984 < cut.low < 0.985
    assert cut.high == everything.high


def test_a_spread_without_a_gap_is_shown_whole() -> None:
    """Six that follow each other from 0.985 to 0.972: an axis for the better three hides what was to be compared."""
    rows = [[0.985 - 0.001 * i**1.6 + noise for noise in noisy(0, 10, 0.0005, stream=i)] for i in range(6)]
    assert comparison_curves.span(rows, higher_is_better=True).cut is None
    smooth = [[0.99 - 0.001 * i] for i in range(60)]
    assert comparison_curves.span(smooth, higher_is_better=True).cut is None


def test_the_baseline_is_on_the_axis_however_bad() -> None:
    """Everything is compared with it."""
    some = [a_candidate(f"c{i}", noisy(0.99, 5, stream=i)) for i in range(4)]
    table = compared(*some, a_candidate("sigmoid", [0.11, 0.111, 0.112]), baseline="sigmoid")
    axis = comparison_curves.ranking(table, "x").axis
    assert axis.holds(0.111)
    assert axis.holds(0.99)


def test_where_the_axis_cuts_off_a_mean_it_is_told_before_the_seeds() -> None:
    """Else the seeds that are left read as its place: two at 0.984, and the mean is 0.8804."""
    good = [a_candidate(f"c{i}", noisy(0.985, 5, 0.0005, stream=i)) for i in range(3)]
    table = compared(*good, a_candidate("torn", [0.984, 0.983, 0.985, 0.55, 0.9]))
    row = comparison_curves.ranking(table, "x").rows[-1]
    assert (row.name, row.beyond) == ("torn", "mean 0.8804; 2 of 5 seeds: 0.5500 to 0.9000")
    (row,) = (row for row in comparison_curves.differences(table, "x").rows if row.name == "torn")
    assert row.beyond.startswith("mean -0.10")


def test_one_far_seed_of_a_good_activation_is_cut_off_alone() -> None:
    """One run in ten that learned nothing must not hide the nine that did."""
    rows = [[0.99, 0.991, 0.11], [0.985, 0.986, 0.987], [0.988, 0.989, 0.9885]]
    assert 0.98 < comparison_curves.span(rows, higher_is_better=True).low < 0.985


def test_of_a_loss_it_is_the_high_values_that_are_cut_off() -> None:
    """Of a loss the worst are at the top."""
    cut = comparison_curves.span([[0.02, 0.03], [0.025, 0.028], [0.03, 0.031], [2.3, 2.4]], higher_is_better=False)
    assert cut.cut == "high"
    assert 0.031 < cut.high < 0.05


def test_two_contenders_are_both_on_the_axis() -> None:
    """A comparison with one of the two beyond the edge shows nothing."""
    rows = [[0.99 + i / 10_000 for i in range(10)], [0.5 + i / 10_000 for i in range(10)]]
    assert comparison_curves.span(rows, higher_is_better=True).cut is None


def test_nothing_is_cut_off_of_a_few_points() -> None:
    """Three runs fit on any axis."""
    assert comparison_curves.span([[0.991], [0.99], [0.11]], higher_is_better=True).cut is None


def test_an_interval_of_two_seeds_does_not_squash_them() -> None:
    """It may be thirteen times as wide as they are apart."""
    axis = comparison_curves.span([[0.99, 0.991], [0.992, 0.993]], [(0.9, 1.08), (math.nan, math.nan)],
                                  higher_is_better=True)  # fmt: skip
    assert axis.high - axis.low < 3.5 * 0.003


def test_zero_and_the_margin_are_on_the_axis_of_differences() -> None:
    """Without them nobody sees what a difference means."""
    far = [-0.2 - i / 1000 for i in range(10)]
    axis = comparison_curves.span([far], higher_is_better=True, always=(-0.001, 0.0, 0.001))
    assert axis.holds(0.001)
    assert all(axis.holds(value) for value in far)


@pytest.mark.parametrize("rows", [[], [[]], [[0.5]], [[0.5, 0.5]], [[0.0] * 9]])
def test_an_axis_has_a_length(rows: list[list[float]]) -> None:
    """Equal values, one, or none."""
    axis = comparison_curves.span(rows, higher_is_better=True)
    assert axis.low < axis.high
    assert all(axis.holds(value) for row in rows for value in row)


# --- the ranking


def test_a_row_has_every_seed_the_mean_and_the_verdict() -> None:
    """By hand: 0.99 +- t(0.975, 2) = 4.303 times 0.001 / sqrt(3)."""
    table = compared(
        a_candidate("low", [0.979, 0.98, 0.981]), a_candidate("top", [0.989, 0.99, 0.991]), margin=0.001
    )  # fmt: skip
    rows = comparison_curves.ranking(table, "ranking").rows
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
    figure = comparison_curves.ranking(compared(a_candidate("relu", noisy(0.99, 6)), lost), "ranking")
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
    rows = {row.name: row for row in comparison_curves.ranking(table, "ranking").rows}
    told = [cell for row in rows.values() for cell in row.cells if "diverged" in cell]
    assert len(told) == 1
    assert told[0] in ("no verdict (diverged more often)", "no verdict (reference diverged more often)")


def test_what_the_axis_cuts_off_is_told() -> None:
    """A loser beyond the edge is no loser forgotten."""
    six = [a_candidate(f"c{i}", noisy(0.985 + i / 1000, 5, stream=i)) for i in range(5)]
    figure = comparison_curves.ranking(compared(*six, a_candidate("sigmoid", [0.1, 0.11, 0.12, 0.11, 0.1])), "x")
    assert figure.axis.cut == "low"
    assert figure.rows[-1].beyond == "5 seeds: 0.1000 to 0.1200"
    assert not any(row.beyond for row in figure.rows[:-1])
    assert "what lies beyond is told at its edge" in words(figure.caption)


def test_a_sequential_study_is_captioned_as_one() -> None:
    """Its intervals hold for its pairs at its looks, and no forecast is made."""
    (table,) = compare(looked())
    for figure in (comparison_curves.ranking(table, "x"), comparison_curves.differences(table, "x")):
        assert "hold for the one pair at all 4 looks together" in words(figure.caption)
        assert "would tell" not in words(figure.caption)


def test_the_leading_group_is_on_the_axis() -> None:
    """Two that are not told apart must both be seen, or the one that is cut off looks like the loser."""
    wide = a_candidate("wide", [0.90, 0.93, 0.985, 0.87, 0.95])
    figure = comparison_curves.ranking(compared(*(a_candidate(f"c{i}", noisy(0.98, 5)) for i in range(5)), wide), "x")
    assert all(row.is_leading for row in figure.rows)
    assert figure.axis.holds(0.93)


def test_one_seed_has_a_dot_and_no_verdict() -> None:
    """People rank by one run; the figure must not help them."""
    figure = comparison_curves.ranking(compared(a_candidate("relu", [0.99]), a_candidate("elu", [0.98])), "ranking")
    assert math.isnan(figure.rows[0].low)
    assert figure.rows[1].cells[-1] == "no verdict"
    assert not any(row.is_leading for row in figure.rows)
    assert "no verdict" in words(figure.caption)
    assert figure.headline.startswith("No verdict")


def test_the_caption_warns_of_choosing_on_the_test_set() -> None:
    """Whoever cites the figure has to read it."""
    study = a_study(a_candidate("relu", noisy(0.99, 5)), a_candidate("elu", noisy(0.98, 5)), test=True)
    (table,) = compare(study)
    for figure in (comparison_curves.ranking(table, "x"), comparison_curves.differences(table, "x")):
        assert "choosing on test data" in words(figure.caption)
        assert figure.caption[-1].startswith("This holds for these data (SHA-256 000000000000…), this network")


def test_leaving_one_out_of_the_figure_changes_no_interval() -> None:
    """Else one could draw oneself a smaller family after having seen the results."""
    table = compared(*(a_candidate(f"c{i}", noisy(0.98 + i / 1000, 5, stream=i)) for i in range(4)))
    whole = comparison_curves.ranking(table, "x")
    some = comparison_curves.ranking(table, "x", {"c3", "c2", "c0"})
    assert [row.name for row in some.rows] == ["c3", "c2", "c0"]
    assert {row.name: row.cells for row in some.rows}.items() <= {row.name: row.cells for row in whole.rows}.items()
    assert "Compared, but not drawn: c1." in some.caption


# --- the differences


def test_a_difference_is_seed_by_seed() -> None:
    """By hand: -0.01, -0.02, -0.03 of the seeds both completed."""
    top = a_candidate("top", [0.99, 0.99, 0.99, 0.99])
    gone = replace(a_candidate("low", [0.98, 0.97, 0.96]), label="low")
    gone = replace(gone, trials=(*gone.trials, a_trial(None, 3, "failed")))
    figure = comparison_curves.differences(compared(top, gone, margin=0.002), "differences")
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
    figure = comparison_curves.differences(compared(*some), "differences")
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
    figure = comparison_curves.differences(compared(*rows, baseline="relu"), "x")
    assert figure.title == "Difference to relu"
    assert figure.headline == "Against relu, better is elu; worse is selu."
    assert [row.name for row in figure.rows] == ["elu", "selu"]


def test_an_undecided_row_says_how_many_seeds_would_tell() -> None:
    """The next thing one wants to know."""
    some = [a_candidate("relu", noisy(0.99, 5, 0.002)), a_candidate("elu", noisy(0.9895, 5, 0.002, stream=3))]
    table = compared(*some)
    pair = table.pair(1, 0)
    assert pair.forecast is not None
    (row,) = comparison_curves.differences(table, "x").rows
    assert row.cells[3] == f"undecided ({pair.forecast.low}-{pair.forecast.high} seeds)"


# --- the matrix


def test_the_matrix_says_both_ways_what_each_pair_is() -> None:
    """A row reads from left to right: what its contender is against each of the others."""
    some = [a_candidate("a", noisy(0.99, 8)), a_candidate("b", noisy(0.99, 8)), a_candidate("c", noisy(0.9, 8))]
    found = comparison_curves.matrix(compared(*some), "m")
    assert found is not None
    assert found.names == ("a", "b", "c")
    verdicts = [[None if cell is None else cell.verdict for cell in row] for row in found.cells]
    assert verdicts == [[None, "tied", "better"], ["tied", None, "better"], ["worse", "worse", None]]
    assert found.cells[0][2] is not None
    assert found.cells[0][2].text == "+0.0900"
    assert found.leading == (True, True, False)


def test_the_sign_of_a_verdict_does_not_contradict_the_number_below_it() -> None:
    """Of a loss the better is the lower: a `>` above -0.0900 says two things at once."""
    some = [a_candidate("a", noisy(0.99, 8)), a_candidate("b", noisy(0.99, 8)), a_candidate("c", noisy(0.9, 8))]
    found = comparison_curves.matrix(compared(*some, metric="val_loss"), "m")
    assert found is not None
    assert found.cells[0][2] is not None
    assert (found.cells[0][2].verdict, found.cells[0][2].text) == ("better", "-0.09000")
    assert "▲ better, ▼ worse" in words(found.caption)
    assert not {">", "<"} & set(comparison_curves.SYMBOLS.values())


def test_there_is_no_matrix_of_what_was_not_compared() -> None:
    """With a baseline only its pairs are in the family; without verdicts, or of two, a matrix says nothing more."""
    some = [a_candidate(f"c{i}", noisy(0.99, 5, stream=i)) for i in range(13)]
    assert comparison_curves.matrix(compared(*some[:3], baseline="c0"), "m") is None
    assert comparison_curves.matrix(compared(*some[:2]), "m") is None
    assert comparison_curves.matrix(compared(*some), "m") is None
    assert comparison_curves.matrix(compared(*some[:12]), "m") is not None
    few = [a_candidate(f"c{i}", [0.99, 0.98]) for i in range(3)]
    assert comparison_curves.matrix(compared(*few), "m") is None


# --- the sensitivity to a setting


def a_grid(
    table: Mapping[str, Mapping[Any, Sequence[float | None]]], key: str = RATE, **rest: Any
) -> list[CandidateResult]:
    """By label and value of the key the values of the seeds; None is a trial that diverged."""
    return [
        CandidateResult(
            label,
            Activation(label),
            {key: value, **rest},
            tuple(a_trial(v, s, "diverged" if v is None else "completed") for s, v in enumerate(values)),
        )
        for label, by_value in table.items()
        for value, values in by_value.items()
    ]


TWO = {
    "relu": {0.01: [0.9, 0.92], 0.001: [0.98, 0.96], 0.1: [None, 0.7]},
    "elu": {0.01: [0.95, 0.97], 0.001: [0.9, 0.9], 0.1: [None, None]},
}


def test_sensitivity_is_the_mean_and_range_of_the_seeds_over_the_rate() -> None:
    """In the order of the rate, whatever the order of the file; what diverged is counted."""
    figure = comparison_curves.sensitivity(a_study(*a_grid(TWO)), Question(), "s")
    assert (figure.x, figure.x_names, figure.is_log) == ((0.001, 0.01, 0.1), ("0.001", "0.01", "0.1"), True)
    relu, elu = figure.panels[0].lines
    assert relu.mean == pytest.approx((0.97, 0.91, 0.7))
    assert (relu.low, relu.high) == ((0.96, 0.9, 0.7), (0.98, 0.92, 0.7))
    assert relu.lost == (comparison_curves.Lost(0.1, 1, 2),)
    assert (relu.chosen, relu.last_on(figure.axis)) == (0, 2)
    assert math.isnan(elu.mean[2])
    assert (elu.chosen, elu.last_on(figure.axis)) == (1, 1)
    assert [one.text for one in (*relu.beyond(figure.axis), *elu.beyond(figure.axis))] == [
        "1/2 diverged",
        "2/2 diverged",
    ]
    assert "Trials that diverged or failed are counted below" in words(figure.caption)
    assert "it flatters" in words(figure.caption)


def test_with_tuning_seeds_their_trials_are_drawn_and_the_choice_is_marked() -> None:
    """Those that are compared are at one setting alone."""
    candidates = [replace(c, tuning=c.trials, trials=()) for c in a_grid(TWO)]
    chosen = (Choice("relu", {RATE: 0.01}, 0.91, (0, 1)),)
    study = replace(a_study(*candidates), tuning_seeds=(0, 1), chosen=chosen)
    figure = comparison_curves.sensitivity(study, Question(), "s", comparison_curves.shown(study, ()))
    relu, elu = figure.panels[0].lines
    assert relu.mean == pytest.approx((0.97, 0.91, 0.7))
    assert (relu.chosen, elu.chosen) == (1, None)
    assert "the settings chosen on these seeds" in words(figure.caption)


def test_each_point_of_the_rest_of_the_grid_is_a_panel() -> None:
    """Two settings at once can't share an axis."""
    both = [*a_grid(TWO, **{"model.dropout": 0.5}), *a_grid(TWO, **{"model.dropout": 0.0})]
    figure = comparison_curves.sensitivity(a_study(*both), Question(), "s")
    assert [panel.title for panel in figure.panels] == ["dropout = 0.5", "dropout = 0"]
    assert figure.x_label == "learning rate"


def test_settings_without_an_order_stand_on_even_steps() -> None:
    """Optimizers, initializers and booleans."""
    values: dict[Any, Sequence[float]] = {"adam": [0.9], "sgd": [0.8], True: [0.7]}
    figure = comparison_curves.sensitivity(a_study(*a_grid({"relu": values}, key="model.what")), Question(), "s")
    assert (figure.x, figure.is_log) == ((0.0, 1.0, 2.0), False)
    assert figure.x_names == ("adam", "sgd", "true")


def test_a_rate_that_ruins_everything_does_not_hide_the_good_ones() -> None:
    """And each value that the axis cuts off is told below, at its rate."""
    table = {name: {0.001: [0.98 + i / 100], 0.01: [0.985 + i / 100], 0.1: [0.975], 1.0: [0.1]}
             for i, name in enumerate(("relu", "elu"))}  # fmt: skip
    figure = comparison_curves.sensitivity(a_study(*a_grid(table)), Question(), "s")
    assert figure.axis.cut == "low"
    assert figure.axis.low > 0.9
    for line in figure.panels[0].lines:
        assert line.beyond(figure.axis) == (comparison_curves.Beyond(1.0, "▾ 0.1000", False),)
        assert line.last_on(figure.axis) == 2
    assert "means beyond it are told below (▾)" in words(figure.caption)


def test_below_the_axis_stand_the_chosen_setting_and_what_failed() -> None:
    """One that is off the axis everywhere still has its best setting, and a trial that failed is not just missing."""
    far = a_candidate("far", [0.1], {RATE: 0.1}), a_candidate("far", [0.2], {RATE: 0.2})
    lost = CandidateResult("far", Activation("far"), {RATE: 0.3}, (a_trial(None, 0, "failed"),))
    good = [a_candidate(name, [0.98 + i / 1000], {RATE: rate}) for name in "abc" for i, rate in enumerate((0.1, 0.2))]
    figure = comparison_curves.sensitivity(a_study(*good, *far, lost), Question(), "s")
    line = figure.panels[0].lines[-1]
    assert [(one.text, one.is_chosen) for one in line.beyond(figure.axis)] == [
        ("▾ 0.1000", False),
        ("▾ 0.2000", True),
        ("1/1 failed", False),
    ]
    assert line.last_on(figure.axis) is None


def test_settings_that_are_worse_are_shown_as_such() -> None:
    """A rate at which all lose two points is what the figure is for, and nothing to be cut off."""
    lost = {"relu": (0.9947, 0.993, 0.982), "elu": (0.993, 0.9945, 0.988), "tanh": (0.9889, 0.987, 0.9696)}
    table = {name: dict(zip((0.001, 0.003, 0.01), ([v] for v in values), strict=True)) for name, values in lost.items()}
    assert comparison_curves.sensitivity(a_study(*a_grid(table)), Question(), "s").axis.cut is None


def test_the_range_of_the_best_is_on_the_axis() -> None:
    """A band that is cut at the top looks like a range that ends there."""
    table = {"relu": {0.001: [0.980, 0.986], 0.01: [0.970, 0.974]}, "elu": {0.001: [0.97, 0.98], 0.01: [0.97, 0.97]}}
    figure = comparison_curves.sensitivity(a_study(*a_grid(table)), Question(), "s")
    assert figure.axis.holds(0.986)


def test_without_a_grid_there_is_a_remedy() -> None:
    """One line, that says what to add."""
    with pytest.raises(NothingToShow, match=r"learning_rate: \[0.0003"):
        comparison_curves.sensitivity(a_study(a_candidate("relu", [0.9])), Question(), "s")


def test_a_grid_that_is_not_trained_yet_has_nothing_to_show() -> None:
    """Not an empty figure."""
    with pytest.raises(NothingToShow, match="run it to the end"):
        comparison_curves.sensitivity(a_study(*a_grid({"relu": {0.1: [None], 0.2: [None]}})), Question(), "s")


# --- how fast they learn


def a_learner(label: str, *curves: Sequence[float]) -> CandidateResult:
    """A candidate with these validation accuracies by epoch, a seed each; its epochs take 2 seconds (the median)."""
    trials = tuple(a_trial(curve[-1], s, curve=curve[:-1]) for s, curve in enumerate(curves))
    return CandidateResult(label, Activation(label), {}, trials)


FAST = a_learner("fast", [0.5, 0.7, 0.9, 0.9], [0.7, 0.9, 0.8, 0.9], [0.9, 0.9, 0.9, 0.9])
SLOW = a_learner("slow", [0.1, 0.5, 0.7, 0.9], [0.1, 0.2, 0.5, 0.85], [0.1, 0.2, 0.5, 0.6])


def test_learning_speed_counts_the_first_epoch_that_reaches_the_target() -> None:
    """By hand; a seed that never does makes the median later, and is counted."""
    figure = comparison_curves.learning_speed(compared(SLOW, FAST, target=0.9), "l")
    fast, slow = figure.rows
    assert [one.target for one in fast.reached] == [0.6, 0.8, 0.9]
    assert fast.reached[2] == comparison_curves.Reached(0.9, (1, 2, 3), 0)
    assert fast.reached[2].median == 2
    assert slow.reached[0].epochs == (3, 4, 4)
    assert slow.reached[1] == comparison_curves.Reached(0.8, (4, 4), 1)
    assert slow.reached[1].median == 4
    assert slow.reached[2].epochs == (4,)
    assert slow.reached[2].never == 2
    assert slow.reached[2].median == math.inf
    assert fast.seconds_per_epoch == 2
    assert (figure.last_epoch, figure.last_second) == (4, 8)


def test_the_targets_of_a_loss_are_above_it() -> None:
    """Four times and twice the loss come before it."""
    figure = comparison_curves.learning_speed(compared(FAST, SLOW, metric="val_loss", target=0.1), "l")
    assert [one.target for one in figure.rows[0].reached] == [0.4, 0.2, 0.1]
    assert figure.rows[0].reached[2].epochs == (1, 2, 3)
    assert figure.targets[2] == "validation loss 0.1"


def test_many_contenders_have_one_target() -> None:
    """A hundred rows of three lines would be a poster."""
    some = [a_learner(f"c{i}", *[[0.1, 0.5, 0.9, 0.9 + i / 1000]] * 3) for i in range(31)]
    assert len(comparison_curves.learning_speed(compared(*some, target=0.9), "l").targets) == 1


def test_a_metric_of_the_last_epoch_alone_has_no_speed() -> None:
    """With the remedy."""
    with pytest.raises(NothingToShow, match="--metric val_accuracy"):
        comparison_curves.learning_speed(compared(FAST, SLOW, metric="test_accuracy"), "l")


def test_a_contender_without_a_completed_seed_is_the_last_row() -> None:
    """It is there, and empty."""
    lost = CandidateResult("lost", Activation("elu"), {}, (a_trial(None, 0, "diverged"),))
    figure = comparison_curves.learning_speed(compared(lost, FAST, SLOW), "l")
    assert [row.name for row in figure.rows] == ["fast", "slow", "lost"]
    assert figure.rows[2].reached == ()
    assert figure.rows[2].note == "1 diverged"


def test_names_in_without_are_checked() -> None:
    """A typing error must not draw everything in silence."""
    study: ExperimentResult = a_study(a_candidate("relu", [0.9]), a_candidate("leaky_relu", [0.9]))
    assert comparison_curves.shown(study, ["leaky-relu"]) == {"relu"}
    with pytest.raises(UserError, match="did you mean 'relu'"):
        comparison_curves.shown(study, ["rely"])
