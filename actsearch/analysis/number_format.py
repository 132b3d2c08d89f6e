"""How numbers, shares, epochs, ranges and names are written for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

NAMED_IN_A_SENTENCE = 12
"""A conclusion names so many candidates, and counts the rest."""
NAMED_IN_A_CAPTION = 6
"""A caption names so many candidates of one kind, and counts the rest."""


# --- numbers


def three_digits(value: float) -> str:
    """`0.123`, `1.2e-05`."""
    return f"{value:.3g}"


def two_digits(value: float) -> str:
    """`0.12`, `120`, `1.2e5`; never with a point and nothing behind it."""
    if not value:
        return "0"
    if value >= 1e5:
        return f"{value:.1e}".replace(".0e", "e").replace("e+0", "e").replace("e+", "e")
    digits = 1 - math.floor(math.log10(value))
    return f"{round(value, digits):.{max(digits, 0)}f}".removesuffix(".0")


def curve_value_text(value: float) -> str:
    """A value as labels and captions print it: four digits, so that a column of them lines up."""
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.4g}"


def share_text(value: float) -> str:
    """Percent with two digits: `34 %`, `0.12 %`."""
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.2g} %"


def confidence_text(confidence: float) -> str:
    """`95 %`."""
    return f"{100 * confidence:.6g} %"


def range_text(values: Sequence[float]) -> str:
    """`0.25`; of values that differ `0.1 to 0.3`."""
    low, high = three_digits(min(values)), three_digits(max(values))
    return low if low == high else f"{low} to {high}"


# --- epochs


def epochs_text(first: int, last: int) -> str:
    """`epoch 3`; `epochs 1-3`."""
    return f"epoch {first}" if first == last else f"epochs {first}-{last}"


def epochs_looked_at(known: Iterable[int]) -> str:
    """`epochs 1-4`; where there was no look at some of them, `the epochs looked at (5-10)`."""
    epochs = sorted(known)
    first, last = epochs[0], epochs[-1]
    if len(epochs) == last:
        return epochs_text(first, last)
    return f"the epochs looked at ({first}-{last})" if len(epochs) > 1 else f"the only epoch looked at ({first})"


def epoch_ranges(epochs: Sequence[int]) -> str:
    """`epochs 1-4, 7`; `epoch 3`."""
    starts = [epoch for epoch in epochs if epoch - 1 not in epochs]
    stops = [epoch for epoch in epochs if epoch + 1 not in epochs]
    parts = [f"{start}-{stop}" if start != stop else f"{start}" for start, stop in zip(starts, stops, strict=True)]
    if len(parts) > NAMED_IN_A_CAPTION:
        parts = [f"{epochs[0]}-{epochs[-1]} (not all)"]
    return f"epoch{'s' if len(epochs) > 1 else ''} {', '.join(parts)}"


# --- names


def quoted(name: str) -> str:
    """A label that would be lost in a list, in quotes."""
    if "," in name or " and " in name:
        return f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
    return name
