"""Results for other programs: CSV, Parquet, TensorBoard, MLflow. Knows neither Keras nor the terminal.

What is exported again replaces what was exported before, and nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol

from actsearch.core.errors import StoreError, UserError
from actsearch.core.results import ExperimentResult, names_apart
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.store.exporters import csv, mlflow, parquet, tensorboard

ExportFormat = Literal["csv", "parquet", "tensorboard", "mlflow"]


class Exporter(Protocol):
    """Writes results in one format into a folder that is there.

    Every trial is in it, whatever became of it, with its status. Experiments have names of their own, text can be
    encoded, and no other character is promised of names and labels.

    Returns:
        What was written, and how to look at it: lines for the user.

    Raises:
        UserError: a library is not installed, or the folder holds in their place what no export wrote.
        OSError: the folder cannot be written.
    """

    def __call__(self, results: Sequence[ExperimentResult], out: Path) -> list[str]: ...


EXPORTERS: Mapping[ExportFormat, Exporter] = {
    "csv": csv.write,
    "parquet": parquet.write,
    "tensorboard": tensorboard.write,
    "mlflow": mlflow.write,
}


def export_results(results: Sequence[ExperimentResult], to: ExportFormat, out: Path) -> list[str]:
    """Writes the results of experiments in a format into a folder, which is made where there is none.

    Returns:
        Lines on what was written.

    Raises:
        UserError: no epoch of any trial is finished, a library is missing, or the folder holds something else.
        StoreError: the folder cannot be made or written.
    """
    if not any(_has_history(result) for result in results):
        folders = ", ".join(result.folder for result in results)
        raise UserError(f"no epoch is finished yet in {folders}: there is nothing to export; run it first")
    is_new = False
    try:
        is_new = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
        return EXPORTERS[to](prepared(results), out)
    except UserError:
        if is_new:
            with contextlib.suppress(OSError):  # nothing was written, for a library is missing
                out.rmdir()
        raise
    except OSError as error:
        what = "a file is in its place" if isinstance(error, FileExistsError) else error.strerror or str(error)
        raise StoreError(f"{out}: cannot be written ({what}); give another --out") from error


def _has_history(result: ExperimentResult) -> bool:
    return any(trial.history for trial in result.all_trials)


def prepared(results: Sequence[ExperimentResult]) -> list[ExperimentResult]:
    """With names of their own, and text that UTF-8 can encode."""
    names = names_apart(results)
    return [
        replace(result, name=_encodable(name), candidates=tuple(map(_encodable_candidate, result.candidates)))
        for result, name in zip(results, names, strict=True)
    ]


def _encodable_candidate(candidate: CandidateResult) -> CandidateResult:
    return replace(
        candidate,
        label=_encodable(candidate.label),
        trials=tuple(map(_encodable_trial, candidate.trials)),
        tuning=tuple(map(_encodable_trial, candidate.tuning)),
    )


def _encodable_trial(trial: TrialResult) -> TrialResult:
    return trial if trial.error is None else replace(trial, error=_encodable(trial.error))


def _encodable(text: str) -> str:
    """Half of a surrogate pair, as in a file name of another encoding, is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
