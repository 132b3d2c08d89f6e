"""Deciding as trials come in, at looks that were fixed beforehand: who leaves, which pairs are settled. Pure.

The interval of every pair at every look has the confidence 1 - alpha / (P J), with P pairs at the start and J looks. By
the union bound (Bonferroni) all of them hold together with 1 - alpha, whatever is dropped, whenever one stops, and
however the contenders are correlated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from actsearch.analysis.comparisons.standards import CONFIDENCE, FEWEST_SEEDS
from actsearch.analysis.comparisons.verdicts import diverged_more_often, flattered_by_divergence, verdicts_of_intervals
from actsearch.analysis.statistics.intervals import PairwiseDifferences, pairwise_differences

Decision = Literal["better", "worse", "tied", "diverged more often", "not pursued", "undecided"]
"""Of a pair, the first against the second; all but the last settle it."""
WORSE, SETTLED, NONE_COMPLETED = "worse", "settled", "none completed"
"""Why a contender leaves: worse than one still in; all its pairs are settled; none of its trials completed."""


@dataclass(frozen=True)
class LookDecision:
    """What one look decided, of k contenders."""

    differences: PairwiseDifferences
    """By the trials up to this look; NaN for pairs of which one had left before."""
    decisions: np.ndarray
    """(k, k) texts, see `Decision`: what is decided so far, the row against the column."""
    stays: tuple[int, ...]
    """The contenders that go on; none where the study has ended."""
    leaves: Mapping[int, str] = field(default_factory=dict)
    """Those that left at this look, and why."""
    better: Mapping[int, int] = field(default_factory=dict)
    """Of those that are worse: than which, the one of the best mean."""


def decide(
    values: ArrayLike,
    *,
    family: int,
    looks: int,
    margin: float,
    confidence: float = CONFIDENCE,
    examples: int | None = None,
    before: LookDecision | None = None,
    higher_is_better: bool = True,
) -> LookDecision:
    """What a look decides.

    What an earlier look settled stays settled: its interval holds together with all later ones. A contender leaves when
    it is worse than one still in, when none of its trials completed, or when all its pairs with those still in are
    settled. Its other pairs are not pursued.

    Args:
        values: (k, n) by contender and seed, up to this look; NaN where a trial diverged. Rows of those that have left
            are not looked at.
        family: P, the number of pairs at the start.
        looks: J, how many there are in all.
        margin: within which a difference counts as none.
        confidence: with which all intervals of all looks hold.
        examples: see `intervals.mean_difference`.
        before: the look before this one.
        higher_is_better: whether a higher value is the better one.
    """
    x = np.array(values, float)
    k = len(x)
    here = np.zeros(k, bool)
    here[list(range(k)) if before is None else list(before.stays)] = True
    x[~here] = np.nan
    differences = pairwise_differences(x, family=family * looks, confidence=confidence, examples=examples)
    now = _decisions_of_intervals(differences, margin, np.isnan(x).sum(axis=1), x.shape[1], higher_is_better)
    pairs = _pairs_of(here)
    decisions = np.full((k, k), "undecided", dtype="<U20") if before is None else before.decisions.copy()
    open_pairs = pairs & (decisions == "undecided")
    decisions[open_pairs] = now[open_pairs]

    leaves, better = _beaten(x if higher_is_better else -x, here, decisions)
    here[list(leaves)] = False
    pairs_left = _pairs_of(here)
    decisions[pairs & ~pairs_left & (decisions == "undecided")] = "not pursued"
    is_settled = here & ~(pairs_left & (decisions == "undecided")).any(axis=1)
    leaves |= {int(i): SETTLED for i in np.flatnonzero(is_settled)}
    stays = tuple(int(i) for i in np.flatnonzero(here & ~is_settled))
    return LookDecision(differences, decisions, stays, leaves, better)


def _pairs_of(here: np.ndarray) -> np.ndarray:
    """(k, k): whether both of a pair are here, of k contenders."""
    pairs: np.ndarray = here[:, None] & here[None, :] & ~np.eye(len(here), dtype=bool)
    return pairs


def _beaten(x: np.ndarray, here: np.ndarray, decisions: np.ndarray) -> tuple[dict[int, str], dict[int, int]]:
    """Those that leave as they completed no trial or are worse than another, and than which. More of x is better."""
    leaves: dict[int, str] = {}
    better: dict[int, int] = {}
    completed = (~np.isnan(x)).sum(axis=1)
    means = np.nansum(x, axis=1) / np.maximum(completed, 1)
    pairs = _pairs_of(here)
    for i in map(int, np.flatnonzero(here)):
        beaten_by = np.flatnonzero(pairs[i] & (decisions[i] == "worse"))
        if not completed[i]:
            leaves[i] = NONE_COMPLETED
        elif len(beaten_by):
            leaves[i] = WORSE
            better[i] = int(beaten_by[np.argmax(means[beaten_by])])
    return leaves, better


def _decisions_of_intervals(
    differences: PairwiseDifferences, margin: float, diverged: np.ndarray, seeds: int, higher_is_better: bool
) -> np.ndarray:
    """(k, k) texts: what these intervals say, the row against the column (`verdicts_of_intervals`).

    One that diverged more often is neither better nor tied, whatever the seeds say that both completed.
    """
    texts = verdicts_of_intervals(differences.low, differences.high, margin, higher_is_better).astype("<U20")
    texts[differences.n < FEWEST_SEEDS] = "undecided"
    more = diverged_more_often(diverged, np.full(len(diverged), seeds))
    texts[flattered_by_divergence(texts, more)] = "diverged more often"
    return texts
