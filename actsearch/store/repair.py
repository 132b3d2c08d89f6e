"""Puts a folder in order before a driver begins: moves damaged files aside, and removes what a killed driver left."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from actsearch.core.trial_results import TrialResult
from actsearch.store.disk_errors import write_errors_in_a_line
from actsearch.store.experiment_file import kept_document
from actsearch.store.layout import (
    CHECKPOINT_BEFORE,
    CHECKPOINT_FILE,
    CHECKPOINT_FILES,
    DECISIONS_FILE,
    EXPERIMENT_FILE,
    LOOKS_FILE,
    PLAN_FILE,
    PROGRESS_FILE,
    second_training_folder,
)
from actsearch.store.moving_aside import move_aside
from actsearch.store.records.checkpoint import checkpoint_content, checkpoint_header
from actsearch.store.records.decisions import known_decisions
from actsearch.store.records.looks import known_looks
from actsearch.store.records.plan import planned_ids, refuse_newer_plan
from actsearch.store.resuming import is_there


def set_damaged_plan_aside(folder: Path) -> list[str]:
    """Moves plan, experiment, looks and decisions out of the way if they cannot be read, to be written anew.

    Returns:
        A line on each.

    Raises:
        StoreError: the plan was written by a newer version.
    """
    refuse_newer_plan(folder)
    readers: dict[str, Callable[[Path], object]] = {
        PLAN_FILE: planned_ids,
        EXPERIMENT_FILE: kept_document,
        LOOKS_FILE: known_looks,
        DECISIONS_FILE: known_decisions,
    }
    paths = [folder / name for name, read in readers.items() if (folder / name).is_file() and read(folder) is None]
    with write_errors_in_a_line(folder):
        return [f"{path}: is damaged; kept as {move_aside(path, 'damaged').name}, written anew" for path in paths]


def set_damaged_checkpoints_aside(paths: Iterable[Path]) -> list[str]:
    """Moves those of these checkpoints out of the way that are not what was written; a line on each."""
    lines = []
    for path in paths:
        if is_there(path) and checkpoint_content(path) is None:
            with write_errors_in_a_line(path):
                lines.append(f"{path}: is damaged; kept as {move_aside(path, 'damaged').name}")
    return lines


def set_trial_aside(folder: Path) -> Path:
    """Moves a damaged trial out of the way, but for its checkpoints, which are guarded by themselves."""
    with write_errors_in_a_line(folder):
        aside = move_aside(folder, "damaged")
        for name in CHECKPOINT_FILES:
            if (aside / name).exists():
                folder.mkdir(exist_ok=True)
                (aside / name).replace(folder / name)
    return aside


def remove_leftovers(folder: Path, result: TrialResult) -> None:
    """What a driver that was killed after the commit could not remove any more; a kept checkpoint stays."""
    header = checkpoint_header(folder / CHECKPOINT_FILE)
    is_kept = header is None or (result.status == "completed" and header.epoch == result.epochs_done)
    leftovers = (PROGRESS_FILE, CHECKPOINT_BEFORE) if is_kept else (PROGRESS_FILE, *CHECKPOINT_FILES)
    with write_errors_in_a_line(folder):
        for name in leftovers:
            (folder / name).unlink(missing_ok=True)


def remove_second_training(folder: Path, trial_id: str) -> None:
    shutil.rmtree(second_training_folder(folder, trial_id), ignore_errors=True)
