"""What the page says of a comparison: the verdict, and with it ranking, differences, pairs and noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.analysis.comparisons import conclusions
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import signed_difference
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.verdict_text import simultaneity
from actsearch.analysis.number_format import confidence_text
from actsearch.core.words import point
from actsearch.report.difference_charts import DifferenceCharts
from actsearch.report.noise_section import noise_row
from actsearch.report.page_colors import PagePen
from actsearch.report.pairs_section import MATRIX_ON_PAGE_UP_TO, pairs_view
from actsearch.report.ranking_section import description_row, ranking_groups, ranking_row

Row = Mapping[str, Any]
"""What the ranking says of a contender."""


def comparison_view(
    place: int, comparison: Comparison, warnings: Sequence[str], pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    """What the template says of one comparison."""
    differences = DifferenceCharts.of(comparison)
    contenders = comparison.contenders
    rows = [ranking_row(comparison, i, differences, pens) for i in range(len(contenders))]
    return {
        "id": f"c{place}",
        "point": point(comparison.setting),
        "warnings": warnings,
        **_measure_view(comparison),
        **_conclusion_view(comparison, pens),
        "groups": ranking_groups(comparison, rows),
        "description": [description_row(comparison, *pair) for pair in zip(contenders, rows, strict=True)],
        **_differences_view(comparison, differences, rows),
        **_pairs_view(comparison),
        **_noise_view(comparison, rows),
    }


def _measure_view(comparison: Comparison) -> dict[str, Any]:
    """What was compared, and how surely."""
    target = comparison.question.target
    return {
        "metric": comparison.measure.metric,
        "words": comparison.measure.in_words(),
        "split": comparison.measure.split,
        "reference": comparison.contenders[comparison.reference].name,
        "has_baseline": comparison.has_baseline,
        "target": None if target is None else f"{target:g}",
        "margin": f"{comparison.margin:g}",
        "confidence": confidence_text(comparison.confidence),
        "family": comparison.family,
        "together": simultaneity(comparison),
        "one_seed": comparison.most_seeds < 2,
    }


def _conclusion_view(comparison: Comparison, pens: Mapping[str, PagePen]) -> dict[str, Any]:
    headline, *sentences, scope = conclusions.sentences(comparison)
    leaders = [comparison.contenders[i] for i in comparison.leaders]
    return {
        "headline": headline,
        "sentences": sentences,
        "scope": scope,
        "group": [(leader.name, pens[leader.label].css) for leader in leaders],
    }


def _differences_view(comparison: Comparison, differences: DifferenceCharts, rows: Sequence[Row]) -> dict[str, Any]:
    """Of each contender to the reference, seed by seed, as far as they have seeds in common."""
    pairs = [pair for pair in _pairs_with_reference(comparison) if pair.n]
    return {
        "forest": [(rows[pair.a], differences.row(pair)) for pair in pairs],
        "axis": differences.axis(),
        "cuts": differences.cuts,
        "seeds": comparison.seeds,
        "by_seed": [(rows[pair.a], _differences_by_seed(comparison, pair)) for pair in pairs],
    }


def _pairs_with_reference(comparison: Comparison) -> list[Pair]:
    return [comparison.pair(i, comparison.reference) for i in comparison.others]


def _differences_by_seed(comparison: Comparison, pair: Pair) -> list[str]:
    return [signed_difference(comparison, float(value)) if math.isfinite(value) else "-" for value in pair.by_seed]


def _pairs_view(comparison: Comparison) -> dict[str, Any]:
    """The matrix of all pairs, unless there are a baseline's alone, one, or too many."""
    n = len(comparison.contenders)
    is_vast = not comparison.has_baseline and n > MATRIX_ON_PAGE_UP_TO
    has_matrix = not comparison.has_baseline and 2 < n <= MATRIX_ON_PAGE_UP_TO
    return {"matrix": pairs_view(comparison) if has_matrix else None, "is_vast": is_vast, "contenders": n}


def _noise_view(comparison: Comparison, rows: Sequence[Row]) -> dict[str, Any]:
    pairs = _pairs_with_reference(comparison)
    several = [pair for pair in pairs if pair.n > 1]
    tests = [(pair, pair.examples.mcnemar_p) for pair in pairs if pair.examples is not None]
    return {
        "noise": [noise_row(comparison, pair, rows[pair.a]) for pair in several],
        "mcnemar": [(rows[pair.a], f"{p:.3g}") for pair, p in tests if p is not None],
        "has_examples": any(pair.examples is not None for pair in several),
    }
