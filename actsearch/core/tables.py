"""Results as tidy tables for other programs: one value a row, or one trial a row."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Literal, get_args

from actsearch.core import machine
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.json_values import canonical_json
from actsearch.core.tasks import Task
from actsearch.core.trial_results import CandidateResult, History, TestValues, TrialResult

Table = Literal["histories", "trials", "diagnostics"]
"""The tables that results are for other programs."""
TABLES: tuple[Table, ...] = get_args(Table)
TRIAL_COLUMNS: Mapping[str, type] = {
    "experiment": str,
    "label": str,
    "activation": str,
    "parameters": str,
    "setting": str,
    "seed": int,
    "role": str,
    "trial": str,
    "status": str,
}
"""Which trial a row is about. `parameters` and `setting` are JSON, with sorted keys, so that they can be grouped by."""


def tested_metrics(tasks: Iterable[Task]) -> tuple[str, ...]:
    """What the tables hold of the test set, by Keras's names: the metrics of these tasks, each once."""
    metrics = itertools.chain.from_iterable(task.metrics for task in tasks)
    return tuple(dict.fromkeys(metric.name for metric in metrics))


def table_columns(table: Table, tested: Sequence[str]) -> Mapping[str, type]:
    """The columns of a table, with the type of their values; any of them may be None.

    `tested` are the metrics of the test set: see `tested_metrics`.
    """
    if table == "histories":
        return {**TRIAL_COLUMNS, "epoch": int, "split": str, "metric": str, "value": float}
    if table == "diagnostics":
        return {**TRIAL_COLUMNS, "epoch": int, "depth": int, "layer": str, "quantity": str, "value": float}
    return {
        **TRIAL_COLUMNS,
        "epochs": int,
        "epochs_done": int,
        "test_last_epoch": int,
        **{f"test_last_{name}": float for name in tested},
        "test_best_epoch": int,
        **{f"test_best_{name}": float for name in tested},
        "seconds": float,
        "seconds_per_epoch": float,
        "machine": str,
        "settings": str,
        "error": str,
    }


def candidate_rows(
    experiment: str, candidate: CandidateResult, validation_is_test: bool, table: Table, tested: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that are about a candidate of an experiment, by its name; `tested` as in `table_columns`."""
    activation = candidate.activation
    parameters, setting = canonical_json(dict(activation.parameters)), canonical_json(dict(candidate.setting))
    of_candidate = (experiment, candidate.label, activation.name, parameters, setting)
    for trial in candidate.all_trials:
        key = (*of_candidate, trial.seed, trial.role, trial.id, trial.status)
        if table == "trials":
            yield (*key, *_trial_cells(trial, tested))
        elif table == "histories":
            yield from ((*key, *row) for row in _history_rows(trial.history, validation_is_test))
        elif trial.diagnostics is not None:
            yield from ((*key, *row) for row in diagnostics_rows(trial.diagnostics))


def _history_rows(history: History, validation_is_test: bool) -> Iterator[tuple[int, str, str, float | None]]:
    validation = "test" if validation_is_test else "validation"
    columns = [(validation if name.startswith("val_") else "training", name, row) for name, row in history.items()]
    for i in range(len(next(iter(history.values()), ()))):
        for split, name, row in columns:
            yield i + 1, split, name, row[i]


def _trial_cells(trial: TrialResult, tested: Sequence[str]) -> tuple[Any, ...]:
    seconds = trial.seconds_per_epoch
    return (
        trial.epochs,
        trial.epochs_done,
        *_test_cells(trial.last, tested),
        *_test_cells(trial.best, tested),
        sum(seconds) if seconds else None,
        median(seconds) if seconds else None,
        canonical_json(machine.kind(trial.machine)) if trial.machine else None,
        canonical_json(dict(trial.settings)) if trial.settings else None,
        trial.error,
    )


def _test_cells(test: TestValues | None, tested: Sequence[str]) -> tuple[Any, ...]:
    if test is None:
        return (None,) * (1 + len(tested))
    return (test.epoch, *(test.values.get(name) for name in tested))


def diagnostics_rows(diagnostics: TrialDiagnostics) -> Iterator[tuple[int, int, str, str, float | None]]:
    """Epoch, depth (1 is the layer next to the input), layer, quantity and value, layer by layer."""
    for depth, layer in enumerate(diagnostics.layers, 1):
        table = [(".".join(path), diagnostics.row(layer, *path)) for path in _quantity_paths(diagnostics.layers[layer])]
        for i, epoch in enumerate(diagnostics.epochs):
            for quantity, values in table:
                value = values[i] if i < len(values) else math.nan
                yield epoch, depth, layer, quantity, None if math.isnan(value) else value


def _quantity_paths(quantities: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """`("mean",)`, and for what is nested `("parameters", "alpha", "mean")`."""
    for name, values in quantities.items():
        if isinstance(values, Mapping):
            yield from ((name, *rest) for rest in _quantity_paths(values))
        else:
            yield (name,)
