"""The screen of a run while it lasts: how far it is, what is running, and what failed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.control import Control
from rich.live import Live

from actsearch.cli.screens.run_lines import note_on
from actsearch.cli.screens.shown_rows import is_running, places_for, rows_that_fit
from actsearch.cli.screens.standing import Standing, best_row, standing_lines
from actsearch.cli.screens.text import StyledLine, printable_text
from actsearch.cli.screens.time_left import EpochSeconds, epochs_left, time_left, time_left_text
from actsearch.cli.screens.trial_rows import TrialColumns, TrialRow, waiting_row
from actsearch.core.events import Completed, Diverged, EpochDone, Event, Failed, Lost, Progress, Started
from actsearch.core.experiment import Trial
from actsearch.core.trial_results import ENDED

STATUS_AFTER = {Completed: "completed", Diverged: "diverged", Failed: "failed", Lost: "restarting"}
"""The event that ended a trial, or its worker."""


class LiveDisplay:
    """How far a run is, what is running, and what failed, in no more lines than the window has.

    Where all trials fit, each has its row. Else there are slots: a trial takes the first that is free and keeps it
    until it ends, and its row stays until another trial takes the slot.
    """

    def __init__(
        self, console: Console, title: str, trials: Sequence[Trial], finished_before: int, jobs: int = 1
    ) -> None:
        self._console, self._title = console, printable_text(title)
        self._finished_before, self._jobs = finished_before, jobs
        self._rows = {trial.id: waiting_row(trial) for trial in trials}
        self._slots: list[TrialRow | None] = []
        self._troubled: dict[TrialRow, None] = {}
        """Failed or lost and not begun again, the latest last."""
        self._counts = Counter({"waiting": len(trials)})
        self._epochs = sum(row.epochs for row in self._rows.values())
        self._done = 0.0
        self._measured = EpochSeconds()
        self._size = console.size
        self._columns = TrialColumns.fit([*self._rows.values()], self._size.width)
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

    def _apply(self, event: Event, row: TrialRow) -> None:
        match event:
            case Started():
                self._start(event, row)
            case Progress():
                row.share = event.step / event.steps
            case EpochDone():
                self._take_epoch(event, row)
            case Completed() | Diverged() | Failed() | Lost():
                self._end(event, row)

    def _start(self, event: Started, row: TrialRow) -> None:
        # Once lost, its epochs are measured already; those of another machine say nothing of this one.
        measured = row.status == "waiting" and not event.earlier_machines
        row.status, row.note, row.epoch, row.share = "running", "", 0, 0.0
        row.values = {}
        for epoch in event.resumed:
            self._take_epoch(epoch, row, measured)
        self._troubled.pop(row, None)
        self._take_slot(row)

    def _take_epoch(self, event: EpochDone, row: TrialRow, measured: bool = True) -> None:
        row.epoch, row.share = event.epoch, 0.0
        row.values = event.metrics
        if measured:
            self._measured.add(row.name, event.seconds)

    def _take_slot(self, row: TrialRow) -> None:
        for i, row_before in enumerate(self._slots):
            if not is_running(row_before):
                self._slots[i] = row
                return
        self._slots.append(row)

    def _end(self, event: Completed | Diverged | Failed | Lost, row: TrialRow) -> None:
        row.status = STATUS_AFTER[type(event)]
        row.note, row.share = printable_text(note_on(event)), 0.0
        if isinstance(event, (Failed, Lost)):
            self._slots = [None if shown is row else shown for shown in self._slots]
            self._troubled.pop(row, None)
            self._troubled[row] = None

    def _render(self) -> RenderableType:
        with self._lock:
            self._follow_window()
            width, height = self._size
            lines = standing_lines(self._standing(), width)
            if height >= 12:
                lines.append(StyledLine())
            lines.append(self._columns.heading())
            rows, rest = self._shown(height - 1 - len(lines))
            lines += [StyledLine() if row is None else self._columns.line(row) for row in rows]
            return Group(*[*lines, *rest][: max(1, height - 1)])

    def _follow_window(self) -> None:
        size = self._console.size
        if size == self._size:
            return
        if size.width < self._size.width:
            # The terminal has wrapped the lines that stand there: they are more now than Rich knows to take back.
            self._console.control(Control.clear(), Control.home())
        self._size = size
        self._columns = TrialColumns.fit([*self._rows.values()], size.width)

    def _shown(self, room: int) -> tuple[Sequence[TrialRow | None], list[StyledLine]]:
        if len(self._rows) <= room:
            return list(self._rows.values()), []
        places, _ = places_for(len(self._slots), len(self._troubled), room)
        hidden = [i for i in range(places, len(self._slots)) if is_running(self._slots[i])]
        free = [i for i in range(places) if not is_running(self._slots[i])]
        for i, j in zip(free, hidden, strict=False):  # what runs unseen moves up where nothing runs
            self._slots[i], self._slots[j] = self._slots[j], self._slots[i]
        return rows_that_fit(self._slots, sorted(self._troubled, key=lambda row: row.status == "failed"), room)

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
            left=time_left_text(time_left(epochs_left(rows), self._measured.means(), self._jobs)),
            best=best_row(rows),
            best_of="so far" if before == 0 else "of this run",
        )
