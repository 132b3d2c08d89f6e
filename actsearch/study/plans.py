"""The plan of a run: an experiment with its trials and its data, and what it asks for at a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from actsearch.core.errors import StoreError, UserError
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.trial_results import TrialResult
from actsearch.data.dataset import Dataset
from actsearch.data.sources import fingerprint, load_dataset, locate, validation_examples
from actsearch.data.splitting import split
from actsearch.data.suitability import check_networks
from actsearch.store.writer import Store
from actsearch.study import stages, until_decided
from actsearch.study.asked_trials import Asked
from actsearch.study.until_decided import UntilDecided


@dataclass(frozen=True)
class Plan:
    """An experiment with its trials; the data's path is absolute."""

    experiment: Experiment
    trials: tuple[Trial, ...]
    """What is asked for while nothing has come out; `ask_now` says what is asked for later."""
    until: UntilDecided | None = None
    """That seeds are added until it is decided."""

    @property
    def data_sha256(self) -> str:
        return self.trials[0].data_sha256

    @property
    def in_stages(self) -> bool:
        """Whether what comes out decides what is trained next."""
        return bool(self.experiment.tuning_seeds) or self.until is not None

    @property
    def threads(self) -> int:
        """TensorFlow's threads in an operation: one number for the whole experiment."""
        return self.experiment.candidates[0].training.threads


def make_plan(experiment: Experiment, folder: Path, until: UntilDecided | None = None) -> Plan:
    """The trials of an experiment whose relative paths are relative to `folder`. Loads no data, only their hash.

    Raises:
        DataError: the data cannot be had.
        UserError: it cannot be run `until` it is decided (see `until_decided.check_decidable`), or not by such a rule.
    """
    if until is not None:
        until_decided.check_rule(until)
        until_decided.check_decidable(experiment)
    located = replace(experiment, data=locate(experiment.data, folder))
    sha256 = fingerprint(located.data)
    return Plan(located, stages.ask(located, sha256, _nothing_yet, until=until).trials, until)


def ask_now(plan: Plan, store: Store, anew: bool = False) -> Asked:
    """What a plan asks for now, from what lies in the store's folder; nothing is changed there.

    With `anew`, as if nothing lay there.

    Raises:
        StoreError: looks were taken in another way than is asked for, or of another experiment.
    """
    if anew:
        return stages.ask(plan.experiment, plan.data_sha256, _nothing_yet, until=plan.until)
    record = store.looks()
    if not plan.in_stages and record is None:
        return Asked(plan.trials)
    known: dict[str, TrialResult] = {}

    def result_of(trial: Trial) -> TrialResult:
        if trial.id not in known:
            known[trial.id] = store.result(trial)
        return known[trial.id]

    begins = record is None and plan.until is not None and plan.experiment.task.decisive.is_share
    examples = validation_examples(plan.experiment.data) if begins else None
    try:
        return stages.ask(
            plan.experiment, plan.data_sha256, result_of, until=plan.until, record=record, examples=examples
        )
    except UserError as error:
        raise StoreError(f"{store.folder}: {error}") from error


def load_checked_data(plan: Plan) -> Dataset:
    """The plan's data, checked against its experiment: splits possible, networks fit.

    Raises:
        DataError: the data are missing or damaged.
        UnsuitableSetting: a setting does not fit them.
    """
    dataset = load_dataset(plan.experiment.data)
    split(dataset, plan.experiment.data)
    check_networks(dataset, plan.experiment.candidates)
    return dataset


def _nothing_yet(trial: Trial) -> TrialResult:
    return TrialResult(trial.id, trial.seed, "waiting", trial.candidate.training.epochs)
