"""What a study decided on its way, in `run --json` and `status --json`: the settings chosen, and the looks taken."""

from __future__ import annotations

from typing import Any

from actsearch.cli.json_rows.conversion import json_value
from actsearch.core.looks_record import LooksRecord, LookTaken


def look_row(record: LooksRecord, taken: LookTaken) -> dict[str, Any]:
    """A look with its place among all."""
    return {"look": record.looks.index(taken.seeds) + 1, "of": len(record.looks), **json_value(taken)}
