"""Findings about the parameters that activations learn."""

from __future__ import annotations

import math
from collections.abc import Iterator

from actsearch.analysis.findings.finding import (
    Finding,
    _finding,
    _largest,
)
from actsearch.analysis.number_text import number, span
from actsearch.analysis.readings import Readings


def _parameters(one: Readings) -> Iterator[Finding]:
    for name in one.parameters:
        start, end = one.when("start", "parameters", name, "mean"), one.when("end", "parameters", name, "mean")
        low, high = one.when("end", "parameters", name, "min"), one.when("end", "parameters", name, "max")
        if not end or not one.last:
            continue
        most, least = _largest(end)[0], _largest(end)[-1]
        to = f"{number(end[least].median)} ({least}) to {number(end[most].median)} ({most})"
        begun = f" from {span([spread.median for spread in start.values()])}" if start else ""
        text = f"learned {name} went{begun} to {to if least != most else number(end[most].median)} in epoch {one.last}"
        several = [layer for layer in low.keys() & high.keys() if not _alike(low[layer].median, high[layer].median)]
        if several:
            lows, highs = ([found[layer].median for layer in several] for found in (low, high))
            text += f"; single channels or units reach from {number(min(lows))} to {number(max(highs))}"
        yield _finding(one, "parameters", text, end[most], layers=tuple(end), epochs=(0, one.last))


def _alike(low: float, high: float) -> bool:
    """But for the rounding of a mean in single precision."""
    return math.isclose(low, high, rel_tol=1e-5, abs_tol=1e-7)
