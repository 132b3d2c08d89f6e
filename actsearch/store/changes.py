"""What changed between two versions of an experiment, setting by setting, in words. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.core.dotted_keys import by_dotted_key

IRRELEVANT = ("name", "description", "diagnostics")
"""Keys that change no trial."""
LONGEST_IN_A_LINE = 60
"""Characters of a value in a line."""


def described(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """A line for each setting that differs between two documents (`Experiment.document`), in the file's order.

    A list of plain values is shown whole, of another list the entries that have gone or come.
    """
    lines = []
    old, new = by_dotted_key(before), by_dotted_key(after)
    for key in {**old, **new}:
        gone, come = old.get(key), new.get(key)
        if key.split(".")[0] in IRRELEVANT or gone == come:
            continue
        if isinstance(gone, list) and isinstance(come, list) and not _are_numbers([*gone, *come]):
            lines += [f"{key}: {_short_value(entry)} is gone" for entry in gone if entry not in come]
            lines += [f"{key}: {_short_value(entry)} is new" for entry in come if entry not in gone]
        else:
            lines.append(f"{key}: {_short_value(gone)} -> {_short_value(come)}")
    return lines


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, (int, float)) for value in values)


def _short_value(value: Any) -> str:
    text = _value_text(value)
    return text if len(text) <= LONGEST_IN_A_LINE else text[: LONGEST_IN_A_LINE - 1] + "…"


def _value_text(value: Any) -> str:
    if isinstance(value, Mapping) and value.get("name"):
        others = {key: setting for key, setting in value.items() if key not in ("name", "label")}
        rest = ", ".join(f"{key}: {_short_value(setting)}" for key, setting in others.items())
        return str(value.get("label") or value["name"]) + (f" ({rest})" if rest else "")
    if value is None:
        return "null"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
