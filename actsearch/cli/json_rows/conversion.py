"""How a record becomes JSON: its fields are the keys, in the order in which they stand in the class."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

PLAIN = (str, int, float, type(None))


def json_value(value: Any) -> Any:
    """A record or a mapping as an object, a tuple or a list as an array, anything else as it is."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, Mapping):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [json_value(item) for item in value]
    if is_dataclass(value):
        return {field.name: json_value(getattr(value, field.name)) for field in fields(value)}
    return value


def json_line(record: Any) -> str:
    """A record as a line of `--json`."""
    return json.dumps(json_value(record), ensure_ascii=False)


def finite(value: float | None) -> float | None:
    """JSON has no infinity and no `nan`: those become null."""
    return value if value is not None and math.isfinite(value) else None
