"""Draws the figures of diagnostics as files: small multiples, a panel per candidate. Imports neither pyplot nor SciPy.

Nothing here decides about numbers (see `analysis.layer_figures`). What all figures share stands in `frame` and
`drawing`. Colours go from dark to light in the order of depth (or of epochs), for print and colour-blind readers too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from actsearch.analysis.charts.axes import epoch_ticks, log_ticks, tick_names
from actsearch.analysis.charts.layer_axes import LayerAxis
from actsearch.analysis.charts.layer_figures import LayerFigure, layer_figures
from actsearch.analysis.charts.layer_lines import LayerLine, LayerPanel
from actsearch.analysis.charts.layer_quantities import EpochOrDepth, LayerFigureKind, Variable
from actsearch.core.results import ExperimentResult
from actsearch.core.words import plain
from actsearch.figures.drawing import (
    LINE,
    FigureFormat,
    Ruler,
    Style,
    broken,
    cross,
    fitting_names,
    lonely,
    palette_of,
    save_figures,
    set_log_ticks,
    settings,
    zeros,
)
from actsearch.figures.frame import EDGE, LEFT, PANEL_TITLE, WIDTH, Heading, Margin, Page, Panels, columns_for

LIGHTNESS: Mapping[str, tuple[float, float]] = {"light": (0.0, 0.84), "dark": (0.36, 1.0)}
"""The part of Matplotlib's viridis that stands out against the paper of a style."""
FEW_POINTS = 12
"""Lines of so many points show each of them."""

# Inches.
PANEL_WIDTHS: Mapping[int, float] = {1: WIDTH - LEFT, 2: 3.9, 3: 3.9, 4: 3.3}
"""EpochOrDepth the number of columns."""
BETWEEN, ROWS_APART, LAYER_LEADER = 0.12, 0.14, 0.2
LAYER_LABEL_SIZE = 7.0
"""In points."""
LABEL_LIMITS = (40, 32, 26, 20, 16, 12, 9)
"""Characters of a label, as many as have room."""


def draw(
    result: ExperimentResult,
    folder: Path,
    kind: LayerFigureKind,
    *,
    variable: Variable = "kernel",
    by: Collection[EpochOrDepth] = (),
    without: Collection[str] = (),
    style: Style = "light",
    format: FigureFormat = "png",
) -> list[Path]:
    """Writes the figures of one kind into `folder` and returns their paths: `gradients.png`, `gradients-by-depth.png`.

    The article drew no such figures; its style is that of `dark` here. Raises NothingToShow if the results hold nothing
    of this kind, UserError for unknown names in `without`, and StoreError if the folder can't be written.
    """
    with settings("light"):
        drawn = figures(result, kind, variable=variable, by=by, without=without, style=style)
        return save_figures(drawn, folder, format)


def figures(
    result: ExperimentResult,
    kind: LayerFigureKind,
    *,
    variable: Variable = "kernel",
    by: Collection[EpochOrDepth] = (),
    without: Collection[str] = (),
    style: Style = "light",
) -> Iterator[tuple[str, Figure]]:
    """The figures of a kind, each with its file's name without the ending; to be drawn within `drawing.settings`."""
    for table in layer_figures(result, kind, variable=variable, by=by, without=without):
        yield table.stem, _layer_figure(table, style)


# --- the layout


@dataclass(frozen=True)
class _LayersLayout:
    """The panels of a figure, one for each candidate, in which its axes stand one under the other."""

    table: LayerFigure
    panels: Panels
    names: Mapping[str, str]
    """A line's label to what there is room for."""
    row_height: float
    """Of one of a panel's axes."""

    @classmethod
    def of(cls, table: LayerFigure, ruler: Ruler) -> _LayersLayout:
        n, rows = len(table.panels), len(table.axes)
        columns = 4 if n > 9 else columns_for(n)
        width = PANEL_WIDTHS[columns]
        labels = list(dict.fromkeys(line.label for line in table.lines))
        names, room = fitting_names(labels, ruler, LAYER_LABEL_SIZE, 0.36 * width, LABEL_LIMITS)
        axes_width = width - LAYER_LEADER - room - (EDGE if columns == 1 else BETWEEN)
        row_height = max(_least_height(n, rows), (_most_labels(table) + 1) * LAYER_LABEL_SIZE * LINE / 72)
        axes_height = rows * row_height + (rows - 1) * ROWS_APART
        return cls(table, Panels(n, columns, width, axes_width, axes_height), names, row_height)


def _least_height(panels: int, rows: int) -> float:
    if rows == 1:
        return 3.2 if panels == 1 else 2.1
    return 2.2 if panels == 1 else 1.6


def _most_labels(table: LayerFigure) -> int:
    """Beside any of the axes."""
    rows = itertools.chain.from_iterable(panel.rows for panel in table.panels)
    return max(sum(line.is_named for line in row) for row in rows)


def _layer_figure(table: LayerFigure, style: Style) -> Figure:
    ruler = Ruler()
    layout = _LayersLayout.of(table, ruler)
    panels = layout.panels
    heading = Heading(table.title, table.experiment)
    page = Page.around(panels.height, panels.page_width, palette_of(style), ruler, heading, table.caption)
    colors = _Colors(*LIGHTNESS["light" if style == "light" else "dark"])
    for i, panel in enumerate(table.panels):
        _draw_layer_panel(page, layout, colors, panel, i)
    page.put_caption()
    return page.figure


@dataclass(frozen=True)
class _Colors:
    """Of lines, by their depth."""

    first: float
    last: float

    def of(self, line: LayerLine) -> str:
        return to_hex(mpl.colormaps["viridis"](self.first + (self.last - self.first) * line.shade))


def _draw_layer_panel(page: Page, layout: _LayersLayout, colors: _Colors, panel: LayerPanel, i: int) -> None:
    """One candidate: a title, and its rows from above."""
    panels = layout.panels
    left, ceiling = panels.left(i), panels.ceiling(page, i)
    _put_layer_panel_title(page, panels, panel, left, ceiling - PANEL_TITLE + 0.09)
    for row, (axis, lines) in enumerate(zip(layout.table.axes, panel.rows, strict=True)):
        floor = ceiling - PANEL_TITLE - (row + 1) * layout.row_height - row * ROWS_APART
        axes = page.axes(left, floor, panels.axes_width, layout.row_height)
        is_lowest = row == len(panel.rows) - 1
        _set_axes_of_layers(axes, page, layout, axis, is_leftmost=panels.is_leftmost(i), is_lowest=is_lowest)
        for line in lines:
            _draw_layer_line(axes, page, layout.table, axis, line, colors.of(line))
        if not lines:
            middle = floor + layout.row_height / 2
            page.put(left + 0.1, middle, "no values", size=LAYER_LABEL_SIZE, color=page.palette.faint, va="baseline")
        _put_labels_of_layers(page, axes, layout, axis, [line for line in lines if line.is_named], colors)


def _put_layer_panel_title(page: Page, panels: Panels, panel: LayerPanel, x: float, y: float) -> None:
    """The candidate, and what became of it."""
    room = panels.width - BETWEEN - EDGE
    note = f"  {panel.note}" if panel.note else ""
    title = page.ruler.fitting(plain(panel.title), 9, room - page.ruler.width(note, 7.5), "bold")
    page.put(x, y, title, size=9, weight="bold", va="baseline")
    if note:
        after = x + page.ruler.width(title, 9, "bold")
        page.put(after, y, note, size=7.5, color=page.palette.faint, va="baseline")


# --- one panel


def _set_axes_of_layers(
    axes: Axes, page: Page, layout: _LayersLayout, axis: LayerAxis, is_leftmost: bool, is_lowest: bool
) -> None:
    palette = page.palette
    _set_y_axis(axes, axis)
    _set_x_axis(axes, page.ruler, layout)
    axes.grid(axis="y", color=palette.grid, linewidth=0.8)
    axes.tick_params(labelleft=is_leftmost, labelbottom=is_lowest)
    axes.tick_params(axis="y", length=0)
    if axis.domain is not None:
        axes.axhspan(*axis.domain, color=palette.faint, alpha=0.22, linewidth=0, zorder=1)
    if is_lowest:
        axes.set_xlabel(_x_label(page.ruler, layout), size=8, color=palette.ink)
    if is_leftmost:
        axes.set_ylabel(axis.label, size=8, color=palette.ink)


def _set_y_axis(axes: Axes, axis: LayerAxis) -> None:
    axes.set_yscale(axis.scale, **({"linthresh": 1.0} if axis.scale == "symlog" else {}))
    axes.set_ylim(axis.low, axis.high)
    if axis.scale == "log":
        set_log_ticks(axes, log_ticks(axis.low, axis.high))
    elif axis.scale == "symlog":
        ticks = symlog_ticks(axis.low, axis.high)
        axes.yaxis.set_major_locator(FixedLocator(ticks))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(tick_names(ticks)))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        names = (lambda value, _: f"{100 * value:.4g} %") if axis.is_share else tick_names([axis.high])
        axes.yaxis.set_major_formatter(FuncFormatter(names))


def symlog_ticks(low: float, high: float) -> list[float]:
    """0, and powers of ten on either side of it from 1 on, about eight in all."""
    decades = max(math.log10(max(-low, high, 10.0)), 1.0)
    step = math.ceil(decades / 4)
    powers = [10.0**p for p in range(0, math.ceil(decades) + 1, step)]
    return [tick for tick in (*(-p for p in reversed(powers)), 0.0, *powers) if low <= tick <= high]


def _set_x_axis(axes: Axes, ruler: Ruler, layout: _LayersLayout) -> None:
    table = layout.table
    first, last = table.first, table.last
    pad = (0.02 if table.by == "epoch" else 0.04) * (last - first)
    axes.set_xlim((first - 0.5, first + 0.5) if first == last else (first - pad, last + pad))
    most = 10 if layout.panels.axes_width > 4 else 6
    if table.by == "epoch":
        ticks = [0, *epoch_ticks(last, most)[1 if last > most else 0 :]] if last else [0]
        axes.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if tick >= first]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
        return
    names = _names_of_layers(ruler, layout)
    axes.xaxis.set_major_locator(FixedLocator(range(1, last + 1) if names else epoch_ticks(last, most)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: names[round(x) - 1] if names else f"{x:.0f}"))


def _names_of_layers(ruler: Ruler, layout: _LayersLayout) -> tuple[str, ...]:
    """The names of the layers for an axis; none if they have no room there."""
    names = tuple(plain(name) for name in layout.table.x_ticks)
    room = layout.panels.axes_width / max(len(names) - 1, 1) - 0.1
    return names if all(ruler.width(name, 7.5) < room for name in names) else ()


def _x_label(ruler: Ruler, layout: _LayersLayout) -> str:
    if layout.table.by == "epoch":
        return "epoch"
    return "hidden layer" if _names_of_layers(ruler, layout) else "hidden layer, from input to output"


def _draw_layer_line(axes: Axes, page: Page, table: LayerFigure, axis: LayerAxis, line: LayerLine, color: str) -> None:
    """The middle of the seeds and their range; crosses where one diverged; a dotted way from an early end."""
    middle, low, high = (_near_axis(row, axis) for row in (line.middle, line.low, line.high))
    shown = broken(line.middle) if axis.scale == "log" else middle
    if table.with_bands:
        axes.fill_between(line.x, low, high, color=color, alpha=0.16, linewidth=0, zorder=2)
        if len(line.x) == 1:
            axes.vlines(line.x, low, high, color=color, alpha=0.35, linewidth=4, zorder=2)
    width = 1.6 if table.with_bands else 1.0
    marked = range(len(line.x)) if len(line.x) <= FEW_POINTS else lonely(shown)
    axes.plot(
        line.x,
        shown,
        color=color,
        linewidth=width,
        marker="o",
        markersize=2 + width / 2,
        markevery=list(marked),
        markeredgewidth=0,
        zorder=3,
        label=plain(line.label) or "?",
    )
    if axis.scale == "log":
        zeros(axes, line.x, line.middle, axis.low, color)
    if not line.is_named:
        return
    if line.x[-1] < table.last:
        ends = [line.x[-1], axes.get_xlim()[1]]
        height = _within(middle[-1], axis)
        axes.plot(ends, [height] * 2, color=color, linewidth=0.6, linestyle=(0, (1, 3)), label="_early")
    for epoch in line.crosses:
        cross(axes, epoch, _within(middle[line.x.index(epoch)], axis), color, page.palette, "small")


def _near_axis(row: Sequence[float], axis: LayerAxis) -> list[float]:
    """What is far beyond the axis is drawn a little beyond it; on a logarithmic one, a 0 of a band on its edge."""
    far = 10 * max(abs(axis.low), abs(axis.high))
    return [float(value) for value in np.clip(row, axis.low if axis.scale == "log" else -far, far)]


def _within(value: float, axis: LayerAxis) -> float:
    return min(max(value, axis.low), axis.high)


def _put_labels_of_layers(
    page: Page, axes: Axes, layout: _LayersLayout, axis: LayerAxis, lines: Sequence[LayerLine], colors: _Colors
) -> None:
    """The labels right of a panel, each with a leader from where its line ends."""
    margin = Margin.of(page, axes, LAYER_LEADER)
    ends = [(_layer_end_in_inches(page, axes, axis, line), line) for line in lines]
    ends.sort(key=lambda pair: -pair[0])
    places = margin.spread([y for y, _ in ends], LAYER_LABEL_SIZE)
    for (end, line), y in zip(ends, places, strict=True):
        margin.lead(margin.right, end, y, color=colors.of(line), linewidth=1.2)
        page.put(margin.right + LAYER_LEADER, y, layout.names[line.label], size=LAYER_LABEL_SIZE, gid="label")


def _layer_end_in_inches(page: Page, axes: Axes, axis: LayerAxis, line: LayerLine) -> float:
    """How high a line ends, from the lower edge of the figure."""
    _, y = axes.transData.transform((line.x[-1], _within(line.middle[-1], axis)))
    return float(y) / page.figure.dpi
