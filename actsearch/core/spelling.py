"""Suggests the nearest name for one that was mistyped. Imports the standard library alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 100
"""So many characters of a word are looked at: a name is not longer."""


def did_you_mean(word: object, known: Iterable[str], otherwise: str = "there are ") -> str:
    """The remedy for a name that there is not: `did you mean 'relu'?`, or what there is.

    Args:
        word: what was written; upper and lower case are alike.
        known: the names that there are.
        otherwise: what to say where none of them is near; if it ends with a space, the names follow.
    """
    names = list(dict.fromkeys(known))
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(str(word)[:LONGEST].lower(), list(by_lower), 1)
    if near:
        return f"did you mean {by_lower[near[0]]!r}?"
    return otherwise + ", ".join(names) if otherwise.endswith(" ") else otherwise
