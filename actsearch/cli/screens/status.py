"""How the trials of an experiment stand: a table of them, or of the candidates where they are many, and remarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from actsearch.cli.screens.decisions import choice_line, look_line
from actsearch.cli.screens.summary import summary_table
from actsearch.cli.screens.text import AtWidth
from actsearch.cli.screens.trial_rows import STATUS_STYLE, TrialColumns, TrialRow, rows_of
from actsearch.core.results import ExperimentResult
from actsearch.core.sentences import runs
from actsearch.core.trial_results import TrialResult

MANY_TRIALS = 40
"""More than a window holds: those that ended well, and those that wait, are told of by candidate."""


def status_heading(result: ExperimentResult) -> str:
    """`tiny (results/tiny): 6 trials: 4 completed, 1 running, 1 waiting`."""
    trials = trials_by_status(result.all_trials)
    return runs.HEADING_OF_STATUS(experiment=result.name, folder=result.folder, trials=trials)


def status_tables(result: ExperimentResult, every_trial: bool = False) -> Iterator[RenderableType]:
    """A row a trial: state, epochs, last values; of many, a row a candidate, and the trials that are not as usual."""
    rows = rows_of(result)
    if every_trial or len(rows) <= MANY_TRIALS or not result.compared:
        yield _trials_table(rows)
        return
    yield summary_table(result)
    unusual = [row for row in rows if row.status not in ("completed", "waiting")]
    if unusual:
        yield Text()
        yield _trials_table(unusual)
    yield Text(runs.EACH_OF_THE_TRIALS(trials=len(rows)), "dim")


def status_remarks(result: ExperimentResult) -> Iterator[str]:
    """What was decided, what is on disk beside the trials, and what to beware of."""
    for choice in result.chosen:
        yield choice_line(choice, result.task)
    if result.looks is not None:
        for taken in result.looks.taken:
            yield look_line(result.looks, taken)
    if result.stranded:
        ids = "".join(f"\n  {trial_id}" for trial_id in result.stranded)
        yield runs.STRANDED(trials=ids)
    if result.mixture:
        yield f"note: {result.mixture}"
    if result.again:
        yield runs.LOOKED_INTO_AGAIN(trials=len(result.again))
    for problem in result.problems:
        yield f"note: {problem}"


def progress_line(result: ExperimentResult) -> str:
    """`tiny: 6 trials: 4 completed, 2 waiting; 80 of 120 epochs`."""
    trials = result.all_trials
    return runs.PROGRESS(
        experiment=result.name,
        trials=trials_by_status(trials),
        done=sum(trial.epochs_done for trial in trials),
        epochs=sum(trial.epochs for trial in trials),
    )


def trials_by_status(trials: Sequence[TrialResult]) -> str:
    """`6 trials: 4 completed, 1 running, 1 waiting`."""
    states = [trial.status for trial in trials]
    parts = [f"{states.count(status)} {status}" for status in STATUS_STYLE if status in states]
    return runs.TRIALS_BY_STATUS(trials=len(trials), states=", ".join(parts))


def _trials_table(rows: Sequence[TrialRow]) -> RenderableType:
    def table(width: int) -> RenderableType:
        columns = TrialColumns.fit(rows, width)
        return Group(columns.heading(), *map(columns.line, rows))

    return AtWidth(table)
