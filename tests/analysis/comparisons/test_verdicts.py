"""What an interval says, and who leads: a wrong verdict here is a wrong claim in a paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actsearch.analysis.comparisons import verdicts


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.5, 0.5, "tied"),
        (0.1, 0.9, "tied"),
        (-0.9, -0.1, "tied"),
        (0.1, 1.0, "better"),
        (-1.0, -0.1, "worse"),
        (-0.1, 1.0, "undecided"),
        (-1.0, 0.0, "undecided"),
        (-5.0, 5.0, "undecided"),
        (2.0, 3.0, "better"),
        (math.nan, math.nan, "undecided"),
    ],
)
def test_the_verdict_is_read_off_the_interval(low: float, high: float, said: str) -> None:
    """At a margin of 1. A tie goes first, so that nobody is *better* by less than what matters."""
    assert verdicts.verdict_of_interval(low, high, 1) == said
    assert verdicts.verdicts_of_intervals(np.array([low]), np.array([high]), 1).tolist() == [said]
    other = {"better": "worse", "worse": "better"}.get(said, said)
    assert verdicts.verdict_of_interval(low, high, 1, higher_is_better=False) == other
    assert verdicts.verdict_of_interval(-high, -low, 1) == other
    assert verdicts.verdicts_of_intervals(np.array([low]), np.array([high]), 1, higher_is_better=False).tolist() == [
        other
    ]


def test_without_a_margin_nothing_is_tied() -> None:
    assert verdicts.verdict_of_interval(0, 0, 0) == "undecided"
    assert verdicts.verdict_of_interval(1e-9, 1, 0) == "better"


@given(st.floats(-3, 3), st.floats(0, 0.499))
def test_a_half_width_below_half_the_margin_settles_any_difference(mean: float, half: float) -> None:
    """More seeds always end it."""
    assert verdicts.verdict_of_interval(mean - half, mean + half, 1) != "undecided"


def test_a_real_difference_may_be_smaller_than_what_matters() -> None:
    assert verdicts.is_smaller_but_real(0.1, 0.9, 1)
    assert verdicts.is_smaller_but_real(-0.9, -0.1, 1)
    assert not verdicts.is_smaller_but_real(-0.1, 0.9, 1)
    assert not verdicts.is_smaller_but_real(0.1, 1.9, 1)


def test_the_leading_group_is_whoever_is_not_worse_than_anyone() -> None:
    """0 and 1 are not separated, nor are 1 and 2, but 2 is worse than 0: letters could not say so."""
    worse = np.zeros((3, 3), dtype=bool)
    worse[2, 0] = True
    assert verdicts.leading_group(worse) == (0, 1)
    assert verdicts.leading_group(np.zeros((3, 3), dtype=bool)) == (0, 1, 2)
    with pytest.raises(ValueError, match="matrix"):
        verdicts.leading_group([True])


def test_a_circle_leads_together() -> None:
    """Pairs over different seeds can beat each other in a circle; a group of nobody would break every sentence."""
    worse = np.zeros((4, 4), dtype=bool)
    worse[0, 1] = worse[1, 2] = worse[2, 0] = worse[3, 0] = True
    assert verdicts.leading_group(worse) == (0, 1, 2)


def test_who_diverged_more_often_is_said_by_shares() -> None:
    """A candidate with fewer trials is not excused by its smaller count."""
    more = verdicts.diverged_more_often([1, 1, 2, 0, 0], [5, 10, 10, 0, 5])
    assert more.tolist() == [
        [False, True, False, False, True],
        [False, False, False, False, True],
        [False, True, False, False, True],
        [False] * 5,
        [False] * 5,
    ]


def test_luck_is_neither_better_nor_tied() -> None:
    """But who is worse with the luckier seeds is worse all the same."""
    texts = np.array(
        [["", "better", "tied", "worse"], ["worse", "", "undecided", ""], ["tied"] + [""] * 3, ["better"] + [""] * 3]
    )
    more = np.zeros((4, 4), bool)
    more[0, 1:] = True
    assert verdicts.flattered_by_divergence(texts, more).tolist() == [
        [False, True, True, False],
        [True, False, False, False],
        [True, False, False, False],
        [False] * 4,
    ]
