"""What `status --watch` shows: a screen that stays, or a line whenever something has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.control import Control
from rich.live import Live

from actsearch.cli.screens.shown_rows import rows_that_fit
from actsearch.cli.screens.standing import Standing, best_row, counts_that_fit, standing_lines
from actsearch.cli.screens.text import StyledLine, printable_text, shortened_to_cells
from actsearch.cli.screens.time_left import EpochSeconds, epochs_left, time_left, time_left_text
from actsearch.cli.screens.trial_rows import TrialColumns, TrialRow, rows_of
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import ENDED

SHOWN_STATUSES = ("running", "failed")
"""The statuses of the trials that have a row in the view of what was read from a folder."""


class WatchDisplay(Protocol):
    """Shows how experiments stand, as often as they are looked at."""

    def __enter__(self) -> WatchDisplay: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, results: Sequence[ExperimentResult]) -> None: ...


class WatchScreen:
    """A screen that stays."""

    def __init__(self, console: Console) -> None:
        self._console, self._width = console, console.width
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> WatchScreen:
        self._live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._live.__exit__(*error)

    def show(self, results: Sequence[ExperimentResult]) -> None:
        if self._console.width < self._width:  # the terminal has wrapped what stood there
            self._console.control(Control.clear(), Control.home())
        self._width = self._console.width
        self._live.update(watch_view(results), refresh=True)


class ChangedLines:
    """A line an experiment, whenever it has changed."""

    def __init__(self, line_of: Callable[[ExperimentResult], str], write: Callable[[str], None]) -> None:
        self._line_of, self._write = line_of, write
        self._written: dict[str, str] = {}

    def __enter__(self) -> ChangedLines:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, results: Sequence[ExperimentResult]) -> None:
        for result in results:
            line = self._line_of(result)
            if self._written.get(result.folder) != line:
                self._written[result.folder] = line
                self._write(line)


def watch_view(results: Sequence[ExperimentResult]) -> RenderableType:
    """How experiments stand, as read from their folders: a head for each, what is running, and what failed."""
    return _WatchView(results)


class _WatchView:
    """Experiments one below the other, in no more lines than the window has."""

    def __init__(self, results: Sequence[ExperimentResult]) -> None:
        self._rows = [rows_of(result) for result in results]
        self._standings = [_standing_of(result, rows) for result, rows in zip(results, self._rows, strict=True)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[StyledLine]:
        width, room = options.max_width, console.height - 1
        spare = room - 4 * len(self._standings) + 1
        if spare < 0:
            yield from _line_for_each(self._standings, width, room)
            return
        share_with = sum(map(_has_trials_of_interest, self._rows))
        for i, (standing, rows) in enumerate(zip(self._standings, self._rows, strict=True)):
            if i:
                yield StyledLine()
            yield from standing_lines(standing, width)
            if _has_trials_of_interest(rows):
                lines = _trials_of_interest(rows, width, spare // share_with)
                yield from lines
                spare, share_with = spare - len(lines), share_with - 1


def _has_trials_of_interest(rows: Sequence[TrialRow]) -> bool:
    return any(row.status in SHOWN_STATUSES for row in rows)


def _trials_of_interest(rows: Sequence[TrialRow], width: int, room: int) -> list[StyledLine]:
    """The table of what is running and what failed; nothing where there is no room for a row of it."""
    running, failed = ([row for row in rows if row.status == status] for status in SHOWN_STATUSES)
    if room < min(3, 1 + len(running) + len(failed)):
        return []
    columns = TrialColumns.fit(rows, width)
    lines = [StyledLine(), columns.heading()] if room > 6 else [columns.heading()]
    shown, rest = rows_that_fit(running, failed, room - len(lines))
    return [*lines, *(columns.line(row) for row in shown if row is not None), *rest]


def _line_for_each(standings: Sequence[Standing], width: int, room: int) -> Iterator[StyledLine]:
    """A line an experiment."""
    shown = standings if len(standings) <= room else standings[: room - 1]
    longest = min(max(cell_len(standing.title) for standing in standings), width // 2)
    for standing in shown:
        title = set_cell_size(shortened_to_cells(standing.title, longest), longest)
        yield StyledLine((f"{title}  ", "bold"), *counts_that_fit(standing, width - longest - 2))
    if len(shown) < len(standings):
        yield StyledLine((f"and {len(standings) - len(shown)} more experiments", "dim"))


def _standing_of(result: ExperimentResult, rows: Sequence[TrialRow]) -> Standing:
    counts = Counter(row.status for row in rows)
    running = counts["running"]
    measured = EpochSeconds()
    for row, trial in zip(rows, result.all_trials, strict=True):
        for seconds in trial.seconds_per_epoch:
            measured.add(row.name, seconds)
    return Standing(
        title=printable_text(result.name),
        trials=len(rows),
        ended=sum(counts[status] for status in ENDED),
        counts=counts,
        share=sum(row.done for row in rows) / max(sum(row.epochs for row in rows), 1),
        left=time_left_text(time_left(epochs_left(rows), measured.means(), running)) if running else "",
        best=best_row(rows),
        best_of="so far",
    )
