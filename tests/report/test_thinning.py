"""Long lines are thinned, and keep their peaks."""

from __future__ import annotations

import math
import re

from comparison_cases import a_candidate, a_study

from actsearch.analysis.comparisons.question import Question
from actsearch.report import thinning
from actsearch.report.curves_section import curves_view
from actsearch.report.page_colors import page_pens


def test_a_spike_is_never_thinned_away() -> None:
    """One epoch in which a gradient explodes is why one looks at all."""
    for n in (41, 101, 1000):
        for spike in (0, 1, n // 2, n - 2, n - 1):
            middle = [1.0] * n
            middle[spike] = 100.0
            for low in (middle, [0.5] * n):
                places = thinning.thinned(middle, low, middle, 80)
                assert spike in places
                assert {0, n - 1} <= set(places)
                assert len(places) <= 84
    gap = [1.0] * 500 + [math.nan] + [1.0] * 500
    assert 500 in thinning.thinned(gap, gap, gap, 80, (123,))
    assert 123 in thinning.thinned(gap, gap, gap, 80, (123,))


def test_long_curves_are_thinned_and_it_is_said() -> None:
    """A thousand epochs of a large grid would not fit."""
    waves = [0.9 + 0.05 * math.sin(epoch) for epoch in range(1499)]
    candidates = [a_candidate(f"c{i}", [0.9], curve=waves) for i in range(20)]
    result = a_study(*candidates)
    view = curves_view(result, (), Question(), page_pens(result))
    for curve in view["data"]["facets"][0]["curves"]:
        drawn = curve["metrics"][0]
        assert (drawn["x"][0], drawn["x"][-1]) == (1, 1500)
        assert len(drawn["x"]) == len(drawn["y"][0]) <= 1100
    assert re.search(r"Drawn of a line: at most \d+ of 1500 epochs, extremes kept", view["caption"])
