"""What a run will cost: a night, or a week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from actsearch.core.experiment import Candidate, Cnn, DataSpec, DiagnosticsSpec, Experiment, Mlp, Optimizer
from actsearch.core.identity import expand
from actsearch.data import datasets
from actsearch.data.datasets import Dataset
from actsearch.study import planning
from actsearch.study.planning import Cost, Timed

IMAGES = np.zeros((40, 28, 28, 1), np.uint8)
DATASET = Dataset(IMAGES, np.arange(40) % 4, IMAGES, np.arange(40) % 4, classes=4)
SPLITS = datasets.split(DATASET, DataSpec("mnist", holdout=10))


@pytest.mark.parametrize(("jobs", "rounds"), [(1, 3), (2, 2), (3, 1), (64, 1)])
def test_workers_share_whole_trials(make_experiment: Callable[..., Any], jobs: int, rounds: int) -> None:
    """Three trials take two workers as long as two trials take one, and sixty idle ones help nobody."""
    experiment, trials = make_experiment(seeds=3, epochs=5)
    choices = [[(place,) for place in planning.places(experiment, trials)]]
    costs, basis = planning.guess(experiment, DATASET, SPLITS, {0: [9.0, 10.0, 11.0]})
    low, high = planning.total(choices, costs, jobs)
    assert low <= 10 * 5 * rounds <= high < 2 * low
    assert basis == "3 measured epochs"
    costs, basis = planning.guess(experiment, DATASET, SPLITS, {})
    assert basis.endswith("GFLOP/s, measured now")


def test_nothing_costs_nothing(make_experiment: Callable[..., Any]) -> None:
    """Not even the loading of TensorFlow."""
    experiment, _ = make_experiment()
    costs, _ = planning.guess(experiment, DATASET, SPLITS, {})
    assert planning.total([[]], costs, jobs=4) == (0, 0)
    assert planning.share_of_looking([[]], costs) == 0


def test_what_may_follow_is_one_setting_of_each(tuned: Experiment) -> None:
    """Which setting, the tuning will tell."""
    compared = [trial for trial in expand(tuned, "") if trial.seed in tuned.seeds]
    assert planning.choices_to_follow(tuned, compared) == [(0, 1), (2, 3)] * 2


def test_the_arithmetic_of_a_network_is_that_of_its_products() -> None:
    """An estimate that forgets the convolutions is off by a factor of ten."""
    mlp = Mlp((16,), 0.0, "glorot_uniform", "dropout", False)
    assert planning.forward_flops(mlp, (784,), 10) == 2 * (784 * 16 + 16 * 10)
    cnn = Cnn((2, 3), 3, (5,), (0.0, 0.0), "glorot_uniform", "dropout", False)
    convolutions = 26 * 26 * 2 * 9 + 24 * 24 * 3 * 9 * 2
    assert planning.forward_flops(cnn, (28, 28, 1), 10) == 2 * (convolutions + 12 * 12 * 3 * 5 + 5 * 10)


def test_a_guess_counts_the_steps_of_the_run(make_experiment: Callable[..., Any]) -> None:
    """By hand: 30 examples to train with, 10 to validate, 40 to test, two networks of which are tested at the end."""
    experiment, _ = make_experiment(epochs=5)
    (candidate,) = experiment.candidates
    flops = planning.forward_flops(candidate.model, DATASET.input_shape, 4)
    assert planning._work(candidate, DATASET, SPLITS) == ((5 * (3 * 30 + 10) + 2 * 40) * flops, 5 * (4 + 1) + 2)
    tested = datasets.split(DATASET, DataSpec("mnist"))  # nothing is held out, and nothing more tested at the end
    assert planning._work(candidate, DATASET, tested) == (5 * (3 * 40 + 40) * flops, 5 * (5 + 1))


def test_epochs_of_other_settings_are_no_measure(make_experiment: Callable[..., Any]) -> None:
    """An hour an epoch of a network that was dropped says nothing about the one that is left."""
    from actsearch.core.results import ExperimentResult
    from actsearch.core.trial_results import CandidateResult, TrialResult

    experiment, (wanted, _) = make_experiment(["relu", "selu"])
    results = [
        CandidateResult("relu", experiment.candidates[0].activation, {}, (TrialResult(i, 0, "completed", 2, {}, took),))
        for i, took in ((wanted.id, (1.0, 2.0)), ("other", (3600.0,)))
    ]
    previous = ExperimentResult("tiny", "", "tiny", tuple(results), False, "categorical_crossentropy")
    assert planning.measured_epochs(previous, [wanted], experiment) == {0: [1.0, 2.0]}


# --- a whole experiment, from timed steps


@pytest.fixture
def tuned(make_experiment: Callable[..., Any]) -> Experiment:
    """Two activations at two learning rates each, three tuning seeds, two seeds."""
    experiment, _ = make_experiment(["relu", "relu", "gelu", "gelu"], seeds=2)
    return replace(experiment, tuning_seeds=(1000, 1001, 1002))


def test_the_stages_are_those_of_the_run(tuned: Experiment) -> None:
    """A plan that forgets the tuning promises a third of the time."""
    tuning, comparison = planning.stages(tuned)
    assert (tuning.role, tuning.trials, tuning.choices) == ("tuning", 12, ((0,), (1,), (2,), (3,)))
    assert (comparison.role, comparison.trials, comparison.choices) == ("comparison", 4, ((0, 1), (2, 3)))
    assert [stage.trials for stage in planning.stages(tuned, seeds=10)] == [12, 20]
    assert planning.contenders(tuned) == ("relu", "gelu")
    (alone,) = planning.stages(replace(tuned, tuning_seeds=()))
    assert (alone.role, alone.trials) == ("comparison", 8)


def test_the_trials_of_a_stage_are_those_of_the_run(tuned: Experiment) -> None:
    """What is finished is known by the ids: with others, nothing would ever be."""
    tuning, comparison = planning.stages(tuned)
    trials = planning.trials_of(tuning, tuned, "0" * 64)
    assert [len(one) for one in trials] == [1] * 12
    assert [one[0].seed for one in trials[::4]] == [1000, 1001, 1002]
    trials = planning.trials_of(comparison, tuned, "0" * 64)
    assert [(one[0].candidate.label, one[1].candidate.label, one[0].seed) for one in trials] == [
        ("relu", "relu", 0),
        ("gelu", "gelu", 0),
        ("relu", "relu", 1),
        ("gelu", "gelu", 1),
    ]


def test_workers_take_trials_in_order_and_keep_their_networks() -> None:
    """By hand: a worker pays for its first trial of a candidate, and a little for another seed of it."""
    costs = [Cost(start=3.0, again=1.0, rest=10.0), Cost(start=3.0, again=1.0, rest=20.0)]
    order = [(0,), (1,)] * 2
    assert planning.makespan(order, costs, jobs=1) == (3 + 10) + (3 + 20) + (1 + 10) + (1 + 20)
    # Worker A: 0 until 13, then 0 again until 24. Worker B: 1 until 23, then 1 again until 44.
    assert planning.makespan(order, costs, jobs=2) == 44
    assert planning.makespan([(0, 1)], costs, jobs=1) == 18  # either of them
    many = [Cost(3.0, 1.0, 10.0)] * 9
    rounds = [(place,) for place in range(9)] * 2
    assert planning.makespan(rounds, many, jobs=1) == 18 * 13  # eight networks are kept, and nine are gone round


def test_a_stage_waits_for_the_one_before() -> None:
    """The settings are not chosen before the last of the tuning trials is done, so workers stand idle."""
    costs = [Cost(0.0, 0.0, 10.0)], [Cost(0.0, 0.0, 20.0)]
    stages = [[(0,)] * 3, [(0,)]]
    assert planning.total(stages, costs, jobs=2, loading=(1.0, 2.0)) == (1 + 20 + 10, 2 + 40 + 20)
    assert planning.total([[], []], costs, jobs=2) == (0, 0)


def test_a_trial_costs_its_steps(make_experiment: Callable[..., Any]) -> None:
    """By hand: 30 training examples in batches of 8 are 4 steps, 10 validation and 40 test examples one each."""
    experiment, _ = make_experiment(epochs=5, diagnostics=DiagnosticsSpec(every=2))
    (candidate,) = experiment.candidates
    timed = Timed(start=3, again=1, step=0.01, low=0.005, high=0.02, steps=20, evaluation=0.1, look=1)
    low, high = planning.costs(experiment, DATASET, SPLITS, {planning.kind_of(candidate): timed})
    looks = 1 + 3  # the untrained network, and epochs 2, 4, 5
    steps = 5 * (4 * 0.005 + 0.05) + 2 * 0.05  # by the lower quartile of the steps, of evaluation too
    (less, more) = planning.LEEWAY
    assert low == (Cost(3 * less, less, pytest.approx((steps + looks) * less), looks * less),)
    assert high == (Cost(3 * more, more, pytest.approx((4 * steps + looks) * more), looks * more),)
    tested = datasets.split(
        DATASET, DataSpec("mnist")
    )  # the test set is the validation set: no more is tested in the end
    assert planning.Steps.of(candidate, DATASET, tested) == planning.Steps(training=5, validation=1, test=0)


def test_only_what_changes_the_cost_is_timed_again(make_experiment: Callable[..., Any]) -> None:
    """A grid of learning rates must not be timed point by point, and another batch size must be."""
    experiment, _ = make_experiment()
    (candidate,) = experiment.candidates

    def kind(**changes: Any) -> str:
        changed: Candidate = replace(candidate, training=replace(candidate.training, **changes))
        return planning.kind_of(changed)

    same = kind(), kind(epochs=100), kind(optimizer=Optimizer("sgd", {"learning_rate": 0.5}))
    initial = replace(candidate, model=replace(candidate.model, kernel_initializer="lecun_normal"))
    assert len({kind(), *same, planning.kind_of(initial)}) == 1
    others = (
        kind(batch_size=16),
        kind(precision="mixed_bfloat16"),
        kind(optimizer=Optimizer("adam", {"learning_rate": 0.01})),
        kind(optimizer=Optimizer("sgd", {"learning_rate": 0.01, "clipnorm": 1.0})),
        planning.kind_of(replace(candidate, model=replace(candidate.model, dense=(8,)))),
    )
    assert len({kind(), *others}) == 6


def test_a_guess_goes_by_measured_epochs_where_there_are_any(make_experiment: Callable[..., Any]) -> None:
    """Measured on the very network they are worth more than its arithmetic; for a new candidate the others' do."""
    experiment, _ = make_experiment(["relu", "gelu"], epochs=4)
    low, high = planning.guessed_costs(experiment, DATASET, SPLITS, {0: [2.0, 3.0, 10.0]}, speed=1e9)
    assert [cost.rest for cost in low] == pytest.approx([0.8 * 4 * 3] * 2)
    assert [cost.rest for cost in high] == pytest.approx([1.3 * 4 * 3] * 2)
    low, high = planning.guessed_costs(experiment, DATASET, SPLITS, {}, speed=1e9)
    assert 0 < low[0].rest < high[0].rest < 1
