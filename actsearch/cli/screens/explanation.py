"""What the diagnostics show, on a terminal: a paragraph a candidate, in lines as wide as the window."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from actsearch.analysis.findings.explanation import CandidateFindings, Explanation
from actsearch.analysis.findings.finding import HARMLESS
from actsearch.cli.screens.numbers import table_number
from actsearch.cli.screens.text import Paragraph
from actsearch.core.sentences import findings


def explanation_lines(explanation: Explanation) -> Iterator[RenderableType]:
    """The page, to be printed one after the other."""
    yield Paragraph(f"{explanation.experiment} ({explanation.folder})", style="bold")
    yield Paragraph(findings.NO_PROOF_OF_CAUSES(), style="dim")
    for candidate in explanation.candidates:
        yield Text()
        yield _candidate_heading(candidate, explanation.validation_is_test)
        for finding in candidate.findings:
            mark, style = (" · ", "dim") if finding.kind in HARMLESS else (" ! ", "bold magenta")
            yield Paragraph(finding.text, mark, mark_style=style)
        yield Paragraph(_source(candidate), "   ", "dim")
    yield Text()
    for text in (*_left_out(explanation), *explanation.definitions, *explanation.notes):
        yield Paragraph(text, style="dim")


def _candidate_heading(explained: CandidateFindings, validation_is_test: bool) -> RenderableType:
    return Paragraph(_how_it_ended(explained, "test" if validation_is_test else "validation"), style="bold")


def _how_it_ended(explained: CandidateFindings, split: str) -> str:
    """How it ended, as far as it has."""
    if not explained.epoch:
        return findings.NO_SEED_COMPLETED(name=explained.candidate.name)
    values: dict[str, object] = {
        "name": explained.candidate.name,
        "split": split,
        "metric": explained.task.decisive.in_words,
        "value": table_number(explained.value),
        "loss": table_number(explained.loss),
        "epoch": explained.epoch,
    }
    asked = len(explained.candidate.trials)
    completed = sum(trial.status == "completed" for trial in explained.candidate.trials)
    if completed < asked:  # the others diverged, failed, or are not finished
        return findings.CANDIDATE_ENDED_OF_SOME_SEEDS(**values, several=completed > 1, completed=completed, seeds=asked)
    if completed == 1:
        return findings.CANDIDATE_ENDED(**values)
    return findings.CANDIDATE_ENDED_OF_SEEDS(**values, completed=completed)


def _source(explained: CandidateFindings) -> str:
    files = list(dict.fromkeys(itertools.chain.from_iterable(finding.files for finding in explained.findings)))
    mine = [file for file in files if file.endswith("diagnostics.json")] or files
    others = len(mine) - 1
    if not others:
        return findings.READ_FROM(file=mine[0])
    return findings.READ_FROM_AND_OTHERS(file=mine[0], others=others)


def _left_out(explanation: Explanation) -> Iterator[str]:
    names = [candidate.name for candidate in explanation.without_diagnostics]
    if names:
        yield findings.NOT_EXPLAINED(names=", ".join(names))
