"""Targets of a metric: how they are rounded, and which epoch reaches one first."""

from __future__ import annotations

import math

from actsearch.core.measures import Measure
from actsearch.core.trial_results import TrialResult


def digits_of_target(distance: float, measure: Measure) -> int:
    """How many digits after the point a target has: three of a share; of others, so that three digits count.

    `distance` is that of the target to 0, not 0 itself.
    """
    return 3 if measure.kind.is_share else 2 - math.floor(math.log10(distance))


def first_epoch_reaching(trial: TrialResult, target: float, measure: Measure) -> int | None:
    """The first epoch (from 1) whose value is not worse than the target; None where no epoch's is."""
    for epoch, value in enumerate(trial.history.get(measure.history or "", ()), 1):
        if value is not None and not measure.better(target, value):
            return epoch
    return None
