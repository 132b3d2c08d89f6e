"""The axes of charts: limits, ticks, what is cut off, and labels that keep apart. Numbers alone, for figures and page.

The page's script chooses an axis anew when a reader hides a curve. It follows this module function by function, in
`report/page_files/axes.js`, and `tests/report/test_axes_script.py` holds that the two agree. So powers of ten are read
from decimals, and what is nearly whole counts as whole: both languages then give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

from actsearch.core.metrics import Metric

ALL_SHOWN = 5.0
"""Everything is shown if that takes at most so many times the room of the last quarter of the epochs."""
ROOM_BEYOND = 2.5
"""Otherwise the axis goes on beyond that last quarter by so many times its room."""
WORTH_A_CUT = 1.5
"""Nothing is cut off that would make the axis less than so many times longer."""
MOST_STEPS = 6
"""A linear axis has so many steps at most."""
STEPS, FINE_STEPS = (1, 2, 5), (1, 2, 2.5, 5)
"""Times a power of ten: from one tick of a linear axis to the next, and on a short logarithmic one."""
MOST_POWERS = 8
"""So many powers of ten can be told on an axis; of more, every second, third, ..."""
SHORT_LOG, FULL_LOG = 6, 2000
"""Below the first ratio of its ends a logarithmic axis has even ticks; up to the second one, also 2 and 5."""
NEARLY = 1e-9
"""What is so near to a whole number, of steps or of powers of ten, counts as that."""

Range = tuple[float, float]
"""The least and the greatest of some values."""


# --- y axes


@dataclass(frozen=True)
class Extent:
    """What curves ask of a linear y axis: the ranges of their values, with those of their bands."""

    everything: Range
    calm: Range | None
    """Of the epochs in which no seed is that diverges later."""
    late: Range | None
    """Of the last quarter of the calm ones."""
    rise: Range | None
    """Of the best curve, but for the first few of many epochs."""


@dataclass(frozen=True)
class YAxis:
    """A y axis, and what it leaves out: label to epochs (of any panel) with a part of the line or band outside."""

    low: float
    high: float
    ticks: tuple[float, ...] = ()
    log: bool = False
    has_zeros: bool = False
    """A logarithmic axis has no 0; such values are drawn on its lower edge."""
    below: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    above: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def range_of(values: Iterable[float]) -> Range | None:
    values = list(values)
    return (min(values), max(values)) if values else None


def union(ranges: Iterable[Range | None]) -> Range | None:
    """The range of all values together."""
    return range_of(chain.from_iterable(filter(None, ranges)))


def merged(extents: Sequence[Extent]) -> Extent | None:
    """What several curves ask together; None of none."""
    everything = union(extent.everything for extent in extents)
    if everything is None:
        return None
    calm, late, rise = (union(getattr(extent, name) for extent in extents) for name in ("calm", "late", "rise"))
    return Extent(everything, calm, late, rise)


def y_axis(extents: Sequence[Extent], metric: Metric) -> YAxis:
    """The linear axis on which the best curves can be told apart.

    It shows everything unless the first epochs would take most of the room. Then it ends a little beyond what the last
    quarter of the epochs and the rise of the best curve need. A curve or an epoch that is not calm has no say in that,
    so the end of every curve without a divergence is inside. `rise` is given for the best curves alone.
    """
    extent = merged(extents)
    if extent is None:
        return YAxis(0.0, 1.0, even_ticks(0.0, 1.0))
    least, most = extent.everything
    low, high = _limits(extent)
    # Room at both ends, but never an axis below 0 or visibly beyond the most that the metric can be.
    pad = 0.04 * (high - low) or max(0.05 * abs(high), 1e-3)
    bottom = low if low > least else max(low - pad, min(low, 0.0))
    top = high if high < most else high + pad
    if metric.most is not None and most <= metric.most:
        top = min(top, max(high, metric.most + 0.25 * pad))
    bottom, top = _to_ticks(bottom, top)
    return YAxis(bottom, top, even_ticks(bottom, top))


def _limits(extent: Extent) -> Range:
    """The calm curves say how finely to look at the least."""
    least, most = extent.everything
    calm, late = extent.calm or extent.everything, extent.late or extent.everything
    room = max(late[1] - late[0], (calm[1] - calm[0]) / 500, 2e-4 * abs(late[1]), 1e-9)
    if most - least <= ALL_SHOWN * room:
        return least, most
    rise = extent.rise or late
    low = min(late[0] - ROOM_BEYOND * room, rise[0])
    high = max(late[1] + ROOM_BEYOND * room, rise[1])
    step = power_of_ten(exponent(room)) / 2  # limits that a caption can print in few digits
    digits = 2 - exponent(step)
    low = max(least, rounded(math.floor(low / step) * step, digits))
    high = min(most, rounded(math.ceil(high / step) * step, digits))
    return (low, high) if most - least > WORTH_A_CUT * (high - low) else (least, most)


def _to_ticks(low: float, high: float) -> Range:
    """The axis with the next tick at either end if that is near: without a number above it a curve is hard to read."""
    step = tick_step(low, high)
    below, above = math.floor(low / step + NEARLY) * step, math.ceil(high / step - NEARLY) * step
    digits = 1 - exponent(step)
    return (
        rounded(below, digits) if NEARLY < low - below < step / 2 else low,
        rounded(above, digits) if NEARLY < above - high < step / 2 else high,
    )


def log_axis(values: Iterable[float]) -> YAxis:
    """A logarithmic axis for values of which none is below 0."""
    values = list(values)
    positive = range_of(value for value in values if value > 0)
    return log_axis_over(positive, has_zeros=bool(values) and min(values) <= 0)


def log_axis_over(positive: Range | None, has_zeros: bool) -> YAxis:
    """A logarithmic axis for values above 0, and maybe zeros."""
    low, high = (1e-6, 1.0) if has_zeros else (0.1, 1.0)
    if positive is not None:
        least, most = positive
        pad = max(1.1, (most / least) ** 0.04)
        low, high = least / (2 if has_zeros else pad), most * pad
    return YAxis(low, high, tuple(log_ticks(low, high)), log=True, has_zeros=has_zeros)


# --- ticks


def tick_step(low: float, high: float, factors: Sequence[float] = STEPS) -> float:
    """From one tick to the next: the least of these factors times a power of ten that makes at most six steps."""
    least = (high - low) / MOST_STEPS
    power = power_of_ten(exponent(least))
    return next(factor * power for factor in (*factors, 10) if factor * power >= least)


def even_ticks(low: float, high: float, factors: Sequence[float] = STEPS) -> tuple[float, ...]:
    """Multiples of a round number within the limits."""
    step = tick_step(low, high, factors)
    digits = 1 - exponent(step)
    first, last = math.ceil(low / step - NEARLY), math.floor(high / step + NEARLY)
    return tuple(rounded(i * step, digits) for i in range(first, last + 1))


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers within the limits: powers of ten, with 2 and 5, or plain steps, as the span asks for."""
    if high / low < SHORT_LOG:
        return [tick for tick in even_ticks(low, high, FINE_STEPS) if tick > 0]
    first, last = exponent(low), math.ceil(math.log10(high) - NEARLY)
    factors = (1, 2, 5) if high / low < FULL_LOG else (1,)
    powers = range(first, last + 1, max(1, math.ceil((last - first) / MOST_POWERS)))
    ticks = chain.from_iterable((float(f"{factor}e{power}") for factor in factors) for power in powers)
    return [tick for tick in ticks if low <= tick <= high]


def exponent(value: float) -> int:
    """The power of ten that a value above 0 has reached."""
    return math.floor(math.log10(value) + NEARLY)


def power_of_ten(power: int) -> float:
    return float(f"1e{power}")


def rounded(value: float, digits: int) -> float:
    return round(value, max(digits, 0))


def tick_text(value: float) -> str:
    """In four digits, as the page writes it: with an exponent only below a millionth."""
    text = f"{value:.4g}"
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(text), "f")
    return text.replace("e-0", "e-")


def epoch_ticks(last: int, most: int) -> list[int]:
    """Whole epochs from 1, about `most` of them."""
    if last <= most:
        return list(range(1, last + 1))
    steps = chain.from_iterable((10**power, 2 * 10**power, 5 * 10**power) for power in range(9))
    step = next(step for step in steps if last / step <= most)
    return [1, *range(step, last + 1, step)]


def tick_names(ticks: Sequence[float]) -> Callable[[float, Any], str]:
    """How the ticks of an axis are written, all in one notation; for Matplotlib's `FuncFormatter`."""
    sizes = [abs(tick) for tick in ticks if tick]
    if sizes and (min(sizes) < 1e-4 or max(sizes) >= 1e6):
        return lambda value, _: f"{value:.0e}" if value and float(f"{value:.0e}") == value else f"{value:.3g}"
    return lambda value, _: f"{value:.6g}"


# --- labels


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
    return list(chain.from_iterable(_within_pool(centre, n, gap) for centre, n in pools))


def _within_pool(centre: float, n: int, gap: float) -> list[float]:
    return [centre + gap * ((n - 1) / 2 - i) for i in range(n)]
