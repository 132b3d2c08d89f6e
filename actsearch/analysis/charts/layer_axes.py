"""The y axes of the figures of diagnostics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from actsearch.analysis.charts.axes import log_axis
from actsearch.analysis.charts.layer_lines import UNTRAINED, LayerLine, LayerPanel
from actsearch.analysis.charts.layer_quantities import LayerQuantity

AxisScale = Literal["linear", "log", "symlog"]
WIDE = 20.0
"""Sizes are drawn on a logarithmic axis if the largest is more than so many times the smallest."""
LEAST_SHARE = 0.01
"""An axis of shares goes up to so much at the least: under it, differences are of no interest."""
NEARLY_ALL = 0.75
"""An axis of shares that are larger goes up to 100 %, so that one sees how much is left."""
FAR_BEYOND = 1000.0
"""A candidate of which a seed diverged is drawn up to so many times what others and untrained networks reach."""


@dataclass(frozen=True)
class LayerAxis:
    """The y axis of a row; all its panels share it."""

    label: str
    low: float
    high: float
    scale: AxisScale
    is_share: bool = False
    domain: tuple[float, float] | None = None
    has_zeros: bool = False
    """A logarithmic axis has no 0; such values are drawn on its lower edge."""
    outside: tuple[str, ...] = ()
    """The titles of panels with a line beyond the ends of the axis."""


def layer_axis(quantity: LayerQuantity, panels: Sequence[LayerPanel], row: int) -> LayerAxis:
    """The axis of a row of the panels, on which those that did not diverge can be read."""
    by_panel = [_values_of_lines(panel.rows[row]) for panel in panels]
    values = list(chain.from_iterable(by_panel))
    within = _values_to_hold(values, _calm_values(panels, row), quantity)
    scale, low, high = _scale_and_limits(quantity, [*within, *(quantity.domain or ())])
    outside = [
        panel.title
        for panel, here in zip(panels, by_panel, strict=True)
        if any(value > high or value < min(low, 0) for value in here)
    ]
    return LayerAxis(
        label=quantity.label,
        low=low,
        high=high,
        scale=scale,
        is_share=quantity.is_share,
        domain=quantity.domain,
        has_zeros=scale == "log" and 0 in values,
        outside=tuple(outside),
    )


def _values_of_lines(lines: Sequence[LayerLine]) -> list[float]:
    values = chain.from_iterable((*line.middle, *line.low, *line.high) for line in lines)
    return [value for value in values if math.isfinite(value)]


def _calm_values(panels: Sequence[LayerPanel], row: int) -> list[float]:
    """Those of candidates of which no seed diverged, and those of all untrained networks; empty without such panels."""
    calm_lines = chain.from_iterable(panel.rows[row] for panel in panels if panel.is_calm)
    calm = _values_of_lines(list(calm_lines))
    if calm:
        for line in chain.from_iterable(panel.rows[row] for panel in panels):
            calm += _untrained_values(line)
    return calm


def _untrained_values(line: LayerLine) -> list[float]:
    """What comes before any training has not diverged, however large it is."""
    if line.label == UNTRAINED:
        return _values_of_lines([line])
    return [value for value in line.high[:1] if line.x[0] == 0 and math.isfinite(value)]


def _values_to_hold(values: Sequence[float], calm: Sequence[float], quantity: LayerQuantity) -> Sequence[float]:
    """The values that the axis has to hold: all, but for what is far beyond the candidates that did not diverge."""
    if not calm or quantity.is_share:
        return values
    most = FAR_BEYOND * max(max(map(abs, calm)), *map(abs, quantity.domain or (0.0, 0.0)))
    return [min(max(value, -most), most) for value in values]


def _scale_and_limits(quantity: LayerQuantity, values: Sequence[float]) -> tuple[AxisScale, float, float]:
    least, most = min(values, default=0.0), max(values, default=1.0)
    if quantity.is_share:
        high = max(1.06 * most, LEAST_SHARE, 1.02 if most > NEARLY_ALL else 0.0)
        return "linear", -0.02 * max(most, LEAST_SHARE), high
    if quantity.signed:
        return _signed_limits(least, most)
    positive = [value for value in values if value > 0]
    if positive and most / min(positive) > WIDE:
        seen = log_axis(max(value, 0.0) for value in values)
        return "log", seen.low, seen.high
    return "linear", -0.02 * most, 1.06 * most or 1.0


def _signed_limits(least: float, most: float) -> tuple[AxisScale, float, float]:
    if max(abs(least), abs(most)) > WIDE:
        return "symlog", min(2 * least, -1.0), max(2 * most, 1.0)
    pad = 0.06 * (most - least) or 0.05 * abs(most) or 0.5
    return "linear", least - pad, most + pad
