"""What a setting is chosen by, and what looks are taken by: a metric after the last epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence

from actsearch.core.trial_results import TrialResult

METRIC = "val_accuracy"
"""What settings are chosen and looks taken by, after the last epoch: the test set is for no choice."""


def mean_of(results: Sequence[TrialResult]) -> float | None:
    """The mean of the metric after the last epoch, over the trials that completed; None where none did."""
    values = [value for value in map(value_of, results) if value is not None]
    return math.fsum(values) / len(values) if values else None


def value_of(result: TrialResult) -> float | None:
    """The metric after the last epoch of a completed trial; None of any other."""
    history = result.history.get(METRIC, ())
    return history[-1] if result.status == "completed" and history else None
