"""An experiment file held against its schema: mistakes are told, and taken out so that the rest is checked as well."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.file_schema import FileSchema
from actsearch.config.mistakes import in_plain_words, name_location
from actsearch.config.places import Location
from actsearch.config.problems import Problems
from actsearch.config.raw_content import take_out


@dataclass(frozen=True)
class CheckedFile:
    """What is right in a file."""

    schema: FileSchema
    values: ExperimentFile
    sound: dict[str, Any]
    """The content without what was wrong."""
    broken: frozenset[int]
    """The activations with mistakes of their own: another one is not told to be like them."""


def check_schema(content: dict[str, Any], schema: FileSchema, problems: Problems) -> CheckedFile:
    """Tells each mistake once, and gives what is left of the file without them."""
    sound = copy.deepcopy(content)
    broken: set[int] = set()
    is_first = True
    while True:
        try:
            return CheckedFile(schema, schema.whole.validate_python(sound), sound, frozenset(broken))
        except ValidationError as error:
            if is_first:
                _tell(error, sound, schema, problems)
            broken |= _broken_entries(error)
            before = repr(sound)
            for row in error.errors(include_url=False, include_input=False):
                take_out(sound, without_tags(row["loc"]))
            if repr(sound) == before:  # nothing more to take out: go on with the defaults alone
                sound = {"name": "x"}
            is_first = False


def _tell(error: ValidationError, content: dict[str, Any], schema: FileSchema, problems: Problems) -> None:
    for row in error.errors(include_url=False):
        location = without_tags(row["loc"])
        what, remedy = in_plain_words(row, location, content, schema)
        if row["type"] in ("union_tag_not_found", "union_tag_invalid"):
            location = name_location(location, row["input"])
        problems.add(location, what, remedy)


def _broken_entries(error: ValidationError) -> set[int]:
    locations = [without_tags(row["loc"]) for row in error.errors(include_url=False, include_input=False)]
    return {int(location[1]) for location in locations if location[0] == "activations" and len(location) > 1}


def without_tags(location: Sequence[str | int]) -> Location:
    """A place as pydantic gives it, without the names of unions' members."""
    return tuple(part for part in location if not (isinstance(part, str) and part.startswith("\0")))
