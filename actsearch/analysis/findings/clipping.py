"""Findings about how much clipping changed of the gradients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actsearch.analysis.findings.finding import Finding, finding_from
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.spreads import Spread
from actsearch.analysis.number_format import epochs_looked_at, share_text
from actsearch.core.sentences import findings

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
        text = findings.NEVER_CLIPPED(clipping=name, epochs=epochs_looked_at(course))
        yield finding_from(readings, "clipping", text, epochs=(first, last), value=0.0)
        return
    values: dict[str, object] = {
        "clipping": name,
        "share": clipped.text(share_text),
        "layer": layer,
        "variable": CLIPPED[quantity],
        "epoch": peak,
    }
    if peak < last:
        share_in_the_end = course[last].text(share_text)
        text = findings.CLIPPED_GRADIENT_AND_IN_THE_END(**values, share_in_the_end=share_in_the_end, last=last)
    else:
        text = findings.CLIPPED_GRADIENT(**values)
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
            return findings.NAME_OF_CLIPPING(name=name, value=value)
    return findings.CLIPPING_WITHOUT_NAME()
