"""The chart of an activation function with its derivative."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from actsearch.functions.catalogue import Entry
from actsearch.functions.graphs import half_width, pieces
from actsearch.report.chart_scales import ChartScale, line_path, text_element

GRAPH_WIDTH, GRAPH_HEIGHT, GRAPH_SIDE, GRAPH_EDGE = 300, 170, 8, 6
"""Of the chart, and what is left free beside the graph, and above and below it."""
EVERY_POINT = 8
"""Of so many points of a graph one is drawn."""
UNIT_UP_TO = 6
"""A y axis that is less high has ticks at -1 and 1."""

GraphPiece = tuple[NDArray[np.float64], NDArray[np.float64]]
"""A function between two kinks: its x and y."""


def function_svg(entry: Entry, css: str, words: str) -> Markup:
    """f and, thinner, f' on one pair of axes."""
    half = half_width([entry])
    graphs = [pieces(function, entry.properties.kinks, half) for function in (entry.function, entry.gradient)]
    low, high = _y_limits(list(chain.from_iterable(graphs)), half)
    room = 0.06 * (high - low)
    x = ChartScale(-half, half, GRAPH_SIDE, GRAPH_WIDTH - GRAPH_SIDE)
    y = ChartScale(low - room, high + room, GRAPH_HEIGHT - GRAPH_EDGE, GRAPH_EDGE, goes_on=True)
    right, floor = GRAPH_WIDTH - GRAPH_SIDE, GRAPH_HEIGHT - GRAPH_EDGE
    parts = [
        f'<line class="zero" x1="{GRAPH_SIDE}" x2="{right}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>',
        f'<line class="zero" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="{GRAPH_EDGE}" y2="{floor}"/>',
    ]
    for kind, graph in (("slope", graphs[1]), (f"line {css}", graphs[0])):
        d = "".join(line_path(list(_points_drawn(piece, x, y))) for piece in graph)
        parts.append(f'<path class="{kind} solid" d="{d}"/>')
    # The ticks stand above the curves, with a halo of paper.
    parts += _x_ticks(x, y, round(half / 2), list(chain.from_iterable(graphs)))
    parts += _y_ticks(x, y, low, high, round(half / 2))
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        GRAPH_WIDTH, GRAPH_HEIGHT, words, Markup("".join(parts))
    )


def _y_limits(graph: Sequence[GraphPiece], half: float) -> tuple[float, float]:
    """No higher than the chart is wide, and never so low that the axis is at its edge."""
    values = np.concatenate([y[np.isfinite(y)] for _, y in graph])
    low, high = max(float(values.min()), -half), min(float(values.max()), half)
    return min(low, -0.15 * half), max(high, 0.3 * half)


def _points_drawn(piece: GraphPiece, x: ChartScale, y: ChartScale) -> Iterator[tuple[float, float]]:
    """Every so many points, and the last."""
    xs, ys = piece
    for i in [*range(0, len(xs) - 1, EVERY_POINT), len(xs) - 1]:
        if math.isfinite(ys[i]):
            yield x(float(xs[i])), y(float(ys[i]))


def _x_ticks(x: ChartScale, y: ChartScale, reach: int, graph: Sequence[GraphPiece]) -> Iterator[str]:
    for tick in (-reach, reach):
        yield f'<line class="zero" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{y(0) - 3:.1f}" y2="{y(0) + 3:.1f}"/>'
        heights = [y(float(np.interp(tick, xs, ys))) for xs, ys in graph if xs[0] <= tick <= xs[-1]]
        yield text_element(f"{x(tick):.1f}", _clear_side(y(0), heights), _signed(tick))


def _clear_side(axis: float, heights: Sequence[float]) -> float:
    """Where a number stands: below the axis, unless the curves leave more room above."""
    below, above = min(axis + 15, GRAPH_HEIGHT - 2), axis - 7
    room_below, room_above = (
        min((abs(side - 4 - height) for height in heights), default=99.0) for side in (below, above)
    )
    return below if room_below >= min(9.0, room_above) else above


def _y_ticks(x: ChartScale, y: ChartScale, low: float, high: float, reach: int) -> Iterator[str]:
    step = 1 if high - low < UNIT_UP_TO else reach
    for tick in (-step, step):
        if low <= tick <= high:
            yield f'<line class="zero" x1="{x(0) - 3:.1f}" x2="{x(0) + 3:.1f}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
            yield text_element(f"{x(0) - 7:.1f}", y(tick) + 4, _signed(tick), "end")


def _signed(tick: int) -> str:
    return str(tick).replace("-", "−")
