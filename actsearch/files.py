"""Writing a file so that it is whole or absent. Imports nothing of ours."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, and_its_name: bool = True) -> None:
    """Writes a file so that at any moment it is either the old one whole or the new one whole.

    With `and_its_name`, the name outlives a power cut too, and with it those of all files written there before.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    if and_its_name:
        keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Makes the names of the files in a folder outlive a power cut."""
    if os.name == "posix":
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
