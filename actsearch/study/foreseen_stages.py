"""The stages of a run as they are foreseen: which trials are trained together, while nothing has come out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.identity import expand
from actsearch.core.trial_results import Role

TrialPlaces = Sequence[int]
"""The places among the experiment's candidates that a trial may turn out to be at: several, where a setting will have
been chosen among them by then."""


@dataclass(frozen=True)
class ForeseenStage:
    """Trials that are trained together: a later stage waits until the one before is finished."""

    role: Role
    choices: tuple[tuple[int, ...], ...]
    """Each is trained with every seed: the places that its trial may be at, see `TrialPlaces`."""
    seeds: tuple[int, ...]

    @property
    def trials(self) -> int:
        return len(self.choices) * len(self.seeds)

    @property
    def choices_of_trials(self) -> list[tuple[int, ...]]:
        """Those of each trial, seed by seed."""
        return list(self.choices) * len(self.seeds)


def foreseen_stages(experiment: Experiment, seeds: int | None = None) -> tuple[ForeseenStage, ...]:
    """The stages of an experiment: with tuning seeds, every setting with those first, then one of each activation.

    Args:
        experiment: which one.
        seeds: how many to compare with; by default those of the file.
    """
    everything = tuple((place,) for place in range(len(experiment.candidates)))
    compared = experiment.seeds if seeds is None else tuple(range(seeds))
    if not experiment.tuning_seeds:
        return (ForeseenStage("comparison", everything, compared),)
    chosen = settings_to_choose(experiment, experiment.candidates)
    tuning = ForeseenStage("tuning", everything, experiment.tuning_seeds)
    return tuning, ForeseenStage("comparison", chosen, compared)


def contenders(experiment: Experiment) -> tuple[str, ...]:
    """What is compared: the labels of the activations, each at one setting."""
    return tuple(dict.fromkeys(candidate.label for candidate in experiment.candidates))


def trials_of(stage: ForeseenStage, experiment: Experiment, data_sha256: str) -> list[tuple[Trial, ...]]:
    """The trials of a stage in their order, each as those that it may turn out to be."""
    everything = expand(experiment, data_sha256, stage.seeds)
    n = len(experiment.candidates)
    trials = []
    for start in range(0, len(everything), n):
        of_seed = everything[start : start + n]
        trials += [tuple(of_seed[place] for place in choice) for choice in stage.choices]
    return trials


def settings_to_choose(experiment: Experiment, candidates: Sequence[Candidate]) -> tuple[tuple[int, ...], ...]:
    """Of each label of these candidates, of which one is to be chosen: the places that it may be at."""
    places_of = {id(candidate): place for place, candidate in enumerate(experiment.candidates)}
    by_label: dict[str, list[int]] = {}
    for candidate in candidates:
        by_label.setdefault(candidate.label, []).append(places_of[id(candidate)])
    return tuple(map(tuple, by_label.values()))


def places(experiment: Experiment, trials: Iterable[Trial]) -> list[int]:
    """Of each of its trials, the place of the candidate among the experiment's."""
    by_identity = {id(candidate): place for place, candidate in enumerate(experiment.candidates)}
    return [by_identity[id(trial.candidate)] for trial in trials]
