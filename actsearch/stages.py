"""Which trials an experiment asks for now, from what came out so far: one stage decides what the next one trains.

Pure: knows neither files nor Keras nor the terminal. What is asked for depends on results alone that never change once
they are there, so that a run that was killed asks for the same trials when it goes on, in whatever order they end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actsearch.experiment import Candidate, Experiment, Trial, expand
from actsearch.results import Choice, Status, TrialResult

ResultOf = Callable[[Trial], TrialResult]
"""How a trial stands at this moment."""
FINISHED: tuple[Status, ...] = ("completed", "diverged")
"""The statuses of trials that are trained no more."""
METRIC = "val_accuracy"
"""What settings are chosen by, after the last epoch: the test set is for no choice."""


@dataclass(frozen=True)
class Asked:
    """The trials that an experiment asks for at a moment, those of the stages before included."""

    trials: tuple[Trial, ...]
    """Those of the tuning seeds first."""
    chosen: tuple[Choice, ...] = ()
    waiting: tuple[str, ...] = ()
    """What a later stage waits for that training alone will not bring, such as a trial that failed: sentences."""
    may_follow: tuple[Trial, ...] = ()
    """Trials that a later stage may ask for; which of them depends on what comes out."""
    to_follow: int = 0
    """How many of those it will ask for."""


def ask(experiment: Experiment, data_sha256: str, result_of: ResultOf) -> Asked:
    """What an experiment asks for.

    Without tuning seeds: every candidate with every seed. With them, every candidate with every tuning seed first;
    each activation whose trials of those are finished is then asked for with the seeds, at the setting chosen.
    """
    if not experiment.tuning_seeds:
        return Asked(expand(experiment, data_sha256))
    tuning = expand(experiment, data_sha256, experiment.tuning_seeds)
    by_candidate: dict[int, list[TrialResult]] = {}
    for trial in tuning:
        by_candidate.setdefault(id(trial.candidate), []).append(result_of(trial))
    chosen: dict[str, Choice] = {}
    compared, open_, waiting = [], [], []
    for label, candidates in by_label(experiment.candidates).items():
        results = [by_candidate[id(candidate)] for candidate in candidates]
        failed = sum(result.status == "failed" for of_one in results for result in of_one)
        if all(result.status in FINISHED for of_one in results for result in of_one):
            place = best_setting(results)
            compared.append(candidates[place])
            setting = candidates[place].setting
            chosen[label] = Choice(label, setting, mean_of(results[place]), experiment.tuning_seeds)
        else:
            open_ += candidates
        if failed:
            of = "1 of its tuning trials" if failed == 1 else f"{failed} of its tuning trials"
            waiting.append(f"{label}: its setting can be chosen once {of} that failed can be trained")
    those = {id(candidate) for candidate in compared}
    in_order = [candidate for candidate in experiment.candidates if id(candidate) in those]
    return Asked(
        trials=(*tuning, *expand(experiment, data_sha256, candidates=in_order)),
        chosen=tuple(chosen.values()),
        waiting=tuple(waiting),
        may_follow=expand(experiment, data_sha256, candidates=open_),
        to_follow=len(by_label(open_)) * len(experiment.seeds),
    )


def by_label(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    """The settings of each activation of the file, in the file's order."""
    found: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault(candidate.label, []).append(candidate)
    return found


def best_setting(results: Sequence[Sequence[TrialResult]]) -> int:
    """The place of the setting at which the fewest trials diverged; of several, that of the highest mean; the first.

    Args:
        results: of each setting, its finished tuning trials.
    """

    def rank(place: int) -> tuple[int, float]:
        mean = mean_of(results[place])
        diverged = sum(result.status == "diverged" for result in results[place])
        return diverged, math.inf if mean is None else -mean

    return min(range(len(results)), key=rank)


def mean_of(results: Sequence[TrialResult]) -> float | None:
    """The mean of the metric after the last epoch, over the trials that completed; None where none did."""
    values = [value for value in map(value_of, results) if value is not None]
    return math.fsum(values) / len(values) if values else None


def value_of(result: TrialResult) -> float | None:
    """The metric after the last epoch of a completed trial; None of any other."""
    history = result.history.get(METRIC, ())
    return history[-1] if result.status == "completed" and history else None
