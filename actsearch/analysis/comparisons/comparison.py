"""A comparison as a value: the contenders of an experiment, ranked, and every pair of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.judging import Judge
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.question import Question
from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.comparisons.verdicts import leading_group
from actsearch.analysis.statistics.intervals import PairwiseDifferences
from actsearch.core.looks_record import LooksRecord
from actsearch.core.measures import Measure
from actsearch.core.results import Choice

ALL_PAIRS_UP_TO = 12
"""So many contenders have all their pairs told of; of more, those with the reference."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The contenders of an experiment, ranked, and every pair of them."""

    experiment: str
    description: str
    folder: str
    question: Question
    """With the margin and the target filled in."""
    measure: Measure
    choices: tuple[Choice, ...]
    """The settings that were chosen with tuning seeds, of an experiment that has such."""
    setting: Mapping[str, Any]
    """The point of the grid that this is about; empty if it is about all."""
    seeds: tuple[int, ...]
    role: Literal["comparison", "tuning"]
    """Of the trials that are compared."""
    contenders: tuple[Contender, ...]
    """The best mean first; those without a value last."""
    reference: int
    """What the table's differences are against: the leader, or the baseline."""
    family: int
    """How many intervals hold together: the pairs, times the tables by setting, times the looks."""
    validation_is_test: bool
    differences: PairwiseDifferences = field(repr=False)
    looks: LooksRecord | None = None
    """Of a sequential study whose looks are judged here; None where they are not, or there were none."""
    planned_looks: int = 1
    """How many looks the study was to have, also where another question is asked of it than they were to answer."""
    examples: int | None = None
    """Of how many examples the metric is the share; None where it is none, or where that is not known."""
    warnings: tuple[str, ...] = ()

    @property
    def margin(self) -> float:
        return self.question.margin or 0.0

    @property
    def confidence(self) -> float:
        return self.question.level

    @property
    def others(self) -> tuple[int, ...]:
        """The places of all but the reference."""
        return tuple(i for i in range(len(self.contenders)) if i != self.reference)

    @property
    def has_baseline(self) -> bool:
        return self.question.baseline is not None

    @property
    def most_seeds(self) -> int:
        """How many seeds that pair has in common that has the most."""
        return self._judge.most_seeds

    def pairs(self) -> Iterator[Pair]:
        """Every pair that the intervals hold for, once, the better mean first."""
        if self.has_baseline:
            yield from self.pairs_with_reference()
            return
        places = range(len(self.contenders))
        for a in places:
            yield from (self.pair(a, b) for b in places[a + 1 :])

    def pairs_with_reference(self) -> Iterator[Pair]:
        """Each of the others against the reference."""
        yield from (self.pair(i, self.reference) for i in self.others)

    @property
    def tells_all_pairs(self) -> bool:
        """Whether every pair is told of one by one; of too many, only those with the reference are."""
        return self.has_baseline or len(self.contenders) <= ALL_PAIRS_UP_TO

    def told_pairs(self) -> Iterator[Pair]:
        """The pairs that are told of one by one."""
        yield from self.pairs() if self.tells_all_pairs else self.pairs_with_reference()

    def pair(self, a: int, b: int) -> Pair:
        """Contender a against contender b."""
        return self._judge.pair(a, b)

    @cached_property
    def _judge(self) -> Judge:
        return Judge(
            contenders=self.contenders,
            seeds=self.seeds,
            measure=self.measure,
            margin=self.margin,
            confidence=self.confidence,
            family=self.family,
            examples=self.examples,
            differences=self.differences,
            looks=self.looks,
        )

    @property
    def decisions(self) -> np.ndarray:
        """(contenders, contenders) texts, the row against the column: a verdict, or why there is none."""
        return self._judge.decisions

    @property
    def diverged_more(self) -> np.ndarray:
        """(contenders, contenders) booleans: the row's diverged more often than the column's."""
        return self._judge.diverged_more

    @cached_property
    def worse(self) -> np.ndarray:
        """(contenders, contenders) booleans: the row's contender is worse than the column's."""
        worse: np.ndarray = self.decisions == "worse"
        return worse

    @cached_property
    def leaders(self) -> tuple[int, ...]:
        """Those that are not worse than any other; empty where nothing can be said, or only against a baseline."""
        if self.has_baseline or not self.is_judged:
            return ()
        judged = [i for i, contender in enumerate(self.contenders) if contender.completed >= FEWEST_SEEDS]
        return tuple(judged[i] for i in leading_group(self.worse[np.ix_(judged, judged)]))

    @property
    def is_judged(self) -> bool:
        """Whether any two have enough seeds in common for a verdict."""
        return self.most_seeds >= FEWEST_SEEDS

    def in_order(self) -> Comparison:
        """The leading group first, whatever seeds its means are over, each part by its means.

        A contender of the group that diverged more often than another of it comes last there: its mean is of luckier
        seeds.
        """
        lucky = [i for i in self.leaders if self.diverged_more[i, list(self.leaders)].any()]
        group = [*(i for i in self.leaders if i not in lucky), *lucky]
        order = [*group, *(i for i in range(len(self.contenders)) if i not in group)]
        arrays = {f.name: getattr(self.differences, f.name)[np.ix_(order, order)] for f in fields(self.differences)}
        return replace(
            self,
            contenders=tuple(self.contenders[i] for i in order),
            differences=PairwiseDifferences(**arrays),
            reference=order.index(self.reference) if self.has_baseline else 0,
        )
