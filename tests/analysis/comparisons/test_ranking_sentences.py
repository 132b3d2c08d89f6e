"""The ranking in sentences that could stand in a paper."""

from __future__ import annotations

import pytest
from compared_studies import conclusion, the
from comparison_cases import a_candidate, a_study, a_trial, noisy

from actsearch.analysis.comparisons import conclusions
from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.question import Question
from actsearch.core.activation import Activation
from actsearch.core.trial_results import CandidateResult


def test_a_clear_winner_is_named_with_its_value() -> None:
    found = the(a_study(*(a_candidate(n, noisy(m, 5, stream=i)) for i, (n, m) in enumerate(
        (("relu", 0.99), ("elu", 0.9), ("selu", 0.8))))))  # fmt: skip
    assert conclusions.headline(found) == (
        f"relu has the highest validation accuracy at the last epoch ({found.contenders[0].mean:.4f}, the mean of 5"
        " seeds) and is better than every other candidate."
    )
    assert "Worse than relu: elu (-0.0" in conclusion(found)
    assert "intervals hold for all 3 pairs together (3 candidates, 5 seeds)" in conclusion(found)


def test_a_group_has_no_first_and_second() -> None:
    values = noisy(0.9, 10)
    alike = [a_candidate(n, [v + d for v in values]) for n, d in (("a", 0.0), ("b", 1e-5), ("c", 2e-5))]
    assert "No two of the 3 candidates are separated with 10 seeds" in conclusion(the(a_study(*alike)))
    said = conclusion(the(a_study(*alike, a_candidate("low", noisy(0.5, 10)))))
    assert "The leading group in validation accuracy at the last epoch is c, b and a" in said
    assert "Every two of them are tied within a margin of 0.001." in said


def test_what_is_undecided_says_how_many_seeds_would_tell() -> None:
    study = a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.9, 6, stream=1)))
    assert "undecided against" in conclusion(the(study))
    assert "seeds in all" in conclusion(the(study))


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_or_two_seeds_conclude_nothing(seeds: int) -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, seeds)), a_candidate("elu", noisy(0.1, seeds))))
    assert conclusions.headline(found).startswith("No verdict: ")
    assert "better" not in conclusion(found)


def test_a_pair_that_divergence_held_back_is_not_called_inseparable() -> None:
    """Its interval leaves out 0; what is missing is trust in the seeds that are left."""
    trials = [*(a_trial(0.99 + s / 1e4, s) for s in range(3)), *(a_trial(None, s, "diverged") for s in range(3, 10))]
    wild = CandidateResult("wild", Activation("elu"), {}, tuple(trials))
    found = the(a_study(wild, a_candidate("relu", noisy(0.97, 10))))
    told = conclusion(found)
    assert "separated" not in told
    assert told.startswith("None of the 2 candidates is shown to be worse")
    assert "wild has the highest mean (0.9901, the mean of 3 seeds; 7 seeds diverged)" in told
    assert "wild diverged more often (7 of 10 seeds)" in told


def test_labels_that_would_be_lost_in_a_sentence_are_in_quotes() -> None:
    """`relu and x is undecided against swish, b=2` are four functions."""
    names = ("relu and x", "swish, b=2")
    for values in (noisy(0.9, 6), noisy(0.5, 6)):
        for baseline in (None, names[0]):
            study = a_study(a_candidate(names[0], noisy(0.9, 6)), a_candidate(names[1], values))
            [found] = comparisons_of(study, Question(baseline=baseline))
            for sentence in (*conclusions.sentences(found), conclusions.headline(found)):
                for name in names:
                    assert sentence.count(name) == sentence.count(f"\N{LEFT DOUBLE QUOTATION MARK}{name}"), sentence


def test_who_leads_is_not_said_to_beat_who_could_not_be_judged() -> None:
    """Two seeds that are far better are no verdict, and no reason to be told away."""
    trials = [*(a_trial(0.99 + s / 1e4, s) for s in range(2)), *(a_trial(None, s, "failed") for s in range(2, 5))]
    few = CandidateResult("few", Activation("elu"), {}, tuple(trials))
    none = CandidateResult("none", Activation("elu"), {}, tuple(a_trial(None, s, "failed") for s in range(5)))
    told = conclusion(the(a_study(few, none, a_candidate("relu", noisy(0.95, 5)), a_candidate("selu", noisy(0.9, 5)))))
    assert "is better than every other that could be judged" in told
    assert "few is not judged: too few seeds in common with the others" in told
    assert "Without a value, and so not judged: none (5 failed)" in told


def test_against_a_baseline_each_verdict_is_told() -> None:
    study = a_study(*(a_candidate(n, noisy(m, 5, stream=i)) for i, (n, m) in enumerate(
        (("relu", 0.9), ("elu", 0.8), ("gelu", 0.95)))))  # fmt: skip
    said = conclusion(the(study, baseline="relu"))
    assert said.startswith("Against relu (validation accuracy")
    assert "better: gelu (+0.0" in said
    assert "worse: elu (-0." in said
