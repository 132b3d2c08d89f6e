"""How long trials take that several workers share."""

from __future__ import annotations

import heapq
import itertools
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from actsearch.networks.sizes import NETWORKS_KEPT
from actsearch.study.foreseen_stages import TrialPlaces
from actsearch.study.trial_costs import Cost, CostRange


class Seconds(NamedTuple):
    """A time as a range."""

    low: float
    high: float


LOADING_SECONDS = Seconds(4.0, 12.0)
"""Loading TensorFlow, once: the range that was seen."""


def total(
    stages: Sequence[Sequence[TrialPlaces]],
    costs: CostRange,
    jobs: int,
    loading: tuple[float, float] = LOADING_SECONDS,
) -> Seconds:
    """Seconds from a command to its end: each stage begins when the one before has ended.

    `stages` holds the choices of each trial that is left, see `makespan`; where there is none it takes no time.
    """
    if not any(stages):
        return Seconds(0.0, 0.0)
    low, high = (
        began + sum(makespan(choices, of, max(1, min(jobs, len(choices)))) for choices in stages if choices)
        for began, of in zip(loading, costs, strict=True)
    )
    return Seconds(low, high)


def makespan(choices: Sequence[TrialPlaces], costs: Sequence[Cost], jobs: int) -> float:
    """Seconds until the last of these trials is done, with so many workers that take them in order.

    A worker that has the compiled network of a candidate begins its next seed sooner; it keeps the last eight.

    Args:
        choices: for each trial the places in `costs` that it may turn out to be; it is taken to be all in equal parts.
        costs: of each candidate.
        jobs: how many workers.
    """
    free = [(0.0, worker) for worker in range(jobs)]
    kept: list[list[int]] = [[] for _ in range(jobs)]
    for choice in choices:
        at, worker = heapq.heappop(free)
        seconds = statistics.fmean(costs[place].rest for place in choice)
        seconds += statistics.fmean(
            costs[place].again if place in kept[worker] else costs[place].start for place in choice
        )
        kept[worker] = [*(place for place in kept[worker] if place not in choice), *choice][-NETWORKS_KEPT:]
        heapq.heappush(free, (at + seconds, worker))
    return max(at for at, _ in free)


def share_of_looking(stages: Sequence[Sequence[TrialPlaces]], costs: CostRange) -> float:
    """Which share of the training of these trials is for looking at the layers; `stages` as in `total`."""
    trials: list[tuple[Cost, int]] = []
    for choice in itertools.chain.from_iterable(stages):
        trials += [(of[place], len(choice)) for place, of in itertools.product(choice, costs)]
    everything = sum(cost.rest / n for cost, n in trials)
    return sum(cost.looking / n for cost, n in trials) / everything if everything else 0.0
