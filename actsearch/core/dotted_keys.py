"""Nested settings by dotted keys: `training.optimizer.name`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def by_dotted_key(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Each value that is no mapping by its dotted key; what a mapping lists under `grid` has such keys already."""
    values: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            values |= by_dotted_key(value, f"{prefix}{key}.")
        else:
            values[f"{prefix}{key}"] = value
    return values
