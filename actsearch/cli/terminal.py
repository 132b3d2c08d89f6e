"""What a run and its results look like as lines of text, as JSON and as tables; `live` builds its screens from these.

Renders values; `cli.py` alone owns the console.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, Protocol

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from actsearch.core.events import (
    Checkpoint,
    Completed,
    Diagnosed,
    Diverged,
    EpochDone,
    Event,
    Failed,
    Lost,
    Progress,
    Started,
)
from actsearch.core.experiment import Trial
from actsearch.core.looks_record import LooksRecord, LookTaken
from actsearch.core.results import Choice, ExperimentResult
from actsearch.core.trial_results import ENDED, CandidateResult, TestValues, TrialResult, median_seconds
from actsearch.core.words import candidate_name, in_words, number_of

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
    """An object a line and event, for other programs. Of what stays inside a training only the epochs are told."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def show(self, event: Event, trial: Trial) -> None:
        if isinstance(event, (Progress, Diagnosed, Checkpoint)):
            return
        row: dict[str, Any] = {"event": EVENT_NAMES[type(event)], "trial": trial.id, "label": trial.candidate.label}
        row |= {"setting": dict(trial.candidate.setting), "seed": trial.seed}
        if isinstance(event, Started):
            row |= {"machine": dict(event.machine), "resumed_epochs": len(event.resumed)}
        elif isinstance(event, EpochDone):
            row |= {"epoch": event.epoch, "seconds": event.seconds, "metrics": dict(event.metrics)}
        elif isinstance(event, Completed):
            row["test"] = {
                which: {"epoch": values.epoch, **values.test}
                for which, values in (("last", event.last), ("best", event.best))
            }
        elif isinstance(event, Diverged):
            row["epoch"] = event.epoch
        elif isinstance(event, Lost):
            row["cause"] = event.cause
        else:
            row["error"] = event.error
        self._write(json.dumps(row, ensure_ascii=False))


EVENT_NAMES = {
    Started: "started",
    EpochDone: "epoch",
    Completed: "completed",
    Diverged: "diverged",
    Failed: "failed",
    Lost: "lost",
}
"""What `--json` calls the events."""


@dataclass(eq=False)
class Row:
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
    loss: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    note: str = ""
    """What is to be said of it beyond its status."""

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def done(self) -> float:
        """How many epochs are done, in fractions; a trial that has ended has done all of its own."""
        return float(self.epochs) if self.ended else min(self.epoch + (self.share or 0.0), float(self.epochs))

    @property
    def state(self) -> str:
        if self.status != "running" or self.share is None:
            return self.note or self.status
        return f"epoch {self.epoch + 1}: {self.share:.0%}" if self.epoch < self.epochs else "testing"


def row_of(trial: Trial) -> Row:
    """The row of a trial that waits."""
    names = _names(trial.candidate.label, trial.candidate.setting)
    return Row(*names, trial.seed, trial.candidate.training.epochs)


def rows_of(result: ExperimentResult) -> list[Row]:
    """The rows of all trials of an experiment, candidate by candidate."""
    return [
        Row(
            *_names(candidate.label, candidate.setting),
            trial.seed,
            trial.epochs,
            status=trial.status,
            epoch=trial.epochs_done,
            loss=last_value(trial, "loss"),
            val_loss=last_value(trial, "val_loss"),
            val_accuracy=last_value(trial, "val_accuracy"),
            note=_state(trial) + (" (tuning)" if trial.role == "tuning" else ""),
        )
        for candidate in result.candidates
        for trial in candidate.all_trials
    ]


def _names(label: str, setting: Mapping[str, Any]) -> tuple[str, str]:
    return printable(candidate_name(label, setting)), printable(" ".join([label, *map(in_words, setting.values())]))


METRICS = {"loss": 8, "val_loss": 8, "val_accuracy": 12}
"""The metrics of a table of trials, and how wide they are."""
NAMES = ("name", "brief")
LAYOUTS = tuple(product(NAMES, [tuple(METRICS), ("loss", "val_accuracy"), ("val_accuracy",)]))
"""Which names, and which metrics beside them: a table has the first of these that its window is wide enough for."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table of trials and their widths, which are the same for all its lines, whatever they hold."""

    names: str
    """Which of `NAMES` is shown."""
    name: int
    seed: int
    epoch: int
    metrics: Sequence[str]
    state: int
    """What is left for the state."""

    @classmethod
    def fit(cls, rows: Sequence[Row], width: int) -> Columns:
        """The columns that these rows need, in a window so wide."""
        seed = max([len("seed"), *(len(str(row.seed)) for row in rows)])
        digits = max([2, *(len(str(row.epochs)) for row in rows)])
        epoch, state = 2 * digits + 1, len("epoch : 100%") + digits
        longest = {which: max(map(cell_len, ["activation", *(getattr(row, which) for row in rows)])) for which in NAMES}

        def room(metrics: Iterable[str]) -> int:
            return width - state - sum(2 + taken for taken in (0, seed, epoch, *(METRICS[m] for m in metrics)))

        names, metrics = next(((n, m) for n, m in LAYOUTS if longest[n] <= room(m)), LAYOUTS[-1])
        name = max(6, min(longest[names], room(metrics)))
        return cls(names, name, seed, epoch, metrics, state + room(metrics) - name)

    def heading(self) -> Line:
        return Line((self._start("activation", "seed", "epoch") + self._numbers(self.metrics) + "state", "dim"))

    def line(self, row: Row) -> Line:
        """A row. The cause of a failure may take the place of the numbers; another state that is too long is named."""
        start = self._start(getattr(row, self.names), str(row.seed), f"{row.epoch}/{row.epochs}")
        state = row.state
        if row.status not in ("failed", "restarting"):
            start += self._numbers(number(getattr(row, metric)) for metric in self.metrics)
            state = state if cell_len(state) <= self.state else row.status
        return Line((start, "dim" if row.status == "waiting" else ""), (state, STATUS_STYLE[row.status]))

    def _start(self, name: str, seed: str, epoch: str) -> str:
        padded = set_cell_size(shortened(name, self.name), self.name)
        return f"{padded}  {seed:>{self.seed}}  {epoch:>{self.epoch}}  "

    def _numbers(self, values: Iterable[str]) -> str:
        return "".join(f"{value:>{METRICS[metric]}}  " for value, metric in zip(values, self.metrics, strict=True))


class Line:
    """Texts with their styles, one behind the other, cut where the window ends.

    Rich's `Text` does the same in five times the time: too long for a hundred lines four times a second.
    """

    def __init__(self, *parts: tuple[str, str]) -> None:
        self._parts = parts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        room = options.max_width
        for text, style in self._parts:
            fits = cell_len(text) <= room
            shown = text if fits else set_cell_size(text, max(room - 1, 0)) + "…"
            yield Segment(shown, console.get_style(style))
            room -= cell_len(shown)
            if not fits:
                break
        yield Segment.line()


@dataclass(frozen=True)
class Paragraph:
    """Text in lines that fit, the second and further ones indented as far as its mark is long."""

    text: str
    mark: str = ""
    style: str = ""
    mark_style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        whole = printable(self.text).replace(" %", "\N{NO-BREAK SPACE}%")
        rows = textwrap.wrap(whole, max(options.max_width - len(self.mark), 20), break_on_hyphens=False)
        for i, row in enumerate(rows):
            mark = self.mark if i == 0 else " " * len(self.mark)
            yield Text.assemble((mark, self.mark_style), (row.replace("\N{NO-BREAK SPACE}", " "), self.style))


def shortened(text: str, width: int) -> str:
    """The text in so many cells. What it lacks is taken from its middle: of a candidate both ends tell what it is."""
    if cell_len(text) <= width:
        return text
    tail = next(text[i:] for i in range(len(text) + 1) if cell_len(text[i:]) <= (width - 1) // 2)
    return f"{set_cell_size(text, width - 1 - cell_len(tail)).rstrip()}…{tail}"


def printable(text: str) -> str:
    """The text without what would move the cursor."""
    return "".join(char if char.isprintable() else " " for char in text)


def _cut(text: str, style: str = "") -> Text:
    """Text that is cut where its column ends.

    The column itself must be left to wrap: Rich narrows only such columns, and with none of them narrows the numbers.
    """
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _plain_line(event: Event, trial: Trial) -> str:
    if isinstance(event, Started) and event.resumed:
        return f"goes on after epoch {event.resumed[-1].epoch}"
    if isinstance(event, Lost):
        return f"{printable(event.cause)}; it will be tried again"
    if isinstance(event, EpochDone):
        shown = [f"epoch {event.epoch}/{trial.candidate.training.epochs}"]
        shown += [f"{name} {number(event.metrics[name])}" for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
        return "  ".join([*shown, f"{event.seconds:.1f} s"])
    if isinstance(event, Completed):
        return f"completed, test accuracy {number(event.last.test['accuracy'])}"
    if isinstance(event, (Diverged, Failed)):
        return note_on(event)
    return ""


def note_on(event: Completed | Diverged | Failed | Lost) -> str:
    """What a row says of the event that ended its trial, or its worker."""
    if isinstance(event, Diverged):
        return f"diverged in epoch {event.epoch}"
    if isinstance(event, Failed):
        return f"failed: {printable(event.error)}"
    if isinstance(event, Lost):
        return f"restarting: {printable(event.cause)}"
    return "completed"


def summary(result: ExperimentResult) -> RenderableType:
    """The table at the end of a run: a row a candidate, the highest validation accuracy first."""
    return _AtWidth(lambda width: _summary(result, width))


def _summary(result: ExperimentResult, width: int) -> Table:
    several = any(len(candidate.trials) > 1 for candidate in result.compared)
    rows = [(candidate, _mean_of(candidate, _final("val_accuracy"))) for candidate in result.compared]
    rows.sort(key=lambda row: (row[1] is None, -(row[1] or 0.0)))
    states = [_states(candidate) for candidate, _ in rows]
    whole = width >= 80 or not (several and any(states))
    test_heading = "test accuracy" if not result.validation_is_test else "best epoch's"
    best = _best_accuracy if result.validation_is_test else _test_accuracy
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("activation", min_width=6)
    for heading in (*(["seeds"] if several else []), *(["val_loss"] if whole else []), "val_accuracy"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(test_heading, justify="right", min_width=8)
    if whole:
        table.add_column("s/epoch", justify="right", no_wrap=True)
    table.add_column("")
    for (candidate, accuracy), state in zip(rows, states, strict=True):
        table.add_row(
            _cut(candidate.name),
            *([str(len(candidate.trials))] if several else []),
            *([number(_mean_of(candidate, _final("val_loss")))] if whole else []),
            number(accuracy),
            number(_mean_of(candidate, best)),
            *([number(median_seconds(candidate.trials), digits=1)] if whole else []),
            state,
        )
    return table


class _AtWidth:
    """What is built for the width that it is printed at."""

    def __init__(self, build: Callable[[int], RenderableType]) -> None:
        self._build = build

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield self._build(options.max_width)


def summary_notes(result: ExperimentResult) -> list[str]:
    """What a reader of the summary must know so as not to conclude too much."""
    notes = []
    if any(len(candidate.trials) > 1 for candidate in result.compared):
        notes.append("Values are means over the seeds that completed, at the last epoch.")
    else:
        notes.append("Values are of the last epoch.")
    return [*notes, *result.warnings, *filter(None, [result.mixture]), *result.problems]


MANY_TRIALS = 40
"""More than a window holds: those that ended well, and those that wait, are told of by candidate."""


def status(result: ExperimentResult, every_trial: bool = False) -> Iterator[RenderableType]:
    """A row a trial: state, epochs, last values; of many, a row a candidate, and the trials that are not as usual."""
    rows = rows_of(result)
    if every_trial or len(rows) <= MANY_TRIALS or not result.compared:
        yield _trials_table(rows)
        return
    yield summary(result)
    unusual = [row for row in rows if row.status not in ("completed", "waiting")]
    if unusual:
        yield Text()
        yield _trials_table(unusual)
    yield Text(
        f"means over the seeds that completed, at the last epoch; each of the {len(rows)} trials: --trials", "dim"
    )


def _trials_table(rows: Sequence[Row]) -> RenderableType:
    def table(width: int) -> RenderableType:
        columns = Columns.fit(rows, width)
        return Group(columns.heading(), *map(columns.line, rows))

    return _AtWidth(table)


def trial_as_json(candidate: CandidateResult, trial: TrialResult) -> dict[str, Any]:
    """A trial as `--json` gives it."""
    return {
        "trial": trial.id,
        "label": candidate.label,
        "activation": candidate.activation.name,
        "parameters": dict(candidate.activation.parameters),
        "setting": dict(candidate.setting),
        "seed": trial.seed,
        "role": trial.role,
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


def choice_line(choice: Choice) -> str:
    """`relu: chosen learning_rate=0.1, of mean val_accuracy 0.9712 over 3 tuning seeds`."""
    setting = candidate_name("", choice.setting).strip() or "the only setting"
    of = "none of its tuning trials completed" if choice.mean is None else f"mean val_accuracy {number(choice.mean)}"
    return printable(f"{choice.label}: chosen {setting} ({of}, {len(choice.seeds)} tuning seeds)")


LEAVING = {
    "worse": "worse than {than}",
    "settled": "all its pairs are settled",
    "none completed": "none of its trials completed",
}
"""Why a contender left at a look."""


def undiagnosed_line(n: int) -> str:
    """What becomes of so many finished trials that lack the diagnostics asked for."""
    return (
        f"{number_of(n, 'finished trial')} without diagnostics: to be trained again beside what is there, which stays"
        " (--set diagnostics=false leaves them as they are)"
    )


def look_line(record: LooksRecord, taken: LookTaken) -> str:
    """`look 1 of 4 (5 seeds): sigmoid leaves (worse than relu); 5 go on`."""
    place = record.looks.index(taken.seeds) + 1
    said = [f"{one.label} leaves ({LEAVING[one.why].format(than=one.than)})" for one in taken.left]
    n = len(taken.stays)
    if not n:
        said.append("nothing is left to decide")
    elif place < len(record.looks):
        said.append(f"{n} go{'es' if n == 1 else ''} on")
    else:
        said.append(f"the last look; undecided: {', '.join(_undecided(taken))}")
    return printable(f"look {place} of {len(record.looks)} ({taken.seeds} seeds): {'; '.join(said)}")


def end_of_looks(record: LooksRecord) -> str:
    """`the looks ended at 20 seeds, undecided: relu and elu`."""
    last = record.taken[-1]
    undecided = ", ".join(_undecided(last))
    return printable(f"the looks ended at {last.seeds} seeds, {f'undecided: {undecided}' if undecided else 'decided'}")


def _undecided(taken: LookTaken) -> list[str]:
    return [f"{pair.a} and {pair.b}" for pair in taken.pairs if pair.decision == "undecided"]


def look_as_json(record: LooksRecord, taken: LookTaken) -> dict[str, Any]:
    """A look as `--json` gives it."""
    return {"look": record.looks.index(taken.seeds) + 1, "of": len(record.looks), **asdict(taken)}


def choice_as_json(choice: Choice) -> dict[str, Any]:
    """A choice as `--json` gives it."""
    setting, seeds = dict(choice.setting), list(choice.seeds)
    return {"label": choice.label, "setting": setting, "mean": choice.mean, "seeds": seeds}


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


def span(low: float, high: float) -> str:
    """A range of seconds, as short as it can be told."""
    shortest, longest = duration(low), duration(high)
    if shortest == longest:
        return shortest
    (number, *unit), (_, *other) = shortest.split(), longest.split()
    return f"{number if unit == other and len(unit) == 1 else shortest} to {longest}"


def last_value(trial: TrialResult, metric: str) -> float | None:
    """The metric's last value that is a number, or None."""
    return next((value for value in reversed(trial.history.get(metric, ())) if value is not None), None)


def _state(trial: TrialResult) -> str:
    if trial.status == "failed" and trial.error:
        return f"failed: {printable(trial.error)}"
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
    text.no_wrap, text.overflow = True, "ellipsis"
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


def counted(trials: Sequence[TrialResult]) -> str:
    """`6 trials: 4 completed, 1 running, 1 waiting`."""
    states = [trial.status for trial in trials]
    parts = [f"{states.count(status)} {status}" for status in STATUS_STYLE if status in states]
    return f"{number_of(len(trials), 'trial')}: {', '.join(parts)}"
