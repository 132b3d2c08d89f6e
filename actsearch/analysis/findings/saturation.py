"""Findings about saturated pre-activations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from actsearch.analysis.findings.finding import Finding, finding_from, largest_from, shares_of_layers, when_in_training
from actsearch.analysis.findings.readings import ProbedSeed, Readings
from actsearch.analysis.findings.spreads import Spread
from actsearch.analysis.number_format import share_text
from actsearch.core.sentences import findings

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
        text = _saturation_text(readings, layers, shares)
        yield finding_from(readings, "saturation", text, shares[layers[0]], layers=layers, epochs=(last, last))


def _saturation_text(readings: Readings, layers: Sequence[str], shares: Mapping[str, Spread]) -> str:
    worst, *others = layers
    values: dict[str, object] = {
        "share": shares[worst].text(share_text),
        "layer": worst,
        "when": when_in_training(readings.last),
    }
    if others:
        values["others"] = shares_of_layers(others, shares)
    start = readings.when("start", "saturated").get(worst)
    if start is None or not readings.last:
        return findings.SATURATED_AND_OTHERS(**values) if others else findings.SATURATED(**values)
    sentence = findings.SATURATED_AND_UNTRAINED_AND_OTHERS if others else findings.SATURATED_AND_UNTRAINED
    return sentence(**values, untrained=share_text(start.median))
