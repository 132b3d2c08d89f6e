"""What the page says of layers: charts and tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from actsearch.analysis.charts.drawn_candidates import grid_titles
from actsearch.analysis.charts.layer_axes import LayerAxis
from actsearch.analysis.charts.layer_figures import LayerFigure, layer_figures
from actsearch.analysis.charts.layer_lines import LayerLine, LayerPanel, a_few_epochs
from actsearch.analysis.charts.layer_quantities import LayerFigureKind
from actsearch.core.errors import NothingToShow
from actsearch.core.results import ExperimentResult
from actsearch.report import layer_charts
from actsearch.report.page_colors import PagePen
from actsearch.report.thinning import thinning_note

FIRST_KINDS: tuple[LayerFigureKind, ...] = ("gradients", "dead", "saturation")
"""What layers do that is shown at once; the other kinds are folded."""

Legend = tuple[tuple[str, str], ...]
"""The labels of lines with their classes."""


def layers_view(
    result: ExperimentResult, kinds: Sequence[LayerFigureKind], pens: Mapping[str, PagePen]
) -> list[dict[str, Any]]:
    """The figures of these kinds, as far as there is something to be seen."""
    pens_by_title = _pens_by_title(result, pens)
    views: list[dict[str, Any]] = []
    for kind in kinds:
        try:
            figures = layer_figures(result, kind)
        except NothingToShow:
            continue
        views += [_figure_view(figure, pens_by_title) for figure in figures]
    return views


def _pens_by_title(result: ExperimentResult, pens: Mapping[str, PagePen]) -> dict[str, PagePen]:
    """By a panel's title."""
    by_title = {}
    for candidate, setting in zip(result.candidates, grid_titles(result.candidates), strict=True):
        title = f"{candidate.label}, {setting}" if setting else candidate.label
        by_title[title] = pens[candidate.label]
    return by_title


# --- charts


def _figure_view(figure: LayerFigure, pens_by_title: Mapping[str, PagePen]) -> dict[str, Any]:
    css = layer_charts.shades(figure)
    legends = {_legend(panel.rows[0], css) for panel in figure.panels if panel.rows}
    shared = next(iter(legends)) if len(legends) == 1 else ()
    places = "epochs" if figure.by == "epoch" else "layers"
    note = thinning_note(layer_charts.points_drawn(figure), places)
    values = chain.from_iterable(line.high for line in figure.lines)
    has_values = any(value for value in values if math.isfinite(value))
    return {
        "id": figure.stem,
        "title": figure.title,
        "caption": " ".join([*figure.caption, *note]),
        "nothing": not has_values and all(axis.is_share for axis in figure.axes),
        "legend": shared,
        "panels": [
            {
                "title": panel.title,
                "css": pens_by_title[panel.title].css if panel.title in pens_by_title else "",
                "note": panel.note,
                "legend": () if shared else _legend(panel.rows[0] if panel.rows else (), css),
                "charts": list(_charts_of_panel(figure, panel)),
            }
            for panel in figure.panels
        ],
        "table": _layer_table(figure),
    }


def _legend(lines: Sequence[LayerLine], css: Mapping[str, str]) -> Legend:
    return tuple((line.label, css[line.label]) for line in lines)


def _charts_of_panel(figure: LayerFigure, panel: LayerPanel) -> Iterator[tuple[str, str]]:
    """With the names of their axes where there are several."""
    for axis, lines in zip(figure.axes, panel.rows, strict=True):
        if lines:
            words = f"{panel.title}: {figure.title}, {axis.label}"
            name = axis.label if len(figure.axes) > 1 else ""
            yield name, layer_charts.layer_svg(figure, axis, lines, words)


# --- tables


def _layer_table(figure: LayerFigure) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """A row a line, at a few places of the x axis."""
    places = sorted(set(chain.from_iterable(line.x for line in figure.lines)))
    if figure.by == "epoch":
        places = a_few_epochs(places)
        heads = [f"epoch {x}" if x else "untrained" for x in places]
    else:
        heads = [figure.x_ticks[x - 1] if figure.x_ticks else f"layer {x}" for x in places]
    rows = chain.from_iterable(_rows_of_panel(figure, panel, places) for panel in figure.panels)
    return heads, list(rows)


def _rows_of_panel(
    figure: LayerFigure, panel: LayerPanel, places: Sequence[int]
) -> Iterator[tuple[str, str, list[str]]]:
    for axis, lines in zip(figure.axes, panel.rows, strict=True):
        for line in lines:
            name = f"{axis.label}, {line.label}" if len(figure.axes) > 1 else line.label
            yield panel.title, name, [_layer_value(line, x, axis) for x in places]


def _layer_value(line: LayerLine, x: int, axis: LayerAxis) -> str:
    """With the range of the seeds, where they differ."""
    if x not in line.x or not math.isfinite(line.middle[i := line.x.index(x)]):
        return "-"
    values = (line.middle[i], line.low[i], line.high[i])
    middle, low, high = (f"{100 * value:.3g} %" if axis.is_share else f"{value:.3g}" for value in values)
    return middle if low == high else f"{middle} ({low} to {high})"
