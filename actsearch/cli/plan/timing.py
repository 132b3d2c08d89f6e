"""What a trial of each candidate takes: timed in real training steps, or guessed without TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from actsearch.cli.interruption import Interruption
from actsearch.cli.screens.text import printable_text
from actsearch.core import capacity
from actsearch.core.experiment import Trial
from actsearch.core.native_output import held_back
from actsearch.core.sentences import plans as sentences
from actsearch.core.words import number_of
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.store.layout import PLAN_FILE
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import schedule, trial_costs
from actsearch.study.plans import Plan
from actsearch.study.trial_costs import Timed

if TYPE_CHECKING:
    from actsearch.study.trial_costs import CostRange

LONG_LOADING_SECONDS = 1.0
"""Where loading TensorFlow took longer, it was not loaded before, and its time is that of a worker."""


@dataclass(frozen=True)
class Times:
    """What trials take, and how that is known."""

    costs: CostRange | None
    """None where they are unknown without timing."""
    basis: str
    """What the costs are taken from, to end a sentence."""
    timed: Mapping[str, Timed]
    """What was measured, by `trial_costs.kind_of`; empty where nothing was."""
    loading: schedule.Seconds
    """Seconds until a worker trains, as a range."""


def guessed_times(plan: Plan, trials: Sequence[Trial], store: Store, dataset: Dataset, splits: Splits) -> Times:
    """From the epochs that these trials have trained already, or else from the networks' arithmetic."""
    experiment = plan.experiment
    epochs: Mapping[int, Sequence[float]] = {}
    if (store.folder / PLAN_FILE).is_file():
        epochs = trial_costs.measured_epochs(read_experiment(store.folder), trials, experiment)
    costs, basis = trial_costs.guess(experiment, dataset, splits, epochs)
    return Times(costs, basis, {}, schedule.LOADING_SECONDS)


def measured_times(
    plan: Plan, dataset: Dataset, splits: Splits, jobs: int, quiet: bool, interruption: Interruption
) -> Times:
    """Times each kind of network with TensorFlow, beside as many busy processes as a run would have."""

    def say(text: str) -> None:
        if not quiet:
            click.echo(text, err=True)

    trials: dict[str, Trial] = {}
    for trial in plan.trials:
        trials.setdefault(trial_costs.kind_of(trial.candidate), trial)

    def say_step(kind: str, timed: Timed) -> None:
        say(f"  {printable_text(trials[kind].candidate.label)}: {1000 * timed.step:.3g} ms a step")

    say(f"{plan.experiment.name}: TensorFlow is loading")
    began = time.monotonic()
    with held_back():
        from actsearch.study import timing
    took = time.monotonic() - began
    about = round(timing.expected_seconds(len(trials)))
    say(f"timing {number_of(len(trials), 'kind')} of network, about {about} s")
    workers = 1 if capacity.gpus() else jobs
    timed = timing.time_kinds(trials, dataset, splits, workers, say_step, interruption.check)
    costs = trial_costs.timed_costs(plan.experiment, dataset, splits, timed)
    return Times(costs, _basis_of_measured(timed, jobs), timed, _loading(took))


def _basis_of_measured(timed: Mapping[str, Timed], jobs: int) -> str:
    steps = sum(kind.steps for kind in timed.values())
    if jobs == 1:
        return sentences.BASIS_TIMED(steps=steps)
    return sentences.BASIS_TIMED_BESIDE(steps=steps, busy=jobs - 1)


def _loading(took: float) -> schedule.Seconds:
    """Of a worker, which loads Python and the data as well, and beside other workers that do the same."""
    return schedule.Seconds(took + 1.5, 2 * took + 3) if took > LONG_LOADING_SECONDS else schedule.LOADING_SECONDS
