"""Draws the ranking and the differences: a row a candidate, with its seeds, its mean and its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from actsearch.analysis.charts.comparison_rows import ContenderRow, ContenderRows
from actsearch.analysis.charts.pens import Palette, Pen
from actsearch.core.words import plain
from actsearch.figures.candidate_rows import COLUMN_GAP, SMALL_SIZE, NameColumn, rule_above, set_row_axis
from actsearch.figures.drawing import Ruler, edged, marker_size
from actsearch.figures.frame import BELOW, EDGE, TEXT_SIZE, TIGHT_HEADER, WIDTH, Heading, Page

LEAST_AXES_WIDTH = 3.6
ABOVE_INTERVAL_ROWS = 0.34
"""Of the headings of the columns. All in inches."""
HEADING_SIZE = 7.5
"""In points."""
VERDICT_HEADINGS = ("verdict", "on new data")


@dataclass(frozen=True)
class _Columns:
    """The texts right of the axes, shortened to what there is room for."""

    headings: Sequence[str]
    cells: Sequence[Sequence[str]]
    widths: Sequence[float]

    @classmethod
    def of(cls, table: ContenderRows, ruler: Ruler) -> _Columns:
        headings = [ruler.fitting(plain(text), HEADING_SIZE, 1.3) for text in table.headings]
        cells = [[ruler.fitting(plain(text), TEXT_SIZE, 2.9) for text in row.cells] for row in table.rows]
        widths = []
        for i, heading in enumerate(headings):
            texts = (ruler.width(row[i], TEXT_SIZE, "bold") for row in cells)
            widths.append(max([ruler.width(heading, HEADING_SIZE), *texts]) + COLUMN_GAP)
        return cls(headings, cells, widths)

    def left_edges(self, page: Page) -> list[float]:
        return [page.width - EDGE - sum(self.widths[i:]) for i in range(len(self.widths))]


def rows_figure(table: ContenderRows, palette: Palette, pens: Mapping[str, Pen]) -> Figure:
    """A row a candidate: its name, its values on the axis, and in columns what is said of them."""
    ruler = Ruler()
    names = NameColumn.of(table.rows, ruler)
    columns = _Columns.of(table, ruler)
    beyond = [plain(row.beyond) for row in table.rows]
    gutter = max(ruler.width(text, SMALL_SIZE) for text in beyond) + 0.3 if any(beyond) else 0.0
    left = names.end + (gutter if table.axis.cut == "low" else 0)
    right = sum(columns.widths) + (gutter if table.axis.cut == "high" else 0) + EDGE
    width = max(WIDTH, left + LEAST_AXES_WIDTH + COLUMN_GAP + right)
    height = names.row_height * len(table.rows)
    heading = Heading(table.title, table.subtitle, table.headline)
    body = ABOVE_INTERVAL_ROWS + height + BELOW
    page = Page.around(body, width, palette, ruler, heading, table.caption, TIGHT_HEADER)
    page.put_caption()
    top = page.top - ABOVE_INTERVAL_ROWS
    axes = page.axes(left, top - height, width - left - COLUMN_GAP - right, height)
    _set_axes_of_interval_rows(axes, table, palette)
    edges = columns.left_edges(page)
    for i, text in enumerate(columns.headings):
        how = {"size": HEADING_SIZE, "color": palette.faint}
        _put_cell(page, edges[i], columns.widths[i], top + 0.14, text, table.headings[i], **how)
    for i, row in enumerate(table.rows):
        y = top - (i + 0.5) * names.row_height
        _mark_row(page, i, y, names.row_height, row.is_leading)
        names.put(page, row.name, y, "bold" if row.is_reference else "normal")
        for j, text in enumerate(columns.cells[i]):
            _put_cell(page, edges[j], columns.widths[j], y, text, table.headings[j])
        if beyond[i]:
            _put_beyond(page, axes, table, y, beyond[i])
        _draw_row(axes, table, row, i, pens[row.label], palette)
    return page.figure


def _put_cell(page: Page, left: float, width: float, y: float, text: str, heading: str, **how: Any) -> None:
    """Words stand left in their column, numbers right."""
    if heading not in VERDICT_HEADINGS:
        page.put(left + width, y, text, ha="right", **how)
        return
    weight = "bold" if text in ("better", "worse", "tied") else "normal"
    color = page.palette.ink if weight == "bold" else page.palette.faint
    page.put(left + COLUMN_GAP, y, text, **{"weight": weight, "color": color, **how})


def _mark_row(page: Page, i: int, y: float, height: float, is_leading: bool) -> None:
    """What guides the eye along a row, and the shade and bar of the leading group."""
    palette = page.palette
    if is_leading:
        wide = page.width - 2 * EDGE
        shade: dict[str, Any] = {"facecolor": palette.grid, "alpha": 0.55, "linewidth": 0, "zorder": -2}
        page.rectangle(EDGE, y - height / 2, wide, height, **shade)
        page.rectangle(EDGE, y - height / 2, 0.05, height, facecolor=palette.ink, linewidth=0, zorder=-1)
    if i:
        rule_above(page, y + height / 2)


def _put_beyond(page: Page, axes: Axes, table: ContenderRows, y: float, text: str) -> None:
    """What the axis cuts off, at its edge."""
    box = axes.get_position()
    how: dict[str, Any] = {"size": SMALL_SIZE, "color": page.palette.faint}
    if table.axis.cut == "low":
        page.put(box.x0 * page.width - 0.12, y, f"◂ {text}", ha="right", **how)
    else:
        page.put(box.x1 * page.width + 0.12, y, f"{text} ▸", ha="left", **how)


# --- the axes


def _set_axes_of_interval_rows(axes: Axes, table: ContenderRows, palette: Palette) -> None:
    set_row_axis(axes, len(table.rows), table.axis.low, table.axis.high)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(value_name))
    axes.grid(axis="x", color=palette.grid, linewidth=0.8)
    axes.set_xlabel(plain(table.axis_label), size=8, color=palette.ink)
    if table.axis.cut is not None:
        x = 0 if table.axis.cut == "low" else 1
        axes.plot([x, x], [0, 1], transform=axes.transAxes, color=palette.faint, linewidth=0.8, linestyle=(0, (1, 2)))
    if table.margin is not None:
        _draw_margin(axes, table.margin, palette)


def value_name(value: float, _: Any) -> str:
    """A tick, in few digits; for Matplotlib's `FuncFormatter`."""
    return f"{0.0 if abs(value) < 1e-12 else value:.6g}"


def _draw_margin(axes: Axes, margin: float, palette: Palette) -> None:
    """What counts as no difference."""
    if margin:
        axes.axvspan(-margin, margin, color=palette.faint, alpha=0.25, linewidth=0, zorder=0.5)
        for edge in (-margin, margin):
            axes.axvline(edge, color=palette.faint, linewidth=0.7, zorder=0.6)
    axes.axvline(0, color=palette.faint, linewidth=1, zorder=0.6)


def _draw_row(axes: Axes, table: ContenderRows, row: ContenderRow, place: int, pen: Pen, palette: Palette) -> None:
    """The interval and the mean above, the seeds below, where none of them hides another."""
    shown = [value for value in row.dots if table.axis.holds(value)]
    has_interval = not math.isnan(row.low)
    axes.plot(
        shown,
        [place + (0.22 if has_interval else 0.0)] * len(shown),
        linestyle="none",
        marker="o",
        markersize=4.2,
        alpha=0.6,
        zorder=3,
        label="_seeds",
        **edged(pen.color, palette),
    )
    edges = (table.axis.low, table.axis.high)
    if row.wide is not None:
        _draw_interval(axes, edges, row.wide, place + 0.02, pen.color, 1.0)
    if has_interval:
        y = place + (-0.1 if row.wide is None else -0.2)
        _draw_interval(axes, edges, (row.low, row.high), y, pen.color, 2.6)
        if table.axis.holds(row.middle):
            _draw_mean(axes, row, y, pen, palette)


def _draw_mean(axes: Axes, row: ContenderRow, y: float, pen: Pen, palette: Palette) -> None:
    """The marker; where it would hide the interval, a tick."""
    how: dict[str, Any] = {"marker": pen.marker, "markersize": marker_size(pen, 7), **edged(pen.color, palette)}
    (left, _), (right, _) = axes.transData.transform(((row.low, y), (row.high, y)))
    if abs(right - left) * 72 / axes.figure.dpi < how["markersize"] + 6:
        how |= {"marker": "|", "markersize": 10, "markeredgewidth": 1.6}
    axes.plot([row.middle], [y], linestyle="none", zorder=5, label=plain(row.name) or "?", **how)


def _draw_interval(
    axes: Axes, edges: tuple[float, float], interval: tuple[float, float], y: float, color: str, width: float
) -> None:
    """A line with ends; where it leaves the axis, an arrow instead."""
    (least, most), (low, high) = edges, interval
    if low > most or high < least:
        return
    axes.plot([max(low, least), min(high, most)], [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=4)
    for value, is_inside, arrow in ((low, low >= least, "<"), (high, high <= most, ">")):
        x = min(max(value, least), most)
        axes.plot(
            [x],
            [y],
            linestyle="none",
            marker="|" if is_inside else arrow,
            markersize=6 if is_inside else 5,
            markeredgewidth=max(width / 2, 1.0) if is_inside else 0,
            color=color,
            clip_on=False,
            zorder=4,
        )
