"""The epochs before anything is learned, in which the validation loss does not move."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from actsearch.core.results import TrialResult

FLAT_LOSS, FLAT_ACCURACY = 0.02, 0.05
"""A validation loss that stays within 2 % while the accuracy is within 0.05 of the first epoch's is on a plateau. Even
a slow training changes the loss by more than that from epoch to epoch at its beginning; the accuracy of a network that
guesses changes by a few hundredths when it guesses another class."""


UNCONVINCING = 0.6
"""A plateau is one only below this accuracy: above it, a network may simply have learned all in its first epoch."""


@dataclass(frozen=True)
class Plateau:
    """Epochs before anything is learned in which the validation loss does not move.

    `loss` and `accuracy` are medians, in its last epoch, over the `seeds` that are on it all the time.
    """

    first: int
    last: int
    loss: float
    accuracy: float
    seeds: int = 1


def medians(trials: Sequence[TrialResult], metric: str) -> list[float]:
    """A metric by epoch, over the seeds that have it then, up to the first epoch in which none has."""
    found: list[float] = []
    for epoch in range(max((trial.epochs_done for trial in trials), default=0)):
        rows = [row for trial in trials if len(row := trial.history.get(metric, ())) > epoch]
        values = [value for row in rows if (value := row[epoch]) is not None and math.isfinite(value)]
        if not values:
            break
        found.append(statistics.median(values))
    return found


def _plateau(trials: Sequence[TrialResult]) -> Plateau | None:
    """Up to the epoch whose accuracy is the last that is still near the first one's, from where the loss is flat."""
    losses, accuracies = medians(trials, "val_loss"), medians(trials, "val_accuracy")
    if not accuracies or not losses or accuracies[0] >= UNCONVINCING:
        return None
    both = list(zip(losses, accuracies, strict=False))
    unlearned = list(takewhile(lambda pair: abs(pair[1] - accuracies[0]) <= FLAT_ACCURACY, both))
    loss, accuracy = unlearned[-1]
    flat = list(takewhile(lambda pair: abs(pair[0] - loss) <= FLAT_LOSS * abs(loss), reversed(unlearned)))
    first, last = len(unlearned) - len(flat) + 1, len(unlearned)
    ends = [end for trial in trials if (end := _on_plateau(trial, first, last)) is not None]
    if len(flat) < 2 or not ends:
        return None
    loss, accuracy = (statistics.median(values) for values in zip(*ends, strict=True))
    return Plateau(first, last, loss, accuracy, len(ends))


def _on_plateau(trial: TrialResult, first: int, last: int) -> tuple[float, float] | None:
    """Loss and accuracy at the end of these epochs of a seed that stays where it is in them."""
    losses, accuracies = (medians([trial], metric)[first - 1 : last] for metric in ("val_loss", "val_accuracy"))
    if min(len(losses), len(accuracies)) <= last - first:
        return None
    flat = all(abs(loss - losses[-1]) <= FLAT_LOSS * abs(losses[-1]) for loss in losses)
    unlearned = (
        max(accuracies) - min(accuracies) <= 2 * FLAT_ACCURACY and max(accuracies) < UNCONVINCING + FLAT_ACCURACY
    )
    return (losses[-1], accuracies[-1]) if flat and unlearned else None
