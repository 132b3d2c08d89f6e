"""What is measured of a trial: a value of the wrong epoch, or of the wrong examples, is a wrong conclusion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from comparison_cases import a_candidate, a_study, a_trial

from actsearch.core.errors import UserError
from actsearch.core.measures import Measure, measure


def test_a_value_is_that_of_the_epoch_asked_for() -> None:
    trial = a_trial(0.3, curve=(0.5, 0.4))
    values = {at: Measure("val_accuracy", at, "validation").of(trial) for at in ("last", "best", "2", "mean-last-2")}
    assert values == {"last": 0.3, "best": 0.5, "2": 0.4, "mean-last-2": pytest.approx(0.35)}


def test_a_trial_that_did_not_complete_has_no_value() -> None:
    """A diverged seed's last finite epoch would flatter it."""
    for status in ("diverged", "failed", "running", "interrupted", "waiting"):
        assert Measure("val_accuracy", "last", "validation").of(a_trial(0.3, status=status)) is None


def test_an_epoch_whose_loss_was_not_finite_has_no_value() -> None:
    trial = replace(a_trial(0.3), history={"val_accuracy": [0.1, None, None]})
    assert Measure("val_accuracy", "last", "validation").of(trial) is None
    assert Measure("val_accuracy", "best", "validation").of(trial) == 0.1


def test_test_values_are_those_that_were_kept() -> None:
    assert Measure("test_accuracy", "last", "test").of(a_trial(0.25)) == 0.25


def test_the_best_epoch_flatters_by_its_distance_to_the_last_one() -> None:
    """Of a loss, less is better, and flattery is above 0 all the same."""
    trial = a_trial(0.3, curve=(0.5, 0.4))
    assert Measure("val_accuracy", "best", "validation").flattery(trial) == pytest.approx(0.2)
    assert Measure("val_loss", "best", "validation").flattery(trial) == pytest.approx(0.2)


def test_the_split_is_said_as_it_is() -> None:
    """With `validation: test` the curves called validation are the test set's."""
    sound, article = a_study(a_candidate("relu", [0.1])), a_study(a_candidate("relu", [0.1]), test=True)
    assert measure(sound, "val_accuracy", "last").split == "validation"
    assert measure(article, "val_accuracy", "last").split == "test"
    assert measure(article, "val_accuracy", "last").scores == "accuracy test_last"
    assert measure(sound, "val_loss", "last").scores is None
    assert measure(sound, "val_accuracy", "2").scores is None


@pytest.mark.parametrize(
    ("metric", "at", "said"),
    [
        ("val_acuracy", "last", "did you mean 'val_accuracy'?"),
        ("nothing", "last", "there are val_accuracy"),
        ("val_accuracy", "first", "give last, best, an epoch"),
        ("val_accuracy", "0", "give last, best, an epoch"),
        ("val_accuracy", "4", "study has 3 epochs; give at most 3"),
        ("val_accuracy", "mean-last-4", "give at most 3"),
        ("test_accuracy", "2", "give last or best"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_remedy(metric: str, at: str, said: str) -> None:
    with pytest.raises(UserError, match="--") as caught:
        measure(a_study(a_candidate("relu", [0.1])), metric, at)
    assert said in str(caught.value)
