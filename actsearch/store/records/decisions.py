"""`decisions.json`: what a proposer decided that has no place in the plan. It holds values of JSON, and a checksum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.core.json_values import to_json
from actsearch.store.layout import DECISIONS_FILE, FORMAT_VERSION
from actsearch.store.records.guards import (
    Damaged,
    check_version,
    checksum,
    damaged,
    indented_json,
    read_whole,
    with_checksum,
)


@dataclass(frozen=True)
class DecisionsRecord:
    """The content of `decisions.json`."""

    proposer: str
    """The name of the one that decided."""
    decisions: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        return indented_json(with_checksum({"format_version": FORMAT_VERSION, **to_json(self)}))


def known_decisions(folder: Path) -> DecisionsRecord | None:
    """The decisions of an experiment, by its folder; None without any, or where the file is damaged.

    Raises:
        StoreError: it cannot be read, or was written by a newer version.
    """
    path = folder / DECISIONS_FILE
    try:
        with read_whole(path):
            content = json.loads(path.read_bytes())
            check_version(content["format_version"], path)
            if content.pop("checksum") != checksum(content):
                raise damaged(path)
            return DecisionsRecord(content["proposer"], dict(content["decisions"]))
    except Damaged:
        return None
