"""Compares the candidates of an experiment: by activation, or by setting.

- By activation: each at its one setting, or, with a grid, at the setting that its tuning seeds chose, on the others.
- By setting: a comparison of its own for each point of the grid, all candidates there.

Only completed trials have a value. The others are counted, and a pair is judged on the seeds that both completed.
Knows neither files nor the terminal; `conclusions` has the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.comparison_warnings import warnings_on
from actsearch.analysis.comparisons.contenders import (
    Contender,
    as_looked_at,
    contender_of,
    examples_shared_out,
    middle_target,
)
from actsearch.analysis.comparisons.judging import within_possible_differences
from actsearch.analysis.comparisons.question import (
    USUAL_QUESTION,
    Question,
    as_fixed_beforehand,
    filled_in_question,
    has_one_setting_each,
)
from actsearch.analysis.statistics.intervals import PairwiseDifferences, family_size, pairwise_differences
from actsearch.analysis.trials import trials_of_all
from actsearch.core import measures
from actsearch.core.errors import NothingToShow, UserError
from actsearch.core.json_values import canonical_json
from actsearch.core.looks_record import LooksRecord
from actsearch.core.measures import Measure
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import FINISHED, CandidateResult
from actsearch.core.words import in_words

GridPoint = Mapping[str, Any]


def comparisons_of(result: ExperimentResult, question: Question = USUAL_QUESTION) -> tuple[Comparison, ...]:
    """The comparison of an experiment; by setting, one for each point of the grid.

    To judge the noise of the examples as well, read the experiment with `scores=scores_needed(question)`.

    Raises:
        UserError: the question does not fit the experiment.
        NothingToShow: fewer than two contenders have a value.
    """
    question = as_fixed_beforehand(question, result)
    measure = measures.measure(result, question.metric, question.at)
    question = filled_in_question(question, result, measure)
    if question.by == "activation":
        return (_comparison(result, question, measure, _candidates_at_one_setting(result), {}, tables=1),)
    return _comparisons_by_setting(result, question, measure)


def _candidates_at_one_setting(result: ExperimentResult) -> list[CandidateResult]:
    """Each activation once, at its one setting."""
    if not has_one_setting_each(result):
        raise UserError(
            f"{result.name}: each activation has several settings, and choosing among them on the seeds that are"
            " compared would flatter; give the experiment `tuning_seeds: 3`, or compare --by setting"
        )
    return list(result.compared)


def _comparisons_by_setting(result: ExperimentResult, question: Question, measure: Measure) -> tuple[Comparison, ...]:
    points = _grid_points(result)
    comparisons: list[Comparison] = []
    failures: list[tuple[GridPoint, NothingToShow]] = []
    for point, candidates in points:
        try:
            comparisons.append(_comparison(result, question, measure, candidates, point, tables=len(points)))
        except NothingToShow as error:
            failures.append((point, error))
    if not comparisons:
        raise failures[0][1]
    notes = tuple(f"At {in_words(point)}: {str(error).partition(': ')[2]}." for point, error in failures)
    return tuple(replace(comparison, warnings=(*comparison.warnings, *notes)) for comparison in comparisons)


def _grid_points(result: ExperimentResult) -> list[tuple[GridPoint, list[CandidateResult]]]:
    """The points of the grid, each with the candidates that are there, on the tuning seeds where there are such.

    A candidate whose own settings fix what the grid varies is there at each of the points that agree with it.
    """
    candidates = list(result.candidates)
    if result.tuning_seeds:
        candidates = [replace(candidate, trials=candidate.tuning) for candidate in candidates]
    most = max(len(candidate.setting) for candidate in candidates)
    points: dict[str, GridPoint] = {}
    for candidate in candidates:
        if len(candidate.setting) == most:
            points.setdefault(canonical_json(candidate.setting), candidate.setting)
    all_points = [(point, _candidates_at(point, candidates)) for point in points.values()]
    return [(point, several) for point, several in all_points if len(several) > 1] or all_points


def _candidates_at(point: GridPoint, candidates: Sequence[CandidateResult]) -> list[CandidateResult]:
    return [candidate for candidate in candidates if _is_at(point, candidate)]


def _is_at(point: GridPoint, candidate: CandidateResult) -> bool:
    return all(point.get(key) == value for key, value in candidate.setting.items())


# --- one comparison


def _comparison(
    result: ExperimentResult,
    question: Question,
    measure: Measure,
    candidates: Sequence[CandidateResult],
    setting: GridPoint,
    tables: int,
) -> Comparison:
    """One ranking, where `tables` of them are told together."""
    seeds = _seeds_of_candidates(candidates)
    contenders = [contender_of(candidate, seeds, measure, question.level) for candidate in candidates]
    looks = _looks_that_answer(question, result.looks, setting)
    if looks is not None:
        contenders = [as_looked_at(contender, looks, seeds) for contender in contenders]
    target = question.target
    if target is None and measure.history is not None:
        target = middle_target(contenders, measure)
    contenders = [replace(contender, target=target) for contender in sorted(contenders, key=lambda c: c.rank)]
    _check_values(result, contenders, measure)
    _check_baseline_has_value(result, contenders, question.baseline)
    family = _family(result, question, contenders, looks, tables)
    examples = examples_shared_out(contenders, measure)
    labels = [contender.label for contender in contenders]
    comparison = Comparison(
        experiment=result.name,
        description=result.description,
        folder=result.folder,
        question=replace(question, target=target),
        measure=measure,
        choices=() if setting else result.chosen,
        setting=setting,
        seeds=seeds,
        role="tuning" if setting and result.tuning_seeds else "comparison",
        contenders=tuple(contenders),
        reference=labels.index(question.baseline or "") if question.baseline in labels else 0,
        family=family,
        validation_is_test=result.validation_is_test,
        differences=_differences_of(contenders, measure, family, question.level, examples),
        examples=examples,
        looks=looks,
        planned_looks=1 if result.looks is None else len(result.looks.looks),
    ).in_order()
    return replace(comparison, warnings=tuple(warnings_on(comparison, result)))


def _seeds_of_candidates(candidates: Sequence[CandidateResult]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(trial.seed for trial in trials_of_all(candidates)))


def _looks_that_answer(question: Question, looks: LooksRecord | None, setting: GridPoint) -> LooksRecord | None:
    """The record of looks, if the question is the one that they were to answer."""
    if looks is None or not looks.taken or setting or question.baseline is not None:
        return None
    asked = (question.metric, question.at, question.margin, question.confidence)
    return looks if asked == (looks.metric, "last", looks.margin, looks.confidence) else None


def _family(
    result: ExperimentResult,
    question: Question,
    contenders: Sequence[Contender],
    looks: LooksRecord | None,
    tables: int,
) -> int:
    """How many intervals are to hold together."""
    if looks is not None:
        return looks.family * len(looks.looks)
    with_value = sum(contender.completed > 0 for contender in contenders)
    family = family_size(with_value, question.baseline is not None) * tables
    if result.looks is not None and not result.looks.taken:
        family *= len(result.looks.looks)  # what comes before the first look is paid for like a look
    return family


def _differences_of(
    contenders: Sequence[Contender], measure: Measure, family: int, confidence: float, examples: int | None
) -> PairwiseDifferences:
    values = np.array([contender.values for contender in contenders])
    differences = pairwise_differences(values, family=family, confidence=confidence, examples=examples)
    low, high = within_possible_differences(measure, differences.low, differences.high)
    return replace(differences, low=low, high=high)


# --- what cannot be compared


def _check_values(result: ExperimentResult, contenders: Sequence[Contender], measure: Measure) -> None:
    if sum(contender.completed > 0 for contender in contenders) < 2:
        raise NothingToShow(_too_few_with_value(result, contenders, measure))


def _check_baseline_has_value(result: ExperimentResult, contenders: Sequence[Contender], baseline: str | None) -> None:
    for contender in contenders:
        if contender.label == baseline and not contender.completed:
            raise NothingToShow(
                f"{result.name}: the baseline {contender.label} has no completed trial"
                f" ({contender.missing or 'no trials'}); name another"
            )


def _too_few_with_value(result: ExperimentResult, contenders: Sequence[Contender], measure: Measure) -> str:
    if result.tuning_seeds and len(result.compared) < 2:
        return (
            f"{result.name}: fewer than two settings are chosen yet; let the run go on (actsearch status says how far)"
        )
    if len(contenders) < 2:
        return f"{result.name}: there is one candidate, and nothing to compare it with; add another activation"
    with_value = [contender.name for contender in contenders if contender.completed]
    only = f"only {with_value[0]} has" if with_value else "no candidate has"
    statuses = [trial.status for trial in trials_of_all(contenders)]
    counts = ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))
    remedy = _remedy(result, statuses)
    if not with_value and all(status == "completed" for status in statuses):
        remedy = f"there is no {measure.metric}"
    return f"{result.name}: {only} a completed trial with {measure.metric} ({counts or 'no trials'}); {remedy}"


def _remedy(result: ExperimentResult, statuses: Sequence[str]) -> str:
    if result.problems:
        first, *others = result.problems
        return first + (f" (and so for {len(others)} more)" if others else "")
    if all(status in FINISHED for status in statuses):
        return "train with a smaller learning rate, or clip gradients"
    return "run it to the end"
