"""What so many seeds can find out: the noise of finished studies, and the power that follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from actsearch.analysis import power, statistics
from actsearch.core.experiment import Activation, Experiment
from actsearch.core.identity import identity
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, Correct, TrialResult

SHA256 = "0" * 64
SIX = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")


def _study(
    accuracies: Mapping[str, Any], folder: str = "results/old", settings: Mapping[str, Any] | None = None
) -> ExperimentResult:
    """A finished study: of each candidate the accuracies of seeds 0, 1, ... after the last of two epochs."""
    candidates = [
        CandidateResult(
            label,
            Activation(label),
            {},
            tuple(
                TrialResult(
                    f"{label}-{seed}", seed, "completed", 2, {"val_accuracy": (0.5, float(value))},
                    settings=settings or {},
                )
                for seed, value in enumerate(values)
            ),
        )
        for label, values in accuracies.items()
    ]  # fmt: skip
    return ExperimentResult("old", "", folder, tuple(candidates), False, "categorical_crossentropy")


def _settings(experiment: Experiment, sha256: str = SHA256, **changes: Any) -> Mapping[str, Any]:
    candidate = replace(experiment.candidates[0], **changes)
    return identity(candidate, 0, experiment.data, sha256)


def _like(result: ExperimentResult, experiment: Experiment) -> power.Likeness:
    found = power.likeness(result, experiment, SHA256)
    assert found is not None
    return found


@pytest.fixture
def six(make_experiment: Callable[..., Any]) -> Experiment:
    """Six activations, ten seeds."""
    experiment: Experiment = make_experiment(SIX, seeds=10)[0]
    return experiment


def _power(experiment: Experiment, noise: power.Noise, **how: Any) -> power.Power:
    labels = tuple(candidate.label for candidate in experiment.candidates)
    asked = {"contenders": labels, "examples": 10_000, "margin": 0.001, "confidence": 0.95, "baseline": None, **how}
    return power.power(experiment, noise, **asked)


def test_the_noise_is_that_of_a_typical_candidate(make_experiment: Callable[..., Any]) -> None:
    """One activation that sometimes does not learn at all must not make the others look like a lottery."""
    experiment, _ = make_experiment(("relu", "gelu"))
    rng = np.random.default_rng(0)
    accuracies = {name: 0.98 + 0.0005 * rng.standard_normal(200) for name in ("relu", "gelu", "elu", "selu")}
    accuracies["sigmoid"] = 0.9 + 0.05 * rng.standard_normal(200)
    study = _study(accuracies)
    noise = power.measured(study, _like(study, experiment))
    assert noise.sd.value == pytest.approx(0.0005, rel=0.1)
    assert noise.sd.low < noise.sd.value < noise.sd.high < 1.1 * noise.sd.value
    assert noise.correlation == pytest.approx(0, abs=0.15)
    assert [name for name, _ in noise.noisier] == ["sigmoid"]
    assert "results/old" in noise.source


def test_the_range_of_the_noise_holds_the_truth(make_experiment: Callable[..., Any]) -> None:
    """A plan of six candidates with five seeds each promises 80 %; the range may be wider, never much narrower."""
    experiment, _ = make_experiment(("relu", "gelu"))
    rng = np.random.default_rng(1)
    held = biased = 0
    studies = 400
    for _ in range(studies):
        study = _study({name: 0.98 + 0.0005 * rng.standard_normal(5) for name in SIX})
        noise = power.measured(study, _like(study, experiment))
        held += noise.sd.low <= 0.0005 <= noise.sd.high
        biased += noise.sd.value > 0.0005
    assert held / studies >= 0.75
    assert 0.4 < biased / studies < 0.6


def test_pairs_that_rise_and_fall_together_are_found(make_experiment: Callable[..., Any]) -> None:
    """Pairing by seed is what makes ten seeds enough; from fewer than five seeds it is not believed."""
    experiment, _ = make_experiment(("relu", "gelu"))
    rng = np.random.default_rng(2)
    common = rng.standard_normal(50)
    together = {
        name: 0.98 + 0.0005 * (math.sqrt(0.6) * common + math.sqrt(0.4) * rng.standard_normal(50)) for name in SIX
    }
    study = _study(together)
    assert power.measured(study, _like(study, experiment)).correlation == pytest.approx(0.6, abs=0.12)
    short = _study({name: values[:4] for name, values in together.items()})
    noise = power.measured(short, _like(short, experiment))
    assert noise.correlation == 0
    assert "no correlation assumed" in noise.source


def test_the_likest_study_is_taken(make_experiment: Callable[..., Any]) -> None:
    """The noise of other data says next to nothing, and a study of two seeds nothing at all."""
    experiment, _ = make_experiment(("relu", "gelu"))
    few, many = [0.9, 0.91, 0.92], [0.9, 0.91, 0.92, 0.93, 0.94]
    elsewhere = _study({"relu": many}, "elsewhere", _settings(experiment, "1" * 64))
    cnn = replace(experiment.candidates[0].model, kind="cnn")
    otherwise = _study({"relu": many}, "otherwise", _settings(experiment, model=cnn))
    same = _study({"relu": few}, "same", _settings(experiment))
    short = _study({"relu": few[:2]}, "short", _settings(experiment))
    longer = replace(experiment.candidates[0].training, epochs=7)
    epochs = _study({"relu": many}, "epochs", _settings(experiment, training=longer))

    def likest(*studies: ExperimentResult) -> tuple[str, str] | None:
        found = power.likest(studies, experiment, SHA256)
        return None if found is None else (found[0].folder, found[1].words)

    assert likest() is None
    assert likest(short) is None
    assert likest(elsewhere, otherwise, epochs, same, short) == ("same", "on the same data, network and epochs")
    assert likest(elsewhere, otherwise, epochs) == ("epochs", "on the same data with another number of epochs")
    assert likest(elsewhere, otherwise) == ("otherwise", "on the same data with another kind of network")
    assert likest(elsewhere) == ("elsewhere", "on other data, so little more than a guess")


def test_the_table_is_that_of_the_statistics(six: Experiment) -> None:
    """Whoever plans by these numbers and then compares must meet them again."""
    found = _power(six, power.assumed(correlation=0.3), margin=0.001)
    assert (found.family, found.planned) == (15, 10)
    assert [row.seeds for row in found.rows] == [3, 5, 10, 20]
    for row in found.rows:
        assert row.detectable is not None
        for name in ("value", "low", "high"):  # an assumption is a range as well
            effect, sd = getattr(row.detectable, name), getattr(power.ASSUMED_SD, name)
            reached = statistics.power(effect, sd, row.seeds, rho=0.3, family=15)
            assert reached == pytest.approx(0.8, abs=1e-6)
    assert found.to_tie is not None
    n = int(found.to_tie.value)

    def half_width(n: int) -> float:
        sd = power.ASSUMED_SD.value * math.sqrt(2 * 0.7)
        return float(stats.t.ppf(1 - 0.05 / 30, n - 1)) * sd / math.sqrt(n)

    assert half_width(n) <= 0.0005 < half_width(n - 1)


def test_less_noise_than_examples_can_show_is_not_counted_with(six: Experiment) -> None:
    """A comparison does not believe it either: two that go together seed by seed differ by whole examples."""
    found = _power(six, power.assumed(sd=0.001, correlation=0.999), examples=1000)
    least = 1 / (1000 * math.sqrt(6))
    assert found.least_deviation == pytest.approx(least)
    assert found.noise.sd.value == 0.001
    assert found.row(10).detectable is not None
    plain = statistics.detectable(least / math.sqrt(2), 10, family=15)
    assert found.row(10).detectable.value == pytest.approx(plain)  # type: ignore[union-attr]
    assert _power(six, power.assumed(sd=0.001, correlation=0.1), examples=1000).least_deviation is None


def test_a_baseline_needs_fewer_seeds(six: Experiment) -> None:
    """It is the cheapest way to a verdict, so it is told of, and counted as what it is."""
    pairs = _power(six, power.assumed())
    baseline = _power(six, power.assumed(), baseline="relu")
    assert (pairs.family, baseline.family) == (15, 5)
    assert pairs.to_tie_a_baseline == baseline.to_tie
    assert baseline.to_tie is not None
    assert pairs.to_tie is not None
    assert baseline.to_tie.value < pairs.to_tie.value
    assert baseline.to_tie_a_baseline is None


def test_two_seeds_promise_nothing(make_experiment: Callable[..., Any]) -> None:
    """With them there is no verdict, so there is no difference that would be found."""
    experiment, _ = make_experiment(("relu", "gelu"), seeds=2)
    found = _power(experiment, power.assumed())
    assert found.row(2).detectable is None
    assert found.row(3).detectable is not None


def test_a_margin_out_of_reach_is_told_as_one(six: Experiment) -> None:
    """A number of seeds with eight digits is no plan."""
    found = _power(six, power.assumed(sd=0.05), margin=0.00001)
    assert found.to_tie is None
    assert found.to_detect is None


def test_noise_is_never_below_the_rounding_to_examples(six: Experiment) -> None:
    """Three seeds with the same accuracy on 100 examples do not mean that there is no chance in it."""
    study = _study({name: [0.9, 0.9, 0.9] for name in SIX})
    found = _power(six, power.measured(study, _like(study, six)), examples=100)
    assert found.least_deviation == pytest.approx(0.01 / math.sqrt(6))
    assert found.row(10).detectable is not None


def test_what_the_examples_leave_open_is_told_if_a_study_shows_it(six: Experiment) -> None:
    """More seeds cannot shrink it: a study that trains for days for a tie that cannot come is told so beforehand."""
    rng = np.random.default_rng(3)
    examples, seeds, share = 4000, 5, 0.02
    # Each network has 2 % of the examples wrong, the same with every seed: all the variance is that of the examples.
    wrong = {name: rng.random(examples) < share for name in ("relu", "gelu")}
    study = _study({name: [0.98 + 0.0001 * seed for seed in range(seeds)] for name in wrong})
    study = replace(study, candidates=tuple(
        replace(one, trials=tuple(
            replace(trial, correct={"validation_last": Correct(
                examples, "same", np.packbits(~wrong[one.label]).tobytes())})
            for trial in one.trials))
        for one in study.candidates))  # fmt: skip
    noise = power.measured(study, _like(study, six))
    assert noise.example_variance == pytest.approx(2 * share * (1 - share), rel=0.2)
    found = _power(six, noise, examples=10_000, margin=0.001)
    assert found.smallest_tie is not None
    z = stats.norm.ppf(1 - 0.05 / 30)  # of the intervals of all 15 pairs
    assert found.smallest_tie == pytest.approx(z * math.sqrt(noise.example_variance / 10_000))
    assert found.smallest_tie > 0.001
    assert found.examples_to_tie is not None
    assert (z + stats.norm.ppf(0.9)) * math.sqrt(noise.example_variance / found.examples_to_tie) <= 0.001
    assert _power(six, noise, examples=10_000, margin=0.01).examples_to_tie is None


def test_what_the_user_gives_stands_in_for_what_was_measured(six: Experiment) -> None:
    """With a deviation given, a correlation of another study has nothing to do with it."""
    study = _study({name: 0.98 + 0.001 * np.random.default_rng(i).standard_normal(5) for i, name in enumerate(SIX)})
    noise = power.measured(study, _like(study, six))
    given = power.with_given(noise, 0.002, None)
    assert (given.sd, given.correlation) == (power.Range(0.002, 0.002, 0.002), 0)
    assert "--sd" in given.source
    paired = power.with_given(noise, None, 0.5)
    assert (paired.sd, paired.correlation) == (noise.sd, 0.5)
    assert power.with_given(noise, None, None) == noise
