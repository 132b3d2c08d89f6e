"""The commands on the page make the study and the page again."""

from __future__ import annotations

from comparison_cases import looked
from read_pages import a_page
from reported_studies import made, three


def test_the_command_that_makes_the_page_again_is_on_it() -> None:
    """With the options that were given, to the last digit: a confidence of 1 is refused."""
    assert "actsearch report results/study --margin 0.01 --baseline relu" in a_page(
        three(), margin=0.01, baseline="relu").words  # fmt: skip
    assert "--confidence 0.9999999 --target 1e-07" in a_page(three(), confidence=0.9999999, target=1e-7).words


def test_a_sequential_study_is_made_again_as_one() -> None:
    """Without its options the command trains another study, of a fixed number of seeds."""
    text = made(looked())
    assert "actsearch run study.yaml --until-decided --margin 0.001 --confidence 0.95 --max-seeds 20" in text
    assert "8, 3 of them beyond the last look" in text
