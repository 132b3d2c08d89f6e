"""What is known of an experiment before it is trained: reads its folder and data, and has the time found out."""

from __future__ import annotations

import itertools

from actsearch.cli.experiment_files import data_of
from actsearch.cli.interruption import Interruption
from actsearch.cli.plan.noise import noise_of
from actsearch.cli.plan.options import PlanOptions
from actsearch.cli.plan.timing import guessed_times, measured_times
from actsearch.config.loading import Loaded
from actsearch.core import capacity
from actsearch.core.experiment import Trial
from actsearch.core.trial_results import FINISHED
from actsearch.data import splitting
from actsearch.store.writer import Store
from actsearch.study import foreseen_stages
from actsearch.study.outlook import Outlook, Wanted, outlook
from actsearch.study.plans import Plan


def outlook_of(loaded: Loaded, plan: Plan, options: PlanOptions, interruption: Interruption) -> Outlook:
    """Reads, times and computes; prints while it times."""
    experiment = plan.experiment
    store = Store(options.out / experiment.name)
    choices = _trials_by_choice(plan)
    finished = _finished(store, choices)
    dataset = data_of(loaded, plan)
    splits = splitting.split(dataset, experiment.data)
    jobs = options.jobs or capacity.default_jobs(plan.threads, dataset.nbytes)
    noise, notes = noise_of(experiment, plan.data_sha256, options)
    is_finished = all(any(trial.id in finished for trial in trials) for trials in choices)
    if options.no_timing or is_finished:  # then what it took is known
        times = guessed_times(plan, plan.trials, store, dataset, splits)
    else:
        times = measured_times(plan, dataset, splits, jobs, options.quiet, interruption)
    return outlook(
        experiment,
        plan.data_sha256,
        str(store.folder),
        dataset,
        splits,
        noise,
        Wanted(options.margin, options.confidence, options.baseline, jobs),
        costs=times.costs,
        basis=times.basis,
        timed=times.timed,
        loading=times.loading,
        finished=finished,
        notes=[*experiment.warnings, *notes],
    )


def _trials_by_choice(plan: Plan) -> list[tuple[Trial, ...]]:
    """For each trial that will be trained, all those that it may turn out to be."""
    choices = []
    for stage in foreseen_stages.foreseen_stages(plan.experiment):
        choices += foreseen_stages.trials_of(stage, plan.experiment, plan.data_sha256)
    return choices


def _finished(store: Store, choices: list[tuple[Trial, ...]]) -> set[str]:
    """The ids of the trials of which nothing is left to be done."""
    survey = store.survey(list(itertools.chain.from_iterable(choices)), repair=False)
    return {trial_id for trial_id, status in survey.status.items() if status in FINISHED} - survey.undiagnosed
