"""The screens that stay: the display of a run while it lasts, and that of `status --watch`.

Renders values in a window of any height; `cli.py` alone owns the console.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.control import Control
from rich.live import Live

from actsearch.cli.terminal import (
    EVENT_NAMES,
    STATUS_STYLE,
    Columns,
    Line,
    Row,
    duration,
    note_on,
    number,
    printable,
    row_of,
    rows_of,
    shortened,
)
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
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import ENDED

COUNTED = ("failed", "diverged", "running", "restarting", "interrupted", "completed", "waiting")
"""The order of the counts: what must not be missed first, for the last give way where the window is narrow."""
TOLD = ("running", "failed")
"""The statuses of the trials that have a row in the view of what was read from a folder."""
UNMEASURED = (0.7, 1.5)
"""What an epoch of a candidate not yet measured may cost: of the least and of the most that another one does."""
CERTAIN = 1.15
"""A range no wider than this factor is told as one number."""
UNITS = ((90, 1, "s"), (90 * 60, 60, "min"), (48 * 3600, 3600, "h"), (math.inf, 86400, "d"))
"""Of a range: seconds below which a unit is used, its seconds, its name."""


def suits(console: Console) -> bool:
    """Whether a live display works there; if not, plain lines do."""
    dumb = not console.is_terminal or console.is_dumb_terminal or console.legacy_windows
    return not dumb and not console.options.ascii_only


class LiveDisplay:
    """How far a run is, what is running, and what failed, in no more lines than the window has.

    Where all trials fit, each has its row. Else there are slots: a trial takes the first that is free and keeps it
    until it ends, and its row stays until another trial takes the slot.
    """

    def __init__(
        self, console: Console, title: str, trials: Sequence[Trial], finished_before: int, jobs: int = 1
    ) -> None:
        self._console, self._title = console, printable(title)
        self._finished_before, self._jobs = finished_before, jobs
        self._rows = {trial.id: row_of(trial) for trial in trials}
        self._slots: list[Row | None] = []
        self._troubled: dict[Row, None] = {}
        """Failed or lost and not begun again, the latest last."""
        self._counts = Counter({"waiting": len(trials)})
        self._epochs = sum(row.epochs for row in self._rows.values())
        self._done = 0.0
        self._measured = Measured()
        self._size = console.size
        self._columns = Columns.fit([*self._rows.values()], self._size.width)
        self._lock = threading.Lock()  # events come in one thread, refreshes in another
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=4, transient=True)

    def __enter__(self) -> LiveDisplay:
        self._live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._live.__exit__(*error)

    def show(self, event: Event, trial: Trial) -> None:
        with self._lock:
            row = self._rows[trial.id]
            status, done = row.status, row.done
            self._apply(event, row)
            self._counts[status] -= 1
            self._counts[row.status] += 1
            self._done += row.done - done

    def _apply(self, event: Event, row: Row) -> None:
        if isinstance(event, Started):
            # Once lost, its epochs are measured already; those of another machine say nothing of this one.
            measured = row.status == "waiting" and not event.earlier_machines
            row.status, row.note, row.epoch, row.share = "running", "", 0, 0.0
            row.loss = row.val_loss = row.val_accuracy = None
            for epoch in event.resumed:
                self._take_epoch(epoch, row, measured)
            self._troubled.pop(row, None)
            self._take_slot(row)
        elif isinstance(event, Progress):
            row.share = event.step / event.steps
        elif isinstance(event, EpochDone):
            self._take_epoch(event, row)
        elif not isinstance(event, (Checkpoint, Diagnosed)):
            self._end(event, row)

    def _take_epoch(self, event: EpochDone, row: Row, measured: bool = True) -> None:
        row.epoch, row.share = event.epoch, 0.0
        row.loss, row.val_loss, row.val_accuracy = (
            event.metrics.get(name) for name in ("loss", "val_loss", "val_accuracy")
        )
        if measured:
            self._measured.add(row.name, event.seconds)

    def _take_slot(self, row: Row) -> None:
        for i, other in enumerate(self._slots):
            if not is_running(other):
                self._slots[i] = row
                return
        self._slots.append(row)

    def _end(self, event: Completed | Diverged | Failed | Lost, row: Row) -> None:
        row.status = "restarting" if isinstance(event, Lost) else EVENT_NAMES[type(event)]
        row.note, row.share = printable(note_on(event)), 0.0
        if isinstance(event, (Failed, Lost)):
            self._slots = [None if other is row else other for other in self._slots]
            self._troubled.pop(row, None)
            self._troubled[row] = None

    def _render(self) -> RenderableType:
        with self._lock:
            self._follow_window()
            width, height = self._size
            lines = [*_head(self._standing(), width), *([Line()] if height >= 12 else []), self._columns.heading()]
            rows, rest = self._shown(height - 1 - len(lines))
            lines += [Line() if row is None else self._columns.line(row) for row in rows]
            return Group(*[*lines, *rest][: max(1, height - 1)])

    def _follow_window(self) -> None:
        size = self._console.size
        if size == self._size:
            return
        if size.width < self._size.width:
            # The terminal has wrapped the lines that stand there: they are more now than Rich knows to take back.
            self._console.control(Control.clear(), Control.home())
        self._size = size
        self._columns = Columns.fit([*self._rows.values()], size.width)

    def _shown(self, room: int) -> tuple[Sequence[Row | None], list[Line]]:
        if len(self._rows) <= room:
            return list(self._rows.values()), []
        places, _ = shares(len(self._slots), len(self._troubled), room)
        hidden = [i for i in range(places, len(self._slots)) if is_running(self._slots[i])]
        free = [i for i in range(places) if not is_running(self._slots[i])]
        for i, j in zip(free, hidden, strict=False):  # what runs unseen moves up where nothing runs
            self._slots[i], self._slots[j] = self._slots[j], self._slots[i]
        return arranged(self._slots, sorted(self._troubled, key=lambda row: row.status == "failed"), room)

    def _standing(self) -> Standing:
        rows = self._rows.values()
        before = self._finished_before
        ended = sum(self._counts[status] for status in ENDED)
        trials = len(rows) + before
        return Standing(
            title=self._title,
            trials=trials,
            ended=before + ended,
            # "completed" is left out: of the trials finished before, it is not known which diverged.
            counts={status: count for status, count in self._counts.items() if status != "completed"},
            share=(before + len(rows) * self._done / max(self._epochs, 1)) / max(trials, 1),
            left=left_text(time_left(left_of(rows), self._measured.means(), self._jobs)),
            best=best_of(rows),
            best_of="so far" if before == 0 else "of this run",
        )


class Measured:
    """The mean seconds of an epoch, by candidate."""

    def __init__(self) -> None:
        self._epochs: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}

    def add(self, candidate: str, seconds: float) -> None:
        self._epochs[candidate] += 1
        self._seconds[candidate] = self._seconds.get(candidate, 0.0) + seconds

    def means(self) -> dict[str, float]:
        return {candidate: seconds / self._epochs[candidate] for candidate, seconds in self._seconds.items()}


def left_of(rows: Iterable[Row]) -> list[tuple[str, float]]:
    """Candidate and epochs left of each trial that has not ended, in the order in which they are taken."""
    order = {"running": 0, "interrupted": 1, "waiting": 1, "restarting": 2}
    left = sorted((row for row in rows if not row.ended), key=lambda row: order[row.status])
    return [(row.name, row.epochs - row.done) for row in left]


def time_left(left: Sequence[tuple[str, float]], seconds: Mapping[str, float], jobs: int) -> tuple[float, float] | None:
    """Seconds until the last trial ends: at least, and at most. None before anything is measured.

    Args:
        left: of each trial that has not ended, its candidate and its epochs left, in the order in which they are taken.
        seconds: the mean seconds of an epoch of those candidates that are measured.
        jobs: how many trials run at once. A free worker takes the next one, so that the last ones may run alone.
    """
    if not left:
        return 0.0, 0.0
    if not seconds:
        return None
    least, most = UNMEASURED[0] * min(seconds.values()), UNMEASURED[1] * max(seconds.values())
    low, high = sorted(
        _makespan([epochs * seconds.get(candidate, unknown) for candidate, epochs in left], jobs)
        for unknown in (least, most)
    )
    return low, high


def _makespan(seconds: Sequence[float], jobs: int) -> float:
    """When the last of these tasks ends, if each goes in its turn to the first worker that is free."""
    free = [0.0] * min(max(jobs, 1), len(seconds))
    for task in seconds:
        heapq.heapreplace(free, free[0] + task)
    return max(free)


def left_text(span: tuple[float, float] | None) -> str:
    """`measuring`, `12 to 20 min left`, `about 12 min left`: no more exact than it is known."""
    if span is None:
        return "measuring"
    low, high = span
    if high == 0:
        return ""
    if high <= CERTAIN * low or high < 1:
        middle = (low + high) / 2
        return f"about {duration(middle if middle < 90 * 60 else 300 * round(middle / 300))} left"
    size, unit = next((size, unit) for below, size, unit in UNITS if high < below)
    least, most = math.floor(low / size), math.ceil(high / size)
    return f"{least} to {most} {unit} left" if least else f"up to {most} {unit} left"


def best_of(rows: Iterable[Row]) -> Row | None:
    """The row with the highest validation accuracy after its last epoch; of equals, the first."""
    known = (row for row in rows if row.val_accuracy is not None and row.status not in ("failed", "diverged"))
    return max(known, key=lambda row: row.val_accuracy or 0.0, default=None)


def arranged(
    slots: Sequence[Row | None], troubled: Sequence[Row], room: int
) -> tuple[Sequence[Row | None], list[Line]]:
    """What is shown in so many lines: the first slots, the last of the troubled, and a line on the rest."""
    places, kept = shares(len(slots), len(troubled), room)
    shown = [*slots[:places], *troubled[len(troubled) - kept :]]
    if places == len(slots) and kept == len(troubled):
        return shown, []
    hidden = Counter(row.status for row in (*slots[places:], *troubled[: len(troubled) - kept]) if row is not None)
    more = [f"{hidden[status]} more {status}" for status in COUNTED if hidden[status] and status != "completed"]
    return shown, [Line((f"and {', '.join(more)}" if more else "", "dim"))]


def shares(slots: int, troubled: int, room: int) -> tuple[int, int]:
    """How many of the slots and of the troubled are shown in so many lines, where one may be needed for the rest.

    The slots have their place first, but a quarter of it is given up to trouble.
    """
    if slots + troubled <= room:
        return slots, troubled
    room = max(room - 1, 0)
    kept = min(troubled, max(room // 4, room - slots))
    return min(slots, room - kept), kept


def is_running(row: Row | None) -> bool:
    return row is not None and row.status == "running"


@dataclass(frozen=True)
class Standing:
    """How an experiment stands, as its head tells it."""

    title: str
    trials: int
    ended: int
    counts: Mapping[str, int]
    share: float
    """Of the work, from 0 to 1."""
    left: str
    best: Row | None
    best_of: str


def _head(standing: Standing, width: int) -> list[Line]:
    """Three lines: how far it is, in what states the trials are, and the best one."""
    return [_progress(standing, width), Line(*_counts(standing, width)), _best(standing, width)]


def _progress(standing: Standing, width: int) -> Line:
    title = shortened(standing.title, max(12, width - 46))
    length = max(6, min(40, width - cell_len(title) - len("      41%  about 3 h 20 min left")))
    halves = math.floor(2 * length * standing.share + 1e-6)
    done = "━" * (halves // 2) + "╸" * (halves % 2)
    rest = "─" * (length - len(done))
    percent = f"  {math.floor(100 * standing.share + 1e-6):3d}%"
    left = f"  {standing.left}" if standing.left else ""
    return Line((f"{title}  ", "bold"), (done, "cyan"), (rest, "dim"), (percent + left, ""))


def _counts(standing: Standing, width: int) -> list[tuple[str, str]]:
    """As many whole counts as there is room for."""
    parts = [(f"{standing.ended}/{standing.trials} trials", "")]
    room = width - len(parts[0][0])
    for status in COUNTED:
        part = f"  {standing.counts.get(status, 0)} {status}"
        if standing.counts.get(status) and len(part) <= room:
            parts.append((part, STATUS_STYLE[status]))
            room -= len(part)
    return parts


def _best(standing: Standing, width: int) -> Line:
    """The trial with the highest validation accuracy, and as much of a caution as there is room for."""
    row = standing.best
    if row is None:
        return Line((f"best {standing.best_of}: no epoch yet", "dim"))
    tail = f" seed {row.seed}, epoch {row.epoch}"
    whole = f"best {standing.best_of}: val_accuracy {number(row.val_accuracy)}, "
    short = whole.replace("val_accuracy ", "")
    tried = ((whole, row.name), (whole, row.brief), (short, row.brief))
    head, name = next((one for one in tried if cell_len("".join(one) + tail) <= width), tried[-1])
    text = head + shortened(name, max(6, width - len(head + tail))) + tail
    cautions = (" (a validation value of one trial, not a verdict)", " (one trial, no verdict)", " (one trial)")
    caution = next((words for words in cautions if cell_len(text + words) <= width), "")
    return Line((text, ""), (caution, "dim"))


def watch_view(results: Sequence[ExperimentResult]) -> RenderableType:
    """How experiments stand, as read from their folders: a head for each, what is running, and what failed."""
    return _WatchView(results)


class _WatchView:
    """Experiments one below the other, in no more lines than the window has."""

    def __init__(self, results: Sequence[ExperimentResult]) -> None:
        self._experiments = [(_standing_of(result, rows), rows) for result in results for rows in [rows_of(result)]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Line]:
        width, room = options.max_width, console.height - 1
        spare = room - 4 * len(self._experiments) + 1
        if spare < 0:
            yield from _short([standing for standing, _ in self._experiments], width, room)
            return
        share_with = sum(any(row.status in TOLD for row in rows) for _, rows in self._experiments)
        for i, (standing, rows) in enumerate(self._experiments):
            yield from [Line()] if i else []
            yield from _head(standing, width)
            if any(row.status in TOLD for row in rows):
                lines = _told(rows, width, spare // share_with)
                yield from lines
                spare, share_with = spare - len(lines), share_with - 1


def _told(rows: Sequence[Row], width: int, room: int) -> list[Line]:
    """The table of what is running and what failed; nothing where there is no room for a row of it."""
    running, failed = ([row for row in rows if row.status == status] for status in TOLD)
    if room < min(3, 1 + len(running) + len(failed)):
        return []
    columns = Columns.fit(rows, width)
    lines = [*([Line()] if room > 6 else []), columns.heading()]
    shown, rest = arranged(running, failed, room - len(lines))
    return [*lines, *(columns.line(row) for row in shown if row is not None), *rest]


def _short(standings: Sequence[Standing], width: int, room: int) -> Iterator[Line]:
    """A line an experiment."""
    shown = standings if len(standings) <= room else standings[: room - 1]
    longest = min(max(cell_len(standing.title) for standing in standings), width // 2)
    for standing in shown:
        title = set_cell_size(shortened(standing.title, longest), longest)
        yield Line((f"{title}  ", "bold"), *_counts(standing, width - longest - 2))
    if len(shown) < len(standings):
        yield Line((f"and {len(standings) - len(shown)} more experiments", "dim"))


def _standing_of(result: ExperimentResult, rows: Sequence[Row]) -> Standing:
    counts = Counter(row.status for row in rows)
    running = counts["running"]
    measured = Measured()
    trials = (trial for candidate in result.candidates for trial in candidate.all_trials)
    for row, trial in zip(rows, trials, strict=True):
        for seconds in trial.seconds_per_epoch:
            measured.add(row.name, seconds)
    return Standing(
        title=printable(result.name),
        trials=len(rows),
        ended=sum(counts[status] for status in ENDED),
        counts=counts,
        share=sum(row.done for row in rows) / max(sum(row.epochs for row in rows), 1),
        left=left_text(time_left(left_of(rows), measured.means(), running)) if running else "",
        best=best_of(rows),
        best_of="so far",
    )
