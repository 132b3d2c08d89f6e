"""Which setting of each activation is chosen, by its trials with the tuning seeds. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from actsearch.analysis.comparisons.tuning import mean_of
from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.identity import expand
from actsearch.core.results import Choice
from actsearch.core.sentences import runs
from actsearch.core.tasks import Task
from actsearch.core.trial_results import FINISHED, TrialResult
from actsearch.study.proposer import ResultOf


@dataclass(frozen=True)
class TunedSettings:
    """The settings that are chosen at a moment; without tuning seeds, all those of the file."""

    trials: tuple[Trial, ...]
    """The tuning trials of all settings."""
    chosen: tuple[Choice, ...]
    waiting: tuple[str, ...]
    """What a choice waits for that training alone will not bring: sentences."""
    compared: tuple[Candidate, ...]
    """The candidates that are compared, each at a setting that is fixed, in the file's order."""
    open: tuple[Candidate, ...]
    """Those of which one is to be chosen still, for each activation."""


def tuned_settings(experiment: Experiment, data_sha256: str, result_of: ResultOf) -> TunedSettings:
    """Chooses the setting of each activation whose trials with the tuning seeds are finished."""
    if not experiment.tuning_seeds:
        return TunedSettings((), (), (), experiment.candidates, ())
    trials = expand(experiment, data_sha256, experiment.tuning_seeds)
    by_candidate: dict[int, list[TrialResult]] = {}
    for trial in trials:
        by_candidate.setdefault(id(trial.candidate), []).append(result_of(trial))
    chosen, waiting = [], []
    compared: set[int] = set()
    undecided: list[Candidate] = []
    for label, candidates in by_label(experiment.candidates).items():
        results = [by_candidate[id(candidate)] for candidate in candidates]
        statuses = [result.status for result in itertools.chain.from_iterable(results)]
        if all(status in FINISHED for status in statuses):
            place = best_setting(results, experiment.task)
            compared.add(id(candidates[place]))
            chosen.append(
                Choice(
                    label, candidates[place].setting, mean_of(results[place], experiment.task), experiment.tuning_seeds
                )
            )
        else:
            undecided += candidates
        if failed := statuses.count("failed"):
            waiting.append(runs.SETTING_WAITS(label=label, failed=failed))
    in_order = tuple(candidate for candidate in experiment.candidates if id(candidate) in compared)
    return TunedSettings(trials, tuple(chosen), tuple(waiting), in_order, tuple(undecided))


def by_label(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    """The settings of each activation of the file, in the file's order."""
    settings: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        settings.setdefault(candidate.label, []).append(candidate)
    return settings


def best_setting(results: Sequence[Sequence[TrialResult]], task: Task) -> int:
    """The place of the setting at which the fewest trials diverged; of several, that of the best mean; the first.

    Args:
        results: of each setting, its finished tuning trials.
        task: whose metric decides.
    """

    def rank(place: int) -> tuple[int, float]:
        mean = mean_of(results[place], task)
        diverged = sum(result.status == "diverged" for result in results[place])
        return diverged, math.inf if mean is None else sign * mean

    sign = -1 if task.decisive.higher_is_better else 1
    return min(range(len(results)), key=rank)
