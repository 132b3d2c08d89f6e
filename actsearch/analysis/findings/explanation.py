"""What the diagnostics of an experiment show, as sentences joined to its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from actsearch.analysis.findings.clipping import _clipping
from actsearch.analysis.findings.dead_units import _dead, _sparsity
from actsearch.analysis.findings.divergence import _diverged
from actsearch.analysis.findings.finding import (
    DEFINITIONS,
    HARMLESS,
    ORDER,
    SAME_WORDS,
    Finding,
)
from actsearch.analysis.findings.gradients import (
    _gradients,
    _grown_gradient,
    _stays_on_its_plateau,
)
from actsearch.analysis.findings.learned_parameters import _parameters
from actsearch.analysis.findings.nothing_remarkable import _nothing
from actsearch.analysis.findings.saturation import _saturation
from actsearch.analysis.findings.self_normalisation import _normalisation
from actsearch.analysis.findings.updates import _large_updates, _small_updates
from actsearch.analysis.plateaus import medians
from actsearch.analysis.readings import Readings
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.results import CandidateResult, ExperimentResult


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


def explanation_of(result: ExperimentResult) -> Explanation:
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


def explanation_record(explanation: Explanation) -> dict[str, Any]:
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
