"""A comparison for a terminal, as JSON, and as a CSV file. `cli.py` prints it."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from actsearch.analysis import conclusions
from actsearch.analysis.comparison import ALL_PAIRS_UP_TO, Comparison
from actsearch.analysis.contenders import Contender
from actsearch.analysis.metric_format import interval_text, metric_text, signed_difference
from actsearch.analysis.pairs import ExampleNoise, Pair
from actsearch.analysis.requirements import Outcome
from actsearch.analysis.verdict_text import brief_verdict, requirement_text
from actsearch.cli.terminal import Paragraph, printable
from actsearch.core import user_files

VERDICT_STYLE = {"better": "green", "worse": "red", "tied": "cyan", "undecided": "magenta"}
REQUIREMENT_STYLE = {"holds": "green", "contradicted": "bold red", "undecided": "magenta"}
LEADING = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"
"""Stands before each candidate of the leading group."""
SYMBOLS = {"better": "+", "worse": "-", "tied": "=", "undecided": "?", None: "."}


def lines(comparison: Comparison, requirements: Sequence[Outcome] = ()) -> Iterator[RenderableType]:
    """The page, to be printed one after the other."""
    yield Paragraph(f"{conclusions.title(comparison)} ({comparison.folder})", style="bold")
    yield Paragraph(comparison.measure.in_words(), style="dim")
    yield Text()
    yield RankingTable(comparison)
    yield Text()
    if comparison.leaders:
        yield Paragraph(f"{LEADING} leading group: not shown to be worse than any; no ranks inside", style="dim")
        yield Text()
    if any(pair.examples is not None and pair.n > 1 for pair in _row_pairs(comparison)):
        yield Paragraph("The two kinds of noise in the differences, as standard errors", style="bold")
        told = "more seeds reduce the first alone; correlation over the seeds; won: share of seeds where it is better"
        yield Paragraph(told, style="dim")
        yield NoiseTable(comparison)
        yield Text()
    if not comparison.has_baseline and 2 < len(comparison.contenders) <= ALL_PAIRS_UP_TO and comparison.leaders:
        yield Matrix(comparison)
        yield Text()
    for sentence in conclusions.sentences(comparison):
        yield Paragraph(sentence)
    for warning in comparison.warnings:
        yield Paragraph(warning, "! ", mark_style="bold magenta")
    for outcome in requirements:
        text = requirement_text(comparison, outcome)
        yield Paragraph(text, "", REQUIREMENT_STYLE[outcome.state])


def _row_pairs(comparison: Comparison) -> list[Pair]:
    return [comparison.pair(i, comparison.reference) for i in comparison.others]


class _Columns:
    """A table that drops its least important columns until it fits, and says so."""

    droppable: Sequence[str] = ()
    """The first that go."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        drop = 0
        table = self.build(())
        while drop < len(self.droppable) and console.measure(table, options=options.update(width=10_000)).maximum > (
            options.max_width
        ):
            drop += 1
            table = self.build(self.droppable[:drop])
        yield table
        if drop:
            yield Paragraph(f"a wider terminal also shows: {', '.join(self.droppable[:drop])}", style="dim")

    def build(self, dropped: Sequence[str]) -> Table:
        raise NotImplementedError


def _table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)


class RankingTable(_Columns):
    """A row a contender; the leading group stands at the top, marked, without ranks inside."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(comparison)
        speed = ("s/epoch",) if comparison.question.target is None else ("s/epoch", "epochs to target")
        self.droppable = ("worst", "best", *speed, "interval", "seeds that would tell", "its interval")

    def build(self, dropped: Sequence[str]) -> Table:
        c = self.comparison
        reference = printable(c.contenders[c.reference].name)
        table = _table()
        table.add_column("")
        table.add_column("activation", overflow="fold", min_width=8)
        hidden = dropped if c.question.target is not None else (*dropped, "epochs to target")
        shown = [name for name in COLUMNS if name not in hidden]
        headings = {"epochs to target": f"epochs to {c.question.target or 0:g}", "difference": f"vs {reference}"}
        for name in shown:
            heading = headings.get(name, name)
            left = name in ("verdict",)
            table.add_column(heading, justify="left" if left else "right", no_wrap=not left, overflow="fold")
        for i, one in enumerate(c.contenders):
            cells = _cells(c, i, "seeds that would tell" not in dropped)
            mark = LEADING if i in c.leaders else ""
            table.add_row(mark, Text(printable(one.name)), *(cells[name] for name in shown))
            if c.leaders and i == max(c.leaders) and i + 1 < len(c.contenders):
                table.add_section()
        return table


COLUMNS = (
    *("seeds", "mean", "interval", "worst", "best", "difference", "its interval", "verdict"),
    *("s/epoch", "epochs to target"),
)


def _cells(comparison: Comparison, i: int, with_forecast: bool) -> dict[str, RenderableType]:
    one = comparison.contenders[i]
    cells: dict[str, RenderableType] = {
        "seeds": _seeds(one),
        "mean": metric_text(comparison, one.mean),
        "interval": f"{metric_text(comparison, one.low)} to {metric_text(comparison, one.high)}"
        if one.completed > 1
        else "-",
        "worst": metric_text(comparison, one.worst_seed),
        "best": metric_text(comparison, one.best_seed),
        "difference": "",
        "its interval": "",
        "verdict": "",
        "s/epoch": "-" if one.seconds_per_epoch is None else f"{one.seconds_per_epoch:.1f}",
        "epochs to target": "-" if one.epochs_to_target is None else f"{one.epochs_to_target:g}",
    }
    if i != comparison.reference:
        pair = comparison.pair(i, comparison.reference)
        text = printable(brief_verdict(pair, with_forecast))
        cells |= {
            "difference": signed_difference(comparison, pair.difference),
            "its interval": interval_text(comparison, pair.low, pair.high),
            "verdict": Text(text, VERDICT_STYLE.get(pair.verdict or "", "dim")),
        }
    return cells


def _seeds(one: Contender) -> Text:
    """How many have a value, of how many, where some have none."""
    total = len(one.trials)
    missing = one.missing
    if not missing:
        return Text(str(one.completed))
    return Text(f"{one.completed} of {total}: {missing}", "magenta")


class NoiseTable(_Columns):
    """The two kinds of noise of each difference to the reference, apart."""

    droppable = ("correlation", "won", "for new data")

    def build(self, dropped: Sequence[str]) -> Table:
        c = self.comparison
        table = _table()
        table.add_column("activation", overflow="fold", min_width=8)
        columns = ["seeds", f"{c.measure.split} examples", "for new data", "verdict on new data", "correlation", "won"]
        for name in columns:
            if name not in dropped:
                table.add_column(name, justify="left" if "verdict" in name else "right", overflow="fold")
        for pair in _row_pairs(c):
            if pair.examples is None or pair.n < 2:
                continue
            cells = dict(zip(columns, _noise(c, pair, pair.examples), strict=True))
            table.add_row(
                Text(printable(c.contenders[pair.a].name)), *(v for name, v in cells.items() if name not in dropped)
            )
        return table


def _noise(comparison: Comparison, pair: Pair, found: ExampleNoise) -> list[RenderableType]:
    correlation = "-"
    if pair.correlation is not None and math.isfinite(pair.correlation[0]):
        correlation = "{:.2f} ({:.2f} to {:.2f})".format(*pair.correlation)
    verdict = found.verdict or "-"
    return [
        metric_text(comparison, math.sqrt(found.seed_variance)),
        metric_text(comparison, math.sqrt(found.example_variance)),
        interval_text(comparison, found.low, found.high),
        Text(verdict, VERDICT_STYLE.get(verdict, "dim")),
        correlation,
        "-" if pair.won is None else f"{pair.won:.0%}",
    ]


class Matrix:
    """Every pair: the row's verdict against the column's."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        c = self.comparison
        yield Paragraph("All pairs, the row against the column", style="bold")
        yield Paragraph("+ better  - worse  = tied  ? undecided  . no verdict", style="dim")
        table = _table()
        names = [printable(one.name) for one in c.contenders]
        room = options.max_width - max(map(len, names))
        short = next((n for n in range(20, 3, -1) if sum(min(len(name), n) + 2 for name in names) <= room), 3)
        table.add_column("")
        for name in names:
            table.add_column(name if len(name) <= short else name[: short - 1] + "…", justify="center", no_wrap=True)
        for a, name in enumerate(names):
            cells = [self._cell(a, b) for b in range(len(names))]
            table.add_row(Text(name, no_wrap=True, overflow="ellipsis"), *cells)
        yield table

    def _cell(self, a: int, b: int) -> Text:
        if a == b:
            return Text("")
        verdict = self.comparison.pair(a, b).verdict
        return Text(SYMBOLS[verdict], VERDICT_STYLE.get(verdict or "", "dim"))


# --- for other programs


def as_json(comparison: Comparison, requirements: Sequence[Outcome] = ()) -> dict[str, Any]:
    """Everything, as plain values; null where there is none."""
    c = comparison
    return {
        "experiment": c.experiment,
        "folder": c.folder,
        "metric": c.measure.metric,
        "at": c.measure.at,
        "split": c.measure.split,
        "higher_is_better": c.measure.higher_is_better,
        "margin": c.margin,
        "confidence": c.confidence,
        "baseline": c.question.baseline,
        "setting": dict(c.setting),
        "role": c.role,
        "seeds": list(c.seeds),
        "family": c.family,
        "target": c.question.target,
        "leading_group": [c.contenders[i].name for i in c.leaders],
        "reference": c.contenders[c.reference].name,
        "contenders": [row | {"values": _plain(c.contenders[i].values)} for i, row in enumerate(rows(c))],
        "pairs": [_pair(c, pair) for pair in c.pairs()],
        "sentences": list(conclusions.sentences(c)),
        "warnings": list(c.warnings),
        "requirements": [
            {"requirement": o.requirement.text, "state": o.state, "difference": _finite(o.difference),
             "low": _finite(o.low), "high": _finite(o.high), "seeds": o.seeds}
            for o in requirements
        ],
    }  # fmt: skip


def rows(comparison: Comparison) -> list[dict[str, Any]]:
    """A row a contender, with the difference to the reference."""
    return [_row(comparison, i, one) for i, one in enumerate(comparison.contenders)]


def _row(comparison: Comparison, i: int, one: Contender) -> dict[str, Any]:
    divergence = one.divergence or (None, None)
    row: dict[str, Any] = {
        "candidate": one.name,
        "label": one.label,
        "activation": one.activation.name,
        "parameters": dict(one.activation.parameters),
        "setting": dict(one.setting),
        "leading": i in comparison.leaders,
        "seeds": len(one.trials),
        "completed": one.completed,
        "diverged": one.diverged,
        "failed": one.failed,
        "unfinished": one.unfinished,
        "diverging_low": divergence[0],
        "diverging_high": divergence[1],
        "mean": _finite(one.mean),
        "low": _finite(one.low),
        "high": _finite(one.high),
        "sd": _finite(one.sd),
        "median": _finite(one.median),
        "interquartile_mean": one.interquartile_mean,
        "best_seed": _finite(one.best_seed),
        "worst_seed": _finite(one.worst_seed),
        "seconds_per_epoch": one.seconds_per_epoch,
        "epochs_to_target": one.epochs_to_target,
        "best_epoch_flatters_by": one.flattery,
        "test_mean": one.test_mean,
    }
    pair = comparison.pair(i, comparison.reference) if i != comparison.reference else None
    return row | _against(pair)


def _against(pair: Pair | None) -> dict[str, Any]:
    """The columns of a pair; empty ones of the reference itself."""
    examples = None if pair is None else pair.examples
    forecast = None if pair is None else pair.forecast
    correlation = (None, None, None) if pair is None or pair.correlation is None else pair.correlation
    return {
        "common_seeds": None if pair is None else pair.n,
        "difference": None if pair is None else _finite(pair.difference),
        "difference_low": None if pair is None else _finite(pair.low),
        "difference_high": None if pair is None else _finite(pair.high),
        "verdict": None if pair is None else pair.verdict,
        "smaller_but_real": None if pair is None else pair.smaller_but_real,
        "note": None if pair is None else pair.note,
        "seeds_needed": None if forecast is None else forecast.seeds,
        "seeds_needed_low": None if forecast is None else forecast.low,
        "seeds_needed_high": None if forecast is None else forecast.high,
        "correlation": _finite(correlation[0]),
        "correlation_low": _finite(correlation[1]),
        "correlation_high": _finite(correlation[2]),
        "won": None if pair is None else pair.won,
        "sign_flip_p": None if pair is None else pair.sign_flip_p,
        "tests_disagree": None if pair is None else pair.disagrees,
        "examples": None if examples is None else examples.examples,
        "seed_standard_error": None if examples is None else _root(examples.seed_variance),
        "example_standard_error": None if examples is None else _root(examples.example_variance),
        "new_data_low": None if examples is None else _finite(examples.low),
        "new_data_high": None if examples is None else _finite(examples.high),
        "new_data_verdict": None if examples is None else examples.verdict,
        "mcnemar_p": None if examples is None else examples.mcnemar_p,
    }


def _pair(comparison: Comparison, pair: Pair) -> dict[str, Any]:
    return {"a": comparison.contenders[pair.a].name, "b": comparison.contenders[pair.b].name} | _against(pair)


def write_csv(path: Path, comparisons: Sequence[Comparison]) -> None:
    """Writes the rows of all of them; raises UserError or StoreError if that can't be done."""
    text = io.StringIO()
    rows = _flat_rows(comparisons)
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    user_files.write_for_user(path, text.getvalue().encode("utf-8"), "--csv")


def _flat_rows(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """The rows of all of them, flat: mappings as JSON, with what they are about before them."""
    return [
        {"experiment": c.experiment, "metric": c.measure.metric, "at": c.measure.at, "split": c.measure.split}
        | {"margin": c.margin, "confidence": c.confidence, "family": c.family}
        | {"table": json.dumps(dict(c.setting)), "role": c.role, "reference": c.contenders[c.reference].name}
        | {key: json.dumps(value) if isinstance(value, Mapping) else value for key, value in row.items()}
        for c in comparisons
        for row in rows(c)
    ]


def _plain(values: Any) -> list[float | None]:
    return [_finite(float(value)) for value in values]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _root(value: float) -> float | None:
    return math.sqrt(value) if math.isfinite(value) else None
