"""What the page says of learning curves: charts, what the script draws, and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from actsearch.analysis.charts.axes import YAxis
from actsearch.analysis.charts.curve_captions import curve_caption
from actsearch.analysis.charts.curves import Curve, LearningCurves, known_curve_metrics, learning_curves
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.question import Question
from actsearch.analysis.number_format import curve_value_text
from actsearch.core.results import ExperimentResult
from actsearch.report import learning_charts
from actsearch.report.page_colors import PagePen
from actsearch.report.thinning import thinning_note

TABLE_EPOCHS = 7
"""A table of curves has so many epochs."""


def curves_view(
    result: ExperimentResult, comparisons: Sequence[Comparison], question: Question, pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    """The first metric is the one asked for: it is drawn at once."""
    titles = {
        metric: _metric_in_words(metric, result.validation_is_test) for metric in _ordered_metrics(result, question)
    }
    tables = [learning_curves(result, metric) for metric in titles]
    shown = tables[0]
    return {
        "data": learning_charts.curves_data(tables, pens, titles),
        "titles": list(titles.values()),
        "facets": _facet_views(tables, titles[shown.metric], pens),
        **_legend_view(shown, comparisons, pens),
        "has_bands": shown.n_seeds > 1,
        "caption": " ".join([*_curves_caption(shown), *thinning_note(learning_charts.epochs_drawn(tables))]),
        "tables": [(titles[table.metric], *_curve_table(table, pens)) for table in tables],
    }


def _ordered_metrics(result: ExperimentResult, question: Question) -> list[str]:
    known = known_curve_metrics(result)
    first = next((metric for metric in (question.metric, result.task.validated_by) if metric in known), known[0])
    return [first, *(metric for metric in known if metric != first)]


def _metric_in_words(metric: str, validation_is_test: bool) -> str:
    split = "test" if validation_is_test else "validation"
    words = metric.removeprefix("val_").replace("_", " ")
    return f"{split if metric.startswith('val_') else 'training'} {words}"


# --- charts


def _facet_views(tables: Sequence[LearningCurves], title: str, pens: Mapping[str, PagePen]) -> list[dict[str, Any]]:
    """A chart for each point of the grid."""
    shown, most = tables[0], learning_charts.most_epochs(tables)
    return [
        {
            "title": facet.title,
            "chart": learning_charts.curves_svg(shown, i, pens, _chart_in_words(shown, title, i), most),
            "note": learning_charts.axis_note(shown, i),
        }
        for i, facet in enumerate(shown.facets)
    ]


def _chart_in_words(table: LearningCurves, title: str, place: int) -> str:
    """The chart for those who do not see it; the tables below have the numbers."""
    facet = table.facets[place]
    ended = sorted((c for c in facet.curves if c.epochs), key=lambda c: c.mean[-1], reverse=table.higher_is_better)
    ends = ", ".join(f"{curve.label} {curve_value_text(curve.mean[-1])}" for curve in ended)
    where = f" at {facet.title}" if facet.title else ""
    return f"{title} by epoch{where}, a line per candidate. At the end: {ends}. The table below has the numbers."


def _legend_view(
    shown: LearningCurves, comparisons: Sequence[Comparison], pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    """The labels in the order of the ranking, and which of them lead."""
    ranks: dict[str, int] = {}
    leading: set[str] = set()
    for comparison in reversed(comparisons):
        ranks |= {contender.label: i for i, contender in enumerate(comparison.contenders)}
        leading |= {comparison.contenders[i].label for i in comparison.leaders}
    drawn = dict.fromkeys(curve.label for curve in shown.curves)
    labels = sorted(drawn, key=lambda label: ranks.get(label, len(ranks)))
    return {
        "legend": [(label, pens[label], label in leading) for label in labels],
        "has_leaders": bool(leading) and len(leading) < len(labels),
    }


def _curves_caption(table: LearningCurves) -> Iterator[str]:
    """The chart is linear, and what its axis cuts off stands beside it."""
    yield from curve_caption(table, YAxis(0.0, 1.0), only_lines=True)
    if table.n_seeds > 1:
        yield "Bands are the range of the seeds."


# --- tables


def _curve_table(
    table: LearningCurves, pens: Mapping[str, PagePen]
) -> tuple[list[int], list[tuple[str, str, list[str]]]]:
    """Some epochs of every curve."""
    last = table.last_epoch
    epochs = sorted({1, *(round(last ** (i / (TABLE_EPOCHS - 1))) for i in range(TABLE_EPOCHS)), last})
    rows = []
    for title, curve in chain.from_iterable(((facet.title, c) for c in facet.curves) for facet in table.facets):
        name = f"{curve.label}, {title}" if title else curve.label
        rows.append((name, pens[curve.label].css, [_value_in(curve, epoch) for epoch in epochs]))
    return epochs, rows


def _value_in(curve: Curve, epoch: int) -> str:
    if epoch > len(curve.epochs):
        return "-"
    low, middle, high = (curve_value_text(row[epoch - 1]) for row in (curve.low, curve.mean, curve.high))
    return f"{middle} ({low} to {high})" if curve.n_seeds > 1 else middle
