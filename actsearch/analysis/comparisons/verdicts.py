"""What an interval says of two contenders: better, worse, tied or undecided; and who leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.statistics.arrays import Bools, Floats
from actsearch.analysis.statistics.intervals import PairwiseDifferences

Verdict = Literal["better", "worse", "tied", "undecided"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
OPPOSITES: Mapping[Verdict, Verdict] = {"better": "worse", "worse": "better", "tied": "tied", "undecided": "undecided"}
"""What a verdict on the first of two is on the second."""
TOO_FEW, DIVERGED_MORE = "too few seeds", "diverged more often"
"""Beside the verdicts, what a pair without one is."""


def verdict_of_interval(low: float, high: float, margin: float, higher_is_better: bool = True) -> Verdict:
    """What the interval of a difference (this one minus the other) says of this one.

    Within the margin it is *tied*, even if it excludes 0 (`is_smaller_but_real`); else beyond 0 *better* or *worse*;
    else *undecided*. That is the two one-sided tests of Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15
    (1987), at alpha / 2 each, read off the interval that the test of a difference is read off, too: so the two can't
    contradict each other (Goeman, Solari and Stijnen, Three-sided hypothesis testing, Statistics in Medicine 29,
    2010). With a positive margin more seeds always end it: as soon as the half-width is below margin / 2.

    An interval of NaN is undecided. With fewer than `standards.FEWEST_SEEDS` seeds do not ask.
    """
    if -margin < low and high < margin:
        return "tied"
    if low > 0:
        return "better" if higher_is_better else "worse"
    if high < 0:
        return "worse" if higher_is_better else "better"
    return "undecided"


def verdicts_of_intervals(
    low: Floats, high: Floats, margin: float, higher_is_better: bool = True
) -> npt.NDArray[np.str_]:
    """`verdict_of_interval` of arrays, all of one shape. An interval of NaN is undecided."""
    above, below = ("better", "worse") if higher_is_better else ("worse", "better")
    tied = (-margin < low) & (high < margin)
    return np.where(tied, "tied", np.where(low > 0, above, np.where(high < 0, below, "undecided")))


def decisions_on_pairs(
    differences: PairwiseDifferences, diverged_more: Bools, margin: float, higher_is_better: bool = True
) -> npt.NDArray[np.str_]:
    """(k, k) texts, the row against the column: a verdict, or why there is none (`TOO_FEW`, `DIVERGED_MORE`)."""
    decisions = verdicts_of_intervals(differences.low, differences.high, margin, higher_is_better).astype("<U20")
    decisions[differences.n < FEWEST_SEEDS] = TOO_FEW
    decisions[flattered_by_divergence(decisions, diverged_more)] = DIVERGED_MORE
    return decisions


def is_smaller_but_real(low: float, high: float, margin: float) -> bool:
    """Whether a difference is tied and yet not 0: it is real, and smaller than what matters."""
    return -margin < low and high < margin and (low > 0 or high < 0)


def leading_group(worse: npt.ArrayLike) -> tuple[int, ...]:
    """The contenders that are not worse than any other, in their order; inside the group there are no ranks.

    Args:
        worse: (k, k), [i, j] whether i is worse than j.

    Returns:
        Never nobody. Where all are worse than someone (a circle, which takes pairs over different seeds), those that
        nobody outside their own circle is better than.
    """
    worse = np.asarray(worse, dtype=bool)
    if worse.ndim != 2 or worse.shape[0] != worse.shape[1]:
        raise ValueError(f"a matrix of pairs is wanted; the shape is {worse.shape}")
    unbeaten = ~worse.any(axis=1)
    if not unbeaten.any():
        reach = worse.copy()
        for middle in range(len(reach)):  # Warshall's transitive closure
            reach |= reach[:, middle : middle + 1] & reach[middle]
        unbeaten = ~(reach & ~reach.T).any(axis=1)
    return tuple(int(i) for i in np.flatnonzero(unbeaten))


def diverged_more_often(diverged: npt.ArrayLike, ended: npt.ArrayLike) -> Bools:
    """(k, k): whether a larger share of i's trials diverged than of j's. i's other numbers are of its luckier seeds.

    Args:
        diverged: (k,), how many trials of each contender diverged,
        ended: (k,), of how many that did or completed.
    """
    d, n = np.asarray(diverged, dtype=np.int64), np.asarray(ended, dtype=np.int64)
    more: Bools = d[:, None] * n[None, :] > d[None, :] * n[:, None]
    return more


def flattered_by_divergence(verdicts: npt.NDArray[np.str_], diverged_more: Bools) -> Bools:
    """(k, k): where a contender that diverged more often would be better or tied, by the seeds that are left to it.

    Such a verdict says too much, as those seeds are its luckier ones.

    Args:
        verdicts: (k, k), the row against the column.
        diverged_more: see `diverged_more_often`.
    """
    tied = verdicts == "tied"
    row_is_flattered: Bools = diverged_more & (tied | (verdicts == "better"))
    column_is_flattered: Bools = diverged_more.T & (tied | (verdicts == "worse"))
    return row_is_flattered | column_is_flattered
