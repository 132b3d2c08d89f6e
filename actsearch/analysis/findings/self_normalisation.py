"""Findings about the domain in which SELU normalises itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actsearch.analysis.findings.finding import (
    Finding,
    _finding,
)
from actsearch.analysis.number_text import looked_at, number
from actsearch.analysis.readings import Readings

SELU_MEAN, SELU_VARIANCE = (-0.1, 0.1), (0.8, 1.5)
"""The domain of theorem 1 in Klambauer et al. (2017)."""


def _normalisation(one: Readings, has_selu: bool) -> Iterator[Finding]:
    """Of SELU and what is compared with it, and of any other network that is in the domain when it is untrained.

    That another function is outside of SELU's domain is no news: there its variance is told from layer to layer.
    """
    first_out = _first_outside(one)
    layers = list(one.when("start", "variance"))
    if not layers:
        return
    if one.candidate.activation.name != "selu" and first_out is not None and first_out[0] == 0:
        if has_selu and len(layers) > 1:
            text = f"the variance of the activations goes {_by_depth(one, layers)}"
            yield _finding(one, "normalisation", text, layers=(layers[0], layers[-1]), epochs=(0, one.last))
        return
    all_of = f"all {len(layers)} layers" if len(layers) > 1 else layers[0]
    if first_out is None:
        verb, when = ("stay", _to_the_end(one)) if one.last else ("are", "when untrained")
        text = f"mean and variance of {all_of} {verb} in SELU's domain {when}"
    else:
        epoch, layer = first_out
        values = [f"{what} {number(one.course(layer, what)[epoch])}" for what in ("mean", "variance")
                  if epoch in one.course(layer, what)]  # fmt: skip
        when = f"{'in' if epoch - 1 in _looks(one) else 'by'} epoch {epoch}" if epoch else "when untrained already"
        verb = "leaves" if epoch else "is outside of"
        text = f"{layer} {verb} SELU's domain {when} ({', '.join(values)})"
    involved = () if first_out is None else (first_out[1],)
    text += f"; the variance goes {_by_depth(one, layers)}" if len(layers) > 1 else ""
    yield _finding(one, "normalisation", text, layers=involved, epochs=(0, one.last))


def _looks(one: Readings) -> list[int]:
    """The epochs looked at up to the last one of which anything is known."""
    return sorted({epoch for probe in one.probes for epoch in probe.diagnostics.epochs if epoch <= one.last})


def _to_the_end(one: Readings) -> str:
    looks = [epoch for epoch in _looks(one) if epoch]
    return f"to epoch {one.last}" if len(looks) == one.last else f"in {looked_at(looks)}"


def _first_outside(one: Readings) -> tuple[int, str] | None:
    """The first epoch in which a layer is outside of the domain, and the layer, nearest to the input."""
    limits = {"mean": SELU_MEAN, "variance": SELU_VARIANCE}
    outside = [
        (epoch, place, layer)
        for place, layer in enumerate(one.layers)
        for what, (low, high) in limits.items()
        for epoch, value in one.course(layer, what).items()
        if not low <= value <= high
    ]
    epoch, _, layer = min(outside, default=(0, 0, ""))
    return (epoch, layer) if outside else None


def _by_depth(one: Readings, layers: Sequence[str]) -> str:
    """`from 0.0031 in conv_1 to 0.0015 in dense_1 untrained, and from 0.0098 to 3.3 in epoch 6`."""
    start, end = one.when("start", "variance"), one.when("end", "variance")
    first, last = layers[0], layers[-1]
    said = f"from {number(start[first].median)} in {first} to {number(start[last].median)} in {last} untrained"
    if not one.last or first not in end or last not in end:
        return said
    return f"{said}, and from {number(end[first].median)} to {number(end[last].median)} in epoch {one.last}"
