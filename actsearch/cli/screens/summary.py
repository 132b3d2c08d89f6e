"""The table at the end of a run: a row a candidate, with what a reader must know of it."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.tables import plain_table
from actsearch.cli.screens.text import AtWidth, cut_text
from actsearch.cli.screens.trial_rows import STATUS_STYLE, last_value, state_text
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TestValues, TrialResult, median_seconds

TrialValue = Callable[[TrialResult], float | None]


def summary_table(result: ExperimentResult) -> RenderableType:
    """A row a candidate, the highest validation accuracy first; a narrow window does without loss and time."""
    return AtWidth(lambda width: _table_at(result, width))


def _table_at(result: ExperimentResult, width: int) -> Table:
    several = _has_several_seeds(result)
    rows = [(candidate, _mean_of(candidate, _last_val_accuracy)) for candidate in result.compared]
    rows.sort(key=lambda row: (row[1] is None, -(row[1] or 0.0)))
    states = [_states(candidate) for candidate, _ in rows]
    whole = width >= 80 or not (several and any(states))
    table = _empty_table(several, whole, "best epoch's" if result.validation_is_test else "test accuracy")
    test_value = _best_accuracy if result.validation_is_test else _last_accuracy
    for (candidate, accuracy), state in zip(rows, states, strict=True):
        cells: list[RenderableType] = [cut_text(candidate.name)]
        if several:
            cells.append(str(len(candidate.trials)))
        if whole:
            cells.append(table_number(_mean_of(candidate, _last_val_loss)))
        cells += [table_number(accuracy), table_number(_mean_of(candidate, test_value))]
        if whole:
            cells.append(table_number(median_seconds(candidate.trials), digits=1))
        table.add_row(*cells, state)
    return table


def _empty_table(several: bool, whole: bool, test_heading: str) -> Table:
    table = plain_table()
    table.add_column("activation", min_width=6)
    if several:
        table.add_column("seeds", justify="right", no_wrap=True)
    if whole:
        table.add_column("val_loss", justify="right", no_wrap=True)
    table.add_column("val_accuracy", justify="right", no_wrap=True)
    table.add_column(test_heading, justify="right", min_width=8)
    if whole:
        table.add_column("s/epoch", justify="right", no_wrap=True)
    table.add_column("")
    return table


def summary_notes(result: ExperimentResult) -> list[str]:
    """What a reader of the summary must know so as not to conclude too much."""
    notes = ["Values are of the last epoch."]
    if _has_several_seeds(result):
        notes = ["Values are means over the seeds that completed, at the last epoch."]
    return [*notes, *result.warnings, *filter(None, [result.mixture]), *result.problems]


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


def _last_val_accuracy(trial: TrialResult) -> float | None:
    return last_value(trial, "val_accuracy")


def _last_val_loss(trial: TrialResult) -> float | None:
    return last_value(trial, "val_loss")


def _last_accuracy(trial: TrialResult) -> float | None:
    return _accuracy(trial.last)


def _best_accuracy(trial: TrialResult) -> float | None:
    return _accuracy(trial.best)


def _accuracy(values: TestValues | None) -> float | None:
    return None if values is None else values.values.get("accuracy")
