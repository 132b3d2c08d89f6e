"""Studies made by hand, for the tests of comparisons, their figures and their report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from actsearch.core.activation import Activation
from actsearch.core.looks_record import Left, LookContender, LookedPair, LooksRecord, LookTaken
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, ExampleScores, Status, TestValues, TrialResult

SETTINGS: Mapping[str, Any] = {
    "version": 1,
    "model": {"kind": "mlp", "dense": [4], "kernel_initializer": "glorot_uniform", "dropout_layer": "dropout"},
    "training": {"optimizer": {"name": "adam", "arguments": {"learning_rate": 0.001}}, "epochs": 3, "batch_size": 8},
    "data": {"sha256": "0" * 64, "holdout": 1000},
}


def a_trial(
    value: float | None,
    seed: int = 0,
    status: Status = "completed",
    curve: Sequence[float] = (),
    correct: np.ndarray | None = None,
    split: str = "validation",
    settings: Mapping[str, Any] = SETTINGS,
) -> TrialResult:
    """A trial of three epochs that ends with this validation accuracy; `correct` (examples,) are booleans."""
    values = [*(curve or (0.1, 0.2)), *([] if value is None else [value])]
    history: dict[str, Sequence[float | None]] = {}
    if status != "waiting":
        history = {"val_accuracy": values, "val_loss": [1 - v for v in values]}
    known = TestValues(3, {"accuracy": value, "loss": None if value is None else 1 - value})
    rights = {}
    if correct is not None:
        scores = ExampleScores.of_array(np.asarray(correct, bool), f"{len(correct)}")
        rights = {f"accuracy {split}_last": scores, f"accuracy {split}_best": scores}
    return TrialResult(
        id=f"t{seed}",
        seed=seed,
        status=status,
        epochs=3,
        history=history,
        seconds_per_epoch=(1.0, 2.0, 3.0),
        last=known if status == "completed" else None,
        best=known if status == "completed" else None,
        settings=settings if status == "completed" else {},
        scores=rights,
    )


def a_candidate(
    label: str, values: Sequence[float], setting: Mapping[str, Any] | None = None, **how: Any
) -> CandidateResult:
    """One trial a value, of the seeds 0, 1, ..."""
    trials = tuple(a_trial(value, seed, **how) for seed, value in enumerate(values))
    return CandidateResult(label, Activation(label), setting or {}, trials)


def a_study(
    *candidates: CandidateResult, name: str = "study", test: bool = False, grid: Mapping[str, Any] | None = None
) -> ExperimentResult:
    return ExperimentResult(
        name, "A study.", f"results/{name}", candidates, test, "categorical_crossentropy", grid=grid or {}
    )


def noisy(mean: float, seeds: int, sd: float = 0.001, stream: int = 0) -> list[float]:
    """Values around a mean."""
    return [float(v) for v in np.random.default_rng([stream, seeds]).normal(mean, sd, seeds)]


def rights(share: float, seeds: int, examples: int = 1000, stream: int = 0) -> list[np.ndarray]:
    """Of each seed, which examples were classified right: mostly the same ones."""
    rng = np.random.default_rng([stream, examples])
    difficulty = rng.random(examples)
    return [difficulty + rng.normal(0, 0.02, examples) < share for _ in range(seeds)]


def a_predicted(label: str, share: float, seeds: int, examples: int = 1000, stream: int = 0) -> CandidateResult:
    """A candidate whose accuracies are those of its predictions."""
    found = rights(share, seeds, examples, stream)
    trials = tuple(a_trial(float(right.mean()), seed, correct=right) for seed, right in enumerate(found))
    return CandidateResult(label, Activation(label), {}, trials)


def looked() -> ExperimentResult:
    """Eight seeds are there; at a look at five, elu left, being worse."""
    study = a_study(a_candidate("relu", noisy(0.9, 8)), a_candidate("elu", noisy(0.8, 8, stream=1)))
    pair = LookedPair("elu", "relu", 5, -0.1, -0.11, -0.09, "worse")
    taken = LookTaken(5, ("relu", "elu"), (pair,), (Left("elu", "worse", "relu"), Left("relu", "settled")), ())
    contenders = tuple(LookContender(label, {}, "t0") for label in ("relu", "elu"))
    record = LooksRecord(
        "val_accuracy", 0.001, 0.95, 20, (5, 8, 12, 20), 1, 1000, tuple(range(20)), contenders, (taken,)
    )
    return replace(study, looks=record)
