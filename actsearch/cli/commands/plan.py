"""`actsearch plan`: what experiments will cost, and which differences they can tell. What it reads is in `cli/plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from actsearch.cli import options
from actsearch.cli.console import new_console

if TYPE_CHECKING:
    from actsearch.study.outlook import Outlook


@click.command("plan")
@options.files_argument
@options.set_option
@click.option(
    "--margin",
    metavar="M",
    type=options.ABOVE_0,
    default=0.001,
    show_default=True,
    help="Accuracies that differ by less are alike to you.",
)
@click.option(
    "--confidence",
    metavar="C",
    type=options.CONFIDENCE_LEVEL,
    default=0.95,
    show_default=True,
    help="Of all comparisons together.",
)
@click.option("--baseline", metavar="NAME", help="Compare all others with this activation, and not with each other.")
@options.results_folder_option(
    "Folder of the results: of this experiment, and of studies that tell how much is chance."
)
@options.workers_option
@click.option(
    "--sd",
    metavar="X",
    type=options.ABOVE_0,
    help="Standard deviation of an accuracy over seeds, in the place of a measured one: 0.0005.",
)
@click.option(
    "--correlation",
    metavar="R",
    type=options.FiniteNumber(-1, 1, min_open=True, max_open=True),
    help="Of two candidates' accuracies, seed by seed, likewise.",
)
@click.option("--no-timing", is_flag=True, help="Guess the time from the networks' arithmetic; loads no TensorFlow.")
@options.json_option("experiment")
def plan_command(files: tuple[Path, ...], overrides: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Say what experiments will cost, and which differences they can tell; train and write nothing.

    A few real steps of each candidate are timed. How much is chance is taken from the likest finished study below
    --out, or assumed.

    \b
    actsearch plan my.yaml
    actsearch plan my.yaml --margin 0.002 --baseline relu
    actsearch plan my.yaml --sd 0.004 --no-timing --json
    """
    from actsearch.cli.experiment_files import load_all, require_tensorflow
    from actsearch.cli.interruption import Interruption
    from actsearch.cli.plan.options import PlanOptions
    from actsearch.cli.plan.outlook import outlook_of
    from actsearch.study import plans

    if click.get_current_context().get_parameter_source("margin") is ParameterSource.DEFAULT:
        given["margin"] = None  # that of the task, which `--help` names for accuracies
    wanted = PlanOptions(quiet=as_json, **given)
    if not wanted.no_timing:
        require_tensorflow()
    experiments = load_all(files, overrides)
    wanted.refuse(experiments)
    with Interruption() as interruption:
        for i, loaded in enumerate(experiments):
            outlook = outlook_of(loaded, plans.make_plan(loaded.experiment, loaded.folder), wanted, interruption)
            if i and not as_json:
                click.echo()
            _print_outlook(outlook, as_json)


def _print_outlook(outlook: Outlook, as_json: bool) -> None:
    if as_json:
        from actsearch.cli.json_rows.conversion import json_line
        from actsearch.cli.json_rows.plan import plan_row

        click.echo(json_line(plan_row(outlook)))
        return
    from actsearch.cli.screens.plan import plan_lines

    console = new_console()
    for line in plan_lines(outlook):
        console.print(line, markup=False, emoji=False)
