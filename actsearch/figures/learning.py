"""Draws the learning curves of an experiment as files. Imports neither pyplot nor TensorFlow, SciPy or pydantic.

Figures are laid out in inches from measured text: every label and caption line gets its room first, the axes the rest.
Nothing here decides about numbers (see `curves`); what all figures share stands in `drawing`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from actsearch.analysis import curves
from actsearch.analysis.axes import epoch_ticks, log_ticks, spread, tick_names
from actsearch.analysis.curves import Curve, Facet, LearningCurves, View
from actsearch.analysis.pens import DASHES, LOOKS, Look, Pen, pens_of
from actsearch.core.results import ExperimentResult
from actsearch.core.words import plain, short_names, shortened
from actsearch.figures.drawing import (
    LINE,
    MARGIN,
    Format,
    Ruler,
    Style,
    broken,
    edged,
    lonely,
    put,
    save,
    settings,
    stroke,
    zeros,
)

# Inches.
WIDTH, PANEL_WIDTH, LEAST_AXES = 9.0, 3.9, 2.4
LEFT, BETWEEN, HEADER, TITLE, BELOW = 0.82, 0.1, 0.72, 0.28, 0.52
LEADER, SWATCH = 0.24, 0.34
NO_VALUE = "—"
CROSSES_NAMED = 6
"""In a panel with more curves that diverged, their crosses have no names."""


def draw(
    result: ExperimentResult,
    folder: Path,
    *,
    metrics: Sequence[str] = (),
    without: Collection[str] = (),
    style: Style = "light",
    format: Format = "png",
    log: bool = False,
) -> list[Path]:
    """Writes the figures of an experiment into `folder` and returns their paths.

    Without `metrics`, validation accuracy and loss: `accuracy.png` and `loss.png`. Where one candidate lies so far off
    that the others can't be told apart, a second figure leaves it out: `accuracy-without-sigmoid.png`. A file is
    written whole or not at all. Raises UserError for unknown metrics or names, if no epoch is finished, and if the
    folder can't be written.
    """
    paths = []
    with settings(style):
        for stem, figure in figures(result, metrics=metrics, without=without, style=style, log=log):
            path = folder / f"{stem}.{format}"
            save(figure, path, format)
            paths.append(path)
    return paths


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
        yield from _article_figures(result, asked, without, log)
        return
    tables = [
        (metric, curves.learning_curves(result, metric, without)) for metric in asked or ("val_accuracy", "val_loss")
    ]
    pens = pens_of(result, LOOKS[style])  # of the whole experiment: --without changes no colour
    for metric, table in tables:
        shown = _on_axis(table, log)
        far = curves.outlier(shown)
        yield stem(metric), _figure(shown, curves.view(shown, log), LOOKS[style], pens, far)
        if far is not None:  # what the article did for sigmoid: one figure with everything, and one to read
            rest = curves.leaving_out(shown, far)
            name = f"{stem(metric)}-without-{_for_a_file(far)}"
            yield name, _figure(rest, curves.view(rest, log), LOOKS[style], pens)


def _for_a_file(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", label)


def stem(metric: str) -> str:
    """A metric's file: validation is what one looks at, so `val_loss` is `loss`, and `loss` is `training_loss`."""
    return metric.removeprefix("val_") if metric.startswith("val_") else f"training_{metric}"


def _on_axis(table: LearningCurves, log: bool) -> LearningCurves:
    return curves.error_rates(table) if log and curves.is_accuracy(table.metric) else table


# --- the layout


@dataclass(frozen=True)
class Label:
    """What stands in the margin beside a curve."""

    curve: Curve
    value: str
    name: str
    """Apart from the value, beside which a right-to-left name would change places."""
    note: str
    """What became of the curve, in a line of its own; beside the name where there is room, and then empty here."""
    bold: bool
    has_line: bool
    """A leader goes to it; without one, the curve ended early or has no epoch."""


def _figure(
    table: LearningCurves, seen: View, look: Look, pens: Mapping[str, Pen], apart_without: str | None = None
) -> Figure:
    """`apart_without` is the label that another figure leaves out; the caption points there."""
    ruler = Ruler()
    n = len(table.facets)
    columns = n if n <= 3 else 2 if n == 4 else 3
    rows = -(-n // columns)
    most = max(len(facet.curves) for facet in table.facets)
    width = WIDTH if columns == 1 else LEFT + columns * PANEL_WIDTH
    panel = width - LEFT if columns == 1 else PANEL_WIDTH
    size = (8.5 if columns == 1 else 7.5) if most <= 12 else 7.0
    labels, value_width, name_width = _labels(table, ruler, size, 0.42 * panel, beside=columns == 1)
    room = LEADER + SWATCH + value_width + name_width + MARGIN
    if columns > 1:
        panel = max(panel, LEAST_AXES + room + BETWEEN)
        width = LEFT + columns * panel
    axes_width = panel - room - (BETWEEN if columns > 1 else 0)
    most = max(len(one) + sum(bool(label.note) for label in one) for one in labels)
    axes_height = max(3.6 if rows == 1 and columns == 1 else 2.5, most * size * LINE / 72)
    foot = ruler.wrapped(
        plain(" ".join(curves.caption(table, seen, apart_without=apart_without))), 7.5, width - 2 * MARGIN
    )
    title = TITLE if n > 1 else 0.0
    bottom = len(foot) * 7.5 * LINE / 72 + 2 * MARGIN
    height = HEADER + rows * (title + axes_height + BELOW) + bottom
    figure = Figure(figsize=(width, height), dpi=150, facecolor=look.paper)
    _heading(figure, table, ruler, look)
    for i, facet in enumerate(table.facets):
        row, column = divmod(i, columns)
        left = LEFT + column * panel
        floor = height - HEADER - (row + 1) * (title + axes_height) - row * BELOW
        axes = figure.add_axes((left / width, floor / height, axes_width / width, axes_height / height))
        _axes(axes, table, seen, look, first_column=column == 0)
        if facet.title and n > 1:
            _panel_title(figure, left, floor + axes_height + 0.09, facet, table, ruler, panel - BETWEEN, look)
        _curves(axes, facet, seen, table, pens, look)
        _names_of_crosses(axes, facet, seen, table, look, ruler, axes_width)
        _margin(figure, axes, labels[i], seen, table, pens, look, size, value_width)
    for i, line in enumerate(foot):
        put(figure, MARGIN, bottom - MARGIN - i * 7.5 * LINE / 72, line, size=7.5, color=look.faint, va="top")
    return figure


def _heading(figure: Figure, table: LearningCurves, ruler: Ruler, look: Look) -> None:
    width, height = figure.get_size_inches()
    words = {"val": "test" if table.validation_is_test else "validation"}.get(table.metric.split("_")[0], "training")
    title = f"{words.capitalize()} {_quantity(table)} by epoch"
    put(figure, MARGIN, height - 0.2, title, size=13, weight="bold", color=look.ink, va="top")
    point = table.facets[0].title if len(table.facets) == 1 else ""
    name = ruler.fitting(plain(f"{table.experiment}{point and ', '}{point}"), 9, width - 2 * MARGIN)
    put(figure, MARGIN, height - 0.43, name, size=9, color=look.faint, va="top")


def _quantity(table: LearningCurves) -> str:
    words = table.metric.removeprefix("val_").replace("_", " ")
    return words.replace("accuracy", "error rate") if table.is_error_rate else words


def axis_label(table: LearningCurves) -> str:
    """What the y axis says: which quantity, of which data, and what those are used for."""
    if not table.metric.startswith("val_"):
        return f"training {_quantity(table)}"
    if table.validation_is_test:
        return f"test {_quantity(table)} (used as validation)"
    return f"validation {_quantity(table)} (held-out)"


def _panel_title(
    figure: Figure, x: float, y: float, facet: Facet, table: LearningCurves, ruler: Ruler, width: float, look: Look
) -> None:
    best = table.best(facet.curves)
    weight = "bold" if best is not None and best == table.best(table.curves) else "normal"
    put(figure, x, y, ruler.fitting(plain(facet.title), 9, width, weight), size=9, weight=weight, color=look.ink)


# --- one panel


def _axes(axes: Axes, table: LearningCurves, seen: View, look: Look, first_column: bool) -> None:
    last = table.last_epoch
    axes.set_facecolor(look.paper)
    if seen.log:
        axes.set_yscale("log")
        _log_ticks(axes, seen)
    else:
        axes.yaxis.set_major_locator(MaxNLocator(curves.TICKS, steps=[1, 2, 5, 10]))
        axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.set_xlim((0.5, 1.5) if last == 1 else (1 - 0.02 * (last - 1), last + 0.012 * (last - 1)))
    axes.set_ylim(seen.low, seen.high)
    axes.xaxis.set_major_locator(FixedLocator(epoch_ticks(last, 10 if axes.get_position().width > 0.4 else 6)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.grid(axis="y", color=look.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(look.faint)
    axes.tick_params(colors=look.faint, labelsize=8, labelleft=first_column)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("epoch", size=8.5, color=look.ink)
    if first_column:
        axes.set_ylabel(axis_label(table), size=8.5, color=look.ink)


def _log_ticks(axes: Axes, seen: View) -> None:
    ticks = log_ticks(seen.low, seen.high)
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(tick_names(ticks)))
    axes.yaxis.set_minor_locator(NullLocator())


def _curves(axes: Axes, facet: Facet, seen: View, table: LearningCurves, pens: Mapping[str, Pen], look: Look) -> None:
    best = table.best(facet.curves)
    for order, curve in enumerate(facet.curves):
        pen = pens[curve.label]
        leads = table.in_the_race(curve) and curve.final == best and len(facet.curves) > 1
        if curve.epochs:
            _line(axes, curve, pen, look, order, seen, 2.4 if leads else 1.5, zorder=4 if leads else 3)
        _crosses(axes, curve, pen, seen, table, look)


def _line(axes: Axes, curve: Curve, pen: Pen, look: Look, order: int, seen: View, width: float, zorder: float) -> None:
    """The mean, thinner where seeds are missing; the band; a few markers, so that colours are not needed."""
    low, high = (_within_log(row, seen) for row in (curve.low, curve.high))
    mean = broken(curve.mean) if seen.log else list(curve.mean)
    if seen.log:
        zeros(axes, curve.epochs, curve.mean, seen.low, pen.color)
    if curve.seeds[0] > 1:
        band = axes.fill_between(curve.epochs, low, high, color=pen.color, alpha=0.14, linewidth=0, zorder=2)
        if len(curve.epochs) == 1:
            band.remove()
            axes.vlines(1, low, high, color=pen.color, alpha=0.35, linewidth=4, zorder=2)
    whole = sum(n == curve.seeds[0] for n in curve.seeds)
    style: dict[str, Any] = {"linestyle": pen.dashes, "zorder": zorder, **edged(pen.color, look)}
    axes.plot(
        curve.epochs[:whole], mean[:whole], linewidth=width, marker=pen.marker, markersize=4.5,
        markevery=sorted({*_marked(whole, order), *lonely(mean[:whole])}), label=curve.label, **style,
    )  # fmt: skip
    if whole < len(curve.epochs):
        axes.plot(curve.epochs[whole - 1 :], mean[whole - 1 :], linewidth=0.8 * width / 1.5, alpha=0.75, **style)


def _marked(n: int, order: int) -> list[int]:
    """Which points get a marker: all of a few; of many about six, beginning elsewhere for each curve; the last one."""
    if n <= 12:
        return list(range(n))
    step = n // 6
    return [*range((order * step // 6 + step // 2) % step, n - step // 3, step), n - 1]


def _crosses(axes: Axes, curve: Curve, pen: Pen, seen: View, table: LearningCurves, look: Look) -> None:
    """A cross at the last finite epoch of every seed that diverged; on the axis' edge if that lies outside."""
    for epoch in curve.marks():
        y = _height(curve, epoch, seen, table)
        for color, width, size in ((look.paper, 4.5, 10), (pen.color, 2.2, 8)):
            axes.plot(
                [epoch], [y], linestyle="none", marker="x", markersize=size, markeredgewidth=width, color=color,
                clip_on=False, zorder=6, label="_cross",
            )  # fmt: skip


def _height(curve: Curve, epoch: int, seen: View, table: LearningCurves) -> float:
    """Of a cross; without any epoch, at the worse end of the axis."""
    y = curve.mean[epoch - 1] if curve.epochs else seen.low if table.higher_is_better else seen.high
    return min(max(y, seen.low), seen.high)


def _names_of_crosses(
    axes: Axes, facet: Facet, seen: View, table: LearningCurves, look: Look, ruler: Ruler, width: float
) -> None:
    """Whose the last cross of a curve is, since colours are shared, and one cross may hide another."""
    gone = [curve for curve in facet.curves if curve.diverged]
    if len(gone) > CROSSES_NAMED:
        return
    rows: dict[bool, list[list[tuple[float, float]]]] = {True: [], False: []}
    for curve in gone:
        epoch = curve.marks()[-1]
        height, text = _height(curve, epoch, seen, table), shortened(plain(curve.label), 24)
        x, y = axes.transAxes.inverted().transform(axes.transData.transform((epoch, height)))
        room = ruler.width(text, 6.5)
        left = max(0.0, min(x * width - 0.05, width - room))
        taken = rows[down := bool(y > 0.5)]
        row = next((i for i, r in enumerate(taken) if all(left > b or left + room < a for a, b in r)), len(taken))
        taken[row:] = [[*(taken[row] if row < len(taken) else []), (left, left + room + 0.08)], *taken[row + 1 :]]
        axes.annotate(
            text, (left / width, y), xycoords="axes fraction", xytext=(0, (-1 if down else 1) * (8 + 8.5 * row)),
            textcoords="offset points", size=6.5, color=look.faint, va="top" if down else "bottom", zorder=7,
            path_effects=[withStroke(linewidth=2, foreground=look.paper)], gid="cross",
        )  # fmt: skip


def _within_log(row: Sequence[float], seen: View) -> list[float]:
    return [max(value, seen.low) for value in row] if seen.log else list(row)


# --- the margin


def _labels(
    table: LearningCurves, ruler: Ruler, size: float, width: float, beside: bool
) -> tuple[list[list[Label]], float, float]:
    """Per panel the labels from top to bottom, as long as `width` inches allow; the widths of values and names.

    `beside` their names stand notes, or else below.
    """
    names = list(dict.fromkeys(curve.label for curve in table.curves))
    for limit in (44, 36, 30, 25, 20, 16, 12):
        short = short_names(names, limit)
        labels = [_panel_labels(facet, table, short, beside) for facet in table.facets]
        values = max(ruler.width(one.value, size, _weight(one)) for panel in labels for one in panel) + 0.7 * size / 72
        widest = max(ruler.width(one.name, size, _weight(one)) for panel in labels for one in panel)
        if values + widest <= width:
            break
    notes = max(ruler.width(one.note, size) for panel in labels for one in panel)
    return labels, values, max(widest, notes - values)


def _panel_labels(facet: Facet, table: LearningCurves, names: Mapping[str, str], beside: bool) -> list[Label]:
    """Those that reach the last epoch in the order of their ends, from above; then the others."""
    best = table.best(facet.curves)
    labels = []
    for curve in facet.curves:
        value = curves.number(curve.final) if curve.final is not None and not curve.cut_short else NO_VALUE
        bold = table.in_the_race(curve) and best is not None and value == curves.number(best) and len(facet.curves) > 1
        has_line = curve.final is not None and not curve.cut_short and curve.epochs[-1] == table.last_epoch
        name, note = names[curve.label], _note(curve)
        if beside and note:
            name, note = f"{name}, {note}", ""
        labels.append(Label(curve, value, name, note, bold, has_line))
    return sorted(labels, key=lambda one: (not one.has_line, -(one.curve.final or 0.0) if one.has_line else 0.0))


def _note(curve: Curve) -> str:
    """What became of a curve that has no ordinary end."""
    if curve.cut_short and len(curve.diverged) == 1:
        return f"diverged in epoch {curve.diverged[0].epoch}"
    if curve.diverged:
        return f"{len(curve.diverged)} of {curve.n_seeds} seeds diverged"
    if not curve.epochs:
        return "failed" if curve.failed and not curve.unfinished else "not begun"
    if curve.epochs[-1] < curve.epochs_asked:
        return f"epoch {curve.epochs[-1]} of {curve.epochs_asked}"
    if curve.counted < curve.n_seeds:
        return f"{curve.counted} of {curve.n_seeds} seeds"
    return ""


def _weight(label: Label) -> str:
    return "bold" if label.bold else "normal"


def _margin(
    figure: Figure, axes: Axes, labels: Sequence[Label], seen: View, table: LearningCurves,
    pens: Mapping[str, Pen], look: Look, size: float, value_width: float,
) -> None:  # fmt: skip
    """The column of labels right of a panel, each with a piece of its line, and leaders to the ends of the lines."""
    width, height = figure.get_size_inches()
    box = axes.get_position()
    right, floor, top = box.x1 * width, box.y0 * height, box.y1 * height
    gap = size * LINE / 72
    ends = [_inches(figure, axes, one.curve, seen, table) for one in labels if one.has_line]
    lines = [2 if one.note else 1 for one in labels]
    rest = sum(lines[len(ends) :])
    wanted = [y for (_, y), n in zip(ends, lines, strict=False) for _ in range(n)]
    places = spread(wanted, gap, floor + gap * rest, top)
    lowest = min([floor + gap * rest, *places])
    places += [lowest - gap * (i + 1) for i in range(rest)]
    for i, label in enumerate(labels):
        pen, y = pens[label.curve.label], places[sum(lines[:i])]
        if label.has_line:
            xs, ys = [ends[i][0], right + 0.04, right + LEADER - 0.03], [ends[i][1], ends[i][1], y]
            stroke(figure, xs, ys, color=pen.color, linewidth=0.6, alpha=0.8)
        if label.curve.epochs or label.curve.diverged:
            xs = [right + LEADER, right + LEADER + SWATCH / 2, right + LEADER + SWATCH - 0.06]
            mark: dict[str, Any] = {"marker": pen.marker, "markersize": 4.5, **edged(pen.color, look)}
            if label.curve.cut_short:
                mark |= {"marker": "x", "markersize": 6, "markeredgewidth": 1.8, "markeredgecolor": pen.color}
            stroke(figure, xs, [y] * 3, linestyle=pen.dashes, linewidth=2.4 if label.bold else 1.5, markevery=[1],
                   **mark)  # fmt: skip
        color = look.ink if label.has_line else look.faint
        left = right + LEADER + SWATCH
        how: dict[str, Any] = {"size": size, "va": "center_baseline", "gid": "label"}
        for x, text in ((left, label.value), (left + value_width, label.name)):
            put(figure, x, y, text, weight=_weight(label), color=color, **how)
        if label.note:
            put(figure, left, y - gap, label.note, color=look.faint, **how | {"gid": "note"})


def _inches(figure: Figure, axes: Axes, curve: Curve, seen: View, table: LearningCurves) -> tuple[float, float]:
    """Where the end of a curve stands, from the figure's lower left corner."""
    y = min(max(curve.mean[-1], seen.low), seen.high)
    x, y = axes.transData.transform((table.last_epoch, y))
    return x / figure.dpi, y / figure.dpi


# --- the article's figures


def _article_figures(
    result: ExperimentResult, asked: Collection[str], without: Collection[str], log: bool
) -> Iterator[tuple[str, Figure]]:
    """As the article drew them: everything, and everything without sigmoid, whose first epochs hide the rest."""
    known = curves.metrics(result)
    binary = result.loss == "binary_crossentropy" and "val_binary_accuracy" in known
    chosen = (
        [(metric, stem(metric)) for metric in asked]
        if asked
        else [("val_binary_accuracy" if binary else "val_accuracy", "accuracy"), ("val_loss", "loss")]
    )
    tables = [(name, curves.learning_curves(result, metric, without)) for metric, name in chosen]
    for name, table in tables:
        shown = _on_axis(table, log)
        yield name, _article_figure(result, shown, log)
        if {curve.activation for curve in shown.curves} > {"sigmoid"}:
            rest = _on_axis(curves.learning_curves(result, table.metric, {*without, "sigmoid"}), log)
            yield f"{name}-without-sigmoid", _article_figure(result, rest, log)


def _article_figure(result: ExperimentResult, table: LearningCurves, log: bool) -> Figure:
    quantity = "accuracy" if curves.is_accuracy(table.metric) else table.metric.removeprefix("val_")
    figure = Figure(figsize=(10, 10))
    axes = figure.add_axes((0.11, 0.13, 0.85, 0.81))
    seen = curves.view(table, log=True) if log else View(0.0, 1.0)  # a linear axis is Matplotlib's: it shows all
    if log:  # before the lines: with none above 0 there would be nothing to scale
        axes.set_yscale("log")
        axes.set_ylim(seen.low, seen.high)
        _log_ticks(axes, seen)
    else:
        axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    _article_lines(axes, result, table, seen)
    axes.set_title(f"Model {quantity}")
    axes.set_xlabel("Epoch")
    axes.set_ylabel(_article_axis(table))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axes.legend(loc="lower right" if table.higher_is_better else "upper right", ncols=1 + len(axes.lines) // 30)
    for i, line in enumerate(Ruler().wrapped(plain(" ".join(_article_notes(table, seen))), 8, 9.4)):
        put(figure, 0.3, 0.75 - i * 8 * LINE / 72, line, size=8, color="#b0b0b0", va="top")
    return figure


def _article_lines(axes: Axes, result: ExperimentResult, table: LearningCurves, seen: View) -> None:
    """A line per candidate, in Matplotlib's colours by its place in the experiment, so that both figures agree."""
    place = {label: i for i, label in enumerate(dict.fromkeys(c.label for c in result.candidates))}
    cycle = len(mpl.rcParams["axes.prop_cycle"])
    for n, facet in enumerate(table.facets):
        for curve in facet.curves:
            i = place[curve.label]
            name = f"{curve.label}, {facet.title}" if len(table.facets) > 1 else curve.label
            note = _note(curve)
            mean = broken(curve.mean) if seen.log else list(curve.mean)
            text = shortened(plain(name), 60) + (f" ({note})" if note else "")
            axes.plot(
                curve.epochs,
                mean,
                color=f"C{i % cycle}",
                linestyle=DASHES[(n + i // cycle) % len(DASHES)],
                marker="o",
                markevery=lonely(mean),
                label=_legend_name(text),
            )
            if seen.log:
                zeros(axes, curve.epochs, curve.mean, seen.low, f"C{i % cycle}")
            for epoch in curve.marks() if curve.epochs else ():
                axes.plot(
                    [epoch],
                    [max(curve.mean[epoch - 1], seen.low if seen.log else -math.inf)],
                    "x",
                    color=f"C{i % cycle}",
                    markersize=10,
                    label="_cross",
                )


def _legend_name(text: str) -> str:
    """Matplotlib leaves a label that begins with `_` out of a legend."""
    return f" {text}" if text.startswith("_") else text


def _article_axis(table: LearningCurves) -> str:
    data = "Training"
    if table.metric.startswith("val_"):
        data = "Test" if table.validation_is_test else "Validation"
    quantity = "Accuracy" if curves.is_accuracy(table.metric) else table.metric.removeprefix("val_").capitalize()
    return f"{data} {'Error Rate' if table.is_error_rate else quantity}"


def _article_notes(table: LearningCurves, seen: View) -> list[str]:
    notes: list[str] = []
    if table.metric.endswith("binary_accuracy"):
        notes = [
            "Accuracy here is Keras's binary_accuracy, over the outputs one by one, as in the article (Keras 2.2); "
            "it is far above the share of images classified right."
        ]
    point = table.facets[0].title if len(table.facets) == 1 else ""
    return [
        *notes,
        *([f"{point[0].upper()}{point[1:]}."] if point else []),
        *curves.caption(table, seen, only_lines=True),
    ]
