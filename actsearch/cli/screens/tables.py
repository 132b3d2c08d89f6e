"""Tables without lines, which drop what their window has no room for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table

from actsearch.cli.screens.text import Paragraph


def plain_table(*columns: str, right: Collection[str] = (), show_header: bool = True) -> Table:
    """A table without lines. The columns in `right` hold numbers, which are never wrapped."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False, show_header=show_header)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=column in right)
    return table


class NarrowingTable:
    """A table that drops its least important columns until it fits, and says so."""

    droppable: Sequence[str] = ()
    """The first that go."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        unbounded = options.update(width=10_000)
        drop = 0
        table = self.build(())
        while drop < len(self.droppable) and console.measure(table, options=unbounded).maximum > options.max_width:
            drop += 1
            table = self.build(self.droppable[:drop])
        yield table
        if drop:
            yield Paragraph(f"a wider terminal also shows: {', '.join(self.droppable[:drop])}", style="dim")

    def build(self, dropped: Sequence[str]) -> Table:
        """The table without these columns."""
        raise NotImplementedError
