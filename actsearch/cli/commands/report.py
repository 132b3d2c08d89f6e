"""`actsearch report`: an HTML page of each experiment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actsearch.cli import options
from actsearch.core.errors import NothingToShow, UserError

if TYPE_CHECKING:
    from actsearch.analysis.comparisons.comparison import Comparison
    from actsearch.analysis.comparisons.question import Question
    from actsearch.core.results import ExperimentResult
    from actsearch.store.reader import ExperimentFolder


@click.command("report")
@options.paths_argument
@options.question_options()
@click.option("--out", type=click.Path(path_type=Path), help="The page, or a folder; else beside the results.")
def report_command(paths: tuple[Path, ...], out: Path | None, **asked: Any) -> None:
    """Write all that is known of an experiment into one HTML page that needs nothing else.

    The verdict in words, the ranking, learning curves to point at, every difference, the noise, what the layers did,
    the functions, every trial, and how to reproduce it; for several experiments a page each.

    \b
    actsearch report results/mine
    actsearch report results/mine --baseline relu --out mine.html
    actsearch report results/ --out pages/
    """
    from actsearch.analysis.comparisons.question import Question, scores_needed
    from actsearch.cli.result_folders import OneByOne, folders
    from actsearch.report import page

    question = Question(**asked)
    experiments = folders(paths)
    files = _files(experiments, out)
    with OneByOne(experiments) as each:
        for result in each.results(diagnostics=True, scores=scores_needed(question)):
            with each.attempt(result):
                file = files[Path(result.folder)]
                page.save_page(file, _page_of(result, question))
                click.echo(str(file))


def _files(experiments: Sequence[ExperimentFolder], out: Path | None) -> dict[Path, Path]:
    """By each experiment's folder, the file of its page.

    Raises:
        UserError: several pages would go into one file.
    """
    from actsearch.cli.result_folders import targets
    from actsearch.report import page

    if out is None:
        return {experiment.folder: experiment.folder / page.PAGE_FILE for experiment in experiments}
    if out.is_dir() or not out.suffix:
        return targets(experiments, out, "page", ".html")
    if len(experiments) > 1:
        raise UserError(f"--out {out}: there are {len(experiments)} experiments, a page each; give a folder")
    return {experiment.folder: out for experiment in experiments}


def _page_of(result: ExperimentResult, question: Question) -> str:
    from contextlib import suppress

    from actsearch.analysis.comparisons.comparing import comparisons_of
    from actsearch.report import page
    from actsearch.store.layout import EXPERIMENT_FILE

    comparisons: tuple[Comparison, ...] = ()
    missing = experiment_file = ""
    try:
        comparisons = comparisons_of(result, question)
    except NothingToShow as error:  # the page says so, and shows what there is
        missing = str(error)
    with suppress(OSError):
        experiment_file = (Path(result.folder) / EXPERIMENT_FILE).read_text(encoding="utf-8", errors="replace")
    return page.page_of(result, comparisons, question, experiment_file, missing)
