"""Studies and plans for the tests of power and noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actsearch.analysis.statistics import study_noise
from actsearch.core.activation import Activation
from actsearch.core.experiment import Experiment
from actsearch.core.identity import identity
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult

SHA256 = "0" * 64
SIX = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")


def a_measured_study(
    accuracies: Mapping[str, Any], folder: str = "results/old", settings: Mapping[str, Any] | None = None
) -> ExperimentResult:
    """A finished study: of each candidate the accuracies of seeds 0, 1, ... after the last of two epochs."""
    candidates = []
    for label, values in accuracies.items():
        trials = [_a_trial(label, seed, float(value), settings or {}) for seed, value in enumerate(values)]
        candidates.append(CandidateResult(label, Activation(label), {}, tuple(trials)))
    return ExperimentResult("old", "", folder, tuple(candidates), False, "categorical_crossentropy")


def _a_trial(label: str, seed: int, accuracy: float, settings: Mapping[str, Any]) -> TrialResult:
    history = {"val_accuracy": (0.5, accuracy)}
    return TrialResult(f"{label}-{seed}", seed, "completed", 2, history, settings=settings)


def settings_of(experiment: Experiment, sha256: str = SHA256, **changes: Any) -> Mapping[str, Any]:
    candidate = replace(experiment.candidates[0], **changes)
    return identity(candidate, 0, experiment.data, sha256)


def like(result: ExperimentResult, experiment: Experiment) -> study_noise.Likeness:
    likeness = study_noise.likeness_to(result, experiment, SHA256)
    assert likeness is not None
    return likeness
