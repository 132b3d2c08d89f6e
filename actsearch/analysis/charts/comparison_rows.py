"""The tables behind the figures with a row a contender: the ranking, and the differences to the reference."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from actsearch.analysis.charts.comparison_captions import differences_caption, ranking_caption
from actsearch.analysis.charts.comparison_figures import drawn_places
from actsearch.analysis.charts.value_axis import Span, value_span
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.conclusions import headline, title
from actsearch.analysis.comparisons.metric_format import interval_text, metric_text, signed_difference
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.comparisons.verdict_text import brief_verdict
from actsearch.analysis.number_format import confidence_text
from actsearch.core.sentences import captions, verdicts


@dataclass(frozen=True)
class ContenderRow:
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
    """One for each of `ContenderRows.headings`."""
    beyond: str = ""
    """What of it the axis cuts off, in words."""
    wide: tuple[float, float] | None = None
    """The interval for new seeds and new examples."""
    is_leading: bool = False
    is_reference: bool = False


@dataclass(frozen=True)
class ContenderRows:
    """A figure with a row a contender, the best on top."""

    stem: str
    title: str
    subtitle: str
    headline: str
    headings: tuple[str, ...]
    rows: tuple[ContenderRow, ...]
    axis: Span
    axis_label: str
    caption: tuple[str, ...]
    margin: float | None = None
    """Of a figure of differences: what counts as none."""


def ranking_table(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> ContenderRows:
    """Every seed, the mean, its interval; and the difference to the reference with the verdict, in words.

    `drawn` are the labels that are shown; the others are compared all the same.
    """
    places = drawn_places(comparison, drawn)
    axis = _ranking_axis(comparison, places)
    measured = comparison.measure.in_words()
    reference = comparison.contenders[comparison.reference]
    return ContenderRows(
        stem=stem,
        title=measured[0].upper() + measured[1:],
        subtitle=title(comparison),
        headline=headline(comparison),
        headings=("seeds", "mean", f"- {reference.name}", _interval_heading(comparison), "verdict"),
        rows=tuple(_ranking_row(comparison, i, axis) for i in places),
        axis=axis,
        axis_label=measured,
        caption=tuple(ranking_caption(comparison, drawn, axis)),
    )


def _ranking_axis(comparison: Comparison, places: Sequence[int]) -> Span:
    """It has the medians of the leading group and of the reference, whatever else it cuts off."""
    contenders = [comparison.contenders[i] for i in places]
    important = [comparison.contenders[i] for i in {*comparison.leaders, comparison.reference} if i in places]
    return value_span(
        [contender.known.tolist() for contender in contenders],
        [contender.interval for contender in contenders],
        higher_is_better=comparison.measure.higher_is_better,
        always=[contender.median for contender in important if contender.completed],
    )


def _ranking_row(comparison: Comparison, i: int, axis: Span) -> ContenderRow:
    contender = comparison.contenders[i]
    dots = _best_first(contender.known, comparison)
    against_reference = ("", "", "")
    if i != comparison.reference:
        pair = comparison.pair(i, comparison.reference)
        against_reference = (*_difference_cells(comparison, pair), _verdict_cell(comparison, pair))
    return ContenderRow(
        label=contender.label,
        name=contender.name,
        note=contender.missing,
        dots=dots,
        middle=contender.mean,
        low=contender.low,
        high=contender.high,
        cells=(str(contender.completed), metric_text(comparison, contender.mean), *against_reference),
        beyond=_text_beyond(comparison, dots, contender.mean, axis),
        is_leading=i in comparison.leaders,
        is_reference=i == comparison.reference and comparison.has_baseline,
    )


def differences_table(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> ContenderRows:
    """The difference of every contender to the reference: of each seed, the mean, and its simultaneous interval."""
    places = drawn_places(comparison, drawn)
    pairs = [pair for pair in comparison.pairs_with_reference() if pair.a in places]
    axis = _differences_axis(comparison, pairs)
    with_new_data = any(_interval_on_new_data(pair) is not None for pair in pairs)
    headings = ("seeds", "mean", _interval_heading(comparison), "verdict")
    return ContenderRows(
        stem=stem,
        title=captions.DIFFERENCES_TITLE(reference=comparison.contenders[comparison.reference].name),
        subtitle=title(comparison),
        headline=headline(comparison),
        headings=(*headings, "on new data") if with_new_data else headings,
        rows=tuple(_differences_row(comparison, pair, axis, with_new_data) for pair in pairs),
        axis=axis,
        axis_label=captions.DIFFERENCES_AXIS(metric=comparison.measure.in_words()),
        caption=tuple(differences_caption(comparison, drawn, axis, with_new_data)),
        margin=comparison.margin,
    )


def _differences_axis(comparison: Comparison, pairs: Sequence[Pair]) -> Span:
    """It has the margin and the medians of the leading group, whatever else it cuts off."""
    dots = {pair.a: _dots_of_pair(comparison, pair) for pair in pairs}
    leading = [float(np.median(dots[i])) for i in comparison.leaders if dots.get(i)]
    wide = [_interval_on_new_data(pair) for pair in pairs]
    return value_span(
        list(dots.values()),
        [*((pair.low, pair.high) for pair in pairs), *(interval for interval in wide if interval is not None)],
        higher_is_better=comparison.measure.higher_is_better,
        always=(-comparison.margin, 0.0, comparison.margin, *leading),
    )


def _differences_row(comparison: Comparison, pair: Pair, axis: Span, with_new_data: bool) -> ContenderRow:
    contender = comparison.contenders[pair.a]
    dots = _dots_of_pair(comparison, pair)
    cells = (str(pair.n), *_difference_cells(comparison, pair), _verdict_cell(comparison, pair))
    return ContenderRow(
        label=contender.label,
        name=contender.name,
        note=contender.missing,
        dots=dots,
        middle=pair.difference,
        low=pair.low,
        high=pair.high,
        cells=(*cells, _verdict_on_new_data(pair)) if with_new_data else cells,
        beyond=_text_beyond(comparison, dots, pair.difference, axis),
        wide=_interval_on_new_data(pair),
    )


def _dots_of_pair(comparison: Comparison, pair: Pair) -> tuple[float, ...]:
    return _best_first(pair.by_seed[~np.isnan(pair.by_seed)], comparison)


def _best_first(values: np.ndarray, comparison: Comparison) -> tuple[float, ...]:
    return tuple(sorted((float(value) for value in values), reverse=comparison.measure.higher_is_better))


def _difference_cells(comparison: Comparison, pair: Pair) -> tuple[str, str]:
    return signed_difference(comparison, pair.difference), interval_text(comparison, pair.low, pair.high)


def _interval_heading(comparison: Comparison) -> str:
    return captions.INTERVAL_HEADING(confidence=confidence_text(comparison.confidence))


def _verdict_cell(comparison: Comparison, pair: Pair) -> str:
    """As short as a column needs it: `undecided (15-60 seeds)`."""
    if pair.verdict == "undecided":
        if pair.forecast is None:
            return verdicts.UNDECIDED()
        return captions.UNDECIDED_CELL(low=pair.forecast.low, high=pair.forecast.high)
    if pair.verdict is not None:
        return brief_verdict(pair)
    if pair.n < FEWEST_SEEDS or not pair.note:
        return "no verdict"
    for i in (pair.a, pair.b):  # the row has the name already
        note = pair.note.removeprefix(f"{comparison.contenders[i].name} ")
        if note != pair.note:
            who = "" if i != comparison.reference else "reference "
            return f"no verdict ({who}{note.partition(' (')[0]})"
    return pair.note


def _interval_on_new_data(pair: Pair) -> tuple[float, float] | None:
    noise = pair.examples
    return (noise.low, noise.high) if noise is not None and math.isfinite(noise.low) else None


def _verdict_on_new_data(pair: Pair) -> str:
    noise = pair.examples
    if noise is None or not math.isfinite(noise.low):
        return "-"
    return noise.verdict or "no verdict"


def _text_beyond(comparison: Comparison, dots: Sequence[float], mean: float, axis: Span) -> str:
    """`mean 0.8804; 2 of 5 seeds: 0.5500 to 0.9000`, of what the axis cuts off.

    Where some seeds are on the axis and their mean is not, it comes first: else they would be taken for it.
    """
    outside = sorted(value for value in dots if not axis.holds(value))
    if not outside:
        return ""
    first, last = metric_text(comparison, outside[0]), metric_text(comparison, outside[-1])
    values = first if first == last else captions.VALUES_BEYOND(first=first, last=last)
    if len(outside) == len(dots):
        return captions.ALL_BEYOND(seeds=len(dots), values=values)
    if axis.holds(mean):
        return captions.SEEDS_BEYOND(outside=len(outside), seeds=len(dots), values=values)
    mean_text = metric_text(comparison, mean)
    return captions.SEEDS_AND_MEAN_BEYOND(mean=mean_text, outside=len(outside), seeds=len(dots), values=values)
