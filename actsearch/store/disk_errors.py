"""What the operating system refuses, in one line that says what it means for the results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actsearch.core.errors import StoreError


def unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{error.filename or path}: cannot be read ({error.strerror or error})")


@contextmanager
def write_errors_in_a_line(path: Path) -> Iterator[None]:
    """What cannot be written is a StoreError; `path` is named where the system names no file."""
    try:
        yield
    except FileNotFoundError as error:
        where = error.filename or path
        raise StoreError(
            f"{where}: cannot be written, its folder is gone; was it moved or deleted while the run went on?"
        ) from error
    except OSError as error:
        where = error.filename or path
        raise StoreError(
            f"{where}: cannot be written ({error.strerror or error}); finished trials are kept, and the same command"
            " (without --fresh) goes on once this is mended, or give another --out"
        ) from error
