"""Findings about saturated pre-activations."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.analysis.findings.finding import Finding, finding_from, in_epoch, largest_from, shares_of_layers
from actsearch.analysis.findings.readings import ProbedSeed, Readings
from actsearch.analysis.number_format import share_text

MANY_SATURATED = 0.25
"""A quarter of a layer's pre-activations, beyond those whose activation is 0: there a flat part is what ReLU is for."""


def saturation_findings(readings: Readings) -> Iterator[Finding]:
    readings = readings.before_divergence
    last = readings.last

    def beyond_zeros(probe: ProbedSeed, layer: str) -> float | None:
        saturated, zeros = probe.row(layer, "saturated").get(last), probe.row(layer, "zeros").get(last)
        return None if saturated is None else max(0.0, saturated - (zeros or 0.0))

    shares = readings.by_layer(beyond_zeros)
    layers = largest_from(MANY_SATURATED, shares)
    if layers:
        worst, *others = layers
        start = readings.when("start", "saturated").get(worst)
        untrained = f", {share_text(start.median)} untrained" if start is not None and last else ""
        text = (
            f"{shares[worst].text(share_text)} of {worst}'s pre-activations are saturated {in_epoch(last)}{untrained}"
            f"{shares_of_layers(others, shares)}"
        )
        yield finding_from(readings, "saturation", text, shares[worst], layers=layers, epochs=(last, last))
