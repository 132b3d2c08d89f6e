"""How numbers, epochs and names are written."""

from __future__ import annotations

import pytest

from actsearch.analysis import number_format


@pytest.mark.parametrize(
    ("epochs", "text"),
    [([3], "epoch 3"), ([1, 2, 3, 7], "epochs 1-3, 7"), (list(range(1, 40, 3)), "epochs 1-37 (not all)")],
)
def test_epochs_are_told_as_ranges(epochs: list[int], text: str) -> None:
    assert number_format.epoch_ranges(epochs) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (1, "100 %"), (0.338, "34 %"), (0.0999, "10 %"), (0.012, "1.2 %"), (1e-6, "0.0001 %")],
)
def test_shares_are_percent_with_two_digits(value: float, text: str) -> None:
    """More digits than there is knowledge are noise."""
    assert number_format.share_text(value) == text
