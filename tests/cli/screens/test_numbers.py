"""Numbers on the terminal: short, true, and in the unit that one thinks in."""

from __future__ import annotations

import math
import re

import pytest

from actsearch.cli.screens.numbers import duration, duration_range, table_number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.98765, "0.9877"),
        (0.0, "0.0000"),
        (-1.5, "-1.5000"),
        (999.5, "999.5000"),
        (1234.5, "1.23e+03"),
        (1e30, "1e+30"),
        (None, "-"),
        (math.nan, "-"),
        (math.inf, "-"),
    ],
)
def test_numbers_are_short_and_true(value: float | None, shown: str) -> None:
    """A loss that exploded must neither break the table nor look like a small one."""
    assert table_number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1 s"),
        (0.4, "1 s"),
        (45, "45 s"),
        (89, "89 s"),
        (100, "2 min"),
        (12 * 60, "12 min"),
        (89 * 60, "89 min"),
        (3 * 3600 + 5 * 60, "3 h 05 min"),
        (47 * 3600 + 59 * 60, "47 h 59 min"),
        (52 * 3600, "2 d 4 h"),
        (1000 * 86400, "1000 d 0 h"),
    ],
)
def test_durations_are_in_the_unit_one_thinks_in(seconds: float, shown: str) -> None:
    """Somebody decides by this whether to wait or to go home."""
    assert duration(seconds) == shown


def test_durations_never_say_sixty_minutes() -> None:
    """Rounding must not make `3 h 60 min`, nor a longer time look shorter than a shorter one."""
    sizes = {"s": 1, "min": 60, "h": 3600, "d": 86400}
    last = 0.0
    for seconds in range(0, 300_000, 7):
        text = duration(seconds)
        parts = [(int(n), unit) for n, unit in re.findall(r"(\d+) (\w+)", text)]
        assert len(parts) == 1 or parts[1][0] < {"min": 60, "h": 24}[parts[1][1]], text
        value = sum(n * sizes[unit] for n, unit in parts)
        assert value >= last, text
        assert abs(value - seconds) <= max(1.0, 0.5 * seconds), text
        last = value


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (5, 12, "5 to 12 s"),
        (5, 5.2, "5 s"),
        (60, 600, "60 s to 10 min"),
        (600, 1200, "10 to 20 min"),
        (5000, 8000, "83 min to 2 h 13 min"),
        (8000, 9000, "2 h 13 min to 2 h 30 min"),
    ],
)
def test_ranges_of_time_read_well(low: float, high: float, text: str) -> None:
    """`88 to 3 h 49 min` was 88 minutes."""
    assert duration_range(low, high) == text
