"""What the page says where nothing is known of layers."""

from __future__ import annotations


def test_without_diagnostics_the_page_says_so(page_words: str) -> None:
    """Rather than leaving the reader to wonder."""
    assert "No diagnostics were recorded" in page_words
