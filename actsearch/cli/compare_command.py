"""What `actsearch compare` does: reads, compares, judges what is required, and tells it. Prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from actsearch.cli.console import new_console
from actsearch.cli.result_folders import OneByOne, folders

if TYPE_CHECKING:
    from actsearch.analysis.comparison import Comparison
    from actsearch.analysis.question import Question
    from actsearch.analysis.requirements import Outcome


@dataclass(frozen=True)
class Rules:
    """The options of `compare` beside its question."""

    together: bool
    requirements: tuple[str, ...]
    undecided: Literal["pass", "fail"]
    csv_file: Path | None
    as_json: bool


def compare(paths: Sequence[Path], question: Question, rules: Rules) -> int:
    """Compares the experiments below the paths, each by itself or all together; returns the exit code.

    One with nothing to compare does not stop the others, unless all are needed: together, or for what is required.
    """
    from actsearch.analysis.requirements import requirement_of

    for text in rules.requirements:
        requirement_of(text)
    judged = _judged(paths, question, rules)
    states = {outcome.state for _, outcomes in judged for outcome in outcomes}
    return 1 if "contradicted" in states or ("undecided" in states and rules.undecided == "fail") else 0


def _judged(paths: Sequence[Path], question: Question, rules: Rules) -> list[tuple[Comparison, tuple[Outcome, ...]]]:
    """Every comparison with what became of the requirements; told, with what could not be compared at the end."""
    from actsearch.analysis.comparing import comparisons_of
    from actsearch.analysis.pooling import pooled
    from actsearch.analysis.question import predictions_needed
    from actsearch.analysis.requirements import outcomes_of
    from actsearch.cli import comparison_pages

    requirements = rules.requirements
    with OneByOne(folders(paths), all_needed=rules.together or bool(requirements)) as each:
        results = list(each.results(predictions=predictions_needed(question)))
        compared = []
        for result in [pooled(results)] if rules.together else results:
            with each.attempt(result):
                compared.append((result, comparisons_of(result, question)))
        tables = sum(len(found) for _, found in compared)  # the more there are, the more is required at once
        judged = []
        for result, found in compared:
            with each.attempt(result):
                judged += [(comparison, outcomes_of(comparison, requirements, tables=tables)) for comparison in found]
        _show(judged, rules.as_json)
        if rules.csv_file is not None:
            comparison_pages.write_csv(rules.csv_file, [comparison for comparison, _ in judged])
    return judged


def _show(judged: Sequence[tuple[Comparison, tuple[Outcome, ...]]], as_json: bool) -> None:
    from actsearch.cli import comparison_pages

    console = new_console()
    for i, (comparison, outcomes) in enumerate(judged):
        if as_json:
            click.echo(json.dumps(comparison_pages.as_json(comparison, outcomes), ensure_ascii=False))
            continue
        if i:
            console.print()
        for line in comparison_pages.lines(comparison, outcomes):
            console.print(line, markup=False, emoji=False)
