"""Judges pairs of contenders: decides each by its interval, and tells what else is known of the two."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np

from actsearch.analysis.comparisons.contenders import Contender, nan_if_unknown
from actsearch.analysis.comparisons.pairs import ExampleNoise, Pair
from actsearch.analysis.comparisons.standards import ENOUGH_SEEDS, FEWEST_SEEDS
from actsearch.analysis.comparisons.summaries import correlation, share_won
from actsearch.analysis.comparisons.verdicts import (
    DIVERGED_MORE,
    TOO_FEW,
    VERDICTS,
    Verdict,
    decisions_on_pairs,
    diverged_more_often,
    is_smaller_but_real,
    verdict_of_interval,
)
from actsearch.analysis.statistics.example_noise import (
    crossed_variances,
    left_open_by_examples,
    mcnemar,
    new_data_interval,
)
from actsearch.analysis.statistics.forecasts import Forecast, forecast_seeds
from actsearch.analysis.statistics.intervals import PairwiseDifferences, mean_difference
from actsearch.analysis.statistics.sign_flips import sign_flip_can_tell, sign_flip_p
from actsearch.core.looks_record import LookedPair, LooksRecord
from actsearch.core.measures import Measure
from actsearch.core.sentences import verdicts as reasons


@dataclass(frozen=True, eq=False)
class Judge:
    """Knows the contenders, the differences of all pairs, and by which standards they are judged."""

    contenders: tuple[Contender, ...]
    seeds: tuple[int, ...]
    measure: Measure
    margin: float
    confidence: float
    family: int
    """How many intervals hold together."""
    examples: int | None
    """Of how many examples the metric is the share; None where it is none, or where that is not known."""
    differences: PairwiseDifferences
    looks: LooksRecord | None
    """Of a sequential study whose looks are judged here."""

    def pair(self, a: int, b: int) -> Pair:
        """Contender a against contender b."""
        return self._pair(a, b)

    @cached_property
    def _pair(self) -> Callable[[int, int], Pair]:
        return lru_cache(maxsize=None)(lambda a, b: _judged_pair(self, a, b))

    @cached_property
    def decisions(self) -> np.ndarray:
        """(contenders, contenders) texts, the row against the column: a verdict, or why there is none.

        Those of a sequential study are what its looks decided (`looks.Decision`).
        """
        decisions = decisions_on_pairs(self.differences, self.diverged_more, self.margin, self.measure.higher_is_better)
        for (a, b), (pair, _) in self.looked_at.items():
            decisions[a, b] = pair.decision
        return decisions

    @cached_property
    def looked_at(self) -> Mapping[tuple[int, int], tuple[LookedPair, tuple[int, ...]]]:
        """The pairs of a sequential study, as they were decided, or else last looked at; and by which seeds.

        By the places of the two contenders, each pair both ways.
        """
        places = {contender.label: place for place, contender in enumerate(self.contenders)}
        looked_at = {}
        for pair, seeds in () if self.looks is None else self.looks.both_ways():
            if pair.a in places and pair.b in places:
                looked_at[places[pair.a], places[pair.b]] = pair, seeds
        return looked_at

    @cached_property
    def diverged_more(self) -> np.ndarray:
        """(contenders, contenders) booleans: the row's diverged more often than the column's."""
        diverged = [contender.diverged for contender in self.contenders]
        return diverged_more_often(
            diverged, [contender.diverged + contender.completed for contender in self.contenders]
        )

    @cached_property
    def most_seeds(self) -> int:
        """How many seeds that pair has in common that has the most."""
        n = self.differences.n
        return int(n[~np.eye(len(n), dtype=bool)].max())


def within_possible_differences(measure: Measure, low: Any, high: Any) -> tuple[Any, Any]:
    """The ends of intervals of differences: further apart than its bounds no two values are."""
    widest = measure.kind.widest_difference
    return np.clip(low, -widest, widest), np.clip(high, -widest, widest)


@dataclass(frozen=True)
class _PairNumbers:
    """What the verdict of a pair goes by."""

    n: int
    mean: float
    sd: float
    low: float
    high: float
    by_seed: np.ndarray
    """(seeds,) differences; NaN where there is none."""


def _numbers_of_pair(judge: Judge, a: int, b: int) -> _PairNumbers:
    by_seed = judge.contenders[a].values - judge.contenders[b].values
    numbers = judge.differences
    sd = float(numbers.sd[a, b])
    if (a, b) not in judge.looked_at:
        low, high = float(numbers.low[a, b]), float(numbers.high[a, b])
        return _PairNumbers(int(numbers.n[a, b]), float(numbers.mean[a, b]), sd, low, high, by_seed)
    # It was judged by the seeds up to a look: all that is told of it is about those.
    pair, seeds = judge.looked_at[a, b]
    mean, low, high = map(nan_if_unknown, (pair.difference, pair.low, pair.high))
    low, high = map(float, within_possible_differences(judge.measure, low, high))
    by_seed = np.where([seed in seeds for seed in judge.seeds], by_seed, math.nan)
    known = by_seed[~np.isnan(by_seed)]
    if len(known) > 1:
        sd = mean_difference(known, examples=judge.examples).sd
    return _PairNumbers(pair.n, mean, sd, low, high, by_seed)


def _judged_pair(judge: Judge, a: int, b: int) -> Pair:
    """Contender a against b, with everything that is told of a pair."""
    numbers = _numbers_of_pair(judge, a, b)
    decision = str(judge.decisions[a, b])
    verdict = next((word for word in VERDICTS if word == decision), None)
    is_known = ~np.isnan(numbers.by_seed)
    x, y = judge.contenders[a].values[is_known], judge.contenders[b].values[is_known]
    # Of a sequential study, trials may have been lost since its looks: these are the seeds that can be read now.
    readable = len(x)
    flips = _sign_flips(judge, x - y)
    alpha = (1 - judge.confidence) / judge.family
    seeds = np.array(judge.seeds)[is_known].tolist()
    return Pair(
        a=a,
        b=b,
        n=numbers.n,
        difference=numbers.mean,
        sd=numbers.sd,
        low=numbers.low,
        high=numbers.high,
        by_seed=numbers.by_seed,
        verdict=verdict,
        smaller_but_real=verdict == "tied" and is_smaller_but_real(numbers.low, numbers.high, judge.margin),
        note=_note_on_pair(judge, a, b, decision, verdict, numbers.n),
        forecast=_forecast_of_pair(judge, numbers) if verdict == "undecided" and judge.looks is None else None,
        correlation=correlation(x, y, judge.confidence) if readable > 3 else None,
        won=share_won(x, y, judge.measure.higher_is_better) if readable else None,
        sign_flip_p=flips,
        disagrees=flips is not None and (flips <= alpha) != (numbers.low > 0 or numbers.high < 0),
        noise_of_examples=partial(_noise_of_examples, judge, a, b, seeds, verdict is not None),
    )


def _sign_flips(judge: Judge, differences: np.ndarray) -> float | None:
    """The p of the exact test; None where it could not tell, whatever the differences."""
    unequal = int(np.count_nonzero(differences))
    can_tell = sign_flip_can_tell(unequal, family=judge.family, confidence=judge.confidence)
    return sign_flip_p(differences) if len(differences) >= FEWEST_SEEDS and can_tell else None


def _forecast_of_pair(judge: Judge, numbers: _PairNumbers) -> Forecast | None:
    return forecast_seeds(
        numbers.mean, numbers.sd, numbers.n, judge.margin, family=judge.family, confidence=judge.confidence
    )


# --- what is noted of a pair


def _note_on_pair(judge: Judge, a: int, b: int, decision: str, verdict: Verdict | None, n: int) -> str | None:
    """Of a verdict that it is of few seeds; else why there is none."""
    if verdict is None:
        return _why_no_verdict(judge, a, b, decision, n)
    has_few = n < min(ENOUGH_SEEDS, judge.most_seeds)  # where all pairs have few, a warning says it once
    return reasons.CARE_WITH_FEW_SEEDS(seeds=n) if has_few else None


def _why_no_verdict(judge: Judge, a: int, b: int, decision: str, n: int) -> str:
    if decision == TOO_FEW:
        return _too_few_seeds(judge.contenders[a], judge.contenders[b], n)
    if decision == DIVERGED_MORE:
        for i, j in ((a, b), (b, a)):
            contender = judge.contenders[i]
            if judge.diverged_more[i, j]:
                diverged, ended = contender.diverged, contender.diverged + contender.completed
                return reasons.DIVERGED_MORE_OFTEN(name=contender.name, diverged=diverged, ended=ended)
    return decision


def _too_few_seeds(first: Contender, second: Contender, n: int) -> str:
    for contender in (first, second):
        if not contender.completed and contender.missing:
            return reasons.HAS_NO_VALUE(name=contender.name, missing=contender.missing)
        if not contender.completed:
            return reasons.NO_VALUE_AT_COMMON_SEEDS(name=contender.name)
    return reasons.NO_VERDICT_OF_SEEDS(seeds=n)


# --- the noise of the examples


def _noise_of_examples(judge: Judge, a: int, b: int, seeds: Sequence[int], is_judged: bool) -> ExampleNoise | None:
    """It is known if for all these seeds the predictions of both are there, of the same examples."""
    if a > b:  # computed once for both ways
        other_way = judge.pair(b, a).examples
        return None if other_way is None else other_way.turned()
    correct_a, correct_b = _right_of_both(judge.contenders[a], judge.contenders[b], seeds)
    if not correct_a:
        return None
    left, right = np.stack(correct_a), np.stack(correct_b)
    if len(seeds) == 1:
        is_right_or_wrong = left.dtype == bool and right.dtype == bool
        p = min(1.0, judge.family * mcnemar(left[0], right[0])) if is_right_or_wrong else None
        nan = math.nan
        return ExampleNoise(left.shape[1], nan, nan, nan, nan, None, nan, can_show_tie=False, mcnemar_p=p)
    return _noise_over_seeds(judge, left, right, is_judged)


def _right_of_both(a: Contender, b: Contender, seeds: Sequence[int]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """By seed, which examples each of the two got right; empty where that is not known of the same examples."""
    if not all(seed in a.right and seed in b.right for seed in seeds):
        return [], []
    rows_of_a, rows_of_b = [a.right[seed] for seed in seeds], [b.right[seed] for seed in seeds]
    if len({of for of, _ in (*rows_of_a, *rows_of_b)}) != 1:
        return [], []
    return [correct for _, correct in rows_of_a], [correct for _, correct in rows_of_b]


def _noise_over_seeds(judge: Judge, correct_a: np.ndarray, correct_b: np.ndarray, is_judged: bool) -> ExampleNoise:
    crossed = crossed_variances(correct_a, correct_b)
    low, high = new_data_interval(crossed, family=judge.family, confidence=judge.confidence)
    low, high = map(float, within_possible_differences(judge.measure, low, high))
    left_open = left_open_by_examples(crossed.example_variance, family=judge.family, confidence=judge.confidence)
    verdict = verdict_of_interval(low, high, judge.margin, judge.measure.higher_is_better)
    return ExampleNoise(
        examples=crossed.examples,
        seed_variance=crossed.seed_variance,
        example_variance=crossed.example_variance,
        low=low,
        high=high,
        verdict=verdict if is_judged else None,
        left_open=left_open,
        can_show_tie=left_open < judge.margin,
    )
