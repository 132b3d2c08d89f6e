"""Draws how fast candidates learn: the epochs and seconds until each of a few targets is reached, a row a candidate."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from actsearch.analysis.charts.learning_speed import LearningSpeed, Reached, SpeedRow
from actsearch.analysis.charts.pens import Palette, Pen
from actsearch.figures.candidate_rows import SMALL_SIZE, NameColumn, rule_above, set_row_axis
from actsearch.figures.drawing import Ruler, edged, marker_size, tinted
from actsearch.figures.frame import BELOW, EDGE, TEXT_SIZE, TIGHT_HEADER, WIDTH, Heading, Page

Fill = Literal["none", "left", "full"]
FILLS: tuple[Fill, ...] = ("none", "left", "full")
"""How much of a target's marker is filled: of the hardest, all."""

# Inches.
ONE_PANEL, TWO_PANELS, BETWEEN_SPEED_PANELS = 3.6, 2.6, 0.3
"""The least width of a panel beside none and beside another, and the gap between the two."""
ABOVE_SPEED_ROWS, TARGET_ROW = 0.3, 0.13


@dataclass(frozen=True)
class _Panel:
    """Axes of epochs, or of seconds."""

    axes: Axes
    last: float
    unit: str


def speed_figure(table: LearningSpeed, palette: Palette, pens: Mapping[str, Pen]) -> Figure:
    """A row a candidate, in it a line a target; the seconds stand beside the epochs where they are known."""
    ruler = Ruler()
    names = NameColumn.of(table.rows, ruler)
    row_height = max(TARGET_ROW * len(table.targets) + 0.1, names.row_height)
    gutter = _width_of_never(table, ruler)
    has_seconds = math.isfinite(table.last_second)
    left = names.end
    least = TWO_PANELS * 2 + BETWEEN_SPEED_PANELS if has_seconds else ONE_PANEL
    width = max(WIDTH, left + least + gutter + EDGE)
    room = width - left - gutter - 2 * EDGE
    panel_width = (room - BETWEEN_SPEED_PANELS) / 2 if has_seconds else room
    height = row_height * len(table.rows)
    heading = Heading(table.title, table.subtitle)
    body = ABOVE_SPEED_ROWS + height + BELOW
    page = Page.around(body, width, palette, ruler, heading, table.caption, TIGHT_HEADER)
    page.put_caption()
    top = page.top - ABOVE_SPEED_ROWS
    _put_targets(page, table, top + 0.17)
    panels = [_Panel(page.axes(left, top - height, panel_width, height), table.last_epoch, "epochs")]
    if has_seconds:
        at = left + panel_width + gutter + BETWEEN_SPEED_PANELS
        panels.append(_Panel(page.axes(at, top - height, panel_width, height), table.last_second, "seconds"))
    for panel in panels:
        _set_axes_of_learning_speed(panel, len(table.rows), palette)
    for i, row in enumerate(table.rows):
        y = top - (i + 0.5) * row_height
        if i:
            rule_above(page, y + row_height / 2)
        names.put(page, row.name, y)
        _draw_targets(page, panels, row, pens[row.label], i, y, row_height, left + panel_width + 0.1)
        if not row.reached:
            page.put(left + 0.1, y, "no seed completed", size=SMALL_SIZE, color=palette.faint)
    return page.figure


def _width_of_never(table: LearningSpeed, ruler: Ruler) -> float:
    """Right of the epochs, where it is said how many seeds never reached a target."""
    everything = itertools.chain.from_iterable(row.reached for row in table.rows)
    widest = max((ruler.width(_never(reached), SMALL_SIZE) for reached in everything), default=0.0)
    return widest + 0.12 if widest else 0.0


def _never(reached: Reached) -> str:
    seeds = reached.never + len(reached.epochs)
    return f"{reached.never} of {seeds} never {reached.target:.6g}" if reached.never else ""


def _put_targets(page: Page, table: LearningSpeed, y: float) -> None:
    """Which marker is which target's."""
    x = 2 * EDGE
    for i, text in enumerate(table.targets):
        fill = filled(FILLS[i - len(table.targets)], page.palette.faint, page.palette)
        page.stroke([x + 0.05], [y], linestyle="none", marker="o", markersize=6.5, **fill)
        page.put(x + 0.16, y, text)
        x += 0.16 + page.ruler.width(text, TEXT_SIZE) + 0.3


def filled(fill: Fill, color: str, palette: Palette) -> dict[str, Any]:
    """A marker of which none, half or all is filled; the rest is the paper."""
    whole = edged(color, palette)
    if fill == "full":
        return whole
    edge = {"markeredgecolor": tinted(color, palette.ink, 0.75), "markeredgewidth": 1.2}
    if fill == "left":
        return whole | edge | {"fillstyle": "left", "markerfacecoloralt": palette.paper}
    return whole | edge | {"markerfacecolor": palette.paper}


def _set_axes_of_learning_speed(panel: _Panel, rows: int, palette: Palette) -> None:
    axes = panel.axes
    set_row_axis(axes, rows, 0, 1.04 * panel.last)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=panel.unit == "epochs"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.grid(axis="x", color=palette.grid, linewidth=0.8)
    axes.set_xlabel(panel.unit, size=8, color=palette.ink)


def _draw_targets(
    page: Page, panels: list[_Panel], row: SpeedRow, pen: Pen, place: int, y: float, row_height: float, right: float
) -> None:
    """The row's targets, the easiest on top; `right` of the epochs, how many seeds never reached one."""
    n = len(row.reached)
    for j, reached in enumerate(row.reached):
        offset = (j - (n - 1) / 2) * TARGET_ROW
        fill = filled(FILLS[j - n], pen.color, page.palette)
        for panel in panels:
            scale = 1.0 if panel.unit == "epochs" else row.seconds_per_epoch
            if math.isfinite(scale):
                _draw_reached(panel.axes, reached, scale, place + offset / row_height, pen, fill)
        if text := _never(reached):
            page.put(right, y - offset, text, size=SMALL_SIZE, color=page.palette.faint)


def _draw_reached(axes: Axes, reached: Reached, scale: float, y: float, pen: Pen, fill: Mapping[str, Any]) -> None:
    """The seeds, their range, and the median of all of them where there is one."""
    xs = [scale * epoch for epoch in reached.epochs]
    if xs:
        axes.plot([xs[0], xs[-1]], [y, y], color=pen.color, linewidth=1.2, solid_capstyle="butt", zorder=3)
        dots: dict[str, Any] = {"marker": "o", "markersize": 3, "markeredgewidth": 0, "color": pen.color}
        axes.plot(xs, [y] * len(xs), linestyle="none", alpha=0.8, zorder=3, label="_seeds", **dots)
    if math.isfinite(reached.median):
        median: dict[str, Any] = {"marker": pen.marker, "markersize": marker_size(pen, 7), **fill}
        axes.plot([scale * reached.median], [y], linestyle="none", zorder=5, label="_median", **median)
