"""What a proposer is: it says what a study trains next, from what has come out so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from actsearch.core.errors import UserError
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.later_trials import LaterTrials
from actsearch.core.looks_record import LooksRecord
from actsearch.core.results import Choice
from actsearch.core.trial_results import TrialResult

ResultOf = Callable[[Trial], TrialResult]
"""How a trial stands at this moment; one that was never begun waits."""


@dataclass(frozen=True)
class ResultsSoFar:
    """What a study's folder holds."""

    of: ResultOf
    looks: LooksRecord | None = None
    """The looks taken before, also by another proposer."""
    decisions: Mapping[str, Any] | None = None
    """What this proposer decided before (`Stage.decisions`), as read from the folder; None where that is lost."""


@dataclass(frozen=True)
class Stage:
    """The trials that a study asks for at a moment."""

    trials: tuple[Trial, ...]
    """All of the study so far, in the order in which they are to be trained: those of the stages before included."""
    is_last: bool = False
    """What comes out of it decides nothing more."""
    chosen: tuple[Choice, ...] = ()
    """The settings chosen so far, of an experiment with tuning seeds."""
    looks: LooksRecord | None = None
    """The looks taken so far, of a study that is run until it is decided."""
    decisions: Mapping[str, Any] | None = None
    """What else was decided so far: values of JSON, in dicts and lists."""
    waiting: tuple[str, ...] = ()
    """What a later stage waits for that training alone will not bring, such as a trial that failed: sentences."""
    later: LaterTrials | None = field(default=None, repr=False, compare=False)
    """Knows the trials that a later stage may ask for; which of them, depends on what comes out. None: no others."""
    to_follow: int = 0
    """How many of those later stages will ask for, at most."""
    foreseen: tuple[tuple[int, ...], ...] = ()
    """Of those, where their number is known: the places among the candidates that each may be at (`TrialPlaces`)."""

    def __post_init__(self) -> None:
        """Raises ValueError where a trial is asked for twice: it would be counted as two."""
        seen: set[str] = set()
        for trial in self.trials:
            if trial.id in seen:
                raise ValueError(f"the stage asks for the trial {trial.id} twice; give each once")
            seen.add(trial.id)


class Proposer(Protocol):
    """Says what a study trains next.

    It is made by `make(experiment, data_sha256)` (`MakeProposer`), and then asked again and again: the driver writes
    down the stage, trains what is not finished of it, and asks for the next one. The study has ended when a stage is
    the last one (`Stage.is_last`), or holds nothing that is not finished or was tried in this run.

    - `propose` returns all trials of the study so far, each once, of candidates of the experiment (`TrialMaker`). A
      finished trial that it asked for stays among them, or tables and figures leave it out; it is not trained again.
    - It depends on what is finished alone (`completed` and `diverged`), which never changes, and not on the order in
      which that came: the same results give the same stage, also from another object in another process. So it is
      resumed: after a kill at any moment it is asked again, of what is there. It keeps no state of its own, but for
      what can be computed again.
    - A trial that failed is not finished: whoever cannot decide without it says so in `Stage.waiting`.
    - `chosen`, `looks` and `decisions` of a stage are written (`plan.json`, `looks.json`, `decisions.json`) before any
      of it is trained, and come back in `ResultsSoFar`. They are a record for people, and for what must stay as it was
      fixed beforehand. Where they are lost, the same results lead to the same decisions.
    - A result may be lost, too (a damaged file), and what was asked for because of it is then not asked for until it is
      trained again. `Stage.later` knows such trials: without it the run stops, as they would be left out of the study.
    - It ends, however trials come out.

    Raises:
        OtherStudy: what was fixed beforehand is not what is asked for now.
    """

    def propose(self, results: ResultsSoFar) -> Stage: ...


MakeProposer = Callable[[Experiment, str], Proposer]
"""Makes the proposer of an experiment, given the SHA-256 of its data as well. The data's path is absolute."""


class OtherStudy(UserError):
    """What a study fixed beforehand is not what is asked for now."""
