"""`actsearch validate`: every mistake at once, and what would be trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import Done

Write = Callable[..., Path]


def test_validate_reports_the_mistakes_of_all_files_at_once(
    actsearch_: Callable[..., Done], write_experiment: Write
) -> None:
    """One run of `validate`, one round of mending."""
    good = write_experiment("good")
    one = write_experiment("one", activations="[rellu]", more="surprise: 1\n")
    two = write_experiment("two", activations="[]")
    done = actsearch_("validate", good, one, two)
    assert done.code == 2
    lines = done.err.splitlines()
    assert len(lines) == 3
    assert any(line.startswith(f"{one}:6: ") and "did you mean 'relu'" in line for line in lines)
    assert any(line.startswith(f"{one}:7: surprise: ") for line in lines)
    assert any(line.startswith(f"{two}:6: activations: ") for line in lines)


def test_validate_says_what_would_be_trained(actsearch_: Callable[..., Done], repository: Path) -> None:
    """114 trials instead of 18 are noticed before the night, not after it; so is what misleads."""
    done = actsearch_("validate", repository / "configs" / "sound.yaml", repository / "configs" / "article.yaml")
    assert done.code == 0
    assert "18 candidates x 3 tuning seeds = 54 trials" in done.out
    assert "then 6 activations at the setting chosen x 10 seeds = 60 trials" in done.out
    assert "6 candidates x 1 seed = 6 trials" in done.out
    assert "note: Validation is the test set" in done.out
