"""The labels right of a panel of learning curves: final value, name and fate of each curve, beside where it ends."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from actsearch.analysis.charts.axes import YAxis
from actsearch.analysis.charts.curves import Curve, Facet, LearningCurves
from actsearch.analysis.charts.pens import Pen
from actsearch.analysis.number_format import curve_value_text
from actsearch.core.words import short_names
from actsearch.figures.drawing import LINE, Ruler, edged
from actsearch.figures.frame import Margin, Page

NO_VALUE = "—"


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

    @property
    def weight(self) -> str:
        return "bold" if self.bold else "normal"


# --- what they say


def labels_of(
    table: LearningCurves, ruler: Ruler, size: float, width: float, beside: bool
) -> tuple[list[list[Label]], float, float]:
    """Per panel the labels from top to bottom, as long as `width` inches allow; the widths of values and names.

    `beside` their names stand notes, or else below.
    """
    names = list(dict.fromkeys(curve.label for curve in table.curves))
    for limit in (44, 36, 30, 25, 20, 16, 12):
        short = short_names(names, limit)
        columns = [_labels_of_panel(facet, table, short, beside) for facet in table.facets]
        labels = list(itertools.chain.from_iterable(columns))
        values = max(ruler.width(label.value, size, label.weight) for label in labels) + 0.7 * size / 72
        widest = max(ruler.width(label.name, size, label.weight) for label in labels)
        if values + widest <= width:
            break
    notes = max(ruler.width(label.note, size) for label in labels)
    return columns, values, max(widest, notes - values)


def _labels_of_panel(facet: Facet, table: LearningCurves, names: Mapping[str, str], beside: bool) -> list[Label]:
    """Those that reach the last epoch in the order of their ends, from above; then the others."""
    labels = [_label_of(curve, facet, table, names[curve.label], beside) for curve in facet.curves]
    ended = [label for label in labels if label.has_line]
    ended.sort(key=lambda label: -label.curve.mean[-1])
    return ended + [label for label in labels if not label.has_line]


def _label_of(curve: Curve, facet: Facet, table: LearningCurves, name: str, beside: bool) -> Label:
    best = table.best(facet.curves)
    has_end = curve.final is not None and not curve.cut_short
    value = curve_value_text(curve.mean[-1]) if has_end else NO_VALUE
    is_best = table.in_the_race(curve) and best is not None and value == curve_value_text(best)
    has_line = has_end and curve.epochs[-1] == table.last_epoch
    note = fate(curve)
    if beside and note:
        name, note = f"{name}, {note}", ""
    return Label(curve, value, name, note, is_best and len(facet.curves) > 1, has_line)


def fate(curve: Curve) -> str:
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


# --- where they stand


def put_labels(
    page: Page,
    axes: Axes,
    labels: Sequence[Label],
    axis: YAxis,
    table: LearningCurves,
    pens: Mapping[str, Pen],
    size: float,
    value_width: float,
    leader: float,
) -> None:
    """The column of labels right of a panel, each with a piece of its line, and leaders to the ends of the lines."""
    margin = Margin.of(page, axes, leader)
    ends = [_end_in_inches(page, axes, label.curve, axis, table) for label in labels if label.has_line]
    places = _places_of(labels, margin, [y for _, y in ends], size)
    for i, (label, y) in enumerate(zip(labels, places, strict=True)):
        pen = pens[label.curve.label]
        if label.has_line:
            margin.lead(*ends[i], y, color=pen.color, linewidth=0.6, alpha=0.8)
        if label.curve.epochs or label.curve.diverged:
            _put_swatch(margin, label, pen, y)
        _put_texts(margin, label, y, size, value_width)


def _places_of(labels: Sequence[Label], margin: Margin, ends: Sequence[float], size: float) -> list[float]:
    """How high each label stands: near the end of its line; without one, below all others."""
    gap = size * LINE / 72
    lines = [2 if label.note else 1 for label in labels]
    rest = sum(lines[len(ends) :])
    wanted = list(itertools.chain.from_iterable([y] * n for y, n in zip(ends, lines, strict=False)))
    above = margin.floor + gap * rest
    places = margin.spread(wanted, size, above)
    lowest = min([above, *places])
    places += [lowest - gap * (i + 1) for i in range(rest)]
    return [places[sum(lines[:i])] for i in range(len(labels))]


def _put_swatch(margin: Margin, label: Label, pen: Pen, y: float) -> None:
    mark: dict[str, Any] = {"marker": pen.marker, "markersize": 4.5, **edged(pen.color, margin.page.palette)}
    if label.curve.cut_short:
        mark |= {"marker": "x", "markersize": 6, "markeredgewidth": 1.8, "markeredgecolor": pen.color}
    margin.swatch(y, linestyle=pen.dashes, linewidth=2.4 if label.bold else 1.5, **mark)


def _put_texts(margin: Margin, label: Label, y: float, size: float, value_width: float) -> None:
    palette = margin.page.palette
    color = palette.ink if label.has_line else palette.faint
    left = margin.after_swatch
    for x, text in ((left, label.value), (left + value_width, label.name)):
        margin.page.put(x, y, text, size=size, weight=label.weight, color=color, gid="label")
    if label.note:
        margin.page.put(left, y - size * LINE / 72, label.note, size=size, color=palette.faint, gid="note")


def _end_in_inches(page: Page, axes: Axes, curve: Curve, axis: YAxis, table: LearningCurves) -> tuple[float, float]:
    """Where the end of a curve stands, from the figure's lower left corner."""
    y = min(max(curve.mean[-1], axis.low), axis.high)
    x, y = axes.transData.transform((table.last_epoch, y))
    return x / page.figure.dpi, y / page.figure.dpi
