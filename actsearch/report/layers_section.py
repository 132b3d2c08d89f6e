"""What the page says of layers: findings, charts and tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actsearch.analysis.comparison import Comparison
from actsearch.analysis.drawn_candidates import grid_titles
from actsearch.analysis.findings.explanation import explanation_of
from actsearch.analysis.findings.finding import HARMLESS
from actsearch.analysis.layer_figures import LayerFigure, layer_figures
from actsearch.analysis.layer_lines import LayerLine, a_few_epochs
from actsearch.analysis.layer_quantities import LayerFigureKind
from actsearch.analysis.metric_format import metric_text
from actsearch.core.errors import NothingToShow
from actsearch.core.results import ExperimentResult
from actsearch.core.words import in_words
from actsearch.report import layer_charts
from actsearch.report.badges import Badge, badge_of
from actsearch.report.page_colors import PagePen

FIRST_KINDS: tuple[LayerFigureKind, ...] = ("gradients", "dead", "saturation")
"""What layers do that is shown at once; the other kinds are folded."""


def findings_view(
    result: ExperimentResult, comparisons: Sequence[Comparison], pens: Mapping[str, PagePen]
) -> dict[str, Any] | None:
    """What the diagnostics show, in the order of the ranking; None without diagnostics."""
    try:
        explained = explanation_of(result)
    except NothingToShow:
        return None
    ranked: dict[tuple[str, str], tuple[int, str]] = {}
    badges: dict[tuple[str, str], Badge | None] = {}
    for c in comparisons:
        for i, one in enumerate(c.contenders):
            key = (one.label, in_words(one.setting))
            ranked.setdefault(key, (len(ranked), metric_text(c, one.mean)))
            badges.setdefault(key, None if i == c.reference else badge_of(c, c.pair(i, c.reference)))
    told = []
    for found in explained.candidates:
        key = (found.candidate.label, in_words(found.candidate.setting))
        place, mean = ranked.get(key, (len(ranked), ""))
        told.append({
            "place": place,
            "name": found.candidate.name,
            "css": pens[found.candidate.label].css,
            "mean": mean,
            "badge": badges.get(key),
            "findings": [(finding.text, finding.kind in HARMLESS) for finding in found.findings],
        })  # fmt: skip
    return {
        "candidates": sorted(told, key=lambda row: row["place"]),
        "without": [one.name for one in explained.without_diagnostics],
        "definitions": explained.definitions,
        "metric": comparisons[0].measure.in_words() if comparisons else "",
        "reference": comparisons[0].contenders[comparisons[0].reference].name if len(comparisons) == 1 else "",
    }


def layers_view(
    result: ExperimentResult, kinds: Sequence[LayerFigureKind], pens: Mapping[str, PagePen]
) -> list[dict[str, Any]]:
    """The figures of these kinds, as far as there is something to be seen."""
    found = []
    for kind in kinds:
        try:
            made = layer_figures(result, kind)
        except NothingToShow:
            continue
        found += [_figure_view(kind, figure, result, pens) for figure in made]
    return found


def _figure_view(
    kind: str, figure: LayerFigure, result: ExperimentResult, pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    labels = _labels_by_title(result)
    css = layer_charts.shades(figure)
    x_axis = "epochs" if figure.by == "epoch" else "layers"
    legends = {_legend(panel.rows[0], css) for panel in figure.panels if panel.rows}
    shared = next(iter(legends)) if len(legends) == 1 else ()
    values = [v for line in figure.lines for v in line.high if math.isfinite(v)]
    return {
        "id": figure.stem,
        "title": figure.title,
        "caption": " ".join([*figure.caption, *thinning_note(layer_charts.points_drawn(figure), x_axis)]),
        "nothing": not any(values) and all(axis.is_share for axis in figure.axes),
        "legend": shared,
        "panels": [
            {
                "title": panel.title,
                "css": pens[labels[panel.title]].css if panel.title in labels else "",
                "note": panel.note,
                "legend": () if shared else _legend(panel.rows[0] if panel.rows else (), css),
                "charts": [
                    (axis.label if len(figure.axes) > 1 else "",
                     layer_charts.layer_svg(figure, axis, lines, f"{panel.title}: {figure.title}, {axis.label}"))
                    for axis, lines in zip(figure.axes, panel.rows, strict=True) if lines
                ],
            }
            for panel in figure.panels
        ],
        "table": _layer_table(figure),
        "kind": kind,
    }  # fmt: skip


def thinning_note(drawn: tuple[int, int] | None, places: str = "epochs") -> Iterator[str]:
    """What a caption says of a chart that does not show every epoch."""
    if drawn is not None:
        yield f"Drawn of a line: at most {drawn[0]} of {drawn[1]} {places}, extremes kept."


def _labels_by_title(result: ExperimentResult) -> dict[str, str]:
    titles = grid_titles(result.candidates)
    return {
        f"{c.label}, {point}" if point else c.label: c.label for c, point in zip(result.candidates, titles, strict=True)
    }


def _legend(lines: Sequence[LayerLine], css: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((line.label, css[line.label]) for line in lines)


def _layer_table(figure: LayerFigure) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """A row a line, at a few places of the x axis."""
    places = sorted({x for line in figure.lines for x in line.x})
    if figure.by == "epoch":
        places = a_few_epochs(places)
        heads = [f"epoch {x}" if x else "untrained" for x in places]
    else:
        heads = [figure.x_ticks[x - 1] if figure.x_ticks else f"layer {x}" for x in places]
    rows = []
    for panel in figure.panels:
        for axis, lines in zip(figure.axes, panel.rows, strict=True):
            for line in lines:
                what = f"{axis.label}, {line.label}" if len(figure.axes) > 1 else line.label
                rows.append((panel.title, what, [_layer_value(line, x, axis.is_share) for x in places]))
    return heads, rows


def _layer_value(line: LayerLine, x: int, is_share: bool) -> str:
    if x not in line.x or not math.isfinite(line.middle[i := line.x.index(x)]):
        return "-"
    values = [f"{100 * v:.3g} %" if is_share else f"{v:.3g}" for v in (line.middle[i], line.low[i], line.high[i])]
    return values[0] if values[1] == values[2] else f"{values[0]} ({values[1]} to {values[2]})"
