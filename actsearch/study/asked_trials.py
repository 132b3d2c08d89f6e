"""The trials that an experiment asks for at a moment, and what they are collected with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from actsearch.core.experiment import Candidate, Experiment, Trial
from actsearch.core.identity import expand
from actsearch.core.looks_record import LooksRecord
from actsearch.core.results import Choice
from actsearch.core.trial_results import TrialResult

ResultOf = Callable[[Trial], TrialResult]
"""How a trial stands at this moment."""


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
    """How many of those it will ask for, at most."""
    looks: LooksRecord | None = None
    """Of a study with looks, those taken now included."""


class TrialMaker:
    """Makes the trials of an experiment, each once."""

    def __init__(self, experiment: Experiment, data_sha256: str) -> None:
        self._experiment, self._data_sha256 = experiment, data_sha256
        self._made: dict[tuple[int, int], Trial] = {}

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self._experiment.candidates

    def __call__(self, candidate: Candidate, seed: int) -> Trial:
        key = id(candidate), seed
        if key not in self._made:
            (self._made[key],) = expand(self._experiment, self._data_sha256, (seed,), (candidate,))
        return self._made[key]


@dataclass
class WantedSeeds:
    """Seeds by candidate."""

    _seeds: dict[int, set[int]] = field(default_factory=dict)

    def add(self, candidates: Sequence[Candidate], seeds: Sequence[int]) -> None:
        for candidate in candidates:
            self._seeds.setdefault(id(candidate), set()).update(seeds)

    def of(self, candidate: Candidate) -> Collection[int]:
        return self._seeds.get(id(candidate), frozenset())
