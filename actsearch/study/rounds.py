"""What is trained next: what a plan's proposer asks for and its folder leaves to be done, round after round."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace

from actsearch.core.experiment import Trial
from actsearch.core.looks_record import LookTaken
from actsearch.core.results import Choice
from actsearch.core.trial_results import FINISHED, Status
from actsearch.store.resuming import Origin
from actsearch.store.survey import Survey
from actsearch.store.writer import Store
from actsearch.study.plans import Plan, ask_now
from actsearch.study.proposer import Stage


@dataclass(frozen=True)
class Work:
    """What a plan and its folder leave to be done."""

    left: tuple[Trial, ...]
    stage: Stage
    """What is asked for now, what is finished included."""
    status: Mapping[str, Status]
    """Of each trial, before anything is trained."""
    origins: Mapping[str, Origin]
    """The checkpoints that trials left to do can go on from."""
    longer: frozenset[str]
    """Trials that are a finished one of the plan before with more epochs."""
    problems: tuple[str, ...]
    """What was found damaged and moved aside, a line each."""
    undiagnosed: frozenset[str] = frozenset()
    """Finished trials that lack the diagnostics asked for: to be trained again, beside what they have."""
    otherwise: int = 0
    """How many finished trials were looked at with other settings than are asked for now."""
    differing: int = 0
    """How many finished trials were trained again once, and came out otherwise."""
    unseen: frozenset[str] = frozenset()
    """Trials that have begun, but without what is asked to be looked at: they begin anew."""
    held: int = 0
    """How many finished trials are left out for now, and asked for again if what comes out asks for them."""
    chosen: tuple[Choice, ...] = ()
    """The settings that were chosen since the last round; in the first, all that are chosen."""
    looks: tuple[LookTaken, ...] = ()
    """The looks taken since the last round, or since the run before."""
    tried: int = 0
    """How many trials of the rounds before came to no end that counts: they failed."""

    @property
    def finished(self) -> frozenset[str]:
        """The trials of which nothing is left to be done."""
        done = (i for i, status in self.status.items() if status in FINISHED)
        return frozenset(done) - self.undiagnosed


def rounds_of_work(
    plan: Plan, store: Store, *, accept_changes: bool = False, only_failed: bool = False
) -> Generator[Work, None, None]:
    """What is left to do, round after round: when all of one is trained, the proposer says what is trained next.

    The caller holds the store's lock, and trains all that is left before it asks for the next round, or stops. The
    first round comes in any case; the rounds end with the last stage, or where nothing is left. No trial is in two of
    them: what failed is tried again by the next run.

    Args and errors are those of `begin_round`.
    """
    tried: set[str] = set()
    chosen: tuple[Choice, ...] = ()
    while True:
        work = begin_round(
            plan, store, accept_changes=accept_changes or bool(tried), only_failed=only_failed, tried=tried
        )
        yield replace(work, chosen=tuple(choice for choice in work.chosen if choice not in chosen))
        if work.stage.is_last or not work.left:
            return
        chosen = work.chosen
        tried |= {trial.id for trial in work.left}


def begin_round(
    plan: Plan,
    store: Store,
    *,
    accept_changes: bool = False,
    only_failed: bool = False,
    tried: Collection[str] = (),
) -> Work:
    """Writes the plan into the store's folder, and says what is left to do. The caller holds the store's lock.

    Args:
        plan: what is asked for.
        store: where.
        accept_changes: go on though finished trials do not belong to the experiment any more.
        only_failed: leave to do only the trials that failed.
        tried: trials that this run has trained already: they are not left to do, whatever came out.

    Raises:
        StoreError: the folder cannot be used, or (`Stranding`) finished trials would be left out.
    """
    problems = store.set_damaged_plan_aside()
    before = store.looks()
    stage = ask_now(plan, store)
    held = 0 if stage.later is None else store.held(stage.trials, stage.later)
    longer = store.begin(plan.experiment, stage.trials, accept_changes, later=stage.later, chosen=stage.chosen)
    if stage.looks is not None:
        store.keep_looks(stage.looks)
    if stage.decisions is not None:
        store.keep_decisions(plan.proposer_name, stage.decisions)
    survey = store.survey(stage.trials)
    undiagnosed = frozenset() if only_failed else frozenset(survey.undiagnosed.difference(tried))
    store.train_again(undiagnosed)
    wanted = [trial for trial in trials_to_train(stage.trials, survey, only_failed) if trial.id not in tried]
    problems += [*survey.problems, *store.set_damaged_checkpoints_aside(wanted)]
    origins = {trial.id: origin for trial in wanted if (origin := store.origin(trial)) is not None}
    return Work(
        left=tuple(wanted),
        stage=stage,
        status=survey.status,
        origins=origins,
        longer=longer,
        problems=tuple(problems),
        undiagnosed=undiagnosed,
        otherwise=len(survey.otherwise),
        differing=len(survey.differing),
        unseen=frozenset(trial.id for trial in wanted if trial.id not in origins and store.has_unseen(trial)),
        held=held,
        chosen=stage.chosen,
        looks=() if stage.looks is None else stage.looks.taken[0 if before is None else len(before.taken) :],
        tried=sum(survey.status.get(trial_id) not in FINISHED for trial_id in tried),
    )


def trials_to_train(trials: Sequence[Trial], survey: Survey, only_failed: bool = False) -> list[Trial]:
    """Those that are not finished or lack their diagnostics; with `only_failed`, those that failed."""
    if only_failed:
        return [t for t in trials if survey.status[t.id] not in FINISHED and t.id in survey.failed]
    return [t for t in trials if survey.status[t.id] not in FINISHED or t.id in survey.undiagnosed]
