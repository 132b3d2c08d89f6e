"""Findings about gradients: none, vanishing, exploding; and a loss that stays on its plateau."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Literal

from actsearch.analysis.findings.finding import (
    Finding,
    _finding,
    _in,
    _of_seeds,
    _over,
)
from actsearch.analysis.number_text import epochs, number
from actsearch.analysis.readings import Probe, Readings
from actsearch.analysis.spreads import Spread, factors, multiple
from actsearch.core.results import TrialResult

Variable = Literal["kernel", "bias"]


RATIO = 10.0
"""Between the gradient norms of the first and the last hidden layer. Layers of different sizes and kinds differ by a
factor of a few in networks that train well; ten is more than that."""


GROWN = 100.0
"""A gradient norm so many times that of the untrained network's. Norms fall in a training that goes well."""


EARLY = 3
"""Without a plateau, gradients are compared up to this epoch: later ones depend on how far the loss has come."""


LEARNED = 0.99
"""With such an accuracy on the training set nothing is left to learn, so that no gradient is no trouble."""


def _gradients(one: Readings) -> Iterator[Finding]:
    layers = _with_gradients(one)
    silent = [start for probe in one.before_divergence.probes if (start := _silent_from(probe, layers)) is not None]
    if silent:
        start = max(silent)
        when = f"from epoch {start} on" if start else "at all"
        text = f"no gradient reaches the weights of any hidden layer{_of_seeds(one, len(silent))} {when}"
        yield _finding(one, "no gradient", text, layers=tuple(layers), epochs=(start, one.last), value=0.0)
    for variable in _comparable(layers):
        ratio = _early_ratio(one, variable)
        if ratio is not None and ratio.median <= 1 / RATIO:
            yield _vanishing(one, ratio, variable)
            return
        if ratio is not None and ratio.median >= RATIO:
            where = "in" if variable == "kernel" else "of the biases in"
            text = f"the gradient grows toward the input: {where} {layers[0]} it is {multiple(ratio)} {layers[-1]}'s"
            text += f" {_when(one, variable)}{_in_the_end(one, variable)}"
            early = _early(one, variable)
            yield _finding(one, "exploding", text, ratio, layers=(layers[0], layers[-1]), epochs=early)
            return


def _comparable(layers: Sequence[str]) -> tuple[Variable, ...]:
    """Whose gradients in the first and the last of the layers can be compared.

    A bias's gradient is the error of its unit; that of a convolution adds up the errors at all its positions. So where
    both layers are of a kind, it says more than the kernel's, which depends on the layer's inputs and their number.
    """
    kinds = {layer.rstrip("0123456789") for layer in (*layers[:1], *layers[-1:])}
    return ("kernel", "bias") if len(kinds) == 1 else ("kernel",)


def _vanishing(one: Readings, ratio: Spread, variable: Variable) -> Finding:
    first, *_, last = _with_gradients(one)
    early, when = _early(one, variable), _when(one, variable)
    if ratio.median:
        what = "gradient" if variable == "kernel" else "gradient of the biases"
        text = f"{what} in {first} is {multiple(ratio)} {last}'s {when}"
    else:
        text = f"no gradient reaches {first} {when}, while some reaches {last}"
    if one.plateau is not None:
        stay = (one.plateau.first, one.plateau.last)
        text += f", while {_on_its_plateau(one)}" + (f" in {epochs(*stay)}" if stay != early else "")
    text += _in_the_end(one, variable)
    return _finding(one, "vanishing", text, ratio, layers=(first, last), epochs=early)


def _with_gradients(one: Readings) -> list[str]:
    return list(one.when("most", "gradient_norm_kernel"))


def _silent_from(probe: Probe, layers: Sequence[str]) -> int | None:
    """The epoch from which on the gradients of all layers are 0, if there is one and something is left to learn."""
    rows = [probe.row(layer, "gradient_norm_kernel") for layer in layers]
    loud = max((epoch for row in rows for epoch, norm in row.items() if norm > 0), default=-1)
    silent = min((epoch for row in rows for epoch in row if epoch > loud), default=None)
    return None if silent is None or _has_learned_all(probe.trial, silent) else silent


def _has_learned_all(trial: TrialResult, epoch: int) -> bool:
    accuracy, loss = (trial.history.get(metric, ())[epoch - 1 : epoch] for metric in ("accuracy", "loss"))
    return any(value is not None and value >= LEARNED for value in accuracy) or any(value == 0 for value in loss)


def _early(one: Readings, variable: Variable) -> tuple[int, int]:
    """The epochs, of those looked at, in which gradients are compared: those on the plateau, else the first few."""
    layers = _with_gradients(one)
    known = {epoch for probe in one.probes for epoch in _ratios(probe, layers[0], layers[-1], variable)}
    on_it = [epoch for epoch in known if one.plateau is not None and one.plateau.first <= epoch <= one.plateau.last]
    early = on_it or [epoch for epoch in known if epoch <= EARLY] or [0]
    return min(early), max(early)


def _ratios(probe: Probe, first: str, last: str, variable: Variable) -> dict[int, float]:
    above, below = (probe.row(layer, f"gradient_norm_{variable}") for layer in (first, last))
    return {epoch: above[epoch] / below[epoch] for epoch in above if below.get(epoch, 0.0) > 0}


def _early_ratio(one: Readings, variable: Variable = "kernel") -> Spread | None:
    """The gradient norm of the first hidden layer over that of the last one: the median over the early epochs."""
    layers = _with_gradients(one)
    if len(layers) < 2:
        return None
    start, end = _early(one, variable)

    def ratio(probe: Probe) -> float | None:
        some = [r for epoch, r in _ratios(probe, layers[0], layers[-1], variable).items() if start <= epoch <= end]
        return statistics.median(some) if some else None

    return one.over_seeds(ratio)


def _in_the_end(one: Readings, variable: Variable) -> str:
    layers = _with_gradients(one)
    if one.last <= _early(one, variable)[1]:
        return ""
    last = one.over_seeds(lambda probe: _ratios(probe, layers[0], layers[-1], variable).get(one.last))
    return "" if last is None else f"; in epoch {one.last} it is {factors(last)}"


def _when(one: Readings, variable: Variable) -> str:
    start, end = _early(one, variable)
    if start == end:
        return _in(end)
    return f"during {epochs(start, end)}" if start else f"from the untrained network to epoch {end}"


def _grown_gradient(one: Readings) -> Iterator[Finding]:
    """The layer whose norm grew most, if that is much."""

    def growth(probe: Probe, layer: str) -> float | None:
        row = probe.row(layer, "gradient_norm_kernel")
        return max(row.values()) / row[0] if row.get(0, 0.0) > 0 else None

    grown = one.by_layer(growth)
    for layer in _over(grown, GROWN)[:1]:
        course = one.course(layer, "gradient_norm_kernel")
        peak = max(course, key=lambda epoch: course[epoch])
        text = f"the gradient norm of {layer} grows to {multiple(grown[layer])} that of the untrained network"
        text += f" ({number(course[peak])} in epoch {peak})"
        yield _finding(one, "exploding", text, grown[layer], layers=(layer,), epochs=(0, peak))


def _stays_on_its_plateau(one: Readings) -> Iterator[Finding]:
    """Where a vanishing gradient does not mention it already."""
    if one.plateau is None or any(found.kind == "vanishing" for found in _gradients(one)):
        return
    text = f"{_on_its_plateau(one)} in {epochs(one.plateau.first, one.plateau.last)}"
    files = tuple(f"trials/{probe.trial.id}/history.json" for probe in one.probes)
    yield _finding(
        one, "plateau", text, epochs=(one.plateau.first, one.plateau.last), value=one.plateau.loss, files=files
    )


def _on_its_plateau(one: Readings) -> str:
    assert one.plateau is not None
    where = f"plateau of {one.plateau.loss:.3g} (accuracy {one.plateau.accuracy:.2f})"
    return f"the validation loss{_of_seeds(one, one.plateau.seeds)} stays on its {where}"
