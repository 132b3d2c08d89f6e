"""Values as JSON: records by their fields, and equal text for equal values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any

OPTIONAL: Mapping[str, bool] = {"optional": True}
"""The metadata of a dataclass's field whose key `to_json` leaves out while it holds its default."""
_SCALAR_TYPES = frozenset({str, int, float, bool, type(None)})


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, and only those, have equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def to_json(value: Any) -> Any:
    """The value in dicts and lists alone: a dataclass becomes its fields by name, in their order.

    Mappings become dicts, tuples become lists; all else stays what it is.
    """
    if type(value) in _SCALAR_TYPES:
        return value
    if isinstance(value, (dict, Mapping)):  # a dict is known at once
        return {key: to_json(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(entry) for entry in value]
    return _fields_to_json(value) if is_dataclass(value) else value


def _fields_to_json(record: Any) -> dict[str, Any]:
    content = {}
    for name, left_out in _members(record.__class__):
        value = getattr(record, name)
        if value != left_out:
            content[name] = to_json(value)
    return content


@cache
def _members(record: type) -> tuple[tuple[str, Any], ...]:
    """The names of a dataclass's fields, each with the value at which its key is left out."""
    return tuple((member.name, _value_left_out(member)) for member in fields(record))


def _value_left_out(member: Field[Any]) -> Any:
    return member.default if member.metadata.get("optional") else MISSING
