"""The frame of every figure: a page with a title and a caption, panels in rows, and labels in the margin of a panel.

All places are in inches. A page is as large as its measured texts and its panels need, so that nothing is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from actsearch.analysis.charts.axes import spread
from actsearch.analysis.charts.pens import Palette
from actsearch.core.words import plain
from actsearch.figures.drawing import LINE, Ruler, put, stroke

WIDTH = 9.0
"""Of a page with one column."""
EDGE = 0.15
"""Between the edge of a page and what is on it."""
LEFT, BELOW = 0.82, 0.52
"""What the numbers and the name of a y axis take left of a panel, and those of an x axis below it."""
PANEL_TITLE = 0.28
"""What the title of a panel takes above it."""
HEADER, TIGHT_HEADER = 0.72, 0.68
"""What title and subtitle take above panels, and above a headline or rows."""
HEADLINES = 4
"""The most lines of a verdict in words."""
SWATCH = 0.34
"""The piece of a line beside its label, with the gap after it."""

TITLE_SIZE, SUBTITLE_SIZE, HEADLINE_SIZE, CAPTION_SIZE, TEXT_SIZE = 13.0, 9.0, 9.0, 7.5, 8.0
"""In points."""


# --- the page


@dataclass(frozen=True)
class Heading:
    """What stands above the panels."""

    title: str
    subtitle: str
    headline: str = ""
    """A verdict in words, in a few lines."""


@dataclass(frozen=True)
class Page:
    """A figure with its heading; panels stand between `top` and `bottom`, inches from its lower edge.

    `put_caption` writes what stands below them. Texts stand in a file in the order in which they were put.
    """

    figure: Figure
    ruler: Ruler
    palette: Palette
    width: float
    height: float
    top: float
    bottom: float
    caption: tuple[str, ...] = ()
    """Its lines."""

    @classmethod
    def around(
        cls,
        body: float,
        width: float,
        palette: Palette,
        ruler: Ruler,
        heading: Heading,
        caption: Sequence[str],
        header: float = HEADER,
    ) -> Page:
        """A page with its heading, with room for its caption, and a body of this height between the two."""
        headlines = _headlines(heading.headline, ruler, width)
        foot = ruler.wrapped(plain(" ".join(caption)), CAPTION_SIZE, width - 2 * EDGE)
        above = header + len(headlines) * HEADLINE_SIZE * LINE / 72 + (0.06 if headlines else 0)
        bottom = len(foot) * CAPTION_SIZE * LINE / 72 + 2 * EDGE
        page = cls.empty(width, above + body + bottom, palette, ruler, above, bottom, tuple(foot))
        page.put_title(heading.title, TITLE_SIZE, 0.2)
        subtitle = ruler.fitting(plain(heading.subtitle), SUBTITLE_SIZE, width - 2 * EDGE)
        page.put_lines([subtitle], page.height - 0.43, SUBTITLE_SIZE, palette.faint)
        page.put_lines(headlines, page.height - 0.66, HEADLINE_SIZE, palette.ink)
        return page

    @classmethod
    def empty(
        cls,
        width: float,
        height: float,
        palette: Palette,
        ruler: Ruler,
        header: float,
        bottom: float,
        caption: tuple[str, ...] = (),
    ) -> Page:
        """A page without any text yet."""
        figure = Figure(figsize=(width, height), dpi=150, facecolor=palette.paper)
        return cls(figure, ruler, palette, width, height, height - header, bottom, caption)

    def put_title(self, title: str, size: float, below: float) -> None:
        """A line in bold, so far below the upper edge."""
        text = self.ruler.fitting(plain(title), size, self.width - 2 * EDGE, "bold")
        self.put(EDGE, self.height - below, text, size=size, weight="bold", va="top")

    def put_caption(self) -> None:
        self.put_lines(self.caption, self.bottom - EDGE, CAPTION_SIZE, self.palette.faint)

    def put_lines(self, lines: Sequence[str], top: float, size: float, color: str) -> None:
        """Lines one below the other, from the left edge on."""
        for i, line in enumerate(lines):
            self.put(EDGE, top - i * size * LINE / 72, line, size=size, color=color, va="top")

    def put(self, x: float, y: float, text: str, **how: Any) -> None:
        how = {"size": TEXT_SIZE, "color": self.palette.ink, "va": "center_baseline", **how}
        put(self.figure, x, y, text, **how)

    def stroke(self, xs: Sequence[float], ys: Sequence[float], **how: Any) -> None:
        stroke(self.figure, xs, ys, **how)

    def rectangle(self, left: float, floor: float, width: float, height: float, **how: Any) -> None:
        corner = (left / self.width, floor / self.height)
        patch = Rectangle(corner, width / self.width, height / self.height, transform=self.figure.transFigure, **how)
        self.figure.add_artist(patch)

    def axes(self, left: float, floor: float, width: float, height: float, tick_size: float = 7.5) -> Axes:
        """Axes without a frame but for a line below."""
        place = (left / self.width, floor / self.height, width / self.width, height / self.height)
        axes: Axes = self.figure.add_axes(place)
        axes.set_facecolor(self.palette.paper)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(self.palette.faint)
        axes.tick_params(colors=self.palette.faint, labelsize=tick_size)
        return axes


def _headlines(text: str, ruler: Ruler, width: float) -> list[str]:
    lines = ruler.wrapped(plain(text), HEADLINE_SIZE, width - 2 * EDGE)
    if len(lines) <= HEADLINES:
        return lines
    return [*lines[: HEADLINES - 1], f"{lines[HEADLINES - 1][:-2]}…"]


# --- panels in rows


def columns_for(panels: int, most: int = 3) -> int:
    """In how many columns so many panels stand."""
    return 2 if panels == 4 else min(panels, most)


@dataclass(frozen=True)
class Panels:
    """Panels of one size in rows and columns: each has a title above its axes, and labels right of them."""

    count: int
    columns: int
    width: float
    """Of a panel with its labels."""
    axes_width: float
    axes_height: float
    title: float = PANEL_TITLE

    @property
    def page_width(self) -> float:
        return LEFT + self.columns * self.width

    @property
    def height(self) -> float:
        """Of all rows."""
        return -(-self.count // self.columns) * self._row_height

    @property
    def _row_height(self) -> float:
        return self.title + self.axes_height + BELOW

    def left(self, i: int) -> float:
        """The left edge of a panel's axes."""
        return LEFT + i % self.columns * self.width

    def ceiling(self, page: Page, i: int) -> float:
        """Where a panel begins, above its title."""
        return page.top - i // self.columns * self._row_height

    def floor(self, page: Page, i: int) -> float:
        """Where the axes of a panel end, above their numbers."""
        row = i // self.columns
        return page.top - (row + 1) * (self.title + self.axes_height) - row * BELOW

    def is_leftmost(self, i: int) -> bool:
        """Whether the y axis of a panel has numbers and a name."""
        return i % self.columns == 0


# --- the labels of a panel


@dataclass(frozen=True)
class Margin:
    """Where labels stand right of axes, each with a leader from the end of what it names."""

    page: Page
    right: float
    floor: float
    top: float
    leader: float
    """How far from the axes the labels begin."""

    @classmethod
    def of(cls, page: Page, axes: Axes, leader: float) -> Margin:
        box = axes.get_position()
        return cls(page, box.x1 * page.width, box.y0 * page.height, box.y1 * page.height, leader)

    @property
    def after_swatch(self) -> float:
        """Where the text after a swatch begins."""
        return self.right + self.leader + SWATCH

    def spread(self, wanted: Sequence[float], size: float, floor: float | None = None) -> list[float]:
        """Places beside the axes, or above `floor`, near those wanted (which fall), for lines of text of a size."""
        return spread(wanted, size * LINE / 72, self.floor if floor is None else floor, self.top)

    def lead(self, start: float, end: float, y: float, knee: float = 0.04, **how: Any) -> None:
        """A leader from a place in the axes to a label at the height `y`."""
        xs = [start, self.right + knee, self.right + self.leader - 0.03]
        self.page.stroke(xs, [end, end, y], **how)

    def swatch(self, y: float, **how: Any) -> None:
        """A piece of a line, with its marker in the middle if it has one."""
        left = self.right + self.leader
        xs = [left, left + SWATCH - 0.06]
        if "marker" in how:
            xs = [left, left + SWATCH / 2, left + SWATCH - 0.06]
            how["markevery"] = [1]
        self.page.stroke(xs, [y] * len(xs), **how)
