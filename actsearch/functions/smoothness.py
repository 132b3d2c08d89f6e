"""How many continuous derivatives a function has: found by comparing it with polynomials on short intervals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from actsearch.functions.numerical_search import (
    FloatArray,
    Function,
)

HIGHEST = 4
"""A function without a jump in its first so many derivatives counts as infinitely smooth."""
NODES = 10
"""Of the polynomials that f' is compared with: a function with all derivatives is one on a short interval."""
WIDEST = 0.1
HALVINGS = 12
SHORTEST = WIDEST / 2**HALVINGS
"""Of the intervals on which that is done."""
ROUGH = 3e-12
"""How far from a polynomial rounding errors alone don't bring a function."""


def continuous_derivatives(gradient: Function) -> float:
    """How many continuous derivatives f has whose derivative this is, if that is continuous itself.

    Infinite if no jump is found up to the fourth derivative.
    """
    return min((_order_at(gradient, *place) for place in _rough_places(gradient)), default=math.inf)


def _order_at(gradient: Function, low: float, high: float) -> float:
    """How many derivatives of f are the same from both sides of a short interval's middle."""
    sides = [_one_sided_derivatives(gradient, low, high, side) for side in (-1, 1)]
    if not all(sides):  # f' is like a square root there, or is only steep
        return 1 if high - low < 2 * SHORTEST else math.inf
    slope = 1e-3 * max(size for (_, size), *_ in sides)
    for order in range(1, HIGHEST):
        (left, left_size), (right, right_size) = (side[order] for side in sides)
        if abs(left - right) > 0.03 * max(left_size, right_size, slope):
            return order
    return math.inf


def _rough_places(f: Function) -> list[tuple[float, float]]:
    """Short intervals of [-10, 10] on which f is no polynomial: a derivative jumps there, or f is steep.

    They are halved as long as it shows in a half. The grid is odd: no round number lies between two of its intervals.
    """
    edges: FloatArray = np.arange(-100.37, 100.37) * WIDEST
    low, high = edges[:-1], edges[1:]
    rough = _misfit(f, low, high) > ROUGH
    low, high = low[rough], high[rough]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        left, right = _misfit(f, low, middle), _misfit(f, middle, high)
        seen = np.maximum(left, right) > ROUGH
        low, high = np.where(seen & (left < right), middle, low), np.where(seen & (left >= right), middle, high)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _misfit(f: Function, low: FloatArray, high: FloatArray) -> FloatArray:
    """How far f is from its interpolating polynomial on each interval, at the places between the nodes.

    As a share of f's size there; at a hundredth, where rounding begins to count.
    """
    nodes = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    between = np.cos(np.pi * np.arange(1, NODES) / NODES)
    basis = np.polynomial.chebyshev.chebvander
    interpolation = basis(between, NODES - 1) @ np.linalg.inv(basis(nodes, NODES - 1))
    centre, half = (low + high)[:, None] / 2, (high - low)[:, None] / 2
    values = f(centre + half * nodes)
    off = np.abs(values @ interpolation.T - f(centre + half * between)).max(axis=1, initial=0.0)
    share: FloatArray = np.nan_to_num(off / np.maximum(0.01, np.abs(values).max(axis=1, initial=0.0)), nan=np.inf)
    return share


def _one_sided_derivatives(f: Function, low: float, high: float, side: int) -> list[tuple[float, float]]:
    """f and its derivatives in the middle of an interval, as its left or right neighbourhood has them.

    Each with its largest size in that neighbourhood, on which a polynomial agrees with f; nothing if there is none.
    """
    begin = low if side < 0 else high
    for halvings in range(7):
        width = 0.4 * 0.5**halvings
        if width < 4 * (high - low):
            break
        ends = sorted([begin, begin + side * width])
        if float(_misfit(f, np.array(ends[:1]), np.array(ends[1:]))[0]) <= 1e-11:
            fit: Any = np.polynomial.Chebyshev.interpolate(f, NODES - 1, domain=ends)
            orders = [fit, *(fit.deriv(k) for k in range(1, HIGHEST))]
            near = np.linspace(ends[0], ends[1], 9)
            return [(float(order((low + high) / 2)), float(np.max(np.abs(order(near))))) for order in orders]
    return []
