"""How much of an accuracy is chance, measured in a finished study."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from measured_studies import SHA256, SIX, a_measured_study, like, settings_of

from actsearch.analysis.statistics import study_noise
from actsearch.core.experiment import Experiment
from actsearch.core.results import ExperimentResult


def test_the_noise_is_that_of_a_typical_candidate(make_experiment: Callable[..., Any]) -> None:
    """One activation that sometimes does not learn at all must not make the others look like a lottery."""
    experiment, _ = make_experiment(("relu", "gelu"))
    rng = np.random.default_rng(0)
    accuracies = {name: 0.98 + 0.0005 * rng.standard_normal(200) for name in ("relu", "gelu", "elu", "selu")}
    accuracies["sigmoid"] = 0.9 + 0.05 * rng.standard_normal(200)
    study = a_measured_study(accuracies)
    noise = study_noise.measured_noise(study, like(study, experiment))
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
        study = a_measured_study({name: 0.98 + 0.0005 * rng.standard_normal(5) for name in SIX})
        noise = study_noise.measured_noise(study, like(study, experiment))
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
    study = a_measured_study(together)
    assert study_noise.measured_noise(study, like(study, experiment)).correlation == pytest.approx(0.6, abs=0.12)
    short = a_measured_study({name: values[:4] for name, values in together.items()})
    noise = study_noise.measured_noise(short, like(short, experiment))
    assert noise.correlation == 0
    assert "no correlation assumed" in noise.source


def test_the_likest_study_is_taken(make_experiment: Callable[..., Any]) -> None:
    """The noise of other data says next to nothing, and a study of two seeds nothing at all."""
    experiment, _ = make_experiment(("relu", "gelu"))
    few, many = [0.9, 0.91, 0.92], [0.9, 0.91, 0.92, 0.93, 0.94]
    elsewhere = a_measured_study({"relu": many}, "elsewhere", settings_of(experiment, "1" * 64))
    cnn = replace(experiment.candidates[0].model, kind="cnn")
    otherwise = a_measured_study({"relu": many}, "otherwise", settings_of(experiment, model=cnn))
    same = a_measured_study({"relu": few}, "same", settings_of(experiment))
    short = a_measured_study({"relu": few[:2]}, "short", settings_of(experiment))
    longer = replace(experiment.candidates[0].training, epochs=7)
    epochs = a_measured_study({"relu": many}, "epochs", settings_of(experiment, training=longer))

    def likest(*studies: ExperimentResult) -> tuple[str, str] | None:
        found = study_noise.likest_study(studies, experiment, SHA256)
        return None if found is None else (found[0].folder, found[1].words)

    assert likest() is None
    assert likest(short) is None
    assert likest(elsewhere, otherwise, epochs, same, short) == ("same", "on the same data, network and epochs")
    assert likest(elsewhere, otherwise, epochs) == ("epochs", "on the same data with another number of epochs")
    assert likest(elsewhere, otherwise) == ("otherwise", "on the same data with another kind of network")
    assert likest(elsewhere) == ("elsewhere", "on other data, so little more than a guess")


def test_what_the_user_gives_stands_in_for_what_was_measured(six: Experiment) -> None:
    """With a deviation given, a correlation of another study has nothing to do with it."""
    study = a_measured_study(
        {name: 0.98 + 0.001 * np.random.default_rng(i).standard_normal(5) for i, name in enumerate(SIX)}
    )
    noise = study_noise.measured_noise(study, like(study, six))
    given = study_noise.noise_as_given(noise, 0.002, None)
    assert (given.sd, given.correlation) == (study_noise.NumberRange(0.002, 0.002, 0.002), 0)
    assert "--sd" in given.source
    paired = study_noise.noise_as_given(noise, None, 0.5)
    assert (paired.sd, paired.correlation) == (noise.sd, 0.5)
    assert study_noise.noise_as_given(noise, None, None) == noise
