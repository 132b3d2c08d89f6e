"""Files that are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from actsearch.core.files import write_atomically


def test_atomic_writing_leaves_the_old_or_the_new(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else: a folder full of temporary files is no result."""
    path = hostile / "a file"
    write_atomically(path, b"old")
    assert path.read_bytes() == b"old"

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fail)
            patch.setattr(Path, "replace", fail)
            with pytest.raises(OSError, match="Input/output"):
                write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert [entry.name for entry in hostile.iterdir()] == ["a file"]
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in hostile.iterdir()] == ["a file"]
