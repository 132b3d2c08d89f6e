"""What a run would do, found out without doing it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from actsearch.cli.plan.timing import guessed_times
from actsearch.cli.run.options import RunOptions
from actsearch.cli.run.refusal import would_stop_at
from actsearch.core.experiment import Trial
from actsearch.core.trial_results import FINISHED
from actsearch.data import splitting
from actsearch.data.dataset import Dataset
from actsearch.store.writer import Store
from actsearch.study import foreseen_stages, plans, rounds, schedule
from actsearch.study.plans import Plan


@dataclass(frozen=True)
class DryRun:
    """What a run would find and do."""

    experiment: str
    folder: Path
    trials: tuple[Trial, ...]
    """All that is asked for now."""
    left: tuple[Trial, ...]
    """Of them, what would be trained."""
    finished: frozenset[str]
    """Of them, the ids of those of which nothing is left to be done."""
    to_follow: int
    """How many more what comes out may ask for, at most."""
    until_decided: bool
    workers: int
    seconds: tuple[float, float] | None
    """From the command to its end, as a range; until it is decided, of what would be trained first. None: unknown
    without timing."""
    basis: str
    """What that is taken from, to end a sentence."""
    looking: float | None
    """Which share of it is for diagnostics, where it is known."""
    undiagnosed: int
    """Finished trials that lack the diagnostics asked for, and would be trained again."""
    warnings: tuple[str, ...]
    refusal: str | None
    """What the run would stop at."""


def dry_run_of(plan: Plan, dataset: Dataset, options: RunOptions) -> DryRun:
    """Reads what is there and computes the rest."""
    experiment, store = plan.experiment, Store(options.folder_of(plan))
    jobs = options.workers(plan, dataset.nbytes)
    refusal = would_stop_at(plan, options)
    stage = plans.ask_now(plan, store, options.fresh)
    survey = store.survey(() if options.fresh else stage.trials, repair=False)
    left = list(stage.trials) if options.fresh else rounds.trials_to_train(stage.trials, survey, options.retry_failed)
    to_train = {trial.id for trial in left}
    times = guessed_times(plan, stage.trials, store, dataset, splitting.split(dataset, experiment.data))
    stages = [[(place,) for place in foreseen_stages.places(experiment, left)], stage.foreseen]
    return DryRun(
        experiment=experiment.name,
        folder=store.folder,
        trials=stage.trials,
        left=tuple(left),
        finished=frozenset(trial_id for trial_id, status in survey.status.items() if status in FINISHED) - to_train,
        to_follow=stage.to_follow,
        until_decided=plan.until is not None,
        workers=max(1, min(jobs, max(map(len, stages)))),
        seconds=None if times.costs is None else schedule.total(stages, times.costs, jobs),
        basis=times.basis,
        looking=None if times.costs is None else schedule.share_of_looking(stages, times.costs),
        undiagnosed=0 if options.retry_failed else len(survey.undiagnosed),
        warnings=experiment.warnings,
        refusal=None if refusal is None else str(refusal),
    )
