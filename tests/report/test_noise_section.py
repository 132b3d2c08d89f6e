"""The two kinds of noise are told apart."""

from __future__ import annotations

from comparison_cases import a_predicted, a_study
from read_pages import a_page


def test_one_seed_with_predictions_says_whose_test_it_is() -> None:
    """McNemar's test is about two networks."""
    words = a_page(a_study(a_predicted("relu", 0.9, 1), a_predicted("gelu", 0.8, 1, stream=1))).words
    assert "These two trained networks" in words
    assert "Two kinds of noise" not in words


def test_both_kinds_of_noise_are_told_apart(page_words: str) -> None:
    """Which of them more seeds cannot reduce."""
    words = a_page(a_study(a_predicted("relu", 0.9, 6), a_predicted("gelu", 0.88, 6, stream=1))).words
    assert "SE from examples" in words
    assert "More seeds reduce the first kind alone" in words
    assert "Only the noise of the seeds is known here" in page_words
