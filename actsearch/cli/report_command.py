"""What `actsearch report` does: reads, compares, and writes a page of each experiment. Prints."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actsearch.cli.result_folders import OneByOne, folders, targets
from actsearch.core.errors import NothingToShow, UserError

if TYPE_CHECKING:
    from actsearch.analysis.comparison import Comparison
    from actsearch.analysis.question import Question
    from actsearch.core.results import ExperimentResult


def report(paths: Sequence[Path], question: Question, out: Path | None) -> None:
    """Writes the pages and tells where they are.

    Raises:
        UserError: several pages would go into one file, or there is nothing to write a page of.
        StoreError: a page cannot be written.
    """
    from actsearch.analysis.question import predictions_needed
    from actsearch.report import page as pages

    found = folders(paths)
    if out is None:
        files = {one.folder: one.folder / pages.FILE for one in found}
    elif out.is_dir() or not out.suffix:
        files = targets(found, out, "page", ".html")
    elif len(found) == 1:
        files = {one.folder: out for one in found}
    else:
        raise UserError(f"--out {out}: there are {len(found)} experiments, a page each; give a folder")
    with OneByOne(found) as each:
        for result in each.results(diagnostics=True, predictions=predictions_needed(question)):
            with each.attempt(result):
                file = files[Path(result.folder)]
                pages.save(file, _page(result, question))
                click.echo(str(file))


def _page(result: ExperimentResult, question: Question) -> str:
    from actsearch.analysis.comparing import comparisons_of
    from actsearch.report import page as pages
    from actsearch.store.layout import EXPERIMENT_FILE

    found: tuple[Comparison, ...] = ()
    missing = asked_for = ""
    try:
        found = comparisons_of(result, question)
    except NothingToShow as error:  # the page says so, and shows what there is
        missing = str(error)
    with contextlib.suppress(OSError):
        asked_for = (Path(result.folder) / EXPERIMENT_FILE).read_text(encoding="utf-8", errors="replace")
    return pages.page(result, found, question, asked_for, missing)
