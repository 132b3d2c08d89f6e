"""What lies where in an experiment's folder, by name: its files, its trials, and what was moved out of the way."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from actsearch.store.disk_errors import unreadable

FORMAT_VERSION = 1
"""Of every file that has a `format_version`."""

EXPERIMENT_FILE = "experiment.yaml"
PLAN_FILE = "plan.json"
LOOKS_FILE = "looks.json"
DECISIONS_FILE = "decisions.json"
LOCK_FILE = "run.lock"
HOLDER_FILE = "run.json"
TRIALS_FOLDER = "trials"
"""Holds a folder a trial, named by its id."""

TRIAL_FILE = "trial.json"
HISTORY_FILE = "history.json"
PREDICTIONS_FILE = "predictions.npz"
DIAGNOSTICS_FILE = "diagnostics.json"
MODEL_FILE = "model.keras"
TRACEBACK_FILE = "traceback.txt"
PROGRESS_FILE = "progress.jsonl"
CHECKPOINT_FILE = "checkpoint"
CHECKPOINT_BEFORE = "checkpoint.before"
"""The checkpoint before the last one, in case the last one is damaged."""
CHECKPOINT_FILES = (CHECKPOINT_FILE, CHECKPOINT_BEFORE)

AGAIN_ENDING = ".again"
"""Ends the name of the folder in which a finished trial is trained again for its diagnostics, beside its own."""
DIFFERS = ".differs-"
"""Stands in the name of such a folder whose training came out otherwise."""
SET_ASIDE = re.compile(r"\.(old|damaged|differs)-\d{8}-\d{6}|\.again$")
"""What stands in the names of folders that were moved out of the way; they are not searched for experiments."""


def trials_folder(folder: Path) -> Path:
    """The folder of all trials of an experiment, by the experiment's."""
    return folder / TRIALS_FOLDER


def trial_folder(folder: Path, trial_id: str) -> Path:
    return folder / TRIALS_FOLDER / trial_id


def second_training_folder(folder: Path, trial_id: str) -> Path:
    """Where a finished trial is trained again for its diagnostics."""
    return folder / TRIALS_FOLDER / (trial_id + AGAIN_ENDING)


def names_of_trials(folder: Path) -> frozenset[str]:
    """All names in the folder of the trials; none where it cannot be read."""
    with suppress(OSError):
        return frozenset(entry.name for entry in os.scandir(trials_folder(folder)))
    return frozenset()


def other_trials(folder: Path, wanted: Collection[str]) -> list[str]:
    """The ids of the trials that lie there and are not wanted, in the order of their names.

    Raises:
        StoreError: the folder cannot be read.
    """
    trials = trials_folder(folder)
    try:
        others = [entry for entry in os.scandir(trials) if entry.name not in wanted]
        return sorted(entry.name for entry in others if not SET_ASIDE.search(entry.name) and entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unreadable(trials, error) from error
