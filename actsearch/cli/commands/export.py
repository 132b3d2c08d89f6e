"""`actsearch export`: results for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from actsearch.cli import options


@click.command("export")
@options.paths_argument
@click.option(
    "--to",
    "file_format",
    required=True,
    type=click.Choice(["csv", "parquet", "tensorboard", "mlflow"]),
    help="For which programs, see above.",
)
@click.option("--out", required=True, type=options.FOLDER_PATH, help="The folder for what is written.")
def export_command(paths: tuple[Path, ...], file_format: Any, out: Path) -> None:
    """Write the results of experiments below the paths for other programs.

    Every trial is in it with its status; what was exported there before is replaced, and nothing else. The formats:

    \b
    csv          tidy tables: histories.csv, trials.csv, diagnostics.csv
    parquet      the same as .parquet, values exactly
    tensorboard  event files, a run per trial, with hyperparameters
    mlflow       an MLflow database, mlflow.db, a run per trial

    \b
    actsearch export results/ --to csv --out tables
    actsearch export results/article-12 --to tensorboard --out logs
    """
    from actsearch.cli.result_folders import OneByOne, folders
    from actsearch.store.export import export_results

    with OneByOne(folders(paths)) as each:
        results = list(each.results(diagnostics=True, tell_problems=True))
        for line in export_results(results, file_format, out):
            click.echo(line)
