"""Diagnostics that nobody measured, for the tests of what reads them: values by formula, by layer and epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actsearch.core.activation import Activation
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, Status, TrialResult

Value = float | None
Formula = Callable[[int, int], Value] | Value
"""A value, or a function of the layer's place (from 0) and the epoch."""
HEALTHY: Mapping[str, Formula] = {
    "gradient_norm_kernel": lambda layer, epoch: (0.5 + 0.1 * layer) / (1 + epoch),
    "gradient_norm_bias": lambda layer, epoch: (0.05 + 0.01 * layer) / (1 + epoch),
    "update_ratio_kernel": lambda layer, epoch: 0.2 / epoch + 0.01 * layer if epoch else None,
    "update_ratio_bias": lambda _, epoch: 0.3 / epoch if epoch > 1 else None,
    "mean": lambda layer, epoch: 0.01 * layer + 0.002 * epoch,
    "variance": lambda layer, _: 1.0 + 0.02 * layer,
    "zeros": 0.0,
    "dead": 0.0,
    "saturated": 0.001,
    "clipped_kernel": None,
    "clipped_bias": None,
}


def layer_names(n: int) -> list[str]:
    return [f"dense_{i + 1}" for i in range(n)]


def diagnostics(
    layers: Sequence[str] = ("conv_1", "conv_2", "dense_1"), epochs: int = 4, every: int = 1, **formulas: Formula
) -> TrialDiagnostics:
    """Healthy ones, but for what `formulas` says; `alpha=...` is a learned parameter. Epochs are those finished."""
    probed = tuple(range(0, epochs + 1, every))
    learned = {name: formula for name, formula in formulas.items() if name not in HEALTHY}
    measured = {name: formulas.get(name, formula) for name, formula in HEALTHY.items()}
    table: dict[str, dict[str, Any]] = {}
    for i, layer in enumerate(layers):
        table[layer] = {name: [_value(formula, i, epoch) for epoch in probed] for name, formula in measured.items()}
        if learned:
            table[layer]["parameters"] = {name: _spread(formula, i, probed) for name, formula in learned.items()}
    return TrialDiagnostics(256, every, probed, table)


def _value(formula: Formula, layer: int, epoch: int) -> Value:
    return formula(layer, epoch) if callable(formula) else formula


def _spread(formula: Formula, layer: int, epochs: Sequence[int]) -> dict[str, list[Value]]:
    means = [_value(formula, layer, epoch) for epoch in epochs]
    return {
        "mean": means,
        "min": [None if value is None else value - 0.1 for value in means],
        "max": [None if value is None else value + 0.1 for value in means],
    }


def trial(
    probed: TrialDiagnostics | None,
    seed: int = 0,
    status: Status = "completed",
    epochs: int = 4,
    losses: Sequence[Value] | None = None,
    accuracies: Sequence[Value] | None = None,
) -> TrialResult:
    """A trial whose loss falls and accuracy rises, unless they are given."""
    done = epochs if probed is None else probed.epochs[-1]
    losses = [1.0 / (1 + e) for e in range(done)] if losses is None else losses
    accuracies = [1 - 0.5 / (1 + e) for e in range(done)] if accuracies is None else accuracies
    history = {"loss": losses, "val_loss": losses, "val_accuracy": accuracies} if losses else {}
    return TrialResult(f"t-seed{seed}", seed, status, epochs, history, diagnostics=probed)


def candidate(name: str, *trials: TrialResult, label: str | None = None, **setting: Any) -> CandidateResult:
    return CandidateResult(label or name, Activation(name), setting, trials)


def experiment(*candidates: CandidateResult) -> ExperimentResult:
    return ExperimentResult("exp", "", "results/exp", candidates, False, "categorical_crossentropy")
