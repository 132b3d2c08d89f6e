"""What is measured of a trial: a metric at an epoch, of which examples, and which way is better.

Knows neither files nor NumPy.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass

from actsearch.core.errors import UserError
from actsearch.core.results import ExperimentResult
from actsearch.core.spelling import did_you_mean
from actsearch.core.trial_results import TestValues, TrialResult

TEST_METRICS = ("test_accuracy", "test_binary_accuracy", "test_loss")
"""The test values of the last epoch and of the best one, beside the histories' metrics."""


@dataclass(frozen=True)
class Measure:
    """A metric at an epoch. `measure.of(trial)` is its value."""

    metric: str
    """Keras's name of a history's metric, or one of `TEST_METRICS`."""
    at: str
    """`last`, `best` (the epoch with the highest validation accuracy), an epoch from 1, or `mean-last-10`."""
    split: str
    """Which examples it is of: training, validation or test."""

    @property
    def is_accuracy(self) -> bool:
        return self.metric.endswith("accuracy")

    @property
    def is_share_of_examples(self) -> bool:
        """Not `binary_accuracy`, which counts every output of every example."""
        return self.is_accuracy and not self.metric.endswith("binary_accuracy")

    @property
    def higher_is_better(self) -> bool:
        return self.is_accuracy

    @property
    def predictions(self) -> str | None:
        """The key of `TrialResult.correct` that holds what this is the mean of; None where there is none.

        None too of the best epoch's validation accuracy: that epoch was chosen on these very examples, so that they do
        not tell what others would have given.
        """
        kept = {"val_accuracy": ("last",), "test_accuracy": ("last", "best")}
        return f"{self.split}_{self.at}" if self.at in kept.get(self.metric, ()) else None

    @property
    def history(self) -> str | None:
        """The metric whose values by epoch are this one's, or nearest to it."""
        return self.metric if self.metric not in TEST_METRICS else None

    def better(self, a: float, b: float) -> bool:
        """Whether the value a is better than b."""
        return a > b if self.higher_is_better else a < b

    def of(self, trial: TrialResult) -> float | None:
        """Its value of a completed trial; None of any other, and where the epoch's loss was not finite."""
        if trial.status != "completed":
            return None
        if self.metric in TEST_METRICS:
            return _test_value(trial.best if self.at == "best" else trial.last, self.metric)
        values = trial.history.get(self.metric, ())
        if not values:
            return None
        if self.at == "last":
            return values[-1]
        if self.at == "best":
            best = best_epoch(trial)
            return None if best is None else values[best - 1]
        if self.at.startswith("mean-last-"):
            tail = values[-int(self.at.rpartition("-")[2]) :]
            known = [value for value in tail if value is not None]
            return statistics.fmean(known) if known else None
        epoch = int(self.at)
        return values[epoch - 1] if epoch <= len(values) else None

    def flattery(self, trial: TrialResult) -> float | None:
        """By how much the value at the best epoch is better than that at the last one; below 0 if it is worse."""
        last, best = (Measure(self.metric, at, self.split).of(trial) for at in ("last", "best"))
        if last is None or best is None:
            return None
        return best - last if self.higher_is_better else last - best

    def in_words(self) -> str:
        """`validation accuracy at the last epoch`."""
        name = self.metric.removeprefix("val_").removeprefix("test_").replace("_", " ")
        return f"{self.split} {name} {self.when}"

    @property
    def when(self) -> str:
        """`at the last epoch`."""
        if self.at == "last":
            return "at the last epoch"
        if self.at == "best":
            return "at the best epoch by validation accuracy"
        if self.at.startswith("mean-last-"):
            return f"over the last {self.at.rpartition('-')[2]} epochs"
        return f"at epoch {self.at}"


def measure(result: ExperimentResult, metric: str, at: str) -> Measure:
    """The measure of a name and an epoch.

    Raises:
        UserError: there is no such metric or epoch.
    """
    known = known_metrics(result)
    if metric not in known:
        raise UserError(f"--metric {metric}: no such metric; {did_you_mean(metric, known)}")
    _check_epoch(result, metric, at)
    split = "training"
    if metric in TEST_METRICS:
        split = "test"
    elif metric.startswith("val_"):
        split = "test" if result.validation_is_test else "validation"
    return Measure(metric, at, split)


def known_metrics(result: ExperimentResult) -> list[str]:
    """The metrics that its trials have."""
    metrics: dict[str, None] = {}
    for trial in result.all_trials:
        metrics |= dict.fromkeys(trial.history)
    return [*(metrics or ("val_accuracy", "val_loss", "accuracy", "loss")), *TEST_METRICS]


def best_epoch(trial: TrialResult) -> int | None:
    """The epoch (from 1) with the highest validation accuracy, the first of equals."""
    values = [(value, -i) for i, value in enumerate(trial.history.get("val_accuracy", ()), 1) if value is not None]
    return -max(values)[1] if values else None


def _test_value(values: TestValues | None, metric: str) -> float | None:
    return None if values is None else values.values.get(metric.removeprefix("test_"))


def _check_epoch(result: ExperimentResult, metric: str, at: str) -> None:
    if at in ("last", "best"):
        return
    if metric in TEST_METRICS:
        raise UserError(f"--at {at}: {metric} is known at the last epoch and the best one; give last or best")
    mean = re.fullmatch(r"mean-last-(\d+)", at)
    number = mean.group(1) if mean else at
    if not re.fullmatch(r"[0-9]{1,9}", number) or int(number) < 1:
        raise UserError(f"--at {at}: no such epoch; give last, best, an epoch such as 12, or mean-last-10")
    epochs = min((trial.epochs for trial in result.all_trials), default=0)
    if int(number) > epochs:
        remedy = f"give at most {epochs}" if epochs else "train it first"
        raise UserError(f"--at {at}: {result.name} has {epochs} epochs; {remedy}")
