"""A metric over the values of a setting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from compared_studies import RATE, words
from comparison_cases import a_candidate, a_study, a_trial

from actsearch.analysis.charts import comparison_figures, sensitivity
from actsearch.analysis.comparisons.question import Question
from actsearch.core.activation import Activation
from actsearch.core.errors import NothingToShow
from actsearch.core.results import Choice
from actsearch.core.trial_results import CandidateResult


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
    figure = sensitivity.sensitivity_table(a_study(*a_grid(TWO)), Question(), "s")
    assert (figure.x, figure.x_names, figure.is_log) == ((0.001, 0.01, 0.1), ("0.001", "0.01", "0.1"), True)
    relu, elu = figure.panels[0].lines
    assert relu.mean == pytest.approx((0.97, 0.91, 0.7))
    assert (relu.low, relu.high) == ((0.96, 0.9, 0.7), (0.98, 0.92, 0.7))
    assert relu.lost == (sensitivity.LostTrials(0.1, 1, 2),)
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
    figure = sensitivity.sensitivity_table(study, Question(), "s", comparison_figures.drawn_labels(study, ()))
    relu, elu = figure.panels[0].lines
    assert relu.mean == pytest.approx((0.97, 0.91, 0.7))
    assert (relu.chosen, elu.chosen) == (1, None)
    assert "the settings chosen on these seeds" in words(figure.caption)


def test_each_point_of_the_rest_of_the_grid_is_a_panel() -> None:
    """Two settings at once can't share an axis."""
    both = [*a_grid(TWO, **{"model.dropout": 0.5}), *a_grid(TWO, **{"model.dropout": 0.0})]
    figure = sensitivity.sensitivity_table(a_study(*both), Question(), "s")
    assert [panel.title for panel in figure.panels] == ["dropout = 0.5", "dropout = 0"]
    assert figure.x_label == "learning rate"


def test_settings_without_an_order_stand_on_even_steps() -> None:
    """Optimizers, initializers and booleans."""
    values: dict[Any, Sequence[float]] = {"adam": [0.9], "sgd": [0.8], True: [0.7]}
    figure = sensitivity.sensitivity_table(a_study(*a_grid({"relu": values}, key="model.what")), Question(), "s")
    assert (figure.x, figure.is_log) == ((0.0, 1.0, 2.0), False)
    assert figure.x_names == ("adam", "sgd", "true")


def test_a_rate_that_ruins_everything_does_not_hide_the_good_ones() -> None:
    """And each value that the axis cuts off is told below, at its rate."""
    table = {name: {0.001: [0.98 + i / 100], 0.01: [0.985 + i / 100], 0.1: [0.975], 1.0: [0.1]}
             for i, name in enumerate(("relu", "elu"))}  # fmt: skip
    figure = sensitivity.sensitivity_table(a_study(*a_grid(table)), Question(), "s")
    assert figure.axis.cut == "low"
    assert figure.axis.low > 0.9
    for line in figure.panels[0].lines:
        assert line.beyond(figure.axis) == (sensitivity.NoteBelow(1.0, "▾ 0.1000", False),)
        assert line.last_on(figure.axis) == 2
    assert "means beyond it are told below (▾)" in words(figure.caption)


def test_below_the_axis_stand_the_chosen_setting_and_what_failed() -> None:
    """One that is off the axis everywhere still has its best setting, and a trial that failed is not just missing."""
    far = a_candidate("far", [0.1], {RATE: 0.1}), a_candidate("far", [0.2], {RATE: 0.2})
    lost = CandidateResult("far", Activation("far"), {RATE: 0.3}, (a_trial(None, 0, "failed"),))
    good = [a_candidate(name, [0.98 + i / 1000], {RATE: rate}) for name in "abc" for i, rate in enumerate((0.1, 0.2))]
    figure = sensitivity.sensitivity_table(a_study(*good, *far, lost), Question(), "s")
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
    assert sensitivity.sensitivity_table(a_study(*a_grid(table)), Question(), "s").axis.cut is None


def test_the_range_of_the_best_is_on_the_axis() -> None:
    """A band that is cut at the top looks like a range that ends there."""
    table = {"relu": {0.001: [0.980, 0.986], 0.01: [0.970, 0.974]}, "elu": {0.001: [0.97, 0.98], 0.01: [0.97, 0.97]}}
    figure = sensitivity.sensitivity_table(a_study(*a_grid(table)), Question(), "s")
    assert figure.axis.holds(0.986)


def test_without_a_grid_there_is_a_remedy() -> None:
    """One line, that says what to add."""
    with pytest.raises(NothingToShow, match=r"learning_rate: \[0.0003"):
        sensitivity.sensitivity_table(a_study(a_candidate("relu", [0.9])), Question(), "s")


def test_a_grid_that_is_not_trained_yet_has_nothing_to_show() -> None:
    """Not an empty figure."""
    with pytest.raises(NothingToShow, match="run it to the end"):
        sensitivity.sensitivity_table(a_study(*a_grid({"relu": {0.1: [None], 0.2: [None]}})), Question(), "s")
