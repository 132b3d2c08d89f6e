"""What the page says of learning curves: charts, what the script draws, and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actsearch.analysis import curves
from actsearch.analysis.axes import YAxis
from actsearch.analysis.comparison import Comparison
from actsearch.analysis.curve_captions import curve_caption
from actsearch.analysis.curves import LearningCurves, known_curve_metrics
from actsearch.analysis.number_format import curve_value_text
from actsearch.analysis.question import Question
from actsearch.core.results import ExperimentResult
from actsearch.report import learning_charts
from actsearch.report.layers_section import thinning_note
from actsearch.report.page_colors import PagePen

TABLE_EPOCHS = 7
"""A table of curves has so many epochs."""


def curves_view(
    result: ExperimentResult, comparisons: Sequence[Comparison], question: Question, pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    known = known_curve_metrics(result)
    first = next((m for m in (question.metric, "val_accuracy") if m in known), known[0])
    ordered = [first, *(metric for metric in known if metric != first)]
    tables = [curves.learning_curves(result, metric) for metric in ordered]
    titles = {metric: _metric_in_words(metric, result.validation_is_test) for metric in ordered}
    shown = tables[0]
    data = learning_charts.curves_data(tables, pens, titles)
    most = learning_charts.most_epochs(tables)
    ranks = {one.label: i for c in reversed(comparisons) for i, one in enumerate(c.contenders)}
    labels = sorted({curve.label: None for curve in shown.curves}, key=lambda label: ranks.get(label, len(ranks)))
    leading = {c.contenders[i].label for c in comparisons for i in c.leaders}
    return {
        "data": data,
        "titles": [titles[metric] for metric in ordered],
        "facets": [
            {
                "title": facet.title,
                "chart": learning_charts.curves_svg(shown, i, pens, _chart_in_words(shown, titles[first], i), most),
                "note": learning_charts.axis_note(shown, i),
            }
            for i, facet in enumerate(shown.facets)
        ],
        "legend": [(label, pens[label], label in leading) for label in labels],
        "has_leaders": bool(leading) and len(leading) < len(labels),
        "has_bands": shown.n_seeds > 1,
        "caption": " ".join([*_curves_caption(shown), *thinning_note(learning_charts.epochs_drawn(tables))]),
        "tables": [(titles[table.metric], *_curve_table(table, pens)) for table in tables],
    }


def _metric_in_words(metric: str, validation_is_test: bool) -> str:
    split = "test" if validation_is_test else "validation"
    words = metric.removeprefix("val_").replace("_", " ")
    return f"{split if metric.startswith('val_') else 'training'} {words}"


def _chart_in_words(table: LearningCurves, title: str, place: int) -> str:
    """The chart for those who do not see it; the tables below have the numbers."""
    facet = table.facets[place]
    ends = sorted((c for c in facet.curves if c.epochs), key=lambda c: c.mean[-1], reverse=table.higher_is_better)
    said = ", ".join(f"{curve.label} {curve_value_text(curve.mean[-1])}" for curve in ends)
    where = f" at {facet.title}" if facet.title else ""
    return f"{title} by epoch{where}, a line per candidate. At the end: {said}. The table below has the numbers."


def _curves_caption(table: LearningCurves) -> Iterator[str]:
    seen = YAxis(0.0, 1.0)
    yield from curve_caption(table, seen, only_lines=True)
    if table.n_seeds > 1:
        yield "Bands are the range of the seeds."


def _curve_table(
    table: LearningCurves, pens: Mapping[str, PagePen]
) -> tuple[list[int], list[tuple[str, str, list[str]]]]:
    """Some epochs of every curve."""
    last = table.last_epoch
    some = sorted({1, *(round(last ** (i / (TABLE_EPOCHS - 1))) for i in range(TABLE_EPOCHS)), last})
    rows = []
    for facet in table.facets:
        for curve in facet.curves:
            cells = []
            for epoch in some:
                if epoch > len(curve.epochs):
                    cells.append("-")
                    continue
                low, middle, high = (row[epoch - 1] for row in (curve.low, curve.mean, curve.high))
                spread = f" ({curve_value_text(low)} to {curve_value_text(high)})" if curve.n_seeds > 1 else ""
                cells.append(f"{curve_value_text(middle)}{spread}")
            rows.append((f"{curve.label}, {facet.title}" if facet.title else curve.label, pens[curve.label].css, cells))
    return some, rows
