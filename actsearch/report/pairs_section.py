"""What the page says of every pair: a matrix, and the numbers."""

from __future__ import annotations

import math
from typing import Any

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import interval_text, signed_difference
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.report.badges import AGAINST, badge_of

MATRIX_ON_PAGE_UP_TO = 60
"""So many contenders have a matrix of their pairs; that of 200 takes most of 17 MB, and nobody reads it."""
MANY_NAMES, LONG_NAME = 8, 10
"""With more contenders, or longer names than so many characters, a matrix has its names upright."""


def pairs_view(comparison: Comparison) -> dict[str, Any]:
    """Every pair: the row's verdict against the column's."""
    names = [contender.name for contender in comparison.contenders]
    places = range(len(names))
    return {
        "names": names,
        "rows": [(names[a], [_cell(comparison, a, b) for b in places]) for a in places],
        "pairs": [_pair_in_numbers(comparison, pair) for pair in comparison.pairs()],
        "is_wide": len(names) > MANY_NAMES or max(map(len, names)) > LONG_NAME,
    }


def _cell(comparison: Comparison, a: int, b: int) -> dict[str, str] | None:
    """None on the diagonal."""
    if a == b:
        return None
    pair = comparison.pair(a, b)
    badge = badge_of(comparison, pair)
    words = "no seed in common"
    if pair.n:
        interval = interval_text(comparison, pair.low, pair.high)
        words = f"{signed_difference(comparison, pair.difference)}, {interval}"
    if badge.detail:
        words += f"; {badge.detail}"
    name, against = (comparison.contenders[i].name for i in (a, b))
    tip = f"{name} {AGAINST[badge.kind]} {against}: {words}"
    return {"kind": badge.kind, "word": badge.word, "symbol": badge.symbol, "tip": tip}


def _pair_in_numbers(comparison: Comparison, pair: Pair) -> dict[str, Any]:
    return {
        "first": comparison.contenders[pair.a].name,
        "second": comparison.contenders[pair.b].name,
        "difference": signed_difference(comparison, pair.difference),
        "interval": interval_text(comparison, pair.low, pair.high) if math.isfinite(pair.low) else "",
        "badge": badge_of(comparison, pair),
    }
