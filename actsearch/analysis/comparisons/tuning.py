"""What a setting is chosen by, and what looks are taken by: the validation metric that decides, after the last epoch.

The test set is for no choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from actsearch.core.tasks import Task
from actsearch.core.trial_results import TrialResult


def mean_of(results: Sequence[TrialResult], task: Task) -> float | None:
    """The mean of the metric after the last epoch, over the trials that completed; None where none did."""
    values = [value for value in (value_of(result, task) for result in results) if value is not None]
    return math.fsum(values) / len(values) if values else None


def value_of(result: TrialResult, task: Task) -> float | None:
    """The metric after the last epoch of a completed trial; None of any other."""
    history = result.history.get(task.validated_by, ())
    return history[-1] if result.status == "completed" and history else None
