"""What the page says of the findings: what the diagnostics show of each candidate, in the order of the ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import metric_text
from actsearch.analysis.findings.explanation import explanation_of
from actsearch.analysis.findings.finding import HARMLESS
from actsearch.core.errors import NothingToShow
from actsearch.core.results import ExperimentResult
from actsearch.core.words import in_words
from actsearch.report.badges import Badge, badge_of
from actsearch.report.page_colors import PagePen

CandidateKey = tuple[str, str]
"""A candidate's label and its setting in words."""


@dataclass(frozen=True)
class _Outcomes:
    """What came out for each candidate, in the order of the ranking."""

    means: dict[CandidateKey, str] = field(default_factory=dict)
    badges: dict[CandidateKey, Badge | None] = field(default_factory=dict)

    @classmethod
    def of(cls, comparisons: Sequence[Comparison]) -> _Outcomes:
        outcomes = cls()
        for comparison in comparisons:
            reference = comparison.reference
            for i, contender in enumerate(comparison.contenders):
                key = (contender.label, in_words(contender.setting))
                badge = None if i == reference else badge_of(comparison, comparison.pair(i, reference))
                outcomes.means.setdefault(key, metric_text(comparison, contender.mean))
                outcomes.badges.setdefault(key, badge)
        return outcomes

    def place(self, key: CandidateKey) -> int:
        """In the ranking; of who was not compared, the last one."""
        return list(self.means).index(key) if key in self.means else len(self.means)


def findings_view(
    result: ExperimentResult, comparisons: Sequence[Comparison], pens: Mapping[str, PagePen]
) -> dict[str, Any] | None:
    """None without diagnostics."""
    try:
        explanation = explanation_of(result)
    except NothingToShow:
        return None
    outcomes = _Outcomes.of(comparisons)
    rows = []
    for explained in explanation.candidates:
        candidate = explained.candidate
        key = (candidate.label, in_words(candidate.setting))
        row = {
            "name": candidate.name,
            "css": pens[candidate.label].css,
            "mean": outcomes.means.get(key, ""),
            "badge": outcomes.badges.get(key),
            "findings": [(finding.text, finding.kind in HARMLESS) for finding in explained.findings],
        }
        rows.append((outcomes.place(key), row))
    rows.sort(key=lambda placed: placed[0])
    return {
        "candidates": [row for _, row in rows],
        "without": [candidate.name for candidate in explanation.without_diagnostics],
        "definitions": explanation.definitions,
        "reference": comparisons[0].contenders[comparisons[0].reference].name if len(comparisons) == 1 else "",
    }
