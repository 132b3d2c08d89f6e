"""What a driver finds in an experiment's folder before it begins: how each trial stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from actsearch.core.experiment import Trial
from actsearch.core.json_values import to_json
from actsearch.core.trial_results import FINISHED, Status
from actsearch.store.layout import AGAIN_ENDING, DIAGNOSTICS_FILE, DIFFERS, names_of_trials, trial_folder
from actsearch.store.records.guards import Damaged, sha256
from actsearch.store.records.plan import PlannedTrial
from actsearch.store.records.progress import progress_header
from actsearch.store.records.trial import glance
from actsearch.store.repair import remove_leftovers, remove_second_training, set_trial_aside
from actsearch.store.trial_reader import read_trial


class Survey(NamedTuple):
    """How each trial stands, and what was moved out of the way."""

    status: dict[str, Status]
    problems: list[str]
    failed: set[str]
    """The trials that failed, those among them that have begun again but not ended."""
    undiagnosed: set[str]
    """The finished trials that lack the diagnostics that are asked for."""
    otherwise: set[str]
    """The finished trials that were looked at with other settings than those that are asked for."""
    differing: set[str]
    """The finished trials whose second training came out otherwise."""


def survey_trials(folder: Path, trials: Sequence[Trial], repair: bool = True) -> Survey:
    """How each trial of an experiment stands, by the experiment's folder.

    With `repair`, a damaged one is moved aside, to be trained again, and what a killed driver left is removed.
    """
    survey = Survey({}, [], set(), set(), set(), set())
    names = names_of_trials(folder)
    tried = {name.partition(DIFFERS)[0] for name in names if DIFFERS in name}
    for trial in trials:
        own = trial_folder(folder, trial.id)
        try:
            result = read_trial(own, PlannedTrial.of(trial), driver=None)
        except Damaged as error:
            survey.status[trial.id] = "waiting"
            if repair:
                survey.problems.append(f"{error}; kept as {set_trial_aside(own).name}, trained again")
            continue
        survey.status[trial.id] = result.status
        if result.status == "failed" or progress_header(own).failed_before:
            survey.failed.add(trial.id)
        if result.status in FINISHED:
            _survey_diagnostics(trial, own, survey, trial.id in tried)
            if repair:
                remove_leftovers(own, result)
                if trial.id not in survey.undiagnosed and f"{trial.id}{AGAIN_ENDING}" in names:
                    remove_second_training(folder, trial.id)
    return survey


def _survey_diagnostics(trial: Trial, folder: Path, survey: Survey, tried: bool) -> None:
    """`tried`: it was trained again for them, and came out otherwise."""
    if trial.diagnostics is None:
        return
    commit = glance(folder)
    try:
        is_whole = sha256((folder / DIAGNOSTICS_FILE).read_bytes()) == commit.files.get(DIAGNOSTICS_FILE)
    except OSError:
        is_whole = False
    if not is_whole and tried:
        survey.differing.add(trial.id)  # once is enough: the next time would come out the same
    elif not is_whole:
        survey.undiagnosed.add(trial.id)
    elif commit.diagnostics.get("asked") != to_json(trial.diagnostics):
        survey.otherwise.add(trial.id)
