"""The plan of a run: an experiment with its trials and its data, and what it asks for at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from actsearch.core.errors import StoreError
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.trial_results import TrialResult
from actsearch.data.dataset import Dataset
from actsearch.data.sources import fingerprint_of, load_dataset
from actsearch.data.splitting import split
from actsearch.data.suitability import check_networks
from actsearch.store.writer import Store
from actsearch.study import until_decided
from actsearch.study.look_by_look import Looks
from actsearch.study.proposer import MakeProposer, OtherStudy, Proposer, ResultsSoFar, Stage
from actsearch.study.proposers import PROPOSERS, named_proposer, usual_proposer
from actsearch.study.until_decided import UntilDecided


@dataclass(frozen=True)
class Plan:
    """An experiment with what says which of its trials are trained; the data's path is absolute."""

    experiment: Experiment
    data_sha256: str
    proposer: Proposer
    proposer_name: str
    """In the table that it is from."""
    until: UntilDecided | None = None
    """That seeds are added until it is decided."""

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """What is asked for while nothing has come out; `ask_now` says what is asked for later."""
        return self.proposer.propose(ResultsSoFar(_nothing_yet)).trials

    @property
    def threads(self) -> int:
        """TensorFlow's threads in an operation: one number for the whole experiment."""
        return self.experiment.candidates[0].training.threads


def make_plan(
    experiment: Experiment,
    folder: Path,
    until: UntilDecided | None = None,
    *,
    proposer: str | None = None,
    proposers: Mapping[str, MakeProposer] = PROPOSERS,
) -> Plan:
    """The plan of an experiment whose relative paths are relative to `folder`. Loads no data, only their hash.

    Args and errors are those of `plan_for`, and:

    Raises:
        DataError: the data cannot be had.
    """
    if until is not None:
        until_decided.check_rule(until, experiment.task)
        until_decided.check_decidable(experiment)
    located = replace(experiment, data=experiment.data.located(folder))
    return plan_for(located, fingerprint_of(located.data.source), until, proposer=proposer, proposers=proposers)


def plan_for(
    experiment: Experiment,
    data_sha256: str,
    until: UntilDecided | None = None,
    *,
    proposer: str | None = None,
    proposers: Mapping[str, MakeProposer] = PROPOSERS,
) -> Plan:
    """The plan of an experiment whose data have this SHA-256.

    Args:
        experiment: with an absolute path of its data.
        data_sha256: of them.
        until: that it is run until it is decided, which takes the place of another proposer.
        proposer: the name of the one that says what is trained; by default, what the experiment asks for.
        proposers: the table that it is from.

    Raises:
        UserError: there is no such proposer, or it cannot be run `until` it is decided (see `check_decidable`).
    """
    if until is not None:
        return Plan(experiment, data_sha256, Looks(experiment, data_sha256, until), "looks", until)
    name = proposer or usual_proposer(experiment)
    make = named_proposer(name, proposers)
    return Plan(experiment, data_sha256, make(experiment, data_sha256), name)


def ask_now(plan: Plan, store: Store, anew: bool = False) -> Stage:
    """What a plan asks for now, from what lies in the store's folder; nothing is changed there.

    With `anew`, as if nothing lay there.

    Raises:
        StoreError: looks were taken in another way than is asked for, or of another experiment.
    """
    if anew:
        return plan.proposer.propose(ResultsSoFar(_nothing_yet))
    known: dict[str, TrialResult] = {}

    def result_of(trial: Trial) -> TrialResult:
        if trial.id not in known:
            known[trial.id] = store.result(trial)
        return known[trial.id]

    results = ResultsSoFar(result_of, store.looks(), store.decisions(plan.proposer_name))
    try:
        return plan.proposer.propose(results)
    except OtherStudy as error:
        raise StoreError(f"{store.folder}: {error}") from error


def load_checked_data(plan: Plan) -> Dataset:
    """The plan's data, checked against its experiment: splits possible, networks fit.

    Raises:
        DataError: the data are missing or damaged.
        UnsuitableSetting: a setting does not fit them.
    """
    dataset = load_dataset(plan.experiment.data, plan.experiment.task)
    split(dataset, plan.experiment.data)
    check_networks(dataset, plan.experiment.candidates)
    return dataset


def _nothing_yet(trial: Trial) -> TrialResult:
    return TrialResult(trial.id, trial.seed, "waiting", trial.candidate.training.epochs)
