"""The console of the commands: how wide it is, what it can say, and what happens once nobody reads it."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


def say_everything() -> None:
    """A terminal that knows no σ gets a question mark for it; what goes into a file or a pipe is UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def nobody_reads() -> None:
    """The reader has gone, as in `actsearch status results | head -1`: what is still to be said goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def new_console() -> Any:
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise  # what it is called for; Rich itself would end the process

    # In a pipe Rich assumes 80 columns, cuts tables and breaks lines; a pipe has room.
    width = None if sys.stdout.isatty() else 1000
    return Plain(width=width, highlight=False)


def can_redraw(console: Any) -> bool:
    """Whether a screen that stays works there, whose lines are written anew; if not, plain lines do."""
    dumb = not console.is_terminal or console.is_dumb_terminal or console.legacy_windows
    return not dumb and not console.options.ascii_only
