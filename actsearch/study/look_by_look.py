"""The proposer of a study that is run until it is decided: the seeds up to the next look."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.looks_record import LooksRecord
from actsearch.core.sentences import runs
from actsearch.core.tasks import Task
from actsearch.core.trial_results import FINISHED, TrialResult
from actsearch.data.sources import validation_examples
from actsearch.study.asked_trials import OpenTrials, TrialMaker, WantedSeeds
from actsearch.study.foreseen_stages import settings_to_choose
from actsearch.study.looks_record import check_same_study, new_record, planned_looks, with_look
from actsearch.study.proposer import ResultOf, ResultsSoFar, Stage
from actsearch.study.tuned_settings import TunedSettings, by_label, tuned_settings
from actsearch.study.until_decided import MAX_SEEDS, UntilDecided, check_decidable, seeds_of

DEFAULT_RULE = UntilDecided()


class Looks:
    """See `proposer.Proposer`. The seeds up to the next look, of those contenders that are still in.

    Beyond them, what is finished already. With tuning seeds, the settings of the contenders are chosen first.

    Args:
        experiment: whose.
        data_sha256: of its data.
        until: how it is decided.

    Raises:
        UnsuitableSetting, UserError: see `check_decidable`.
    """

    def __init__(self, experiment: Experiment, data_sha256: str, until: UntilDecided = DEFAULT_RULE) -> None:
        check_decidable(experiment)
        self._until, self._make = until, TrialMaker(experiment, data_sha256)

    def propose(self, results: ResultsSoFar) -> Stage:
        experiment, until = self._make.experiment, self._until
        settings = tuned_settings(experiment, self._make.data_sha256, results.of)
        seeds = seeds_of(experiment, until.max_seeds or MAX_SEEDS)
        record = results.looks
        if record is not None:
            check_same_study(record, until, self._make, settings)
        elif not settings.open:
            # Only a share moves in whole examples.
            examples = validation_examples(experiment.data) if experiment.task.decisive.is_share else None
            record = new_record(until, self._make, settings.compared, seeds, examples, experiment.task)
        if record is None:
            wants = _wants_before_the_looks(settings, seeds)
        else:
            wants = _wants_until_the_next_look(record, self._make, results.of, settings, experiment.task)
        return _stage_of(wants, self._make, settings, results.of)


def stage_beside_looks(record: LooksRecord, make: TrialMaker, settings: TunedSettings, result_of: ResultOf) -> Stage:
    """What a plain run asks for in a study with looks: all seeds of the file, and what was looked at."""
    stage = _stage_of(_wants_of_a_plain_run(record, make, settings), make, settings, result_of)
    foreseen = settings_to_choose(make.experiment, settings.open) * len(make.experiment.seeds)
    return replace(stage, is_last=not settings.open, to_follow=len(foreseen), foreseen=foreseen)


def _stage_of(wants: _Wants, make: TrialMaker, settings: TunedSettings, result_of: ResultOf) -> Stage:
    every = tuple(dict.fromkeys((*make.experiment.seeds, *wants.may_use)))
    _want_what_is_finished(wants.seeds, settings.compared, every, make, result_of)
    record = wants.record
    return Stage(
        trials=(*settings.trials, *_wanted_trials(make, wants.seeds, every)),
        is_last=not settings.open and record is not None and record.has_ended,
        chosen=settings.chosen,
        looks=record,
        waiting=(*settings.waiting, *wants.waiting),
        later=OpenTrials(make, (*settings.compared, *settings.open), every),
        to_follow=max(wants.to_follow, 0),
    )


@dataclass
class _Wants:
    """What a study with looks wants at a moment."""

    may_use: tuple[int, ...]
    """The seeds that it may come to use."""
    seeds: WantedSeeds = field(default_factory=WantedSeeds)
    """Those that it wants now."""
    to_follow: int = 0
    """How many trials it will want after these, at most."""
    record: LooksRecord | None = None
    waiting: tuple[str, ...] = ()


def _wants_of_a_plain_run(record: LooksRecord, make: TrialMaker, settings: TunedSettings) -> _Wants:
    """Run as if there were no looks: all seeds of the file, and what was looked at."""
    contenders = _contenders(record, make, settings.compared)
    wants = _Wants(record.seeds, record=record)
    for taken in record.taken:
        _want(wants, contenders, taken.contenders, taken.seeds)
    wants.seeds.add(settings.compared, make.experiment.seeds)
    return wants


def _wants_before_the_looks(settings: TunedSettings, seeds: tuple[int, ...]) -> _Wants:
    """While settings are to be chosen still: the seeds up to the first look."""
    first = planned_looks(len(seeds))[0]
    wants = _Wants(seeds)
    wants.seeds.add(settings.compared, seeds[:first])
    labels = len(by_label([*settings.compared, *settings.open]))
    wants.to_follow = labels * len(seeds) - len(settings.compared) * first
    return wants


def _wants_until_the_next_look(
    record: LooksRecord, make: TrialMaker, result_of: ResultOf, settings: TunedSettings, task: Task
) -> _Wants:
    """Takes the looks whose trials are finished, and wants the seeds up to the next one."""
    contenders = _contenders(record, make, make.candidates)
    places = {contender.label: place for place, contender in enumerate(record.contenders)}
    wants = _Wants(record.seeds)
    for taken in record.taken:
        _want(wants, contenders, taken.contenders, taken.seeds)
    while not record.has_ended:
        stays = _stays(record)
        seeds = record.looks[len(record.taken)]
        _want(wants, contenders, stays, seeds)
        results: dict[int, list[TrialResult]] = {}
        for label in stays:
            candidate = contenders[label]
            assert candidate is not None, "a contender that is gone was refused"
            results[places[label]] = [result_of(make(candidate, seed)) for seed in record.seeds[:seeds]]
        statuses = [result.status for result in itertools.chain.from_iterable(results.values())]
        if any(status not in FINISHED for status in statuses):
            wants.waiting = _waits_for_failed(seeds, statuses.count("failed"))
            break
        record = with_look(record, results, seeds, task)
    wants.record = record
    if not record.has_ended:
        stays = _stays(record)
        still_in = [candidate for candidate in settings.compared if candidate.label in stays]
        wants.to_follow = sum(record.looks[-1] - len(wants.seeds.of(candidate)) for candidate in still_in)
    return wants


def _waits_for_failed(seeds: int, failed: int) -> tuple[str, ...]:
    if not failed:
        return ()
    return (runs.LOOK_WAITS(seeds=seeds, failed=failed),)


def _contenders(record: LooksRecord, make: TrialMaker, candidates: Sequence[Candidate]) -> dict[str, Candidate | None]:
    """By label: the candidates that take part in the looks; None for one that is not there any more."""
    by_first = {make(candidate, record.seeds[0]).id: candidate for candidate in candidates}
    return {contender.label: by_first.get(contender.first) for contender in record.contenders}


def _stays(record: LooksRecord) -> tuple[str, ...]:
    """The labels of the contenders that are still in."""
    return record.taken[-1].stays if record.taken else tuple(contender.label for contender in record.contenders)


def _want(wants: _Wants, contenders: dict[str, Candidate | None], labels: Sequence[str], seeds: int) -> None:
    """Wants so many of the study's seeds of these contenders."""
    present = [candidate for label in labels if (candidate := contenders[label]) is not None]
    wants.seeds.add(present, wants.may_use[:seeds])


def _want_what_is_finished(
    wanted: WantedSeeds,
    compared: Sequence[Candidate],
    seeds: Sequence[int],
    make: TrialMaker,
    result_of: ResultOf,
) -> None:
    """What a run before has finished is left out of nothing."""
    for candidate, seed in itertools.product(compared, seeds):
        if seed not in wanted.of(candidate) and result_of(make(candidate, seed)).status in FINISHED:
            wanted.add([candidate], [seed])


def _wanted_trials(make: TrialMaker, wanted: WantedSeeds, seeds: Sequence[int]) -> list[Trial]:
    """The wanted trials, seed by seed."""
    return [
        make(candidate, seed)
        for seed, candidate in itertools.product(seeds, make.candidates)
        if seed in wanted.of(candidate)
    ]
