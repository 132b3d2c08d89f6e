"""Writes what an experiment asks for: `plan.json`, `experiment.yaml`, and the modules of the user's functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.files import write_if_changed
from actsearch.core.results import Choice
from actsearch.store.experiment_file import document_to_bytes, keep_sources
from actsearch.store.layout import EXPERIMENT_FILE, PLAN_FILE, trial_folder, trials_folder
from actsearch.store.records.looks import known_looks
from actsearch.store.records.plan import PlannedCandidate, PlannedTrial, PlanRecord, seeds_before
from actsearch.store.records.trial import glance


def write_plan(folder: Path, plan: PlanRecord, experiment: Experiment) -> None:
    """Writes all of them, those that are not there already."""
    document = document_to_bytes(experiment)
    # The plan first: a folder is an experiment once it has an experiment.yaml, and is then read by its plan.
    write_if_changed(folder / PLAN_FILE, plan.to_bytes())
    write_if_changed(folder / EXPERIMENT_FILE, document)
    keep_sources(folder, experiment)
    trials_folder(folder).mkdir(exist_ok=True)


def plan_of(
    experiment: Experiment,
    trials: Sequence[Trial],
    contained: Sequence[str],
    chosen: Sequence[Choice],
    earlier_seeds: Sequence[int],
) -> PlanRecord:
    """What an experiment expands to now; see `PlanRecord` for the arguments."""
    by_candidate: dict[int, list[Trial]] = {}
    for trial in trials:
        by_candidate.setdefault(id(trial.candidate), []).append(trial)
    tuning_seeds = frozenset(experiment.tuning_seeds)
    return PlanRecord(
        name=experiment.name,
        description=experiment.description,
        validation_is_test=experiment.data.holdout is None,
        task=experiment.task.of_results,
        loss=experiment.candidates[0].training.loss,
        warnings=experiment.warnings,
        grid=experiment.document.get("grid") or {},
        candidates=tuple(
            _planned(candidate, by_candidate.get(id(candidate), []), tuning_seeds)
            for candidate in experiment.candidates
        ),
        contained=tuple(contained),
        tuning_seeds=experiment.tuning_seeds,
        chosen=tuple(chosen) if tuning_seeds else None,
        earlier_seeds=tuple(earlier_seeds),
    )


def _planned(candidate: Candidate, trials: Sequence[Trial], tuning_seeds: Collection[int]) -> PlannedCandidate:
    return PlannedCandidate(
        label=candidate.label,
        activation=candidate.activation.as_plain(),
        setting=candidate.setting,
        trials=tuple(
            PlannedTrial.of(trial, "tuning" if trial.seed in tuning_seeds else "comparison") for trial in trials
        ),
    )


def earlier_seeds(folder: Path, experiment: Experiment) -> list[int]:
    """With how many seeds all trials had ended before the experiment asked for more, as by someone who saw them.

    Who adds seeds because of what the first ones showed calls equals different more often. A study with looks pays for
    them: of it no more is noted.
    """
    before = seeds_before(folder)
    if before is None:
        return []
    earlier = {n for n in before.earlier if n < len(experiment.seeds)}
    has_more = len(before.seeds) > 1 and before.seeds < {*experiment.seeds} and known_looks(folder) is None
    if has_more and all(glance(trial_folder(folder, trial_id)).has_ended for trial_id in before.trial_ids):
        earlier.add(len(before.seeds))
    return sorted(earlier)
