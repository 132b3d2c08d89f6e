"""What figures with a row a candidate share: the column of names with notes below them, and the lines between rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from actsearch.core.words import plain
from actsearch.figures.drawing import Ruler, fitting_names
from actsearch.figures.frame import EDGE, TEXT_SIZE, Page

NAME_WIDTH = 2.5
"""The most inches of a name."""
NAME_LIMITS = (60, 50, 42, 36, 30, 25, 20, 16, 12)
"""Characters of a name, as many as have room."""
COLUMN_GAP = 0.16
SMALL_SIZE = 6.5
"""Of notes, in points."""


class NamedRow(Protocol):
    """A candidate with what is missing of its seeds."""

    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True)
class NameColumn:
    """The names of the rows as long as there is room, and how wide the column is."""

    names: Mapping[str, str]
    notes: Mapping[str, str]
    width: float

    @classmethod
    def of(cls, rows: Sequence[NamedRow], ruler: Ruler) -> NameColumn:
        names, widest = fitting_names([row.name for row in rows], ruler, TEXT_SIZE, NAME_WIDTH, NAME_LIMITS)
        notes = {row.name: ruler.fitting(plain(row.note), SMALL_SIZE, NAME_WIDTH) for row in rows}
        return cls(names, notes, max([widest, *(ruler.width(note, SMALL_SIZE) for note in notes.values())]))

    @property
    def end(self) -> float:
        """Where the next column may begin."""
        return 2 * EDGE + self.width + COLUMN_GAP

    @property
    def row_height(self) -> float:
        """With a second line where there are notes; lower of many rows."""
        if any(self.notes.values()):
            return 0.36 if len(self.names) <= 30 else 0.3
        return 0.3 if len(self.names) <= 30 else 0.22

    def put(self, page: Page, name: str, y: float, weight: str = "normal") -> None:
        note = self.notes[name]
        page.put(2 * EDGE, y + (0.055 if note else 0.0), self.names[name], weight=weight, gid="label")
        if note:
            page.put(2 * EDGE, y - 0.075, note, size=SMALL_SIZE, color=page.palette.faint)


def set_row_axis(axes: Axes, rows: int, low: float, high: float) -> None:
    """Rows from above at 0, 1, ..., with nothing on their axis; the values go across."""
    axes.patch.set_alpha(0)  # so that what stands behind the rows is seen
    axes.set_xlim(low, high)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.yaxis.set_major_locator(NullLocator())


def rule_above(page: Page, y: float) -> None:
    """A fine line that guides the eye between two rows."""
    page.stroke([EDGE, page.width - EDGE], [y, y], color=page.palette.grid, linewidth=0.5, zorder=-1)
