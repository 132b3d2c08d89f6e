"""Lists and points of the grid in words: whoever reads a sentence must know whether it has told all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from actsearch.core.words import candidate_name, listed, point


@pytest.mark.parametrize(
    ("names", "most", "text"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["a", "b"], None, "a and b"),
        (["a", "b", "c"], None, "a, b and c"),
        (["a", "b", "c"], 3, "a, b and c"),
        (["a", "b", "c", "d", "e"], 3, "a, b, c and 2 more"),
    ],
)
def test_a_list_says_all_or_how_many_more(names: Sequence[str], most: int | None, text: str) -> None:
    """A list that ends in silence reads as the whole; one of nothing is no error."""
    assert listed(names, most) == text


def test_points_of_a_grid_are_named_by_the_last_part_of_a_key() -> None:
    """Unless two keys end alike, in one point or in those it stands beside: `b = 1` could be either."""
    assert point({"training.optimizer.learning_rate": 0.001}) == "learning_rate = 0.001"
    assert point({"a.b": 1, "c.b": 2}) == "a.b = 1, c.b = 2"
    assert point({"a.b": 1}, ["c.b"]) == "a.b = 1"
    assert point({}) == ""


def test_a_candidates_name_tells_its_point_of_the_grid() -> None:
    """Two rows of one activation must be told apart."""
    setting = {"training.optimizer.learning_rate": 0.001, "model.dense": [4]}
    assert candidate_name("relu", setting) == "relu learning_rate=0.001 dense=[4]"
