"""What the page says of each contender: its row in the ranking, and more numbers on it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.metric_format import interval_text, metric_text, signed_difference
from actsearch.report.badges import badge_of
from actsearch.report.difference_charts import DifferenceCharts
from actsearch.report.page_colors import PagePen


def ranking_row(
    comparison: Comparison, i: int, differences: DifferenceCharts, pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    contender = comparison.contenders[i]
    asked = len(contender.trials)
    low, high = (metric_text(comparison, value) for value in (contender.low, contender.high))
    worst, best = (metric_text(comparison, value) for value in (contender.worst_seed, contender.best_seed))
    return {
        "name": contender.name,
        "css": pens[contender.label].css,
        "seeds": str(asked) if contender.completed == asked else f"{contender.completed} of {asked}",
        "incomplete": contender.missing,
        "mean": metric_text(comparison, contender.mean),
        "interval": f"{low} to {high}" if math.isfinite(contender.low) else "",
        "ends": f"{worst}, {best}" if contender.completed else "-",
        "seconds": "-" if contender.seconds_per_epoch is None else f"{contender.seconds_per_epoch:.3g}",
        "epochs": "-" if contender.epochs_to_target is None else f"{contender.epochs_to_target:g}",
        **({"badge": None} if i == comparison.reference else _against_reference(comparison, i, differences)),
    }


def _against_reference(comparison: Comparison, i: int, differences: DifferenceCharts) -> dict[str, Any]:
    pair = comparison.pair(i, comparison.reference)
    return {
        "badge": badge_of(comparison, pair),
        "difference": signed_difference(comparison, pair.difference),
        "difference_interval": interval_text(comparison, pair.low, pair.high),
        "chart": differences.small(pair) if math.isfinite(pair.low) else "",
    }


def ranking_groups(comparison: Comparison, rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The leading group and those behind it; without such a difference, all rows without a title."""
    if not comparison.leaders or len(comparison.leaders) == len(rows):
        return [("", list(rows))]
    inside = [rows[i] for i in comparison.leaders]
    title = "Leading group" if len(inside) > 1 else "Leading"
    return [(title, inside), ("Behind", [row for row in rows if row not in inside])]


def description_row(comparison: Comparison, contender: Contender, row: Mapping[str, Any]) -> dict[str, Any]:
    """More numbers, beside what the ranking says of a contender in `row`."""
    flattery, divergence = contender.flattery, contender.divergence
    return {
        "row": row,
        "median": metric_text(comparison, contender.median),
        "sd": metric_text(comparison, contender.sd),
        "iqm": metric_text(comparison, contender.interquartile_mean),
        "flattery": "-" if flattery is None else signed_difference(comparison, flattery),
        "divergence": f"{contender.diverged} ({divergence[0]:.0%} to {divergence[1]:.0%})" if divergence else "0",
    }
