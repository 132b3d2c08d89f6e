"""The time left: a range until it is known, and no more exact than it is known."""

from __future__ import annotations

import pytest

from actsearch.cli.screens.time_left import time_left, time_left_text


def test_nothing_is_said_of_the_time_before_an_epoch_is_measured() -> None:
    """A number out of thin air would be believed."""
    assert time_left([("relu", 3.0)], {}, 2) is None
    assert time_left_text(None) == "measuring"


@pytest.mark.parametrize(
    ("left", "jobs", "seconds"),
    [
        ([("a", 10.0)], 1, 20),
        ([("a", 10.0)] * 4, 2, 40),
        ([("a", 10.0)] * 4, 64, 20),
        ([("a", 10.0)] * 3, 2, 40),  # the last one runs alone
        ([("a", 100.0), *[("a", 1.0)] * 10], 4, 200),  # never shorter than the longest
        ([("a", 2.5), ("b", 1.0)], 1, 5 + 30),  # each by its own cost
        ([], 4, 0),
    ],
)
def test_measured_epochs_tell_the_time_left(left: list[tuple[str, float]], jobs: int, seconds: float) -> None:
    """Somebody decides by this whether to wait or to go home."""
    assert time_left(left, {"a": 2.0, "b": 30.0}, jobs) == (seconds, seconds)


def test_the_time_left_is_a_range_until_every_candidate_is_measured() -> None:
    """The candidates of a grid may cost ten times as much as the first one did."""
    left = [("a", 10.0), ("b", 10.0), ("c", 10.0)]
    spans = [time_left(left, known, 1) for known in ({"a": 2.0}, {"a": 2.0, "b": 3.0})]
    low, high = spans[0]  # type: ignore[misc]
    assert low < 60 < high
    assert 1.5 * low < high
    for span in spans:
        assert span is not None
        assert span[0] < 20 + 30 + 25 < span[1] or span is spans[0]
    assert time_left(left, {"a": 2.0, "b": 3.0, "c": 2.5}, 1) == (75, 75)


def test_a_range_runs_from_the_shorter_time_to_the_longer() -> None:
    """With workers that take what comes next, shorter trials may end later; the text must not run backwards."""
    left = [("a", 3.0), ("a", 2.0), ("x", 2.0), ("a", 2.0), ("a", 4.0), ("x", 4.0), ("a", 7.0)]
    for jobs in range(1, 8):
        low, high = time_left(left, {"a": 1.0}, jobs)  # type: ignore[misc]
        assert low <= high


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (50, 50, "about 50 s left"),
        (0.1, 0.1, "about 1 s left"),
        (700, 740, "about 12 min left"),
        (12 * 60, 20 * 60, "12 to 20 min left"),
        (3 * 3600, 3 * 3600, "about 3 h 00 min left"),
        (3 * 3600 + 130, 3 * 3600 + 130, "about 3 h 00 min left"),  # not to the minute
        (3 * 3600, 5.5 * 3600, "3 to 6 h left"),
        (20 * 3600, 80 * 3600, "up to 4 d left"),
        (40, 80, "40 to 80 s left"),
        (10, 100, "up to 2 min left"),
        (0, 0, ""),
    ],
)
def test_the_time_left_is_no_more_exact_than_it_is_known(low: float, high: float, text: str) -> None:
    """A range as long as it is one, then a number that does not pretend."""
    assert time_left_text((low, high)) == text
