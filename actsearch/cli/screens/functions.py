"""Activation functions on a terminal: a page of each, and a table to compare them, both as wide as the window."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from actsearch.cli.screens.tables import plain_table
from actsearch.functions.catalogue import Entry
from actsearch.functions.descriptions import OVERVIEW_COLUMNS, Column, advice_on, facts, parameter_lines
from actsearch.functions.latex_output import expressions


class FunctionPage:
    """One function on a terminal, as wide as that is."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        entry, width = self._entry, options.max_width
        also = f"also {', '.join(entry.aliases)}" if entry.aliases else ""
        names = ", ".join(filter(None, [entry.label, also]))
        yield Text.assemble((entry.title, "bold"), (f"  {names}", "dim"), overflow="fold")
        yield ""
        yield from _set_formulas(entry, width)
        rows = list(parameter_lines(entry))
        if rows:
            yield _words_and_meanings(rows, "cyan")
            yield ""
        yield _words_and_meanings(facts(entry.properties).items())
        if entry.row:
            yield ""
            yield _words_and_meanings(advice_on(entry).items())


def _set_formulas(entry: Entry, width: int) -> Iterator[RenderableType]:
    from actsearch.functions import notation

    texts = entry.formula_text, entry.derivative_text
    for name, expression, line in zip(("f(x)", "f'(x)"), expressions(entry), texts, strict=True):
        block = notation.pretty(expression, name).splitlines()
        if max(map(len, block)) > width - 2:
            block = textwrap.wrap(f"{name} = {line}", width - 2, subsequent_indent="  ")
        yield Text("\n".join(f"  {row.rstrip()}" for row in block), no_wrap=True, overflow="ignore")
        yield ""


def _words_and_meanings(rows: Any, style: str = "dim") -> RenderableType:
    """Words and what they mean, in two columns."""
    table = plain_table(show_header=False)
    table.add_column(style=style, no_wrap=True, min_width=18)
    table.add_column(overflow="fold")
    for key, value in rows:
        table.add_row(Text(key), Text(value))
    return Padding(table, (0, 0, 0, 2), expand=False)


HEADINGS_NOTE = (
    "saturates: at which ends |f'| is under 1 % of its largest; f' = 0, mean, variance, E f'²: for a standard normal"
    " input; smooth: how many derivatives are continuous."
)
FORMULA_AT_LEAST = 30
"""Characters of a formula without which its column would say too little."""
BETWEEN_COLUMNS = 2
"""As `plain_table` has it."""


class FunctionsTable:
    """A line a function, with as many of the columns as the width holds."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._widths = {column.heading: _longest_cell(column, entries) for column in OVERVIEW_COLUMNS}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        labels = [entry.label for entry in self._entries]
        name = min(max(map(len, ["function", *labels])), max(20, options.max_width // 3))
        columns, left = next(self._layouts(options.max_width - name))
        table = plain_table()
        table.add_column("function", no_wrap=True, overflow="ellipsis", max_width=name)
        for column in columns:
            longest = None
            if column.heading == "formula":
                longest = max(left + min(FORMULA_AT_LEAST, self._widths["formula"]), FORMULA_AT_LEAST)
            justify: Any = "right" if column.right else "left"
            table.add_column(column.heading, justify=justify, no_wrap=True, overflow="ellipsis", max_width=longest)
        for entry, label in zip(self._entries, labels, strict=True):
            table.add_row(*map(Text, [label, *(column.cell(entry) for column in columns)]))
        yield table
        yield Text(HEADINGS_NOTE, "dim")

    def _layouts(self, room: int) -> Iterator[tuple[list[Column], int]]:
        """The columns that fit, from the fullest layout on, and what they leave; the last one in any case."""
        for most in range(max(column.dropped for column in OVERVIEW_COLUMNS), -1, -1):
            columns = [column for column in OVERVIEW_COLUMNS if column.dropped <= most]
            widths = {column.heading: self._widths[column.heading] for column in columns}
            if "formula" in widths:
                widths["formula"] = min(widths["formula"], FORMULA_AT_LEAST)
            left = room - sum(width + BETWEEN_COLUMNS for width in widths.values())
            if left >= 0 or most == 0:
                yield columns, max(left, 0)


def _longest_cell(column: Column, entries: Sequence[Entry]) -> int:
    return max(map(len, [column.heading, *map(column.cell, entries)]))


def functions_screen(entries: Sequence[Entry]) -> RenderableType:
    """Each function; of several, a table to compare them at the end."""
    pages: list[RenderableType] = []
    for entry in entries:
        pages += [FunctionPage(entry), ""]
    return Group(*pages, FunctionsTable(entries)) if len(entries) > 1 else Group(*pages[:-1])
