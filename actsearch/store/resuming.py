"""Where a killed trial goes on: from the furthest whole checkpoint of its own, or of another of its trajectory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from actsearch.core.experiment import Trial
from actsearch.core.json_values import to_json
from actsearch.store.layout import (
    AGAIN_ENDING,
    CHECKPOINT_BEFORE,
    CHECKPOINT_FILE,
    CHECKPOINT_FILES,
    SET_ASIDE,
    trials_folder,
)
from actsearch.store.records.checkpoint import CheckpointHeader, checkpoint_content, checkpoint_header

ByTrajectory = Mapping[str, Sequence[Path]]
"""Checkpoints by the trajectory that they are of."""


class Origin(NamedTuple):
    """A checkpoint that a trial can go on from: of the trial itself, or of one of the same trajectory."""

    trial_id: str
    epoch: int
    path: Path


def origins(trial: Trial, own: Path, on_disk: ByTrajectory) -> list[Origin]:
    """The checkpoints that a trial can go on from, the furthest first, going by the first lines of the files.

    Args:
        trial: what is to be trained.
        own: the folder in which it is trained; its checkpoints may be newer than `on_disk`.
        on_disk: the checkpoints that lay there at first.
    """
    usable = {}
    for path in (*on_disk.get(trial.trajectory, ()), own / CHECKPOINT_BEFORE, own / CHECKPOINT_FILE):
        header = checkpoint_header(path)
        if header is not None and _can_go_on_from(trial, header):
            usable[path] = Origin(path.parent.name.removesuffix(AGAIN_ENDING), header.epoch, path)
    return sorted(usable.values(), key=lambda origin: (origin.epoch, origin.trial_id == trial.id), reverse=True)


def _can_go_on_from(trial: Trial, header: CheckpointHeader) -> bool:
    if header.trajectory != trial.trajectory or header.epoch > trial.candidate.training.epochs:
        return False
    # What was not looked at then cannot be seen any more.
    return trial.diagnostics is None or header.diagnostics == to_json(trial.diagnostics)


def content_to_go_on_from(candidates: Iterable[Origin]) -> bytes | None:
    """The content of the first of these checkpoints that is whole."""
    for origin in candidates:
        content = checkpoint_content(origin.path)
        if content is not None:
            return content
    return None


def has_unseen(trial: Trial, own: Path) -> bool:
    """Of a trial that has no checkpoint to go on from: whether it has one that was made without its diagnostics."""
    if trial.diagnostics is None:
        return False
    headers = [checkpoint_header(own / name) for name in CHECKPOINT_FILES]
    return any(header is not None and header.trajectory == trial.trajectory for header in headers)


def checkpoints_by_trajectory(folder: Path) -> dict[str, list[Path]]:
    """All checkpoints on disk of an experiment, by its folder."""
    by_trajectory: dict[str, list[Path]] = {}
    for path in _checkpoint_paths(folder):
        header = checkpoint_header(path)
        if header is not None:
            by_trajectory.setdefault(header.trajectory, []).append(path)
    return by_trajectory


def _checkpoint_paths(folder: Path) -> list[Path]:
    try:
        trials = [Path(entry.path) for entry in os.scandir(trials_folder(folder)) if not SET_ASIDE.search(entry.name)]
    except OSError:
        return []
    paths: list[Path] = []
    for trial in trials:
        paths += [trial / name for name in CHECKPOINT_FILES]
    return [path for path in paths if is_there(path)]


def is_there(path: Path) -> bool:
    """False where it cannot be looked at, too, unlike `Path.exists`."""
    return os.path.exists(path)  # noqa: PTH110
