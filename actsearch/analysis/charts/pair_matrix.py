"""The table behind the figure of every pair of contenders."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from actsearch.analysis.charts.comparison_captions import closing_sentences, sentence_on_intervals
from actsearch.analysis.charts.comparison_figures import drawn_places
from actsearch.analysis.comparisons.comparison import ALL_PAIRS_UP_TO, Comparison
from actsearch.analysis.comparisons.conclusions import title
from actsearch.analysis.comparisons.metric_format import signed_difference
from actsearch.analysis.comparisons.verdicts import Verdict
from actsearch.core.sentences import captions

VERDICT_SYMBOLS: Mapping[Verdict | None, str] = {"better": "▲", "worse": "▼", "tied": "=", "undecided": "?", None: "·"}
"""Not > and <, which stand above a difference: of a loss, what is better is less."""


@dataclass(frozen=True)
class PairCell:
    """The row's contender minus the column's."""

    verdict: Verdict | None
    text: str


@dataclass(frozen=True)
class PairMatrix:
    """Every pair, both ways; None on the diagonal."""

    stem: str
    title: str
    subtitle: str
    names: tuple[str, ...]
    leading: tuple[bool, ...]
    cells: tuple[tuple[PairCell | None, ...], ...]
    caption: tuple[str, ...]


def pair_matrix_table(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> PairMatrix | None:
    """The matrix of pairs; None where there is one pair alone, too many, no verdict, or a baseline's pairs only."""
    places = [i for i in drawn_places(comparison, drawn) if comparison.contenders[i].completed]
    if comparison.has_baseline or not 2 < len(places) <= ALL_PAIRS_UP_TO or not comparison.leaders:
        return None
    return PairMatrix(
        stem=stem,
        title=captions.PAIRS_TITLE(metric=comparison.measure.in_words()),
        subtitle=title(comparison),
        names=tuple(comparison.contenders[i].name for i in places),
        leading=tuple(i in comparison.leaders for i in places),
        cells=tuple(tuple(_row_of_cells(comparison, row, places)) for row in places),
        caption=tuple(_matrix_caption(comparison, drawn)),
    )


def _row_of_cells(comparison: Comparison, row: int, columns: Collection[int]) -> Iterator[PairCell | None]:
    for column in columns:
        if row == column:
            yield None
        else:
            pair = comparison.pair(row, column)
            yield PairCell(pair.verdict, signed_difference(comparison, pair.difference))


def _matrix_caption(comparison: Comparison, drawn: Collection[str] | None) -> Iterator[str]:
    symbols = [f"{symbol} {verdict or captions.MATRIX_NO_VERDICT()}" for verdict, symbol in VERDICT_SYMBOLS.items()]
    yield captions.MATRIX_CELLS(experiment=comparison.experiment, symbols=", ".join(symbols))
    yield f"{captions.MATRIX_GROUP()} {sentence_on_intervals(comparison)}"
    yield from closing_sentences(comparison, drawn)
