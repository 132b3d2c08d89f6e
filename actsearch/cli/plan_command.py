"""What `actsearch plan` does with one experiment: reads, times and computes what is known of it. Prints."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actsearch.cli.experiment_files import load_data
from actsearch.core.errors import StoreError, UserError
from actsearch.core.spelling import did_you_mean
from actsearch.core.words import number_of

if TYPE_CHECKING:
    from actsearch.analysis.study_noise import Noise
    from actsearch.cli.interruption import Interruption
    from actsearch.config.loading import Loaded
    from actsearch.core.experiment import Experiment, Trial
    from actsearch.data.dataset import Dataset
    from actsearch.data.splitting import Splits
    from actsearch.study.outlook import Outlook
    from actsearch.study.plans import Plan
    from actsearch.study.schedule import Seconds
    from actsearch.study.trial_costs import Timed


@dataclass(frozen=True)
class Rules:
    """The options of `plan` that hold for each of its experiments."""

    margin: float
    confidence: float
    baseline: str | None
    out: Path
    jobs: int | None
    sd: float | None
    correlation: float | None
    no_timing: bool
    quiet: bool

    def refuse(self, loaded: Sequence[Loaded]) -> None:
        """A baseline that is no activation of a file; thread counts that one process cannot have."""
        for one in loaded:
            labels = list(dict.fromkeys(candidate.label for candidate in one.experiment.candidates))
            if self.baseline is not None and self.baseline not in labels:
                remedy = did_you_mean(self.baseline, labels)
                raise UserError(f"--baseline {self.baseline}: {one.path} has no such activation; {remedy}")
        threads = sorted({one.experiment.candidates[0].training.threads for one in loaded})
        if len(threads) > 1 and not self.no_timing:
            counts = " and ".join(map(str, threads))
            raise UserError(
                f"training.threads differs between the files ({counts}), and one process has one number; plan them"
                " apart, or with --no-timing"
            )


def outlook_of(loaded: Loaded, plan: Plan, rules: Rules, interruption: Interruption) -> Outlook:
    """What is known of an experiment before it is trained: read, timed and computed."""
    from actsearch.core import capacity
    from actsearch.core.trial_results import FINISHED
    from actsearch.data import splitting
    from actsearch.store.layout import PLAN_FILE
    from actsearch.store.reader import read_experiment
    from actsearch.store.writer import Store
    from actsearch.study import trial_costs
    from actsearch.study.foreseen_stages import foreseen_stages, trials_of
    from actsearch.study.outlook import Wanted, outlook
    from actsearch.study.schedule import LOADING_SECONDS

    experiment, sha256 = plan.experiment, plan.data_sha256
    store = Store(rules.out / experiment.name)
    may_be = [one for stage in foreseen_stages(experiment) for one in trials_of(stage, experiment, sha256)]
    survey = store.survey([trial for trials in may_be for trial in trials], repair=False)
    finished = {i for i, one in survey.status.items() if one in FINISHED} - survey.undiagnosed
    dataset = load_data(loaded, plan)
    splits = splitting.split(dataset, experiment.data)
    jobs = rules.jobs or capacity.default_jobs(plan.threads, dataset.nbytes)
    noise, notes = _noise(experiment, sha256, rules)
    timed: Mapping[str, Timed] = {}
    loading = LOADING_SECONDS
    is_finished = all(any(trial.id in finished for trial in trials) for trials in may_be)
    if rules.no_timing or is_finished:  # then what it took is known
        known = (store.folder / PLAN_FILE).is_file()
        epochs = trial_costs.measured_epochs(read_experiment(store.folder), plan.trials, experiment) if known else {}
        costs, basis = trial_costs.guess(experiment, dataset, splits, epochs)
    else:
        timed, loading = _timed(plan, dataset, splits, jobs, rules, interruption)
        costs = trial_costs.timed_costs(experiment, dataset, splits, timed)
        steps = sum(one.steps for one in timed.values())
        beside = "" if jobs == 1 else f" beside {jobs - 1} busy process{'es' if jobs > 2 else ''}"
        basis = f"{steps} steps of training, timed now{beside}: the medians and quartiles"
    wanted = Wanted(rules.margin, rules.confidence, rules.baseline, jobs)
    return outlook(
        experiment, sha256, str(store.folder), dataset, splits, noise, wanted,
        costs=costs, basis=basis, timed=timed, loading=loading, finished=finished,
        notes=[*experiment.warnings, *notes],
    )  # fmt: skip


def _noise(experiment: Experiment, data_sha256: str, rules: Rules) -> tuple[Noise, list[str]]:
    """How much of an accuracy is chance, from the likest finished study below --out; and what could not be read."""
    from actsearch.analysis.study_noise import assumed_noise, likest_study, measured_noise, noise_as_given
    from actsearch.store.reader import find_experiments, read_experiment

    try:
        folders = [one.folder for one in find_experiments(rules.out)]
    except UserError:  # nothing is there yet
        folders = []
    results, notes = [], []
    for folder in folders:
        try:
            results.append(read_experiment(folder))
        except StoreError as error:
            notes.append(str(error))
    found = likest_study(results, experiment, data_sha256)
    noise = assumed_noise()
    if found is not None:
        result, like = found
        split = "test_last" if result.validation_is_test else "validation_last"
        noise = measured_noise(read_experiment(Path(result.folder), predictions=[split]), like)
    return noise_as_given(noise, rules.sd, rules.correlation), notes


def _timed(
    plan: Plan, dataset: Dataset, splits: Splits, jobs: int, rules: Rules, interruption: Interruption
) -> tuple[Mapping[str, Timed], Seconds]:
    """Times each kind of network with TensorFlow: what its steps take, and how long the loading of TensorFlow took."""
    from actsearch.cli import terminal
    from actsearch.core import capacity
    from actsearch.core.native_output import held_back
    from actsearch.study import trial_costs
    from actsearch.study.schedule import LOADING_SECONDS, Seconds

    trials: dict[str, Trial] = {}
    for trial in plan.trials:
        trials.setdefault(trial_costs.kind_of(trial.candidate), trial)

    def say(text: str) -> None:
        if not rules.quiet:
            click.echo(text, err=True)

    say(f"{plan.experiment.name}: TensorFlow is loading")
    began = time.monotonic()
    with held_back():
        from actsearch.study import timing
    took = time.monotonic() - began
    about = round(timing.expected_seconds(len(trials)))
    say(f"timing {number_of(len(trials), 'kind')} of network, about {about} s")
    timed: Mapping[str, Timed] = timing.time_kinds(
        trials,
        dataset,
        splits,
        workers=1 if capacity.gpus() else jobs,
        say=lambda kind, one: say(
            f"  {terminal.printable(trials[kind].candidate.label)}: {1000 * one.step:.3g} ms a step"
        ),
        check=interruption.check,
    )
    # A worker loads Python and the data as well, and beside other workers that do the same.
    return timed, Seconds(took + 1.5, 2 * took + 3) if took > 1 else LOADING_SECONDS
