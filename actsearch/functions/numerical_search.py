"""Searches on the graph of a function: largest value, limits, jumps, the last point where something holds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Function = Callable[[FloatArray], FloatArray]

NEAR = 10.0
"""Where pre-activations are: f is scaled by its largest slope on [-10, 10], and looked through for kinks there."""
STEP = 0.005
"""Between two of the points that are looked at."""


def value_at(f: Function, x: float) -> float:
    """f(x) of a single number."""
    return float(f(np.array([x], np.float64))[0])


def last_where(test: Callable[[FloatArray], NDArray[np.bool_]], inside: FloatArray, outside: FloatArray) -> FloatArray:
    """The last number from `inside`, where the test holds, to `outside`, where it does not, at which it still holds."""
    for _ in range(60):
        middle = (inside + outside) / 2
        holds = test(middle)
        inside, outside = np.where(holds, middle, inside), np.where(holds, outside, middle)
    return inside


def simplest_near(x: float, tolerance: float) -> float:
    """The number of fewest decimals as near as that: a kink found at 2.9999999999 is at 3."""
    for decimals in range(13):
        near = round(x, decimals) + 0.0
        if abs(near - x) <= tolerance:
            return near
    return x


def largest_value(f: Function, x: FloatArray) -> float:
    """The largest value of f at and between the points: the neighbourhood of the best is looked through ever closer."""
    y = f(x)
    best = int(np.nanargmax(y))
    low, high, value = x[max(best - 1, 0)], x[min(best + 1, len(x) - 1)], float(y[best])
    for _ in range(8):
        finer = np.linspace(low, high, 41)
        y = f(finer)
        best = int(np.nanargmax(y))
        low, high, value = finer[max(best - 1, 0)], finer[min(best + 1, 40)], max(value, float(y[best]))
    return value


def limit_at_infinity(f: Function, side: int) -> float:
    """The limit of f at infinity, which may be infinite; NaN if it has none, as a wave."""
    y = f(side * np.sqrt(10.0) ** np.arange(2, 13))
    if not np.all(np.isfinite(y)):
        first = int(np.argmax(~np.isfinite(y)))
        if not math.isnan(float(y[first])):
            return float(y[first])
        y = y[:first]
    if len(y) < 5:
        return math.nan
    steps = np.diff(y)[-4:]
    scale = max(1.0, abs(float(y[-1])))
    if abs(steps[-1]) <= 1e-12 * scale:
        return _round_off(float(y[-1]))
    ratios = steps[1:] / steps[:-1]
    if np.all((ratios > 0) & (ratios < 0.9)):  # a geometric row: what is still to come is its rest
        return _round_off(float(y[-1] + steps[-1] * ratios[-1] / (1 - ratios[-1])))
    return math.copysign(math.inf, steps[-1]) if np.all(ratios > 0) else math.nan


def _round_off(x: float) -> float:
    return simplest_near(x, 1e-10 * max(1.0, abs(x)))


def jumps(f: Function) -> tuple[float, ...]:
    """Where f jumps in [-10, 10].

    Intervals are halved, and the half with the larger change is kept, as long as there is one; what is continuous
    changes ever less.
    """
    n = round(NEAR / STEP)
    grid = np.arange(-n, n + 1, dtype=np.float64) * STEP
    y = f(grid)
    tolerance = 1e-6 * max(1.0, float(np.max(np.abs(y))))
    low: FloatArray = grid[:-1]
    high: FloatArray = grid[1:]
    left, right = y[:-1], y[1:]
    for _ in range(45):
        keep = np.abs(right - left) > tolerance
        low, high, left, right = low[keep], high[keep], left[keep], right[keep]
        middle = (low + high) / 2
        value = f(middle)
        first = np.abs(value - left) >= np.abs(right - value)
        low, high = np.where(first, low, middle), np.where(first, middle, high)
        left, right = np.where(first, left, value), np.where(first, value, right)
    places = ((low + high) / 2)[np.abs(right - left) > tolerance]
    return tuple(dict.fromkeys(simplest_near(x, 1e-11) for x in places.tolist()))
