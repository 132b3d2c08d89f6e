"""The table behind the figure of every pair of contenders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from actsearch.analysis import conclusions, metric_text
from actsearch.analysis.comparison import MATRIX_UP_TO, Comparison
from actsearch.analysis.comparison_captions import _closing, _simultaneous
from actsearch.analysis.comparison_figures import drawn_places
from actsearch.analysis.verdicts import Verdict

SYMBOLS: Mapping[Verdict | None, str] = {"better": "▲", "worse": "▼", "tied": "=", "undecided": "?", None: "·"}
"""Not > and <, which stand above a difference: of a loss, what is better is less."""


@dataclass(frozen=True)
class Cell:
    """The row's contender minus the column's."""

    verdict: Verdict | None
    text: str


@dataclass(frozen=True)
class Matrix:
    """Every pair, both ways; None on the diagonal."""

    stem: str
    title: str
    subtitle: str
    names: tuple[str, ...]
    leading: tuple[bool, ...]
    cells: tuple[tuple[Cell | None, ...], ...]
    caption: tuple[str, ...]


def matrix(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> Matrix | None:
    """The matrix of pairs; None where there is one pair alone, too many, no verdict, or a baseline's pairs only."""
    places = [i for i in drawn_places(comparison, drawn) if comparison.contenders[i].completed]
    if comparison.has_baseline or not 2 < len(places) <= MATRIX_UP_TO or not comparison.leaders:
        return None
    cells = tuple(
        tuple(
            Cell(pair.verdict, metric_text.signed(comparison, pair.difference))
            if (pair := comparison.pair(a, b) if a != b else None)
            else None
            for b in places
        )
        for a in places
    )
    what = comparison.measure.in_words()
    caption = [
        f"{comparison.experiment}: each cell is the row's mean minus the column's, and the verdict on the row:"
        f" {SYMBOLS['better']} better, {SYMBOLS['worse']} worse, {SYMBOLS['tied']} tied, {SYMBOLS['undecided']}"
        f" undecided, {SYMBOLS[None]} no verdict.",
        f"Bar: the leading group. {_simultaneous(comparison)}",
        *_closing(comparison, drawn),
    ]
    return Matrix(
        stem,
        f"Every pair: {what}",
        conclusions.title(comparison),
        tuple(comparison.contenders[i].name for i in places),
        tuple(i in comparison.leaders for i in places),
        cells,
        tuple(caption),
    )
