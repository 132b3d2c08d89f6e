"""The kinds of figures of comparisons, and which contenders they show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from actsearch.analysis.charts import drawn_candidates
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.core.results import ExperimentResult

ComparisonFigureKind = Literal["ranking", "differences", "sensitivity", "learning-speed"]
COMPARISON_FIGURE_KINDS: tuple[ComparisonFigureKind, ...] = ("ranking", "differences", "sensitivity", "learning-speed")


def drawn_labels(result: ExperimentResult, without: Collection[str]) -> frozenset[str]:
    """The labels that are drawn; also those for which no setting is chosen yet.

    Raises UserError for a name that there is not, and if nothing is left.
    """
    return frozenset(
        candidate.label for candidate in drawn_candidates.drawn_candidates(replace(result, tuning_seeds=()), without)
    )


def drawn_places(comparison: Comparison, drawn: Collection[str] | None) -> list[int]:
    """The places of the contenders that are drawn: of those with these labels, or of all."""
    return [i for i, contender in enumerate(comparison.contenders) if drawn is None or contender.label in drawn]
