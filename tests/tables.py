"""Tables of cases that one test goes through: it fails with all rows that are wrong, not with the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

LONGEST_ROW = 200


def check_each(rows: Iterable[Any], check: Callable[..., None]) -> None:
    """Calls `check(*row)` for each row; a row that is no tuple is the only argument."""
    failures: list[BaseException] = []
    for row in rows:
        arguments = row if isinstance(row, tuple) else (row,)
        try:
            check(*arguments)
        except (Exception, pytest.fail.Exception) as failure:
            failure.add_note(f"in the row {row!r}"[:LONGEST_ROW])
            failures.append(failure)
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} rows are wrong", failures)
