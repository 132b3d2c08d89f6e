"""What guards the files of an experiment: the version of their format, and a checksum of their content."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from actsearch.core.errors import StoreError
from actsearch.core.json_values import canonical_json
from actsearch.store.disk_errors import unreadable
from actsearch.store.layout import FORMAT_VERSION


class Damaged(Exception):
    """A committed file is not what was written."""


def damaged(path: Path) -> Damaged:
    return Damaged(f"{path}: is damaged")


def check_version(version: Any, path: Path) -> None:
    """Raises a StoreError where a newer version of this program wrote the file."""
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StoreError(
            f"{path}: was written by a newer actsearch (format {version}, this one reads {FORMAT_VERSION});"
            " install a newer version"
        )


def checksum(content: Mapping[str, Any]) -> str:
    return sha256(canonical_json(content).encode("ascii"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def with_checksum(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with its checksum, as its last key."""
    return {**content, "checksum": checksum(content)}


@contextmanager
def read_whole(path: Path) -> Iterator[None]:
    """Inside it a file is read: what is not what was written is `Damaged`, what cannot be read a StoreError."""
    try:
        yield
    except FileNotFoundError as error:
        raise Damaged(f"{error.filename}: is missing") from error
    except (IsADirectoryError, ValueError, zipfile.BadZipFile, KeyError, TypeError, AttributeError) as error:
        raise damaged(path) from error
    except OSError as error:  # a share that is away for a moment damages nothing
        raise unreadable(path, error) from error


def indented_json(value: Any) -> bytes:
    """The text of a file that people read as well."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
