"""Finds experiments in folders of results, and reads what came out of them."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from actsearch.core.errors import UserError
from actsearch.core.looks_record import LooksRecord
from actsearch.core.measures import ScoresAsked, scores_keys
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.store.layout import (
    EXPERIMENT_FILE,
    LOOKS_FILE,
    PLAN_FILE,
    SET_ASIDE,
    TRIALS_FOLDER,
    other_trials,
    second_training_folder,
    trial_folder,
)
from actsearch.store.lock import running_driver
from actsearch.store.records.guards import Damaged
from actsearch.store.records.looks import read_looks
from actsearch.store.records.plan import PlannedCandidate, PlannedTrial, PlanRecord, damaged_plan, read_plan
from actsearch.store.records.predictions import ScoresReader
from actsearch.store.trial_reader import read_diagnostics, read_trial, waiting


class ExperimentFolder(NamedTuple):
    """An experiment's folder, and its place below the path that was searched (`.` for that path itself)."""

    folder: Path
    below: Path


def find_experiments(path: Path) -> list[ExperimentFolder]:
    """The experiments at or below a path, in the order of their names, found by their `experiment.yaml`.

    Raises:
        UserError: there is none, or no such path.
    """
    if not path.exists():
        raise UserError(f"{path}: no such folder; train something first: actsearch run FILE")
    if not path.is_dir():
        raise UserError(f"{path}: is a file; give a folder of results, such as results/")
    experiments = []
    for name, below, files in os.walk(path):
        # Not a user's own experiment file.
        if EXPERIMENT_FILE in files and (PLAN_FILE in files or TRIALS_FOLDER in below):
            experiments.append(ExperimentFolder(Path(name), Path(name).relative_to(path)))
            below.clear()
        below[:] = sorted(inner for inner in below if not inner.startswith(".") and not SET_ASIDE.search(inner))
    if not experiments:
        has = f"no {EXPERIMENT_FILE}"
        if (path / EXPERIMENT_FILE).is_file():
            has = f"{EXPERIMENT_FILE}, but no {PLAN_FILE} and no {TRIALS_FOLDER}"
        raise UserError(f"{path}: no experiment here (in it or below is {has}); train one first: actsearch run FILE")
    return experiments


def read_experiment(
    folder: Path, ended: bool = False, diagnostics: bool = False, scores: Collection[ScoresAsked] = ()
) -> ExperimentResult:
    """What came out of one experiment, as it stands.

    Args:
        folder: the experiment's.
        ended: the driver is this process and has stopped.
        diagnostics: read (and check) the diagnostics of its trials as well; they are most of what there is to read.
        scores: of which metrics and epochs to read the scores of the examples, see `question.scores_needed`.

    Raises:
        StoreError: `plan.json` is missing, damaged, or written by a newer version.
    """
    plan = read_plan(folder)
    keys = scores_keys(plan.task, scores)
    try:
        return _ExperimentReader(folder, None if ended else running_driver(folder), diagnostics, keys).read(plan)
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged_plan(folder) from error


class _ExperimentReader:
    """Reads one experiment once, and notes the files that cannot be read."""

    def __init__(self, folder: Path, driver: str | None, diagnostics: bool, scores: Collection[str]) -> None:
        self._folder, self._driver, self._diagnostics = folder, driver, diagnostics
        self._scores_reader = ScoresReader(scores) if scores else None
        self._problems: list[str] = []

    def read(self, plan: PlanRecord) -> ExperimentResult:
        candidates = tuple(map(self._candidate, plan.candidates))
        wanted: set[str] = set()
        for candidate in candidates:
            wanted |= {trial.id for trial in candidate.all_trials}
        looks = self._looks(wanted)
        return ExperimentResult(
            name=plan.name,
            description=plan.description,
            folder=str(self._folder),
            candidates=candidates,
            validation_is_test=plan.validation_is_test,
            loss=plan.loss,
            task=plan.task,
            warnings=plan.warnings,
            stranded=tuple(other_trials(self._folder, wanted)),
            earlier_seeds=plan.earlier_seeds,
            grid=plan.grid,
            problems=tuple(self._problems),
            again=tuple(i for i in sorted(wanted) if second_training_folder(self._folder, i).is_dir()),
            tuning_seeds=plan.tuning_seeds,
            chosen=plan.chosen or (),
            looks=looks,
        )

    def _candidate(self, planned: PlannedCandidate) -> CandidateResult:
        trials = [self._trial(trial) for trial in planned.trials]
        return CandidateResult(
            label=planned.label,
            activation=planned.activation_value,
            setting=planned.setting,
            trials=tuple(trial for trial in trials if trial.role == "comparison"),
            tuning=tuple(trial for trial in trials if trial.role == "tuning"),
        )

    def _trial(self, planned: PlannedTrial) -> TrialResult:
        folder = trial_folder(self._folder, planned.id)
        try:
            result = read_trial(folder, planned, self._driver, self._scores_reader)
        except Damaged as error:
            self._problems.append(f"{error}; the next run trains this trial again")
            result = waiting(planned)
        if self._diagnostics:
            try:
                result = replace(result, diagnostics=read_diagnostics(folder))
            except Damaged as error:
                self._problems.append(f"{error}; the next run looks again")
        return result

    def _looks(self, wanted: Collection[str]) -> LooksRecord | None:
        try:
            looks = read_looks(self._folder)
        except Damaged as error:
            self._problems.append(f"{error}; a run --until-decided takes the looks anew, from the trials")
            return None
        if looks is None or all(contender.first in wanted for contender in looks.contenders):
            return looks
        path = self._folder / LOOKS_FILE
        self._problems.append(f"{path}: is about trials that the experiment does not ask for any more")
        return None
