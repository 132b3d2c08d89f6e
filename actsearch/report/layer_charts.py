"""The small charts of what layers do: a panel a candidate, a line a layer."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from actsearch.analysis.axes import epoch_ticks, log_ticks
from actsearch.analysis.layer_axes import LayerAxis
from actsearch.analysis.layer_figures import LayerFigure
from actsearch.analysis.layer_lines import LayerLine
from actsearch.core.words import plain, shortened
from actsearch.report.chart_scales import ChartScale, band_path, line_path, text_element, value_ticks
from actsearch.report.page_colors import LAYER_DASHES, SHADES
from actsearch.report.thinning import thinned

MOST_POINTS = 80
"""A line of a small panel has so many points, about."""


ALL_OF_IT = 0.75
"""Shares that go beyond this are shown up to all of it, so that the room to 100 % is seen."""


LAYER_CHART_WIDTH, LAYER_CHART_HEIGHT = 320, 202


IN_LEFT, IN_RIGHT, IN_TOP, IN_BOTTOM = 50, 8, 8, 37


PANEL_FRAME = Markup(
    '<svg class="hidden" width="0" height="0" aria-hidden="true"><clipPath id="panelframe">'
    '<rect x="{}" y="{}" width="{}" height="{}"/></clipPath></svg>'
).format(IN_LEFT, IN_TOP - 2, LAYER_CHART_WIDTH - IN_LEFT - IN_RIGHT + 3, LAYER_CHART_HEIGHT - IN_TOP - IN_BOTTOM + 4)
"""Where the lines of small panels end; to stand on the page once."""


def layer_svg(figure: LayerFigure, axis: LayerAxis, lines: Sequence[LayerLine], told: str) -> Markup:
    """One panel: a candidate's lines."""
    first, last = figure.first, figure.last
    x = ChartScale(first, last, IN_LEFT, LAYER_CHART_WIDTH - IN_RIGHT) if last > first else ChartScale(
        first - 0.5, first + 0.5, IN_LEFT, LAYER_CHART_WIDTH - IN_RIGHT)  # fmt: skip
    if axis.is_share and axis.high > ALL_OF_IT:
        axis = replace(axis, high=1.0)
    y = ChartScale(axis.low, axis.high, LAYER_CHART_HEIGHT - IN_BOTTOM, IN_TOP, axis.scale, goes_on=True)
    parts = [*_panel_grid(figure, axis, x, y)]
    css = shades(figure)
    for line in lines:
        parts += _layer_line(line, css[line.label], x, y, figure.with_bands)
    for line in lines:
        parts += _layer_crosses(line, css[line.label], x, y)
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        LAYER_CHART_WIDTH, LAYER_CHART_HEIGHT, told, Markup("".join(parts))
    )


def points_drawn(figure: LayerFigure) -> tuple[int, int] | None:
    """Of how many places of the x axis at most a line is drawn, and of how many, where some are left out."""
    drawn = [(len(_line_places(line)), len(line.x)) for line in figure.lines]
    return max(drawn) if any(few < many for few, many in drawn) else None


def _panel_grid(figure: LayerFigure, axis: LayerAxis, x: ChartScale, y: ChartScale) -> Iterator[str]:
    right = LAYER_CHART_WIDTH - IN_RIGHT
    if axis.domain:
        top, bottom = (min(max(y(end), y.end), y.start) for end in reversed(axis.domain))
        height = max(bottom - top, 0.0)
        yield f'<rect class="margin" x="{IN_LEFT}" y="{top:.1f}" width="{right - IN_LEFT}" height="{height:.1f}"/>'
        for edge in (top, bottom):
            yield f'<line class="marginedge" x1="{IN_LEFT}" x2="{right}" y1="{edge:.1f}" y2="{edge:.1f}"/>'
    found = axis_ticks(axis)
    are_tiny = any(t != 0 and not 1e-3 <= abs(t) < 1e5 for t in found)
    for tick in found:
        yield f'<line class="grid" x1="{IN_LEFT}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        said = f"{100 * tick:.4g} %" if axis.is_share else _power(tick) if are_tiny else f"{tick:.6g}"
        yield text_element(IN_LEFT - 6, y(tick) + 4, said, "end")
    yield text_element(
        f"{(IN_LEFT + right) / 2:.0f}", LAYER_CHART_HEIGHT - 4, "epoch" if figure.by == "epoch" else "layer", css="axis"
    )
    place = LAYER_CHART_HEIGHT - IN_BOTTOM + 16
    if figure.by == "epoch":
        for epoch in dict.fromkeys([figure.first, *epoch_ticks(figure.last, 6)]):
            if epoch == figure.first or x(epoch) - x(figure.first) > 14:
                is_last = x(epoch) > LAYER_CHART_WIDTH - IN_RIGHT - 6
                yield text_element(f"{x(epoch):.1f}", place, str(epoch), "end" if is_last else "middle")
        return
    names = figure.x_ticks
    for at in range(1, figure.last + 1) if names else epoch_ticks(figure.last, 8):
        yield text_element(f"{x(at):.1f}", place, shortened(names[at - 1], 9) if names else str(at))


def _power(value: float) -> str:
    """`1e-4`, `2.5e-4`."""
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(value)) + 1e-9)
    return f"{value / 10.0**power:.3g}e{power}"


def axis_ticks(axis: LayerAxis) -> list[float]:
    if axis.scale == "log":
        found = log_ticks(axis.low, axis.high)
        return found[:: max(1, math.ceil(len(found) / 6))]
    if axis.scale == "symlog":
        decades = math.ceil(math.log10(max(abs(axis.low), abs(axis.high), 10.0)))
        some = [10.0**p for p in range(0, decades + 1, max(1, decades // 3))]
        return [t for t in (*(-t for t in some), 0.0, *some) if axis.low <= t <= axis.high]
    return [tick for tick in value_ticks(axis.low, axis.high, 4) if tick >= 0 or axis.low < -0.021 * axis.high]


def shades(figure: LayerFigure) -> dict[str, str]:
    """The classes of a line by its label: a shade for its depth, and dashes in turn."""
    shade = {line.label: round(line.shade * (SHADES - 1)) for line in figure.lines}
    return {label: f"h{shade[label]} d{i % len(LAYER_DASHES)}" for i, label in enumerate(shade)}


def _line_places(line: LayerLine) -> list[int]:
    return thinned(line.middle, line.low, line.high, MOST_POINTS,
                   [line.x.index(epoch) for epoch in line.crosses if epoch in line.x])  # fmt: skip


def _layer_line(line: LayerLine, css: str, x: ChartScale, y: ChartScale, with_band: bool) -> Iterator[str]:
    """Pieces of a line, where values are missing in between; on a logarithmic axis also where they are 0."""
    places = _line_places(line)
    known = [i for i in places if math.isfinite(line.middle[i])]
    inside = ' clip-path="url(#panelframe)"'
    zeros = [i for i in known if y.kind == "log" and line.middle[i] <= 0]
    if with_band and any(line.high[i] > line.low[i] for i in known):
        for run in _runs(places, known):
            upper, lower = ([(x(line.x[i]), y(row[i])) for i in run] for row in (line.high, line.low))
            yield f'<path class="band {css}" d="{band_path(upper, lower)}"{inside}/>'
    runs = [[(x(line.x[i]), y(line.middle[i])) for i in run] for run in _runs(places, set(known) - set(zeros))]
    for ((at, height),) in (run for run in runs if len(run) == 1):
        yield f'<circle class="point {css}" cx="{at:.1f}" cy="{height:.1f}" r="2.4"{inside}/>'
    if longer := "".join(line_path(run) for run in runs if len(run) > 1):
        yield f'<path class="line {css}" d="{longer}"{inside} data-tip="{escape(plain(line.label))}"/>'
    before = -math.inf
    for at in (x(line.x[i]) for i in zeros):
        if at - before >= 14:
            before = at
            yield f'<path class="atzero {css}" d="M{at - 4:.1f} {y.start - 7:.1f}h8l-4 7z"/>'


def _runs(places: Sequence[int], wanted: Collection[int]) -> Iterator[list[int]]:
    """The places that are wanted, in pieces that no other one interrupts."""
    for is_wanted, some in itertools.groupby(places, lambda i: i in wanted):
        if is_wanted:
            yield list(some)


def _layer_crosses(line: LayerLine, css: str, x: ChartScale, y: ChartScale) -> Iterator[str]:
    for epoch in line.crosses:
        if epoch in line.x and math.isfinite(value := line.middle[line.x.index(epoch)]):
            place = min(max(y(value), y.end), y.start)
            yield text_element(f"{x(epoch):.1f}", place + 4, "✕", css=f"cross {css}")
