"""The axes of charts: ticks, limits, and labels that keep apart. Numbers alone, for figures and page alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

MOST_POWERS = 8
"""So many powers of ten can be told on an axis; of more, every second, third, ..."""


def epoch_ticks(last: int, most: int) -> list[int]:
    """Whole epochs from 1, about `most` of them."""
    if last <= most:
        return list(range(1, last + 1))
    steps = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    step = next(step for step in steps if last / step <= most)
    return [1, *range(step, last + 1, step)]


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers within the limits: powers of ten, with 2 and 5, or plain steps, as the span asks for."""
    if high / low < 6:
        ticks = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        return [float(tick) for tick in ticks if low <= tick <= high and tick > 0]
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if high / low < 2000 else (1,)
    powers = range(first, last + 1, max(1, math.ceil((last - first) / MOST_POWERS)))
    return [t for p in powers for f in factors if low <= (t := float(f"{f}e{p}")) <= high]


def tick_names(ticks: Sequence[float]) -> Callable[[float, Any], str]:
    """How the ticks of an axis are written, all in one notation; for Matplotlib's `FuncFormatter`."""
    sizes = [abs(tick) for tick in ticks if tick]
    if sizes and (min(sizes) < 1e-4 or max(sizes) >= 1e6):
        return lambda value, _: f"{value:.0e}" if value and float(f"{value:.0e}") == value else f"{value:.3g}"
    return lambda value, _: f"{value:.6g}"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near those wanted (which fall), at least `gap` apart, between `low` and `high` if there is room at all.

    Least squares, by pooling neighbours that would overlap: each pool stands around the mean of what it wants.
    """
    pools: list[tuple[float, int]] = []  # the place of a pool's centre, and how many stand in it
    for y in wanted:
        pools.append((min(max(y, low), high), 1))
        while len(pools) > 1 and pools[-2][0] - pools[-1][0] < gap * (pools[-2][1] + pools[-1][1]) / 2:
            (lower, m), (upper, n) = pools.pop(), pools.pop()
            half = gap * (m + n - 1) / 2
            centre = (upper * n + lower * m) / (m + n)
            pools.append((max(min(centre, high - half), low + half), m + n))
    return [centre + gap * ((n - 1) / 2 - i) for centre, n in pools for i in range(n)]


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    found = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [0.0 if abs(t) < 1e-12 else float(t) for t in found if low <= t <= high]
