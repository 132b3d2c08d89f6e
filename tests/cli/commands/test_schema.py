"""`actsearch schema`: the schema that editors use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import Done


def test_the_schema_printed_is_the_schema_shipped(actsearch_: Callable[..., Done], repository: Path) -> None:
    """Editors check files by the shipped one; an old one would mark what is right as wrong."""
    done = actsearch_("schema")
    assert done.code == 0
    assert done.out == (repository / "actsearch" / "experiment.schema.json").read_text(encoding="utf-8")
