"""A verdict as a word with its symbol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.verdict_text import forecast_text

BADGE_SYMBOLS: Mapping[str, str] = {"better": "▲", "worse": "▼", "tied": "=", "undecided": "?", "none": "·"}
AGAINST: Mapping[str, str] = {
    "better": "is better than",
    "worse": "is worse than",
    "tied": "is tied with",
    "undecided": "is undecided against",
    "none": "has no verdict against",
}


@dataclass(frozen=True)
class Badge:
    """A verdict as a word with its symbol, and what goes with it."""

    kind: str
    word: str
    detail: str = ""

    @property
    def symbol(self) -> str:
        return BADGE_SYMBOLS[self.kind]


def badge_of(comparison: Comparison, pair: Pair) -> Badge:
    if pair.verdict is None:
        return Badge("none", "no verdict", pair.note or "")
    detail = pair.note or ""
    if pair.verdict == "undecided":
        detail = forecast_text(comparison, pair.forecast)
    elif pair.smaller_but_real:
        detail = "a real but smaller difference"
    return Badge(pair.verdict, pair.verdict, detail)
