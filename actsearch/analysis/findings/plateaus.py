"""The epochs before anything is learned, in which the validation loss does not move."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from actsearch.core.tasks import Task
from actsearch.core.trial_results import TrialResult

FLAT_LOSS, FLAT_SHARE = 0.02, 0.05
"""A validation loss that stays within 2 % while the accuracy is within 0.05 of the first epoch's is on a plateau. Even
a slow training changes the loss by more than that from epoch to epoch at its beginning; the accuracy of a network that
guesses changes by a few hundredths when it guesses another class."""
UNCONVINCING = 0.6
"""A plateau is one only below this accuracy: above it, a network may simply have learned all in its first epoch."""


@dataclass(frozen=True)
class Plateau:
    """Epochs before anything is learned in which the validation loss does not move.

    `loss` and `value` (of the metric that decides) are medians, in its last epoch, over the `seeds` that are on it all
    the time.
    """

    first: int
    last: int
    loss: float
    value: float
    seeds: int = 1


def plateau_of(trials: Sequence[TrialResult], task: Task) -> Plateau | None:
    """Up to the epoch whose accuracy is the last that is still near the first one's, from where the loss is flat.

    None where the metric that decides is no share: nothing says then which of its values are those of guessing.
    """
    losses, shares = medians_by_epoch(trials, task.validated_loss), medians_by_epoch(trials, task.validated_by)
    if not task.decisive.is_share or not shares or not losses or shares[0] >= UNCONVINCING:
        return None
    unlearned = list(takewhile(lambda share: abs(share - shares[0]) <= FLAT_SHARE, shares))
    losses = losses[: len(unlearned)]
    flat = list(takewhile(lambda loss: abs(loss - losses[-1]) <= FLAT_LOSS * abs(losses[-1]), reversed(losses)))
    first, last = len(losses) - len(flat) + 1, len(losses)
    ends = [_end_on_plateau(trial, task, first, last) for trial in trials]
    staying = [end for end in ends if end is not None]
    if len(flat) < 2 or not staying:
        return None
    return Plateau(
        first=first,
        last=last,
        loss=statistics.median(loss for loss, _ in staying),
        value=statistics.median(share for _, share in staying),
        seeds=len(staying),
    )


def _end_on_plateau(trial: TrialResult, task: Task, first: int, last: int) -> tuple[float, float] | None:
    """Loss and share at the end of these epochs of a seed that stays where it is in them."""
    losses = medians_by_epoch([trial], task.validated_loss)[first - 1 : last]
    shares = medians_by_epoch([trial], task.validated_by)[first - 1 : last]
    if min(len(losses), len(shares)) <= last - first:
        return None
    is_flat = all(abs(loss - losses[-1]) <= FLAT_LOSS * abs(losses[-1]) for loss in losses)
    is_still = max(shares) - min(shares) <= 2 * FLAT_SHARE
    is_unlearned = max(shares) < UNCONVINCING + FLAT_SHARE
    return (losses[-1], shares[-1]) if is_flat and is_still and is_unlearned else None


def medians_by_epoch(trials: Sequence[TrialResult], metric: str) -> list[float]:
    """A metric by epoch, over the seeds that have it then, up to the first epoch in which none has."""
    rows = [trial.history.get(metric, ()) for trial in trials]
    medians: list[float] = []
    for epoch in range(max((trial.epochs_done for trial in trials), default=0)):
        there = [row[epoch] for row in rows if len(row) > epoch]
        values = [value for value in there if value is not None and math.isfinite(value)]
        if not values:
            break
        medians.append(statistics.median(values))
    return medians
