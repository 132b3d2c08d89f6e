"""What guards the files of an experiment: the version of their format, and a checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actsearch.core.errors import StoreError
from actsearch.core.json_values import canonical_json

if TYPE_CHECKING:
    pass
from actsearch.store.layout import FORMAT_VERSION


class Damaged(Exception):
    """A committed file of a trial is not what was written."""


def check_version(version: Any, path: Path) -> None:
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StoreError(
            f"{path}: was written by a newer actsearch (format {version}, this one reads {FORMAT_VERSION});"
            " install a newer version"
        )


def checksum(commit: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(commit).encode("ascii")).hexdigest()
