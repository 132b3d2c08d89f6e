"""Draws the learning curves of an experiment as files. Imports neither pyplot nor TensorFlow, SciPy or pydantic.

Nothing here decides about numbers (see `analysis.curves`). What all figures share stands in `frame` and `drawing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from actsearch.analysis.charts import curves
from actsearch.analysis.charts.axes import MOST_STEPS, STEPS, YAxis, epoch_ticks
from actsearch.analysis.charts.curve_axes import curve_axis
from actsearch.analysis.charts.curve_captions import curve_caption
from actsearch.analysis.charts.curves import Curve, Facet, LearningCurves, as_drawn
from actsearch.analysis.charts.pens import Palette, Pen, pens_of
from actsearch.core.results import ExperimentResult
from actsearch.core.words import plain, shortened
from actsearch.figures import article_learning
from actsearch.figures.curve_labels import Label, labels_of, put_labels
from actsearch.figures.drawing import (
    LINE,
    FigureFormat,
    Ruler,
    Style,
    broken,
    cross,
    edged,
    file_stem,
    lonely,
    metric_stem,
    palette_of,
    save_figures,
    set_log_ticks,
    settings,
    zeros,
)
from actsearch.figures.frame import EDGE, LEFT, PANEL_TITLE, SWATCH, WIDTH, Heading, Page, Panels, columns_for

# Inches.
LEARNING_PANEL_WIDTH, LEAST_AXES, BETWEEN_LEARNING_PANELS, LEARNING_LEADER = 3.9, 2.4, 0.1, 0.24
CROSSES_NAMED = 6
"""In a panel with more curves that diverged, their crosses have no names."""


def draw(
    result: ExperimentResult,
    folder: Path,
    *,
    metrics: Sequence[str] = (),
    without: Collection[str] = (),
    style: Style = "light",
    format: FigureFormat = "png",
    log: bool = False,
) -> list[Path]:
    """Writes the figures of an experiment into `folder` and returns their paths.

    Without `metrics`, the validation metric that decides and the loss: `accuracy.png` and `loss.png`. Where one is so
    far off that the others can't be told apart, a second figure leaves it out: `accuracy-without-sigmoid.png`. A file
    is written whole or not at all. Raises UserError for unknown metrics or names, if no epoch is finished, and if the
    folder can't be written.
    """
    with settings(style):
        drawn = figures(result, metrics=metrics, without=without, style=style, log=log)
        return save_figures(drawn, folder, format)


def figures(
    result: ExperimentResult,
    *,
    metrics: Sequence[str] = (),
    without: Collection[str] = (),
    style: Style = "light",
    log: bool = False,
) -> Iterator[tuple[str, Figure]]:
    """The figures, each with its file's name without the ending; to be drawn within `settings(style)`."""
    asked = dict.fromkeys(metrics)
    if style == "article":
        yield from article_learning.figures_of_the_article(result, asked, without, log)
        return
    usual = (result.task.validated_by, result.task.validated_loss)
    tables = [(metric, curves.learning_curves(result, metric, without)) for metric in asked or usual]
    palette = palette_of(style)
    pens = pens_of(result, palette)  # of the whole experiment: --without changes no colour
    for metric, table in tables:
        shown = as_drawn(table, log)
        far = curves.outlier(shown)
        stem = metric_stem(metric)
        yield stem, _learning_figure(shown, curve_axis(shown, log), palette, pens, far)
        if far is not None:  # what the article did for sigmoid: one figure with everything, and one to read
            rest = curves.leaving_out(shown, far)
            name = f"{stem}-without-{file_stem(far)}"
            yield name, _learning_figure(rest, curve_axis(rest, log), palette, pens)


# --- the layout


@dataclass(frozen=True)
class _LearningLayout:
    """The panels of a figure, and the labels beside each of them."""

    panels: Panels
    labels: Sequence[Sequence[Label]]
    label_size: float
    """In points."""
    value_width: float

    @classmethod
    def of(cls, table: LearningCurves, ruler: Ruler) -> _LearningLayout:
        n = len(table.facets)
        columns = columns_for(n)
        is_single = columns == 1
        panel = WIDTH - LEFT if is_single else LEARNING_PANEL_WIDTH
        size = _label_size(table, is_single)
        labels, value_width, name_width = labels_of(table, ruler, size, 0.42 * panel, beside=is_single)
        room = LEARNING_LEADER + SWATCH + value_width + name_width + EDGE
        between = 0.0 if is_single else BETWEEN_LEARNING_PANELS
        if not is_single:
            panel = max(panel, LEAST_AXES + room + between)
        lines = max(len(column) + sum(bool(label.note) for label in column) for column in labels)
        axes_height = max(3.6 if n == 1 else 2.5, lines * size * LINE / 72)
        title = PANEL_TITLE if n > 1 else 0.0
        return cls(Panels(n, columns, panel, panel - room - between, axes_height, title), labels, size, value_width)


def _label_size(table: LearningCurves, is_single: bool) -> float:
    if max(len(facet.curves) for facet in table.facets) > 12:
        return 7.0
    return 8.5 if is_single else 7.5


def _learning_figure(
    table: LearningCurves, axis: YAxis, palette: Palette, pens: Mapping[str, Pen], apart_without: str | None = None
) -> Figure:
    """`apart_without` is the label that another figure leaves out; the caption points there."""
    ruler = Ruler()
    layout = _LearningLayout.of(table, ruler)
    panels = layout.panels
    caption = curve_caption(table, axis, apart_without=apart_without)
    page = Page.around(panels.height, panels.page_width, palette, ruler, _heading_of(table), caption)
    for i, facet in enumerate(table.facets):
        left, floor = panels.left(i), panels.floor(page, i)
        axes = page.axes(left, floor, panels.axes_width, panels.axes_height, tick_size=8)
        _set_axes_of_learning(axes, table, axis, palette, panels.is_leftmost(i))
        if facet.title and len(table.facets) > 1:
            _put_learning_panel_title(
                page, left, floor + panels.axes_height + 0.09, facet, table, panels.width - BETWEEN_LEARNING_PANELS
            )
        _draw_facet(axes, facet, axis, table, pens, palette)
        _name_crosses(axes, facet, axis, table, palette, ruler, panels.axes_width)
        put_labels(
            page, axes, layout.labels[i], axis, table, pens, layout.label_size, layout.value_width, LEARNING_LEADER
        )
    page.put_caption()
    return page.figure


def _heading_of(table: LearningCurves) -> Heading:
    words = {"val": "test" if table.validation_is_test else "validation"}.get(table.metric.split("_")[0], "training")
    setting = table.facets[0].title if len(table.facets) == 1 else ""
    subtitle = f"{table.experiment}, {setting}" if setting else table.experiment
    return Heading(f"{words.capitalize()} {_quantity(table)} by epoch", subtitle)


def _quantity(table: LearningCurves) -> str:
    return table.kind.error_in_words if table.is_error_rate else table.kind.with_unit


def axis_label(table: LearningCurves) -> str:
    """What the y axis says: which quantity, of which data, and what those are used for."""
    if not table.metric.startswith("val_"):
        return f"training {_quantity(table)}"
    if table.validation_is_test:
        return f"test {_quantity(table)} (used as validation)"
    return f"validation {_quantity(table)} (held-out)"


def _put_learning_panel_title(
    page: Page, x: float, y: float, facet: Facet, table: LearningCurves, width: float
) -> None:
    best = table.best(facet.curves)
    weight = "bold" if best is not None and best == table.best(table.curves) else "normal"
    text = page.ruler.fitting(plain(facet.title), 9, width, weight)
    page.put(x, y, text, size=9, weight=weight, va="baseline")


# --- one panel


def _set_axes_of_learning(axes: Axes, table: LearningCurves, axis: YAxis, palette: Palette, is_leftmost: bool) -> None:
    last = table.last_epoch
    if axis.log:
        axes.set_yscale("log")
        set_log_ticks(axes, axis.ticks)
    else:
        axes.yaxis.set_major_locator(MaxNLocator(MOST_STEPS, steps=[*STEPS, 10]))  # these are `axis.ticks`
        axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.set_xlim((0.5, 1.5) if last == 1 else (1 - 0.02 * (last - 1), last + 0.012 * (last - 1)))
    axes.set_ylim(axis.low, axis.high)
    axes.xaxis.set_major_locator(FixedLocator(epoch_ticks(last, 10 if axes.get_position().width > 0.4 else 6)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.grid(axis="y", color=palette.grid, linewidth=0.8)
    axes.tick_params(axis="y", length=0, labelleft=is_leftmost)
    axes.set_xlabel("epoch", size=8.5, color=palette.ink)
    if is_leftmost:
        axes.set_ylabel(axis_label(table), size=8.5, color=palette.ink)


def _draw_facet(
    axes: Axes, facet: Facet, axis: YAxis, table: LearningCurves, pens: Mapping[str, Pen], palette: Palette
) -> None:
    best = table.best(facet.curves)
    for order, curve in enumerate(facet.curves):
        pen = pens[curve.label]
        leads = table.in_the_race(curve) and curve.final == best and len(facet.curves) > 1
        if curve.epochs:
            _draw_curve(axes, curve, pen, palette, order, axis, leads)
        for epoch in curve.marks():
            cross(axes, epoch, _height_at(curve, epoch, axis, table), pen.color, palette, "large")


def _draw_curve(axes: Axes, curve: Curve, pen: Pen, palette: Palette, order: int, axis: YAxis, leads: bool) -> None:
    """The mean, thinner where seeds are missing; the band; a few markers, so that colours are not needed."""
    mean = broken(curve.mean) if axis.log else list(curve.mean)
    if axis.log:
        zeros(axes, curve.epochs, curve.mean, axis.low, pen.color)
    if curve.seeds[0] > 1:
        _draw_seed_band(axes, curve, pen, axis)
    whole = sum(n == curve.seeds[0] for n in curve.seeds)
    width, zorder = (2.4, 4) if leads else (1.5, 3)
    style: dict[str, Any] = {"linestyle": pen.dashes, "zorder": zorder, **edged(pen.color, palette)}
    axes.plot(
        curve.epochs[:whole],
        mean[:whole],
        linewidth=width,
        marker=pen.marker,
        markersize=4.5,
        markevery=sorted({*_marked(whole, order), *lonely(mean[:whole])}),
        label=curve.label,
        **style,
    )
    if whole < len(curve.epochs):
        axes.plot(curve.epochs[whole - 1 :], mean[whole - 1 :], linewidth=0.8 * width / 1.5, alpha=0.75, **style)


def _draw_seed_band(axes: Axes, curve: Curve, pen: Pen, axis: YAxis) -> None:
    """The range of the seeds."""
    low, high = ([max(value, axis.low) for value in row] if axis.log else list(row) for row in (curve.low, curve.high))
    if len(curve.epochs) == 1:
        axes.vlines(1, low, high, color=pen.color, alpha=0.35, linewidth=4, zorder=2)
    else:
        axes.fill_between(curve.epochs, low, high, color=pen.color, alpha=0.14, linewidth=0, zorder=2)


def _marked(n: int, order: int) -> list[int]:
    """Which points get a marker: all of a few; of many about six, beginning elsewhere for each curve; the last one."""
    if n <= 12:
        return list(range(n))
    step = n // 6
    return [*range((order * step // 6 + step // 2) % step, n - step // 3, step), n - 1]


def _height_at(curve: Curve, epoch: int, axis: YAxis, table: LearningCurves) -> float:
    """Of a cross, at most on the edge of the axis; without any epoch, at the worse end of it."""
    if not curve.epochs:
        return axis.low if table.higher_is_better else axis.high
    return min(max(curve.mean[epoch - 1], axis.low), axis.high)


def _name_crosses(
    axes: Axes, facet: Facet, axis: YAxis, table: LearningCurves, palette: Palette, ruler: Ruler, width: float
) -> None:
    """Whose the last cross of a curve is, since colours are shared, and one cross may hide another."""
    gone = [curve for curve in facet.curves if curve.diverged]
    if len(gone) > CROSSES_NAMED:
        return
    rows: dict[bool, list[list[tuple[float, float]]]] = {True: [], False: []}
    for curve in gone:
        epoch = curve.marks()[-1]
        height, text = _height_at(curve, epoch, axis, table), shortened(plain(curve.label), 24)
        x, y = axes.transAxes.inverted().transform(axes.transData.transform((epoch, height)))
        room = ruler.width(text, 6.5)
        left = max(0.0, min(x * width - 0.05, width - room))
        down = bool(y > 0.5)
        row = _free_row(rows[down], left, room)
        axes.annotate(
            text,
            (left / width, y),
            xycoords="axes fraction",
            xytext=(0, (-1 if down else 1) * (8 + 8.5 * row)),
            textcoords="offset points",
            size=6.5,
            color=palette.faint,
            va="top" if down else "bottom",
            zorder=7,
            path_effects=[withStroke(linewidth=2, foreground=palette.paper)],
            gid="cross",
        )


def _free_row(rows: list[list[tuple[float, float]]], left: float, room: float) -> int:
    """The first row in which a text meets no other one; it is taken from now on."""
    free = (i for i, row in enumerate(rows) if all(left > end or left + room < begin for begin, end in row))
    row = next(free, len(rows))
    if row == len(rows):
        rows.append([])
    rows[row].append((left, left + room + 0.08))
    return row
