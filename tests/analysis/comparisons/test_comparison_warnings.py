"""Whatever makes a wrong conclusion likely is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from compared_studies import the, tuned
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, looked, noisy

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.question import Question
from actsearch.core.activation import Activation
from actsearch.core.trial_results import CandidateResult


def test_three_seeds_have_a_verdict_with_a_warning() -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, 3)), a_candidate("elu", noisy(0.1, 3))))
    assert found.pair(1, 0).verdict == "worse"
    assert any("3 seeds: verdicts to be taken with care" in warning for warning in found.warnings)


def test_one_that_leads_by_not_being_known_is_named() -> None:
    """Standing above one that is told to be worse, it looks better than that."""
    study = a_study(
        a_candidate("relu", noisy(0.98, 3)),
        a_candidate("elu", noisy(0.97, 3, stream=1)),
        a_candidate("wild", [0.1, 0.9, 0.1]),
    )
    found = the(study)
    assert "wild" in [found.contenders[i].label for i in found.leaders]
    assert any(
        text.startswith("wild is in the leading group because its seeds differ too much") for text in found.warnings
    )


def test_with_one_seed_the_best_of_many_networks_is_not_picked_out() -> None:
    """Times the pairs: of ten equal networks one is far from the best by chance in more than half of the studies."""
    two = the(a_study(a_predicted("a", 0.90, 1), a_predicted("b", 0.86, 1, stream=1))).pair(1, 0).examples
    others = [a_predicted(f"c{i}", 0.5, 1, stream=i + 2) for i in range(4)]
    six = the(a_study(a_predicted("a", 0.90, 1), a_predicted("b", 0.86, 1, stream=1), *others)).pair(1, 0).examples
    assert two is not None
    assert six is not None
    assert two.mcnemar_p is not None
    assert two.mcnemar_p < 1 / 15
    assert six.mcnemar_p == pytest.approx(15 * two.mcnemar_p)


def test_seeds_that_were_added_after_a_look_are_told() -> None:
    """A study that goes on until it shows something shows it too often."""
    study = a_study(a_candidate("relu", noisy(0.9, 8)), a_candidate("elu", noisy(0.9, 8, stream=1)))
    found = the(replace(study, earlier_seeds=(3, 5)))
    assert any(
        text.startswith("Seeds were added to this study after 3, 5 of them were finished") for text in found.warnings
    )
    assert not any("added" in text for text in the(study).warnings)


def test_a_choice_at_the_edge_of_the_grid_is_told() -> None:
    assert any("a larger one may be better still" in text for text in the(tuned()).warnings)


def test_picking_the_best_of_a_grid_is_told_to_flatter() -> None:
    """By as much as the best of so many equals is above their mean: of two, 0.56 standard errors."""
    study = replace(tuned(), tuning_seeds=(), chosen=())
    tables = comparisons_of(study, Question(by="setting"))
    assert any("best of 2 settings" in text and "0.6 standard errors" in text for text in tables[0].warnings)


def test_another_question_than_that_of_the_looks_is_answered_with_a_warning() -> None:
    found = the(looked(), margin=0.01)
    assert found.pair(1, 0).n == 8
    assert any("stopped by what it saw" in text for text in found.warnings)


def test_a_ranking_by_the_test_set_is_never_silent() -> None:
    """Held out or not: what is chosen by it is chosen on test data."""
    study = a_study(a_candidate("relu", noisy(0.9, 5)), a_candidate("elu", noisy(0.8, 5)))
    found = the(study, metric="test_accuracy")
    assert any(text.startswith("This ranks by the test set.") for text in found.warnings)
    assert not any("test" in text for text in the(study).warnings)


def test_where_the_exact_test_says_otherwise_it_is_told() -> None:
    """Its p does not need normal noise; a reader of the table alone would not know."""
    d = [-0.001, *np.linspace(0.0035, 0.0045, 9)]
    found = the(a_study(a_candidate("relu", [0.98] * 10), a_candidate("elu", [0.98 - v for v in d])), margin=0.0001)
    pair = found.pair(1, 0)
    assert (pair.verdict, pair.disagrees) == ("worse", False)
    strict = the(a_study(a_candidate("relu", [0.98] * 10), a_candidate("elu", [0.98 - v for v in d])), confidence=0.998)
    assert (strict.pair(1, 0).verdict, strict.pair(1, 0).disagrees) == ("worse", True)
    assert any("the interval's answer is not confirmed of relu and elu" in text for text in strict.warnings)


def test_a_study_that_waits_for_its_next_look_is_not_accused() -> None:
    """Of adding seeds until the answer pleases."""
    study = looked()
    assert study.looks is not None
    taken = replace(study.looks.taken[0], left=(), stays=("relu", "elu"))
    told = the(replace(study, looks=replace(study.looks, taken=(taken,)))).warnings
    assert any(text.startswith("The study goes on: 3 seeds wait for the look at 8") for text in told)
    assert not any("pleases" in text for text in told)


def test_who_has_no_value_is_told_with_the_reason() -> None:
    """0 seeds is no reason."""
    gone = CandidateResult("gone", Activation("elu"), {}, tuple(a_trial(None, s, "diverged") for s in range(5)))
    found = the(a_study(gone, a_candidate("relu", noisy(0.9, 5)), a_candidate("gelu", noisy(0.8, 5))))
    assert found.pair(2, 0).note == "gone has no value: 5 diverged"


def test_choosing_on_the_test_set_is_never_silent() -> None:
    values = noisy(0.9, 5)
    study = a_study(a_candidate("relu", values), a_candidate("elu", values), test=True)
    assert any("choosing on test data" in text for text in the(study).warnings)
    assert any("flatters unevenly" in text and "test data" in text for text in the(study, at="best").warnings)
    assert not any("test" in text for text in the(replace(study, validation_is_test=False)).warnings)
