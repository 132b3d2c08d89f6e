"""A task and its metrics as values: what code asks instead of testing names."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from actsearch.core.json_values import to_json
from actsearch.core.metrics import Metric
from actsearch.core.tasks import MULTICLASS, Learning, Task

ERROR = Task("errors", (Metric("loss", False), Metric("mae", False, least=0, is_mean_over_examples=True)), "mae")
"""A task whose deciding metric is the better the lower."""


def test_a_task_is_read_back_from_json() -> None:
    """Results of a task from outside must be readable where the program that has it is not."""
    for task in (MULTICLASS, ERROR):
        assert Task.from_json(json.loads(json.dumps(to_json(task)))) == task


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: replace(ERROR, decide_by="rmse"), "decide_by='rmse' is none of loss, mae"),
        (lambda: replace(ERROR, metrics=ERROR.metrics[::-1]), "its first metric must be the loss"),
        (lambda: replace(ERROR, metrics=(*ERROR.metrics, ERROR.metrics[1])), "two of its metrics have one name"),
        (lambda: Learning("no colon", "numbers", (("linear", ("mean_squared_error",)),)), "write module:name"),
        (lambda: Learning("a:b", cast(Any, "number"), (("linear", ("huber",)),)), "write labels or numbers"),
        (lambda: Learning("a:b", "numbers", ()), "give each activation with the losses"),
        (lambda: Learning("a:b", "numbers", (("linear", ()),)), "give each activation with the losses"),
    ],
)
def test_a_task_that_could_not_be_learned_or_judged_is_refused(make: Callable[[], object], message: str) -> None:
    """It would be found out by a traceback after the training, or by a table without values."""
    with pytest.raises(ValueError, match=message):
        make()


def test_metrics_of_a_history_and_of_the_test_set_are_in_their_order() -> None:
    """Histories are equal to the byte, whoever wrote them."""
    assert MULTICLASS.history_metrics == (
        *("loss", "accuracy", "binary_accuracy"),
        *("val_loss", "val_accuracy", "val_binary_accuracy"),
    )
    assert MULTICLASS.test_metrics == ("test_accuracy", "test_binary_accuracy", "test_loss")
    assert ERROR.test_metrics == ("test_mae", "test_loss")


def test_a_metric_says_which_way_is_better_and_how_far_it_goes() -> None:
    """A verdict the wrong way round would be the worst of all mistakes."""
    accuracy, mae = MULTICLASS.decisive, ERROR.decisive
    assert accuracy.better(0.9, 0.8)
    assert mae.better(0.8, 0.9)
    assert accuracy.within_bounds(-0.1, 1.2) == (0, 1)
    assert mae.within_bounds(-0.1, 1.2) == (0, 1.2)
    assert (accuracy.widest_difference, mae.widest_difference) == (1, math.inf)
    assert (accuracy.is_share, mae.is_share) == (True, False)
    assert (accuracy.in_plural, mae.in_plural) == ("accuracies", "values of mae")


def test_a_name_with_its_split_is_the_same_metric() -> None:
    """`val_accuracy` and `test_accuracy` are accuracies."""
    assert MULTICLASS.metric("val_accuracy") is MULTICLASS.metric("test_accuracy") is MULTICLASS.decisive
    assert not MULTICLASS.has_metric("val_mae")
