"""Draws learning curves as the article did: everything, and everything without sigmoid, white on black."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from actsearch.analysis.charts import curves
from actsearch.analysis.charts.axes import YAxis
from actsearch.analysis.charts.curve_axes import curve_axis
from actsearch.analysis.charts.curve_captions import curve_caption
from actsearch.analysis.charts.curves import Curve, LearningCurves, as_drawn, known_curve_metrics
from actsearch.analysis.charts.pens import DASHES
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import VALIDATION
from actsearch.core.words import plain, shortened
from actsearch.figures.curve_labels import fate
from actsearch.figures.drawing import LINE, Ruler, broken, lonely, metric_stem, put, set_log_ticks, zeros


def figures_of_the_article(
    result: ExperimentResult, asked: Collection[str], without: Collection[str], log: bool
) -> Iterator[tuple[str, Figure]]:
    """Everything, and everything without sigmoid, whose first epochs hide the rest."""
    metrics = {metric: metric_stem(metric) for metric in asked} or _metrics_of_the_article(result)
    tables = [(name, curves.learning_curves(result, metric, without)) for metric, name in metrics.items()]
    for name, table in tables:
        shown = as_drawn(table, log)
        yield name, _learning_figure_of_the_article(result, shown, log)
        if {curve.activation for curve in shown.curves} > {"sigmoid"}:
            rest = as_drawn(curves.learning_curves(result, table.metric, {*without, "sigmoid"}), log)
            yield f"{name}-without-sigmoid", _learning_figure_of_the_article(result, rest, log)


def _metrics_of_the_article(result: ExperimentResult) -> dict[str, str]:
    """Metric to file."""
    task = result.task
    metric = f"{VALIDATION}{dict(task.of_loss).get(result.loss, task.decide_by)}"
    if metric not in known_curve_metrics(result):
        metric = task.validated_by
    return {metric: task.metric(metric).in_short, task.validated_loss: task.loss.in_short}


def _learning_figure_of_the_article(result: ExperimentResult, table: LearningCurves, log: bool) -> Figure:
    quantity = table.kind.in_short
    figure = Figure(figsize=(10, 10))
    axes = figure.add_axes((0.11, 0.13, 0.85, 0.81))
    axis = curve_axis(table, log=True) if log else YAxis(0.0, 1.0)  # a linear axis is Matplotlib's: it shows all
    if log:  # before the lines: with none above 0 there would be nothing to scale
        axes.set_yscale("log")
        axes.set_ylim(axis.low, axis.high)
        set_log_ticks(axes, axis.ticks)
    else:
        axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    _draw_lines(axes, result, table, axis)
    axes.set_title(f"Model {quantity}")
    axes.set_xlabel("Epoch")
    axes.set_ylabel(_axis_label_of_the_article(table))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axes.legend(loc="lower right" if table.higher_is_better else "upper right", ncols=1 + len(axes.lines) // 30)
    for i, line in enumerate(Ruler().wrapped(plain(" ".join(_notes_below(table, axis))), 8, 9.4)):
        put(figure, 0.3, 0.75 - i * 8 * LINE / 72, line, size=8, color="#b0b0b0", va="top")
    return figure


def _draw_lines(axes: Axes, result: ExperimentResult, table: LearningCurves, axis: YAxis) -> None:
    """A line per candidate, in Matplotlib's colours by its place in the experiment, so that all figures agree."""
    place = {label: i for i, label in enumerate(dict.fromkeys(c.label for c in result.candidates))}
    cycle = len(mpl.rcParams["axes.prop_cycle"])
    for n, facet in enumerate(table.facets):
        for curve in facet.curves:
            turn, color = divmod(place[curve.label], cycle)
            name = f"{curve.label}, {facet.title}" if len(table.facets) > 1 else curve.label
            _draw_article_line(axes, curve, name, f"C{color}", DASHES[(n + turn) % len(DASHES)], axis)


def _draw_article_line(axes: Axes, curve: Curve, name: str, color: str, dashes: object, axis: YAxis) -> None:
    """With a cross where a seed diverged."""
    note = fate(curve)
    mean = broken(curve.mean) if axis.log else list(curve.mean)
    text = shortened(plain(name), 60) + (f" ({note})" if note else "")
    axes.plot(
        curve.epochs,
        mean,
        color=color,
        linestyle=dashes,
        marker="o",
        markevery=lonely(mean),
        label=_legend_name(text),
    )
    if axis.log:
        zeros(axes, curve.epochs, curve.mean, axis.low, color)
    lowest = axis.low if axis.log else -math.inf
    for epoch in curve.marks() if curve.epochs else ():
        height = max(curve.mean[epoch - 1], lowest)
        axes.plot([epoch], [height], "x", color=color, markersize=10, label="_cross")


def _legend_name(text: str) -> str:
    """Matplotlib leaves a label that begins with `_` out of a legend."""
    return f" {text}" if text.startswith("_") else text


def _axis_label_of_the_article(table: LearningCurves) -> str:
    data = "Training"
    if table.metric.startswith(VALIDATION):
        data = "Test" if table.validation_is_test else "Validation"
    quantity = table.kind.error_in_words.title() if table.is_error_rate else table.kind.in_short.capitalize()
    return f"{data} {quantity}"


def _notes_below(table: LearningCurves, axis: YAxis) -> list[str]:
    notes = curve_caption(table, axis, only_lines=True)
    setting = table.facets[0].title if len(table.facets) == 1 else ""
    if setting:
        notes = [f"{setting[0].upper()}{setting[1:]}.", *notes]
    return [table.kind.note, *notes] if table.kind.note else notes
