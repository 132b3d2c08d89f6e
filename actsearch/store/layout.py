"""What lies where in an experiment's folder, by name: its files, its trials, and what was moved out of the way."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
from actsearch.store.disk_errors import unreadable

FORMAT_VERSION = 1


EXPERIMENT_FILE, PLAN_FILE, LOCK_FILE, HOLDER_FILE = "experiment.yaml", "plan.json", "run.lock", "run.json"


LOOKS_FILE = "looks.json"


TRIAL_FILE, HISTORY_FILE, PREDICTIONS_FILE, PROGRESS_FILE = (
    "trial.json",
    "history.json",
    "predictions.npz",
    "progress.jsonl",
)


MODEL_FILE, TRACEBACK_FILE, DIAGNOSTICS_FILE = "model.keras", "traceback.txt", "diagnostics.json"


CHECKPOINT_FILE, CHECKPOINT_BEFORE = "checkpoint", "checkpoint.before"
"""The last checkpoint of a trial, and the one before it, in case the last one is damaged."""


AGAIN = ".again"
"""Ends the name of the folder in which a finished trial is trained again for its diagnostics, beside its own."""


DIFFERS = ".differs-"
"""Stands in the name of one that came out otherwise."""


SET_ASIDE = re.compile(r"\.(old|damaged|differs)-\d{8}-\d{6}|\.again$")
"""What stands in the names of folders that were moved out of the way; they are not searched for experiments."""


def trial_names(folder: Path) -> frozenset[str]:
    with suppress(OSError):
        return frozenset(entry.name for entry in os.scandir(folder))
    return frozenset()


def stranded_trials(folder: Path, wanted: set[str]) -> list[str]:
    trials = folder / "trials"
    try:
        return sorted(
            entry.name
            for entry in os.scandir(trials)
            if entry.name not in wanted and not SET_ASIDE.search(entry.name) and entry.is_dir()
        )
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unreadable(trials, error) from error
