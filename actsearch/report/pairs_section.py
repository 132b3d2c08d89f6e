"""What the page says of every pair: a matrix, and the numbers."""

from __future__ import annotations

import math
from typing import Any

from actsearch.analysis.comparison import Comparison
from actsearch.analysis.metric_format import interval_text, signed_difference
from actsearch.report.badges import AGAINST, badge_of

MATRIX_ON_PAGE_UP_TO = 60
"""So many contenders have a matrix of their pairs; that of 200 takes most of 17 MB, and nobody reads it."""


def pairs_view(c: Comparison) -> dict[str, Any]:
    """Every pair: the row's verdict against the column's."""
    names = [one.name for one in c.contenders]
    rows = []
    for a, name in enumerate(names):
        cells: list[dict[str, str] | None] = []
        for b, other in enumerate(names):
            if a == b:
                cells.append(None)
                continue
            pair = c.pair(a, b)
            badge = badge_of(c, pair)
            said = "no seed in common"
            if pair.n:
                said = f"{signed_difference(c, pair.difference)}, {interval_text(c, pair.low, pair.high)}"
            said += f"; {badge.detail}" if badge.detail else ""
            words = f"{name} {AGAINST[badge.kind]} {other}: {said}"
            cells.append(
                {"kind": badge.kind, "word": badge.word, "symbol": badge.symbol, "tip": words}
            )  # fmt: skip
        rows.append((name, cells))
    numbers = [
        {
            "first": names[p.a],
            "second": names[p.b],
            "difference": signed_difference(c, p.difference),
            "interval": interval_text(c, p.low, p.high) if math.isfinite(p.low) else "",
            "badge": badge_of(c, p),
        }
        for p in c.pairs()
    ]
    return {"names": names, "rows": rows, "pairs": numbers, "is_wide": len(names) > 8 or max(map(len, names)) > 10}
