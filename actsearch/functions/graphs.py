"""The graphs of functions as points, and how far their axes go: numbers alone, to be drawn anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from actsearch.functions.catalogue import Entry

Array = NDArray[np.float64]


def half_width(entries: Sequence[Entry]) -> float:
    """The axes go from minus this to this: 4, or as far as shows the kinks."""
    kinks = [abs(kink) for entry in entries for kink in entry.properties.kinks]
    return min(10.0, max(4.0, math.ceil(1.25 * max(kinks, default=0.0))))


def pieces(f: Callable[[Array], Array], breaks: Sequence[float], half: float) -> list[tuple[Array, Array]]:
    """The points of f's graph, from one place where it or its derivative jumps to the next, both ends included.

    At a jump a piece ends at the value that f nears, so that no line joins the two.
    """
    inner = [x for x in breaks if -half < x < half]
    found = []
    for low, high in zip([-half, *inner], [*inner, half], strict=True):
        x = np.linspace(low, high, max(2, round(400 * (high - low) / half) + 1))
        near = x.copy()
        near[0] += 1e-9 * (low in inner)
        near[-1] -= 1e-9 * (high in inner)
        found.append((x, np.asarray(f(near), np.float64)))
    return found


def limits(
    entries: Sequence[Entry], lines: Mapping[str, list[tuple[Array, Array]]], which: Which, half: float
) -> tuple[float, float]:
    """Of the y axis: whatever the lines need; where there are several, none goes beyond what it takes to see the rest.

    f is shown as far as the identity goes, f' as far as those go whose derivative is bounded.
    """
    y = np.concatenate([values for one in lines.values() for _, values in one])
    low, high = float(np.min(y)), float(np.max(y))
    if len(entries) > 1:
        bounded = [entry.label for entry in entries if math.isfinite(entry.properties.lipschitz)]
        sizes = [float(np.max(np.abs(values))) for label in bounded for _, values in lines[label]]
        most = half if which == "f" else max([1.0, *sizes])
        low, high = max(low, -most), min(high, most)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    low, high = min(low, 0.0), max(high, 0.0)
    room = 0.05 * (high - low)
    return low - room, high + room


Which = Literal["f", "f'"]
