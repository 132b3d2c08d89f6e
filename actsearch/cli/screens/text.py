"""Text as a terminal can show it: cut, shortened or wrapped to its width, and without what would move the cursor."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text


class StyledLine:
    """Texts with their styles, one behind the other, cut where the window ends.

    Rich's `Text` does the same in five times the time: too long for a hundred lines four times a second.
    """

    def __init__(self, *parts: tuple[str, str]) -> None:
        self._parts = parts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        room = options.max_width
        for text, style in self._parts:
            fits = cell_len(text) <= room
            shown = text if fits else set_cell_size(text, max(room - 1, 0)) + "…"
            yield Segment(shown, console.get_style(style))
            room -= cell_len(shown)
            if not fits:
                break
        yield Segment.line()


@dataclass(frozen=True)
class Paragraph:
    """Text in lines that fit, the second and further ones indented as far as its mark is long."""

    text: str
    mark: str = ""
    style: str = ""
    mark_style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        whole = printable_text(self.text).replace(" %", "\N{NO-BREAK SPACE}%")
        rows = textwrap.wrap(whole, max(options.max_width - len(self.mark), 20), break_on_hyphens=False)
        for i, row in enumerate(rows):
            mark = self.mark if i == 0 else " " * len(self.mark)
            yield Text.assemble((mark, self.mark_style), (row.replace("\N{NO-BREAK SPACE}", " "), self.style))


def shortened_to_cells(text: str, width: int) -> str:
    """The text in so many cells. What it lacks is taken from its middle: of a candidate both ends tell what it is."""
    if cell_len(text) <= width:
        return text
    tail = next(text[i:] for i in range(len(text) + 1) if cell_len(text[i:]) <= (width - 1) // 2)
    return f"{set_cell_size(text, width - 1 - cell_len(tail)).rstrip()}…{tail}"


def printable_text(text: str) -> str:
    """The text without what would move the cursor."""
    return "".join(char if char.isprintable() else " " for char in text)


def cut_text(text: str, style: str = "") -> Text:
    """Text that is cut where its column ends.

    The column itself must be left to wrap: Rich narrows only such columns, and with none of them narrows the numbers.
    """
    return Text(text, style, no_wrap=True, overflow="ellipsis")


class AtWidth:
    """What is built for the width that it is printed at."""

    def __init__(self, build: Callable[[int], RenderableType]) -> None:
        self._build = build

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield self._build(options.max_width)
