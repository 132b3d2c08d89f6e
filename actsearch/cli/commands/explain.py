"""`actsearch explain`: what the diagnostics show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from actsearch.cli import options
from actsearch.cli.console import new_console

if TYPE_CHECKING:
    from actsearch.analysis.findings.explanation import Explanation


@click.command("explain")
@options.paths_argument
@options.json_option("experiment")
def explain_command(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what the diagnostics of the experiments below the paths show.

    Vanishing and exploding gradients, dead and saturated units, clipping, sparsity, self-normalisation, learned
    parameters: a sentence each, with its number, beside the results. What happens together is said, and no proof.

    \b
    actsearch explain results/mine
    actsearch explain results/ --json
    """
    from actsearch.analysis.findings.explanation import explanation_of
    from actsearch.cli.result_folders import OneByOne, folders

    with OneByOne(folders(paths)) as each:
        for result in each.results(diagnostics=True, tell_problems=True):
            with each.attempt(result):  # there may be nothing to explain
                _print_explanation(explanation_of(result), as_json)


def _print_explanation(explanation: Explanation, as_json: bool) -> None:
    if as_json:
        import json

        from actsearch.analysis.findings.explanation import explanation_record

        click.echo(json.dumps(explanation_record(explanation), ensure_ascii=False))
        return
    from actsearch.cli.screens.explanation import explanation_lines

    console = new_console()
    for line in explanation_lines(explanation):
        console.print(line, markup=False, emoji=False)
