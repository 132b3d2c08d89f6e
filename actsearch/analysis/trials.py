"""The trials of several candidates, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from actsearch.core.trial_results import TrialResult


class HasTrials(Protocol):
    """A candidate, or a contender of a comparison."""

    @property
    def trials(self) -> tuple[TrialResult, ...]: ...


def trials_of_all(candidates: Iterable[HasTrials]) -> list[TrialResult]:
    """All trials of these candidates or contenders."""
    trials: list[TrialResult] = []
    for candidate in candidates:
        trials.extend(candidate.trials)
    return trials
