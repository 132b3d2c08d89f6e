"""Verdicts and forecasts in words."""

from __future__ import annotations

from compared_studies import conclusion, the
from comparison_cases import a_candidate, a_study, looked, noisy


def test_what_a_forecast_costs_is_told_with_it() -> None:
    """Whoever follows it looks again, which the intervals do not know."""
    study = a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.9, 6, stream=1)))
    assert "looking again calls equal candidates different" in conclusion(the(study))
    apart = a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.8, 6, stream=1)))
    assert "looking again" not in conclusion(the(apart))
    assert "looking again" not in conclusion(the(looked()))


def test_the_rule_is_not_that_what_is_better_is_beyond_the_margin() -> None:
    """A difference of 0.002 is called worse with a margin of 0.003, if its interval leaves out 0."""
    values = noisy(0.9, 8)
    worse = [v - 0.002 - s / 1e3 for s, v in enumerate(values)]
    found = the(a_study(a_candidate("relu", values), a_candidate("elu", worse)), margin=0.003)
    assert found.pair(1, 0).verdict == "worse"
    assert "Tied: the whole interval is within 0.003; better or worse: it leaves out 0" in conclusion(found)
    assert "count as none" not in conclusion(found)
