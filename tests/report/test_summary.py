"""What to beware of is said once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from comparison_cases import a_study
from read_pages import a_page
from reported_studies import three

from actsearch.config import loading
from actsearch.report import summary


def test_what_the_experiment_and_the_comparison_warn_of_is_said_once(repository: Path) -> None:
    """Twice the same warning hides the others, and each of the two has words of its own for it."""
    warnings = loading.load_experiment(repository / "configs" / "article.yaml").experiment.warnings
    assert any(text.startswith(summary.TEST_WARNING) for text in warnings)
    relu, gelu, sigmoid = three().candidates
    words = a_page(replace(a_study(relu, gelu, sigmoid, test=True), warnings=warnings)).words
    assert words.count(summary.TEST_WARNING) == 1
    assert words.count("choosing on test") == words.count(summary.TEST_WARNING)
