"""What is measured of a trial: a metric at an epoch, of which examples, and which way is better.

Knows neither files nor NumPy.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from actsearch.core.errors import UserError
from actsearch.core.metrics import Metric
from actsearch.core.results import ExperimentResult
from actsearch.core.spelling import did_you_mean
from actsearch.core.tasks import MULTICLASS, TEST, VALIDATION, Task
from actsearch.core.trial_results import TestValues, TrialResult

ScoresAsked = tuple[str | None, str]
"""A metric (None: the validation metric by which the task decides) and an epoch, of which scores are to be read."""


@dataclass(frozen=True)
class Measure:
    """A metric at an epoch. `measure.of(trial)` is its value."""

    metric: str
    """Keras's name of a history's metric, or one of the task's `test_metrics`."""
    at: str
    """`last`, `best` (by the validation metric that decides), an epoch from 1, or `mean-last-10`."""
    split: str
    """Which examples it is of: training, validation or test."""
    task: Task = field(default=MULTICLASS, repr=False)
    """What was learned."""

    @cached_property
    def kind(self) -> Metric:
        """The metric as such, whatever examples it is of."""
        return self.task.metric(self.metric)

    @property
    def higher_is_better(self) -> bool:
        return self.kind.higher_is_better

    @property
    def has_scores(self) -> bool:
        """Whether it is a mean over examples of which predictions are kept."""
        return self.kind.is_mean_over_examples and self.metric.startswith((VALIDATION, TEST))

    @property
    def scores(self) -> str | None:
        """The key of `TrialResult.scores` that holds what this is the mean of; None where there is none.

        None too of validation values at the best epoch: that epoch was chosen on these very examples, so that they do
        not tell what others would have given.
        """
        kept = ("last", "best") if self.metric.startswith(TEST) else ("last",)
        return scores_key(self.kind, self.split, self.at) if self.has_scores and self.at in kept else None

    @property
    def history(self) -> str | None:
        """The metric whose values by epoch are this one's, or nearest to it."""
        return self.metric if self.metric not in self.task.test_metrics else None

    def better(self, a: float, b: float) -> bool:
        """Whether the value a is better than b."""
        return self.kind.better(a, b)

    def of(self, trial: TrialResult) -> float | None:
        """Its value of a completed trial; None of any other, and where the epoch's loss was not finite."""
        if trial.status != "completed":
            return None
        if self.metric in self.task.test_metrics:
            return _test_value(trial.best if self.at == "best" else trial.last, self.metric)
        values = trial.history.get(self.metric, ())
        if not values:
            return None
        if self.at == "last":
            return values[-1]
        if self.at == "best":
            best = best_epoch(trial, self.task)
            return None if best is None else values[best - 1]
        if self.at.startswith("mean-last-"):
            tail = values[-int(self.at.rpartition("-")[2]) :]
            known = [value for value in tail if value is not None]
            return statistics.fmean(known) if known else None
        epoch = int(self.at)
        return values[epoch - 1] if epoch <= len(values) else None

    def flattery(self, trial: TrialResult) -> float | None:
        """By how much the value at the best epoch is better than that at the last one; below 0 if it is worse."""
        last, best = (replace(self, at=at).of(trial) for at in ("last", "best"))
        if last is None or best is None:
            return None
        return best - last if self.higher_is_better else last - best

    def in_words(self) -> str:
        """`validation accuracy at the last epoch`."""
        return f"{self.split} {self.kind.with_unit} {self.when}"

    @property
    def when(self) -> str:
        """`at the last epoch`."""
        if self.at == "last":
            return "at the last epoch"
        if self.at == "best":
            return f"at the best epoch by validation {self.task.decisive.in_words}"
        if self.at.startswith("mean-last-"):
            return f"over the last {self.at.rpartition('-')[2]} epochs"
        return f"at epoch {self.at}"


def measure(result: ExperimentResult, metric: str | None, at: str) -> Measure:
    """The measure of a name (None: the validation metric by which the task decides) and an epoch.

    Raises:
        UserError: there is no such metric or epoch.
    """
    metric = metric or result.task.validated_by
    known = known_metrics(result)
    if metric not in known:
        raise UserError(f"--metric {metric}: no such metric; {did_you_mean(metric, known)}")
    _check_epoch(result, metric, at)
    split = "training"
    if metric in result.task.test_metrics:
        split = "test"
    elif metric.startswith(VALIDATION):
        split = "test" if result.validation_is_test else "validation"
    return Measure(metric, at, split, result.task)


def known_metrics(result: ExperimentResult) -> list[str]:
    """The metrics that its trials have."""
    metrics: dict[str, None] = {}
    for trial in result.all_trials:
        metrics |= dict.fromkeys(trial.history)
    usual = [name for name in metrics if result.task.has_metric(name)]
    return [*(usual or result.task.history_metrics), *result.task.test_metrics]


def best_epoch(trial: TrialResult, task: Task = MULTICLASS) -> int | None:
    """The epoch (from 1) that is best by the validation metric that decides, the first of equals."""
    values = enumerate(trial.history.get(task.validated_by, ()), 1)
    sign = 1 if task.decisive.higher_is_better else -1
    ranked = [(sign * value, -epoch) for epoch, value in values if value is not None]
    return -max(ranked)[1] if ranked else None


def scores_keys(task: Task, asked: Iterable[ScoresAsked]) -> tuple[str, ...]:
    """The keys of `TrialResult.scores` that are to be read for metrics at epochs, whichever split validates."""
    keys: dict[str | None, None] = {}
    for name, at in asked:
        metric = name or task.validated_by
        if task.has_metric(metric):
            keys |= dict.fromkeys(Measure(metric, at, split, task).scores for split in ("test", "validation"))
    return tuple(key for key in keys if key is not None)


def scores_key(metric: Metric, split: str, at: str) -> str:
    """The key of `TrialResult.scores` for a metric, a split and an epoch, `last` or `best`: `accuracy test_last`."""
    return f"{metric.name} {split}_{at}"


def _test_value(values: TestValues | None, metric: str) -> float | None:
    return None if values is None else values.values.get(metric.removeprefix(TEST))


def _check_epoch(result: ExperimentResult, metric: str, at: str) -> None:
    if at in ("last", "best"):
        return
    if metric in result.task.test_metrics:
        raise UserError(f"--at {at}: {metric} is known at the last epoch and the best one; give last or best")
    mean = re.fullmatch(r"mean-last-(\d+)", at)
    number = mean.group(1) if mean else at
    if not re.fullmatch(r"[0-9]{1,9}", number) or int(number) < 1:
        raise UserError(f"--at {at}: no such epoch; give last, best, an epoch such as 12, or mean-last-10")
    epochs = min((trial.epochs for trial in result.all_trials), default=0)
    if int(number) > epochs:
        remedy = f"give at most {epochs}" if epochs else "train it first"
        raise UserError(f"--at {at}: {result.name} has {epochs} epochs; {remedy}")
