"""`actsearch doctor`: what this machine can do, and what is in the way. What it asks is in `cli/doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actsearch.cli import options
from actsearch.cli.console import new_console

if TYPE_CHECKING:
    from actsearch.cli.doctor.checks import Check

MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "bold red")}
"""How a check's status is shown, and in which style."""


@click.command("doctor")
@options.results_folder_option("The folder that results are to go to.")
@click.option("--jobs", metavar="N", type=options.WORKERS, help="How many workers you want.")
@click.option("--ray-address", metavar="A", help="A Ray cluster that should be reachable.")
@click.option("--resume", is_flag=True, help="Kill a small real run, resume it, and compare the files byte by byte.")
@options.json_option("finding")
def doctor_command(out: Path, jobs: int | None, ray_address: str | None, resume: bool, as_json: bool) -> int:
    """Look at what this machine can do, and at what is in the way.

    The exit code is 1 if there is a problem.

    \b
    actsearch doctor --jobs 8 --out /scratch/results
    actsearch doctor --resume
    """
    from actsearch.cli.doctor.checks import checks

    any_problem = False
    for check in _kill_and_resume(as_json) if resume else checks(out, jobs, ray_address):
        any_problem |= check.status == "problem"
        if as_json:
            _print_as_json(check)
        else:
            _show(check)
    return 1 if any_problem else 0


def _kill_and_resume(quiet: bool) -> Iterator[Check]:
    import tempfile

    from actsearch.cli.doctor.kill_and_resume import resume_check

    def say(text: str) -> None:
        if not quiet:
            click.echo(text)

    with tempfile.TemporaryDirectory(prefix="actsearch-") as folder:
        yield resume_check(Path(folder), say)


def _show(check: Check) -> None:
    mark, style = MARKS[check.status]
    remedy = f"; {check.remedy}" if check.remedy else ""
    console = new_console()
    console.print(f"[{style}]{mark:8}[/]", end="", emoji=False)
    console.print(f"{check.name}: {check.what}{remedy}", markup=False, emoji=False, soft_wrap=True)


def _print_as_json(check: Check) -> None:
    from actsearch.cli.json_rows.conversion import json_line

    row = {"check": check.name, "status": check.status, "what": check.what, "remedy": check.remedy}
    click.echo(json_line({**row, "details": check.details}))
