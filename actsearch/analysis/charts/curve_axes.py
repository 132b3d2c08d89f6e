"""Which y axis learning curves get: what each of them asks for, and which epochs lie outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from actsearch.analysis.charts.axes import Extent, Range, YAxis, log_axis, range_of, y_axis
from actsearch.analysis.charts.curves import Curve, LearningCurves


def curve_axis(curves: LearningCurves, log: bool = False) -> YAxis:
    """The y axis that all panels share, and what lies outside of it."""
    drawn = curves.drawn
    if log:
        return log_axis(chain.from_iterable((*curve.low, *curve.high) for curve in drawn))
    best = curves.best(drawn)
    leaders = [curve for curve in drawn if curves.in_the_race(curve) and curve.final == best]
    axis = y_axis([_asked(curve, curve in leaders) for curve in drawn], curves.kind)
    below, above = (_epochs_outside(drawn, *gap) for gap in ((-math.inf, axis.low), (axis.high, math.inf)))
    return replace(axis, below=below, above=above)


def _asked(curve: Curve, leads: bool) -> Extent:
    """What a curve asks for beside the others: only the best should be seen to rise."""
    return extent_of(curve) if leads else replace(extent_of(curve), rise=None)


def extent_of(curve: Curve) -> Extent:
    """What a curve with at least one epoch asks for, if it is the best."""
    quarter, few = max(1, len(curve.epochs) // 4), len(curve.epochs) // 15
    low, high = _calm(curve, curve.low), _calm(curve, curve.high)
    return Extent(
        everything=_range(curve.low, curve.high),
        calm=range_of([*low, *high]),
        late=range_of([*low[-quarter:], *high[-quarter:]]),
        rise=range_of([*curve.low[few:], *curve.high[few:]]),
    )


def _range(low: Sequence[float], high: Sequence[float]) -> Range:
    values = [*low, *high]
    return min(values), max(values)


def _calm(curve: Curve, row: Sequence[float]) -> list[float]:
    """The values of the epochs without a seed that diverges later: its last ones may be anything."""
    if curve.cut_short:
        return []
    return [value for value, seeds in zip(row, curve.seeds, strict=True) if seeds == curve.seeds[-1]]


def _epochs_outside(drawn: Sequence[Curve], low: float, high: float) -> dict[str, tuple[int, ...]]:
    """Label to the epochs in which the line or its band has a value between `low` and `high`, ends excluded."""
    outside: dict[str, set[int]] = {}
    for curve in drawn:
        for epoch, least, most in zip(curve.epochs, curve.low, curve.high, strict=True):
            if low < least < high or low < most < high:
                outside.setdefault(curve.label, set()).add(epoch)
    return {label: tuple(sorted(epochs)) for label, epochs in outside.items()}
