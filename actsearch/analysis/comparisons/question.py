"""What is asked of an experiment's results: which metric, at which epoch, with what margin and confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

from actsearch.analysis.comparisons.standards import CONFIDENCE
from actsearch.core.errors import UserError
from actsearch.core.measures import Measure, ScoresAsked
from actsearch.core.results import ExperimentResult
from actsearch.core.spelling import did_you_mean
from actsearch.core.tasks import Task

ComparedBy = Literal["activation", "setting"]


@dataclass(frozen=True)
class Question:
    """What is asked of an experiment's results."""

    metric: str | None = None
    """None: the validation metric by which the experiment's task decides, `val_accuracy` of classes."""
    at: str = "last"
    margin: float | None = None
    """What is tied lies within it. None: that of a study with looks; else 0.001 for accuracies, 0 for others."""
    confidence: float | None = None
    """With which all intervals hold together. None: that of a study with looks; else 0.95."""
    baseline: str | None = None
    """The label of the one that all others are compared with, named before the results were seen."""
    by: ComparedBy | None = None
    """None: by activation where there is one setting for each, else by setting."""
    target: float | None = None
    """Epochs are counted until the metric reaches it; None: the middle one of the contenders' means, rounded."""

    @property
    def level(self) -> float:
        """The confidence, given or not."""
        return CONFIDENCE if self.confidence is None else self.confidence


USUAL_QUESTION = Question()
"""What is asked where nothing else is."""


def with_metric(question: Question, task: Task) -> Question:
    """With the metric by which the task decides, where no other is given."""
    return question if question.metric is not None else replace(question, metric=task.validated_by)


def scores_needed(question: Question) -> tuple[ScoresAsked, ...]:
    """Of which metric and epoch a comparison needs the scores of the examples, for `store.read_experiment`."""
    return ((question.metric, question.at),)


def as_fixed_beforehand(question: Question, result: ExperimentResult) -> Question:
    """With the task's metric, and the margin and confidence of a sequential study, where no others are given."""
    question, looks = with_metric(question, result.task), result.looks
    if looks is None or question.metric != looks.metric:
        return question
    margin = looks.margin if question.margin is None else question.margin
    return replace(question, margin=margin, confidence=question.confidence or looks.confidence)


def filled_in_question(question: Question, result: ExperimentResult, measure: Measure) -> Question:
    """With a margin, a confidence, and what it compares by.

    Raises:
        UserError: the question does not fit the experiment.
    """
    margin = measure.kind.margin if question.margin is None else question.margin
    confidence = question.level
    widest = measure.kind.widest_difference
    if not 0 <= margin < widest:
        below = f" and below {widest:g}, as {measure.kind.scale}" if math.isfinite(widest) else ""
        raise UserError(f"--margin {margin:g}: must be 0 or more{below}")
    if question.target is not None and not math.isfinite(question.target):
        raise UserError(f"--target {question.target}: must be a number")
    if not 0.5 <= confidence < 1:
        raise UserError(f"--confidence {confidence:g}: must be at least 0.5 and below 1, such as 0.95")
    if question.by not in (None, *get_args(ComparedBy)):
        raise UserError(f"by {question.by!r}: compare by activation or by setting")
    by = question.by or ("activation" if has_one_setting_each(result) else "setting")
    _check_baseline(result, question.baseline)
    return replace(question, margin=margin, confidence=confidence, by=by)


def has_one_setting_each(result: ExperimentResult) -> bool:
    """Whether each activation is compared at one setting."""
    labels = [candidate.label for candidate in result.compared]
    return len(labels) == len(set(labels))


def _check_baseline(result: ExperimentResult, baseline: str | None) -> None:
    labels = list(dict.fromkeys(candidate.label for candidate in result.candidates))
    if baseline is not None and baseline not in labels:
        raise UserError(f"{result.name}: no candidate is labelled {baseline!r}; {did_you_mean(baseline, labels)}")
