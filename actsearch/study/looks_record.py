"""The record of a study with looks: how it begins, how a look is added, and whether it is still the same study.

Loads NumPy and SciPy only where a look is taken.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from actsearch.analysis.comparisons.standards import CONFIDENCE
from actsearch.analysis.comparisons.tuning import value_of
from actsearch.core.experiment import Candidate
from actsearch.core.looks_record import Left, LookContender, LookedPair, LooksRecord, LookTaken
from actsearch.core.tasks import Task
from actsearch.core.trial_results import TrialResult
from actsearch.study.asked_trials import TrialMaker
from actsearch.study.proposer import OtherStudy
from actsearch.study.tuned_settings import TunedSettings, by_label
from actsearch.study.until_decided import UntilDecided

if TYPE_CHECKING:
    from actsearch.study.looks import LookDecision


def planned_looks(most: int) -> tuple[int, ...]:
    """After how many seeds a study of at most so many seeds looks."""
    from actsearch.analysis.statistics.sample_sizes import (
        seeds_at_looks,  # which loads SciPy: only where looks are taken
    )

    return seeds_at_looks(most)


def new_record(
    until: UntilDecided,
    make: TrialMaker,
    contenders: Sequence[Candidate],
    seeds: tuple[int, ...],
    examples: int | None,
    task: Task,
) -> LooksRecord:
    """A record before its first look.

    Args:
        until: how the study is decided.
        make: makes its trials.
        contenders: what is compared.
        seeds: all that it may use, in their order.
        examples: of the validation set.
        task: whose metric decides.
    """
    from actsearch.analysis.statistics.intervals import family_size

    return LooksRecord(
        metric=task.validated_by,
        margin=task.decisive.margin if until.margin is None else until.margin,
        confidence=until.confidence or CONFIDENCE,
        max_seeds=len(seeds),
        looks=planned_looks(len(seeds)),
        family=family_size(len(contenders)),
        examples=examples,
        seeds=seeds,
        contenders=tuple(
            LookContender(candidate.label, candidate.setting, make(candidate, seeds[0]).id) for candidate in contenders
        ),
    )


def check_same_study(record: LooksRecord, until: UntilDecided, make: TrialMaker, settings: TunedSettings) -> None:
    """That what was fixed when the looks began is as it was.

    Raises:
        OtherStudy: the rule is another, or the contenders are.
    """
    _check_same_rule(record, until)
    known = {contender.first for contender in record.contenders}
    compared = {make(candidate, record.seeds[0]).id: candidate.label for candidate in settings.compared}
    may_be = {make(candidate, record.seeds[0]).id for candidate in settings.open}
    here = compared.keys() | may_be
    gone = [contender.label for contender in record.contenders if contender.first not in here]
    new = [label for first, label in compared.items() if first not in known]
    if gone or new or len(by_label([*settings.compared, *settings.open])) != len(known):
        changed = [*(f"{label} is gone or another" for label in gone), *(f"{label} was not there" for label in new)]
        raise OtherStudy(
            "the looks of this study were taken of other contenders"
            f" ({'; '.join(changed) or 'an activation was added'}), and what is fixed beforehand stays fixed; begin"
            " anew with --name NEW or --fresh, or leave out --until-decided"
        )


def _check_same_rule(record: LooksRecord, until: UntilDecided) -> None:
    fixed = (
        ("--margin", until.margin, record.margin),
        ("--confidence", until.confidence, record.confidence),
        ("--max-seeds", until.max_seeds, record.max_seeds),
    )
    for option, now, before in fixed:
        if now is not None and now != before:
            raise OtherStudy(
                f"{option} {now:g}: it was {before:g} when the looks of this study began, and what is fixed beforehand"
                f" stays fixed; leave {option} out to go on, or begin anew with --name NEW or --fresh"
            )


def with_look(record: LooksRecord, results: Mapping[int, Sequence[TrialResult]], seeds: int, task: Task) -> LooksRecord:
    """The record with a look more.

    Args:
        record: so far.
        results: the finished trials of those that are in, by their places among the contenders.
        seeds: up to how many seeds is looked.
        task: whose metric decides.
    """
    from actsearch.analysis.comparisons.contenders import nan_if_unknown
    from actsearch.study.looks import decide

    values = [[math.nan] * seeds for _ in record.contenders]
    for place, of_contender in results.items():
        values[place] = [nan_if_unknown(value_of(result, task)) for result in of_contender]
    decision = decide(
        values,
        family=record.family,
        looks=len(record.looks),
        margin=record.margin,
        confidence=record.confidence,
        examples=record.examples,
        before=_decided_before(record),
        higher_is_better=task.decisive.higher_is_better,
    )
    labels = [contender.label for contender in record.contenders]
    taken = LookTaken(
        seeds=seeds,
        contenders=tuple(labels[place] for place in results),
        pairs=tuple(_looked_pair(decision, labels, a, b) for a, b in itertools.combinations(results, 2)),
        left=tuple(
            Left(labels[place], why, labels[decision.better[place]] if place in decision.better else None)
            for place, why in sorted(decision.leaves.items())
        ),
        stays=tuple(labels[place] for place in decision.stays),
    )
    return replace(record, taken=(*record.taken, taken))


def _looked_pair(decision: LookDecision, labels: Sequence[str], a: int, b: int) -> LookedPair:
    differences = decision.differences
    mean, low, high = (float(values[a, b]) for values in (differences.mean, differences.low, differences.high))
    return LookedPair(
        labels[a],
        labels[b],
        int(differences.n[a, b]),
        _finite_or_missing(mean),
        _finite_or_missing(low),
        _finite_or_missing(high),
        str(decision.decisions[a, b]),
    )


def _decided_before(record: LooksRecord) -> LookDecision | None:
    """What the looks taken so far decided, for the next one."""
    if not record.taken:
        return None
    import numpy as np

    from actsearch.analysis.statistics.intervals import pairwise_differences
    from actsearch.study.looks import LookDecision

    places = {contender.label: place for place, contender in enumerate(record.contenders)}
    k = len(places)
    decisions = np.full((k, k), "undecided", dtype="<U20")
    for pair, _ in record.both_ways():
        decisions[places[pair.a], places[pair.b]] = pair.decision
    nothing = pairwise_differences(np.full((k, 1), np.nan))
    return LookDecision(nothing, decisions, tuple(places[label] for label in record.taken[-1].stays))


def _finite_or_missing(value: float) -> float | None:
    return value if math.isfinite(value) else None
