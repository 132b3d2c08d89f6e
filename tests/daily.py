"""Which cases of a table run every day: the others are marked slow, and run in CI."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

import pytest


def slow_but(daily: Container[Any], cases: Iterable[Any] | Mapping[str, tuple[Any, ...]]) -> list[Any]:
    """The cases as parameters; those that `daily` has not are slow.

    A case is a value, or a row, which is told by its first value; of a mapping, rows are told by their keys.
    """
    if isinstance(cases, Mapping):
        return [pytest.param(*row, id=key, marks=_marks(key in daily)) for key, row in cases.items()]
    rows = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [pytest.param(*row, marks=_marks(row[0] in daily)) for row in rows]


def _marks(is_daily: bool) -> list[pytest.MarkDecorator]:
    return [] if is_daily else [pytest.mark.slow]
