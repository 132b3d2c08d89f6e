"""Writing files so that each is whole or absent. Imports nothing of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file so that at any moment, a power cut included, it is either the old one or the new one, whole."""
    write_together({path: content})


def write_if_changed(path: Path, content: bytes) -> None:
    """Writes a file like `write_atomically`, unless it has this content already."""
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, content)


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Writes files of one folder like `write_atomically`; they get their names in this order, once all are on the disk.

    Waiting for the disk once for all of them takes little longer than for one.
    """
    beside = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in contents}
    try:
        with ExitStack() as stack:
            descriptors = []
            for path, content in contents.items():
                file = stack.enter_context(beside[path].open("wb"))
                file.write(content)
                file.flush()
                descriptors.append(file.fileno())
            _wait_for_disk(descriptors)
        for path in contents:
            beside[path].replace(path)
    finally:
        for left in beside.values():
            left.unlink(missing_ok=True)
    for folder in {path.parent for path in contents}:
        keep_names(folder)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a path to write to, for what is too long for memory; in the end that file takes the place of `path`.

    If something goes wrong before, `path` is what it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Makes the names of the files in a folder outlive a power cut."""
    if os.name == "posix":
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _wait_for_disk(descriptors: Sequence[int]) -> None:
    """At the same time for all: file systems then write them, and their own journal, in one go."""
    if len(descriptors) == 1:
        os.fsync(descriptors[0])
        return
    with ThreadPoolExecutor(len(descriptors)) as pool:
        list(pool.map(os.fsync, descriptors))
