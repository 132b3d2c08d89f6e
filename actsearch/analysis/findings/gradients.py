"""Findings about gradients that vanish, explode, or reach no layer."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from actsearch.analysis.charts.layer_quantities import Variable
from actsearch.analysis.findings.finding import Finding, finding_from, largest_from, when_in_training
from actsearch.analysis.findings.plateaus import Plateau
from actsearch.analysis.findings.readings import ProbedSeed, Readings
from actsearch.analysis.findings.spreads import Spread, factor_text, multiple_text
from actsearch.analysis.number_format import epochs_text
from actsearch.core.sentences import findings
from actsearch.core.tasks import Task
from actsearch.core.trial_results import TrialResult

RATIO = 10.0
"""Between the gradient norms of the first and the last hidden layer. Layers of different sizes and kinds differ by a
factor of a few in networks that train well; ten is more than that."""
GROWN = 100.0
"""A gradient norm so many times that of the untrained network's. Norms fall in a training that goes well."""
EARLY = 3
"""Without a plateau, gradients are compared up to this epoch: later ones depend on how far the loss has come."""
LEARNED = 0.99
"""With such an accuracy on the training set nothing is left to learn, so that no gradient is no trouble."""


def gradient_findings(readings: Readings) -> Iterator[Finding]:
    """Whether gradients reach the layers, and vanish or explode on the way to the input."""
    layers = layers_with_gradients(readings)
    yield from _no_gradient(readings, layers)
    for variable in _comparable_variables(layers):
        ratio = early_ratio(readings, variable)
        if ratio is not None and ratio.median <= 1 / RATIO:
            yield _vanishing(readings, ratio, variable)
            return
        if ratio is not None and ratio.median >= RATIO:
            yield _exploding(readings, ratio, variable)
            return


def layers_with_gradients(readings: Readings) -> list[str]:
    """From the input on."""
    return list(readings.when("most", "gradient_norm_kernel"))


# --- no gradient at all


def _no_gradient(readings: Readings, layers: Sequence[str]) -> Iterator[Finding]:
    starts = [_silent_from(probe, layers, readings.task) for probe in readings.before_divergence.probes]
    silent = [start for start in starts if start is not None]
    if silent:
        start, text = max(silent), _silence(max(silent), len(silent), readings.seeds_asked)
        yield finding_from(readings, "no gradient", text, layers=layers, epochs=(start, readings.last), value=0.0)


def _silence(start: int, silent: int, seeds: int) -> str:
    """From which epoch on no gradient reaches a layer, and of how many seeds."""
    if silent < seeds and start:
        return findings.SILENT_SEEDS_FROM(silent=silent, seeds=seeds, epoch=start)
    if silent < seeds:
        return findings.SILENT_SEEDS(silent=silent, seeds=seeds)
    return findings.SILENT_FROM(epoch=start) if start else findings.SILENT()


def _silent_from(probe: ProbedSeed, layers: Sequence[str], task: Task) -> int | None:
    """The epoch from which on the gradients of all layers are 0, if there is one and something is left to learn."""
    largest: dict[int, float] = {}
    for layer in layers:
        for epoch, norm in probe.row(layer, "gradient_norm_kernel").items():
            largest[epoch] = max(largest.get(epoch, 0.0), norm)
    loud = max((epoch for epoch, norm in largest.items() if norm > 0), default=-1)
    silent = min((epoch for epoch in largest if epoch > loud), default=None)
    return None if silent is None or _has_learned_all(probe.trial, silent, task) else silent


def _has_learned_all(trial: TrialResult, epoch: int, task: Task) -> bool:
    loss = trial.history.get(task.loss.name, ())[epoch - 1 : epoch]
    if any(value == 0 for value in loss):
        return True
    decisive = trial.history.get(task.decide_by, ())[epoch - 1 : epoch]
    return task.decisive.is_share and any(value is not None and value >= LEARNED for value in decisive)


# --- the first hidden layer beside the last one


def _vanishing(readings: Readings, ratio: Spread, variable: Variable) -> Finding:
    first, *_, last = layers_with_gradients(readings)
    early, when = _early_epochs(readings, variable), when_compared(readings, variable)
    values: dict[str, object] = {"first": first, "last": last, "when": when}
    if ratio.median:
        values |= {"biases": variable == "bias", "multiple": multiple_text(ratio)}
    if readings.plateau is None:
        text = findings.VANISHING(**values) if ratio.median else findings.VANISHED(**values)
    else:
        is_then = (readings.plateau.first, readings.plateau.last) == early
        sentence = findings.VANISHING_ON_PLATEAU if ratio.median else findings.VANISHED_ON_PLATEAU
        text = sentence(**values, plateau=_plateau_text(readings, readings.plateau, with_epochs=not is_then))
    text = "; ".join([text, *_ratio_in_the_end(readings, variable)])
    return finding_from(readings, "vanishing", text, ratio, layers=(first, last), epochs=early)


def _exploding(readings: Readings, ratio: Spread, variable: Variable) -> Finding:
    first, *_, last = layers_with_gradients(readings)
    text = findings.EXPLODING(
        biases=variable == "bias",
        first=first,
        multiple=multiple_text(ratio),
        last=last,
        when=when_compared(readings, variable),
    )
    text = "; ".join([text, *_ratio_in_the_end(readings, variable)])
    early = _early_epochs(readings, variable)
    return finding_from(readings, "exploding", text, ratio, layers=(first, last), epochs=early)


def _comparable_variables(layers: Sequence[str]) -> tuple[Variable, ...]:
    """Whose gradients in the first and the last of the layers can be compared.

    A bias's gradient is the error of its unit; that of a convolution adds up the errors at all its positions. So where
    both layers are of a kind, it says more than the kernel's, which depends on the layer's inputs and their number.
    """
    kinds = {layer.rstrip("0123456789") for layer in (*layers[:1], *layers[-1:])}
    return ("kernel", "bias") if len(kinds) == 1 else ("kernel",)


def early_ratio(readings: Readings, variable: Variable = "kernel") -> Spread | None:
    """The gradient norm of the first hidden layer over that of the last one: the median over the early epochs."""
    layers = layers_with_gradients(readings)
    if len(layers) < 2:
        return None
    start, end = _early_epochs(readings, variable)

    def ratio(probe: ProbedSeed) -> float | None:
        ratios = _ratios_by_epoch(probe, layers[0], layers[-1], variable)
        early = [value for epoch, value in ratios.items() if start <= epoch <= end]
        return statistics.median(early) if early else None

    return readings.over_seeds(ratio)


def _early_epochs(readings: Readings, variable: Variable) -> tuple[int, int]:
    """The epochs, of those looked at, in which gradients are compared: those on the plateau, else the first few."""
    layers, plateau = layers_with_gradients(readings), readings.plateau
    known: set[int] = set()
    for probe in readings.probes:
        known.update(_ratios_by_epoch(probe, layers[0], layers[-1], variable))
    on_it = [epoch for epoch in known if plateau is not None and plateau.first <= epoch <= plateau.last]
    early = on_it or [epoch for epoch in known if epoch <= EARLY] or [0]
    return min(early), max(early)


def _ratios_by_epoch(probe: ProbedSeed, first: str, last: str, variable: Variable) -> dict[int, float]:
    above, below = (probe.row(layer, f"gradient_norm_{variable}") for layer in (first, last))
    return {epoch: above[epoch] / below[epoch] for epoch in above if below.get(epoch, 0.0) > 0}


def _ratio_in_the_end(readings: Readings, variable: Variable) -> Iterator[str]:
    layers = layers_with_gradients(readings)
    if readings.last <= _early_epochs(readings, variable)[1]:
        return

    def last_ratio(probe: ProbedSeed) -> float | None:
        return _ratios_by_epoch(probe, layers[0], layers[-1], variable).get(readings.last)

    ratio = readings.over_seeds(last_ratio)
    if ratio is not None:
        yield findings.RATIO_IN_THE_END(epoch=readings.last, factor=factor_text(ratio))


def when_compared(readings: Readings, variable: Variable) -> str:
    """`during epochs 1-3`: when the first and the last hidden layer are compared."""
    start, end = _early_epochs(readings, variable)
    if start == end:
        return when_in_training(end)
    return findings.DURING(epochs=epochs_text(start, end)) if start else findings.FROM_UNTRAINED(epoch=end)


# --- a layer beside itself


def grown_gradient_findings(readings: Readings) -> Iterator[Finding]:
    """The layer whose norm grew most, if that is much."""

    def growth(probe: ProbedSeed, layer: str) -> float | None:
        row = probe.row(layer, "gradient_norm_kernel")
        return max(row.values()) / row[0] if row.get(0, 0.0) > 0 else None

    grown = readings.by_layer(growth)
    for layer in largest_from(GROWN, grown)[:1]:
        course = readings.course(layer, "gradient_norm_kernel")
        peak = max(course, key=lambda epoch: course[epoch])
        multiple = multiple_text(grown[layer])
        text = findings.GRADIENT_GREW(layer=layer, multiple=multiple, norm=course[peak], epoch=peak)
        yield finding_from(readings, "exploding", text, grown[layer], layers=(layer,), epochs=(0, peak))


# --- a loss that does not move


def plateau_findings(readings: Readings) -> Iterator[Finding]:
    """Where a vanishing gradient does not mention it already."""
    plateau = readings.plateau
    if plateau is None or any(finding.kind == "vanishing" for finding in gradient_findings(readings)):
        return
    yield Finding(
        kind="plateau",
        text=_plateau_text(readings, plateau, with_epochs=True),
        epochs=(plateau.first, plateau.last),
        value=plateau.loss,
        files=tuple(f"trials/{probe.trial.id}/history.json" for probe in readings.probes),
    )


def _plateau_text(readings: Readings, plateau: Plateau, with_epochs: bool) -> str:
    values: dict[str, object] = {
        "loss": plateau.loss,
        "metric": readings.task.decisive.in_words,
        "value": plateau.value,
    }
    if with_epochs:
        values["epochs"] = epochs_text(plateau.first, plateau.last)
    if plateau.seeds == readings.seeds_asked:
        return (findings.PLATEAU_IN_EPOCHS if with_epochs else findings.PLATEAU)(**values)
    sentence = findings.PLATEAU_OF_SEEDS_IN_EPOCHS if with_epochs else findings.PLATEAU_OF_SEEDS
    return sentence(**values, staying=plateau.seeds, seeds=readings.seeds_asked)
