"""Writes a file that the user names, such as a table or a page: over an old one, and over nothing of an experiment."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from actsearch.core.errors import StoreError, UserError
from actsearch.core.files import write_atomically

OF_AN_EXPERIMENT = ("experiment.yaml", "plan.json", "looks.json", "decisions.json", "run.json", "run.lock", "trials")
"""What lies in an experiment's folder beside what can be made again; the trials are below the last."""
WRITTEN_BY_HAND = (".yaml", ".yml", ".py", ".npz")
"""Endings of experiments, functions and data of the user's own, which no table or page replaces."""


def write_for_user(path: Path, content: bytes, option: str) -> None:
    """Writes it whole or not at all; through a link, and into a pipe or a device as they are.

    Args:
        path: where to.
        content: what.
        option: how the user named it, such as `--csv`.

    Raises:
        UserError: that names no file, or one that is read: of an experiment, or the user's own.
        StoreError: it can't be written.
    """
    if not path.name:
        raise UserError(f"{option}: give the name of a file")
    target = Path(os.path.realpath(path))
    if _is_of_an_experiment(target):
        raise UserError(f"{path}: the results of an experiment are read from this; give another {option} FILE")
    if target.suffix in WRITTEN_BY_HAND and target.is_file():
        raise UserError(f"{path}: is there already, and no table or page; give another {option} FILE")
    try:
        if _is_open_already(path):
            with path.open("ab") as file:
                file.write(content)
        else:
            write_atomically(target, content)
    except OSError as error:
        raise StoreError(f"{path}: can't be written, {error.strerror}; give another {option} FILE") from error


def _is_open_already(path: Path) -> bool:
    """Whether it is a pipe or a device, or the file that the output goes to: what follows what is there already."""
    try:
        status = path.stat()  # as it is named: the target of `/dev/stdout` may be a pipe without a name
        return not stat.S_ISREG(status.st_mode) or os.path.samestat(status, os.fstat(1))
    except OSError:
        return False


def _is_of_an_experiment(target: Path) -> bool:
    steps_up = zip((target, *target.parents), target.parents, strict=False)
    return any(path.name in OF_AN_EXPERIMENT and (folder / "plan.json").is_file() for path, folder in steps_up)
