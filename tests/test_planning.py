"""What a run will cost: a night, or a week."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from actsearch import data, planning
from actsearch.data import Dataset
from actsearch.experiment import Cnn, DataSpec, Mlp

IMAGES = np.zeros((40, 28, 28, 1), np.uint8)
DATASET = Dataset(IMAGES, np.arange(40) % 4, IMAGES, np.arange(40) % 4, classes=4)
SPLITS = data.split(DATASET, DataSpec("mnist", holdout=10))


@pytest.mark.parametrize(("jobs", "rounds"), [(1, 3), (2, 2), (3, 1), (64, 1)])
def test_workers_share_whole_trials(make_experiment: Callable[..., Any], jobs: int, rounds: int) -> None:
    """Three trials take two workers as long as two trials take one, and sixty idle ones help nobody."""
    _, trials = make_experiment(seeds=3, epochs=5)
    measured = planning.estimate(trials, DATASET, SPLITS, [9.0, 10.0, 11.0], jobs)
    assert measured.low <= 10 * 5 * rounds <= measured.high
    assert measured.high < 2 * measured.low
    assert measured.basis == "3 measured epochs"
    guessed, alone = (planning.estimate(trials, DATASET, SPLITS, jobs=n) for n in (jobs, 3))
    loading = planning.LOADING_SECONDS[0]
    assert guessed.low - loading == pytest.approx((alone.low - loading) * rounds, rel=0.2)
    assert guessed.basis.endswith("GFLOP/s, measured now")


def test_nothing_costs_nothing() -> None:
    """And does not ask how fast the machine is."""
    nothing = planning.estimate((), DATASET, SPLITS, jobs=4)
    assert (nothing.low, nothing.high) == (0, 0)


def test_the_arithmetic_of_a_network_is_that_of_its_products() -> None:
    """An estimate that forgets the convolutions is off by a factor of ten."""
    mlp = Mlp((16,), 0.0, "glorot_uniform", "dropout", False)
    assert planning.forward_flops(mlp, (784,), 10) == 2 * (784 * 16 + 16 * 10)
    cnn = Cnn((2, 3), 3, (5,), (0.0, 0.0), "glorot_uniform", "dropout", False)
    convolutions = 26 * 26 * 2 * 9 + 24 * 24 * 3 * 9 * 2
    assert planning.forward_flops(cnn, (28, 28, 1), 10) == 2 * (convolutions + 12 * 12 * 3 * 5 + 5 * 10)


def test_epochs_of_other_settings_are_no_measure(make_experiment: Callable[..., Any]) -> None:
    """An hour an epoch of a network that was dropped says nothing about the one that is left."""
    from actsearch.results import CandidateResult, ExperimentResult, TrialResult

    experiment, (wanted, _) = make_experiment(["relu", "selu"])
    results = [
        CandidateResult("relu", experiment.candidates[0].activation, {}, (TrialResult(i, 0, "completed", 2, {}, took),))
        for i, took in ((wanted.id, (1.0, 2.0)), ("other", (3600.0,)))
    ]
    previous = ExperimentResult("tiny", "", "tiny", tuple(results), False, "categorical_crossentropy")
    assert planning.measured_epochs(previous, [wanted]) == [1.0, 2.0]
