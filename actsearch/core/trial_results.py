"""What came of trials, one by one and of each candidate: the values that the store reads."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from actsearch.core.activation import Activation
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.words import candidate_name

if TYPE_CHECKING:
    import numpy as np

Status = Literal["waiting", "running", "interrupted", "completed", "diverged", "failed"]
FINISHED: tuple[Status, ...] = ("completed", "diverged")
"""The statuses of trials that have a result, and are trained no more."""
ENDED: tuple[Status, ...] = (*FINISHED, "failed")
"""Those of trials that have come to an end."""
Role = Literal["comparison", "tuning"]
"""What a trial is for: comparing activations, or choosing the setting at which one is compared."""
History = Mapping[str, Sequence[float | None]]
"""What Keras calls so: a metric's name to one number per epoch; None for each metric of a diverged epoch."""


@dataclass(frozen=True)
class TestValues:
    """The test set's values after an epoch (from 1), by Keras's metric names; all None if the loss was not finite."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    epoch: int
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class ExampleScores:
    """What a metric is the mean of: the score of each example of a split, by the network of one epoch."""

    examples: int
    of: str
    """Equal for two trials if and only if they are about the same examples, with the same labels, in the same order."""
    content: bytes = field(repr=False)
    """(examples,) little-endian float32; where the scores are right or wrong, `np.packbits` of booleans."""
    is_right_or_wrong: bool = True

    def array(self) -> np.ndarray:
        """(examples,) booleans or float32."""
        import numpy as np

        if not self.is_right_or_wrong:
            return np.frombuffer(self.content, "<f4")
        return np.unpackbits(np.frombuffer(self.content, np.uint8), count=self.examples).astype(bool)

    @classmethod
    def of_array(cls, scores: np.ndarray, of: str) -> ExampleScores:
        """Of (examples,) booleans or numbers; `of` tells the examples."""
        import numpy as np

        is_right_or_wrong = scores.dtype == bool
        content = np.packbits(scores) if is_right_or_wrong else scores.astype("<f4")
        return cls(len(scores), of, content.tobytes(), is_right_or_wrong)


@dataclass(frozen=True)
class TrialResult:
    """One trial as it stands on disk. `history` is empty before the first epoch has ended."""

    id: str
    seed: int
    status: Status
    epochs: int
    """How many epochs were asked for."""
    history: History = field(default_factory=dict, repr=False)
    seconds_per_epoch: Sequence[float] = field(default=(), repr=False)
    last: TestValues | None = None
    best: TestValues | None = None
    error: str | None = None
    machine: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What it was trained on (see `machine.describe`)."""
    earlier_machines: Sequence[Mapping[str, Any]] = ()
    """Machines of another kind on which its first epochs were trained."""
    diagnostics: TrialDiagnostics | None = field(default=None, repr=False)
    role: Role = "comparison"
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of a finished trial, everything that its result depends on (see `experiment.identity`)."""
    scores: Mapping[str, ExampleScores] = field(default_factory=dict, repr=False)
    """By `measures.scores_key`, as far as they were to be read: `accuracy test_last`, ..."""

    @property
    def epochs_done(self) -> int:
        return len(next(iter(self.history.values()), ()))


def median_seconds(trials: Sequence[TrialResult]) -> float | None:
    """Of an epoch, over all epochs of those of these trials that completed; None where there is none."""
    completed = [trial.seconds_per_epoch for trial in trials if trial.status == "completed"]
    seconds = list(itertools.chain.from_iterable(completed))
    return median(seconds) if seconds else None


@dataclass(frozen=True)
class CandidateResult:
    """All trials of one candidate, by seed.

    Where settings are chosen with tuning seeds, a candidate whose setting was not chosen has no `trials`.
    """

    label: str
    activation: Activation
    setting: Mapping[str, Any]
    """The point of the grid, by dotted key; empty without a grid."""
    trials: tuple[TrialResult, ...]
    """Those that are compared."""
    tuning: tuple[TrialResult, ...] = ()
    """Those by which settings are chosen."""

    @property
    def name(self) -> str:
        """The label, with the point of the grid: `relu learning_rate=0.001`."""
        return candidate_name(self.label, self.setting)

    @property
    def all_trials(self) -> tuple[TrialResult, ...]:
        return (*self.tuning, *self.trials)

    @property
    def probed(self) -> tuple[tuple[TrialResult, TrialDiagnostics], ...]:
        """The trials whose diagnostics count: those that came to an end, and before one is completed all that began."""
        probed = []
        for trial in self.trials:
            if trial.diagnostics is not None and trial.diagnostics.epochs:
                probed.append((trial, trial.diagnostics))
        is_any_completed = any(trial.status == "completed" for trial, _ in probed)
        counting = FINISHED if is_any_completed else (*FINISHED, "running", "interrupted")
        return tuple(pair for pair in probed if pair[0].status in counting)
