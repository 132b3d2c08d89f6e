"""What the diagnostics of an experiment show, as sentences joined to its results. Pure: values in, sentences out.

Each sentence says what was seen, with its number; nothing here proves that one thing causes another, so the words are
of what happens together. Numbers are medians over the seeds, with the least and the greatest of them in parentheses.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from actsearch.analysis.readings import (
    Probe,
    Readings,
    Spread,
    epochs,
    factors,
    looked_at,
    medians,
    multiple,
    number,
    share,
    span,
)
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.core.words import listed

NAMED = 3
"""A sentence names so many layers, and counts the rest."""
FindingKind = Literal[
    "diverged", "no gradient", "vanishing", "exploding", "dead", "plateau", "saturation", "updates",
    "nothing", "normalisation", "clipping", "parameters", "sparsity",
]  # fmt: skip
Variable = Literal["kernel", "bias"]
ORDER: Sequence[FindingKind] = get_args(FindingKind)
"""The most important first."""
HARMLESS = ("nothing", "normalisation", "clipping", "parameters", "sparsity")
"""Kinds that say how a network works rather than that it does not."""

RATIO = 10.0
"""Between the gradient norms of the first and the last hidden layer. Layers of different sizes and kinds differ by a
factor of a few in networks that train well; ten is more than that."""
GROWN = 100.0
"""A gradient norm so many times that of the untrained network's. Norms fall in a training that goes well."""
EARLY = 3
"""Without a plateau, gradients are compared up to this epoch: later ones depend on how far the loss has come."""
DEAD = 0.05
"""One unit in twenty: fewer change little, and a few die in most ReLU networks."""
CAME_BACK = 0.02
"""By how much a share of dead units has to fall until it is said that some came back."""
SPARSE = 0.1
"""So many activations of exactly 0 in a layer are called sparsity."""
SATURATED = 0.25
"""A quarter of a layer's pre-activations, beyond those whose activation is 0: there a flat part is what ReLU is for."""
STILL = 1e-3
"""An epoch (not a step) that changes a layer's weights by less than a thousandth of their norm hardly moves them."""
LEARNED = 0.99
"""With such an accuracy on the training set nothing is left to learn, so that no gradient is no trouble."""
LARGE = 1.0
"""An epoch that changes a layer's weights by more than their norm leaves little of what they were."""
SELU_MEAN, SELU_VARIANCE = (-0.1, 0.1), (0.8, 1.5)
"""The domain of theorem 1 in Klambauer et al. (2017)."""
ORDINARY: Mapping[str, str] = {
    "gradients": "gradient_norm_kernel",
    "updates": "update_ratio_kernel",
    "saturation": "saturated",
    "dead units": "dead",
}
"""What is looked at before it is said that nothing is remarkable."""
DEFINITIONS: Mapping[FindingKind, str] = {
    "vanishing": "gradient: the Euclidean norm of the gradient of the mean loss over the probe by a layer's weights",
    "dead": "dead: a unit (of a convolution: a channel) whose |f'| is under a millionth of its largest value on the"
    " whole probe",
    "saturation": "saturated: |f'| is under 1 % of its largest value; those with an activation of 0 are not counted",
    "normalisation": "SELU's domain: mean in [-0.1, 0.1] and variance in [0.8, 1.5], in which SELU draws them to 0 and"
    " 1 (Klambauer et al. 2017)",
}
"""What words in the sentences of a kind mean; docs/diagnostics.md has all of it."""
SAME_WORDS: Mapping[FindingKind, FindingKind] = {"no gradient": "vanishing", "exploding": "vanishing"}


@dataclass(frozen=True)
class Finding:
    """One sentence."""

    kind: FindingKind
    text: str
    layers: tuple[str, ...] = ()
    epochs: tuple[int, ...] = ()
    """The first and the last epoch that it is about; 0 is the untrained network."""
    value: float | None = None
    """The number in it: the median over the seeds, with its range."""
    low: float | None = None
    high: float | None = None
    files: tuple[str, ...] = ()
    """What it was read from, relative to the experiment's folder."""


@dataclass(frozen=True)
class CandidateFindings:
    """What there is to be said of one candidate, the most important first."""

    candidate: CandidateResult
    probed: int
    """How many seeds have diagnostics that count."""
    epoch: int
    """The last one of any completed seed, 0 if none is completed."""
    accuracy: float | None
    """Validation accuracy at the last epoch, the median of the completed seeds."""
    loss: float | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Explanation:
    """One experiment, candidates with the most important findings first."""

    experiment: str
    folder: str
    validation_is_test: bool
    candidates: tuple[CandidateFindings, ...]
    without_diagnostics: tuple[CandidateResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def definitions(self) -> tuple[str, ...]:
        """Of the words that it uses."""
        kinds = {SAME_WORDS.get(f.kind, f.kind) for one in self.candidates for f in one.findings}
        return tuple(text for kind, text in DEFINITIONS.items() if kind in kinds)


def explain(result: ExperimentResult) -> Explanation:
    """Raises NothingToShow if no trial has diagnostics."""
    probed = [Readings.of(candidate) for candidate in result.compared if candidate.probed]
    if not probed:
        if any(trial.epochs_done for candidate in result.compared for trial in candidate.trials):
            raise NoDiagnostics(result.folder)
        if not result.compared:
            raise NothingToShow(f"no setting is chosen yet in {result.folder}; let the run go on, or begin it")
        raise NothingToShow(f"no epoch is finished yet in {result.folder}; run it first")
    has_selu = any(one.candidate.activation.name == "selu" for one in probed)
    told = [_of_candidate(one, has_selu) for one in probed]
    return Explanation(
        experiment=result.name,
        folder=result.folder,
        validation_is_test=result.validation_is_test,
        candidates=tuple(sorted(told, key=_importance)),
        without_diagnostics=tuple(candidate for candidate in result.compared if not candidate.probed),
        notes=() if result.mixture is None else (result.mixture,),
    )


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Plain values, for other programs."""
    return {
        "experiment": explanation.experiment,
        "folder": explanation.folder,
        "validation_is_test": explanation.validation_is_test,
        "candidates": [_candidate_as_json(one) for one in explanation.candidates],
        "without_diagnostics": [
            {"label": candidate.label, "setting": dict(candidate.setting)}
            for candidate in explanation.without_diagnostics
        ],
        "definitions": list(explanation.definitions),
        "notes": list(explanation.notes),
    }


def _candidate_as_json(one: CandidateFindings) -> dict[str, Any]:
    return {
        "label": one.candidate.label,
        "activation": one.candidate.activation.name,
        "parameters": dict(one.candidate.activation.parameters),
        "setting": dict(one.candidate.setting),
        "seeds": len(one.candidate.trials),
        "probed": one.probed,
        "epoch": one.epoch,
        "val_accuracy": one.accuracy,
        "val_loss": one.loss,
        "findings": [
            {
                "kind": finding.kind,
                "text": finding.text,
                "candidate": one.candidate.label,
                "layers": list(finding.layers),
                "epochs": list(finding.epochs),
                "value": finding.value,
                "low": finding.low,
                "high": finding.high,
                "files": list(finding.files),
            }
            for finding in one.findings
        ],
    }


def _importance(one: CandidateFindings) -> int:
    """By the most important finding; harmless ones leave a candidate where the experiment has it."""
    return min((ORDER.index(f.kind) for f in one.findings if f.kind not in HARMLESS), default=len(ORDER))


# --- one candidate


def _of_candidate(one: Readings, has_selu: bool) -> CandidateFindings:
    found = [finding for finder in FINDERS for finding in finder(one)]
    found += _normalisation(one, has_selu)
    if all(finding.kind in HARMLESS for finding in found):
        found.append(_nothing(one))
    completed = [trial for trial in one.candidate.trials if trial.status == "completed"]
    losses, accuracies = medians(completed, "val_loss"), medians(completed, "val_accuracy")
    return CandidateFindings(
        candidate=one.candidate,
        probed=len(one.probes),
        epoch=max((trial.epochs_done for trial in completed), default=0),
        accuracy=accuracies[-1] if accuracies else None,
        loss=losses[-1] if losses else None,
        findings=tuple(sorted(found, key=lambda finding: ORDER.index(finding.kind))),
    )


def _finding(one: Readings, kind: FindingKind, text: str, spread: Spread | None = None, **more: Any) -> Finding:
    numbers = {} if spread is None else {"value": spread.median, "low": spread.low, "high": spread.high}
    return Finding(kind, text, **{"files": tuple(probe.file for probe in one.probes), **numbers, **more})


def _largest(found: Mapping[str, Spread]) -> list[str]:
    """The layers, that with the largest median first."""
    return sorted(found, key=lambda layer: -found[layer].median)


def _over(found: Mapping[str, Spread], threshold: float) -> list[str]:
    return [layer for layer in _largest(found) if found[layer].median >= threshold]


def _beside(layers: Sequence[str], found: Mapping[str, Spread]) -> str:
    """Other layers with their shares, in parentheses."""
    others = [f"{layer} {share(found[layer].median)}" for layer in layers]
    return f" ({listed(others, NAMED)})" if others else ""


def _of_seeds(one: Readings, n: int) -> str:
    """` of 2 of 3 seeds`; nothing where it is all of them."""
    return f" of {n} of {len(one.candidate.trials)} seeds" if n < len(one.candidate.trials) else ""


def _in(epoch: int) -> str:
    return f"in epoch {epoch}" if epoch else "in the untrained network"


# --- divergence


def _diverged(one: Readings) -> Iterator[Finding]:
    gone = one.only([probe for probe in one.probes if probe.trial.status == "diverged"])
    if not gone.probes:
        return
    ends = sorted(probe.trial.epochs_done for probe in gone.probes)
    seeds = len(one.candidate.trials)
    which = "the loss" if seeds == 1 else f"the loss of {len(ends)} of {seeds} seeds"
    text = "; ".join([f"{which} diverged in {epochs(ends[0], ends[-1])}", *_before_divergence(gone)])
    yield _finding(gone, "diverged", text, epochs=(ends[0], ends[-1]), value=float(len(ends)))


def _before_divergence(gone: Readings) -> Iterator[str]:
    """What was seen, before the epoch of the divergence, of the layer with the largest gradient then."""
    before = gone.before_divergence

    def last(quantity: str) -> dict[str, Spread]:
        return before.by_layer(lambda probe, layer: row[max(row)] if (row := probe.row(layer, quantity)) else None)

    norms, updates = last("gradient_norm_kernel"), last("update_ratio_kernel")
    if norms:
        layer = _largest(norms)[0]
        start = gone.when("start", "gradient_norm_kernel").get(layer)
        untrained = f" ({number(start.median)} untrained)" if start is not None and start != norms[layer] else ""
        look = _earlier_look(before, layer, "gradient_norm_kernel")
        when = "before it" if look is None else f"before it, {_in(look[0]) if look[0] == look[1] else epochs(*look)}"
        yield f"{when}, the gradient norm of {layer} was {norms[layer].said(number)}{untrained}"
    if updates:
        layer = _largest(updates)[0]
        look = _earlier_look(before, layer, "update_ratio_kernel")
        which = "the epoch before it" if look is None else f"the last epoch looked at before it ({epochs(*look)})"
        yield f"{which} changed {layer}'s weights by {_of_norm(updates[layer])}"


def _earlier_look(before: Readings, layer: str, quantity: str) -> tuple[int, int] | None:
    """The last epochs with a value, the first and the last over the seeds; None if each is that before the divergence.

    Not every epoch is looked at.
    """
    looks = [(max(row), probe.trial.epochs_done) for probe in before.probes if (row := probe.row(layer, quantity))]
    last = [epoch for epoch, _ in looks]
    return None if all(epoch == end - 1 for epoch, end in looks) else (min(last), max(last))


# --- gradients


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


# --- units


def _dead(one: Readings) -> Iterator[Finding]:
    one = one.before_divergence
    ends = one.when("end", "dead")
    much = _over(ends, DEAD)
    if much:
        worst, *others = much
        units = "channels" if worst.startswith("conv") else "units"
        text = f"{ends[worst].said(share)} of {worst}'s {units} are dead {_in(one.last)}{_beside(others, ends)}"
        text += _course_of_death(one.course(worst, "dead")) if one.last else ""
        yield _finding(one, "dead", text, ends[worst], layers=tuple(much), epochs=(one.last, one.last))


def _course_of_death(course: Mapping[int, float]) -> str:
    """When the share was reached, and whether it ever fell."""
    end, peak = course[max(course)], max(course, key=lambda epoch: course[epoch])
    half = min(epoch for epoch, dead in course.items() if dead >= end / 2)
    said = f", {share(course[0])} untrained" if 0 in course else ""
    if course[peak] - end >= CAME_BACK:
        return f"{said}; it was {share(course[peak])} in epoch {peak}, so some came back"
    said += f"; half of them by epoch {half}" if half else ""
    return f"{said}; no sign that any came back"


def _sparsity(one: Readings) -> Iterator[Finding]:
    one = one.before_divergence
    zeros = one.when("end", "zeros")
    sparse = _over(zeros, SPARSE)
    if sparse:
        most, least = sparse[0], sparse[-1]
        least_, most_ = share(zeros[least].median), share(zeros[most].median)
        shares = most_ if least_ == most_ else f"{least_} ({least}) to {most_} ({most})"
        text = f"{shares} of a layer's activations are 0 {_in(one.last)}"
        text += _without_death(one, sparse)
        yield _finding(one, "sparsity", text, zeros[most], layers=tuple(sparse), epochs=(one.last, one.last))


def _without_death(one: Readings, sparse: Sequence[str]) -> str:
    dead = [spread.median for layer, spread in one.when("end", "dead").items() if layer in sparse]
    if not dead or max(dead) >= DEAD:
        return ""
    how_many = f"at most {share(max(dead))} of a layer's units are" if max(dead) else "no unit is"
    return f", while {how_many} dead: the healthy kind"


def _saturation(one: Readings) -> Iterator[Finding]:
    one = one.before_divergence

    def beyond_zeros(probe: Probe, layer: str) -> float | None:
        saturated, zeros = (probe.row(layer, what).get(one.last) for what in ("saturated", "zeros"))
        return None if saturated is None else max(0.0, saturated - (zeros or 0.0))

    found = one.by_layer(beyond_zeros)
    much = _over(found, SATURATED)
    if much:
        worst, *others = much
        start = one.when("start", "saturated").get(worst)
        untrained = f", {share(start.median)} untrained" if start is not None and one.last else ""
        text = f"{found[worst].said(share)} of {worst}'s pre-activations are saturated {_in(one.last)}{untrained}"
        text += _beside(others, found)
        yield _finding(one, "saturation", text, found[worst], layers=tuple(much), epochs=(one.last, one.last))


# --- updates and clipping


def _small_updates(one: Readings) -> Iterator[Finding]:
    usual = one.when("usual", "update_ratio_kernel")
    still = [layer for layer in usual if usual[layer].median < STILL]
    if still:
        least = min(still, key=lambda layer: usual[layer].median)
        known = one.course(least, "update_ratio_kernel")
        whose = f"{least}'s" if still[1:] else "them"
        text = (
            f"the weights of {listed(still, NAMED)} hardly move: an epoch changes {whose} by {_of_norm(usual[least])}"
        )
        text += f" (median over {epochs(min(known), max(known))})"
        yield _finding(one, "updates", text, usual[least], layers=tuple(still), epochs=(min(known), max(known)))


def _large_updates(one: Readings) -> Iterator[Finding]:
    """Where no epoch is wild in most of the seeds, each of them may still have its own."""
    peaks, most = one.peaks("update_ratio_kernel"), one.when("most", "update_ratio_kernel")
    together = _over({layer: update for layer, (_, update) in peaks.items()}, LARGE)
    wild = together or _over(most, LARGE)
    if wild:
        epoch, update = peaks[wild[0]] if together else (None, most[wild[0]])
        when = "another one from seed to seed" if epoch is None else f"epoch {epoch}"
        text = f"one epoch changes {wild[0]}'s weights by {_of_norm(update)} ({when})"
        text += f"; so does some epoch in {listed(wild[1:], NAMED)}" if wild[1:] else ""
        about = (1, one.last) if epoch is None else (epoch, epoch)
        yield _finding(one, "updates", text, update, layers=tuple(wild), epochs=about)


def _of_norm(update: Spread) -> str:
    """`17 % of their norm`, `3.2 times their norm`."""
    return f"{update.said(share)} of their norm" if update.median < 1 else f"{factors(update)} times their norm"


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


# --- activations and parameters


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


def _parameters(one: Readings) -> Iterator[Finding]:
    for name in one.parameters:
        start, end = one.when("start", "parameters", name, "mean"), one.when("end", "parameters", name, "mean")
        low, high = one.when("end", "parameters", name, "min"), one.when("end", "parameters", name, "max")
        if not end or not one.last:
            continue
        most, least = _largest(end)[0], _largest(end)[-1]
        to = f"{number(end[least].median)} ({least}) to {number(end[most].median)} ({most})"
        begun = f" from {span([spread.median for spread in start.values()])}" if start else ""
        text = f"learned {name} went{begun} to {to if least != most else number(end[most].median)} in epoch {one.last}"
        several = [layer for layer in low.keys() & high.keys() if not _alike(low[layer].median, high[layer].median)]
        if several:
            lows, highs = ([found[layer].median for layer in several] for found in (low, high))
            text += f"; single channels or units reach from {number(min(lows))} to {number(max(highs))}"
        yield _finding(one, "parameters", text, end[most], layers=tuple(end), epochs=(0, one.last))


def _alike(low: float, high: float) -> bool:
    """But for the rounding of a mean in single precision."""
    return math.isclose(low, high, rel_tol=1e-5, abs_tol=1e-7)


def _nothing(one: Readings) -> Finding:
    """What was looked at, with the number that says most."""
    ratio, layers = _early_ratio(one), _with_gradients(one)
    known = [name for name, quantity in ORDINARY.items() if one.when("most", quantity)]
    if not known:
        text = f"nothing is known of its layers: {listed(list(ORDINARY))} have no value in any epoch"
        return _finding(one, "nothing", text, epochs=(0, one.last))
    gradient = "" if ratio is None else f" (in {layers[0]} {multiple(ratio)} {layers[-1]}'s {_when(one, 'kernel')})"
    looked = listed([f"gradients{gradient}" if name == "gradients" else name for name in known])
    verb = "is" if known == ["saturation"] else "are"
    text = f"nothing remarkable: {looked} {verb} within ordinary limits"
    return _finding(one, "nothing", text, ratio, epochs=(0, one.last))


FINDERS: Sequence[Callable[[Readings], Iterable[Finding]]] = (
    _diverged,
    _gradients,
    _grown_gradient,
    _stays_on_its_plateau,
    _dead,
    _sparsity,
    _saturation,
    _small_updates,
    _large_updates,
    _clipping,
    _parameters,
)
"""All but that of normalisation, which depends on what the experiment compares."""
