"""What the terminal shows: the live display of a run, plain lines, and tables.

Renders values; `cli.py` alone owns the console.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from actsearch.events import Completed, Diverged, EpochDone, Event, Failed, Progress, Started
from actsearch.experiment import Trial
from actsearch.results import CandidateResult, ExperimentResult, TestValues, TrialResult

STATUS_STYLE = {
    "completed": "green",
    "running": "cyan",
    "diverged": "magenta",
    "failed": "bold red",
    "interrupted": "yellow",
    "waiting": "dim",
}


class Display(Protocol):
    """Shows the events of a run while it lasts."""

    def __enter__(self) -> Display: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, event: Event, trial: Trial) -> None: ...


class NoDisplay:
    """Shows nothing."""

    def __enter__(self) -> NoDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: Event, trial: Trial) -> None:
        pass


class PlainLines(NoDisplay):
    """A line an epoch, for logs and pipes."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def show(self, event: Event, trial: Trial) -> None:
        line = _plain_line(event, trial)
        if line:
            self._write(f"{name_of(trial)}: {line}")


class JsonLines(NoDisplay):
    """An object a line and event, for other programs. Progress inside an epoch is left out."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def show(self, event: Event, trial: Trial) -> None:
        if isinstance(event, Progress):
            return
        row: dict[str, Any] = {"event": EVENT_NAMES[type(event)], "trial": trial.id, "label": trial.candidate.label}
        row |= {"setting": dict(trial.candidate.setting), "seed": trial.seed}
        if isinstance(event, Started):
            row["machine"] = dict(event.machine)
        elif isinstance(event, EpochDone):
            row |= {"epoch": event.epoch, "seconds": event.seconds, "metrics": dict(event.metrics)}
        elif isinstance(event, Completed):
            row["test"] = {
                which: {"epoch": values.epoch, **values.test}
                for which, values in (("last", event.last), ("best", event.best))
            }
        elif isinstance(event, Diverged):
            row["epoch"] = event.epoch
        else:
            row["error"] = event.error
        self._write(json.dumps(row, ensure_ascii=False))


EVENT_NAMES = {
    Started: "started",
    EpochDone: "epoch",
    Completed: "completed",
    Diverged: "diverged",
    Failed: "failed",
}
"""What `--json` calls the events."""


@dataclass
class _Row:
    """A trial as the live display shows it."""

    trial: Trial
    status: str = "waiting"
    epoch: int = 0
    share: float = 0.0
    """Of the epoch begun."""
    loss: float | None = None
    val_accuracy: float | None = None
    seconds: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def epochs(self) -> int:
        return self.trial.candidate.training.epochs

    @property
    def done(self) -> float:
        """How many epochs are done, in fractions; a trial that has ended has done all of its own."""
        return float(self.epochs) if self.ended else min(self.epoch + self.share, float(self.epochs))

    @property
    def ended(self) -> bool:
        return self.status in ("completed", "diverged", "failed")


class LiveDisplay:
    """Overall progress with the time left, and a row a trial; finished rows fold away when the screen is too low."""

    def __init__(self, console: Console, title: str, trials: Sequence[Trial], finished_before: int) -> None:
        self._console, self._title, self._finished_before = console, title, finished_before
        self._rows = {trial.id: _Row(trial) for trial in trials}
        self._began = time.monotonic()
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=4, transient=True)

    def __enter__(self) -> LiveDisplay:
        self._live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._live.__exit__(*error)

    def show(self, event: Event, trial: Trial) -> None:
        row = self._rows[trial.id]
        if isinstance(event, Started):
            row.status = "running"
        elif isinstance(event, Progress):
            row.share = event.step / event.steps
        elif isinstance(event, EpochDone):
            row.epoch, row.share = event.epoch, 0.0
            row.loss, row.val_accuracy = event.metrics["loss"], event.metrics["val_accuracy"]
            row.seconds.append(event.seconds)
        else:
            row.status = EVENT_NAMES[type(event)]
            row.note = _ending_note(event)

    def _render(self) -> RenderableType:
        rows = list(self._rows.values())
        total = sum(row.epochs for row in rows)
        done = sum(row.done for row in rows)
        ended = sum(row.ended for row in rows)
        head = Table.grid(padding=(0, 2))
        head.add_column(max_width=24)
        head.add_column(no_wrap=True)
        head.add_column(width=max(6, min(40, self._console.width - 58)))
        head.add_column(no_wrap=True)
        counted = f"{ended + self._finished_before}/{len(rows) + self._finished_before} trials"
        head.add_row(
            _cut(self._title, "bold"), counted, ProgressBar(total=max(total, 1), completed=done), self._left(rows)
        )
        shown, folded = fold(rows, max(3, self._console.height - 6))
        table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
        table.add_column("activation", min_width=6, max_width=max(10, self._console.width - 46))
        for heading in ("seed", "epoch", "loss", "val_accuracy"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("")
        for row in shown:
            table.add_row(*_live_cells(row), style="dim" if row.status == "waiting" else "")
        parts: list[RenderableType] = [head, table]
        if folded:
            parts.append(Text(folded, "dim"))
        return Group(*parts)

    def _left(self, rows: Sequence[_Row]) -> str:
        measured = [seconds for row in rows for seconds in row.seconds]
        if not measured:
            return "measuring"
        left = sum(row.epochs - row.done for row in rows)
        spent = time.monotonic() - self._began
        progress = sum(row.done for row in rows if row.seconds or row.status == "running")
        # Time spent on what is done so far, start-up included, carried on to what is left.
        return f"{duration(spent / progress * left)} left" if progress > 0 else "measuring"


def fold(rows: Sequence[_Row], room: int) -> tuple[list[_Row], str]:
    """The rows to show in so many lines, running ones first to stay, and a line on those left out."""
    if len(rows) <= room:
        return list(rows), ""
    priority = {"running": 0, "failed": 1, "diverged": 2, "waiting": 3, "completed": 4}
    ordered = sorted(rows, key=lambda row: priority[row.status])
    kept = {id(row) for row in ordered[: room - 1]}
    hidden = [row for row in rows if id(row) not in kept]
    counts = [f"{sum(row.status == status for row in hidden)} more {status}" for status in priority]
    return [row for row in rows if id(row) in kept], "  ".join(c for c in counts if not c.startswith("0 "))


def _live_cells(row: _Row) -> tuple[RenderableType, ...]:
    epoch = f"{row.epoch}/{row.epochs}" if row.status != "waiting" else ""
    state = _cut(row.note or row.status, STATUS_STYLE[row.status])
    if row.status == "running":
        doing = f"epoch {row.epoch + 1}: {row.share:.0%}" if row.epoch < row.epochs else "testing"
        state = _cut(doing, STATUS_STYLE["running"])
    name = _cut(candidate_name(row.trial.candidate.label, row.trial.candidate.setting))
    return name, str(row.trial.seed), epoch, number(row.loss), number(row.val_accuracy), state


def _cut(text: str, style: str = "") -> Text:
    """Text that is cut where its column ends.

    The column itself must be left to wrap: Rich narrows only such columns, and with none of them narrows the numbers.
    """
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _plain_line(event: Event, trial: Trial) -> str:
    if isinstance(event, EpochDone):
        shown = [f"epoch {event.epoch}/{trial.candidate.training.epochs}"]
        shown += [f"{name} {number(event.metrics[name])}" for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
        return "  ".join([*shown, f"{event.seconds:.1f} s"])
    if isinstance(event, Completed):
        return f"completed, test accuracy {number(event.last.test['accuracy'])}"
    if isinstance(event, (Diverged, Failed)):
        return _ending_note(event)
    return ""


def _ending_note(event: Event) -> str:
    if isinstance(event, Diverged):
        return f"diverged in epoch {event.epoch}"
    if isinstance(event, Failed):
        return f"failed: {event.error}"
    return "completed"


def summary(result: ExperimentResult) -> RenderableType:
    """The table at the end of a run: a row a candidate, the highest validation accuracy first."""
    several = any(len(candidate.trials) > 1 for candidate in result.candidates)
    rows = [(candidate, _mean_of(candidate, _final("val_accuracy"))) for candidate in result.candidates]
    rows.sort(key=lambda row: (row[1] is None, -(row[1] or 0.0)))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("activation", min_width=6)
    if several:
        table.add_column("seeds", justify="right", no_wrap=True)
    test_heading = "test accuracy" if not result.validation_is_test else "best epoch's"
    for heading in ("val_loss", "val_accuracy", test_heading, "s/epoch"):
        table.add_column(heading, justify="right", no_wrap=" " not in heading, min_width=8 if " " in heading else None)
    table.add_column("")
    for candidate, accuracy in rows:
        best = _mean_of(candidate, _best_accuracy if result.validation_is_test else _test_accuracy)
        table.add_row(
            _cut(candidate_name(candidate.label, candidate.setting)),
            *([str(len(candidate.trials))] if several else []),
            number(_mean_of(candidate, _final("val_loss"))),
            number(accuracy),
            number(best),
            number(_mean_of(candidate, _seconds), digits=1),
            _states(candidate),
        )
    return table


def summary_notes(result: ExperimentResult) -> list[str]:
    """What a reader of the summary must know so as not to conclude too much."""
    notes = []
    if any(len(candidate.trials) > 1 for candidate in result.candidates):
        notes.append("Values are means over the seeds that completed, at the last epoch.")
    else:
        notes.append("Values are of the last epoch.")
    return [*notes, *result.warnings, *result.problems]


def trials_table(result: ExperimentResult) -> RenderableType:
    """A row a trial: state, epochs and last values."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("activation", min_width=6)
    for heading in ("seed", "epoch", "loss", "val_loss", "val_accuracy"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("state")
    for candidate in result.candidates:
        for trial in candidate.trials:
            values = [number(last_value(trial, name)) for name in ("loss", "val_loss", "val_accuracy")]
            table.add_row(
                _cut(candidate_name(candidate.label, candidate.setting)),
                str(trial.seed),
                f"{trial.epochs_done}/{trial.epochs}",
                *values,
                _cut(_state(trial), STATUS_STYLE[trial.status]),
            )
    return table


def trial_as_json(candidate: CandidateResult, trial: TrialResult) -> dict[str, Any]:
    """A trial as `--json` gives it."""
    return {
        "trial": trial.id,
        "label": candidate.label,
        "activation": candidate.activation.name,
        "parameters": dict(candidate.activation.parameters),
        "setting": dict(candidate.setting),
        "seed": trial.seed,
        "status": trial.status,
        "epochs_done": trial.epochs_done,
        "epochs": trial.epochs,
        "last": {name: (values[-1] if values else None) for name, values in trial.history.items()},
        "test": {
            which: None if values is None else {"epoch": values.epoch, **values.values}
            for which, values in (("last", trial.last), ("best", trial.best))
        },
        "seconds": sum(trial.seconds_per_epoch),
        "error": trial.error,
    }


def name_of(trial: Trial) -> str:
    return f"{candidate_name(trial.candidate.label, trial.candidate.setting)} seed {trial.seed}"


def candidate_name(label: str, setting: Any) -> str:
    """The label, with the point of the grid by the last parts of its keys: `relu learning_rate=0.001`."""
    return " ".join([label, *(f"{key.rsplit('.', 1)[-1]}={value}" for key, value in setting.items())])


def number(value: float | None, digits: int = 4) -> str:
    """A metric in a table; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.{digits}f}" if abs(value) < 1000 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    return f"{hours // 24} d {hours % 24} h"


def last_value(trial: TrialResult, metric: str) -> float | None:
    """The metric's last value that is a number, or None."""
    return next((value for value in reversed(trial.history.get(metric, ())) if value is not None), None)


def _state(trial: TrialResult) -> str:
    if trial.status == "failed":
        return f"failed: {trial.error}"
    if trial.status == "diverged":
        return f"diverged in epoch {trial.epochs_done}"
    return trial.status


def _states(candidate: CandidateResult) -> Text:
    """What did not simply complete, counted."""
    trials = candidate.trials
    if len(trials) == 1:
        trial = trials[0]
        return _cut("" if trial.status == "completed" else _state(trial), STATUS_STYLE[trial.status])
    others = [trial.status for trial in trials if trial.status != "completed"]
    text = Text(", ").join(
        Text(f"{others.count(status)} {status}", STATUS_STYLE[status]) for status in STATUS_STYLE if status in others
    )
    return text


def _mean_of(candidate: CandidateResult, value: Callable[[TrialResult], float | None]) -> float | None:
    values = [value(trial) for trial in candidate.trials if trial.status == "completed"]
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def _final(metric: str) -> Callable[[TrialResult], float | None]:
    return lambda trial: last_value(trial, metric)


def _test_accuracy(trial: TrialResult) -> float | None:
    return _accuracy(trial.last)


def _best_accuracy(trial: TrialResult) -> float | None:
    return _accuracy(trial.best)


def _accuracy(values: TestValues | None) -> float | None:
    return None if values is None else values.values.get("accuracy")


def _seconds(trial: TrialResult) -> float | None:
    return sum(trial.seconds_per_epoch) / len(trial.seconds_per_epoch) if trial.seconds_per_epoch else None


def counted(trials: Sequence[TrialResult]) -> str:
    """`6 trials: 4 completed, 1 running, 1 waiting`."""
    states = [trial.status for trial in trials]
    parts = [f"{states.count(status)} {status}" for status in STATUS_STYLE if status in states]
    return f"{len(trials)} trial{'' if len(trials) == 1 else 's'}: {', '.join(parts)}"
