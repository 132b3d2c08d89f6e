"""How long a run still takes: as a range, from the epochs that are measured, and no more exact than it is known."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from actsearch.cli.screens.numbers import duration
from actsearch.cli.screens.trial_rows import TrialRow

UNMEASURED_FACTORS = (0.7, 1.5)
"""What an epoch of a candidate not yet measured may cost: of the least and of the most that another one does."""
CERTAIN_FACTOR = 1.15
"""A range no wider than this factor is told as one number."""
TIME_UNITS = ((90, 1, "s"), (90 * 60, 60, "min"), (48 * 3600, 3600, "h"), (math.inf, 86400, "d"))
"""Of a range: seconds below which a unit is used, its seconds, its name."""


class EpochSeconds:
    """The mean seconds of an epoch, by candidate."""

    def __init__(self) -> None:
        self._epochs: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}

    def add(self, candidate: str, seconds: float) -> None:
        self._epochs[candidate] += 1
        self._seconds[candidate] = self._seconds.get(candidate, 0.0) + seconds

    def means(self) -> dict[str, float]:
        return {candidate: seconds / self._epochs[candidate] for candidate, seconds in self._seconds.items()}


def epochs_left(rows: Iterable[TrialRow]) -> list[tuple[str, float]]:
    """Candidate and epochs left of each trial that has not ended, in the order in which they are taken."""
    order = {"running": 0, "interrupted": 1, "waiting": 1, "restarting": 2}
    left = sorted((row for row in rows if not row.has_ended), key=lambda row: order[row.status])
    return [(row.name, row.epochs - row.done) for row in left]


def time_left(left: Sequence[tuple[str, float]], seconds: Mapping[str, float], jobs: int) -> tuple[float, float] | None:
    """Seconds until the last trial ends: at least, and at most. None before anything is measured.

    Args:
        left: of each trial that has not ended, its candidate and its epochs left, in the order in which they are taken.
        seconds: the mean seconds of an epoch of those candidates that are measured.
        jobs: how many trials run at once. A free worker takes the next one, so that the last ones may run alone.
    """
    if not left:
        return 0.0, 0.0
    if not seconds:
        return None
    least, most = UNMEASURED_FACTORS[0] * min(seconds.values()), UNMEASURED_FACTORS[1] * max(seconds.values())

    def until_the_end(unmeasured: float) -> float:
        return _end_of_the_last([epochs * seconds.get(candidate, unmeasured) for candidate, epochs in left], jobs)

    low, high = sorted(map(until_the_end, (least, most)))
    return low, high


def _end_of_the_last(seconds: Sequence[float], jobs: int) -> float:
    """When the last task ends, if each goes in its turn to the first worker that is free."""
    free = [0.0] * min(max(jobs, 1), len(seconds))
    for task in seconds:
        heapq.heapreplace(free, free[0] + task)
    return max(free)


def time_left_text(seconds: tuple[float, float] | None) -> str:
    """`measuring`, `12 to 20 min left`, `about 12 min left`: no more exact than it is known."""
    if seconds is None:
        return "measuring"
    low, high = seconds
    if high == 0:
        return ""
    if high <= CERTAIN_FACTOR * low or high < 1:
        middle = (low + high) / 2
        return f"about {duration(middle if middle < 90 * 60 else 300 * round(middle / 300))} left"
    size, unit = next((size, unit) for below, size, unit in TIME_UNITS if high < below)
    least, most = math.floor(low / size), math.ceil(high / size)
    return f"{least} to {most} {unit} left" if least else f"up to {most} {unit} left"
