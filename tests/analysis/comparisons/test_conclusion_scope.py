"""What a conclusion holds for."""

from __future__ import annotations

from compared_studies import the
from comparison_cases import a_candidate, a_study, noisy

from actsearch.analysis.comparisons import conclusions


def test_every_conclusion_ends_with_what_it_holds_for() -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, 5)), a_candidate("elu", noisy(0.1, 5))))
    last = conclusions.sentences(found)[-1]
    assert last.startswith("This holds for these data (SHA-256 000000000000…")
    assert "dense [4]" in last
    assert "adam learning_rate=0.001, 3 epochs, batches of 8" in last
