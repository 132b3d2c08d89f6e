"""Draws the figures of comparisons as files: ranking, differences, sensitivity, learning speed. Imports no pyplot.

Nothing here decides about numbers (see `comparison_curves`); what all figures share stands in `drawing`. Everything is
told by place, symbol or text as well as by colour, so that it can be read in print.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from actsearch.analysis import comparison_curves
from actsearch.analysis.axes import spread
from actsearch.analysis.comparison import Question, compare
from actsearch.analysis.comparison_curves import (
    Beyond,
    Kind,
    LearningSpeed,
    Matrix,
    Reached,
    Row,
    Rows,
    Sensitivity,
    SettingLine,
    SettingPanel,
)
from actsearch.analysis.pens import LOOKS, Look, Pen, pens_of
from actsearch.core.results import ExperimentResult
from actsearch.core.words import plain, point, short_names
from actsearch.figures import learning
from actsearch.figures.drawing import LINE, MARGIN, Format, Ruler, Style, edged, put, save, settings, stroke, tinted

VERDICT_COLORS: Mapping[str, tuple[str, str]] = {
    "better": ("#0072B2", "#ffffff"),
    "worse": ("#E69F00", "#000000"),
    "tied": ("#c9c9c9", "#000000"),
}
"""A cell and the text on it: Okabe and Ito's blue and orange, which are dark and light in print."""

# Inches.
WIDTH = 9.0
AXES_WIDTH = 3.6
"""The least of a figure of rows."""
NAME_WIDTH = 2.5
"""The most for a name there."""
LEFT, BETWEEN, TITLE, BELOW, GAP = 0.82, 0.12, 0.28, 0.52, 0.16
LEADER, SWATCH = 0.24, 0.34
PANEL_WIDTH = 4.4
HEADLINE = 4
"""The most lines of a verdict in words."""
STRIP, MARK = 0.15, 0.15
"""The height of a line of values below a panel, and the room of a marker in it."""
SIZE, SMALL = 8.0, 6.5
"""Of the text in rows, in points."""


def draw(
    result: ExperimentResult,
    folder: Path,
    kind: Kind,
    question: Question,
    *,
    without: Collection[str] = (),
    style: Style = "light",
    format: Format = "png",
) -> list[Path]:
    """Writes the figures of one kind into `folder` and returns their paths: `ranking.png`, `differences.png`, ...

    Candidates in `without` are compared like the others, and not drawn: what one sees must not change what is
    concluded. The article drew no such figures; its style is that of `dark` here. Raises NothingToShow if there is
    nothing to compare, UserError if the question does not fit, and StoreError if the folder can't be written.
    """
    paths = []
    with settings("light"):
        for stem, figure in figures(result, kind, question, without=without, style=style):
            path = folder / f"{stem}.{format}"
            save(figure, path, format)
            paths.append(path)
    return paths


def figures(
    result: ExperimentResult,
    kind: Kind,
    question: Question,
    *,
    without: Collection[str] = (),
    style: Style = "light",
) -> Iterator[tuple[str, Figure]]:
    """The figures of a kind, each with its file's name without the ending; to be drawn within `drawing.settings`.

    By setting there is one for each point of the grid, which its name tells.
    """
    drawn = comparison_curves.shown(result, without)
    look = LOOKS["light" if style == "light" else "dark"]
    pens = pens_of(result, look)
    metric = question.metric if question.metric.startswith("test_") else learning.stem(question.metric)
    stem = kind if question.metric == "val_accuracy" else f"{kind}-{_for_a_file(metric)}"
    if kind == "sensitivity":
        table = comparison_curves.sensitivity(result, question, stem, drawn)
        yield stem, _sensitivity_figure(table, look, pens)
        return
    taken: set[str] = set()
    for comparison in compare(result, question):
        name = _free(f"{stem}-{_for_a_file(point(comparison.setting))}", taken, comparison.setting)
        name = name if comparison.setting else stem
        if kind == "ranking":
            yield name, _rows_figure(comparison_curves.ranking(comparison, name, drawn), look, pens)
        elif kind == "differences":
            yield name, _rows_figure(comparison_curves.differences(comparison, name, drawn), look, pens)
            pairs = comparison_curves.matrix(comparison, f"{name}-matrix", drawn)
            if pairs is not None:
                yield pairs.stem, _matrix_figure(pairs, look)
        else:
            yield name, _speed_figure(comparison_curves.learning_speed(comparison, name, drawn), look, pens)


def _for_a_file(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.=-]+", "_", text.replace(" = ", "=").replace(", ", "-"))[:80]


def _free(name: str, taken: set[str], setting: Mapping[str, Any]) -> str:
    """The name, with a number if another point of the grid has it."""
    numbered = (f"{name}-{n}" for n in itertools.count(2))
    free = name
    while setting and free.lower() in taken:
        free = next(numbered)
    taken.add(free.lower())
    return free


# --- the page


@dataclass(frozen=True)
class _Page:
    """A figure with its heading and its caption; the rest goes between `top` and `bottom`, inches from its lower edge.

    Only what is told has room, so that nothing is squeezed, and nothing cut off.
    """

    figure: Figure
    ruler: Ruler
    look: Look
    width: float
    top: float
    bottom: float

    def box(self, left: float, floor: float, width: float, height: float) -> Axes:
        w, h = self.figure.get_size_inches()
        axes: Axes = self.figure.add_axes((left / w, floor / h, width / w, height / h))
        axes.set_facecolor(self.look.paper)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(self.look.faint)
        axes.tick_params(colors=self.look.faint, labelsize=7.5)
        return axes

    def put(self, x: float, y: float, text: str, **how: Any) -> None:
        how = {"size": SIZE, "color": self.look.ink, "va": "center_baseline", **how}
        put(self.figure, x, y, text, **how)


def _page(
    body: float, width: float, look: Look, ruler: Ruler, title: str, subtitle: str, headline: str,
    caption: Sequence[str],
) -> _Page:  # fmt: skip
    """A page with so much height for what it is about."""
    told = ruler.wrapped(plain(headline), 9, width - 2 * MARGIN)
    if len(told) > HEADLINE:
        told = [*told[: HEADLINE - 1], f"{told[HEADLINE - 1][:-2]}…"]
    foot = ruler.wrapped(plain(" ".join(caption)), 7.5, width - 2 * MARGIN)
    header = 0.68 + len(told) * 9 * LINE / 72 + (0.06 if told else 0)
    bottom = len(foot) * 7.5 * LINE / 72 + 2 * MARGIN
    height = header + body + bottom
    figure = Figure(figsize=(width, height), dpi=150, facecolor=look.paper)
    heading = ruler.fitting(plain(title), 13, width - 2 * MARGIN, "bold")
    put(figure, MARGIN, height - 0.2, heading, size=13, weight="bold", color=look.ink, va="top")
    name = ruler.fitting(plain(subtitle), 9, width - 2 * MARGIN)
    put(figure, MARGIN, height - 0.43, name, size=9, color=look.faint, va="top")
    for i, line in enumerate(told):
        put(figure, MARGIN, height - 0.66 - i * 9 * LINE / 72, line, size=9, color=look.ink, va="top")
    for i, line in enumerate(foot):
        put(figure, MARGIN, bottom - MARGIN - i * 7.5 * LINE / 72, line, size=7.5, color=look.faint, va="top")
    return _Page(figure, ruler, look, width, height - header, bottom)


def _names(names: Sequence[str], ruler: Ruler, size: float, width: float) -> tuple[dict[str, str], float]:
    """The names as long as `width` allows, and how wide they are."""
    for limit in (60, 50, 42, 36, 30, 25, 20, 16, 12):
        short = short_names(names, limit)
        widest = max((ruler.width(name, size) for name in short.values()), default=0.0)
        if widest <= width:
            break
    return short, widest


def _row_height(n: int, with_notes: bool) -> float:
    return (0.36 if with_notes else 0.3) if n <= 30 else (0.3 if with_notes else 0.22)


# --- rows: the ranking and the differences


def _rows_figure(table: Rows, look: Look, pens: Mapping[str, Pen]) -> Figure:
    ruler = Ruler()
    names, name_width = _names([row.name for row in table.rows], ruler, SIZE, NAME_WIDTH)
    notes = {row.name: ruler.fitting(plain(row.note), SMALL, NAME_WIDTH) for row in table.rows}
    name_width = max([name_width, *(ruler.width(note, SMALL) for note in notes.values())])
    headings = [ruler.fitting(plain(text), 7.5, 1.3) for text in table.headings]
    cells = [[ruler.fitting(plain(text), SIZE, 2.9) for text in row.cells] for row in table.rows]
    columns = [
        max([ruler.width(headings[i], 7.5), *(ruler.width(row[i], SIZE, "bold") for row in cells)]) + GAP
        for i in range(len(headings))
    ]
    beyond = [plain(row.beyond) for row in table.rows]
    gutter = max(ruler.width(text, SMALL) for text in beyond) + 0.3 if any(beyond) else 0.0
    left = 2 * MARGIN + name_width + GAP + (gutter if table.axis.cut == "low" else 0)
    right = sum(columns) + (gutter if table.axis.cut == "high" else 0) + MARGIN
    width = max(WIDTH, left + AXES_WIDTH + GAP + right)
    each = _row_height(len(table.rows), any(notes.values()))
    height = each * len(table.rows)
    page = _page(0.34 + height + BELOW, width, look, ruler, table.title, table.subtitle, table.headline, table.caption)
    top = page.top - 0.34
    axes = page.box(left, top - height, width - left - GAP - right, height)
    _rows_axes(axes, table, look)
    edges = [width - MARGIN - sum(columns[i:]) for i in range(len(columns))]
    for i, text in enumerate(headings):
        _cell(page, edges[i], columns[i], top + 0.14, text, table.headings[i], size=7.5, color=look.faint)
    for i, row in enumerate(table.rows):
        y = top - (i + 0.5) * each
        _behind(page, i, y, each, row)
        up = 0.055 if notes[row.name] else 0.0
        weight = "bold" if row.is_reference else "normal"
        page.put(2 * MARGIN, y + up, names[row.name], weight=weight, gid="label")
        if notes[row.name]:
            page.put(2 * MARGIN, y - 0.075, notes[row.name], size=SMALL, color=look.faint)
        for j, text in enumerate(cells[i]):
            _cell(page, edges[j], columns[j], y, text, table.headings[j])
        if beyond[i]:
            _beyond(page, axes, table, y, beyond[i])
        _row(axes, table, row, i, pens[row.label], look)
    return page.figure


def _cell(page: _Page, left: float, width: float, y: float, text: str, heading: str, **how: Any) -> None:
    """Words stand left in their column, numbers right."""
    if heading in ("verdict", "on new data"):
        weight = "bold" if text in ("better", "worse", "tied") else "normal"
        color = page.look.ink if weight == "bold" else page.look.faint
        page.put(left + GAP, y, text, **{"weight": weight, "color": color, **how})
    else:
        page.put(left + width, y, text, ha="right", **how)


def _behind(page: _Page, i: int, y: float, each: float, row: Row) -> None:
    """What guides the eye along a row, and the shade and bar of the leading group."""
    w, h = page.figure.get_size_inches()
    wide = w - 2 * MARGIN
    if row.is_leading:
        shade = Rectangle((MARGIN / w, (y - each / 2) / h), wide / w, each / h, transform=page.figure.transFigure,
                          facecolor=page.look.grid, alpha=0.55, linewidth=0, zorder=-2)  # fmt: skip
        bar = Rectangle((MARGIN / w, (y - each / 2) / h), 0.05 / w, each / h, transform=page.figure.transFigure,
                        facecolor=page.look.ink, linewidth=0, zorder=-1)  # fmt: skip
        page.figure.add_artist(shade)
        page.figure.add_artist(bar)
    if i:
        stroke(page.figure, [MARGIN, w - MARGIN], [y + each / 2] * 2, color=page.look.grid, linewidth=0.5, zorder=-1)


def _beyond(page: _Page, axes: Axes, table: Rows, y: float, text: str) -> None:
    """What the axis cuts off, at its edge."""
    box, (w, _) = axes.get_position(), page.figure.get_size_inches()
    low = table.axis.cut == "low"
    x = box.x0 * w - 0.12 if low else box.x1 * w + 0.12
    page.put(
        x, y, f"◂ {text}" if low else f"{text} ▸", size=SMALL, color=page.look.faint, ha="right" if low else "left"
    )


def _rows_axes(axes: Axes, table: Rows, look: Look) -> None:
    axes.patch.set_alpha(0)  # the shade of a group goes through
    axes.set_xlim(table.axis.low, table.axis.high)
    axes.set_ylim(len(table.rows) - 0.5, -0.5)
    axes.yaxis.set_major_locator(NullLocator())
    _value_axis(axes.xaxis, 6)
    axes.grid(axis="x", color=look.grid, linewidth=0.8)
    axes.set_xlabel(plain(table.axis_label), size=8, color=look.ink)
    if table.axis.cut is not None:
        x = 0 if table.axis.cut == "low" else 1
        axes.plot([x, x], [0, 1], transform=axes.transAxes, color=look.faint, linewidth=0.8, linestyle=(0, (1, 2)))
    if table.margin is not None:
        if table.margin:
            axes.axvspan(-table.margin, table.margin, color=look.faint, alpha=0.25, linewidth=0, zorder=0.5)
            for edge in (-table.margin, table.margin):
                axes.axvline(edge, color=look.faint, linewidth=0.7, zorder=0.6)
        axes.axvline(0, color=look.faint, linewidth=1, zorder=0.6)


def _value_axis(axis: Any, most: int) -> None:
    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{0.0 if abs(value) < 1e-12 else value:.6g}"))


def _row(axes: Axes, table: Rows, row: Row, place: int, pen: Pen, look: Look) -> None:
    """The interval and the mean above, the seeds below, where none of them hides another."""
    seen = table.axis
    shown = [value for value in row.dots if seen.holds(value)]
    alone = math.isnan(row.low)
    down, up = (0.0, 0.0) if alone else (0.22, -0.1 if row.wide is None else -0.2)
    axes.plot(
        shown, [place + down] * len(shown), linestyle="none", marker="o", markersize=4.2, alpha=0.6, zorder=3,
        label="_seeds", **edged(pen.color, look),
    )  # fmt: skip
    if row.wide is not None:
        _interval(axes, seen.low, seen.high, *row.wide, place + 0.02, pen.color, 1.0)
    if not alone:
        _interval(axes, seen.low, seen.high, row.low, row.high, place + up, pen.color, 2.6)
        if seen.holds(row.middle):
            _mean(axes, row, place + up, pen, look)


def _mean(axes: Axes, row: Row, y: float, pen: Pen, look: Look) -> None:
    """The marker; where it would hide the interval, a tick."""
    how: dict[str, Any] = {"marker": pen.marker, "markersize": _size(pen, 7), **edged(pen.color, look)}
    (left, _), (right, _) = axes.transData.transform(((row.low, y), (row.high, y)))
    if abs(right - left) * 72 / axes.figure.dpi < how["markersize"] + 6:
        how |= {"marker": "|", "markersize": 10, "markeredgewidth": 1.6}
    axes.plot([row.middle], [y], linestyle="none", zorder=5, label=plain(row.name) or "?", **how)


def _size(pen: Pen, size: float) -> float:
    """A thick plus has less of a body than the others."""
    return 1.3 * size if pen.marker == "P" else size


def _interval(
    axes: Axes, least: float, most: float, low: float, high: float, y: float, color: str, width: float
) -> None:
    """A line with ends; where it leaves the axis, an arrow instead."""
    if low > most or high < least:
        return
    axes.plot([max(low, least), min(high, most)], [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=4)
    for value, is_inside, arrow in ((low, low >= least, "<"), (high, high <= most, ">")):
        x = min(max(value, least), most)
        axes.plot(
            [x], [y], linestyle="none", marker="|" if is_inside else arrow, markersize=6 if is_inside else 5,
            markeredgewidth=max(width / 2, 1.0) if is_inside else 0, color=color, clip_on=False, zorder=4,
        )  # fmt: skip


# --- the matrix of pairs


def _matrix_figure(table: Matrix, look: Look) -> Figure:
    ruler = Ruler()
    names, widest = _names(table.names, ruler, SIZE, 2.2)
    n = len(table.names)
    cell = max(max(ruler.width(one.text, 7.5) for row in table.cells for one in row if one) + 0.14, 0.62)
    cell = max(cell, widest + 0.1) if widest < 0.85 else cell
    tall = 0.46
    # The names above the columns are turned where they are wider than these.
    turned = any(ruler.width(name, SIZE) > cell - 0.06 for name in names.values())
    head = (widest * 0.72 + 0.16) if turned else 0.24
    left = 2 * MARGIN + widest + 0.1
    over = widest * 0.72 if turned else 0.0
    width = max(left + n * cell + over + MARGIN, 6.0)
    page = _page(head + n * tall + 0.12, width, look, ruler, table.title, table.subtitle, "", table.caption)
    top = page.top - head
    w, h = page.figure.get_size_inches()
    for i, name in enumerate(table.names):
        y = top - (i + 0.5) * tall
        page.put(2 * MARGIN, y, names[name], gid="label")
        if table.leading[i]:
            bar = Rectangle((MARGIN / w, (y - tall / 2) / h), 0.05 / w, tall / h, transform=page.figure.transFigure,
                            facecolor=look.ink, linewidth=0)  # fmt: skip
            page.figure.add_artist(bar)
        x = left + (i + 0.5) * cell
        if turned:
            page.put(x - 0.04, top + 0.06, names[name], rotation=45, rotation_mode="anchor", va="bottom")
        else:
            page.put(x, top + 0.12, names[name], ha="center")
        for j, one in enumerate(table.cells[i]):
            face, ink = (look.grid, look.ink) if one is None else VERDICT_COLORS.get(
                one.verdict or "", (look.paper, look.ink)
            )  # fmt: skip
            corner = ((left + j * cell) / w, (y - tall / 2) / h)
            square = Rectangle(corner, cell / w, tall / h, transform=page.figure.transFigure, facecolor=face,
                               edgecolor=look.faint, linewidth=0.5)  # fmt: skip
            page.figure.add_artist(square)
            if one is not None:
                symbol = comparison_curves.SYMBOLS[one.verdict]
                page.put(left + (j + 0.5) * cell, y + 0.09, symbol, ha="center", size=10, weight="bold", color=ink)
                page.put(left + (j + 0.5) * cell, y - 0.1, one.text, ha="center", size=7.5, color=ink)
    return page.figure


# --- the sensitivity to a setting


def _sensitivity_figure(table: Sensitivity, look: Look, pens: Mapping[str, Pen]) -> Figure:
    ruler = Ruler()
    n = len(table.panels)
    columns = min(n, 3) if n != 4 else 2
    blocks = -(-n // columns)
    labels = list(dict.fromkeys(line.label for panel in table.panels for line in panel.lines))
    panel = (WIDTH - LEFT) if columns == 1 else PANEL_WIDTH
    names, widest = _names(labels, ruler, SIZE, 0.36 * panel)
    width = LEFT + columns * panel
    axes_width = panel - LEADER - SWATCH - widest - (MARGIN if columns == 1 else BETWEEN)
    most = max(len(one.lines) for one in table.panels)
    axes_height = max(3.4 if n == 1 else 2.5, most * SIZE * LINE / 72)
    strips = [_strip(one, table, ruler, axes_width) for one in table.panels]
    strip = max(one.height for one in strips)
    title = TITLE if n > 1 else 0.1
    block = title + axes_height + strip + BELOW
    page = _page(blocks * block, width, look, ruler, table.title, table.experiment, "", table.caption)
    for i, (one, told) in enumerate(zip(table.panels, strips, strict=True)):
        row, column = divmod(i, columns)
        left, ceiling = LEFT + column * panel, page.top - row * block
        if one.title:
            text = ruler.fitting(plain(one.title), 9, panel - BETWEEN - MARGIN, "bold")
            page.put(left, ceiling - 0.14, text, size=9, weight="bold")
        floor = ceiling - title - axes_height
        axes = page.box(left, floor - strip, axes_width, axes_height + strip)
        _sensitivity_axes(axes, table, look, axes_height, strip, column == 0, ruler, axes_width)
        for line in one.lines:
            _setting_line(axes, table, line, pens[line.label], look)
        if told.height:
            axes.axhline(table.axis.low, color=look.faint, linewidth=0.6, linestyle=(0, (1, 2)))
        _told(page, told, left, floor, pens)
        _line_labels(page, axes, one, told, table, pens, names, strip)
    return page.figure


def _sensitivity_axes(
    axes: Axes, table: Sensitivity, look: Look, height: float, strip: float, first: bool, ruler: Ruler, width: float
) -> None:
    """The strip is a part of the axes, below what they show of the metric."""
    seen = table.axis
    if table.is_log:
        axes.set_xscale("log")
    axes.set_xlim(*_ends(table))
    below = (seen.high - seen.low) * strip / height
    axes.set_ylim(seen.low - below, seen.high)
    axes.xaxis.set_minor_locator(NullLocator())
    ticks, names = _ticks(table, ruler, width)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: names[ticks.index(value)] if value in ticks else ""))
    locator = MaxNLocator(6, steps=[1, 2, 5, 10])
    axes.yaxis.set_major_locator(FixedLocator([t for t in locator.tick_values(seen.low, seen.high) if seen.holds(t)]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{0.0 if abs(value) < 1e-12 else value:.6g}"))
    axes.grid(axis="y", color=look.grid, linewidth=0.8)
    axes.tick_params(axis="y", length=0, labelleft=first)
    axes.set_xlabel(plain(table.x_label), size=8, color=look.ink)
    if first:
        middle = (strip + height / 2) / (strip + height)  # of what the axis shows
        axes.set_ylabel(plain(table.y_label), size=8, color=look.ink, y=middle)


def _ends(table: Sensitivity) -> tuple[float, float]:
    """The x axis."""
    low, high = min(table.x), max(table.x)
    if table.is_log:
        factor = (high / low) ** 0.06
        return low / factor, high * factor
    pad = 0.06 * (high - low) or 0.5
    return low - pad, high + pad


def _share(table: Sensitivity, x: float) -> float:
    """Where a setting stands: 0 is the left end of the axis, 1 the right one."""
    low, high = _ends(table)
    return math.log(x / low) / math.log(high / low) if table.is_log else (x - low) / (high - low)


def _ticks(table: Sensitivity, ruler: Ruler, width: float) -> tuple[list[float], list[str]]:
    """The values of the grid; where they would run into each other, only some of them."""
    ticks: list[float] = []
    names: list[str] = []
    end = -math.inf
    for x, text in zip(table.x, table.x_names, strict=True):
        name = ruler.fitting(plain(text), 7.5, 1.2)
        at, half = _share(table, x) * width, ruler.width(name, 7.5) / 2
        if at - half > end:
            ticks.append(x)
            names.append(name)
            end = at + half + 0.06
    return ticks, names


def _setting_line(axes: Axes, table: Sensitivity, line: SettingLine, pen: Pen, look: Look) -> None:
    """The mean and the range of the seeds; what the axis cuts off, the line leaves it for."""
    seen = table.axis
    left, right = axes.get_xlim()
    inner = Rectangle((left, seen.low), right - left, seen.high - seen.low, transform=axes.transData)
    known = [i for i, value in enumerate(line.mean) if math.isfinite(value)]
    inside = [i for i in known if seen.holds(line.mean[i])]
    if table.with_bands:
        if len(known) > 1:
            band: Artist = axes.fill_between(
                line.x, line.low, line.high, color=pen.color, alpha=0.12, linewidth=0, zorder=2
            )
        else:
            band = axes.vlines(line.x, line.low, line.high, color=pen.color, alpha=0.35, linewidth=4, zorder=2)
        band.set_clip_path(inner)
    (drawn,) = axes.plot(
        line.x, line.mean, linestyle=pen.dashes, linewidth=1.6, marker=pen.marker, markersize=_size(pen, 5),
        markevery=inside, zorder=3, label=plain(line.label) or "?", **edged(pen.color, look),
    )  # fmt: skip
    drawn.set_clip_path(inner)
    if line.chosen in inside:
        axes.plot(
            [line.x[line.chosen]], [line.mean[line.chosen]], linestyle="none", marker="o", markersize=10,
            markerfacecolor="none", markeredgecolor=pen.color, markeredgewidth=1.4, zorder=5, label="_chosen",
        )  # fmt: skip


@dataclass(frozen=True)
class _Strip:
    """What stands below a panel, in inches: from its left edge, and from the axis downwards."""

    told: tuple[tuple[float, float, SettingLine, Beyond], ...]
    height: float

    def of(self, line: SettingLine) -> float | None:
        """How far below the axis the first line about an activation is."""
        return next((y for _, y, other, _ in self.told if other is line), None)


def _strip(panel: SettingPanel, table: Sensitivity, ruler: Ruler, width: float) -> _Strip:
    """A line for each activation of which the axis does not show all; more where its texts would touch."""
    told = []
    n = 0
    for line in panel.lines:
        ends: list[float] = []
        for one in sorted(line.beyond(table.axis), key=lambda one: one.x):
            room = MARK + ruler.width(one.text, SMALL)
            left = max(0.0, min(_share(table, one.x) * width - room / 2, width - room))
            row = next((i for i, end in enumerate(ends) if end + 0.1 < left), len(ends))
            ends[row : row + 1] = [left + room]
            told.append((left, (n + row + 0.5) * STRIP + 0.05, line, one))
        n += len(ends)
    return _Strip(tuple(told), n * STRIP + 0.08 if n else 0.0)


def _told(page: _Page, strip: _Strip, left: float, floor: float, pens: Mapping[str, Pen]) -> None:
    """Each with the marker of its activation, in a ring if the setting is the chosen one."""
    for x, y, line, one in strip.told:
        pen = pens[line.label]
        at = [left + x + 0.06], [floor - y]
        stroke(page.figure, *at, linestyle="none", marker=pen.marker, markersize=_size(pen, 4.5),
               **edged(pen.color, page.look))  # fmt: skip
        if one.is_chosen:
            stroke(page.figure, *at, linestyle="none", marker="o", markersize=8.5, markerfacecolor="none",
                   markeredgecolor=pen.color, markeredgewidth=1.2)  # fmt: skip
        page.put(left + x + MARK, floor - y, one.text, size=SMALL, color=page.look.ink)


def _line_labels(
    page: _Page, axes: Axes, panel: SettingPanel, told: _Strip, table: Sensitivity, pens: Mapping[str, Pen],
    names: Mapping[str, str], strip: float,
) -> None:  # fmt: skip
    """Right of a panel, each with a leader from its last point on the axis; without one, beside what is told of it."""
    box, (w, h) = axes.get_position(), page.figure.get_size_inches()
    right, floor, top = box.x1 * w, box.y0 * h, box.y1 * h
    ends = []
    for line in panel.lines:
        at = line.last_on(table.axis)
        if at is None:
            ends.append((floor + strip - (told.of(line) or 0.0), math.nan, line))
        else:
            x, y = axes.transData.transform((line.x[at], line.mean[at])) / page.figure.dpi
            ends.append((float(y), float(x), line))
    ends.sort(key=lambda end: -end[0])
    places = spread([y for y, _, _ in ends], SIZE * LINE / 72, floor, top)
    for (end, x, line), y in zip(ends, places, strict=True):
        pen = pens[line.label]
        if not math.isnan(x):
            stroke(page.figure, [x + 0.05, right + 0.04, right + LEADER - 0.03], [end, end, y], color=pen.color,
                   linewidth=0.6, alpha=0.8, linestyle="solid" if x > right - 0.6 else (0, (1, 2)))  # fmt: skip
        xs = [right + LEADER, right + LEADER + SWATCH / 2, right + LEADER + SWATCH - 0.06]
        stroke(page.figure, xs, [y] * 3, linestyle=pen.dashes, linewidth=1.5, marker=pen.marker, markevery=[1],
               markersize=_size(pen, 5), **edged(pen.color, page.look))  # fmt: skip
        page.put(right + LEADER + SWATCH, y, names[line.label], gid="label")


# --- how fast they learn

FILLS: tuple[Literal["none", "left", "full"], ...] = ("none", "left", "full")
"""How much of a target's marker is filled: of the hardest, all."""


def _speed_figure(table: LearningSpeed, look: Look, pens: Mapping[str, Pen]) -> Figure:
    ruler = Ruler()
    names, name_width = _names([row.name for row in table.rows], ruler, SIZE, NAME_WIDTH)
    notes = {row.name: ruler.fitting(plain(row.note), SMALL, NAME_WIDTH) for row in table.rows}
    name_width = max([name_width, *(ruler.width(note, SMALL) for note in notes.values())])
    n = len(table.targets)
    each = max(0.13 * n + 0.1, _row_height(len(table.rows), any(notes.values())))
    never = [_never(one) for row in table.rows for one in row.reached]
    gutter = max([ruler.width(text, SMALL) for text in never], default=0.0) + 0.12
    gutter = gutter if any(never) else 0.0
    both = math.isfinite(table.last_second)
    left = 2 * MARGIN + name_width + GAP
    width = max(WIDTH, left + (2.6 * 2 + 0.3 if both else 3.6) + gutter + MARGIN)
    room = width - left - gutter - 2 * MARGIN
    wide = (room - 0.3) / 2 if both else room
    height = each * len(table.rows)
    page = _page(0.3 + height + BELOW, width, look, ruler, table.title, table.subtitle, "", table.caption)
    top = page.top - 0.3
    _targets(page, table, top + 0.17)
    panels = [(page.box(left, top - height, wide, height), table.last_epoch, "epochs")]
    if both:
        at = left + wide + gutter + 0.3
        panels.append((page.box(at, top - height, wide, height), table.last_second, "seconds"))
    for axes, last, unit in panels:
        _speed_axes(axes, table, look, last, unit)
    for i, row in enumerate(table.rows):
        y = top - (i + 0.5) * each
        if i:
            stroke(page.figure, [MARGIN, width - MARGIN], [y + each / 2] * 2, color=look.grid, linewidth=0.5, zorder=-1)
        up = 0.055 if notes[row.name] else 0.0
        page.put(2 * MARGIN, y + up, names[row.name], gid="label")
        if notes[row.name]:
            page.put(2 * MARGIN, y - 0.075, notes[row.name], size=SMALL, color=look.faint)
        for j, one in enumerate(row.reached):
            offset = (j - (n - 1) / 2) * 0.13
            how = i + offset / each, pens[row.label], filled(FILLS[j - n], pens[row.label].color, look)
            _reached(panels[0][0], one, 1.0, *how)
            if both and math.isfinite(row.seconds_per_epoch):
                _reached(panels[1][0], one, row.seconds_per_epoch, *how)
            if text := _never(one):
                page.put(left + wide + 0.1, y - offset, text, size=SMALL, color=look.faint)
        if not row.reached:
            page.put(left + 0.1, y, "no seed completed", size=SMALL, color=look.faint)
    return page.figure


def _never(one: Reached) -> str:
    return f"{one.never} of {one.never + len(one.epochs)} never {one.target:.6g}" if one.never else ""


def _targets(page: _Page, table: LearningSpeed, y: float) -> None:
    """Which marker is which target's."""
    x = 2 * MARGIN
    for i, text in enumerate(table.targets):
        fill = filled(FILLS[i - len(table.targets)], page.look.faint, page.look)
        stroke(page.figure, [x + 0.05], [y], linestyle="none", marker="o", markersize=6.5, **fill)
        page.put(x + 0.16, y, text)
        x += 0.16 + page.ruler.width(text, SIZE) + 0.3


def filled(fill: Literal["none", "left", "full"], color: str, look: Look) -> dict[str, Any]:
    """A marker of which none, half or all is filled; the rest is the paper."""
    whole = edged(color, look)
    if fill == "full":
        return whole
    edge = {"markeredgecolor": tinted(color, look.ink, 0.75), "markeredgewidth": 1.2}
    if fill == "left":
        return whole | edge | {"fillstyle": "left", "markerfacecoloralt": look.paper}
    return whole | edge | {"markerfacecolor": look.paper}


def _speed_axes(axes: Axes, table: LearningSpeed, look: Look, last: float, unit: str) -> None:
    axes.patch.set_alpha(0)
    axes.set_xlim(0, 1.04 * last)
    axes.set_ylim(len(table.rows) - 0.5, -0.5)
    axes.yaxis.set_major_locator(NullLocator())
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=unit == "epochs"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.grid(axis="x", color=look.grid, linewidth=0.8)
    axes.set_xlabel(unit, size=8, color=look.ink)


def _reached(axes: Axes, one: Reached, scale: float, y: float, pen: Pen, fill: Mapping[str, Any]) -> None:
    """The seeds, their range, and the median of all of them where there is one."""
    xs = [scale * epoch for epoch in one.epochs]
    if xs:
        axes.plot([xs[0], xs[-1]], [y, y], color=pen.color, linewidth=1.2, solid_capstyle="butt", zorder=3)
        axes.plot(xs, [y] * len(xs), linestyle="none", marker="o", markersize=3, markeredgewidth=0, color=pen.color,
                  alpha=0.8, zorder=3, label="_seeds")  # fmt: skip
    if math.isfinite(one.median):
        axes.plot([scale * one.median], [y], linestyle="none", marker=pen.marker, markersize=_size(pen, 7), zorder=5,
                  label="_median", **fill)  # fmt: skip
