"""Which trials an experiment asks for now, from what came out so far: one stage decides what the next one trains.

Pure: knows neither files nor Keras nor the terminal. What is asked for depends on results alone that never change once
they are there, so that a run that was killed asks for the same trials when it goes on, in whatever order they end.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from actsearch.core.errors import UnsuitableSetting, UserError
from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.identity import expand
from actsearch.core.looks_record import Left, LookContender, LookedPair, LooksRecord, LookTaken
from actsearch.core.results import Choice
from actsearch.core.trial_results import FINISHED, TrialResult

if TYPE_CHECKING:
    from actsearch.study.looks import Look
from actsearch.analysis.tuning import METRIC, mean_of, value_of

ResultOf = Callable[[Trial], TrialResult]
"""How a trial stands at this moment."""
MARGIN, CONFIDENCE, MAX_SEEDS = 0.001, 0.95, 20
"""Of a study that is run until it is decided, unless it is said otherwise."""


@dataclass(frozen=True)
class UntilDecided:
    """Seeds are added, by looks fixed beforehand, until every pair is settled. None: as recorded, or the default."""

    margin: float | None = None
    confidence: float | None = None
    max_seeds: int | None = None


@dataclass(frozen=True)
class Asked:
    """The trials that an experiment asks for at a moment, those of the stages before included."""

    trials: tuple[Trial, ...]
    """Those of the tuning seeds first."""
    chosen: tuple[Choice, ...] = ()
    waiting: tuple[str, ...] = ()
    """What a later stage waits for that training alone will not bring, such as a trial that failed: sentences."""
    may_follow: tuple[Trial, ...] = ()
    """Trials that a later stage may ask for; which of them depends on what comes out."""
    to_follow: int = 0
    """How many of those it will ask for, at most."""
    looks: LooksRecord | None = None
    """Of a study with looks, those taken now included."""


def ask(
    experiment: Experiment,
    data_sha256: str,
    result_of: ResultOf,
    *,
    until: UntilDecided | None = None,
    record: LooksRecord | None = None,
    examples: int | None = None,
) -> Asked:
    """What an experiment asks for.

    Without tuning seeds: every candidate with every seed. With them, every candidate with every tuning seed first;
    each activation whose trials of those are finished is then asked for with the seeds, at the setting chosen.

    Until it is decided: the seeds up to the next look, of those contenders that are still in; beyond them, what is
    finished already. Without `until`, a record of looks keeps the trials that were looked at among what is asked for.

    Args:
        experiment: whose.
        data_sha256: of its data.
        result_of: how a trial stands.
        until: that it is run until it is decided, and how.
        record: the looks that were taken before.
        examples: of the validation set, for a record that begins.

    Raises:
        UserError: the looks were fixed otherwise, or taken of another experiment.
    """
    asked, compared, open_ = _ask_settings(experiment, data_sha256, result_of)
    if until is None and record is None:
        return asked
    make = _Trials(experiment, data_sha256)
    if record is not None and until is not None:
        _check(record, until, make, compared, open_)
    if record is None and until is not None and not open_:
        record = _begun(experiment, until, make, compared, examples)
    tuning = tuple(trial for trial in asked.trials if trial.seed in experiment.tuning_seeds)
    wanted = _Wanted()
    waiting: list[str] = []
    most = 0
    if record is not None:
        record = _follow(record, make, result_of, wanted, waiting, compared, is_on=until is not None)
        seeds, at_last = record.seeds, record.looks[-1]
        stays = record.taken[-1].stays if record.taken else tuple(one.label for one in record.contenders)
        if until is not None and not record.has_ended:
            most = sum(at_last - len(wanted.seeds_of(one)) for one in compared if one.label in stays)
    else:  # settings are to be chosen still
        assert until is not None
        seeds = seeds_of(experiment, until.max_seeds or MAX_SEEDS)
        first = _looks(len(seeds))[0]
        wanted.add(compared, seeds[:first])
        most = len(by_label([*compared, *open_])) * len(seeds) - len(compared) * first
    every = tuple(dict.fromkeys((*experiment.seeds, *seeds)))
    if until is None:
        wanted.add(compared, experiment.seeds)
        most = len(by_label(open_)) * len(experiment.seeds)
    for candidate, seed in itertools.product(compared, every):  # of a run before: what is there is left out of nothing
        if seed not in wanted.seeds_of(candidate) and result_of(make(candidate, seed)).status in FINISHED:
            wanted.add([candidate], [seed])
    trials = tuple(
        make(candidate, seed)
        for seed in every
        for candidate in experiment.candidates
        if seed in wanted.seeds_of(candidate)
    )
    may_follow = tuple(
        make(candidate, seed)
        for candidate, seed in itertools.product([*compared, *open_], every)
        if seed not in wanted.seeds_of(candidate)
    )
    return Asked((*tuning, *trials), asked.chosen, (*asked.waiting, *waiting), may_follow, max(most, 0), record)


def check_decidable(experiment: Experiment) -> None:
    """That an experiment can be run until it is decided.

    Raises:
        UnsuitableSetting: it has several settings of an activation and no seeds to choose one with.
        UserError: it has one activation alone.
    """
    settings = by_label(experiment.candidates)
    if not experiment.tuning_seeds and any(len(some) > 1 for some in settings.values()):
        what = "gives an activation several settings, and --until-decided decides between activations"
        raise UnsuitableSetting("grid", what, "add tuning_seeds: 3, with which a setting of each is chosen first")
    if len(settings) < 2:
        raise UserError(f"--until-decided: {experiment.name} has one activation alone; give it a second one")


def seeds_of(experiment: Experiment, most: int) -> tuple[int, ...]:
    """The experiment's seeds in their order, then the next that are not used, `most` in all."""
    used = {*experiment.seeds, *experiment.tuning_seeds}
    beyond = itertools.chain(range(max(experiment.seeds) + 1, 2**32), range(max(experiment.seeds)))
    more = (seed for seed in beyond if seed not in used)
    return tuple(itertools.islice(itertools.chain(experiment.seeds, more), most))


class _Trials:
    """Makes the trials of an experiment, each once."""

    def __init__(self, experiment: Experiment, data_sha256: str) -> None:
        self._experiment, self._data_sha256 = experiment, data_sha256
        self._made: dict[tuple[int, int], Trial] = {}

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self._experiment.candidates

    def __call__(self, candidate: Candidate, seed: int) -> Trial:
        key = id(candidate), seed
        if key not in self._made:
            (self._made[key],) = expand(self._experiment, self._data_sha256, (seed,), (candidate,))
        return self._made[key]


@dataclass
class _Wanted:
    """Seeds by candidate."""

    _seeds: dict[int, set[int]] = field(default_factory=dict)

    def add(self, candidates: Sequence[Candidate], seeds: Sequence[int]) -> None:
        for candidate in candidates:
            self._seeds.setdefault(id(candidate), set()).update(seeds)

    def seeds_of(self, candidate: Candidate) -> Collection[int]:
        return self._seeds.get(id(candidate), frozenset())


# --- looks


def _looks(most: int) -> tuple[int, ...]:
    from actsearch.analysis import statistics  # which loads SciPy: only where looks are taken

    return statistics.looks(most)


def _begun(
    experiment: Experiment,
    until: UntilDecided,
    make: _Trials,
    contenders: Sequence[Candidate],
    examples: int | None,
) -> LooksRecord:
    """A record before its first look."""
    from actsearch.analysis import statistics

    seeds = seeds_of(experiment, until.max_seeds or MAX_SEEDS)
    return LooksRecord(
        metric=METRIC,
        margin=MARGIN if until.margin is None else until.margin,
        confidence=until.confidence or CONFIDENCE,
        max_seeds=len(seeds),
        looks=_looks(len(seeds)),
        family=statistics.family(len(contenders)),
        examples=examples,
        seeds=seeds,
        contenders=tuple(LookContender(one.label, one.setting, make(one, seeds[0]).id) for one in contenders),
    )


def _check(
    record: LooksRecord,
    until: UntilDecided,
    make: _Trials,
    compared: Sequence[Candidate],
    open_: Sequence[Candidate],
) -> None:
    """That what was fixed when the looks began is as it was."""
    fixed = (
        ("--margin", until.margin, record.margin),
        ("--confidence", until.confidence, record.confidence),
        ("--max-seeds", until.max_seeds, record.max_seeds),
    )
    for option, now, before in fixed:
        if now is not None and now != before:
            raise UserError(
                f"{option} {now:g}: it was {before:g} when the looks of this study began, and what is fixed beforehand"
                f" stays fixed; leave {option} out to go on, or begin anew with --name NEW or --fresh"
            )
    known = {one.first for one in record.contenders}
    now_compared = {make(one, record.seeds[0]).id: one.label for one in compared}
    may_be = {make(one, record.seeds[0]).id for one in open_}
    gone = [one.label for one in record.contenders if one.first not in now_compared and one.first not in may_be]
    new = [label for first, label in now_compared.items() if first not in known]
    if gone or new or len(by_label([*compared, *open_])) != len(known):
        changed = [*(f"{label} is gone or another" for label in gone), *(f"{label} was not there" for label in new)]
        raise UserError(
            "the looks of this study were taken of other contenders"
            f" ({'; '.join(changed) or 'an activation was added'}), and what is fixed beforehand stays fixed; begin"
            " anew with --name NEW or --fresh, or leave out --until-decided"
        )


def _follow(
    record: LooksRecord,
    make: _Trials,
    result_of: ResultOf,
    wanted: _Wanted,
    waiting: list[str],
    compared: Sequence[Candidate],
    is_on: bool,
) -> LooksRecord:
    """Takes the looks whose trials are finished, while it `is_on`; adds what they want to `wanted`."""
    by_first = {make(one, record.seeds[0]).id: one for one in (compared if not is_on else make.candidates)}
    places = {one.label: place for place, one in enumerate(record.contenders)}
    candidates = [by_first.get(one.first) for one in record.contenders]

    def add(labels: Sequence[str], seeds: int) -> None:
        here = (candidates[places[label]] for label in labels)
        wanted.add([one for one in here if one is not None], record.seeds[:seeds])

    for taken in record.taken:
        add(taken.contenders, taken.seeds)
    while is_on and not record.has_ended:
        stays = record.taken[-1].stays if record.taken else tuple(places)
        seeds = record.looks[len(record.taken)]
        add(stays, seeds)
        results: dict[int, list[TrialResult]] = {}
        for label in stays:
            candidate = candidates[places[label]]
            assert candidate is not None, "a contender that is gone was refused"
            results[places[label]] = [result_of(make(candidate, seed)) for seed in record.seeds[:seeds]]
        states = [result.status for some in results.values() for result in some]
        if any(status not in FINISHED for status in states):
            failed = states.count("failed")
            if failed:
                trials = "1 trial that failed" if failed == 1 else f"{failed} trials that failed"
                waiting.append(f"the look at {seeds} seeds waits for {trials}")
            break
        record = replace(record, taken=(*record.taken, _taken(record, results, seeds)))
    return record


def _taken(record: LooksRecord, results: Mapping[int, Sequence[TrialResult]], seeds: int) -> LookTaken:
    """A look at the finished trials of those that are in, by their places among the contenders."""
    from actsearch.study.looks import decide

    values = [[math.nan] * seeds for _ in record.contenders]
    for place, some in results.items():
        values[place] = [math.nan if (value := value_of(result)) is None else value for result in some]
    look = decide(
        values,
        family=record.family,
        looks=len(record.looks),
        margin=record.margin,
        confidence=record.confidence,
        examples=record.examples,
        before=_look_before(record),
    )
    labels = [one.label for one in record.contenders]
    found = look.differences
    pairs = tuple(
        LookedPair(
            labels[a],
            labels[b],
            int(found.n[a, b]),
            _finite(float(found.mean[a, b])),
            _finite(float(found.low[a, b])),
            _finite(float(found.high[a, b])),
            str(look.decisions[a, b]),
        )
        for a, b in itertools.combinations(results, 2)
    )
    left = tuple(
        Left(labels[place], why, labels[look.better[place]] if place in look.better else None)
        for place, why in sorted(look.leaves.items())
    )
    return LookTaken(
        seeds, tuple(labels[place] for place in results), pairs, left, tuple(labels[place] for place in look.stays)
    )


def _look_before(record: LooksRecord) -> Look | None:
    """What the looks taken so far decided, for the next one."""
    if not record.taken:
        return None
    import numpy as np

    from actsearch.analysis import statistics
    from actsearch.study.looks import Look

    places = {one.label: place for place, one in enumerate(record.contenders)}
    k = len(places)
    decisions = np.full((k, k), "undecided", dtype="<U20")
    for pair, _ in record.both_ways():
        decisions[places[pair.a], places[pair.b]] = pair.decision
    nothing = statistics.differences(np.full((k, 1), np.nan))
    return Look(nothing, decisions, tuple(places[label] for label in record.taken[-1].stays))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


# --- settings


def _ask_settings(
    experiment: Experiment, data_sha256: str, result_of: ResultOf
) -> tuple[Asked, list[Candidate], list[Candidate]]:
    """What is asked for without looks, the candidates that are compared, and those of which one is to be chosen."""
    if not experiment.tuning_seeds:
        return Asked(expand(experiment, data_sha256)), list(experiment.candidates), []
    tuning = expand(experiment, data_sha256, experiment.tuning_seeds)
    by_candidate: dict[int, list[TrialResult]] = {}
    for trial in tuning:
        by_candidate.setdefault(id(trial.candidate), []).append(result_of(trial))
    chosen: dict[str, Choice] = {}
    compared, open_, waiting = [], [], []
    for label, candidates in by_label(experiment.candidates).items():
        results = [by_candidate[id(candidate)] for candidate in candidates]
        failed = sum(result.status == "failed" for of_one in results for result in of_one)
        if all(result.status in FINISHED for of_one in results for result in of_one):
            place = best_setting(results)
            compared.append(candidates[place])
            setting = candidates[place].setting
            chosen[label] = Choice(label, setting, mean_of(results[place]), experiment.tuning_seeds)
        else:
            open_ += candidates
        if failed:
            of = "1 of its tuning trials" if failed == 1 else f"{failed} of its tuning trials"
            waiting.append(f"{label}: its setting can be chosen once {of} that failed can be trained")
    those = {id(candidate) for candidate in compared}
    in_order = [candidate for candidate in experiment.candidates if id(candidate) in those]
    asked = Asked(
        trials=(*tuning, *expand(experiment, data_sha256, candidates=in_order)),
        chosen=tuple(chosen.values()),
        waiting=tuple(waiting),
        may_follow=expand(experiment, data_sha256, candidates=open_),
        to_follow=len(by_label(open_)) * len(experiment.seeds),
    )
    return asked, in_order, open_


def by_label(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    """The settings of each activation of the file, in the file's order."""
    found: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault(candidate.label, []).append(candidate)
    return found


def best_setting(results: Sequence[Sequence[TrialResult]]) -> int:
    """The place of the setting at which the fewest trials diverged; of several, that of the highest mean; the first.

    Args:
        results: of each setting, its finished tuning trials.
    """

    def rank(place: int) -> tuple[int, float]:
        mean = mean_of(results[place])
        diverged = sum(result.status == "diverged" for result in results[place])
        return diverged, math.inf if mean is None else -mean

    return min(range(len(results)), key=rank)
