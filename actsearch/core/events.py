"""What a training tells the driver while it runs, and the protocol of an engine that runs trainings.

Events are values: they can be pickled, and nothing in them refers to a file of the machine they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from actsearch.core.experiment import Trial

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Progress:
    """`step` of `steps` batches of `epoch` (from 1) are done. At most twice a second; never stored."""

    trial_id: str
    epoch: int
    step: int
    steps: int


@dataclass(frozen=True)
class EpochDone:
    """An epoch (from 1) is done. `metrics` as the task's `history_metrics`; all None if the trial diverged in it."""

    trial_id: str
    epoch: int
    metrics: Mapping[str, float | None]
    seconds: float


@dataclass(frozen=True)
class Diagnosed:
    """What every hidden layer did after an epoch (from 1; 0: before the first), see `diagnosis`.

    `layers` holds, by layer and quantity, numbers or None; `examples` is the size of the probe. The seconds are those
    of the looking alone.
    """

    trial_id: str
    epoch: int
    layers: Mapping[str, Mapping[str, Any]]
    examples: int
    seconds: float


@dataclass(frozen=True)
class Started:
    """The training of a trial begins, or goes on; `machine` says where and with which versions.

    `resumed` are the epochs that an earlier attempt had done, where the training goes on from its checkpoint,
    `diagnosed` what was seen meanwhile, and `earlier_machines` those on which it did them, as far as they are of
    another kind than `machine`.
    """

    trial_id: str
    machine: Mapping[str, Any]
    resumed: tuple[EpochDone, ...] = ()
    earlier_machines: tuple[Mapping[str, Any], ...] = ()
    diagnosed: tuple[Diagnosed, ...] = ()


@dataclass(frozen=True)
class Checkpoint:
    """All that is needed to go on after `epoch` (from 1), as bytes that `checkpoints.unpack` reads."""

    trial_id: str
    epoch: int
    content: bytes


@dataclass(frozen=True)
class Evaluation:
    """The test values after an epoch (from 1); all None if the loss is not finite."""

    epoch: int
    test: Mapping[str, float | None]


@dataclass(frozen=True)
class Completed:
    """A trial ran to its last epoch.

    `best` is the epoch that is best by the validation metric that decides (the first of equals). `predictions` holds,
    for the test set and (where there is one) the held-out validation set, `<split>_index` and what the task keeps of
    the examples: of classes `<split>_y_true`, `<split>_y_last` and `<split>_y_best`, else the score of each example by
    a metric, such as `<split>_mae_last`; each of shape (examples,). `model` is the trained network as the bytes of a
    `.keras` file, where that was asked for.
    """

    trial_id: str
    last: Evaluation
    best: Evaluation
    predictions: Mapping[str, np.ndarray]
    model: bytes | None = None
    saved_epoch: Literal["best", "last"] | None = None
    """Which epoch's network `model` is."""


@dataclass(frozen=True)
class Diverged:
    """The loss or validation loss of `epoch` (from 1) was not finite, or above the task's limit: a result, no error."""

    trial_id: str
    epoch: int


@dataclass(frozen=True)
class Failed:
    """The training raised. `error` is the exception's last line, `traceback` the whole text."""

    trial_id: str
    error: str
    traceback: str


@dataclass(frozen=True)
class Lost:
    """What ran the trial is gone: a worker was killed, a node went down. Not the trial's fault, and not its end.

    `cause` is one line that names the signal or exit code; `output` is the last that it wrote, if anything.
    """

    trial_id: str
    cause: str
    output: str = ""


Ending = Completed | Diverged | Failed
"""The events after which a trial sends no other."""
Event = Started | Progress | EpochDone | Diagnosed | Checkpoint | Completed | Diverged | Failed | Lost

Train = Callable[[Trial, bytes | None], Iterator[Event]]
"""Trains a trial, from a checkpoint's bytes or from its beginning, and yields all but `Failed` and `Lost`."""
MakeTrain = Callable[[], Train]
"""Called once in every process that trains; where that is another process, it is pickled."""


class Engine(Protocol):
    """Runs trials somewhere, and brings their events to the driver.

    - `submit` queues a trial and returns at once. `checkpoint` is called in the driver when the trial is about to
      begin, and returns the bytes to go on from, or None.
    - `events` yields the events of all submitted trials until each has ended. The events of one trial come in order
      and end with exactly one `Ending` or `Lost`; those of different trials may mix. A trial may be submitted while
      `events` is being read, and again after it was lost. A training that raises is a `Failed` event, never an
      exception.
    - `close` ends everything the engine began, at once, and may be called twice; no event follows.
    """

    def submit(self, trial: Trial, checkpoint: Callable[[], bytes | None]) -> None: ...

    def events(self) -> Iterator[Event]: ...

    def close(self) -> None: ...
