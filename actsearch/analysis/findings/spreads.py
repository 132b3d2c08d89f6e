"""A number over the seeds: its median, the least and the greatest of them, and how it is written."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actsearch.analysis.number_format import share_text, two_digits
from actsearch.core.sentences import findings


@dataclass(frozen=True)
class Spread:
    """A number's median over the seeds that have it, and the least and the greatest of them."""

    median: float
    low: float
    high: float
    n: int = 1

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values), len(values))

    def text(self, write: Callable[[float], str]) -> str:
        """`0.3`; where seeds differ, `0.3 (0.2 to 0.4)`."""
        low, high = write(self.low), write(self.high)
        return write(self.median) + (f" ({low} to {high})" if low != high else "")


def factor_text(spread: Spread) -> str:
    """`1/210 (1/300 to 1/9)`, `0.64 (0.08 to 2)`, `12`, `1.2e7`: its range is written as the median is."""
    return spread.text(_as_part if _is_small_part(spread) else two_digits)


def multiple_text(spread: Spread) -> str:
    """`1/210 of`, `12 (8 to 15) times`: to be followed by what it is a part or a multiple of."""
    return f"{factor_text(spread)} {'of' if _is_small_part(spread) else 'times'}"


def share_of_norm_text(update: Spread) -> str:
    """`17 % of their norm`, `3.2 times their norm`."""
    if update.median < 1:
        return findings.OF_THEIR_NORM(share=update.text(share_text))
    return findings.TIMES_THEIR_NORM(factor=factor_text(update))


def _is_small_part(spread: Spread) -> bool:
    return 0 < spread.median <= 0.1


def _as_part(ratio: float) -> str:
    """`1/210`; as a number where it is no part of 1."""
    return f"1/{two_digits(1 / ratio)}" if 0 < ratio < 1 else two_digits(ratio)
