"""A comparison on a terminal: the ranking, the noise, all pairs, what follows, and what was required."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from actsearch.analysis.comparisons import conclusions
from actsearch.analysis.comparisons.comparison import ALL_PAIRS_UP_TO, Comparison
from actsearch.analysis.comparisons.requirements import Outcome
from actsearch.analysis.comparisons.verdict_text import requirement_text
from actsearch.cli.screens.comparison_tables import (
    LEADING,
    NoiseTable,
    RankingTable,
    VerdictMatrix,
    pairs_in_the_ranking,
)
from actsearch.cli.screens.text import Paragraph
from actsearch.core.sentences import captions

REQUIREMENT_STYLE = {"holds": "green", "contradicted": "bold red", "undecided": "magenta"}


def comparison_lines(comparison: Comparison, requirements: Sequence[Outcome] = ()) -> Iterator[RenderableType]:
    """The page, to be printed one after the other."""
    yield Paragraph(f"{conclusions.title(comparison)} ({comparison.folder})", style="bold")
    yield Paragraph(comparison.measure.in_words(), style="dim")
    yield Text()
    yield RankingTable(comparison)
    yield Text()
    if comparison.leaders:
        yield Paragraph(captions.LEADING_GROUP_MARKED(mark=LEADING), style="dim")
        yield Text()
    if any(pair.examples is not None and pair.n > 1 for pair in pairs_in_the_ranking(comparison)):
        yield Paragraph(captions.KINDS_OF_NOISE(), style="bold")
        yield Paragraph(captions.LEGEND_OF_NOISE(), style="dim")
        yield NoiseTable(comparison)
        yield Text()
    if not comparison.has_baseline and 2 < len(comparison.contenders) <= ALL_PAIRS_UP_TO and comparison.leaders:
        yield VerdictMatrix(comparison)
        yield Text()
    for sentence in conclusions.sentences(comparison):
        yield Paragraph(sentence)
    for warning in comparison.warnings:
        yield Paragraph(warning, "! ", mark_style="bold magenta")
    for outcome in requirements:
        text = requirement_text(comparison, outcome)
        yield Paragraph(text, "", REQUIREMENT_STYLE[outcome.state])
