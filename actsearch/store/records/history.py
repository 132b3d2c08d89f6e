"""`history.json`: a metric to one number an epoch, a line a metric."""

from __future__ import annotations

import json

from actsearch.core.trial_results import History


def history_to_bytes(history: History) -> bytes:
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(values)}" for name, values in history.items())
    return f"{{\n{rows}\n}}\n".encode("ascii")
