"""Draws functions and their derivatives. Imports neither pyplot nor TensorFlow, SciPy or SymPy.

What all figures share stands in `drawing`; what is to be known of a function in `properties`.
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

from actsearch.analysis.axes import spread
from actsearch.analysis.pens import DASHES, LOOKS, Look
from actsearch.core.errors import UserError
from actsearch.core.words import plain, short_names
from actsearch.figures.drawing import LINE, MARGIN, Format, Ruler, Style, put, save, settings, stroke
from actsearch.functions.catalogue import ARTICLE, Entry, Settings, in_words, of_the_article
from actsearch.functions.graphs import Array, Which, half_width, limits, pieces

MOST = 12
"""Functions on one pair of axes; of more nobody can tell the lines apart."""
FORMATS: Mapping[str, Format] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}

# Inches.
PANEL, HEIGHT, LEFT, TOP, BELOW, BETWEEN = 3.6, 3.3, 0.55, 0.62, 0.55, 0.3
LEADER, SWATCH = 0.22, 0.34
SIZE = 8.5
"""Of the labels, in points."""


@dataclass(frozen=True)
class Pen:
    """How one function is drawn."""

    color: str
    dashes: Any


def draw(entries: Sequence[Entry], path: Path, style: Style = "light") -> Path:
    """Writes f and f' of the functions, side by side, in the format of the path's ending.

    Raises UserError for another ending, for more functions than can be told apart, and if the file can't be written.
    """
    format = FORMATS.get(path.suffix.lower())
    if format is None:
        raise UserError(f"--plot {path}: no format has the ending {path.suffix!r}; write .png, .svg or .pdf")
    if len(entries) > MOST:
        raise UserError(f"--plot: {len(entries)} functions are too many for one figure; name at most {MOST}")
    with settings(style):
        save(figure(entries, LOOKS["dark" if style == "article" else style]), path, format)
    return path


def draw_the_article(folder: Path, style: Style = "article") -> list[Path]:
    """Writes the article's twelve figures: each of its functions, and each derivative, as `elu-derivative.png`."""
    paths = []
    with settings(style):
        for stem, one in article_figures(style):
            path = folder / f"{stem}.png"
            save(one, path, "png")
            paths.append(path)
    return paths


# --- lines


def pens(entries: Sequence[Entry], look: Look) -> dict[str, Pen]:
    """Label to pen. A function has the colour that it has in every figure, if no other one of these has it already."""
    found: dict[str, Pen] = {}
    for i, entry in enumerate(entries):
        start = zlib.crc32(entry.name.encode()) % len(look.others)
        own = [look.activations[entry.name]] if entry.name in look.activations else []
        order = [*own, *look.others[start:], *look.others[:start], *look.activations.values()]
        taken = [pen.color for pen in found.values()]
        reserved = [look.activations[e.name] for e in entries if e.name in look.activations and e is not entry]
        free = [color for color in order if color not in taken and color not in reserved]
        found[entry.label] = Pen(next(iter(free), order[i % len(order)]), DASHES[i % len(DASHES)])
    return found


# --- the figure of `--plot`


def figure(entries: Sequence[Entry], look: Look) -> Figure:
    """f on the left, f' on the right; to be drawn within `settings`."""
    ruler = Ruler()
    names = short_names([entry.label for entry in entries], 34)
    several = len(entries) > 1
    widest = max(ruler.width(name, SIZE) for name in names.values()) if several else 0.0
    margin = LEADER + SWATCH + widest if several else 0.0
    column = LEFT + PANEL + margin
    width = 2 * column + BETWEEN + MARGIN
    height = TOP + HEIGHT + BELOW
    made = Figure(figsize=(width, height), dpi=150, facecolor=look.paper)
    half, pen = half_width(entries), pens(entries, look)
    for i, which in enumerate[Which](("f", "f'")):
        left = i * (column + BETWEEN) + LEFT
        axes = made.add_axes((left / width, BELOW / height, PANEL / width, HEIGHT / height))
        lines = {entry.label: _graph(entry, which, half) for entry in entries}
        low, high = limits(entries, lines, which, half)
        _axes(axes, look, half, low, high)
        put(made, left, BELOW + HEIGHT + 0.1, "f(x)" if which == "f" else "f'(x)", size=10, color=look.ink)
        for n, entry in enumerate(entries):  # the first ones are the widest, and can be seen under the others
            _line(axes, lines[entry.label], pen[entry.label], 1.6 + 1.4 * (len(entries) - 1 - n) / len(entries))
        if several:
            _labels(made, axes, names, lines, pen, look)
        else:
            color = pen[entries[0].label].color
            _dots(axes, _function(entries[0], which), lines[entries[0].label], color, look.paper)
    title = "Activation functions and their derivatives" if several else _title(entries[0], entries[0].changed)
    title = ruler.fitting(plain(title), 12, width - 2 * MARGIN, "bold")
    put(made, MARGIN, height - 0.14, title, size=12, weight="bold", color=look.ink, va="top")
    return made


def _title(entry: Entry, values: Settings) -> str:
    name = entry.title if entry.row else entry.name
    return f"{name} ({', '.join(in_words(values))})" if values else name


def _graph(entry: Entry, which: Which, half: float) -> list[tuple[Array, Array]]:
    return pieces(_function(entry, which), entry.properties.kinks, half)


def _function(entry: Entry, which: Which) -> Callable[[Array], Array]:
    return entry.function if which == "f" else entry.gradient


def _axes(axes: Axes, look: Look, half: float, low: float, high: float) -> None:
    axes.set_facecolor(look.paper)
    axes.set_xlim(-half, half)
    axes.set_ylim(low, high)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(color=look.grid, linewidth=0.7)
    axes.set_axisbelow(True)
    for draw_line in (axes.axhline, axes.axvline):
        draw_line(0, color=look.faint, linewidth=0.8, zorder=1.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(colors=look.faint, labelsize=8, length=0)
    axes.set_xlabel("x", size=SIZE, color=look.ink)


def _line(axes: Axes, graph: list[tuple[Array, Array]], pen: Pen, width: float = 1.8) -> None:
    """Piece by piece; neighbours that meet are one line, so that its dashes go on."""
    for run in _runs(graph):
        x, y = (np.concatenate(part) for part in zip(*run, strict=True))
        axes.plot(x, y, color=pen.color, linestyle=pen.dashes, linewidth=width, zorder=3, solid_capstyle="butt")


def _runs(graph: list[tuple[Array, Array]]) -> list[list[tuple[Array, Array]]]:
    runs = [[graph[0]]]
    for (_, before), piece in itertools.pairwise(graph):
        if abs(float(before[-1] - piece[1][0])) < 1e-6:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def _dots(axes: Axes, f: Callable[[Array], Array], graph: list[tuple[Array, Array]], color: str, paper: str) -> None:
    """At a jump: hollow where a piece ends, filled at the value itself."""
    for ended, begun in itertools.pairwise(_runs(graph)):
        x = ended[-1][0][-1]
        for y in (ended[-1][1][-1], begun[0][1][0]):
            _dot(axes, x, y, color, paper)
        _dot(axes, x, float(f(np.array([x]))[0]), color, color)


def _dot(axes: Axes, x: float, y: float, edge: str, face: str) -> None:
    axes.plot(
        [x], [y], "o", markersize=4.5, markeredgecolor=edge, markerfacecolor=face, markeredgewidth=1.4, zorder=4
    )  # fmt: skip


def _labels(
    made: Figure, axes: Axes, names: Mapping[str, str], lines: Mapping[str, list[tuple[Array, Array]]],
    pen: Mapping[str, Pen], look: Look,
) -> None:  # fmt: skip
    """The names beside the right ends of the lines, in their order, each with a piece of its line and a leader."""
    width, height = made.get_size_inches()
    box = axes.get_position()
    right, floor, top = box.x1 * width, box.y0 * height, box.y1 * height
    low, high = axes.get_ylim()
    ends = {label: float(graph[-1][1][-1]) for label, graph in lines.items()}
    order = sorted(names, key=lambda label: -ends[label])
    heights = [floor + (min(max(ends[label], low), high) - low) / (high - low) * (top - floor) for label in order]
    for label, end, y in zip(order, heights, spread(heights, SIZE * LINE / 72, floor, top), strict=True):
        color, dashes = pen[label].color, pen[label].dashes
        if low <= ends[label] <= high:
            xs = [right + 0.02, right + 0.06, right + LEADER - 0.03]
            stroke(made, xs, [end, end, y], color=color, linewidth=0.6, alpha=0.8)
        xs = [right + LEADER, right + LEADER + SWATCH - 0.06]
        stroke(made, xs, [y, y], color=color, linestyle=dashes, linewidth=1.8)
        put(made, right + LEADER + SWATCH, y, names[label], size=SIZE, color=look.ink, va="center_baseline")


# --- the article's figures


def article_figures(style: Style = "article") -> Iterator[tuple[str, Figure]]:
    """Each with its file's name without the ending; to be drawn within `settings(style)`."""
    look = LOOKS["dark" if style == "article" else style]
    for entry in of_the_article():
        yield entry.name, _article_figure(entry, "f", look, style)
        yield f"{entry.name}-derivative", _article_figure(entry, "f'", look, style)


def _article_figure(entry: Entry, which: Which, look: Look, style: Style) -> Figure:
    made = Figure(figsize=(8, 6), dpi=100)
    if style != "article":
        made.set_facecolor(look.paper)
    axes = made.add_axes((0.1, 0.11, 0.86, 0.79))
    half = half_width([entry])
    graph = {entry.label: _graph(entry, which, half)}
    pen = Pen("C0" if style == "article" else look.activations[entry.name], "solid")
    _axes(axes, look, half, *limits([entry], graph, which, half))
    if style == "article":
        axes.set_facecolor("black")
    _line(axes, graph[entry.label], pen)
    _dots(axes, _function(entry, which), graph[entry.label], pen.color, "black" if style == "article" else look.paper)
    title = _title(entry, ARTICLE[entry.name])
    axes.set_title(title if which == "f" else f"Derivative of {title}", size=15, color=look.ink)
    axes.set_xlabel("x", size=12, color=look.ink)
    axes.set_ylabel("f(x)" if which == "f" else "f'(x)", size=12, color=look.ink)
    axes.tick_params(labelsize=11)
    return made
