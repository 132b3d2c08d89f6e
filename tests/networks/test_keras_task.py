"""What is asked of a task's Keras half: a mistake in one is told in a line, and no wrong number is written."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from toy_members.toy_task import DISTANCES

from actsearch.core.tasks import Task
from actsearch.networks import keras_task

pytestmark = pytest.mark.xdist_group("tensorflow")

RNG = np.random.default_rng(0)
TARGETS = RNG.normal(size=(20, 2)).astype(np.float32)
OUTPUTS = (TARGETS + RNG.normal(size=(20, 2))).astype(np.float32)
LOSS = "mean_absolute_error"


def faulty(name: str) -> Task:
    learning = replace(DISTANCES.as_learned, in_keras=f"toy_members.faulty_tasks:{name}")
    return replace(DISTANCES, learning=learning)


def kept(task: Task) -> object:
    return keras_task.kept_of(task, OUTPUTS, TARGETS, LOSS, "last")


FAULTS: dict[str, tuple[Callable[[Task], Any], str]] = {
    "ScoresOfThree": (
        lambda task: keras_task.kept_of(task, OUTPUTS, TARGETS, LOSS, "last"),
        "shape .3,. for 20 exampl",
    ),
    "ScoresOfSquares": (
        lambda task: keras_task.kept_of(task, OUTPUTS, TARGETS, LOSS, "last"),
        "the mean of mae_last is",
    ),
    "ScoresOfAnotherName": (kept, "lacks mae_last"),
    "NoMae": (lambda task: keras_task.values_of(task, OUTPUTS, TARGETS, LOSS), "has loss, r2_score, and the task dist"),
    "NoGuess": (lambda task: keras_task.highest_loss(task, TARGETS, LOSS), "guessing.. gives no finite loss"),
    "MetricOfAnotherName": (keras_task.new_metrics, "has loss, mean_abs, r2_score, and the task distances has"),
    "OneLoss": (lambda task: keras_task.new_loss(task, LOSS), "losses lacks mean_absolute_error"),
    "NotThere": (keras_task.keras_half, "the Keras half of the task distances is not there"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_of_its_author_fails_the_trial_with_a_line_that_names_it(name: str) -> None:
    """Wrong scores would make a wrong noise and a wrong verdict; no guess would call every training diverged."""
    what, message = FAULTS[name]
    with pytest.raises(ValueError, match=f"toy_members.faulty_tasks:{name}: .*{message}"):
        what(faulty(name))


def test_values_of_any_number_type_are_written() -> None:
    """A value of NumPy's would stop the whole run when it is written."""
    values = keras_task.values_of(faulty("NumbersOfNumPy"), OUTPUTS, TARGETS, LOSS)
    assert list(json.loads(json.dumps(values))) == ["loss", "mae", "r2_score"]


def test_targets_that_are_all_alike_leave_only_losses_that_are_not_finite() -> None:
    """A million times nothing is nothing: every training would have diverged."""
    assert keras_task.highest_loss(DISTANCES, np.ones((5, 1), np.float32), LOSS) == math.inf
