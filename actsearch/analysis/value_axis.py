"""The axis of values in a figure of a comparison: what it holds, and what it cuts off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FAR = 6.0
"""The worst values are cut off if all would take more than so many times the room of the others."""


FEW_POINTS = 5
"""So few are all shown."""


@dataclass(frozen=True)
class Span:
    """An axis, and on which of its sides values are cut off."""

    low: float
    high: float
    cut: Literal["low", "high"] | None = None

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def span(
    rows: Sequence[Sequence[float]],
    intervals: Sequence[tuple[float, float]] = (),
    *,
    higher_is_better: bool,
    always: Sequence[float] = (),
    far: float = FAR,
) -> Span:
    """The axis on which the better half of the points, at the least, can be told apart.

    It has all the points, unless the worst of them are far off: see `_kept`. Intervals that reach into it make it
    longer, but not more than thrice as long; they may be NaN. Values of `always` are never cut off.
    """
    points = _kept(rows, higher_is_better, always, far)
    inside = [*points, *always] or [0.0]
    low, high = min(inside), max(inside)
    room = high - low or 1e-3 * abs(high) or 1e-3
    ends = [end for one in intervals if one[0] <= high and one[1] >= low for end in one]
    low, high = max(min([low, *ends]), low - room), min(max([high, *ends]), high + room)
    pad = 0.05 * (high - low) or 0.05 * room
    low, high = low - pad, high + pad
    if all(low <= value <= high for row in rows for value in row):
        return Span(low, high)
    return Span(low, high, "low" if higher_is_better else "high")


def _kept(rows: Sequence[Sequence[float]], higher_is_better: bool, always: Sequence[float], far: float) -> list[float]:
    """The points that an axis has: all but those beyond the widest gap, if they make it more than `far` times longer.

    The gap is as wide as all that is kept: a spread without one is shown whole. And so again with what is left, down to
    half of the points, a few, and two of the rows.
    """
    points = sorted((value for row in rows for value in row), reverse=higher_is_better)
    least = max((len(points) + 1) // 2, FEW_POINTS)
    while True:
        whole = _reach(points, always) if points else 0.0
        gaps = {n: abs(points[n] - points[n - 1]) for n in range(least, len(points))
                if whole > far * _reach(points[:n], always)}  # fmt: skip
        cuts = sorted((n for n in gaps if gaps[n] >= _reach(points[:n], always)), key=lambda n: -gaps[n])
        wanted = 1 if always else min(2, len(rows))
        n = next((n for n in cuts if _rows_within(rows, points[0], points[n - 1]) >= wanted), None)
        if n is None:
            return points
        points = points[:n]


def _reach(points: Sequence[float], always: Sequence[float]) -> float:
    values = (points[0], points[-1], *always)
    return max(max(values) - min(values), 2e-4 * max(map(abs, values)))


def _rows_within(rows: Sequence[Sequence[float]], a: float, b: float) -> int:
    return sum(any(min(a, b) <= value <= max(a, b) for value in row) for row in rows)
