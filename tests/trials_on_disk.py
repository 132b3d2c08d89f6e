"""What a run left: the folders of its trials, and the activations that they are of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def trial_folders(out: Path) -> dict[str, set[str]]:
    return {path.name: {file.name for file in path.iterdir()} for path in (out / "trials").iterdir()}


def labels_of(trial_ids: Sequence[str]) -> list[str]:
    """The activations at the beginning of trial ids."""
    return [re.split("[_-]", trial_id)[0] for trial_id in trial_ids]
