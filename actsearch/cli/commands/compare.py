"""`actsearch compare`: which activation is better, worse, tied or undecided, and what is required of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from actsearch.cli import options
from actsearch.cli.console import new_console

if TYPE_CHECKING:
    from actsearch.analysis.comparisons.comparison import Comparison
    from actsearch.analysis.comparisons.question import Question
    from actsearch.analysis.comparisons.requirements import Outcome
    from actsearch.cli.result_folders import OneByOne

    Judged = tuple[Comparison, tuple[Outcome, ...]]
    """A comparison with what became of the requirements."""


@click.command("compare")
@options.paths_argument
@options.question_options()
@click.option("--together", is_flag=True, help="Make one comparison of the candidates of several experiments.")
@click.option(
    "--require",
    "requirements",
    metavar="RULE",
    multiple=True,
    help="Exit with 1 if the data contradict it: 'gelu >= relu - 0.002'; may be given again.",
)
@click.option(
    "--undecided",
    type=click.Choice(["pass", "fail"]),
    default="pass",
    show_default=True,
    help="What a requirement means that is neither met nor contradicted.",
)
@click.option("--csv", "csv_file", metavar="FILE", type=options.FILE_PATH, help="Write the table to a file as well.")
@options.json_option("comparison")
def compare_command(
    paths: tuple[Path, ...],
    together: bool,
    requirements: tuple[str, ...],
    undecided: Literal["pass", "fail"],
    csv_file: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Say which activation is better, worse, tied or undecided, and on what grounds.

    A ranking with simultaneous intervals, paired by seed; candidates that the data do not separate stand in one group.

    \b
    actsearch compare results/mine
    actsearch compare results/mine --baseline relu --margin 0.002
    actsearch compare results/mine --require "gelu >= relu - 0.002" --undecided fail
    """
    from actsearch.analysis.comparisons.question import Question
    from actsearch.analysis.comparisons.requirements import requirement_of
    from actsearch.cli.json_rows.comparison import write_csv
    from actsearch.cli.result_folders import OneByOne, folders

    question = Question(**asked)
    for text in requirements:
        requirement_of(text)
    with OneByOne(folders(paths), all_needed=together or bool(requirements)) as each:
        judged = _judged_comparisons(each, question, requirements, together)
        _print_comparisons(judged, as_json)
        if csv_file is not None:
            write_csv(csv_file, [comparison for comparison, _ in judged])
    forbidden = {"contradicted", "undecided"} if undecided == "fail" else {"contradicted"}
    for _, outcomes in judged:
        if any(outcome.state in forbidden for outcome in outcomes):
            return 1
    return 0


def _judged_comparisons(
    each: OneByOne, question: Question, requirements: Sequence[str], together: bool
) -> list[Judged]:
    """The comparisons of each experiment, or of all together, where there is something to compare."""
    from actsearch.analysis.comparisons.comparing import comparisons_of
    from actsearch.analysis.comparisons.pooling import pooled
    from actsearch.analysis.comparisons.question import scores_needed
    from actsearch.analysis.comparisons.requirements import outcomes_of

    results = list(each.results(scores=scores_needed(question)))
    compared = []
    for result in [pooled(results)] if together else results:
        with each.attempt(result):
            compared.append((result, comparisons_of(result, question)))
    tables = sum(len(comparisons) for _, comparisons in compared)  # the more there are, the more is required at once
    judged = []
    for result, comparisons in compared:
        with each.attempt(result):
            judged += [(comparison, outcomes_of(comparison, requirements, tables=tables)) for comparison in comparisons]
    return judged


def _print_comparisons(judged: Sequence[Judged], as_json: bool) -> None:
    if as_json:
        from actsearch.cli.json_rows.comparison import comparison_row
        from actsearch.cli.json_rows.conversion import json_line

        for comparison, outcomes in judged:
            click.echo(json_line(comparison_row(comparison, outcomes)))
        return
    from actsearch.cli.screens.comparison import comparison_lines

    console = new_console()
    for i, (comparison, outcomes) in enumerate(judged):
        if i:
            console.print()
        for line in comparison_lines(comparison, outcomes):
            console.print(line, markup=False, emoji=False)
