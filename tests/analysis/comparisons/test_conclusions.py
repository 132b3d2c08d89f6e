"""The sentences that end up in papers: what they say must be what the numbers say, and no more."""

from __future__ import annotations

from compared_studies import conclusion, the
from comparison_cases import a_candidate, a_predicted, a_study, noisy


def test_new_examples_are_another_matter_and_that_is_said() -> None:
    study = a_study(a_predicted("relu", 0.90, 6), a_predicted("elu", 0.899, 6, stream=1))
    said = conclusion(the(study))
    assert "on these 1000 validation examples" in said
    assert "which more seeds cannot reduce" in said


def test_the_test_set_is_told_once_and_chooses_nothing() -> None:
    study = a_study(a_candidate("relu", noisy(0.9, 5)), a_candidate("elu", noisy(0.1, 5)))
    assert "On the test set, by which nothing was chosen here, the mean accuracy is: relu 0.8995 and elu" in conclusion(
        the(study)
    )
    assert "On the test set" not in conclusion(the(study, metric="test_accuracy"))


def test_one_seed_has_mcnemars_test_of_the_networks_and_of_nothing_else() -> None:
    said = conclusion(the(a_study(a_predicted("relu", 0.9, 1), a_predicted("elu", 0.8, 1, stream=1))))
    assert "Of these trained networks alone, against relu's by McNemar's test: elu p = " in said
    assert "It says nothing of other seeds." in said
