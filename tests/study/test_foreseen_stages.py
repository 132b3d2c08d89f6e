"""The stages that a plan foresees: those of the run, or it promises another time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from planned_studies import tuned_pair

from actsearch.core.experiment import Experiment
from actsearch.study import foreseen_stages


@pytest.fixture
def tuned(make_experiment: Callable[..., Any]) -> Experiment:
    return tuned_pair(make_experiment)


def test_what_may_follow_is_one_setting_of_each(tuned: Experiment) -> None:
    """Which setting, the tuning will tell."""
    assert foreseen_stages.settings_to_choose(tuned, tuned.candidates) == ((0, 1), (2, 3))
    assert foreseen_stages.settings_to_choose(tuned, tuned.candidates[2:]) == ((2, 3),)


def test_the_stages_are_those_of_the_run(tuned: Experiment) -> None:
    """A plan that forgets the tuning promises a third of the time."""
    tuning, comparison = foreseen_stages.foreseen_stages(tuned)
    assert (tuning.role, tuning.trials, tuning.choices) == ("tuning", 12, ((0,), (1,), (2,), (3,)))
    assert (comparison.role, comparison.trials, comparison.choices) == ("comparison", 4, ((0, 1), (2, 3)))
    assert [stage.trials for stage in foreseen_stages.foreseen_stages(tuned, seeds=10)] == [12, 20]
    assert foreseen_stages.contenders(tuned) == ("relu", "gelu")
    (alone,) = foreseen_stages.foreseen_stages(replace(tuned, tuning_seeds=()))
    assert (alone.role, alone.trials) == ("comparison", 8)


def test_the_trials_of_a_stage_are_those_of_the_run(tuned: Experiment) -> None:
    """What is finished is known by the ids: with others, nothing would ever be."""
    tuning, comparison = foreseen_stages.foreseen_stages(tuned)
    trials = foreseen_stages.trials_of(tuning, tuned, "0" * 64)
    assert [len(one) for one in trials] == [1] * 12
    assert [one[0].seed for one in trials[::4]] == [1000, 1001, 1002]
    trials = foreseen_stages.trials_of(comparison, tuned, "0" * 64)
    assert [(one[0].candidate.label, one[1].candidate.label, one[0].seed) for one in trials] == [
        ("relu", "relu", 0),
        ("gelu", "gelu", 0),
        ("relu", "relu", 1),
        ("gelu", "gelu", 1),
    ]
