"""The SHA-256 of a file, which tells whether results were made with the same data."""

from __future__ import annotations

import hashlib
from pathlib import Path

from actsearch.core.errors import DataError


def file_sha256(path: Path) -> str:
    """As hexadecimal digits, as `sha256sum` prints them."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
