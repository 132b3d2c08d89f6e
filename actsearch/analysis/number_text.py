"""How numbers, shares and ranges are written for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def number(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}"


def share(value: float) -> str:
    """Percent with two digits: `34 %`, `0.12 %`."""
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.2g} %"


def _two_digits(value: float) -> str:
    if value >= 1e5 or not value:
        return f"{value:.1e}".replace(".0e", "e").replace("e+0", "e").replace("e+", "e") if value else "0"
    digits = 1 - math.floor(math.log10(value))
    return f"{round(value, digits):.{max(digits, 0)}f}".removesuffix(".0")


def epochs(first: int, last: int) -> str:
    """`epoch 3`; `epochs 1-3`."""
    return f"epoch {first}" if first == last else f"epochs {first}-{last}"


def looked_at(known: Iterable[int]) -> str:
    """`epochs 1-4`; where there was no look at some of them, `the epochs looked at (5-10)`."""
    some = sorted(known)
    if len(some) == some[-1]:
        return epochs(some[0], some[-1])
    return f"the epochs looked at ({some[0]}-{some[-1]})" if some[1:] else f"the only epoch looked at ({some[0]})"


def span(values: Sequence[float]) -> str:
    """`0.25`; of values that differ `0.1 to 0.3`."""
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"
