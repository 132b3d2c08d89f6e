"""A verdict for each setting, and none that the seeds do not carry."""

from __future__ import annotations

import pytest
from comparison_cases import a_candidate, a_study, noisy
from read_pages import a_page
from reported_studies import three


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_few_seeds_give_a_page_without_more_certainty_than_there_is(seeds: int) -> None:
    """One seed is the case in which people most want a winner."""
    words = a_page(three(seeds)).words
    assert ("No verdict" in words) == (seeds < 3)


def test_a_grid_has_a_section_for_each_setting() -> None:
    """And an overview that leads to them."""
    key = "training.optimizer.learning_rate"
    points = [("relu", 0.9, 0.1), ("gelu", 0.95, 0.1), ("relu", 0.97, 0.01), ("gelu", 0.96, 0.01)]
    candidates = [
        a_candidate(name, noisy(value, 5, stream=i), {key: rate}) for i, (name, value, rate) in enumerate(points)
    ]
    page = a_page(a_study(*candidates, grid={key: [0.1, 0.01]}))
    assert "The verdict at learning_rate = 0.1" in page.words
    assert "The verdict at learning_rate = 0.01" in page.words
    assert sum(attributes.get("class") == "chartbox" for _, attributes in page.tags) == 2
