"""`looks.json`: a study that is run until it is decided. It holds a `LooksRecord`, and a checksum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actsearch.core.json_values import to_json
from actsearch.core.looks_record import Left, LookContender, LookedPair, LooksRecord, LookTaken
from actsearch.store.layout import FORMAT_VERSION, LOOKS_FILE
from actsearch.store.records.guards import (
    Damaged,
    check_version,
    checksum,
    damaged,
    indented_json,
    read_whole,
    with_checksum,
)


def looks_to_bytes(record: LooksRecord) -> bytes:
    return indented_json(with_checksum({"format_version": FORMAT_VERSION, **to_json(record)}))


def read_looks(folder: Path) -> LooksRecord | None:
    """The looks of an experiment, by its folder; None where there are none.

    Raises:
        Damaged: the file is not what was written.
        StoreError: it cannot be read, or was written by a newer version.
    """
    path = folder / LOOKS_FILE
    with read_whole(path):
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        content = json.loads(text)
        check_version(content["format_version"], path)
        if content.pop("checksum") != checksum(content):
            raise damaged(path)
        del content["format_version"]
        return _looks_from_json(content)


def known_looks(folder: Path) -> LooksRecord | None:
    """The looks of an experiment; None without any, or where the file is damaged.

    Raises:
        StoreError: it cannot be read, or was written by a newer version.
    """
    try:
        return read_looks(folder)
    except Damaged:
        return None


def _looks_from_json(content: Mapping[str, Any]) -> LooksRecord:
    return LooksRecord(
        **{
            **content,
            "looks": tuple(content["looks"]),
            "seeds": tuple(content["seeds"]),
            "contenders": tuple(LookContender(**contender) for contender in content["contenders"]),
            "taken": tuple(map(_taken_from_json, content["taken"])),
        }
    )


def _taken_from_json(content: Mapping[str, Any]) -> LookTaken:
    return LookTaken(
        seeds=content["seeds"],
        contenders=tuple(content["contenders"]),
        pairs=tuple(LookedPair(**pair) for pair in content["pairs"]),
        left=tuple(Left(**left) for left in content["left"]),
        stays=tuple(content["stays"]),
    )
