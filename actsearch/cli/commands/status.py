"""`actsearch status`: how experiments stand, now or, with --watch, until nothing runs any more."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actsearch.cli import options
from actsearch.cli.console import can_redraw, new_console

if TYPE_CHECKING:
    from actsearch.cli.screens.watch import WatchDisplay
    from actsearch.core.results import ExperimentResult
    from actsearch.store.reader import ExperimentFolder

WATCH_SECONDS = 2.0


@click.command("status")
@options.paths_argument
@options.json_option("experiment")
@click.option("--watch", is_flag=True, help="Follow a run until nothing runs any more; Ctrl-C ends the watching alone.")
@click.option("--trials", "every_trial", is_flag=True, help="Show each trial, however many there are.")
def status_command(paths: tuple[Path, ...], as_json: bool, watch: bool, every_trial: bool) -> None:
    """Show the trials below the paths: state, epochs, values. Of many, the candidates and what is not as usual.

    \b
    actsearch status results/
    actsearch status results/ --watch
    actsearch status results/article-12 --json
    """
    from actsearch.cli.result_folders import OneByOne, folders

    experiments = folders(paths)
    if watch:
        _watch(experiments, as_json)
        return
    with OneByOne(experiments) as each:
        for result in each.results():
            _print_status(result, as_json, every_trial)


def _print_status(result: ExperimentResult, as_json: bool, every_trial: bool) -> None:
    if as_json:
        from actsearch.cli.json_rows.status import status_json_line

        click.echo(status_json_line(result))
        return
    from actsearch.cli.screens.status import status_heading, status_remarks, status_tables

    console = new_console()
    console.print(status_heading(result), style="bold", markup=False, emoji=False)
    for table in status_tables(result, every_trial):
        console.print(table)
    for line in status_remarks(result):
        console.print(line, markup=False, emoji=False)


def _watch(experiments: Sequence[ExperimentFolder], as_json: bool) -> None:
    """Shows how the experiments stand, again and again, until nothing runs any more."""
    from actsearch.cli.result_folders import OneByOne
    from actsearch.store.lock import running_driver

    each = OneByOne(experiments)
    with suppress(KeyboardInterrupt), _watch_display(as_json) as display:
        while True:
            anything_runs = any(running_driver(experiment.folder) is not None for experiment in experiments)
            each = OneByOne(experiments)
            display.show(list(each.results()))
            if not anything_runs:
                break
            time.sleep(WATCH_SECONDS)
    each.tell()


def _watch_display(as_json: bool) -> WatchDisplay:
    from actsearch.cli.json_rows.status import status_json_line
    from actsearch.cli.screens.status import progress_line
    from actsearch.cli.screens.watch import ChangedLines, WatchScreen

    if as_json:
        return ChangedLines(status_json_line, click.echo)
    console = new_console()
    return WatchScreen(console) if can_redraw(console) else ChangedLines(progress_line, click.echo)
