"""Pages that several tests of the report read; each is made once."""

from __future__ import annotations

import pytest
from read_pages import Page, a_page
from reported_studies import made, probed, three


@pytest.fixture(scope="session")
def probed_page() -> Page:
    """Of three candidates with diagnostics."""
    return a_page(probed(three()))


@pytest.fixture(scope="session")
def page_text() -> str:
    """Of three candidates without diagnostics."""
    return made(three())


@pytest.fixture(scope="session")
def page_words(page_text: str) -> str:
    return Page(page_text).words
