"""The keys `seeds` and `tuning_seeds`: lists, or how many."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from actsearch.config.strict_models import chosen_by_type

Seed = Annotated[int, Field(ge=0, lt=2**32)]
SeedsField = Annotated[
    Annotated[Annotated[int, Field(ge=1, le=10_000)], Tag("\0number")]
    | Annotated[Annotated[list[Seed], Field(min_length=1, max_length=10_000)], Tag("\0list")],
    chosen_by_type(number="number", list="list"),
]


TuningSeedsField = Annotated[
    Annotated[Annotated[int, Field(ge=3, le=10_000)], Tag("\0number")]
    | Annotated[Annotated[list[Seed], Field(min_length=3, max_length=10_000)], Tag("\0list")],
    chosen_by_type(number="number", list="list"),
]
FIRST_TUNING_SEED = 1000
"""Where tuning seeds begin that are given by their number: more `seeds` later are others."""
