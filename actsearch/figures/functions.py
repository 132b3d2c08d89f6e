"""Draws functions and their derivatives. Imports neither pyplot nor TensorFlow, SciPy or SymPy.

What all figures share stands in `frame` and `drawing`; what is to be known of a function in `functions.properties`.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from actsearch.analysis.charts.pens import DASHES, PALETTES, Palette
from actsearch.core.errors import UserError
from actsearch.core.words import short_names
from actsearch.figures.drawing import FigureFormat, Ruler, Style, save_figure, save_figures, settings
from actsearch.figures.frame import EDGE, SWATCH, Margin, Page
from actsearch.functions.catalogue import Entry, Settings, of_the_article, settings_in_words
from actsearch.functions.graphs import Which, half_width, pieces, y_limits

MOST_FUNCTIONS = 12
"""On one pair of axes; of more nobody can tell the lines apart."""
FORMATS_BY_ENDING: Mapping[str, FigureFormat] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}

# Inches.
AXES_WIDTH, AXES_HEIGHT, ROOM_LEFT, ROOM_ABOVE, ROOM_BELOW, ROOM_BETWEEN = 3.6, 3.3, 0.55, 0.62, 0.55, 0.3
FUNCTION_LEADER = 0.22
FUNCTION_LABEL_SIZE = 8.5
"""In points."""

Graph = list[tuple[NDArray[np.float64], NDArray[np.float64]]]
"""The pieces of a function between its kinks: their x and y."""


@dataclass(frozen=True)
class FunctionPen:
    """How one function is drawn."""

    color: str
    dashes: Any


def draw_functions(entries: Sequence[Entry], path: Path, style: Style = "light") -> Path:
    """Writes f and f' of the functions, side by side, in the format of the path's ending.

    Raises UserError for another ending, for more functions than can be told apart, and if the file can't be written.
    """
    format = FORMATS_BY_ENDING.get(path.suffix.lower())
    if format is None:
        raise UserError(f"--plot {path}: no format has the ending {path.suffix!r}; write .png, .svg or .pdf")
    if len(entries) > MOST_FUNCTIONS:
        many = f"{len(entries)} functions are too many for one figure"
        raise UserError(f"--plot: {many}; name at most {MOST_FUNCTIONS}")
    with settings(style):
        save_figure(functions_figure(entries, _palette_for(style)), path, format)
    return path


def draw_the_article(folder: Path, style: Style = "article") -> list[Path]:
    """Writes the article's twelve figures: each of its functions, and each derivative, as `elu-derivative.png`."""
    with settings(style):
        return save_figures(article_figures(style), folder, "png")


def _palette_for(style: Style) -> Palette:
    return PALETTES["dark" if style == "article" else style]


# --- lines


def function_pens(entries: Sequence[Entry], palette: Palette) -> dict[str, FunctionPen]:
    """Label to pen. A function has its colour of every figure, if none of the functions beside it has it already."""
    pens: dict[str, FunctionPen] = {}
    for i, entry in enumerate(entries):
        start = zlib.crc32(entry.name.encode()) % len(palette.others)
        own = [palette.activations[entry.name]] if entry.name in palette.activations else []
        order = [*own, *palette.others[start:], *palette.others[:start], *palette.activations.values()]
        taken = {pen.color for pen in pens.values()}
        taken |= {palette.activations[e.name] for e in entries if e.name in palette.activations and e is not entry}
        free = [color for color in order if color not in taken]
        pens[entry.label] = FunctionPen(next(iter(free), order[i % len(order)]), DASHES[i % len(DASHES)])
    return pens


# --- the figure of `--plot`


def functions_figure(entries: Sequence[Entry], palette: Palette) -> Figure:
    """f on the left, f' on the right; to be drawn within `settings`."""
    ruler = Ruler()
    names = short_names([entry.label for entry in entries], 34)
    several = len(entries) > 1
    widest = max(ruler.width(name, FUNCTION_LABEL_SIZE) for name in names.values()) if several else 0.0
    column = ROOM_LEFT + AXES_WIDTH + (FUNCTION_LEADER + SWATCH + widest if several else 0.0)
    width = 2 * column + ROOM_BETWEEN + EDGE
    height = ROOM_ABOVE + AXES_HEIGHT + ROOM_BELOW
    page = Page.empty(width, height, palette, ruler, ROOM_ABOVE, ROOM_BELOW)
    pens = function_pens(entries, palette)
    for i, which in enumerate[Which](("f", "f'")):
        left = i * (column + ROOM_BETWEEN) + ROOM_LEFT
        _draw_function_panel(page, left, which, entries, names, pens)
    title = "Activation functions and their derivatives" if several else _title_of(entries[0], entries[0].changed)
    page.put_title(title, 12, 0.14)
    return page.figure


def _draw_function_panel(
    page: Page,
    left: float,
    which: Which,
    entries: Sequence[Entry],
    names: Mapping[str, str],
    pens: Mapping[str, FunctionPen],
) -> None:
    half = half_width(entries)
    graphs = {entry.label: _graph_of(entry, which, half) for entry in entries}
    axes = page.axes(left, page.bottom, AXES_WIDTH, AXES_HEIGHT)
    _set_axes_of_functions(axes, page.palette, half, *y_limits(entries, graphs, which, half))
    page.put(left, page.bottom + AXES_HEIGHT + 0.1, _name_of(which), size=10, va="baseline")
    for n, entry in enumerate(entries):  # the first ones are the widest, and can be seen under the others
        width = 1.6 + 1.4 * (len(entries) - 1 - n) / len(entries)
        _draw_graph(axes, graphs[entry.label], pens[entry.label], width)
    if len(entries) > 1:
        _put_labels_of_functions(page, axes, names, graphs, pens)
    else:
        (entry,) = entries
        _draw_dots(axes, _function_of(entry, which), graphs[entry.label], pens[entry.label].color, page.palette.paper)


def _name_of(which: Which) -> str:
    return "f(x)" if which == "f" else "f'(x)"


def _title_of(entry: Entry, values: Settings) -> str:
    name = entry.title if entry.row else entry.name
    return f"{name} ({', '.join(settings_in_words(values))})" if values else name


def _graph_of(entry: Entry, which: Which, half: float) -> Graph:
    return pieces(_function_of(entry, which), entry.properties.kinks, half)


def _function_of(entry: Entry, which: Which) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return entry.function if which == "f" else entry.gradient


def _set_axes_of_functions(axes: Axes, palette: Palette, half: float, low: float, high: float) -> None:
    axes.set_facecolor(palette.paper)
    axes.set_xlim(-half, half)
    axes.set_ylim(low, high)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(color=palette.grid, linewidth=0.7)
    axes.set_axisbelow(True)
    for draw_line in (axes.axhline, axes.axvline):
        draw_line(0, color=palette.faint, linewidth=0.8, zorder=1.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(colors=palette.faint, labelsize=8, length=0)
    axes.set_xlabel("x", size=FUNCTION_LABEL_SIZE, color=palette.ink)


def _draw_graph(axes: Axes, graph: Graph, pen: FunctionPen, width: float = 1.8) -> None:
    """Piece by piece; neighbours that meet are one line, so that its dashes go on."""
    for run in _joined(graph):
        x, y = (np.concatenate(part) for part in zip(*run, strict=True))
        axes.plot(x, y, color=pen.color, linestyle=pen.dashes, linewidth=width, zorder=3, solid_capstyle="butt")


def _joined(graph: Graph) -> list[Graph]:
    """Runs of pieces, each of which begins where the one before it ends."""
    runs = [[graph[0]]]
    for (_, before), piece in itertools.pairwise(graph):
        if abs(float(before[-1] - piece[1][0])) < 1e-6:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def _draw_dots(
    axes: Axes, f: Callable[[NDArray[np.float64]], NDArray[np.float64]], graph: Graph, color: str, paper: str
) -> None:
    """At a jump: hollow where a piece ends, filled at the value itself."""
    for ended, begun in itertools.pairwise(_joined(graph)):
        x = ended[-1][0][-1]
        for y in (ended[-1][1][-1], begun[0][1][0]):
            _draw_dot(axes, x, y, color, paper)
        _draw_dot(axes, x, float(f(np.array([x]))[0]), color, color)


def _draw_dot(axes: Axes, x: float, y: float, edge: str, face: str) -> None:
    how: dict[str, Any] = {"markeredgecolor": edge, "markerfacecolor": face, "markeredgewidth": 1.4}
    axes.plot([x], [y], "o", markersize=4.5, zorder=4, **how)


def _put_labels_of_functions(
    page: Page, axes: Axes, names: Mapping[str, str], graphs: Mapping[str, Graph], pens: Mapping[str, FunctionPen]
) -> None:
    """The names beside the right ends of the lines, in their order, each with a piece of its line and a leader."""
    margin = Margin.of(page, axes, FUNCTION_LEADER)
    low, high = axes.get_ylim()
    tall = margin.top - margin.floor
    ends = {label: float(graph[-1][1][-1]) for label, graph in graphs.items()}
    order = sorted(names, key=lambda label: -ends[label])
    heights = [margin.floor + (min(max(ends[label], low), high) - low) / (high - low) * tall for label in order]
    for label, end, y in zip(order, heights, margin.spread(heights, FUNCTION_LABEL_SIZE), strict=True):
        pen = pens[label]
        if low <= ends[label] <= high:
            margin.lead(margin.right + 0.02, end, y, knee=0.06, color=pen.color, linewidth=0.6, alpha=0.8)
        margin.swatch(y, color=pen.color, linestyle=pen.dashes, linewidth=1.8)
        page.put(margin.after_swatch, y, names[label], size=FUNCTION_LABEL_SIZE)


# --- the article's figures


def article_figures(style: Style = "article") -> Iterator[tuple[str, Figure]]:
    """Each with its file's name without the ending; to be drawn within `settings(style)`."""
    for entry in of_the_article():
        yield entry.name, _function_figure_of_the_article(entry, "f", style)
        yield f"{entry.name}-derivative", _function_figure_of_the_article(entry, "f'", style)


def _function_figure_of_the_article(entry: Entry, which: Which, style: Style) -> Figure:
    palette, is_articles = _palette_for(style), style == "article"
    paper = "black" if is_articles else palette.paper
    figure = Figure(figsize=(8, 6), dpi=100)
    if not is_articles:
        figure.set_facecolor(palette.paper)
    axes = figure.add_axes((0.1, 0.11, 0.86, 0.79))
    half = half_width([entry])
    graph = _graph_of(entry, which, half)
    pen = FunctionPen("C0" if is_articles else palette.activations[entry.name], "solid")
    _set_axes_of_functions(axes, palette, half, *y_limits([entry], {entry.label: graph}, which, half))
    axes.set_facecolor(paper)
    _draw_graph(axes, graph, pen)
    _draw_dots(axes, _function_of(entry, which), graph, pen.color, paper)
    title = _title_of(entry, entry.parameters)
    axes.set_title(title if which == "f" else f"Derivative of {title}", size=15, color=palette.ink)
    axes.set_xlabel("x", size=12, color=palette.ink)
    axes.set_ylabel(_name_of(which), size=12, color=palette.ink)
    axes.tick_params(labelsize=11)
    return figure
