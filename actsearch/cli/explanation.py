"""Findings as text for a terminal: a paragraph per candidate, lines as wide as the window. `cli.py` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from actsearch.analysis.findings.explanation import CandidateFindings, Explanation
from actsearch.analysis.findings.finding import HARMLESS
from actsearch.cli.terminal import Paragraph, number

NO_PROOF = "What was seen beside the results, medians over the seeds; none of it proves that one thing caused another."


def lines(explanation: Explanation) -> Iterator[RenderableType]:
    """The page, to be printed one after the other."""
    yield Paragraph(f"{explanation.experiment} ({explanation.folder})", style="bold")
    yield Paragraph(NO_PROOF, style="dim")
    for one in explanation.candidates:
        yield Text()
        yield _heading(one, explanation.validation_is_test)
        for finding in one.findings:
            is_harmless = finding.kind in HARMLESS
            yield Paragraph(
                finding.text, " · " if is_harmless else " ! ", mark_style="dim" if is_harmless else "bold magenta"
            )
        yield Paragraph(_source(one), "   ", "dim")
    yield Text()
    for text in (*_left_out(explanation), *explanation.definitions, *explanation.notes):
        yield Paragraph(text, style="dim")


def _heading(one: CandidateFindings, validation_is_test: bool) -> RenderableType:
    name = one.candidate.name
    return Paragraph(f"{name}: {_outcome(one, 'test' if validation_is_test else 'validation')}", style="bold")


def _outcome(one: CandidateFindings, data: str) -> str:
    """How it ended, as far as it has."""
    if not one.epoch:
        return "no seed is completed"
    seeds = sum(trial.status == "completed" for trial in one.candidate.trials)
    asked = len(one.candidate.trials)
    of = f" (median of {seeds} seeds)" if seeds > 1 else ""
    if seeds < asked:  # the others diverged, failed, or are not finished
        of = f" ({seeds} of {asked} seeds)" if seeds < 2 else f" (median of {seeds} of {asked} seeds)"
    return f"{data} accuracy {number(one.accuracy)}, loss {number(one.loss)} after epoch {one.epoch}{of}"


def _source(one: CandidateFindings) -> str:
    files = list(dict.fromkeys(file for finding in one.findings for file in finding.files))
    mine = [file for file in files if file.endswith("diagnostics.json")] or files
    others = len(mine) - 1
    return f"from {mine[0]}" + (f" and those of {others} more seed{'s' if others > 1 else ''}" if others else "")


def _left_out(explanation: Explanation) -> Iterator[str]:
    names = [one.name for one in explanation.without_diagnostics]
    if names:
        yield f"Without diagnostics, so not explained: {', '.join(names)}"
