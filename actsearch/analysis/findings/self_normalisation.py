"""Findings about the domain in which SELU normalises itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from actsearch.analysis.charts.layer_quantities import SELU_MEAN, SELU_VARIANCE
from actsearch.analysis.findings.finding import Finding, finding_from
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.number_format import epochs_looked_at, three_digits

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
            text = f"the variance of the activations goes {_variance_by_depth(readings, layers)}"
            ends = (layers[0], layers[-1])
            yield finding_from(readings, "normalisation", text, layers=ends, epochs=(0, readings.last))
        return
    text = _stays_inside(readings, layers) if outside is None else _leaves_the_domain(readings, *outside)
    if len(layers) > 1:
        text += f"; the variance goes {_variance_by_depth(readings, layers)}"
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
    all_of = f"all {len(layers)} layers" if len(layers) > 1 else layers[0]
    verb, when = ("stay", _to_the_end(readings)) if readings.last else ("are", "when untrained")
    return f"mean and variance of {all_of} {verb} in SELU's domain {when}"


def _to_the_end(readings: Readings) -> str:
    looks = [epoch for epoch in _epochs_of_looks(readings) if epoch]
    return f"to epoch {readings.last}" if len(looks) == readings.last else f"in {epochs_looked_at(looks)}"


def _leaves_the_domain(readings: Readings, epoch: int, layer: str) -> str:
    courses = {quantity: readings.course(layer, quantity) for quantity in SELU_DOMAIN}
    values = [f"{quantity} {three_digits(row[epoch])}" for quantity, row in courses.items() if epoch in row]
    if not epoch:
        return f"{layer} is outside of SELU's domain when untrained already ({', '.join(values)})"
    preposition = "in" if epoch - 1 in _epochs_of_looks(readings) else "by"
    return f"{layer} leaves SELU's domain {preposition} epoch {epoch} ({', '.join(values)})"


def _epochs_of_looks(readings: Readings) -> list[int]:
    """The epochs looked at up to the last one of which anything is known."""
    looks = set(chain.from_iterable(probe.diagnostics.epochs for probe in readings.probes))
    return sorted(epoch for epoch in looks if epoch <= readings.last)


def _variance_by_depth(readings: Readings, layers: Sequence[str]) -> str:
    """`from 0.0031 in conv_1 to 0.0015 in dense_1 untrained, and from 0.0098 to 3.3 in epoch 6`."""
    start, end = readings.when("start", "variance"), readings.when("end", "variance")
    first, last = layers[0], layers[-1]
    untrained = (
        f"from {three_digits(start[first].median)} in {first} to {three_digits(start[last].median)} in {last} untrained"
    )
    if not readings.last or first not in end or last not in end:
        return untrained
    trained = f"from {three_digits(end[first].median)} to {three_digits(end[last].median)} in epoch {readings.last}"
    return f"{untrained}, and {trained}"
