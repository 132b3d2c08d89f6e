"""The content of an experiment file as plain values: values are set in it, and mistaken ones taken out."""

from __future__ import annotations

from typing import Any

from actsearch.config.places import Location
from actsearch.functions.registry import ARTICLE

_CHOICES = (("data", "validation"), ("data", "train_size"), ("diagnostics",))
"""Where a mapping replaces another form: `holdout` replaces `test`, `first` a number, `every` a switch."""


def set_at(content: Any, location: Location, value: Any) -> bool:
    """Sets a place, making mappings on the way; False where something else is in the way."""
    for i, part in enumerate(location[:-1]):
        content = _opened(content, part, location[: i + 1])
    last = location[-1]
    is_there = isinstance(content, dict) if isinstance(last, str) else isinstance(content, list) and last < len(content)
    if is_there:
        content[last] = value
    return is_there


def _opened(content: Any, part: str | int, location: Location) -> Any:
    """What is below a place, as something that can be set into; None if it cannot."""
    if isinstance(part, int):
        below = content[part] if isinstance(content, list) and part < len(content) else content
    else:
        below = content.get(part) if isinstance(content, dict) else content
    if below is content:
        return None
    if isinstance(below, (dict, list)):
        return below
    opened = _written_out(below, location)
    if opened is not None:
        content[part] = opened
    return opened


def _written_out(value: Any, location: Location) -> Any:
    """The mapping or list that a shorthand stands for; None where there is none."""
    if location in _CHOICES:
        return {}
    if value is None:
        return list(ARTICLE) if location == ("activations",) else {}
    return {"name": value} if isinstance(value, str) and _takes_a_name(location) else None


def _takes_a_name(location: Location) -> bool:
    """Whether a name alone is a shorthand there: `optimizer: sgd` for `optimizer: {name: sgd}`."""
    if location in (("data",), ("training", "optimizer")) or location[0] == "activations":
        return True
    return location[0] == "model" and str(location[-1]).endswith("_initializer")


def take_out(content: dict[str, Any], location: Location) -> None:
    """Takes a mistaken value out, so that its default stands there."""
    if location == ("name",):
        content["name"] = "x"
    elif location[0] == "activations" and len(location) > 1 and isinstance(location[1], int):
        _take_out_of_entry(content["activations"], location[1], location[2:])
    elif location[0] in ("model", "training", "grid") and len(location) > 1:
        _take_out_of_section(content[location[0]], location)
    else:
        content.pop(str(location[0]), None)


def _take_out_of_section(section: dict[Any, Any], location: Location) -> None:
    optimizer = section.get("optimizer") if location[0] == "training" else None
    if location[1] == "optimizer" and len(location) > 2 and isinstance(optimizer, dict):
        optimizer.pop(location[2], None)
    else:
        section.pop(location[1], None)


def _take_out_of_entry(entries: list[Any], i: int, location: Location) -> None:
    entry = entries[i]
    if location and isinstance(entry, dict) and location[0] in entry and location[0] != "name":
        entry.pop(location[0])
    else:
        own = entry.get("with") if isinstance(entry, dict) else None
        entries[i] = {"name": "relu", "with": own if isinstance(own, dict) else {}}
