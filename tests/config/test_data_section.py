"""The section `data` and the data sets that there are."""

from __future__ import annotations

from typing import get_args

from actsearch.data.kinds.named import NAMED_SETS, NamedData


def test_the_names_of_the_schema_are_those_of_the_table() -> None:
    """A name that validates must load."""
    assert get_args(NamedData.model_fields["name"].annotation) == tuple(NAMED_SETS)
