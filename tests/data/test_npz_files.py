"""A file of the user's own that is damaged, or none: refused in one plain line, and never run."""

from __future__ import annotations

import itertools
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tables import check_each

from actsearch.core.errors import DataError
from actsearch.core.experiment import DataSpec
from actsearch.data import npz_files, sources
from actsearch.data.kinds.npz import NpzSource


def test_a_pickle_is_never_opened(hostile: Path) -> None:
    """Loading somebody's data must not run somebody's code."""

    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(hostile / "was here"),)

    path = hostile / "own.npz"
    with zipfile.ZipFile(path, "w") as file:
        for name in npz_files.ARRAYS:
            file.writestr(f"{name}.npy", pickle.dumps(Evil()))
    with pytest.raises(DataError, match=r"own\.npz"):
        sources.load_dataset(DataSpec(NpzSource(str(path))))
    assert not (hostile / "was here").exists()


def test_truncated_file_is_refused(hostile: Path, make_npz: Callable[..., Path]) -> None:
    """A half-finished copy is the usual way for a file to be broken."""

    def check(write: Callable[..., None], keep: float) -> None:
        path = make_npz(hostile / "own.npz")
        with np.load(path) as file:
            write(path, **dict(file))
        whole = path.read_bytes()
        path.write_bytes(whole[: int(keep * len(whole)) if keep < 1 else int(keep)])
        with pytest.raises(DataError, match=r"is damaged|not a whole|cannot be read"):
            sources.load_dataset(DataSpec(NpzSource(str(path))))

    check_each(itertools.product([np.savez, np.savez_compressed], [0, 3, 100, 0.5, 0.999]), check)


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_a_flipped_byte_is_harmless_or_refused(
    hostile: Path, make_npz: Callable[..., Path], write: Callable[..., None]
) -> None:
    """Whatever a bad disk does to a user's file, the answer is a line about that file, never a traceback."""
    path = make_npz(hostile / "own.npz", train=8, test=4, shape=(3,))
    with np.load(path) as file:
        write(path, **dict(file))
    whole = path.read_bytes()
    messages = []
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            sources.load_dataset(DataSpec(NpzSource(str(path))))
        except DataError as error:
            messages.append(str(error))
    assert len(messages) > len(whole) / 3 * 0.3
    assert all(message.startswith(f"{path}: ") for message in messages)


@pytest.mark.parametrize("content", [b"not a zip at all", b"\x93NUMPY", b"PK\x03\x04"], ids=["text", "npy", "zip"])
def test_what_is_not_an_npz_is_refused(hostile: Path, content: bytes) -> None:
    """A user who points at the wrong file is told so."""
    path = hostile / "own.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="not a whole"):
        sources.load_dataset(DataSpec(NpzSource(str(path))))


def test_a_single_array_is_refused(hostile: Path) -> None:
    """`numpy.save` instead of `numpy.savez` is an easy mistake."""
    path = hostile / "own.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(DataError, match=r"own\.npz"):
        sources.load_dataset(DataSpec(NpzSource(str(path))))
