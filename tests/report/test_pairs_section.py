"""Every pair, as long as a page can hold them."""

from __future__ import annotations

from comparison_cases import a_candidate, a_study, noisy
from read_pages import a_page

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.question import Question
from actsearch.report.page_colors import page_pens
from actsearch.report.pairs_section import MATRIX_ON_PAGE_UP_TO
from actsearch.report.verdict_section import comparison_view


def test_the_pairs_of_very_many_are_told_where_to_find() -> None:
    """Two hundred candidates have twenty thousand of them: a page of 17 MB that no browser likes."""
    many = [a_candidate(f"c{i}", noisy(0.9, 3, stream=i)) for i in range(MATRIX_ON_PAGE_UP_TO + 1)]
    assert "The pairs of 61 candidates are too many for a page" in a_page(a_study(*many)).words
    (comparison,) = comparisons_of(a_study(*many[:-1]), Question())
    view = comparison_view(0, comparison, (), page_pens(a_study(*many)))
    assert (view["is_vast"], len(view["matrix"]["rows"])) == (False, MATRIX_ON_PAGE_UP_TO)
