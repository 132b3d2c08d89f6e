"""The keys `seeds` and `tuning_seeds`: lists, or how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, Tag

from actsearch.config.problems import Problems
from actsearch.core.strict_models import chosen_by_type

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


def seed_numbers(given: int | Sequence[int]) -> tuple[int, ...]:
    """The seeds themselves, where the file gives how many as well."""
    return tuple(range(given)) if isinstance(given, int) else tuple(given)


def tuning_seed_numbers(given: int | Sequence[int] | None) -> tuple[int, ...]:
    """Likewise; none where the file asks for no tuning."""
    if isinstance(given, int):
        return tuple(range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + given))
    return tuple(given or ())


def check_seeds(given: int | Sequence[int], problems: Problems) -> tuple[int, ...]:
    """The seeds; one that stands there twice is told."""
    seeds = seed_numbers(given)
    _refuse_repeats("seeds", seeds, problems)
    return seeds


def check_tuning_seeds(
    given: int | Sequence[int] | None, seeds: Sequence[int], has_grid: bool, problems: Problems
) -> tuple[int, ...]:
    """The tuning seeds; what makes them useless or the comparison unfair is told."""
    tuning = tuning_seed_numbers(given)
    at = ("tuning_seeds",)
    if given is not None and not has_grid:
        what = "there is no grid from which a setting could be chosen"
        problems.add(at, what, "add a grid, or remove tuning_seeds")
    _refuse_repeats("tuning_seeds", tuning, problems)
    shared = next((seed for seed in tuning if seed in seeds), None)
    if shared is not None:
        what = f"{shared} is one of the seeds as well: what was chosen with a seed must not be compared with it"
        problems.add(at, what, "give seeds that differ from all of seeds")
    return tuning


def _refuse_repeats(key: str, seeds: Sequence[int], problems: Problems) -> None:
    before: set[int] = set()
    for seed in seeds:
        if seed in before:
            problems.add((key,), f"{seed} stands there twice", "give each seed once")
            return
        before.add(seed)
