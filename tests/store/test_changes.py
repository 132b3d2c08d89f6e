"""What changed in an experiment, in words: whoever reads it must find the line that they changed."""

from __future__ import annotations

from typing import Any

import pytest

from actsearch.store.changes import described

BEFORE: dict[str, Any] = {
    "name": "a",
    "description": "before",
    "seeds": [0, 1],
    "data": {"name": "mnist", "validation": {"holdout": 10}},
    "training": {"batch_size": 128, "optimizer": {"name": "adam", "clipvalue": None}},
    "activations": ["relu", {"name": "elu", "alpha": 1.0}, {"name": "elu", "label": "small", "alpha": 0.2}],
    "grid": {"training.optimizer.learning_rate": [0.1, 0.01]},
}


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({}, []),
        ({"name": "b", "description": "after"}, []),
        ({"seeds": [0]}, ["seeds: [0, 1] -> [0]"]),
        ({"data": {"name": "mnist", "validation": "test"}}, [
            "data.validation.holdout: 10 -> null", "data.validation: null -> test",
        ]),
        ({"training": {"batch_size": 64, "optimizer": {"name": "adam", "clipvalue": 0.5}}}, [
            "training.batch_size: 128 -> 64", "training.optimizer.clipvalue: null -> 0.5",
        ]),
        ({"activations": ["relu", {"name": "elu", "alpha": 1.0}, "gelu"]}, [
            "activations: small (alpha: 0.2) is gone", "activations: gelu is new",
        ]),
        ({"grid": {"training.optimizer.learning_rate": [0.1]}}, [
            "grid.training.optimizer.learning_rate: [0.1, 0.01] -> [0.1]",
        ]),
        ({"seeds": list(range(99))}, [f"seeds: [0, 1] -> {str(list(range(99)))[:59]}…"]),
    ],
)  # fmt: skip
def test_each_setting_that_changed_has_its_line(change: dict[str, Any], lines: list[str]) -> None:
    """Names and descriptions change no trial, and are not mentioned."""
    assert described(BEFORE, {**BEFORE, **change}) == lines
