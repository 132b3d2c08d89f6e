"""Findings about updates of weights that are very small or very large."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.analysis.findings.finding import LAYERS_IN_A_SENTENCE, Finding, finding_from, largest_from
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.spreads import share_of_norm_text
from actsearch.analysis.number_format import epochs_text
from actsearch.core.sentences import findings
from actsearch.core.words import listed

STILL = 1e-3
"""An epoch (not a step) that changes a layer's weights by less than a thousandth of their norm hardly moves them."""
LARGE = 1.0
"""An epoch that changes a layer's weights by more than their norm leaves little of what they were."""


def small_update_findings(readings: Readings) -> Iterator[Finding]:
    usual = readings.when("usual", "update_ratio_kernel")
    still = [layer for layer in usual if usual[layer].median < STILL]
    if still:
        least = min(still, key=lambda layer: usual[layer].median)
        known = readings.course(least, "update_ratio_kernel")
        epochs = (min(known), max(known))
        values: dict[str, object] = {
            "layers": listed(still, LAYERS_IN_A_SENTENCE),
            "change": share_of_norm_text(usual[least]),
            "epochs": epochs_text(*epochs),
        }
        text = findings.HARDLY_MOVES(**values) if len(still) == 1 else findings.HARDLY_MOVE(**values, layer=least)
        yield finding_from(readings, "updates", text, usual[least], layers=still, epochs=epochs)


def large_update_findings(readings: Readings) -> Iterator[Finding]:
    """An epoch that is wild in most of the seeds; else each of them may still have its own."""
    peaks = readings.peaks("update_ratio_kernel")
    layers = largest_from(LARGE, {layer: update for layer, (_, update) in peaks.items()})
    if layers:
        epoch, update = peaks[layers[0]]
        epochs = (epoch, epoch)
        text = findings.LARGE_UPDATE(layer=layers[0], change=share_of_norm_text(update), epoch=epoch)
    else:
        most = readings.when("most", "update_ratio_kernel")
        layers = largest_from(LARGE, most)
        if not layers:
            return
        update = most[layers[0]]
        epochs = (1, readings.last)
        text = findings.LARGE_UPDATE_OF_EACH_SEED(layer=layers[0], change=share_of_norm_text(update))
    others = layers[1:]
    if others:
        text = f"{text}; {findings.LARGE_UPDATE_ELSEWHERE(layers=listed(others, LAYERS_IN_A_SENTENCE))}"
    yield finding_from(readings, "updates", text, update, layers=layers, epochs=epochs)
