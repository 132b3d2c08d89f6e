"""What the page says of a comparison: the verdict, the ranking, the differences and the noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from actsearch.analysis import conclusions
from actsearch.analysis.comparison import Comparison
from actsearch.analysis.contenders import Contender
from actsearch.analysis.metric_format import interval_text, metric_text, signed_difference
from actsearch.analysis.number_format import confidence_text
from actsearch.analysis.pairs import Pair
from actsearch.analysis.verdict_text import simultaneity
from actsearch.core.words import point
from actsearch.report import difference_charts
from actsearch.report.badges import Badge, badge_of
from actsearch.report.difference_charts import DifferenceCharts
from actsearch.report.page_colors import PagePen
from actsearch.report.pairs_section import MATRIX_ON_PAGE_UP_TO, pairs_view


def comparison_view(place: int, c: Comparison, pens: Mapping[str, PagePen], warnings: Sequence[str]) -> dict[str, Any]:
    """What the template says of one comparison."""
    differences = DifferenceCharts.of(c)
    sentences = conclusions.sentences(c)
    pairs = [c.pair(i, c.reference) for i in c.others]
    rows = [_shown_contender(c, i, differences, pens) for i in range(len(c.contenders))]
    groups = [("", rows)]
    if c.leaders and len(c.leaders) < len(rows):
        inside = [rows[i] for i in c.leaders]
        title = "Leading group" if len(inside) > 1 else "Leading"
        groups = [(title, inside), ("Behind", [row for row in rows if row not in inside])]
    return {
        "id": f"c{place}",
        "point": point(c.setting),
        "metric": c.measure.metric,
        "words": c.measure.in_words(),
        "split": c.measure.split,
        "reference": c.contenders[c.reference].name,
        "has_baseline": c.has_baseline,
        "headline": sentences[0],
        "sentences": sentences[1:-1],
        "scope": sentences[-1],
        "group": [(c.contenders[i].name, pens[c.contenders[i].label].css) for i in c.leaders],
        "warnings": warnings,
        "groups": groups,
        "target": None if c.question.target is None else f"{c.question.target:g}",
        "margin": f"{c.margin:g}",
        "confidence": confidence_text(c.confidence),
        "family": c.family,
        "together": simultaneity(c),
        "role": c.role,
        "forest": [(row, differences.row(p)) for row, p in ((rows[p.a], p) for p in pairs) if p.n],
        "axis": differences.axis(),
        "cuts": differences.cuts,
        "seeds": c.seeds,
        "by_seed": [(rows[p.a], _differences_by_seed(c, p)) for p in pairs if p.n],
        "values": [(rows[i], [metric_text(c, v) for v in one.values]) for i, one in enumerate(c.contenders)],
        "matrix": pairs_view(c) if not c.has_baseline and 2 < len(c.contenders) <= MATRIX_ON_PAGE_UP_TO else None,
        "is_vast": not c.has_baseline and len(c.contenders) > MATRIX_ON_PAGE_UP_TO,
        "noise": [_noise_row(c, pair, rows[pair.a]) for pair in pairs if pair.n > 1],
        "mcnemar": [(rows[p.a], f"{p.examples.mcnemar_p:.3g}") for p in pairs
                    if p.examples is not None and p.examples.mcnemar_p is not None],
        "has_examples": any(p.examples is not None and p.n > 1 for p in pairs),
        "one_seed": c.most_seeds < 2,
        "description": [_description_row(c, one, row) for one, row in zip(c.contenders, rows, strict=True)],
    }  # fmt: skip


def _shown_contender(
    c: Comparison, i: int, differences: DifferenceCharts, pens: Mapping[str, PagePen]
) -> dict[str, Any]:
    one = c.contenders[i]
    row: dict[str, Any] = {
        "name": one.name,
        "css": pens[one.label].css,
        "seeds": str(one.completed) if one.completed == len(one.trials) else f"{one.completed} of {len(one.trials)}",
        "incomplete": one.missing,
        "mean": metric_text(c, one.mean),
        "interval": _span(c, one.low, one.high),
        "ends": f"{metric_text(c, one.worst_seed)}, {metric_text(c, one.best_seed)}" if one.completed else "-",
        "seconds": "-" if one.seconds_per_epoch is None else f"{one.seconds_per_epoch:.3g}",
        "epochs": "-" if one.epochs_to_target is None else f"{one.epochs_to_target:g}",
        "badge": None,
    }
    if i != c.reference:
        pair = c.pair(i, c.reference)
        row |= {
            "badge": badge_of(c, pair),
            "difference": signed_difference(c, pair.difference),
            "difference_interval": interval_text(c, pair.low, pair.high),
            "chart": differences.small(pair) if math.isfinite(pair.low) else "",
        }
    return row


def _span(c: Comparison, low: float, high: float) -> str:
    return f"{metric_text(c, low)} to {metric_text(c, high)}" if math.isfinite(low) else ""


def _differences_by_seed(c: Comparison, pair: Pair) -> list[str]:
    return [signed_difference(c, float(value)) if math.isfinite(value) else "-" for value in pair.by_seed]


def _noise_row(c: Comparison, pair: Pair, row: Mapping[str, Any]) -> dict[str, Any]:
    known = pair.examples if pair.examples is not None and math.isfinite(pair.examples.seed_variance) else None
    correlation = "-"
    if pair.correlation is not None and math.isfinite(pair.correlation[0]):
        correlation = "{:.2f} ({:.2f} to {:.2f})".format(*pair.correlation)
    return {
        "row": row,
        "sd": metric_text(c, pair.sd),
        "correlation": correlation,
        "won": "-" if pair.won is None else f"{pair.won:.0%}",
        "flips": "-" if pair.sign_flip_p is None else f"{pair.sign_flip_p:.2g}",
        "disagrees": pair.disagrees,
        "seeds": metric_text(c, math.sqrt(known.seed_variance))
        if known
        else metric_text(c, pair.sd / math.sqrt(pair.n)),
        "examples": metric_text(c, math.sqrt(known.example_variance)) if known else "-",
        "shares": difference_charts.noise_bar(known.seed_variance, known.example_variance) if known else "",
        "larger": "" if known is None else "examples" if known.example_variance > known.seed_variance else "seeds",
        "new_data": interval_text(c, known.low, known.high) if known else "-",
        "badge": None if known is None or known.verdict is None else Badge(known.verdict, known.verdict),
        "no_tie": known is not None and not known.can_show_tie,
    }


def _description_row(c: Comparison, one: Contender, row: Mapping[str, Any]) -> dict[str, Any]:
    divergence = one.divergence
    return {
        "row": row,
        "median": metric_text(c, one.median),
        "sd": metric_text(c, one.sd),
        "iqm": metric_text(c, one.interquartile_mean),
        "flattery": "-" if one.flattery is None else signed_difference(c, one.flattery),
        "divergence": f"{one.diverged} ({divergence[0]:.0%} to {divergence[1]:.0%})" if divergence else "0",
    }
