"""The trials of a study: made when they are asked for, each once, and looked up where they may be asked for later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.identity import expand


class TrialMaker:
    """Makes the trials of an experiment, each once."""

    def __init__(self, experiment: Experiment, data_sha256: str) -> None:
        self.experiment, self.data_sha256 = experiment, data_sha256
        self._made: dict[tuple[int, int], Trial] = {}

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.experiment.candidates

    def __call__(self, candidate: Candidate, seed: int) -> Trial:
        key = id(candidate), seed
        if key not in self._made:
            (self._made[key],) = expand(self.experiment, self.data_sha256, (seed,), (candidate,))
        return self._made[key]


class OpenTrials:
    """The trials of these candidates with these seeds, as `LaterTrials`: made for the seeds that are asked about."""

    def __init__(self, make: TrialMaker, candidates: Sequence[Candidate], seeds: Collection[int]) -> None:
        self._make, self._candidates, self._seeds = make, candidates, frozenset(seeds)
        self._of_seed: dict[int, dict[str, list[Trial]]] = {}

    def __call__(self, seed: int, trajectory: str) -> Sequence[Trial]:
        if seed not in self._seeds:
            return ()
        if seed not in self._of_seed:
            by_trajectory = self._of_seed[seed] = {}
            for candidate in self._candidates:
                trial = self._make(candidate, seed)
                by_trajectory.setdefault(trial.trajectory, []).append(trial)
        return self._of_seed[seed].get(trajectory, ())


@dataclass
class WantedSeeds:
    """Seeds by candidate."""

    _seeds: dict[int, set[int]] = field(default_factory=dict)

    def add(self, candidates: Sequence[Candidate], seeds: Sequence[int]) -> None:
        for candidate in candidates:
            self._seeds.setdefault(id(candidate), set()).update(seeds)

    def of(self, candidate: Candidate) -> Collection[int]:
        return self._seeds.get(id(candidate), frozenset())
