"""Fisher's exact sign-flip test of paired differences: a check of the t interval, without a normal distribution."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from actsearch.analysis.comparisons.standards import CONFIDENCE
from actsearch.analysis.statistics.arrays import Floats
from actsearch.analysis.statistics.intervals import one_value_per_seed, tail_probability

MOST_SIGN_FLIPS = 40
"""A sign-flip test of more differences is not computed: it needs 2**(n/2) sums, and t is as good by then."""


def sign_flip_p(d: npt.ArrayLike) -> float | None:
    """The exact two-sided p of d (n,) when each sign is as likely as the other: Fisher's, with no normal distribution.

    The share of the 2**n ways to set the signs in which the sum is at least as far from 0 as it is (Fisher, The Design
    of Experiments, 1935, section 21). No sampling: the sums of the two halves of d are listed, and pairs of them
    counted, by the way of Horowitz and Sahni, Computing partitions with applications to the knapsack problem, JACM 21
    (1974).

    Returns:
        None for more than `MOST_SIGN_FLIPS` differences.
    """
    d = one_value_per_seed(d, "differences")
    n = d.size
    if n > MOST_SIGN_FLIPS:
        return None
    # Sums that are equal but for rounding are equal: accuracies come in steps that are far wider than this.
    least = abs(float(d.sum())) - 1e-9 * float(np.abs(d).sum())
    if least <= 0:
        return 1.0
    left, right = _signed_sums(d[: n // 2]), np.sort(_signed_sums(d[n // 2 :]))
    as_far = int((right.size - np.searchsorted(right, least - left, side="left")).sum())
    return math.ldexp(as_far, 1 - n)  # twice: for each sum that far above 0 there is one below


def _signed_sums(d: Floats) -> Floats:
    """The sums of d (n,) with each of the 2**n ways to set the signs."""
    sums = np.zeros(1)
    for difference in d:
        sums = np.concatenate([sums - difference, sums + difference])
    return sums


def sign_flip_can_tell(n: int, *, family: int = 1, confidence: float = CONFIDENCE) -> bool:
    """Whether the smallest p that n differences other than 0 can have, 2 / 2**n, is below alpha / family."""
    return 2.0 ** (1 - n) < 2 * tail_probability(family, confidence)
