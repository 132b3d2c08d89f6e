"""What the page says of the two kinds of noise: that of the seeds, and that of the examples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import interval_text, metric_text
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.report.badges import Badge
from actsearch.report.difference_charts import noise_bar


def noise_row(comparison: Comparison, pair: Pair, row: Mapping[str, Any]) -> dict[str, Any]:
    """Of one pair; `row` is what the ranking says of its first contender."""
    seeds_alone = metric_text(comparison, pair.sd / math.sqrt(pair.n))
    return {
        "row": row,
        "sd": metric_text(comparison, pair.sd),
        "correlation": _correlation(pair),
        "won": "-" if pair.won is None else f"{pair.won:.0%}",
        "flips": "-" if pair.sign_flip_p is None else f"{pair.sign_flip_p:.2g}",
        "disagrees": pair.disagrees,
        "seeds": seeds_alone,
        **_example_noise_rows(comparison, pair),
    }


def _correlation(pair: Pair) -> str:
    if pair.correlation is None or not math.isfinite(pair.correlation[0]):
        return "-"
    return "{:.2f} ({:.2f} to {:.2f})".format(*pair.correlation)


def _example_noise_rows(comparison: Comparison, pair: Pair) -> dict[str, Any]:
    """What the predictions tell; without them, or of one seed, nothing."""
    known = pair.examples
    if known is None or not math.isfinite(known.seed_variance):
        return {"examples": "-", "shares": "", "larger": "", "new_data": "-", "badge": None, "no_tie": False}
    return {
        "seeds": metric_text(comparison, math.sqrt(known.seed_variance)),
        "examples": metric_text(comparison, math.sqrt(known.example_variance)),
        "shares": noise_bar(known.seed_variance, known.example_variance),
        "larger": "examples" if known.example_variance > known.seed_variance else "seeds",
        "new_data": interval_text(comparison, known.low, known.high),
        "badge": None if known.verdict is None else Badge(known.verdict, known.verdict),
        "no_tie": not known.can_show_tie,
    }
