"""Whoever mistypes a name is told the nearest one."""

from __future__ import annotations

import pytest

from actsearch.core.spelling import did_you_mean


@pytest.mark.parametrize(
    ("word", "known", "otherwise", "expected"),
    [
        ("rellu", ["relu", "elu"], "there are ", "did you mean 'relu'?"),
        ("ReLU", ["relu", "elu"], "there are ", "did you mean 'relu'?"),
        ("henormal", ["HeNormal"], "there are ", "did you mean 'HeNormal'?"),
        ("banana", ["relu", "elu", "relu"], "there are ", "there are relu, elu"),
        ("banana", ["relu", "elu"], "the choices are ", "the choices are relu, elu"),
        ("banana", ["relu", "elu"], "write a formula", "write a formula"),
        (None, ["relu"], "", ""),
        ("x", [], "remove it", "remove it"),
    ],
)
def test_the_nearest_name_is_told_or_all(word: object, known: list[str], otherwise: str, expected: str) -> None:
    """One line that says what to write instead."""
    assert did_you_mean(word, known, otherwise) == expected


def test_a_word_as_long_as_a_book_takes_no_time() -> None:
    """difflib compares every character with every other."""
    assert did_you_mean("relu" * 1_000_000, ["relu"]) == "there are relu"
