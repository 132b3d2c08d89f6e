"""Findings on candidates, for the tests of the findings."""

from __future__ import annotations

from typing import Any

from fake_diagnostics import candidate, experiment

from actsearch.analysis.findings.explanation import explanation_of
from actsearch.analysis.findings.finding import Finding
from actsearch.core.trial_results import CandidateResult, TrialResult

STUCK = {"losses": [0.325, 0.3251, 0.3249, 0.07], "accuracies": [0.11, 0.11, 0.11, 0.95]}


def explained(*candidates: CandidateResult) -> list[Finding]:
    """The findings on the first candidate."""
    explanation = explanation_of(experiment(*candidates))
    findings = {of_candidate.candidate.label: of_candidate.findings for of_candidate in explanation.candidates}
    return list(findings[candidates[0].label])


def found(kind: str, *trials: TrialResult, name: str = "relu", **setting: Any) -> list[Finding]:
    """Of a candidate with these trials, the findings of a kind."""
    return [finding for finding in explained(candidate(name, *trials, **setting)) if finding.kind == kind]


def the(kind: str, *trials: TrialResult, **how: Any) -> Finding:
    """The one finding of a kind."""
    (finding,) = found(kind, *trials, **how)
    return finding
