"""How values of a comparison's metric are written for people, and differences of them."""

from __future__ import annotations

import math

from actsearch.analysis.comparisons.comparison import Comparison

MARGIN_OF_A_SHARE = 0.001
"""For whose sake a share has four digits, whatever the margin."""


def metric_text(comparison: Comparison, value: float | None) -> str:
    """A value of the metric: accuracies with four digits after the point; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.{_digits(comparison, value)}f}"


def signed_difference(comparison: Comparison, value: float) -> str:
    """A difference of two values."""
    return f"{value:+.{_digits(comparison, value)}f}" if math.isfinite(value) else "-"


def _digits(comparison: Comparison, value: float) -> int:
    """Four after the point; more where that leaves too little of a small margin, or of a small loss."""
    of_values = MARGIN_OF_A_SHARE if comparison.measure.kind.is_share else max(abs(value), 1e-9) / 100
    scale = comparison.margin or of_values
    return min(9, max(4, 1 - math.floor(math.log10(scale))))


def interval_text(comparison: Comparison, low: float, high: float) -> str:
    """`-0.0008 to +0.0019`."""
    if not math.isfinite(low):
        return "-"
    return f"{signed_difference(comparison, low)} to {signed_difference(comparison, high)}"


def difference_with_interval(comparison: Comparison, difference: float, low: float, high: float) -> str:
    """`+0.0011, -0.0002 to +0.0024`."""
    return f"{signed_difference(comparison, difference)}, {interval_text(comparison, low, high)}"


def margin_text(comparison: Comparison) -> str:
    """`0.001`."""
    return f"{comparison.margin:g}"
