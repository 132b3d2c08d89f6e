"""The charts of the report as SVG, and the colours of its page. Knows neither files nor the template.

Everything is drawn here, so that the page shows it without a script and on paper. Colours are classes, so that a style
sheet can change them: `s3` is the fourth label's, `h2` the third shade of layers. Horizontal places of the charts in
rows are percentages, so that they are as wide as there is room and their text keeps its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from actsearch.analysis import curves as learning
from actsearch.analysis.axes import epoch_ticks, spread
from actsearch.analysis.curves import Curve, Facet, LearningCurves
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION
from actsearch.core.words import listed, plain, shortened
from actsearch.report.chart_scales import ChartScale, band_path, path, text_element
from actsearch.report.page_colors import PagePen
from actsearch.report.thinning import thinned

CROWDED = 12
"""Of more curves none has its name beside it; the list below the chart has them all."""
MOST_NUMBERS = 120_000
"""The page holds so many numbers of learning curves, about; longer ones are thinned, and keep their extremes."""


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1000, 400, 52, 182, 14, 36


@dataclass(frozen=True)
class Frame:
    """The axis of a chart of learning curves, its ticks, and in words what it cuts off."""

    low: float
    high: float
    ticks: tuple[float, ...]
    note: str


def frame(table: LearningCurves, place: int) -> Frame:
    """Of one point of the grid, with all of its curves, linear; it ends at a tick where one is near."""
    alone = replace(table, facets=(table.facets[place],))
    seen = learning.view(alone)
    around = [float(t) for t in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(seen.low, seen.high)]
    step = around[1] - around[0]
    low, high = seen.low, seen.high
    below, above = [t for t in around if t < low], [t for t in around if t > high]
    if below and low - below[-1] < step / 2 and (low < 0 or below[-1] > -step / 1e6):
        low = below[-1]
    if above and above[0] - high < step / 2 and not (learning.is_accuracy(table.metric) and above[0] > 1):
        high = above[0]
    low, high = (0.0 if abs(v) < step / 1e6 else v for v in (low, high))
    outside = [
        (f"begins at {low:.4g}", "below", [c.label for c in alone.drawn if min(c.low) < low]),
        (f"ends at {high:.4g}", "above", [c.label for c in alone.drawn if max(c.high) > high]),
    ]
    notes = [
        f"The axis {where}; parts of {listed([plain(one) for one in labels], NAMED_IN_A_CAPTION)} lie {side} it."
        for where, side, labels in outside
        if labels
    ]
    inside = (0.0 if abs(t) < step / 1e6 else t for t in around if low - step / 1e6 <= t <= high + step / 1e6)
    return Frame(low, high, tuple(inside), " ".join(notes))


def most_epochs(tables: Sequence[LearningCurves]) -> int:
    """Of how many epochs a curve may be drawn, so that the page stays small."""
    curves = sum(len(facet.curves) for facet in tables[0].facets)
    return max(25, MOST_NUMBERS // max(1, 3 * curves * len(tables)))


def epochs_drawn(tables: Sequence[LearningCurves]) -> tuple[int, int] | None:
    """Of how many epochs at most, and of how many, where some are left out."""
    most = most_epochs(tables)
    drawn = [(len(_places(curve, most)), len(curve.epochs)) for table in tables for curve in table.drawn]
    return max(drawn) if any(few < many for few, many in drawn) else None


def _places(curve: Curve, most: int) -> list[int]:
    return thinned(curve.mean, curve.low, curve.high, most, [epoch - 1 for epoch in curve.marks()])


def curves_svg(table: LearningCurves, place: int, pens: Mapping[str, PagePen], told: str, most: int) -> Markup:
    """The chart of one point of the grid as it is without a script: linear, all curves."""
    facet = table.facets[place]
    seen = frame(table, place)
    last = max((curve.epochs[-1] for curve in facet.curves if curve.epochs), default=1)
    with_names = sum(bool(curve.epochs) for curve in facet.curves) <= CROWDED
    right = RIGHT if with_names else 16
    x = ChartScale(1, max(last, 2), LEFT, WIDTH - right) if last > 1 else ChartScale(0.5, 1.5, LEFT, WIDTH - right)
    y = ChartScale(seen.low, seen.high, HEIGHT - BOTTOM, TOP, goes_on=True)
    parts = [*_grid(x, y, seen, last, right), f'<clipPath id="frame{place}"><rect x="{LEFT}" y="{TOP - 3}"'
             f' width="{WIDTH - right - LEFT + 3}" height="{HEIGHT - TOP - BOTTOM + 6}"/></clipPath>']  # fmt: skip
    for curve in facet.curves:
        parts += _curve(curve, pens[curve.label], x, y, f"frame{place}", most)
    parts += _names(facet, pens, x, y, last) if with_names else []
    for curve in facet.curves:
        parts += _crosses(curve, pens[curve.label], x, y)
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, told, Markup("".join(parts))
    )


def _grid(x: ChartScale, y: ChartScale, seen: Frame, last: int, right: float) -> Iterator[str]:
    for tick in seen.ticks:
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield text_element(LEFT - 8, y(tick) + 4, f"{tick:.4g}", "end")
    for epoch in epoch_ticks(last, 12):
        yield text_element(f"{x(epoch):.1f}", HEIGHT - BOTTOM + 18, str(epoch), css="tick epoch")
    yield text_element(f"{(LEFT + WIDTH - right) / 2:.0f}", HEIGHT - 3, "epoch", css="axis")


def _curve(curve: Curve, pen: PagePen, x: ChartScale, y: ChartScale, frame: str, most: int) -> Iterator[str]:
    if not curve.epochs:
        return
    inside = f' clip-path="url(#{frame})"'
    places = _places(curve, most)
    upper, lower, points = (
        [(x(curve.epochs[i]), y(row[i])) for i in places] for row in (curve.high, curve.low, curve.mean)
    )
    if curve.n_seeds > 1:
        yield f'<path class="band {pen.css}" d="{band_path(upper, lower)}"{inside}/>'
    yield f'<path class="line {pen.css}" d="{path(points)}"{inside}/>'
    if len(points) == 1:
        yield f'<circle class="point {pen.css}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="4"/>'


def _crosses(curve: Curve, pen: PagePen, x: ChartScale, y: ChartScale) -> Iterator[str]:
    """Where seeds diverged; above all lines, and at the edge where the line has left the axis."""
    for epoch in curve.marks() if curve.epochs else ():
        place = min(max(y(curve.mean[epoch - 1]), y.end), y.start)
        yield text_element(f"{x(epoch):.1f}", place + 5, "✕", css=f"cross {pen.css}")


def _names(facet: Facet, pens: Mapping[str, PagePen], x: ChartScale, y: ChartScale, last: int) -> Iterator[str]:
    """Right of the chart, each with a piece of its line and a leader from where that ends; dotted if early."""
    right = x.end
    ends = sorted((y(c.mean[-1]), c.label, c.epochs[-1]) for c in facet.curves if c.epochs)
    ends = [(min(max(place, y.end), y.start), label, epoch) for place, label, epoch in ends]
    places = spread([-place for place, _, _ in ends], 15, -y.start, -y.end)
    for (end, label, epoch), place in zip(ends, places, strict=True):
        css = pens[label].css
        kind, start = ("leader early", x(epoch) + 4) if epoch < last else ("leader", right + 3)
        yield f'<path class="{kind} {css}" d="M{start:.1f} {end:.1f}H{right + 3}L{right + 15} {-place:.1f}"/>'
        yield f'<path class="piece {css}" d="M{right + 15} {-place:.1f}h22"/>'
        yield text_element(right + 42, 4 - place, shortened(plain(label), 18), "start", f"name {css}")


def curves_data(
    tables: Sequence[LearningCurves], pens: Mapping[str, PagePen], titles: Mapping[str, str]
) -> dict[str, Any]:
    """What the script draws: metrics, panels with the axes of the static charts, and the curves."""
    first = tables[0]
    most = most_epochs(tables)
    return {
        "metrics": [{"name": t.metric, "title": titles[t.metric], "accuracy": learning.is_accuracy(t.metric)}
                    for t in tables],
        "facets": [
            {"title": plain(facet.title), "frames": [_frame_data(frame(table, f)) for table in tables], "curves": [
                _curve_data([table.facets[f].curves[i] for table in tables], pens[curve.label], most)
                for i, curve in enumerate(facet.curves)
            ]}
            for f, facet in enumerate(first.facets)
        ],
    }  # fmt: skip


def _frame_data(one: Frame) -> dict[str, Any]:
    return {"low": one.low, "high": one.high, "ticks": list(one.ticks), "note": one.note}


def _curve_data(rows: Sequence[Curve], pen: PagePen, most: int) -> dict[str, Any]:
    """One curve; of each of its metrics the epochs drawn, their mean, low and high, and of how many seeds."""
    one = max(rows, key=lambda row: len(row.epochs))
    found = []
    for row in rows:
        places = _places(row, most)
        parts = [row.mean] if row.n_seeds == 1 else [row.mean, row.low, row.high]
        found.append({
            "x": len(places) if len(places) == len(row.epochs) else [row.epochs[i] for i in places],
            "y": [[float(f"{part[i]:.5g}") for i in places] for part in parts],
            "n": [row.seeds[i] for i in places] if len(set(row.seeds)) > 1 else max(row.seeds, default=0),
            "marks": list(row.marks()) if row.diverged else [],
        })  # fmt: skip
    return {
        "s": pen.place,
        "label": plain(one.label),
        "short": shortened(plain(one.label), 18),
        "seeds": one.n_seeds,
        "diverged": one.cut_short,
        "metrics": found,
    }


# --- what layers do


# --- functions
