"""Findings about the parameters that activations learn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from actsearch.analysis.findings.finding import Finding, finding_from, largest_first
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.spreads import Spread
from actsearch.analysis.number_format import range_text, three_digits
from actsearch.core.sentences import findings


def parameter_findings(readings: Readings) -> Iterator[Finding]:
    """How far each parameter went, from layer to layer and within a layer."""
    for name in readings.parameters:
        end = readings.when("end", "parameters", name, "mean")
        if end and readings.last:
            start = readings.when("start", "parameters", name, "mean")
            values: dict[str, object] = {"name": name, "end": _range_over_layers(end), "epoch": readings.last}
            text = findings.LEARNED_PARAMETER(**values)
            if start:
                begun = range_text([spread.median for spread in start.values()])
                text = findings.LEARNED_PARAMETER_FROM(**values, start=begun)
            text = "; ".join([text, *_range_within_layers(readings, name)])
            most = largest_first(end)[0]
            yield finding_from(readings, "parameters", text, end[most], layers=tuple(end), epochs=(0, readings.last))


def _range_over_layers(end: Mapping[str, Spread]) -> str:
    layers = largest_first(end)
    most, least = layers[0], layers[-1]
    if most == least:
        return three_digits(end[most].median)
    return findings.RANGE_OVER_LAYERS(
        least=three_digits(end[least].median), least_layer=least, most=three_digits(end[most].median), most_layer=most
    )


def _range_within_layers(readings: Readings, name: str) -> Iterator[str]:
    """Of the layers whose channels or units differ."""
    low, high = readings.when("end", "parameters", name, "min"), readings.when("end", "parameters", name, "max")
    known = low.keys() & high.keys()
    layers = [layer for layer in known if not _is_one_value(low[layer].median, high[layer].median)]
    if layers:
        least, greatest = min(low[layer].median for layer in layers), max(high[layer].median for layer in layers)
        yield findings.LEARNED_WITHIN_LAYERS(least=least, greatest=greatest)


def _is_one_value(low: float, high: float) -> bool:
    """But for the rounding of a mean in single precision."""
    return math.isclose(low, high, rel_tol=1e-5, abs_tol=1e-7)
