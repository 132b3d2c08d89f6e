"""The median of a few measurements with a 95 % interval, for the tables that the benchmarks print."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def median_with_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """The median, and the two order statistics that hold the true one with at least that confidence.

    From the binomial distribution, so it needs no assumption on how the values are distributed. With fewer than six
    values no two of them suffice, and the smallest and the largest are given.
    """
    ordered, n = sorted(values), len(values)
    k = 0
    while k + 1 < n / 2 and 2 * sum(math.comb(n, i) for i in range(k + 2)) / 2**n <= 1 - confidence:
        k += 1
    return statistics.median(ordered), ordered[k], ordered[n - 1 - k]
