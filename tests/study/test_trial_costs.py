"""What a trial costs: from timed steps, measured epochs, or arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from planned_studies import DATASET, SPLITS
from toy_members.toy_network import Residual

from actsearch.core.experiment import Candidate, DataSpec, DiagnosticsSpec, Optimizer
from actsearch.data.kinds.named import NamedSource
from actsearch.data.splitting import split
from actsearch.study import disk, trial_costs
from actsearch.study.trial_costs import Cost, Timed


def test_a_guess_counts_the_steps_of_the_run(make_experiment: Callable[..., Any]) -> None:
    """By hand: 30 examples to train with, 10 to validate, 40 to test, two networks of which are tested at the end."""
    experiment, _ = make_experiment(epochs=5)
    (candidate,) = experiment.candidates
    cost = candidate.model.cost(DATASET.input_shape, 4)
    assert cost is not None
    flops = cost.flops
    assert trial_costs._work_of_training(candidate, DATASET, SPLITS, flops) == (
        (5 * (3 * 30 + 10) + 2 * 40) * flops,
        5 * (4 + 1) + 2,
    )
    # Nothing is held out, and nothing more tested at the end.
    tested = split(DATASET, DataSpec(NamedSource("mnist")))
    assert trial_costs._work_of_training(candidate, DATASET, tested, flops) == (5 * (3 * 40 + 40) * flops, 5 * (5 + 1))


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
    assert trial_costs.measured_epochs(previous, [wanted], experiment) == {0: [1.0, 2.0]}


def test_a_trial_costs_its_steps(make_experiment: Callable[..., Any]) -> None:
    """By hand: 30 training examples in batches of 8 are 4 steps, 10 validation and 40 test examples one each."""
    experiment, _ = make_experiment(epochs=5, diagnostics=DiagnosticsSpec(every=2))
    (candidate,) = experiment.candidates
    timed = Timed(start=3, again=1, step=0.01, low=0.005, high=0.02, steps=20, evaluation=0.1, look=1)
    low, high = trial_costs.timed_costs(experiment, DATASET, SPLITS, {trial_costs.kind_of(candidate): timed})
    looks = 1 + 3  # the untrained network, and epochs 2, 4, 5
    steps = 5 * (4 * 0.005 + 0.05) + 2 * 0.05  # by the lower quartile of the steps, of evaluation too
    (less, more) = trial_costs.LEEWAY
    assert low == (Cost(3 * less, less, pytest.approx((steps + looks) * less), looks * less),)
    assert high == (Cost(3 * more, more, pytest.approx((4 * steps + looks) * more), looks * more),)
    # The test set is the validation set: no more is tested in the end.
    tested = split(DATASET, DataSpec(NamedSource("mnist")))
    assert trial_costs.Steps.of(candidate, DATASET, tested) == trial_costs.Steps(training=5, validation=1, test=0)


def test_only_what_changes_the_cost_is_timed_again(make_experiment: Callable[..., Any]) -> None:
    """A grid of learning rates must not be timed point by point, and another batch size must be."""
    experiment, _ = make_experiment()
    (candidate,) = experiment.candidates

    def kind(**changes: Any) -> str:
        changed: Candidate = replace(candidate, training=replace(candidate.training, **changes))
        return trial_costs.kind_of(changed)

    same = kind(), kind(epochs=100), kind(optimizer=Optimizer("sgd", {"learning_rate": 0.5}))
    initial = replace(candidate, model=replace(candidate.model, kernel_initializer="lecun_normal"))
    assert len({kind(), *same, trial_costs.kind_of(initial)}) == 1
    others = (
        kind(batch_size=16),
        kind(precision="mixed_bfloat16"),
        kind(optimizer=Optimizer("adam", {"learning_rate": 0.01})),
        kind(optimizer=Optimizer("sgd", {"learning_rate": 0.01, "clipnorm": 1.0})),
        trial_costs.kind_of(replace(candidate, model=replace(candidate.model, dense=(8,)))),
    )
    assert len({kind(), *others}) == 6


def test_a_guess_goes_by_measured_epochs_where_there_are_any(make_experiment: Callable[..., Any]) -> None:
    """Measured on the very network they are worth more than its arithmetic; for a new candidate the others' do."""
    experiment, _ = make_experiment(["relu", "gelu"], epochs=4)
    low, high = trial_costs.guessed_costs(experiment, DATASET, SPLITS, {0: [2.0, 3.0, 10.0]}, speed=1e9)
    assert [cost.rest for cost in low] == pytest.approx([0.8 * 4 * 3] * 2)
    assert [cost.rest for cost in high] == pytest.approx([1.3 * 4 * 3] * 2)
    low, high = trial_costs.guessed_costs(experiment, DATASET, SPLITS, {}, speed=1e9)
    assert 0 < low[0].rest < high[0].rest < 1


def test_a_network_whose_arithmetic_is_unknown_is_not_guessed(make_experiment: Callable[..., Any]) -> None:
    """A number out of the air would be believed; epochs that were measured are worth as much as for any network."""
    experiment, _ = make_experiment(["relu", "gelu"], epochs=4, diagnostics=DiagnosticsSpec(every=2))
    networks = [replace(candidate, model=Residual(8, 2)) for candidate in experiment.candidates]
    unknown = replace(experiment, candidates=tuple(networks))
    assert trial_costs.guess(unknown, DATASET, SPLITS, {}) == (None, trial_costs.NO_BASIS)
    costs, basis = trial_costs.guess(unknown, DATASET, SPLITS, {0: [2.0, 3.0, 10.0]})
    assert basis == "3 measured epochs"
    assert costs is not None
    looks = 1 + 2  # the untrained network, and epochs 2 and 4: four passes of 30 examples, of 3 * 30 + 10 in an epoch
    share, steps = 4 * 30 / 100, trial_costs.LOOKING_STEPS * trial_costs.STEP_SECONDS
    for of, factor in zip(costs, (0.8, 1.3), strict=True):
        assert [cost.looking for cost in of] == pytest.approx([looks * (3 * factor * share + steps)] * 2)
        assert [cost.rest - cost.looking for cost in of] == pytest.approx([4 * 3 * factor] * 2)
    needed = disk.needed_disk(unknown, DATASET, SPLITS, [(0,), (1,)], jobs=1)
    assert needed.results > 0
    assert needed.checkpoints is None
