"""The template of a sentence: its text with named values, and words that depend on a number."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sentence:
    """A template, for one situation. Called with all of its values by name, and no others, it is the sentence.

    A value stands in braces, with Python's format where it needs one: `{share:.0%}`. Words that depend on a value are
    alternatives, with a bar between them; a `#` in them is the value:

    - of a count `{seeds:one seed|# seeds}`, for 1 and any other;
    - of a count `{seeds:no seed|one seed|# seeds}`, for 0, 1 and any other;
    - of a truth `{higher_is_better:highest|lowest}`, for yes and no.

    An alternative holds words alone. Where a clause comes with a value of its own, that is a template of its own.
    """

    text: str

    def __call__(self, **values: object) -> str:
        """Raises KeyError for a value that is missing, or not in the text."""
        unnamed = values.keys() - self.fields.keys()
        if unnamed:
            raise KeyError(f"the template has no {', '.join(sorted(unnamed))}")
        return _WRITER.vformat(self.text, (), values)

    @property
    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the values, each with the formats it has in the text."""
        formats: dict[str, tuple[str, ...]] = {}
        for _, name, format_spec, _ in _WRITER.parse(self.text):
            if name is not None:
                formats[name] = (*formats.get(name, ()), format_spec or "")
        return formats


class _Writer(string.Formatter):
    """Python's way to fill in a text, with alternatives."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" not in format_spec:
            return format(value, format_spec)
        alternatives = format_spec.split("|")
        return alternatives[alternative_place(value, len(alternatives))].replace("#", str(value))


def alternative_place(value: bool | int, alternatives: int) -> int:
    """Which of two or three alternatives a value asks for."""
    if isinstance(value, bool):
        return 0 if value else 1
    return min(value, 2) if alternatives == 3 else int(value != 1)


_WRITER = _Writer()
