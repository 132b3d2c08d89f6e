"""What so many seeds can find out: the noise of finished studies, and the power that follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from measured_studies import SIX, a_measured_study, like
from scipy import stats

from actsearch.analysis.statistics import power, sample_sizes, study_noise
from actsearch.core.experiment import Experiment
from actsearch.core.trial_results import ExampleScores


def power_with(experiment: Experiment, noise: study_noise.Noise, **how: Any) -> power.Power:
    labels = tuple(candidate.label for candidate in experiment.candidates)
    asked = {"contenders": labels, "examples": 10_000, "margin": 0.001, "confidence": 0.95, "baseline": None, **how}
    return power.power_of_plan(experiment, noise, **asked)


def test_the_table_is_that_of_the_statistics(six: Experiment) -> None:
    """Whoever plans by these numbers and then compares must meet them again."""
    found = power_with(six, study_noise.assumed_noise(correlation=0.3), margin=0.001)
    assert (found.family, found.planned) == (15, 10)
    assert [row.seeds for row in found.rows] == [3, 5, 10, 20]
    for row in found.rows:
        assert row.detectable is not None
        for name in ("value", "low", "high"):  # an assumption is a range as well
            effect, sd = getattr(row.detectable, name), getattr(study_noise.ASSUMED_SD, name)
            reached = sample_sizes.power_to_detect(effect, sd, row.seeds, rho=0.3, family=15)
            assert reached == pytest.approx(0.8, abs=1e-6)
    assert found.to_tie is not None
    n = int(found.to_tie.value)

    def half_width(n: int) -> float:
        sd = study_noise.ASSUMED_SD.value * math.sqrt(2 * 0.7)
        return float(stats.t.ppf(1 - 0.05 / 30, n - 1)) * sd / math.sqrt(n)

    assert half_width(n) <= 0.0005 < half_width(n - 1)


def test_less_noise_than_examples_can_show_is_not_counted_with(six: Experiment) -> None:
    """A comparison does not believe it either: two that go together seed by seed differ by whole examples."""
    found = power_with(six, study_noise.assumed_noise(sd=0.001, correlation=0.999), examples=1000)
    least = 1 / (1000 * math.sqrt(6))
    assert found.least_deviation == pytest.approx(least)
    assert found.noise.sd.value == 0.001
    assert found.row(10).detectable is not None
    plain = sample_sizes.detectable_difference(least / math.sqrt(2), 10, family=15)
    assert found.row(10).detectable.value == pytest.approx(plain)  # type: ignore[union-attr]
    assert power_with(six, study_noise.assumed_noise(sd=0.001, correlation=0.1), examples=1000).least_deviation is None


def test_a_baseline_needs_fewer_seeds(six: Experiment) -> None:
    """It is the cheapest way to a verdict, so it is told of, and counted as what it is."""
    pairs = power_with(six, study_noise.assumed_noise())
    baseline = power_with(six, study_noise.assumed_noise(), baseline="relu")
    assert (pairs.family, baseline.family) == (15, 5)
    assert pairs.to_tie_a_baseline == baseline.to_tie
    assert baseline.to_tie is not None
    assert pairs.to_tie is not None
    assert baseline.to_tie.value < pairs.to_tie.value
    assert baseline.to_tie_a_baseline is None


def test_two_seeds_promise_nothing(make_experiment: Callable[..., Any]) -> None:
    """With them there is no verdict, so there is no difference that would be found."""
    experiment, _ = make_experiment(("relu", "gelu"), seeds=2)
    found = power_with(experiment, study_noise.assumed_noise())
    assert found.row(2).detectable is None
    assert found.row(3).detectable is not None


def test_a_margin_out_of_reach_is_told_as_one(six: Experiment) -> None:
    """A number of seeds with eight digits is no plan."""
    found = power_with(six, study_noise.assumed_noise(sd=0.05), margin=0.00001)
    assert found.to_tie is None
    assert found.to_detect is None


def test_noise_is_never_below_the_rounding_to_examples(six: Experiment) -> None:
    """Three seeds with the same accuracy on 100 examples do not mean that there is no chance in it."""
    study = a_measured_study({name: [0.9, 0.9, 0.9] for name in SIX})
    found = power_with(six, study_noise.measured_noise(study, like(study, six)), examples=100)
    assert found.least_deviation == pytest.approx(0.01 / math.sqrt(6))
    assert found.row(10).detectable is not None


def test_what_the_examples_leave_open_is_told_if_a_study_shows_it(six: Experiment) -> None:
    """More seeds cannot shrink it: a study that trains for days for a tie that cannot come is told so beforehand."""
    rng = np.random.default_rng(3)
    examples, seeds, share = 4000, 5, 0.02
    # Each network has 2 % of the examples wrong, the same with every seed: all the variance is that of the examples.
    wrong = {name: rng.random(examples) < share for name in ("relu", "gelu")}
    study = a_measured_study({name: [0.98 + 0.0001 * seed for seed in range(seeds)] for name in wrong})
    study = replace(study, candidates=tuple(
        replace(one, trials=tuple(
            replace(trial, scores={
                "accuracy validation_last": ExampleScores.of_array(~wrong[one.label], "same")})
            for trial in one.trials))
        for one in study.candidates))  # fmt: skip
    noise = study_noise.measured_noise(study, like(study, six))
    assert noise.example_variance == pytest.approx(2 * share * (1 - share), rel=0.2)
    found = power_with(six, noise, examples=10_000, margin=0.001)
    assert found.smallest_tie is not None
    z = stats.norm.ppf(1 - 0.05 / 30)  # of the intervals of all 15 pairs
    assert found.smallest_tie == pytest.approx(z * math.sqrt(noise.example_variance / 10_000))
    assert found.smallest_tie > 0.001
    assert found.examples_to_tie is not None
    assert (z + stats.norm.ppf(0.9)) * math.sqrt(noise.example_variance / found.examples_to_tie) <= 0.001
    assert power_with(six, noise, examples=10_000, margin=0.01).examples_to_tie is None
