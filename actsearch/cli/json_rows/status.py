"""The rows of `actsearch status --json`: an object an experiment, with all its trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actsearch.cli.json_rows.conversion import json_line
from actsearch.cli.json_rows.decisions import look_row
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TestValues, TrialResult


@dataclass(frozen=True)
class TrialStatusRow:
    """A trial as it stands."""

    trial: str
    label: str
    activation: str
    parameters: Mapping[str, Any]
    setting: Mapping[str, Any]
    seed: int
    role: str
    status: str
    epochs_done: int
    epochs: int
    last: Mapping[str, float | None]
    """Each metric's last value."""
    test: Mapping[str, Mapping[str, float | None] | None]
    """Of the `last` and the `best` epoch: the `epoch`, and the test values by Keras's names."""
    seconds: float
    error: str | None


def status_json_line(result: ExperimentResult) -> str:
    """The experiment's row; what was chosen and looked at stands in it where the study does so."""
    row: dict[str, Any] = {"experiment": result.name, "folder": result.folder, "trials": _trial_rows(result)}
    if result.tuning_seeds:
        row["chosen"] = result.chosen
    if result.looks is not None:
        row["looks"] = [look_row(result.looks, taken) for taken in result.looks.taken]
    row |= {"stranded": result.stranded, "problems": result.problems, "again": result.again}
    return json_line({**row, "mixture": result.mixture})


def _trial_rows(result: ExperimentResult) -> list[TrialStatusRow]:
    records = []
    for candidate in result.candidates:
        records += [trial_status_row(candidate, trial) for trial in candidate.all_trials]
    return records


def trial_status_row(candidate: CandidateResult, trial: TrialResult) -> TrialStatusRow:
    """The row of a trial, within that of its experiment."""
    return TrialStatusRow(
        trial=trial.id,
        label=candidate.label,
        activation=candidate.activation.name,
        parameters=candidate.activation.parameters,
        setting=candidate.setting,
        seed=trial.seed,
        role=trial.role,
        status=trial.status,
        epochs_done=trial.epochs_done,
        epochs=trial.epochs,
        last={name: values[-1] if values else None for name, values in trial.history.items()},
        test={"last": _test_fields(trial.last), "best": _test_fields(trial.best)},
        seconds=sum(trial.seconds_per_epoch),
        error=trial.error,
    )


def _test_fields(values: TestValues | None) -> dict[str, float | None] | None:
    return None if values is None else {"epoch": values.epoch, **values.values}
