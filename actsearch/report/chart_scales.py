"""Values to places in the charts of the page, and the SVG elements that all of them have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape
from matplotlib.ticker import MaxNLocator

from actsearch.core.words import plain


@dataclass(frozen=True)
class ChartScale:
    """Values to places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    kind: str = "linear"
    goes_on: bool = False
    """What lies beyond stands beyond, for charts that are cut at their frame; else on the edge."""

    def __call__(self, value: float) -> float:
        low, high, value = (_bent(number, self.kind) for number in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        if not self.goes_on:
            share = min(max(share, 0.0), 1.0)
        return self.start + min(max(share, -1000.0), 1000.0) * (self.end - self.start)


def _bent(value: float, kind: str) -> float:
    if kind == "log":
        return math.log10(max(value, 1e-300))
    if kind == "symlog":
        return value if abs(value) <= 1 else math.copysign(1 + math.log10(abs(value)), value)
    return value


def line_path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def band_path(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    return f"{line_path([*upper, *reversed(lower)])}Z"


def text_element(x: float | str, y: float, text: str, anchor: str = "middle", css: str = "tick") -> str:
    return f'<text class="{css}" x="{x}" y="{y:.1f}" text-anchor="{anchor}">{escape(plain(text))}</text>'


def value_ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers within the limits of an axis of values, about `most` of them."""
    values = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [0.0 if abs(value) < 1e-12 else float(value) for value in values if low <= value <= high]
