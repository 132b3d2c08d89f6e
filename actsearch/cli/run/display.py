"""How a run is shown while it lasts: a screen that stays, a line an epoch, a JSON object an event, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import click

from actsearch.cli.console import can_redraw, new_console
from actsearch.cli.json_rows.conversion import json_line
from actsearch.cli.json_rows.run_events import event_row
from actsearch.cli.run.options import RunOptions
from actsearch.cli.screens.live_run import LiveDisplay
from actsearch.cli.screens.run_lines import plain_line
from actsearch.cli.screens.trial_rows import trial_name
from actsearch.core.events import Event
from actsearch.core.experiment import Trial
from actsearch.study.rounds import Work


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
        line = plain_line(event, trial)
        if line:
            self._write(f"{trial_name(trial)}: {line}")


class JsonLines(NoDisplay):
    """An object a line and event, for other programs. Of what stays inside a training only the epochs are told."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def show(self, event: Event, trial: Trial) -> None:
        record = event_row(event, trial)
        if record is not None:
            self._write(json_line(record))


def display_of(name: str, work: Work, jobs: int, options: RunOptions) -> Display:
    """The display that the options and the terminal ask for.

    Args:
        name: the experiment's.
        work: the round that is trained.
        jobs: how many trainings run at a time.
        options: of the command.
    """
    if options.as_json:
        return JsonLines(click.echo)
    if options.quiet:
        return NoDisplay()
    console = new_console()
    if can_redraw(console):
        return LiveDisplay(console, name, work.left, len(work.finished) + work.tried, jobs)
    return PlainLines(click.echo)
