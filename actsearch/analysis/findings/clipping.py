"""Findings about how much clipping changed of the gradients."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.analysis.findings.finding import (
    Finding,
    _finding,
)
from actsearch.analysis.number_text import looked_at, share
from actsearch.analysis.readings import Readings


def _clipping(one: Readings) -> Iterator[Finding]:
    quantities = {"clipped_kernel": "weights", "clipped_bias": "biases"}
    peaks = {(layer, q): peak for q in quantities for layer, peak in one.peaks(q).items()}
    if not peaks:
        return
    layer, quantity = max(peaks, key=lambda pair: (peaks[pair][1].median, peaks[pair][1].high))
    course, (peak, clipped) = one.spreads(layer, quantity), peaks[layer, quantity]
    first, last = min(course), max(course)
    name = _name_of_clipping(one)
    if clipped.high == 0:
        text = f"{name} never took effect in the hidden layers: it changed no component of their gradients in"
        yield _finding(one, "clipping", f"{text} {looked_at(course)}", epochs=(first, last), value=0.0)
        return
    text = f"{name} changed {clipped.said(share)} of the components of the gradient by {layer}'s"
    text += f" {quantities[quantity]} in epoch {peak}"
    text += f", {course[last].said(share)} in epoch {last}" if peak < last else ""
    yield _finding(one, "clipping", text, clipped, layers=(layer,), epochs=(first, last))


def _name_of_clipping(one: Readings) -> str:
    """`clipvalue 0.5`."""
    known = [f"{name} {value:g}" for probe in one.probes for name, value in probe.diagnostics.clipping.items()]
    return known[0] if known else "clipping"
