"""The y axes of the figures of diagnostics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from actsearch.analysis import curves
from actsearch.analysis.layer_lines import UNTRAINED, Line, Panel
from actsearch.analysis.layer_quantities import (
    Quantity,
)

Scale = Literal["linear", "log", "symlog"]


WIDE = 20.0
"""Sizes are drawn on a logarithmic axis if the largest is more than so many times the smallest."""


LEAST_SHARE = 0.01
"""An axis of shares goes up to so much at the least: under it, differences are of no interest."""


NEARLY_ALL = 0.75
"""An axis of shares that are larger goes up to 100 %, so that one sees how much is left."""


BEYOND = 1000.0
"""A candidate of which a seed diverged is drawn up to so many times what others and untrained networks reach."""


@dataclass(frozen=True)
class Axis:
    """The y axis of a row; all its panels share it."""

    label: str
    low: float
    high: float
    scale: Scale
    is_share: bool = False
    domain: tuple[float, float] | None = None
    has_zeros: bool = False
    """A logarithmic axis has no 0; such values are drawn on its lower edge."""
    outside: tuple[str, ...] = ()
    """The titles of panels with a line beyond the ends of the axis."""


def _axis(quantity: Quantity, panels: Sequence[Panel], row: int) -> Axis:
    values = [(panel, _values_of(panel.rows[row])) for panel in panels]
    everything = [value for _, some in values for value in some]
    calm = [value for panel, some in values if panel.is_calm for value in some]
    if calm:
        calm += [value for panel in panels for line in panel.rows[row] for value in _untrained(line)]
    scale, low, high = _limits(quantity, [*_within(calm, everything, quantity), *(quantity.domain or ())])
    outside = tuple(panel.title for panel, some in values if any(v > high or v < min(low, 0) for v in some))
    has_zeros = scale == "log" and 0 in everything
    return Axis(quantity.label, low, high, scale, quantity.is_share, quantity.domain, has_zeros, outside)


def _values_of(lines: Sequence[Line]) -> list[float]:
    return [v for line in lines for row in (line.middle, line.low, line.high) for v in row if math.isfinite(v)]


def _untrained(line: Line) -> list[float]:
    """What comes before any training has not diverged, however large it is."""
    if line.label == UNTRAINED:
        return _values_of([line])
    return [value for value in line.high[:1] if line.x[0] == 0 and math.isfinite(value)]


def _within(calm: Sequence[float], everything: Sequence[float], quantity: Quantity) -> Sequence[float]:
    """The values that the axis has to hold: all, but for what is far beyond the candidates that did not diverge."""
    if not calm or quantity.is_share:
        return everything
    most = BEYOND * max(max(map(abs, calm)), *map(abs, quantity.domain or (0.0, 0.0)))
    return [min(max(value, -most), most) for value in everything]


def _limits(quantity: Quantity, values: Sequence[float]) -> tuple[Scale, float, float]:
    least, most = min(values, default=0.0), max(values, default=1.0)
    if quantity.is_share:
        high = max(1.06 * most, LEAST_SHARE, 1.02 if most > NEARLY_ALL else 0.0)
        return "linear", -0.02 * max(most, LEAST_SHARE), high
    if quantity.signed:
        return _signed(least, most)
    positive = [value for value in values if value > 0]
    if positive and most / min(positive) > WIDE:
        seen = curves.log_view([max(value, 0.0) for value in values])
        return "log", seen.low, seen.high
    return "linear", -0.02 * most, 1.06 * most or 1.0


def _signed(least: float, most: float) -> tuple[Scale, float, float]:
    if max(abs(least), abs(most)) > WIDE:
        return "symlog", min(2 * least, -1.0), max(2 * most, 1.0)
    pad = 0.06 * (most - least) or 0.05 * abs(most) or 0.5
    return "linear", least - pad, most + pad
