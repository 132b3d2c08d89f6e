"""Draws the matrix of pairs: the row's verdict against the column's, with the difference below it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from matplotlib.figure import Figure

from actsearch.analysis.charts.pair_matrix import VERDICT_SYMBOLS, PairCell, PairMatrix
from actsearch.analysis.charts.pens import Palette
from actsearch.figures.candidate_rows import NAME_LIMITS
from actsearch.figures.drawing import Ruler, fitting_names
from actsearch.figures.frame import EDGE, TEXT_SIZE, TIGHT_HEADER, Heading, Page

VERDICT_COLORS: Mapping[str, tuple[str, str]] = {
    "better": ("#0072B2", "#ffffff"),
    "worse": ("#E69F00", "#000000"),
    "tied": ("#c9c9c9", "#000000"),
}
"""A cell and the text on it: Okabe and Ito's blue and orange, which are dark and light in print."""

# Inches.
LEAST_WIDTH, LEAST_CELL, CELL_HEIGHT = 6.0, 0.62, 0.46
LONGEST_NAME = 2.2
SLANTED = 0.72
"""What a turned name takes of its length, both across and upwards."""
NUMBER_SIZE, SYMBOL_SIZE = 7.5, 10
"""In points."""


def matrix_figure(table: PairMatrix, palette: Palette) -> Figure:
    """A cell a pair; names are turned above the columns where they are wider than those."""
    ruler = Ruler()
    names, widest = fitting_names(table.names, ruler, TEXT_SIZE, LONGEST_NAME, NAME_LIMITS)
    n = len(table.names)
    cell = _cell_width(table, widest, ruler)
    are_turned = any(ruler.width(name, TEXT_SIZE) > cell - 0.06 for name in names.values())
    slant = widest * SLANTED if are_turned else 0.0
    head = slant + 0.16 if are_turned else 0.24
    left = 2 * EDGE + widest + 0.1
    width = max(left + n * cell + slant + EDGE, LEAST_WIDTH)
    heading = Heading(table.title, table.subtitle)
    page = Page.around(head + n * CELL_HEIGHT + 0.12, width, palette, ruler, heading, table.caption, TIGHT_HEADER)
    page.put_caption()
    top = page.top - head
    for i, name in enumerate(table.names):
        y = top - (i + 0.5) * CELL_HEIGHT
        page.put(2 * EDGE, y, names[name], gid="label")
        if table.leading[i]:
            page.rectangle(EDGE, y - CELL_HEIGHT / 2, 0.05, CELL_HEIGHT, facecolor=palette.ink, linewidth=0)
        _put_name_above(page, left + (i + 0.5) * cell, top, names[name], are_turned)
        for j, content in enumerate(table.cells[i]):
            _put_pair(page, left + j * cell, y, cell, content)
    return page.figure


def _cell_width(table: PairMatrix, widest: float, ruler: Ruler) -> float:
    """As wide as its number, or as a short name above it."""
    pairs = filter(None, itertools.chain.from_iterable(table.cells))
    width = max(max(ruler.width(pair.text, NUMBER_SIZE) for pair in pairs) + 0.14, LEAST_CELL)
    return max(width, widest + 0.1) if widest < 0.85 else width


def _put_name_above(page: Page, x: float, top: float, name: str, is_turned: bool) -> None:
    if is_turned:
        page.put(x - 0.04, top + 0.06, name, rotation=45, rotation_mode="anchor", va="bottom")
    else:
        page.put(x, top + 0.12, name, ha="center")


def _put_pair(page: Page, left: float, y: float, width: float, cell: PairCell | None) -> None:
    """A square in the colour of its verdict; on the diagonal there is none."""
    palette = page.palette
    face, ink = palette.grid, palette.ink
    if cell is not None:
        face, ink = VERDICT_COLORS.get(cell.verdict or "", (palette.paper, palette.ink))
    how = {"facecolor": face, "edgecolor": palette.faint, "linewidth": 0.5}
    page.rectangle(left, y - CELL_HEIGHT / 2, width, CELL_HEIGHT, **how)
    if cell is not None:
        middle = left + 0.5 * width
        page.put(
            middle, y + 0.09, VERDICT_SYMBOLS[cell.verdict], ha="center", size=SYMBOL_SIZE, weight="bold", color=ink
        )
        page.put(middle, y - 0.1, cell.text, ha="center", size=NUMBER_SIZE, color=ink)
