"""Colours, markers and dashes: told apart, and the same wherever a candidate is drawn."""

from __future__ import annotations

import pytest
from comparison_cases import a_study

from actsearch.analysis.charts.pens import PALETTES, pens_of
from actsearch.core.activation import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult
from actsearch.functions.registry import ACTIVATIONS
from actsearch.report import page_colors

SIX = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
TWENTY = (*SIX, *(name for name in ACTIVATIONS if name not in SIX))[:20]


def a_result(*labels: str, activation: str = "") -> ExperimentResult:
    return a_study(*(CandidateResult(label, Activation(activation or label), {}, ()) for label in labels))


@pytest.mark.parametrize("style", PALETTES)
def test_no_two_of_twenty_are_drawn_alike(style: str) -> None:
    """Two curves alike in colour, marker and dashes can't be told apart at all."""
    pens = pens_of(a_result(*TWENTY), PALETTES[style])
    assert len(pens) == len(set(pens.values())) == 20


def test_twenty_share_colours_and_markers_evenly() -> None:
    """Of two curves far apart in the figure, dashes alone are hard to compare."""
    assert len({(pen.color, pen.marker) for pen in pens_of(a_result(*TWENTY), PALETTES["light"]).values()}) == 20
    pens = pens_of(a_result(*TWENTY), PALETTES["light"]).values()
    assert max(sum(other.color == pen.color for other in pens) for pen in pens) == 2
    assert max(sum(other.marker == pen.marker for other in pens) for pen in pens) == 2


def test_many_settings_of_one_activation_are_told_apart() -> None:
    """They share its colour; when the dashes run out, the markers change."""
    pens = pens_of(a_result(*(f"relu {i}" for i in range(20)), activation="relu"), PALETTES["light"])
    assert {pen.color for pen in pens.values()} == {PALETTES["light"].activations["relu"]}
    assert len(set(pens.values())) == 20


def test_the_six_of_the_article_keep_their_pens_beside_any_others() -> None:
    """Whoever has learned that relu is blue does not look it up again."""
    alone, among = (pens_of(a_result(*labels), PALETTES["light"]) for labels in (SIX, reversed(TWENTY)))
    assert {label: among[label] for label in SIX} == alone
    assert {label: pen.color for label, pen in alone.items()} == PALETTES["light"].activations


def test_the_page_and_the_figures_have_the_same_colours() -> None:
    """A reader goes from one to the other; and on the page, where there are no markers, no two lines are alike."""
    result = a_result(*TWENTY)
    page = page_colors.page_pens(result)
    for style, look in PALETTES.items():
        pens = pens_of(result, look)
        assert [pen.marker for pen in pens.values()] == [
            pen.marker for pen in pens_of(result, PALETTES["light"]).values()
        ]
        assert [getattr(pen, style) for pen in page.values()] == [pens[label].color for label in page]
    assert len({(pen.light, pen.dashes) for pen in page.values()}) == 20
