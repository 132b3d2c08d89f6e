"""Findings about saturated pre-activations."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.analysis.findings.finding import (
    Finding,
    _beside,
    _finding,
    _in,
    _over,
)
from actsearch.analysis.number_text import share
from actsearch.analysis.readings import Probe, Readings

SATURATED = 0.25
"""A quarter of a layer's pre-activations, beyond those whose activation is 0: there a flat part is what ReLU is for."""


def _saturation(one: Readings) -> Iterator[Finding]:
    one = one.before_divergence

    def beyond_zeros(probe: Probe, layer: str) -> float | None:
        saturated, zeros = (probe.row(layer, what).get(one.last) for what in ("saturated", "zeros"))
        return None if saturated is None else max(0.0, saturated - (zeros or 0.0))

    found = one.by_layer(beyond_zeros)
    much = _over(found, SATURATED)
    if much:
        worst, *others = much
        start = one.when("start", "saturated").get(worst)
        untrained = f", {share(start.median)} untrained" if start is not None and one.last else ""
        text = f"{found[worst].said(share)} of {worst}'s pre-activations are saturated {_in(one.last)}{untrained}"
        text += _beside(others, found)
        yield _finding(one, "saturation", text, found[worst], layers=tuple(much), epochs=(one.last, one.last))
