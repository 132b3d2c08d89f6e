"""Text on the terminal: shortened where it must be, and then still known."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from actsearch.cli.screens.text import shortened_to_cells


@pytest.mark.parametrize("text", ["abcdefghij", "größer ✓ 活性化関数", "活" * 20, "a", ""])
@pytest.mark.parametrize("width", [1, 2, 3, 6, 9, 10, 40])
def test_shortened_names_have_room(text: str, width: int) -> None:
    """A name one cell too wide would shift all the numbers behind it."""
    short = shortened_to_cells(text, width)
    assert cell_len(short) <= width
    assert short == text if cell_len(text) <= width else "…" in short
