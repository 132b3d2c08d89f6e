"""What changed between two versions of an experiment, setting by setting, in words. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

IRRELEVANT = ("name", "description", "diagnostics")
"""Keys that change no trial."""


def described(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """A line for each setting that differs between two documents (`Experiment.document`), in the file's order.

    A list of plain values is shown whole, of another list the entries that have gone or come.
    """
    lines = []
    old, new = _flat(before), _flat(after)
    for key in [*old, *(key for key in new if key not in old)]:
        if key.split(".")[0] in IRRELEVANT or old.get(key) == new.get(key):
            continue
        gone, come = old.get(key), new.get(key)
        if isinstance(gone, list) and isinstance(come, list) and not _plain([*gone, *come]):
            lines += [f"{key}: {_short(entry)} is gone" for entry in gone if entry not in come]
            lines += [f"{key}: {_short(entry)} is new" for entry in come if entry not in gone]
        else:
            lines.append(f"{key}: {_short(gone)} -> {_short(come)}")
    return lines


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted keys to values; what a mapping lists under `grid` has dotted keys already."""
    found: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _plain(values: Sequence[Any]) -> bool:
    return all(isinstance(value, (int, float)) for value in values)


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and value.get("name"):
        rest = ", ".join(f"{k}: {_short(v)}" for k, v in value.items() if k not in ("name", "label"))
        value = str(value.get("label") or value["name"]) + (f" ({rest})" if rest else "")
    text = "null" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
