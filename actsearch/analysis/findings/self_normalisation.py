"""Findings about the domain in which SELU normalises itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from actsearch.analysis.charts.layer_quantities import SELU_MEAN, SELU_VARIANCE
from actsearch.analysis.findings.finding import Finding, finding_from
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.number_format import epochs_looked_at
from actsearch.core.sentences import findings

SELU_DOMAIN: Mapping[str, tuple[float, float]] = {"mean": SELU_MEAN, "variance": SELU_VARIANCE}


def normalisation_findings(readings: Readings, has_selu: bool) -> Iterator[Finding]:
    """Of SELU and what is compared with it, and of any other network that is in the domain when it is untrained.

    That another function is outside of SELU's domain is no news: there its variance is told from layer to layer.
    """
    layers = list(readings.when("start", "variance"))
    if not layers:
        return
    outside = _first_outside(readings)
    if readings.candidate.activation.name != "selu" and outside is not None and outside[0] == 0:
        if has_selu and len(layers) > 1:
            text = _variance_by_depth(readings, layers, alone=True)
            ends = (layers[0], layers[-1])
            yield finding_from(readings, "normalisation", text, layers=ends, epochs=(0, readings.last))
        return
    text = _stays_inside(readings, layers) if outside is None else _leaves_the_domain(readings, *outside)
    if len(layers) > 1:
        text = f"{text}; {_variance_by_depth(readings, layers, alone=False)}"
    involved = () if outside is None else (outside[1],)
    yield finding_from(readings, "normalisation", text, layers=involved, epochs=(0, readings.last))


def _first_outside(readings: Readings) -> tuple[int, str] | None:
    """The first epoch in which a layer is outside of the domain, and the layer, nearest to the input."""
    outside = []
    for place, layer in enumerate(readings.layers):
        for quantity, (low, high) in SELU_DOMAIN.items():
            course = readings.course(layer, quantity)
            outside += [(epoch, place, layer) for epoch, value in course.items() if not low <= value <= high]
    if not outside:
        return None
    epoch, _, layer = min(outside)
    return epoch, layer


def _stays_inside(readings: Readings, layers: Sequence[str]) -> str:
    all_of = findings.ALL_LAYERS(layers=len(layers)) if len(layers) > 1 else layers[0]
    if not readings.last:
        return findings.INSIDE_UNTRAINED(layers=all_of)
    looks = [epoch for epoch in _epochs_of_looks(readings) if epoch]
    if len(looks) == readings.last:
        return findings.INSIDE_TO_THE_END(layers=all_of, epoch=readings.last)
    return findings.INSIDE_WHERE_LOOKED_AT(layers=all_of, epochs=epochs_looked_at(looks))


def _leaves_the_domain(readings: Readings, epoch: int, layer: str) -> str:
    courses = {quantity: readings.course(layer, quantity) for quantity in SELU_DOMAIN}
    known = {quantity: row[epoch] for quantity, row in courses.items() if epoch in row}
    values = ", ".join(findings.MEAN_OR_VARIANCE(quantity=quantity, value=value) for quantity, value in known.items())
    if not epoch:
        return findings.OUTSIDE_UNTRAINED(layer=layer, values=values)
    known_before = epoch - 1 in _epochs_of_looks(readings)
    return findings.LEAVES_DOMAIN(layer=layer, known_before=known_before, epoch=epoch, values=values)


def _epochs_of_looks(readings: Readings) -> list[int]:
    """The epochs looked at up to the last one of which anything is known."""
    looks = set(chain.from_iterable(probe.diagnostics.epochs for probe in readings.probes))
    return sorted(epoch for epoch in looks if epoch <= readings.last)


def _variance_by_depth(readings: Readings, layers: Sequence[str], alone: bool) -> str:
    """From the first layer to the last. `alone` says that no other sentence tells of what."""
    start, end = readings.when("start", "variance"), readings.when("end", "variance")
    first, last = layers[0], layers[-1]
    values: dict[str, object] = {
        "alone": alone,
        "first": start[first].median,
        "first_layer": first,
        "last": start[last].median,
        "last_layer": last,
    }
    if not readings.last or first not in end or last not in end:
        return findings.VARIANCE_UNTRAINED(**values)
    return findings.VARIANCE_BY_DEPTH(
        **values,
        first_in_the_end=end[first].median,
        last_in_the_end=end[last].median,
        epoch=readings.last,
    )
