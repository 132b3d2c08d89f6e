"""A trial as what other programs call a run: metrics by epoch, under names they take. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping

from actsearch.core.tables import diagnostics_rows, tested_metrics
from actsearch.core.tasks import Task
from actsearch.core.trial_results import TrialResult


def seed_of(trial: TrialResult) -> str:
    """`seed 3`, and `tuning seed 3` of a trial by which a setting is chosen."""
    return f"seed {trial.seed}" if trial.role == "comparison" else f"{trial.role} seed {trial.seed}"


def or_nan(value: float | None) -> float:
    """NaN for what is not a number."""
    return float("nan") if value is None else value


def metrics_by_epoch(trial: TrialResult, task: Task) -> Mapping[int, Mapping[str, float | None]]:
    """Epochs in their order, each with its metrics; None for each of a diverged one.

    Those of the history by Keras's names; the test set's as `test_last_accuracy` and `test_best_accuracy`, each at its
    epoch; the diagnostics' as `mean/dense_1`, from epoch 0, which is the untrained network. What is not defined in a
    diagnosis is left out.
    """
    by_epoch: dict[int, dict[str, float | None]] = {}
    names = tested_metrics([task])
    for name, values in trial.history.items():
        for epoch, value in enumerate(values, 1):
            by_epoch.setdefault(epoch, {})[name] = value
    for which, test in (("last", trial.last), ("best", trial.best)):
        if test is not None:
            tested = {f"test_{which}_{name}": test.values[name] for name in names if name in test.values}
            by_epoch.setdefault(test.epoch, {}).update(tested)
    measured = () if trial.diagnostics is None else diagnostics_rows(trial.diagnostics)
    for epoch, _, layer, quantity, value in measured:
        if value is not None:
            by_epoch.setdefault(epoch, {})[f"{quantity}/{layer}"] = value
    return dict(sorted(by_epoch.items()))
