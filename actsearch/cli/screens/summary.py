"""The table at the end of a run: a row a candidate, with what a reader must know of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.tables import plain_table
from actsearch.cli.screens.text import AtWidth, cut_text
from actsearch.cli.screens.trial_rows import STATUS_STYLE, last_value, state_text
from actsearch.core.results import ExperimentResult
from actsearch.core.sentences import runs
from actsearch.core.tasks import Task
from actsearch.core.trial_results import CandidateResult, TrialResult, median_seconds

TrialValue = Callable[[TrialResult], float | None]


def summary_table(result: ExperimentResult) -> RenderableType:
    """A row a candidate, the best first by the metric that decides; a narrow window does without loss and time."""
    return AtWidth(lambda width: _table_at(result, width))


def _table_at(result: ExperimentResult, width: int) -> Table:
    several = _has_several_seeds(result)
    task = result.task
    sign = -1 if task.decisive.higher_is_better else 1
    last = partial(last_value, metric=task.validated_by)
    rows = [(candidate, _mean_of(candidate, last)) for candidate in result.compared]
    rows.sort(key=lambda row: (row[1] is None, sign * (row[1] or 0.0)))
    states = [_states(candidate) for candidate, _ in rows]
    whole = width >= 80 or not (several and any(states))
    heading = "best epoch's" if result.validation_is_test else f"test {task.decisive.in_words}"
    table = _empty_table(several, whole, task, heading)
    test_value = partial(_value_on_test, name=task.decide_by, at_best=result.validation_is_test)
    for (candidate, value), state in zip(rows, states, strict=True):
        cells: list[RenderableType] = [cut_text(candidate.name)]
        if several:
            cells.append(str(len(candidate.trials)))
        if whole:
            cells.append(table_number(_mean_of(candidate, partial(last_value, metric=task.validated_loss))))
        cells += [table_number(value), table_number(_mean_of(candidate, test_value))]
        if whole:
            cells.append(table_number(median_seconds(candidate.trials), digits=1))
        table.add_row(*cells, state)
    return table


def _empty_table(several: bool, whole: bool, task: Task, test_heading: str) -> Table:
    table = plain_table()
    table.add_column("activation", min_width=6)
    if several:
        table.add_column("seeds", justify="right", no_wrap=True)
    if whole:
        table.add_column(task.validated_loss, justify="right", no_wrap=True)
    table.add_column(task.validated_by, justify="right", no_wrap=True)
    table.add_column(test_heading, justify="right", min_width=8)
    if whole:
        table.add_column("s/epoch", justify="right", no_wrap=True)
    table.add_column("")
    return table


def summary_notes(result: ExperimentResult) -> list[str]:
    """What a reader of the summary must know so as not to conclude too much."""
    values = runs.VALUES_ARE_MEANS() if _has_several_seeds(result) else runs.VALUES_OF_LAST_EPOCH()
    return [values, *result.warnings, *filter(None, [result.mixture]), *result.problems]


def _has_several_seeds(result: ExperimentResult) -> bool:
    return any(len(candidate.trials) > 1 for candidate in result.compared)


def _states(candidate: CandidateResult) -> Text:
    """What did not simply complete, counted."""
    trials = candidate.trials
    if len(trials) == 1:
        trial = trials[0]
        return cut_text("" if trial.status == "completed" else state_text(trial), STATUS_STYLE[trial.status])
    others = [trial.status for trial in trials if trial.status != "completed"]
    text = Text(", ").join(
        Text(f"{others.count(status)} {status}", STATUS_STYLE[status]) for status in STATUS_STYLE if status in others
    )
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _mean_of(candidate: CandidateResult, value: TrialValue) -> float | None:
    """Over the seeds that completed."""
    values = [value(trial) for trial in candidate.trials if trial.status == "completed"]
    known = [number for number in values if number is not None]
    return sum(known) / len(known) if known else None


def _value_on_test(trial: TrialResult, name: str, at_best: bool) -> float | None:
    tested = trial.best if at_best else trial.last
    return None if tested is None else tested.values.get(name)
