"""Findings about how much clipping changed of the gradients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actsearch.analysis.findings.finding import Finding, finding_from
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.spreads import Spread
from actsearch.analysis.number_format import epochs_looked_at, share_text

CLIPPED: Mapping[str, str] = {"clipped_kernel": "weights", "clipped_bias": "biases"}
"""The quantities that are looked at, and of what they are."""


def clipping_findings(readings: Readings) -> Iterator[Finding]:
    peaks = _peaks(readings)
    if not peaks:
        return
    layer, quantity = max(peaks, key=lambda place: (peaks[place][1].median, peaks[place][1].high))
    peak, clipped = peaks[layer, quantity]
    course, name = readings.spreads(layer, quantity), _name_of_clipping(readings)
    first, last = min(course), max(course)
    if clipped.high == 0:
        text = (
            f"{name} never took effect in the hidden layers: it changed no component of their gradients in"
            f" {epochs_looked_at(course)}"
        )
        yield finding_from(readings, "clipping", text, epochs=(first, last), value=0.0)
        return
    in_the_end = f", {course[last].text(share_text)} in epoch {last}" if peak < last else ""
    text = (
        f"{name} changed {clipped.text(share_text)} of the components of the gradient by {layer}'s {CLIPPED[quantity]}"
        f" in epoch {peak}{in_the_end}"
    )
    yield finding_from(readings, "clipping", text, clipped, layers=(layer,), epochs=(first, last))


def _peaks(readings: Readings) -> dict[tuple[str, str], tuple[int, Spread]]:
    """By layer and quantity, the epoch in which most was clipped, and how much."""
    peaks: dict[tuple[str, str], tuple[int, Spread]] = {}
    for quantity in CLIPPED:
        peaks |= {(layer, quantity): peak for layer, peak in readings.peaks(quantity).items()}
    return peaks


def _name_of_clipping(readings: Readings) -> str:
    """`clipvalue 0.5`."""
    for probe in readings.probes:
        for name, value in probe.diagnostics.clipping.items():
            return f"{name} {value:g}"
    return "clipping"
