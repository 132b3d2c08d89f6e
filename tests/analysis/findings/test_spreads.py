"""How a number over the seeds is written."""

from __future__ import annotations

import pytest

from actsearch.analysis.findings import spreads
from actsearch.analysis.findings.spreads import Spread


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1 / 213, "1/210 of"), (0.0996, "1/10 of"), (0.64, "0.64 times"), (1, "1 times"), (11.6, "12 times"),
     (345, "340 times"), (1.2e7, "1.2e7 times"), (0, "0 times"), (2e-9, "1/5e8 of")],
)  # fmt: skip
def test_ratios_are_parts_or_multiples_with_two_digits(ratio: float, text: str) -> None:
    """`0.0047 times` is no number that one sees."""
    assert spreads.multiple_text(Spread(ratio, ratio, ratio)) == text


def test_a_range_is_written_as_its_median_is() -> None:
    """`1/11 (1/14 to 0.15)` has to be worked out."""
    assert spreads.factor_text(Spread(1 / 11, 1 / 14, 0.15)) == "1/11 (1/14 to 1/6.7)"
    assert spreads.factor_text(Spread(0.16, 0.079, 2.0)) == "0.16 (0.079 to 2)"
