"""The chart of an activation function with its derivative."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from actsearch.functions.catalogue import Entry
from actsearch.functions.graphs import half_width, pieces
from actsearch.report.chart_scales import ChartScale, line_path, text_element

F_WIDTH, F_HEIGHT = 300, 170


def function_svg(entry: Entry, css: str, told: str) -> Markup:
    """f and, thinner, f' on one pair of axes."""
    half = half_width([entry])
    kinks = entry.properties.kinks
    graphs = [pieces(f, kinks, half) for f in (entry.function, entry.gradient)]
    y_all = np.concatenate([y[np.isfinite(y)] for graph in graphs for _, y in graph])
    low, high = max(float(y_all.min()), -half), min(float(y_all.max()), half)
    low, high = min(low, -0.15 * half), max(high, 0.3 * half)
    room = 0.06 * (high - low)
    x = ChartScale(-half, half, 8, F_WIDTH - 8)
    y = ChartScale(low - room, high + room, F_HEIGHT - 6, 6, goes_on=True)
    parts = [
        f'<line class="zero" x1="8" x2="{F_WIDTH - 8}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>',
        f'<line class="zero" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="6" y2="{F_HEIGHT - 6}"/>',
    ]
    for kind, graph in (("slope", graphs[1]), (f"line {css}", graphs[0])):
        d = "".join(line_path(list(_visible(xs, ys, x, y))) for xs, ys in graph)
        parts.append(f'<path class="{kind} solid" d="{d}"/>')
    parts += _unit_ticks(x, y, half, low, high, graphs)  # above the curves, with a halo of paper
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        F_WIDTH, F_HEIGHT, told, Markup("".join(parts))
    )


def _unit_ticks(
    x: ChartScale, y: ChartScale, half: float, low: float, high: float, graphs: Sequence[Any]
) -> Iterator[str]:
    reach = round(half / 2)
    for tick in (-reach, reach):
        curves = [y(float(np.interp(tick, xs, ys))) for graph in graphs for xs, ys in graph if xs[0] <= tick <= xs[-1]]
        sides = (min(y(0) + 15, F_HEIGHT - 2), y(0) - 7)  # below the axis, unless more room is above
        clear = [min((abs(side - 4 - curve) for curve in curves), default=99.0) for side in sides]
        side = sides[0] if clear[0] >= min(9.0, clear[1]) else sides[1]
        yield f'<line class="zero" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{y(0) - 3:.1f}" y2="{y(0) + 3:.1f}"/>'
        yield text_element(f"{x(tick):.1f}", side, str(tick).replace("-", "−"))
    step = 1 if high - low < 6 else reach
    for tick in (-step, step):
        if low <= tick <= high:
            yield f'<line class="zero" x1="{x(0) - 3:.1f}" x2="{x(0) + 3:.1f}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
            yield text_element(f"{x(0) - 7:.1f}", y(tick) + 4, str(tick).replace("-", "−"), "end")


def _visible(xs: Any, ys: Any, x: ChartScale, y: ChartScale) -> Iterator[tuple[float, float]]:
    """Every so many points, and the last."""
    places = [*range(0, len(xs) - 1, 8), len(xs) - 1]
    for i in places:
        if math.isfinite(ys[i]):
            yield x(float(xs[i])), y(float(ys[i]))
