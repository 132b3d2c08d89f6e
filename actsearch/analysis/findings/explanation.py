"""What the diagnostics of an experiment show: the findings on each candidate, joined to its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypedDict

from actsearch.analysis.findings.clipping import clipping_findings
from actsearch.analysis.findings.dead_units import dead_unit_findings, sparsity_findings
from actsearch.analysis.findings.divergence import divergence_findings
from actsearch.analysis.findings.finding import BY_IMPORTANCE, HARMLESS, SAME_WORDS, WORD_DEFINITIONS, Finding
from actsearch.analysis.findings.gradients import gradient_findings, grown_gradient_findings, plateau_findings
from actsearch.analysis.findings.learned_parameters import parameter_findings
from actsearch.analysis.findings.nothing_remarkable import nothing_remarkable
from actsearch.analysis.findings.plateaus import medians_by_epoch
from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.saturation import saturation_findings
from actsearch.analysis.findings.self_normalisation import normalisation_findings
from actsearch.analysis.findings.updates import large_update_findings, small_update_findings
from actsearch.analysis.trials import trials_of_all
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.results import ExperimentResult
from actsearch.core.tasks import Task
from actsearch.core.trial_results import CandidateResult

FINDERS: Sequence[Callable[[Readings], Iterable[Finding]]] = (
    divergence_findings,
    gradient_findings,
    grown_gradient_findings,
    plateau_findings,
    dead_unit_findings,
    sparsity_findings,
    saturation_findings,
    small_update_findings,
    large_update_findings,
    clipping_findings,
    parameter_findings,
)
"""All but that of normalisation, which depends on what the experiment compares."""


@dataclass(frozen=True)
class CandidateFindings:
    """What there is to be said of one candidate, the most important first."""

    candidate: CandidateResult
    probed: int
    """How many seeds have diagnostics that count."""
    epoch: int
    """The last one of any completed seed, 0 if none is completed."""
    task: Task
    """What was learned."""
    value: float | None
    """The validation metric that decides, at the last epoch: the median of the completed seeds."""
    loss: float | None
    findings: tuple[Finding, ...]

    @property
    def importance(self) -> int:
        """Of the most important finding; harmless ones leave a candidate where the experiment has it."""
        remarkable = [finding.kind for finding in self.findings if finding.kind not in HARMLESS]
        return min(map(BY_IMPORTANCE.index, remarkable), default=len(BY_IMPORTANCE))


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
        findings = chain.from_iterable(candidate.findings for candidate in self.candidates)
        kinds = {SAME_WORDS.get(finding.kind, finding.kind) for finding in findings}
        return tuple(definition() for kind, definition in WORD_DEFINITIONS.items() if kind in kinds)


def explanation_of(result: ExperimentResult) -> Explanation:
    """Raises NothingToShow if no trial has diagnostics."""
    probed = [Readings.of(candidate, result.task) for candidate in result.compared if candidate.probed]
    if not probed:
        raise _nothing_probed(result)
    has_selu = any(readings.candidate.activation.name == "selu" for readings in probed)
    candidates = [_findings_on(readings, has_selu) for readings in probed]
    return Explanation(
        experiment=result.name,
        folder=result.folder,
        validation_is_test=result.validation_is_test,
        candidates=tuple(sorted(candidates, key=lambda candidate: candidate.importance)),
        without_diagnostics=tuple(candidate for candidate in result.compared if not candidate.probed),
        notes=() if result.mixture is None else (result.mixture,),
    )


def _nothing_probed(result: ExperimentResult) -> NothingToShow:
    if any(trial.epochs_done for trial in trials_of_all(result.compared)):
        return NoDiagnostics(result.folder)
    if not result.compared:
        return NothingToShow(f"no setting is chosen yet in {result.folder}; let the run go on, or begin it")
    return NothingToShow(f"no epoch is finished yet in {result.folder}; run it first")


def _findings_on(readings: Readings, has_selu: bool) -> CandidateFindings:
    findings = list(chain.from_iterable(find(readings) for find in FINDERS))
    findings += normalisation_findings(readings, has_selu)
    if all(finding.kind in HARMLESS for finding in findings):
        findings.append(nothing_remarkable(readings))
    completed = [trial for trial in readings.candidate.trials if trial.status == "completed"]
    task = readings.task
    losses, values = medians_by_epoch(completed, task.validated_loss), medians_by_epoch(completed, task.validated_by)
    return CandidateFindings(
        candidate=readings.candidate,
        probed=len(readings.probes),
        epoch=max((trial.epochs_done for trial in completed), default=0),
        task=task,
        value=values[-1] if values else None,
        loss=losses[-1] if losses else None,
        findings=tuple(sorted(findings, key=lambda finding: BY_IMPORTANCE.index(finding.kind))),
    )


# --- for other programs


class FindingRecord(TypedDict):
    """A finding as JSON."""

    kind: str
    text: str
    candidate: str
    layers: list[str]
    epochs: list[int]
    value: float | None
    low: float | None
    high: float | None
    files: list[str]


class UnprobedRecord(TypedDict):
    """A candidate without diagnostics as JSON."""

    label: str
    setting: dict[str, Any]


class ExplanationRecord(TypedDict):
    """What `actsearch explain --json` prints of an experiment."""

    experiment: str
    folder: str
    validation_is_test: bool
    candidates: list[dict[str, Any]]
    """With the validation values under the names of their metrics."""
    without_diagnostics: list[UnprobedRecord]
    definitions: list[str]
    notes: list[str]


def explanation_record(explanation: Explanation) -> ExplanationRecord:
    """Plain values, for other programs."""
    return {
        "experiment": explanation.experiment,
        "folder": explanation.folder,
        "validation_is_test": explanation.validation_is_test,
        "candidates": [_candidate_record(candidate) for candidate in explanation.candidates],
        "without_diagnostics": [
            {"label": candidate.label, "setting": dict(candidate.setting)}
            for candidate in explanation.without_diagnostics
        ],
        "definitions": list(explanation.definitions),
        "notes": list(explanation.notes),
    }


def _candidate_record(findings: CandidateFindings) -> dict[str, Any]:
    candidate = findings.candidate
    return {
        "label": candidate.label,
        "activation": candidate.activation.name,
        "parameters": dict(candidate.activation.parameters),
        "setting": dict(candidate.setting),
        "seeds": len(candidate.trials),
        "probed": findings.probed,
        "epoch": findings.epoch,
        findings.task.validated_by: findings.value,
        findings.task.validated_loss: findings.loss,
        "findings": [_finding_record(finding, candidate) for finding in findings.findings],
    }


def _finding_record(finding: Finding, candidate: CandidateResult) -> FindingRecord:
    return {
        "kind": finding.kind,
        "text": finding.text,
        "candidate": candidate.label,
        "layers": list(finding.layers),
        "epochs": list(finding.epochs),
        "value": finding.value,
        "low": finding.low,
        "high": finding.high,
        "files": list(finding.files),
    }
