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

NO_PROOF = "What was seen beside the results, medians over the seeds; none of it proves that one thing caused another."


def explanation_lines(explanation: Explanation) -> Iterator[RenderableType]:
    """The page, to be printed one after the other."""
    yield Paragraph(f"{explanation.experiment} ({explanation.folder})", style="bold")
    yield Paragraph(NO_PROOF, style="dim")
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
    split = "test" if validation_is_test else "validation"
    return Paragraph(f"{explained.candidate.name}: {_how_it_ended(explained, split)}", style="bold")


def _how_it_ended(explained: CandidateFindings, split: str) -> str:
    """How it ended, as far as it has."""
    if not explained.epoch:
        return "no seed is completed"
    value, loss = table_number(explained.value), table_number(explained.loss)
    measured = f"{split} {explained.task.decisive.in_words} {value}, loss {loss}"
    return f"{measured} after epoch {explained.epoch}{_of_which_seeds(explained)}"


def _of_which_seeds(explained: CandidateFindings) -> str:
    asked = len(explained.candidate.trials)
    seeds = sum(trial.status == "completed" for trial in explained.candidate.trials)
    of = f"{seeds} of {asked}" if seeds < asked else f"{seeds}"  # the others diverged, failed, or are not finished
    if seeds > 1:
        return f" (median of {of} seeds)"
    return f" ({of} seeds)" if seeds < asked else ""


def _source(explained: CandidateFindings) -> str:
    files = list(dict.fromkeys(itertools.chain.from_iterable(finding.files for finding in explained.findings)))
    mine = [file for file in files if file.endswith("diagnostics.json")] or files
    others = len(mine) - 1
    if not others:
        return f"from {mine[0]}"
    return f"from {mine[0]} and those of {others} more seed{'s' if others > 1 else ''}"


def _left_out(explanation: Explanation) -> Iterator[str]:
    names = [candidate.name for candidate in explanation.without_diagnostics]
    if names:
        yield f"Without diagnostics, so not explained: {', '.join(names)}"
