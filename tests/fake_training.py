"""A training without TensorFlow, for tests of what stands around trainings. Can be pickled for worker processes.

Its numbers depend on the trial alone, so that an interrupted one that goes on must give the very same.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from actsearch.core import diagnostics
from actsearch.core.events import (
    Checkpoint,
    Completed,
    Diagnosed,
    Diverged,
    EpochDone,
    Evaluation,
    Event,
    Progress,
    Started,
    Train,
)
from actsearch.core.experiment import Trial
from actsearch.core.tasks import MULTICLASS

MACHINE = {"cpu": "none", "versions": {"actsearch": "test"}, "threads": 1}


@dataclass(frozen=True)
class Faults:
    """What goes wrong, by the label of the candidate. `folder` is where trials that were begun leave a mark."""

    fails: Sequence[str] = ()
    diverges: Sequence[str] = ()
    interrupted: Sequence[str] = ()
    hangs: Sequence[str] = ()
    """After the first epoch, for good."""
    dies: Mapping[str, int] | None = None
    """By this signal, after the second epoch of the first attempt; of every attempt where `always` is set."""
    always: bool = False
    exits: Sequence[str] = ()
    folder: Path | None = None
    sleeps: float = 0.0
    """Seconds before each epoch ends."""
    accuracies: Mapping[str, float] | None = None
    """See `events_of`."""
    noise: float = 0.0
    tells_pid: bool = False
    """An epoch's seconds are the number of the process that trained it."""


def events_of(
    trial: Trial,
    checkpoint: bytes | None = None,
    *,
    seconds: float = 0.5,
    diverges_in: int | None = None,
    at_end: bool = False,
    accuracies: Mapping[str, float] | None = None,
    noise: float = 0.0,
) -> Iterator[Event]:
    """What a real training of this trial would yield, with a checkpoint after every epoch but the last (or it, too).

    A longer trial of the same trajectory begins with the same numbers; another trial's checkpoint is refused.
    `accuracies` gives the validation accuracy by label, or by label and settings (`relu 0.1`), and `noise` the standard
    deviation of what the trial adds to it.
    """
    rng = random.Random(trial.trajectory)
    epochs = trial.candidate.training.epochs
    saved = {"epochs": 0} if checkpoint is None else json.loads(checkpoint)
    done = saved["epochs"]
    assert saved.get("trajectory", trial.trajectory) == trial.trajectory
    rows = [{name: rng.random() for name in trial.task.history_metrics} for _ in range(epochs)]
    if accuracies is not None:
        candidate = trial.candidate
        name = " ".join([candidate.label, *map(str, candidate.setting.values())])
        value = accuracies.get(name, accuracies.get(candidate.label, 0.5)) + noise * rng.gauss()
        rows = [{**row, trial.task.validated_by: value} for row in rows]
    before = tuple(EpochDone(trial.id, epoch + 1, rows[epoch], seconds) for epoch in range(done))
    seen = [diagnosed(trial, epoch) for epoch in range(epochs + 1)] if trial.diagnostics is not None else []
    yield Started(trial.id, MACHINE, before, diagnosed=tuple(seen[: done + 1]) if done else ())
    if seen and not done:
        yield seen[0]
    for epoch in range(done + 1, epochs + 1):
        yield Progress(trial.id, epoch, 1, 2)
        if epoch == diverges_in:
            yield EpochDone(trial.id, epoch, dict.fromkeys(trial.task.history_metrics, None), seconds)
            yield from seen[epoch : epoch + 1]
            yield Diverged(trial.id, epoch)
            return
        yield EpochDone(trial.id, epoch, rows[epoch - 1], seconds)
        yield from seen[epoch : epoch + 1]
        if epoch < epochs or at_end:
            content = json.dumps({"epochs": epoch, "trajectory": trial.trajectory}).encode()
            yield Checkpoint(trial.id, epoch, content)
    test = {metric.name: rows[-1][metric.name] for metric in trial.task.metrics}
    labels = np.arange(4, dtype=np.uint8)
    predictions = {f"test_{what}": labels for what in ("index", "y_best", "y_last", "y_true")}
    if trial.task != MULTICLASS:
        decisive = trial.task.decide_by
        scores = {f"test_{decisive}_{which}": np.full(4, test[decisive], np.float32) for which in ("best", "last")}
        predictions = {"test_index": labels, **scores}
    yield Completed(trial.id, Evaluation(epochs, test), Evaluation(1, test), predictions)


def diagnosed(trial: Trial, epoch: int) -> Diagnosed:
    """What a look at the trial's one hidden layer would show after an epoch."""
    found = {"dense_1": {"gradient_norm_kernel": 1 / (epoch + 1), "mean": 0.5, "dead": 0.25}}
    return Diagnosed(trial.id, epoch, diagnostics.layer_row(epoch, found).layers, 256, 0.01)


def make_train(faults: Faults = Faults()) -> Callable[[Trial, bytes | None], Iterator[Event]]:
    """What an engine calls where it trains."""

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        label = trial.candidate.label
        if faults.folder is not None:
            (faults.folder / trial.id).touch()
        numbers = {"accuracies": faults.accuracies, "noise": faults.noise}
        for event in events_of(trial, checkpoint, diverges_in=2 if label in faults.diverges else None, **numbers):
            if isinstance(event, EpochDone):
                time.sleep(faults.sleeps)
                if faults.tells_pid:
                    event = replace(event, seconds=float(os.getpid()))
            yield event
            if isinstance(event, EpochDone):
                _go_wrong(faults, label, event.epoch, first=checkpoint is None)

    return train


def _go_wrong(faults: Faults, label: str, epoch: int, first: bool) -> None:
    if label in faults.fails:
        raise ValueError(f"the {label} broke [bold]")
    if label in faults.interrupted:
        raise KeyboardInterrupt
    if label in faults.hangs:
        time.sleep(1000)
    if label in faults.exits:
        os.write(2, b"no space in the engine room\n")
        os._exit(7)
    if faults.dies and label in faults.dies and epoch == 2 and (first or faults.always):
        if faults.dies[label] == signal.SIGSEGV:
            faulthandler._sigsegv()  # type: ignore[attr-defined]
        os.kill(os.getpid(), faults.dies[label])


def loading_trainer(faults: Faults, *_: object) -> Train:
    """In place of `runner.loading_trainer`, for worker processes; to be given its faults by `functools.partial`."""
    return make_train(faults)
