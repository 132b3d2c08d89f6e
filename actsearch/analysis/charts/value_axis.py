"""The axis of values in a figure of a comparison: what it holds, and what it cuts off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

FAR_OFF = 6.0
"""The worst values are cut off if all would take more than so many times the room of the others."""
FEW_VALUES = 5
"""So few are all shown."""


@dataclass(frozen=True)
class Span:
    """An axis, and on which of its sides values are cut off."""

    low: float
    high: float
    cut: Literal["low", "high"] | None = None

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def edge(self) -> float:
        """The end at which values are cut off."""
        return self.low if self.cut == "low" else self.high


def value_span(
    rows: Sequence[Sequence[float]],
    intervals: Sequence[tuple[float, float]] = (),
    *,
    higher_is_better: bool,
    always: Sequence[float] = (),
    far: float = FAR_OFF,
) -> Span:
    """The axis on which the better half of the points, at the least, can be told apart.

    It has all the points, unless the worst of them are far off: see `_points_kept`. Intervals that reach into it make
    it longer, but not more than thrice as long; they may be NaN. Values of `always` are never cut off.
    """
    inside = [*_points_kept(rows, higher_is_better, always, far), *always] or [0.0]
    low, high = min(inside), max(inside)
    room = high - low or 1e-3 * abs(high) or 1e-3
    ends = list(chain.from_iterable(interval for interval in intervals if interval[0] <= high and interval[1] >= low))
    low, high = max(min([low, *ends]), low - room), min(max([high, *ends]), high + room)
    pad = 0.05 * (high - low) or 0.05 * room
    low, high = low - pad, high + pad
    if all(low <= value <= high for value in chain.from_iterable(rows)):
        return Span(low, high)
    return Span(low, high, "low" if higher_is_better else "high")


def _points_kept(
    rows: Sequence[Sequence[float]], higher_is_better: bool, always: Sequence[float], far: float
) -> list[float]:
    """The points that an axis has: all but those beyond the widest gap, if they make it more than `far` times longer.

    The gap is as wide as all that is kept: a spread without one is shown whole. And so again with what is left, down to
    half of the points, a few, and two of the rows.
    """
    points = sorted(chain.from_iterable(rows), reverse=higher_is_better)
    fewest = max((len(points) + 1) // 2, FEW_VALUES)
    fewest_rows = 1 if always else min(2, len(rows))
    while True:
        cuts = _places_to_cut(points, fewest, always, far)
        n = next((n for n in cuts if _rows_within(rows, points[0], points[n - 1]) >= fewest_rows), None)
        if n is None:
            return points
        points = points[:n]


def _places_to_cut(points: Sequence[float], fewest: int, always: Sequence[float], far: float) -> list[int]:
    """How many of the points may be kept, the widest gap first."""
    if not points:
        return []
    whole = _length_of_axis(points, always)
    gaps: dict[int, float] = {}
    for n in range(fewest, len(points)):
        length, gap = _length_of_axis(points[:n], always), abs(points[n] - points[n - 1])
        if whole > far * length and gap >= length:
            gaps[n] = gap
    return sorted(gaps, key=lambda n: -gaps[n])


def _length_of_axis(points: Sequence[float], always: Sequence[float]) -> float:
    values = (points[0], points[-1], *always)
    return max(max(values) - min(values), 2e-4 * max(map(abs, values)))


def _rows_within(rows: Sequence[Sequence[float]], a: float, b: float) -> int:
    """How many rows have a value between the two."""
    low, high = min(a, b), max(a, b)
    return sum(any(low <= value <= high for value in row) for row in rows)
