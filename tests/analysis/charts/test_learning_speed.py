"""How many epochs and seconds a target takes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from compared_studies import compared
from comparison_cases import a_trial

from actsearch.analysis.charts import learning_speed
from actsearch.core.activation import Activation
from actsearch.core.errors import NothingToShow
from actsearch.core.trial_results import CandidateResult


def a_learner(label: str, *curves: Sequence[float]) -> CandidateResult:
    """A candidate with these validation accuracies by epoch, a seed each; its epochs take 2 seconds (the median)."""
    trials = tuple(a_trial(curve[-1], s, curve=curve[:-1]) for s, curve in enumerate(curves))
    return CandidateResult(label, Activation(label), {}, trials)


FAST = a_learner("fast", [0.5, 0.7, 0.9, 0.9], [0.7, 0.9, 0.8, 0.9], [0.9, 0.9, 0.9, 0.9])

SLOW = a_learner("slow", [0.1, 0.5, 0.7, 0.9], [0.1, 0.2, 0.5, 0.85], [0.1, 0.2, 0.5, 0.6])


def test_learning_speed_counts_the_first_epoch_that_reaches_the_target() -> None:
    """By hand; a seed that never does makes the median later, and is counted."""
    figure = learning_speed.learning_speed_table(compared(SLOW, FAST, target=0.9), "l")
    fast, slow = figure.rows
    assert [one.target for one in fast.reached] == [0.6, 0.8, 0.9]
    assert fast.reached[2] == learning_speed.Reached(0.9, (1, 2, 3), 0)
    assert fast.reached[2].median == 2
    assert slow.reached[0].epochs == (3, 4, 4)
    assert slow.reached[1] == learning_speed.Reached(0.8, (4, 4), 1)
    assert slow.reached[1].median == 4
    assert slow.reached[2].epochs == (4,)
    assert slow.reached[2].never == 2
    assert slow.reached[2].median == math.inf
    assert fast.seconds_per_epoch == 2
    assert (figure.last_epoch, figure.last_second) == (4, 8)


def test_the_targets_of_a_loss_are_above_it() -> None:
    """Four times and twice the loss come before it."""
    figure = learning_speed.learning_speed_table(compared(FAST, SLOW, metric="val_loss", target=0.1), "l")
    assert [one.target for one in figure.rows[0].reached] == [0.4, 0.2, 0.1]
    assert figure.rows[0].reached[2].epochs == (1, 2, 3)
    assert figure.targets[2] == "validation loss 0.1"


def test_many_contenders_have_one_target() -> None:
    """A hundred rows of three lines would be a poster."""
    some = [a_learner(f"c{i}", *[[0.1, 0.5, 0.9, 0.9 + i / 1000]] * 3) for i in range(31)]
    assert len(learning_speed.learning_speed_table(compared(*some, target=0.9), "l").targets) == 1


def test_a_metric_of_the_last_epoch_alone_has_no_speed() -> None:
    """With the remedy."""
    with pytest.raises(NothingToShow, match="--metric val_accuracy"):
        learning_speed.learning_speed_table(compared(FAST, SLOW, metric="test_accuracy"), "l")


def test_a_contender_without_a_completed_seed_is_the_last_row() -> None:
    """It is there, and empty."""
    lost = CandidateResult("lost", Activation("elu"), {}, (a_trial(None, 0, "diverged"),))
    figure = learning_speed.learning_speed_table(compared(lost, FAST, SLOW), "l")
    assert [row.name for row in figure.rows] == ["fast", "slow", "lost"]
    assert figure.rows[2].reached == ()
    assert figure.rows[2].note == "1 diverged"
