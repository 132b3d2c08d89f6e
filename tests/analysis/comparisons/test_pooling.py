"""Two studies as one: only where their difference is the activation and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from comparison_cases import SETTINGS, a_candidate, a_study

from actsearch.analysis.comparisons.pooling import pooled
from actsearch.core.errors import UserError


def with_(part: str, **changes: Any) -> dict[str, Any]:
    return {**SETTINGS, part: {**SETTINGS[part], **changes}}


def test_the_candidates_of_both_stand_in_one_comparison() -> None:
    one = a_study(a_candidate("relu", [0.1, 0.2]), name="one")
    other = a_study(a_candidate("relu", [0.3, 0.4], settings=SETTINGS), name="other")
    trials = [trial.id for trial in one.candidates[0].trials]
    assert [t.id for t in other.candidates[0].trials] == trials  # the same trials: they count once
    assert [c.label for c in pooled([one, other]).candidates] == ["relu"]


def test_two_of_one_label_that_are_not_the_same_keep_apart() -> None:
    one = a_study(a_candidate("relu", [0.1, 0.2]), name="one")
    relu = a_candidate("relu", [0.3])
    relu = replace(relu, trials=tuple(replace(trial, id="another") for trial in relu.trials))
    other = a_study(relu, name="other")
    assert [c.label for c in pooled([one, other]).candidates] == ["relu (one)", "relu (other)"]
    third = a_study(a_candidate("relu", [0.4]), name="other")
    third = replace(third, folder="elsewhere/other", candidates=tuple(
        replace(c, trials=tuple(replace(trial, id="third") for trial in c.trials)) for c in third.candidates
    ))  # fmt: skip
    labels = [c.label for c in pooled([one, other, third]).candidates]
    assert labels == ["relu (one)", "relu (other (results))", "relu (other (elsewhere))"]


def test_a_candidate_with_more_seeds_in_one_of_them_counts_once_with_all_of_them() -> None:
    """Compared with itself, it would be undecided for ever."""
    one = a_study(a_candidate("relu", [0.1, 0.2]), name="one")
    other = a_study(a_candidate("relu", [0.1, 0.2, 0.3]), name="other")
    [candidate] = pooled([one, other]).candidates
    assert [trial.seed for trial in candidate.trials] == [0, 1, 2]


def test_a_study_that_chose_or_stopped_by_what_it_saw_is_not_pooled() -> None:
    one, other = (a_study(a_candidate("relu", [0.1, 0.2]), name=name) for name in ("one", "other"))
    with pytest.raises(UserError, match="compare each by itself"):
        pooled([replace(one, tuning_seeds=(1000,)), other])


def test_seeds_that_were_added_to_any_of_them_are_told() -> None:
    """In whatever order they are given."""
    one, other = (a_study(a_candidate(label, [0.1, 0.2]), name=label) for label in ("relu", "elu"))
    other = replace(other, earlier_seeds=(5,))
    assert pooled([one, other]).earlier_seeds == pooled([other, one]).earlier_seeds == (5,)


def test_what_an_activation_asks_for_may_differ() -> None:
    selu = with_("model", kernel_initializer="lecun_normal", dropout_layer="alpha_dropout")
    one = a_study(a_candidate("relu", [0.1, 0.2, 0.3]), name="one")
    other = a_study(a_candidate("selu", [0.3, 0.4], settings=selu), name="other")
    assert pooled([one, other]).name == "one + other"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (with_("data", sha256="1" * 64), "data.sha256"),
        (with_("training", epochs=4), "training.epochs: 3 -> 4"),
        (with_("training", optimizer={"name": "sgd", "arguments": {}}), "training.optimizer.name: adam -> sgd"),
        (with_("training", loss_weights=2.0), "training.loss_weights: 2 in one of them alone"),
        (with_("model", dense=[8]), "model.dense"),
    ],
)
def test_other_data_or_settings_are_refused_with_the_difference(settings: dict[str, Any], said: str) -> None:
    """A better number from more epochs says nothing of the activation."""
    one = a_study(a_candidate("relu", [0.1, 0.2]), name="one")
    other = a_study(a_candidate("elu", [0.3, 0.4], settings=settings), name="other")
    with pytest.raises(UserError, match="can't be compared with each other") as caught:
        pooled([one, other])
    assert said in str(caught.value)
