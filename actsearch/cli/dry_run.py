"""What a run would do, without doing it: as a value, as lines and as JSON. Writes and prints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.cli import terminal
from actsearch.core.experiment import Trial
from actsearch.core.trial_results import FINISHED
from actsearch.core.words import number_of
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import split
from actsearch.store.layout import PLAN_FILE
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import foreseen_stages, plans, rounds, schedule, trial_costs
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
    seconds: tuple[float, float]
    """From the command to its end, as a range; until it is decided, of what would be trained first."""
    basis: str
    """What that is taken from, to end a sentence."""
    looking: float
    """Which share of it is for diagnostics."""
    undiagnosed: int
    """Finished trials that lack the diagnostics asked for, and would be trained again."""
    warnings: tuple[str, ...]
    refusal: str | None
    """What the run would stop at."""


def dry_run(
    plan: Plan,
    store: Store,
    dataset: Dataset,
    jobs: int,
    *,
    anew: bool = False,
    only_failed: bool = False,
    refusal: str | None = None,
) -> DryRun:
    """Reads what is there and computes the rest.

    Args:
        plan: what would be run.
        store: where.
        dataset: the plan's.
        jobs: workers at a time.
        anew: as if nothing were there.
        only_failed: train only the trials that failed.
        refusal: what the run would stop at.
    """
    experiment = plan.experiment
    asked = plans.ask_now(plan, store, anew)
    survey = store.survey(() if anew else asked.trials, repair=False)
    left = list(asked.trials) if anew else rounds.trials_to_train(asked.trials, survey, only_failed)
    wanted = {trial.id for trial in left}
    known = (store.folder / PLAN_FILE).is_file()
    epochs = trial_costs.measured_epochs(read_experiment(store.folder), asked.trials, experiment) if known else {}
    costs, basis = trial_costs.guess(experiment, dataset, split(dataset, experiment.data), epochs)
    stages: list[list[tuple[int, ...]]] = [[(place,) for place in foreseen_stages.places(experiment, left)]]
    if plan.until is None:
        stages.append(foreseen_stages.choices_to_follow(experiment, asked.may_follow))
    return DryRun(
        experiment=experiment.name,
        folder=store.folder,
        trials=asked.trials,
        left=tuple(left),
        finished=frozenset(i for i, status in survey.status.items() if status in FINISHED) - wanted,
        to_follow=asked.to_follow,
        until_decided=plan.until is not None,
        workers=max(1, min(jobs, max(map(len, stages)))),
        seconds=schedule.total(stages, costs, jobs),
        basis=basis,
        looking=schedule.share_of_looking(stages, costs),
        undiagnosed=0 if only_failed else len(survey.undiagnosed),
        warnings=experiment.warnings,
        refusal=refusal,
    )


def lines(found: DryRun) -> Iterator[str]:
    """A line a trial, then how many there are, how long they take, and what to beware of."""
    left = {trial.id for trial in found.left}
    for trial in found.trials:
        state = "finished" if trial.id in found.finished else "to train" if trial.id in left else "left out"
        yield f"{state}  {terminal.name_of(trial)}  ({trial.id})"
    yield f"{found.experiment}: {number_of(len(found.trials), 'trial')}, {len(left)} to train, into {found.folder}"
    if found.to_follow:
        up_to, when = ("up to ", "until it is decided") if found.until_decided else ("", "at the settings chosen")
        yield f"then {up_to}{found.to_follow} more, {when}"
    if left:
        first = f" for the first {len(left)}" if found.until_decided and found.to_follow else ""
        share = f", {max(found.looking, 0.001):.1%} of it for diagnostics" if found.left[0].diagnostics else ""
        yield (
            f"about {terminal.span(*found.seconds)} with {number_of(found.workers, 'worker')}{first}{share}"
            f" (from {found.basis})"
        )
    for warning in found.warnings:
        yield f"note: {warning}"
    if found.undiagnosed:
        yield terminal.undiagnosed_line(found.undiagnosed)
    if found.refusal is not None:
        yield f"note: the run would stop at this: {found.refusal}"


def as_json(found: DryRun) -> dict[str, Any]:
    """The same for other programs; times in seconds."""
    low, high = found.seconds
    return {
        "experiment": found.experiment,
        "trials": [{"trial": trial.id, "finished": trial.id in found.finished} for trial in found.trials],
        "may_follow": found.to_follow,
        "seconds": {"low": low, "high": high, "basis": found.basis, "diagnostics_share": found.looking},
        "would_stop_at": found.refusal,
    }
