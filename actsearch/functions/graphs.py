"""The graphs of functions as points, and how far their axes go: numbers alone, to be drawn anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from actsearch.functions.catalogue import Entry
from actsearch.functions.numerical_search import FloatArray

Piece: TypeAlias = tuple[FloatArray, FloatArray]
"""The x and y of a graph's points, from one jump to the next."""
Which = Literal["f", "f'"]


def half_width(entries: Sequence[Entry]) -> float:
    """The axes go from minus this to this: 4, or as far as shows the kinks."""
    farthest = max((_farthest_kink(entry) for entry in entries), default=0.0)
    return min(10.0, max(4.0, math.ceil(1.25 * farthest)))


def _farthest_kink(entry: Entry) -> float:
    return max(map(abs, entry.properties.kinks), default=0.0)


def pieces(f: Callable[[FloatArray], FloatArray], breaks: Sequence[float], half: float) -> list[Piece]:
    """The points of f's graph, from one place where it or its derivative jumps to the next, both ends included.

    At a jump a piece ends at the value that f nears, so that no line joins the two.
    """
    inner = [x for x in breaks if -half < x < half]
    parts = []
    for low, high in zip([-half, *inner], [*inner, half], strict=True):
        x = np.linspace(low, high, max(2, round(400 * (high - low) / half) + 1))
        near = x.copy()
        near[0] += 1e-9 * (low in inner)
        near[-1] -= 1e-9 * (high in inner)
        parts.append((x, np.asarray(f(near), np.float64)))
    return parts


def y_limits(
    entries: Sequence[Entry], lines: Mapping[str, list[Piece]], which: Which, half: float
) -> tuple[float, float]:
    """Of the y axis: whatever the lines need; where there are several, none goes beyond what it takes to see the rest.

    f is shown as far as the identity goes, f' as far as those go whose derivative is bounded.
    """
    values = {label: np.concatenate([y for _, y in line]) for label, line in lines.items()}
    low = min(float(np.min(y)) for y in values.values())
    high = max(float(np.max(y)) for y in values.values())
    if len(entries) > 1:
        bounded = [entry.label for entry in entries if math.isfinite(entry.properties.lipschitz)]
        sizes = [float(np.max(np.abs(values[label]))) for label in bounded]
        most = half if which == "f" else max([1.0, *sizes])
        low, high = max(low, -most), min(high, most)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    low, high = min(low, 0.0), max(high, 0.0)
    room = 0.05 * (high - low)
    return low - room, high + room
