"""The sentences that end up in papers: what they say must be what the numbers say, and no more."""

from __future__ import annotations

import pytest
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, looked, noisy

from actsearch.analysis import conclusions
from actsearch.analysis.comparison import Comparison, Question, compare
from actsearch.core.experiment import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult


def the(result: ExperimentResult, **question: object) -> Comparison:
    [found] = compare(result, Question(**question))  # type: ignore[arg-type]
    return found


def text(comparison: Comparison) -> str:
    return " ".join(conclusions.sentences(comparison))


def test_a_clear_winner_is_named_with_its_value() -> None:
    found = the(a_study(*(a_candidate(n, noisy(m, 5, stream=i)) for i, (n, m) in enumerate(
        (("relu", 0.99), ("elu", 0.9), ("selu", 0.8))))))  # fmt: skip
    assert conclusions.headline(found) == (
        f"relu has the highest validation accuracy at the last epoch ({found.contenders[0].mean:.4f}, the mean of 5"
        " seeds) and is better than every other candidate."
    )
    assert "Worse than relu: elu (-0.0" in text(found)
    assert "intervals hold for all 3 pairs together (3 candidates, 5 seeds)" in text(found)


def test_a_group_has_no_first_and_second() -> None:
    values = noisy(0.9, 10)
    alike = [a_candidate(n, [v + d for v in values]) for n, d in (("a", 0.0), ("b", 1e-5), ("c", 2e-5))]
    assert "No two of the 3 candidates are separated with 10 seeds" in text(the(a_study(*alike)))
    said = text(the(a_study(*alike, a_candidate("low", noisy(0.5, 10)))))
    assert "The leading group in validation accuracy at the last epoch is c, b and a" in said
    assert "Every two of them are tied within a margin of 0.001." in said


def test_what_is_undecided_says_how_many_seeds_would_tell() -> None:
    study = a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.9, 6, stream=1)))
    assert "undecided against" in text(the(study))
    assert "seeds in all" in text(the(study))


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_or_two_seeds_conclude_nothing(seeds: int) -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, seeds)), a_candidate("elu", noisy(0.1, seeds))))
    assert conclusions.headline(found).startswith("No verdict: ")
    assert "better" not in text(found)


def test_what_a_forecast_costs_is_told_with_it() -> None:
    """Whoever follows it looks again, which the intervals do not know."""
    study = a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.9, 6, stream=1)))
    assert "looking again calls equal candidates different" in text(the(study))
    apart = a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.8, 6, stream=1)))
    assert "looking again" not in text(the(apart))
    assert "looking again" not in text(the(looked()))


def test_a_pair_that_divergence_held_back_is_not_called_inseparable() -> None:
    """Its interval leaves out 0; what is missing is trust in the seeds that are left."""
    trials = [*(a_trial(0.99 + s / 1e4, s) for s in range(3)), *(a_trial(None, s, "diverged") for s in range(3, 10))]
    wild = CandidateResult("wild", Activation("elu"), {}, tuple(trials))
    found = the(a_study(wild, a_candidate("relu", noisy(0.97, 10))))
    told = text(found)
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
            [found] = compare(study, Question(baseline=baseline))
            for sentence in (*conclusions.sentences(found), conclusions.headline(found)):
                for name in names:
                    assert sentence.count(name) == sentence.count(f"\N{LEFT DOUBLE QUOTATION MARK}{name}"), sentence


def test_the_rule_is_not_that_what_is_better_is_beyond_the_margin() -> None:
    """A difference of 0.002 is called worse with a margin of 0.003, if its interval leaves out 0."""
    values = noisy(0.9, 8)
    worse = [v - 0.002 - s / 1e3 for s, v in enumerate(values)]
    found = the(a_study(a_candidate("relu", values), a_candidate("elu", worse)), margin=0.003)
    assert found.pair(1, 0).verdict == "worse"
    assert "Tied: the whole interval is within 0.003; better or worse: it leaves out 0" in text(found)
    assert "count as none" not in text(found)


def test_who_leads_is_not_said_to_beat_who_could_not_be_judged() -> None:
    """Two seeds that are far better are no verdict, and no reason to be told away."""
    trials = [*(a_trial(0.99 + s / 1e4, s) for s in range(2)), *(a_trial(None, s, "failed") for s in range(2, 5))]
    few = CandidateResult("few", Activation("elu"), {}, tuple(trials))
    none = CandidateResult("none", Activation("elu"), {}, tuple(a_trial(None, s, "failed") for s in range(5)))
    told = text(the(a_study(few, none, a_candidate("relu", noisy(0.95, 5)), a_candidate("selu", noisy(0.9, 5)))))
    assert "is better than every other that could be judged" in told
    assert "few is not judged: too few seeds in common with the others" in told
    assert "Without a value, and so not judged: none (5 failed)" in told


def test_every_conclusion_ends_with_what_it_holds_for() -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, 5)), a_candidate("elu", noisy(0.1, 5))))
    last = conclusions.sentences(found)[-1]
    assert last.startswith("This holds for these data (SHA-256 000000000000…")
    assert "dense [4]" in last
    assert "adam learning_rate=0.001, 3 epochs, batches of 8" in last


def test_new_examples_are_another_matter_and_that_is_said() -> None:
    study = a_study(a_predicted("relu", 0.90, 6), a_predicted("elu", 0.899, 6, stream=1))
    said = text(the(study))
    assert "on these 1000 validation examples" in said
    assert "which more seeds cannot reduce" in said


def test_against_a_baseline_each_verdict_is_told() -> None:
    study = a_study(*(a_candidate(n, noisy(m, 5, stream=i)) for i, (n, m) in enumerate(
        (("relu", 0.9), ("elu", 0.8), ("gelu", 0.95)))))  # fmt: skip
    said = text(the(study, baseline="relu"))
    assert said.startswith("Against relu (validation accuracy")
    assert "better: gelu (+0.0" in said
    assert "worse: elu (-0." in said


def test_the_test_set_is_told_once_and_chooses_nothing() -> None:
    study = a_study(a_candidate("relu", noisy(0.9, 5)), a_candidate("elu", noisy(0.1, 5)))
    assert "On the test set, by which nothing was chosen here, the mean accuracy is: relu 0.8995 and elu" in text(
        the(study)
    )
    assert "On the test set" not in text(the(study, metric="test_accuracy"))


def test_one_seed_has_mcnemars_test_of_the_networks_and_of_nothing_else() -> None:
    said = text(the(a_study(a_predicted("relu", 0.9, 1), a_predicted("elu", 0.8, 1, stream=1))))
    assert "Of these trained networks alone, against relu's by McNemar's test: elu p = " in said
    assert "It says nothing of other seeds." in said
