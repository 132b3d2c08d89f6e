"""The tables behind the figures with a row a contender: the ranking, and the differences to the reference."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from actsearch.analysis import conclusions, metric_text, verdict_text
from actsearch.analysis.comparison import Comparison, Pair
from actsearch.analysis.comparison_captions import _differences_caption, _ranking_caption
from actsearch.analysis.comparison_figures import drawn_places
from actsearch.analysis.value_axis import Span, span
from actsearch.analysis.verdicts import FEWEST_SEEDS
from actsearch.core.words import number_of


@dataclass(frozen=True)
class Row:
    """A contender, or the pair of one and the reference. What is not known is NaN."""

    label: str
    name: str
    note: str
    """What is missing of its seeds."""
    dots: tuple[float, ...]
    """A seed each, best first."""
    middle: float
    low: float
    high: float
    cells: tuple[str, ...]
    """One for each of `Rows.headings`."""
    beyond: str = ""
    """What of it the axis cuts off, in words."""
    wide: tuple[float, float] | None = None
    """The interval for new seeds and new examples."""
    is_leading: bool = False
    is_reference: bool = False


@dataclass(frozen=True)
class Rows:
    """A figure with a row a contender, the best on top."""

    stem: str
    title: str
    subtitle: str
    headline: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    axis: Span
    axis_label: str
    caption: tuple[str, ...]
    margin: float | None = None
    """Of a figure of differences: what counts as none."""


def ranking(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> Rows:
    """Every seed, the mean, its interval; and the difference to the reference with the verdict, in words.

    `drawn` are the labels that are shown; the others are compared all the same.
    """
    places = drawn_places(comparison, drawn)
    some = [comparison.contenders[i] for i in places]
    axis = span(
        [one.known.tolist() for one in some],
        [one.interval for one in some],
        higher_is_better=comparison.measure.higher_is_better,
        always=[
            comparison.contenders[i].median
            for i in {*comparison.leaders, comparison.reference}
            if i in places and comparison.contenders[i].completed
        ],
    )
    reference = comparison.contenders[comparison.reference]
    rows = []
    for i, one in zip(places, some, strict=True):
        pair = comparison.pair(i, comparison.reference) if i != comparison.reference else None
        dots = _best_first(one.known, comparison)
        rows.append(
            Row(
                one.label,
                one.name,
                conclusions.incomplete(one),
                dots,
                one.mean,
                *one.interval,
                cells=(
                    str(one.completed),
                    metric_text.number(comparison, one.mean),
                    *(_difference(comparison, pair) if pair is not None else ("", "")),
                    "" if pair is None else _verdict(comparison, pair),
                ),
                beyond=_beyond(comparison, dots, one.mean, axis),
                is_leading=i in comparison.leaders,
                is_reference=pair is None and comparison.has_baseline,
            )
        )
    what = comparison.measure.in_words()
    return Rows(
        stem,
        what[0].upper() + what[1:],
        conclusions.title(comparison),
        conclusions.headline(comparison),
        ("seeds", "mean", f"- {reference.name}", _interval_heading(comparison), "verdict"),
        tuple(rows),
        axis,
        what,
        tuple(_ranking_caption(comparison, drawn, axis)),
    )


def differences(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> Rows:
    """The difference of every contender to the reference: of each seed, the mean, and its simultaneous interval."""
    reference = comparison.contenders[comparison.reference]
    places = [i for i in drawn_places(comparison, drawn) if i != comparison.reference]
    pairs = [comparison.pair(i, comparison.reference) for i in places]
    known = [_best_first(pair.by_seed[~np.isnan(pair.by_seed)], comparison) for pair in pairs]
    wide = [_new_data(pair) for pair in pairs]
    margin = comparison.margin
    leading = [float(np.median(d)) for i, d in zip(places, known, strict=True) if i in comparison.leaders and len(d)]
    axis = span(
        known,
        [*((pair.low, pair.high) for pair in pairs), *(one for one in wide if one is not None)],
        higher_is_better=comparison.measure.higher_is_better,
        always=(-margin, 0.0, margin, *leading),
    )
    with_new = any(w is not None for w in wide)
    rows = [
        Row(
            comparison.contenders[i].label,
            comparison.contenders[i].name,
            conclusions.incomplete(comparison.contenders[i]),
            dots,
            pair.difference,
            pair.low,
            pair.high,
            cells=(
                str(pair.n),
                *_difference(comparison, pair),
                _verdict(comparison, pair),
                *((_new_verdict(pair),) if with_new else ()),
            ),
            beyond=_beyond(comparison, dots, pair.difference, axis),
            wide=new,
        )
        for i, pair, dots, new in zip(places, pairs, known, wide, strict=True)
    ]
    return Rows(
        stem,
        f"Difference to {reference.name}",
        conclusions.title(comparison),
        conclusions.headline(comparison),
        (
            *("seeds", "mean", _interval_heading(comparison), "verdict"),
            *(("on new data",) if with_new else ()),
        ),
        tuple(rows),
        axis,
        f"difference in {comparison.measure.in_words()}",
        tuple(_differences_caption(comparison, drawn, axis, with_new)),
        margin,
    )


def _best_first(values: np.ndarray, comparison: Comparison) -> tuple[float, ...]:
    return tuple(sorted((float(v) for v in values), reverse=comparison.measure.higher_is_better))


def _difference(comparison: Comparison, pair: Pair) -> tuple[str, str]:
    return metric_text.signed(comparison, pair.difference), metric_text.interval(comparison, pair.low, pair.high)


def _interval_heading(comparison: Comparison) -> str:
    return f"{metric_text.percent(comparison.confidence)} interval"


def _verdict(comparison: Comparison, pair: Pair) -> str:
    """As short as a column needs it: `undecided (15-60 seeds)`."""
    if pair.verdict == "undecided":
        return f"undecided ({pair.forecast.low}-{pair.forecast.high} seeds)" if pair.forecast else "undecided"
    if pair.verdict is not None:
        return verdict_text.brief_verdict(pair)
    if pair.n < FEWEST_SEEDS or not pair.note:
        return "no verdict"
    for i in (pair.a, pair.b):  # the row has the name already
        note = pair.note.removeprefix(f"{comparison.contenders[i].name} ")
        if note != pair.note:
            who = "" if i != comparison.reference else "reference "
            return f"no verdict ({who}{note.partition(' (')[0]})"
    return pair.note


def _new_data(pair: Pair) -> tuple[float, float] | None:
    found = pair.examples
    return (found.low, found.high) if found is not None and math.isfinite(found.low) else None


def _new_verdict(pair: Pair) -> str:
    if pair.examples is None or not math.isfinite(pair.examples.low):
        return "-"
    return pair.examples.verdict or "no verdict"


def _beyond(comparison: Comparison, dots: Sequence[float], mean: float, axis: Span) -> str:
    """`mean 0.8804; 2 of 5 seeds: 0.5500 to 0.9000`, of what the axis cuts off.

    Where some seeds are on the axis and their mean is not, it comes first: else they would be taken for it.
    """
    outside = sorted(v for v in dots if not axis.holds(v))
    if not outside:
        return ""
    first, last = (metric_text.number(comparison, v) for v in (outside[0], outside[-1]))
    values = first if first == last else f"{first} to {last}"
    if len(outside) == len(dots):
        return f"{number_of(len(dots), 'seed')}: {values}"
    told = "" if axis.holds(mean) else f"mean {metric_text.number(comparison, mean)}; "
    return f"{told}{len(outside)} of {len(dots)} seeds: {values}"
