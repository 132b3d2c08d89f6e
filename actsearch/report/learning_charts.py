"""The charts of learning curves: as they stand on the page without a script, and what the script draws them from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import chain
from typing import Any

from markupsafe import Markup

from actsearch.analysis.charts.axes import Range, YAxis, epoch_ticks, range_of, spread, tick_text
from actsearch.analysis.charts.curve_axes import curve_axis, extent_of
from actsearch.analysis.charts.curves import Curve, Facet, LearningCurves
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION
from actsearch.core.words import listed, plain, shortened
from actsearch.report.chart_scales import ChartScale, band_path, line_path, text_element
from actsearch.report.page_colors import PagePen
from actsearch.report.thinning import thinned

CROWDED = 12
"""Of more curves none has its name beside it; the list below the chart has them all."""
SHORT_LABEL = 18
"""Characters of a name beside its curve."""
MOST_NUMBERS = 120_000
"""The page holds so many numbers of learning curves, about; longer ones are thinned, and keep their extremes."""
FEWEST_EPOCHS = 25
"""So many epochs of a curve are drawn, however many curves there are."""

CHART_WIDTH, CHART_HEIGHT, CHART_LEFT, CHART_RIGHT, CHART_TOP, CHART_BOTTOM = 1000, 400, 52, 182, 14, 36
"""Of a chart, and what stands around its axes; right of them are the names of the curves."""
RIGHT_WITHOUT_NAMES = 16


# --- the axis


def axis_of_facet(table: LearningCurves, place: int) -> YAxis:
    """Of one point of the grid, with all of its curves; the script follows when curves are hidden."""
    return curve_axis(_alone(table, place))


def axis_note(table: LearningCurves, place: int) -> str:
    """What the axis of one point of the grid cuts off, in words."""
    axis = axis_of_facet(table, place)
    below, above = (list(dict.fromkeys(map(plain, labels))) for labels in (axis.below, axis.above))
    return " ".join(
        f"The axis {verb} at {tick_text(edge)}; parts of {listed(labels, NAMED_IN_A_CAPTION)} lie {side} it."
        for verb, edge, labels, side in (("begins", axis.low, below, "below"), ("ends", axis.high, above, "above"))
        if labels
    )


def _alone(table: LearningCurves, place: int) -> LearningCurves:
    return replace(table, facets=(table.facets[place],))


# --- which epochs are drawn


def most_epochs(tables: Sequence[LearningCurves]) -> int:
    """Of how many epochs a curve may be drawn, so that the page stays small."""
    numbers = 3 * len(tables[0].curves) * len(tables)
    return max(FEWEST_EPOCHS, MOST_NUMBERS // max(1, numbers))


def epochs_drawn(tables: Sequence[LearningCurves]) -> tuple[int, int] | None:
    """Of how many epochs at most, and of how many, where some are left out."""
    most = most_epochs(tables)
    curves = chain.from_iterable(table.drawn for table in tables)
    drawn = [(len(_places(curve, most)), len(curve.epochs)) for curve in curves]
    return max(drawn) if any(few < many for few, many in drawn) else None


def _places(curve: Curve, most: int) -> list[int]:
    return thinned(curve.mean, curve.low, curve.high, most, [epoch - 1 for epoch in curve.marks()])


# --- the chart without a script


def curves_svg(table: LearningCurves, place: int, pens: Mapping[str, PagePen], words: str, most: int) -> Markup:
    """The chart of one point of the grid, linear, with all curves; `words` tell it to those who do not see it."""
    facet = table.facets[place]
    axis = axis_of_facet(table, place)
    last = _alone(table, place).last_epoch
    with_names = sum(bool(curve.epochs) for curve in facet.curves) <= CROWDED
    right = CHART_WIDTH - (CHART_RIGHT if with_names else RIGHT_WITHOUT_NAMES)
    x = ChartScale(1, last, CHART_LEFT, right) if last > 1 else ChartScale(0.5, 1.5, CHART_LEFT, right)
    y = ChartScale(axis.low, axis.high, CHART_HEIGHT - CHART_BOTTOM, CHART_TOP, goes_on=True)
    parts = [*_grid(x, y, axis, last), _frame(place, right)]
    for curve in facet.curves:
        parts += _curve_parts(curve, pens[curve.label], x, y, f"frame{place}", most)
    parts += _names_beside(facet, pens, x, y, last) if with_names else []
    for curve in facet.curves:
        parts += _cross_parts(curve, pens[curve.label], x, y)
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        CHART_WIDTH, CHART_HEIGHT, words, Markup("".join(parts))
    )


def _frame(place: int, right: float) -> str:
    """Where lines end that the axis cuts off."""
    width, height = right - CHART_LEFT + 3, CHART_HEIGHT - CHART_TOP - CHART_BOTTOM + 6
    box = f'<rect x="{CHART_LEFT}" y="{CHART_TOP - 3}" width="{width}" height="{height}"/>'
    return f'<clipPath id="frame{place}">{box}</clipPath>'


def _grid(x: ChartScale, y: ChartScale, axis: YAxis, last: int) -> Iterator[str]:
    left, right = CHART_LEFT, f"{x.end:g}"
    for tick in axis.ticks:
        yield f'<line class="grid" x1="{left}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield text_element(left - 8, y(tick) + 4, tick_text(tick), "end")
    for epoch in epoch_ticks(last, 12):
        yield text_element(f"{x(epoch):.1f}", CHART_HEIGHT - CHART_BOTTOM + 18, str(epoch), css="tick epoch")
    yield text_element(f"{(left + x.end) / 2:.0f}", CHART_HEIGHT - 3, "epoch", css="axis")


def _curve_parts(curve: Curve, pen: PagePen, x: ChartScale, y: ChartScale, frame: str, most: int) -> Iterator[str]:
    """The band, and the line above it."""
    if not curve.epochs:
        return
    inside = f' clip-path="url(#{frame})"'
    places = _places(curve, most)
    upper, lower, points = (
        [(x(curve.epochs[i]), y(row[i])) for i in places] for row in (curve.high, curve.low, curve.mean)
    )
    if curve.n_seeds > 1:
        yield f'<path class="band {pen.css}" d="{band_path(upper, lower)}"{inside}/>'
    yield f'<path class="line {pen.css}" d="{line_path(points)}"{inside}/>'
    if len(points) == 1:
        yield f'<circle class="point {pen.css}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="4"/>'


def _cross_parts(curve: Curve, pen: PagePen, x: ChartScale, y: ChartScale) -> Iterator[str]:
    """Where seeds diverged; above all lines, and at the edge where the line has left the axis."""
    for epoch in curve.marks() if curve.epochs else ():
        place = min(max(y(curve.mean[epoch - 1]), y.end), y.start)
        yield text_element(f"{x(epoch):.1f}", place + 5, "✕", css=f"cross {pen.css}")


def _names_beside(facet: Facet, pens: Mapping[str, PagePen], x: ChartScale, y: ChartScale, last: int) -> Iterator[str]:
    """Right of the chart, each with a piece of its line and a leader from where that ends; dotted if early."""
    ends = sorted((y(c.mean[-1]), c.label, c.epochs[-1]) for c in facet.curves if c.epochs)
    ends = [(min(max(place, y.end), y.start), label, epoch) for place, label, epoch in ends]
    places = spread([-place for place, _, _ in ends], 15, -y.start, -y.end)
    for (end, label, epoch), place in zip(ends, places, strict=True):
        css = pens[label].css
        kind, start = ("leader early", x(epoch) + 4) if epoch < last else ("leader", x.end + 3)
        yield f'<path class="{kind} {css}" d="M{start:.1f} {end:.1f}H{x.end + 3}L{x.end + 15} {-place:.1f}"/>'
        yield f'<path class="piece {css}" d="M{x.end + 15} {-place:.1f}h22"/>'
        yield text_element(x.end + 42, 4 - place, shortened(plain(label), SHORT_LABEL), "start", f"name {css}")


# --- what the script draws


def curves_data(
    tables: Sequence[LearningCurves], pens: Mapping[str, PagePen], titles: Mapping[str, str]
) -> dict[str, Any]:
    """Metrics, and in panels the curves with what each of them asks of the axis."""
    most = most_epochs(tables)
    return {
        "metrics": [_metric_data(table, titles[table.metric]) for table in tables],
        "facets": [_facet_data(tables, place, pens, most) for place in range(len(tables[0].facets))],
    }


def _metric_data(table: LearningCurves, title: str) -> dict[str, Any]:
    words, error = table.kind.in_words, table.kind.error_in_words
    of_errors = {"errorTitle": title.replace(words, error)} if table.kind.is_share else {}
    return {
        "name": table.metric,
        "title": title,
        "most": table.kind.most,
        "higher": table.kind.higher_is_better,
        **of_errors,
    }


def _facet_data(tables: Sequence[LearningCurves], place: int, pens: Mapping[str, PagePen], most: int) -> dict[str, Any]:
    facets = [table.facets[place] for table in tables]
    by_candidate = zip(*(facet.curves for facet in facets), strict=True)
    return {
        "title": plain(facets[0].title),
        "curves": [_curve_data(curves, pens[curves[0].label], most, tables) for curves in by_candidate],
    }


def _curve_data(curves: Sequence[Curve], pen: PagePen, most: int, tables: Sequence[LearningCurves]) -> dict[str, Any]:
    """One candidate, with its curve of each metric."""
    label = plain(pen.label)
    return {
        "s": pen.place,
        "label": label,
        "short": shortened(label, SHORT_LABEL),
        "seeds": max(curve.n_seeds for curve in curves),
        "metrics": [_drawn_data(curve, most, table) for curve, table in zip(curves, tables, strict=True)],
    }


def _drawn_data(curve: Curve, most: int, table: LearningCurves) -> dict[str, Any]:
    """The epochs drawn, their mean, low and high, and of how many seeds; and what the curve asks of the axis."""
    places = _places(curve, most)
    rows = [curve.mean] if curve.n_seeds == 1 else [curve.mean, curve.low, curve.high]
    return {
        "x": len(places) if len(places) == len(curve.epochs) else [curve.epochs[i] for i in places],
        "y": [[float(f"{row[i]:.5g}") for i in places] for row in rows],
        "n": [curve.seeds[i] for i in places] if len(set(curve.seeds)) > 1 else max(curve.seeds, default=0),
        "marks": list(curve.marks()) if curve.diverged else [],
        "asks": asked_of_axis(curve, table) if curve.epochs else None,
    }


def asked_of_axis(curve: Curve, table: LearningCurves) -> dict[str, Any]:
    """What `axes.js` has to know of a curve; with all digits, so that the script's axis is Python's."""
    return {
        **asdict(extent_of(curve)),
        "log": _log_data(curve, table),
        "end": curve.epochs[-1],
        "final": curve.mean[-1],
        "races": not curve.diverged,
        "goesOn": curve.is_on_its_way,
    }


def _log_data(curve: Curve, table: LearningCurves) -> dict[str, Any]:
    """The range of what a logarithmic axis shows: error rates in place of accuracies."""
    values = [*curve.low, *curve.high]
    if table.kind.is_share:
        values = [1 - value for value in values]
    positive: Range | None = range_of(value for value in values if value > 0)
    return {"positive": positive, "zeros": min(values) <= 0}
