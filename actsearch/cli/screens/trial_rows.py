"""The lines of a table of trials: what is said of each trial, and the columns that fit the window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from rich.cells import cell_len, set_cell_size

from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.text import StyledLine, printable_text, shortened_to_cells
from actsearch.core.experiment import Trial
from actsearch.core.results import ExperimentResult
from actsearch.core.sentences import runs
from actsearch.core.tasks import MULTICLASS, Task
from actsearch.core.trial_results import ENDED, CandidateResult, TrialResult
from actsearch.core.words import candidate_name, in_words

STATUS_STYLE = {
    "completed": "green",
    "running": "cyan",
    "diverged": "magenta",
    "failed": "bold red",
    "interrupted": "magenta",
    "restarting": "magenta",
    "waiting": "dim",
}
"""Of the statuses of a trial, and of one that waits again because its worker was lost."""


@dataclass(eq=False)
class TrialRow:
    """A trial as a line of a table, whether it is known from events or from a folder."""

    name: str
    brief: str
    """The name for where that is too long: of the point of the grid, the values alone."""
    seed: int
    epochs: int
    """How many were asked for."""
    status: str = "waiting"
    """A key of `STATUS_STYLE`."""
    epoch: int = 0
    """How many are done."""
    share: float | None = None
    """Of the epoch begun; None if it is not known."""
    task: Task = MULTICLASS
    values: Mapping[str, float | None] = field(default_factory=dict)
    """The metrics after the last epoch done, by Keras's names."""
    note: str = ""
    """What is to be said of it beyond its status."""

    @property
    def decisive(self) -> float | None:
        """The validation metric that decides."""
        return self.values.get(self.task.validated_by)

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def done(self) -> float:
        """How many epochs are done, in fractions; a trial that has ended has done all of its own."""
        return float(self.epochs) if self.has_ended else min(self.epoch + (self.share or 0.0), float(self.epochs))

    @property
    def state(self) -> str:
        if self.status != "running" or self.share is None:
            return self.note or self.status
        return f"epoch {self.epoch + 1}: {self.share:.0%}" if self.epoch < self.epochs else "testing"


def waiting_row(trial: Trial) -> TrialRow:
    """The row of a trial that waits."""
    names = _row_names(trial.candidate.label, trial.candidate.setting)
    return TrialRow(*names, trial.seed, trial.candidate.training.epochs, task=trial.task)


def rows_of(result: ExperimentResult) -> list[TrialRow]:
    """The rows of all trials of an experiment, candidate by candidate."""
    rows = []
    for candidate in result.candidates:
        rows += [_row_of_result(candidate, trial, result.task) for trial in candidate.all_trials]
    return rows


def _row_of_result(candidate: CandidateResult, trial: TrialResult, task: Task) -> TrialRow:
    return TrialRow(
        *_row_names(candidate.label, candidate.setting),
        trial.seed,
        trial.epochs,
        status=trial.status,
        epoch=trial.epochs_done,
        task=task,
        values={name: last_value(trial, name) for name in shown_metrics(task)},
        note=state_text(trial) + (" (tuning)" if trial.role == "tuning" else ""),
    )


def trial_name(trial: Trial) -> str:
    """`relu learning_rate=0.001 seed 0`."""
    return f"{candidate_name(trial.candidate.label, trial.candidate.setting)} seed {trial.seed}"


def state_text(trial: TrialResult) -> str:
    """A trial's status, with the cause of a failure and the epoch of a divergence."""
    if trial.status == "failed" and trial.error:
        return runs.FAILED_WITH(error=printable_text(trial.error))
    if trial.status == "diverged":
        return runs.DIVERGED_IN(epoch=trial.epochs_done)
    return trial.status


def last_value(trial: TrialResult, metric: str) -> float | None:
    """The metric's last value that is a number, or None."""
    return next((value for value in reversed(trial.history.get(metric, ())) if value is not None), None)


def _row_names(label: str, setting: Mapping[str, Any]) -> tuple[str, str]:
    return printable_text(candidate_name(label, setting)), printable_text(
        " ".join([label, *map(in_words, setting.values())])
    )


ROW_NAMES = ("name", "brief")
NARROWEST_CELL = 8
BETWEEN_CELLS = 2


@dataclass(frozen=True)
class TrialColumns:
    """The columns of a table of trials and their widths, which are the same for all its lines, whatever they hold."""

    names: str
    """Which of `ROW_NAMES` is shown."""
    name: int
    seed: int
    epoch: int
    metrics: Sequence[str]
    state: int
    """What is left for the state."""

    @classmethod
    def fit(cls, rows: Sequence[TrialRow], width: int) -> TrialColumns:
        """The columns that these rows need, in a window so wide."""
        seed = max([len("seed"), *(len(str(row.seed)) for row in rows)])
        digits = max([2, *(len(str(row.epochs)) for row in rows)])
        epoch, state = 2 * digits + 1, len("epoch : 100%") + digits
        longest = {which: _longest_name(rows, which) for which in ROW_NAMES}

        layouts = row_layouts(rows[0].task if rows else MULTICLASS)

        def room(metrics: Sequence[str]) -> int:
            cells = [0, seed, epoch, *map(_width_of, metrics)]
            return width - state - sum(cells) - BETWEEN_CELLS * len(cells)

        fitting = ((which, metrics) for which, metrics in layouts if longest[which] <= room(metrics))
        names, metrics = next(fitting, layouts[-1])
        name = max(6, min(longest[names], room(metrics)))
        return cls(names, name, seed, epoch, metrics, state + room(metrics) - name)

    def heading(self) -> StyledLine:
        return StyledLine((self._start("activation", "seed", "epoch") + self._cells(self.metrics) + "state", "dim"))

    def line(self, row: TrialRow) -> StyledLine:
        """A row. The cause of a failure may take the place of the numbers; another state that is too long is named."""
        start = self._start(getattr(row, self.names), str(row.seed), f"{row.epoch}/{row.epochs}")
        state = row.state
        if row.status not in ("failed", "restarting"):
            start += self._cells(table_number(row.values.get(metric)) for metric in self.metrics)
            state = state if cell_len(state) <= self.state else row.status
        return StyledLine((start, "dim" if row.status == "waiting" else ""), (state, STATUS_STYLE[row.status]))

    def _start(self, name: str, seed: str, epoch: str) -> str:
        padded = set_cell_size(shortened_to_cells(name, self.name), self.name)
        return f"{padded}  {seed:>{self.seed}}  {epoch:>{self.epoch}}  "

    def _cells(self, values: Iterable[str]) -> str:
        return "".join(f"{value:>{_width_of(metric)}}  " for value, metric in zip(values, self.metrics, strict=True))


def shown_metrics(task: Task) -> tuple[str, ...]:
    """The metrics of a table of trials."""
    return task.loss.name, task.validated_loss, task.validated_by


def row_layouts(task: Task) -> Sequence[tuple[str, Sequence[str]]]:
    """Which names, and which metrics beside them: a table has the first of these that its window has room for."""
    loss, _, decisive = every = shown_metrics(task)
    return tuple(product(ROW_NAMES, [every, (loss, decisive), (decisive,)]))


def _width_of(metric: str) -> int:
    return max(NARROWEST_CELL, len(metric))


def _longest_name(rows: Sequence[TrialRow], which: str) -> int:
    return max(map(cell_len, ["activation", *(getattr(row, which) for row in rows)]))
