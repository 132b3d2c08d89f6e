"""The tables of a comparison: the ranking, the two kinds of noise, and every pair."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.metric_format import interval_text, metric_text, signed_difference
from actsearch.analysis.comparisons.pairs import ExampleNoise, Pair
from actsearch.analysis.comparisons.verdict_text import brief_verdict
from actsearch.cli.screens.tables import NarrowingTable, plain_table
from actsearch.cli.screens.text import Paragraph, cut_text, printable_text
from actsearch.core.sentences import captions

VERDICT_STYLE = {"better": "green", "worse": "red", "tied": "cyan", "undecided": "magenta"}
LEADING = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"
"""Stands before each candidate of the leading group."""
MATRIX_SYMBOLS = {"better": "+", "worse": "-", "tied": "=", "undecided": "?", None: "."}


def pairs_in_the_ranking(comparison: Comparison) -> list[Pair]:
    """Each contender but the reference, against it."""
    return [comparison.pair(i, comparison.reference) for i in comparison.others]


RANKING_COLUMNS = (
    "seeds",
    "mean",
    "interval",
    "worst",
    "best",
    "difference",
    "its interval",
    "verdict",
    "s/epoch",
    "epochs to target",
)
FORECAST = "seeds that would tell"
"""Stands in the column of verdicts, which does without it before it does without a whole column."""


class RankingTable(NarrowingTable):
    """A row a contender; the leading group stands at the top, marked, without ranks inside."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        speed = ("s/epoch",) if comparison.question.target is None else ("s/epoch", "epochs to target")
        self.droppable = ("worst", "best", *speed, "interval", FORECAST, "its interval")

    def build(self, dropped: Sequence[str]) -> Table:
        comparison = self.comparison
        last_leader = max(comparison.leaders, default=len(comparison.contenders))
        shown = self._shown(dropped)
        table = self._empty_table(shown)
        for i, contender in enumerate(comparison.contenders):
            cells = _ranking_cells(comparison, i, FORECAST not in dropped)
            mark = LEADING if i in comparison.leaders else ""
            table.add_row(mark, Text(printable_text(contender.name)), *(cells[name] for name in shown))
            if i == last_leader and i + 1 < len(comparison.contenders):
                table.add_section()
        return table

    def _shown(self, dropped: Sequence[str]) -> list[str]:
        hidden = [*dropped]
        if self.comparison.question.target is None:
            hidden.append("epochs to target")
        return [name for name in RANKING_COLUMNS if name not in hidden]

    def _empty_table(self, shown: Sequence[str]) -> Table:
        reference = printable_text(self.comparison.contenders[self.comparison.reference].name)
        target = self.comparison.question.target or 0
        headings = {"epochs to target": f"epochs to {target:g}", "difference": f"vs {reference}"}
        table = plain_table()
        table.add_column("")
        table.add_column("activation", overflow="fold", min_width=8)
        for name in shown:
            is_text = name == "verdict"
            justify: Literal["left", "right"] = "left" if is_text else "right"
            table.add_column(headings.get(name, name), justify=justify, no_wrap=not is_text, overflow="fold")
        return table


def _ranking_cells(comparison: Comparison, i: int, with_forecast: bool) -> dict[str, RenderableType]:
    contender = comparison.contenders[i]
    low, high = metric_text(comparison, contender.low), metric_text(comparison, contender.high)
    seconds, epochs = contender.seconds_per_epoch, contender.epochs_to_target
    return {
        "seeds": _completed_seeds(contender),
        "mean": metric_text(comparison, contender.mean),
        "interval": f"{low} to {high}" if contender.completed > 1 else "-",
        "worst": metric_text(comparison, contender.worst_seed),
        "best": metric_text(comparison, contender.best_seed),
        **_cells_of_the_difference(comparison, i, with_forecast),
        "s/epoch": "-" if seconds is None else f"{seconds:.1f}",
        "epochs to target": "-" if epochs is None else f"{epochs:g}",
    }


def _cells_of_the_difference(comparison: Comparison, i: int, with_forecast: bool) -> dict[str, RenderableType]:
    """The difference to the reference, and the verdict; of the reference itself, nothing."""
    if i == comparison.reference:
        return {"difference": "", "its interval": "", "verdict": ""}
    pair = comparison.pair(i, comparison.reference)
    text = printable_text(brief_verdict(pair, with_forecast))
    return {
        "difference": signed_difference(comparison, pair.difference),
        "its interval": interval_text(comparison, pair.low, pair.high),
        "verdict": Text(text, _verdict_style(pair.verdict)),
    }


def _completed_seeds(contender: Contender) -> Text:
    """How many seeds have a value, of how many, where some have none."""
    missing = contender.missing
    if not missing:
        return Text(str(contender.completed))
    return Text(f"{contender.completed} of {len(contender.trials)}: {missing}", "magenta")


def _verdict_style(verdict: str | None) -> str:
    return VERDICT_STYLE.get(verdict or "", "dim")


class NoiseTable(NarrowingTable):
    """The two kinds of noise of each difference to the reference, apart."""

    droppable = ("correlation", "won", "for new data")

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def build(self, dropped: Sequence[str]) -> Table:
        split = self.comparison.measure.split
        columns = ["seeds", f"{split} examples", "for new data", "verdict on new data", "correlation", "won"]
        shown = [name for name in columns if name not in dropped]
        table = plain_table()
        table.add_column("activation", overflow="fold", min_width=8)
        for name in shown:
            table.add_column(name, justify="left" if "verdict" in name else "right", overflow="fold")
        for pair in pairs_in_the_ranking(self.comparison):
            if pair.examples is None or pair.n < 2:
                continue
            cells = dict(zip(columns, _noise_cells(self.comparison, pair, pair.examples), strict=True))
            name = printable_text(self.comparison.contenders[pair.a].name)
            table.add_row(Text(name), *(cells[column] for column in shown))
        return table


def _noise_cells(comparison: Comparison, pair: Pair, examples: ExampleNoise) -> list[RenderableType]:
    correlation = "-"
    if pair.correlation is not None and math.isfinite(pair.correlation[0]):
        correlation = "{:.2f} ({:.2f} to {:.2f})".format(*pair.correlation)
    return [
        metric_text(comparison, math.sqrt(examples.seed_variance)),
        metric_text(comparison, math.sqrt(examples.example_variance)),
        interval_text(comparison, examples.low, examples.high),
        Text(examples.verdict or "-", _verdict_style(examples.verdict)),
        correlation,
        "-" if pair.won is None else f"{pair.won:.0%}",
    ]


class VerdictMatrix:
    """Every pair: the row's verdict against the column's."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield Paragraph(captions.ALL_PAIRS_OF_ROWS(), style="bold")
        yield Paragraph(captions.LEGEND_OF_PAIRS(), style="dim")
        names = [printable_text(contender.name) for contender in self.comparison.contenders]
        longest = _longest_heading(names, options.max_width - max(map(len, names)))
        table = plain_table()
        table.add_column("")
        for name in names:
            heading = name if len(name) <= longest else f"{name[: longest - 1]}…"
            table.add_column(heading, justify="center", no_wrap=True)
        for a, name in enumerate(names):
            table.add_row(cut_text(name), *(self._cell(a, b) for b in range(len(names))))
        yield table

    def _cell(self, a: int, b: int) -> Text:
        if a == b:
            return Text("")
        verdict = self.comparison.pair(a, b).verdict
        return Text(MATRIX_SYMBOLS[verdict], _verdict_style(verdict))


def _longest_heading(names: Sequence[str], room: int) -> int:
    """To how many characters headings are cut, so that a column of each name has room."""
    for longest in range(20, 3, -1):
        if sum(min(len(name), longest) + 2 for name in names) <= room:
            return longest
    return 3
