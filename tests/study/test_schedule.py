"""How long a run takes on several workers: a night, or a week."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from planned_studies import DATASET, SPLITS

from actsearch.study import foreseen_stages, schedule, trial_costs
from actsearch.study.trial_costs import Cost


@pytest.mark.parametrize(("jobs", "rounds"), [(1, 3), (2, 2), (3, 1), (64, 1)])
def test_workers_share_whole_trials(make_experiment: Callable[..., Any], jobs: int, rounds: int) -> None:
    """Three trials take two workers as long as two trials take one, and sixty idle ones help nobody."""
    experiment, trials = make_experiment(seeds=3, epochs=5)
    choices = [[(place,) for place in foreseen_stages.places(experiment, trials)]]
    costs, basis = trial_costs.guess(experiment, DATASET, SPLITS, {0: [9.0, 10.0, 11.0]})
    low, high = schedule.total(choices, costs, jobs)
    assert low <= 10 * 5 * rounds <= high < 2 * low
    assert basis == "3 measured epochs"
    costs, basis = trial_costs.guess(experiment, DATASET, SPLITS, {})
    assert basis.endswith("GFLOP/s, measured now")


def test_nothing_costs_nothing(make_experiment: Callable[..., Any]) -> None:
    """Not even the loading of TensorFlow."""
    experiment, _ = make_experiment()
    costs, _ = trial_costs.guess(experiment, DATASET, SPLITS, {})
    assert schedule.total([[]], costs, jobs=4) == (0, 0)
    assert schedule.share_of_looking([[]], costs) == 0


def test_workers_take_trials_in_order_and_keep_their_networks() -> None:
    """By hand: a worker pays for its first trial of a candidate, and a little for another seed of it."""
    costs = [Cost(start=3.0, again=1.0, rest=10.0), Cost(start=3.0, again=1.0, rest=20.0)]
    order = [(0,), (1,)] * 2
    assert schedule.makespan(order, costs, jobs=1) == (3 + 10) + (3 + 20) + (1 + 10) + (1 + 20)
    # Worker A: 0 until 13, then 0 again until 24. Worker B: 1 until 23, then 1 again until 44.
    assert schedule.makespan(order, costs, jobs=2) == 44
    assert schedule.makespan([(0, 1)], costs, jobs=1) == 18  # either of them
    many = [Cost(3.0, 1.0, 10.0)] * 9
    rounds = [(place,) for place in range(9)] * 2
    assert schedule.makespan(rounds, many, jobs=1) == 18 * 13  # eight networks are kept, and nine are gone round


def test_a_stage_waits_for_the_one_before() -> None:
    """The settings are not chosen before the last of the tuning trials is done, so workers stand idle."""
    costs = [Cost(0.0, 0.0, 10.0)], [Cost(0.0, 0.0, 20.0)]
    stages = [[(0,)] * 3, [(0,)]]
    assert schedule.total(stages, costs, jobs=2, loading=(1.0, 2.0)) == (1 + 20 + 10, 2 + 40 + 20)
    assert schedule.total([[], []], costs, jobs=2) == (0, 0)
