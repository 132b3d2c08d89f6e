"""Draws the figures of diagnostics as files: small multiples, a panel per candidate. Imports neither pyplot nor SciPy.

Nothing here decides about numbers (see `layer_curves`); what all figures share stands in `drawing`. Colours go from
dark to light in the order of depth (or of epochs), which is told apart in print and by colour-blind readers too.
"""

from __future__ import annotations

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

from actsearch.analysis import layer_curves
from actsearch.analysis.axes import epoch_ticks, log_ticks, spread, tick_names
from actsearch.analysis.layer_curves import Axis, By, Kind, LayerFigure, Line, Panel, Variable
from actsearch.analysis.pens import LOOKS, Look
from actsearch.core.results import ExperimentResult
from actsearch.core.words import plain, short_names
from actsearch.figures.drawing import (
    LINE,
    MARGIN,
    Format,
    Ruler,
    Style,
    broken,
    lonely,
    put,
    save,
    settings,
    stroke,
    zeros,
)

SHADES: Mapping[str, tuple[float, float]] = {"light": (0.0, 0.84), "dark": (0.36, 1.0)}
"""The part of Matplotlib's viridis that stands out against the paper of a style."""
FEW = 12
"""Lines of so many points show each of them."""

# Inches.
WIDTH = 9.0
PANEL_WIDTH: Mapping[int, float] = {1: WIDTH, 2: 3.9, 3: 3.9, 4: 3.3}
"""By the number of columns."""
LEFT, BETWEEN, HEADER, TITLE, BELOW, ROWS_APART = 0.82, 0.12, 0.72, 0.28, 0.52, 0.14
LEADER = 0.2
SIZE = 7.0
"""Of the labels, in points."""


def draw(
    result: ExperimentResult,
    folder: Path,
    kind: Kind,
    *,
    variable: Variable = "kernel",
    by: Collection[By] = (),
    without: Collection[str] = (),
    style: Style = "light",
    format: Format = "png",
) -> list[Path]:
    """Writes the figures of one kind into `folder` and returns their paths: `gradients.png`, `gradients-by-depth.png`.

    The article drew no such figures; its style is that of `dark` here. Raises NothingToShow if the results hold nothing
    of this kind, UserError for unknown names in `without`, and StoreError if the folder can't be written.
    """
    paths = []
    with settings("light"):
        for stem, figure in figures(result, kind, variable=variable, by=by, without=without, style=style):
            path = folder / f"{stem}.{format}"
            save(figure, path, format)
            paths.append(path)
    return paths


def figures(
    result: ExperimentResult,
    kind: Kind,
    *,
    variable: Variable = "kernel",
    by: Collection[By] = (),
    without: Collection[str] = (),
    style: Style = "light",
) -> Iterator[tuple[str, Figure]]:
    """The figures of a kind, each with its file's name without the ending; to be drawn within `drawing.settings`."""
    shown = "light" if style == "light" else "dark"
    for table in layer_curves.layer_figures(result, kind, variable=variable, by=by, without=without):
        yield table.stem, _figure(table, LOOKS[shown], SHADES[shown])


# --- the layout


@dataclass(frozen=True)
class _Page:
    """What every panel of a figure needs to know, in inches."""

    table: LayerFigure
    look: Look
    shades: tuple[float, float]
    names: Mapping[str, str]
    """A line's label to what there is room for."""
    columns: int
    panel_width: float
    axes_width: float
    axes_height: float

    @classmethod
    def of(cls, table: LayerFigure, look: Look, shades: tuple[float, float], ruler: Ruler) -> _Page:
        n = len(table.panels)
        columns = n if n <= 3 else 2 if n == 4 else 3 if n <= 9 else 4
        width = PANEL_WIDTH[columns] - (LEFT if columns == 1 else 0)
        labels = list(dict.fromkeys(line.label for line in table.lines))
        names, room = _names(labels, ruler, 0.36 * width)
        height = (3.2 if n == 1 else 2.1) if len(table.axes) == 1 else (2.2 if n == 1 else 1.6)
        most = max(sum(line.is_named for line in row) for panel in table.panels for row in panel.rows)
        axes_height = max(height, (most + 1) * SIZE * LINE / 72)
        axes_width = width - LEADER - room - (MARGIN if columns == 1 else BETWEEN)
        return cls(table, look, shades, names, columns, width, axes_width, axes_height)

    @property
    def width(self) -> float:
        return LEFT + self.columns * self.panel_width

    @property
    def block(self) -> float:
        """The height of one candidate: its title, its panels one under the other, and the x axis."""
        rows = len(self.table.axes)
        return TITLE + rows * self.axes_height + (rows - 1) * ROWS_APART + BELOW

    def color(self, line: Line) -> str:
        low, high = self.shades
        return to_hex(mpl.colormaps["viridis"](low + (high - low) * line.shade))


def _names(labels: Sequence[str], ruler: Ruler, width: float) -> tuple[dict[str, str], float]:
    """The labels as long as `width` allows, and how wide they are."""
    for limit in (40, 32, 26, 20, 16, 12, 9):
        names = short_names(labels, limit)
        widest = max((ruler.width(name, SIZE) for name in names.values()), default=0.0)
        if widest <= width:
            break
    return names, widest


def _figure(table: LayerFigure, look: Look, shades: tuple[float, float]) -> Figure:
    ruler = Ruler()
    page = _Page.of(table, look, shades, ruler)
    blocks = -(-len(table.panels) // page.columns)
    foot = ruler.wrapped(plain(" ".join(table.caption)), 7.5, page.width - 2 * MARGIN)
    bottom = len(foot) * 7.5 * LINE / 72 + 2 * MARGIN
    height = HEADER + blocks * page.block + bottom
    figure = Figure(figsize=(page.width, height), dpi=150, facecolor=look.paper)
    _heading(figure, table, ruler, look)
    for i, panel in enumerate(table.panels):
        row, column = divmod(i, page.columns)
        _panel(figure, page, panel, LEFT + column * page.panel_width, height - HEADER - row * page.block, column, ruler)
    for i, line in enumerate(foot):
        put(figure, MARGIN, bottom - MARGIN - i * 7.5 * LINE / 72, line, size=7.5, color=look.faint, va="top")
    return figure


def _heading(figure: Figure, table: LayerFigure, ruler: Ruler, look: Look) -> None:
    width, height = figure.get_size_inches()
    title = ruler.fitting(table.title, 13, width - 2 * MARGIN, "bold")
    put(figure, MARGIN, height - 0.2, title, size=13, weight="bold", color=look.ink, va="top")
    name = ruler.fitting(plain(table.experiment), 9, width - 2 * MARGIN)
    put(figure, MARGIN, height - 0.43, name, size=9, color=look.faint, va="top")


def _panel(figure: Figure, page: _Page, panel: Panel, left: float, top: float, column: int, ruler: Ruler) -> None:
    """One candidate: a title, and its rows from `top` downwards."""
    _title(figure, page, panel, left, top - TITLE + 0.09, ruler)
    width, height = figure.get_size_inches()
    for i, (axis, lines) in enumerate(zip(page.table.axes, panel.rows, strict=True)):
        floor = top - TITLE - (i + 1) * page.axes_height - i * ROWS_APART
        box = (left / width, floor / height, page.axes_width / width, page.axes_height / height)
        axes = figure.add_axes(box)
        _axes(axes, page, axis, first_column=column == 0, is_lowest=i == len(panel.rows) - 1, ruler=ruler)
        for line in lines:
            _line(axes, page, axis, line)
        if not lines:
            put(figure, left + 0.1, floor + page.axes_height / 2, "no values", size=SIZE, color=page.look.faint)
        _margin(figure, axes, page, axis, [line for line in lines if line.is_named])


def _title(figure: Figure, page: _Page, panel: Panel, x: float, y: float, ruler: Ruler) -> None:
    """The candidate, and what became of it."""
    room = page.panel_width - BETWEEN - MARGIN
    note = f"  {panel.note}" if panel.note else ""
    title = ruler.fitting(plain(panel.title), 9, room - ruler.width(note, 7.5), "bold")
    put(figure, x, y, title, size=9, weight="bold", color=page.look.ink)
    if note:
        put(figure, x + ruler.width(title, 9, "bold"), y, note, size=7.5, color=page.look.faint)


# --- one panel


def _axes(axes: Axes, page: _Page, axis: Axis, first_column: bool, is_lowest: bool, ruler: Ruler) -> None:
    look = page.look
    axes.set_facecolor(look.paper)
    _y_axis(axes, axis)
    _x_axis(axes, page, ruler)
    axes.grid(axis="y", color=look.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(look.faint)
    axes.tick_params(colors=look.faint, labelsize=7.5, labelleft=first_column, labelbottom=is_lowest)
    axes.tick_params(axis="y", length=0)
    if axis.domain is not None:
        axes.axhspan(*axis.domain, color=look.faint, alpha=0.22, linewidth=0, zorder=1)
    if is_lowest:
        axes.set_xlabel(_x_label(page, ruler), size=8, color=look.ink)
    if first_column:
        axes.set_ylabel(axis.label, size=8, color=look.ink)


def _y_axis(axes: Axes, axis: Axis) -> None:
    if axis.scale == "linear":
        axes.set_ylim(axis.low, axis.high)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        shown = (lambda value, _: f"{100 * value:.4g} %") if axis.is_share else tick_names([axis.high])
    else:
        axes.set_yscale(axis.scale, **({"linthresh": 1.0} if axis.scale == "symlog" else {}))
        axes.set_ylim(axis.low, axis.high)
        ticks = log_ticks(axis.low, axis.high) if axis.scale == "log" else symlog_ticks(axis.low, axis.high)
        axes.yaxis.set_major_locator(FixedLocator(ticks))
        axes.yaxis.set_minor_locator(NullLocator())
        shown = tick_names(ticks)
    axes.yaxis.set_major_formatter(FuncFormatter(shown))


def symlog_ticks(low: float, high: float) -> list[float]:
    """0, and powers of ten on either side of it from 1 on, about eight in all."""
    decades = max(math.log10(max(-low, high, 10.0)), 1.0)
    step = math.ceil(decades / 4)
    powers = [10.0**p for p in range(0, math.ceil(decades) + 1, step)]
    return [t for t in (*(-p for p in reversed(powers)), 0.0, *powers) if low <= t <= high]


def _x_axis(axes: Axes, page: _Page, ruler: Ruler) -> None:
    first, last = page.table.first, page.table.last
    pad = 0.02 * (last - first) if page.table.by == "epoch" else 0.04 * (last - first)
    axes.set_xlim((first - 0.5, first + 0.5) if first == last else (first - pad, last + pad))
    most = 10 if page.axes_width > 4 else 6
    if page.table.by == "epoch":
        ticks = [0, *epoch_ticks(last, most)[1 if last > most else 0 :]] if last else [0]
        axes.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if tick >= first]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
        return
    names = _names_of_layers(page, ruler)
    axes.xaxis.set_major_locator(FixedLocator(range(1, last + 1) if names else epoch_ticks(last, most)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: names[round(x) - 1] if names else f"{x:.0f}"))


def _names_of_layers(page: _Page, ruler: Ruler) -> tuple[str, ...]:
    """The names of the layers for an axis; none if they have no room there."""
    names = tuple(plain(name) for name in page.table.x_ticks)
    room = page.axes_width / max(len(names) - 1, 1) - 0.1
    return names if all(ruler.width(name, 7.5) < room for name in names) else ()


def _x_label(page: _Page, ruler: Ruler) -> str:
    if page.table.by == "epoch":
        return "epoch"
    return "hidden layer" if _names_of_layers(page, ruler) else "hidden layer, from input to output"


def _line(axes: Axes, page: _Page, axis: Axis, line: Line) -> None:
    """The middle of the seeds and their range; crosses where one diverged; a dotted way from an early end."""
    color = page.color(line)
    middle, low, high = (_on_axis(row, axis) for row in (line.middle, line.low, line.high))
    shown = broken(line.middle) if axis.scale == "log" else middle
    if page.table.with_bands:
        axes.fill_between(line.x, low, high, color=color, alpha=0.16, linewidth=0, zorder=2)
        if len(line.x) == 1:
            axes.vlines(line.x, low, high, color=color, alpha=0.35, linewidth=4, zorder=2)
    width = 1.6 if page.table.with_bands else 1.0
    marked = range(len(line.x)) if len(line.x) <= FEW else lonely(shown)
    axes.plot(
        line.x, shown, color=color, linewidth=width, marker="o", markersize=2 + width / 2, markevery=list(marked),
        markeredgewidth=0, zorder=3, label=plain(line.label) or "?",
    )  # fmt: skip
    if axis.scale == "log":
        zeros(axes, line.x, line.middle, axis.low, color)
    if line.is_named and line.x[-1] < page.table.last:
        edge = axes.get_xlim()[1]
        axes.plot(
            [line.x[-1], edge],
            [min(max(middle[-1], axis.low), axis.high)] * 2,
            color=color,
            linewidth=0.6,
            linestyle=(0, (1, 3)),
            label="_early",
        )
    if line.is_named:
        _crosses(axes, page, axis, line, middle, color)


def _crosses(axes: Axes, page: _Page, axis: Axis, line: Line, middle: Sequence[float], color: str) -> None:
    for epoch in line.crosses:
        y = min(max(middle[line.x.index(epoch)], axis.low), axis.high)
        for shade, width, size in ((page.look.paper, 3.6, 8), (color, 1.8, 6.5)):
            axes.plot(
                [epoch], [y], linestyle="none", marker="x", markersize=size, markeredgewidth=width, color=shade,
                clip_on=False, zorder=6, label="_cross",
            )  # fmt: skip


def _on_axis(row: Sequence[float], axis: Axis) -> list[float]:
    """What is far beyond the axis is drawn a little beyond it; on a logarithmic one, a 0 of a band on its edge."""
    far = 10 * max(abs(axis.low), abs(axis.high))
    return [float(value) for value in np.clip(row, axis.low if axis.scale == "log" else -far, far)]


def _margin(figure: Figure, axes: Axes, page: _Page, axis: Axis, lines: Sequence[Line]) -> None:
    """The labels right of a panel, each with a leader from where its line ends."""
    width, height = figure.get_size_inches()
    box = axes.get_position()
    right, floor, top = box.x1 * width, box.y0 * height, box.y1 * height
    ends = [(_end(figure, axes, axis, line), line) for line in lines]
    ends.sort(key=lambda pair: -pair[0])
    places = spread([y for y, _ in ends], SIZE * LINE / 72, floor, top)
    for (end, line), y in zip(ends, places, strict=True):
        xs, ys = [right, right + 0.04, right + LEADER - 0.03], [end, end, y]
        stroke(figure, xs, ys, color=page.color(line), linewidth=1.2)
        put(figure, right + LEADER, y, page.names[line.label], size=SIZE, color=page.look.ink, va="center_baseline",
            gid="label")  # fmt: skip


def _end(figure: Figure, axes: Axes, axis: Axis, line: Line) -> float:
    """How high a line ends, in inches from the lower edge of the figure."""
    _, y = axes.transData.transform((line.x[-1], min(max(line.middle[-1], axis.low), axis.high)))
    return float(y) / figure.dpi
