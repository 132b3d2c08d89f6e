"""The small charts of what layers do: a panel a candidate, a line a layer."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from actsearch.analysis.charts.axes import epoch_ticks, exponent, log_ticks
from actsearch.analysis.charts.layer_axes import LayerAxis
from actsearch.analysis.charts.layer_figures import LayerFigure
from actsearch.analysis.charts.layer_lines import LayerLine
from actsearch.core.words import plain, shortened
from actsearch.report.chart_scales import ChartScale, band_path, line_path, text_element, value_ticks
from actsearch.report.page_colors import LAYER_DASHES, SHADES
from actsearch.report.thinning import thinned

MOST_POINTS = 80
"""A line of a small panel has so many points, about."""
ALL_OF_IT = 0.75
"""Shares that go beyond this are shown up to all of it, so that the room to 100 % is seen."""
PLAIN_FROM, PLAIN_BELOW = 1e-3, 1e5
"""An axis with numbers that are smaller, or as large, writes all of them as powers of ten."""
BETWEEN_ZEROS = 14
"""Marks of zeros do not stand nearer to each other."""

LAYER_CHART_WIDTH, LAYER_CHART_HEIGHT = 320, 202
IN_LEFT, IN_RIGHT, IN_TOP, IN_BOTTOM = 50, 8, 8, 37
"""What stands around the axes."""
PANEL_FRAME = Markup(
    '<svg class="hidden" width="0" height="0" aria-hidden="true"><clipPath id="panelframe">'
    '<rect x="{}" y="{}" width="{}" height="{}"/></clipPath></svg>'
).format(IN_LEFT, IN_TOP - 2, LAYER_CHART_WIDTH - IN_LEFT - IN_RIGHT + 3, LAYER_CHART_HEIGHT - IN_TOP - IN_BOTTOM + 4)
"""Where the lines of small panels end; to stand on the page once."""
INSIDE = ' clip-path="url(#panelframe)"'


def layer_svg(figure: LayerFigure, axis: LayerAxis, lines: Sequence[LayerLine], words: str) -> Markup:
    """One panel: a candidate's lines."""
    if axis.is_share and axis.high > ALL_OF_IT:
        axis = replace(axis, high=1.0)
    pad = 0.5 if figure.first == figure.last else 0.0
    x = ChartScale(figure.first - pad, figure.last + pad, IN_LEFT, LAYER_CHART_WIDTH - IN_RIGHT)
    y = ChartScale(axis.low, axis.high, LAYER_CHART_HEIGHT - IN_BOTTOM, IN_TOP, axis.scale, goes_on=True)
    css = shades(figure)
    parts = [*_domain_parts(axis, y), *_grid_parts(axis, y), *_x_parts(figure, x)]
    for line in lines:
        parts += _line_parts(line, css[line.label], x, y, figure.with_bands)
    for line in lines:
        parts += _layer_cross_parts(line, css[line.label], x, y)
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        LAYER_CHART_WIDTH, LAYER_CHART_HEIGHT, words, Markup("".join(parts))
    )


def points_drawn(figure: LayerFigure) -> tuple[int, int] | None:
    """Of how many places of the x axis at most a line is drawn, and of how many, where some are left out."""
    drawn = [(len(_places_of_line(line)), len(line.x)) for line in figure.lines]
    return max(drawn) if any(few < many for few, many in drawn) else None


def shades(figure: LayerFigure) -> dict[str, str]:
    """The classes of a line by its label: a shade for its depth, and dashes in turn."""
    shade = {line.label: round(line.shade * (SHADES - 1)) for line in figure.lines}
    return {label: f"h{shade[label]} d{i % len(LAYER_DASHES)}" for i, label in enumerate(shade)}


# --- the axes


def _domain_parts(axis: LayerAxis, y: ChartScale) -> Iterator[str]:
    """Where a healthy value lies."""
    if not axis.domain:
        return
    right = LAYER_CHART_WIDTH - IN_RIGHT
    top, bottom = (min(max(y(end), y.end), y.start) for end in reversed(axis.domain))
    height = max(bottom - top, 0.0)
    yield f'<rect class="margin" x="{IN_LEFT}" y="{top:.1f}" width="{right - IN_LEFT}" height="{height:.1f}"/>'
    for edge in (top, bottom):
        yield f'<line class="marginedge" x1="{IN_LEFT}" x2="{right}" y1="{edge:.1f}" y2="{edge:.1f}"/>'


def _grid_parts(axis: LayerAxis, y: ChartScale) -> Iterator[str]:
    right = LAYER_CHART_WIDTH - IN_RIGHT
    ticks = ticks_of_layers(axis)
    as_powers = any(tick != 0 and not PLAIN_FROM <= abs(tick) < PLAIN_BELOW for tick in ticks)
    for tick in ticks:
        yield f'<line class="grid" x1="{IN_LEFT}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield text_element(IN_LEFT - 6, y(tick) + 4, _tick_name(tick, axis.is_share, as_powers), "end")


def _tick_name(value: float, is_share: bool, as_powers: bool) -> str:
    """`20 %`, `2.5e-4`, `0.25`."""
    if is_share:
        return f"{100 * value:.4g} %"
    if as_powers and value:
        power = exponent(abs(value))
        return f"{value / 10.0**power:.3g}e{power}"
    return f"{value:.6g}"


def ticks_of_layers(axis: LayerAxis) -> list[float]:
    if axis.scale == "log":
        ticks = log_ticks(axis.low, axis.high)
        return ticks[:: max(1, math.ceil(len(ticks) / 6))]
    if axis.scale == "symlog":
        decades = math.ceil(math.log10(max(abs(axis.low), abs(axis.high), 10.0)))
        powers = [10.0**p for p in range(0, decades + 1, max(1, decades // 3))]
        return [tick for tick in (*(-power for power in powers), 0.0, *powers) if axis.low <= tick <= axis.high]
    return [tick for tick in value_ticks(axis.low, axis.high, 4) if tick >= 0 or axis.low < -0.021 * axis.high]


def _x_parts(figure: LayerFigure, x: ChartScale) -> Iterator[str]:
    by_epoch = figure.by == "epoch"
    middle = (IN_LEFT + LAYER_CHART_WIDTH - IN_RIGHT) / 2
    yield text_element(f"{middle:.0f}", LAYER_CHART_HEIGHT - 4, "epoch" if by_epoch else "layer", css="axis")
    place = LAYER_CHART_HEIGHT - IN_BOTTOM + 16
    if by_epoch:
        yield from _epoch_parts(figure, x, place)
        return
    names = figure.x_ticks
    for at in range(1, figure.last + 1) if names else epoch_ticks(figure.last, 8):
        yield text_element(f"{x(at):.1f}", place, shortened(names[at - 1], 9) if names else str(at))


def _epoch_parts(figure: LayerFigure, x: ChartScale, place: float) -> Iterator[str]:
    """The first epoch, and those that keep clear of it."""
    for epoch in dict.fromkeys([figure.first, *epoch_ticks(figure.last, 6)]):
        if epoch == figure.first or x(epoch) - x(figure.first) > 14:
            is_last = x(epoch) > LAYER_CHART_WIDTH - IN_RIGHT - 6
            yield text_element(f"{x(epoch):.1f}", place, str(epoch), "end" if is_last else "middle")


# --- the lines


def _places_of_line(line: LayerLine) -> list[int]:
    crosses = [line.x.index(epoch) for epoch in line.crosses if epoch in line.x]
    return thinned(line.middle, line.low, line.high, MOST_POINTS, crosses)


def _line_parts(line: LayerLine, css: str, x: ChartScale, y: ChartScale, with_band: bool) -> Iterator[str]:
    """Pieces of a line, where values are missing in between; on a logarithmic axis also where they are 0."""
    places = _places_of_line(line)
    known = [i for i in places if math.isfinite(line.middle[i])]
    zeros = [i for i in known if y.kind == "log" and line.middle[i] <= 0]
    if with_band and any(line.high[i] > line.low[i] for i in known):
        for run in _unbroken(places, known):
            upper, lower = ([(x(line.x[i]), y(row[i])) for i in run] for row in (line.high, line.low))
            yield f'<path class="band {css}" d="{band_path(upper, lower)}"{INSIDE}/>'
    runs = _unbroken(places, set(known) - set(zeros))
    points = [[(x(line.x[i]), y(line.middle[i])) for i in run] for run in runs]
    for ((at, height),) in (run for run in points if len(run) == 1):
        yield f'<circle class="point {css}" cx="{at:.1f}" cy="{height:.1f}" r="2.4"{INSIDE}/>'
    if d := "".join(line_path(run) for run in points if len(run) > 1):
        yield f'<path class="line {css}" d="{d}"{INSIDE} data-tip="{escape(plain(line.label))}"/>'
    yield from _zero_parts([x(line.x[i]) for i in zeros], y, css)


def _zero_parts(places: Sequence[float], y: ChartScale, css: str) -> Iterator[str]:
    """Marks on the lower edge, as far as they do not touch."""
    before = -math.inf
    for place in places:
        if place - before >= BETWEEN_ZEROS:
            before = place
            yield f'<path class="atzero {css}" d="M{place - 4:.1f} {y.start - 7:.1f}h8l-4 7z"/>'


def _unbroken(places: Sequence[int], wanted: Collection[int]) -> Iterator[list[int]]:
    """The places that are wanted, in pieces that no other one interrupts."""
    for is_wanted, run in itertools.groupby(places, lambda i: i in wanted):
        if is_wanted:
            yield list(run)


def _layer_cross_parts(line: LayerLine, css: str, x: ChartScale, y: ChartScale) -> Iterator[str]:
    """Where seeds diverged."""
    for epoch in line.crosses:
        if epoch in line.x and math.isfinite(value := line.middle[line.x.index(epoch)]):
            place = min(max(y(value), y.end), y.start)
            yield text_element(f"{x(epoch):.1f}", place + 4, "✕", css=f"cross {css}")
