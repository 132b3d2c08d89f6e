"""A number over the seeds: its median, the least and the greatest of them, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from actsearch.analysis.number_text import _two_digits


@dataclass(frozen=True)
class Spread:
    """A number's median over the seeds that have it, and the least and the greatest of them."""

    median: float
    low: float
    high: float
    n: int = 1

    def said(self, how: Callable[[float], str]) -> str:
        """`0.3`; where seeds differ, `0.3 (0.2 to 0.4)`."""
        low, high = how(self.low), how(self.high)
        return how(self.median) + (f" ({low} to {high})" if low != high else "")


def factors(spread: Spread) -> str:
    """`1/210 (1/300 to 1/9)`, `0.64 (0.08 to 2)`, `12`, `1.2e7`: its range is written as the median is."""
    parts = 0 < spread.median <= 0.1
    return spread.said(lambda ratio: f"1/{_two_digits(1 / ratio)}" if parts and 0 < ratio < 1 else _two_digits(ratio))


def multiple(spread: Spread) -> str:
    """`1/210 of`, `12 (8 to 15) times`: to be followed by what it is a part or a multiple of."""
    return f"{factors(spread)} {'of' if 0 < spread.median <= 0.1 else 'times'}"
