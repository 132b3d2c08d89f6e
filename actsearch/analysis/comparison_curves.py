"""What the figures of comparisons show: rows, cells, lines, axes and captions. Imports no Matplotlib.

Pure: comparisons and results in, frozen values out. `comparison_plots` draws them and decides nothing about numbers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from actsearch.analysis import conclusions, curves
from actsearch.analysis.comparison import MATRIX_UP_TO, Comparison, Contender, Pair, Question
from actsearch.analysis.statistics import FEWEST_SEEDS, Verdict
from actsearch.core.errors import NothingToShow
from actsearch.core.json_values import canonical_json
from actsearch.core.measures import Measure, measure
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult
from actsearch.core.words import in_words, listed, number_of, point

Kind = Literal["ranking", "differences", "sensitivity", "learning-speed"]
KINDS: tuple[Kind, ...] = ("ranking", "differences", "sensitivity", "learning-speed")
FAR = 6.0
"""The worst values are cut off if all would take more than so many times the room of the others."""
FAR_SETTINGS = 10.0
"""The same of settings, most of which are there to be seen as the bad ones."""
FEW_POINTS = 5
"""So few are all shown."""
SEVERAL_TARGETS_UP_TO = 30
"""So many contenders are shown with several targets; more, with one."""
SYMBOLS: Mapping[Verdict | None, str] = {"better": "▲", "worse": "▼", "tied": "=", "undecided": "?", None: "·"}
"""Not > and <, which stand above a difference: of a loss, what is better is less."""


@dataclass(frozen=True)
class Span:
    """An axis, and on which of its sides values are cut off."""

    low: float
    high: float
    cut: Literal["low", "high"] | None = None

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def span(
    rows: Sequence[Sequence[float]],
    intervals: Sequence[tuple[float, float]] = (),
    *,
    higher_is_better: bool,
    always: Sequence[float] = (),
    far: float = FAR,
) -> Span:
    """The axis on which the better half of the points, at the least, can be told apart.

    It has all the points, unless the worst of them are far off: see `_kept`. Intervals that reach into it make it
    longer, but not more than thrice as long; they may be NaN. Values of `always` are never cut off.
    """
    points = _kept(rows, higher_is_better, always, far)
    inside = [*points, *always] or [0.0]
    low, high = min(inside), max(inside)
    room = high - low or 1e-3 * abs(high) or 1e-3
    ends = [end for one in intervals if one[0] <= high and one[1] >= low for end in one]
    low, high = max(min([low, *ends]), low - room), min(max([high, *ends]), high + room)
    pad = 0.05 * (high - low) or 0.05 * room
    low, high = low - pad, high + pad
    if all(low <= value <= high for row in rows for value in row):
        return Span(low, high)
    return Span(low, high, "low" if higher_is_better else "high")


def _kept(rows: Sequence[Sequence[float]], higher_is_better: bool, always: Sequence[float], far: float) -> list[float]:
    """The points that an axis has: all but those beyond the widest gap, if they make it more than `far` times longer.

    The gap is as wide as all that is kept: a spread without one is shown whole. And so again with what is left, down to
    half of the points, a few, and two of the rows.
    """
    points = sorted((value for row in rows for value in row), reverse=higher_is_better)
    least = max((len(points) + 1) // 2, FEW_POINTS)
    while True:
        whole = _reach(points, always) if points else 0.0
        gaps = {n: abs(points[n] - points[n - 1]) for n in range(least, len(points))
                if whole > far * _reach(points[:n], always)}  # fmt: skip
        cuts = sorted((n for n in gaps if gaps[n] >= _reach(points[:n], always)), key=lambda n: -gaps[n])
        wanted = 1 if always else min(2, len(rows))
        n = next((n for n in cuts if _rows_within(rows, points[0], points[n - 1]) >= wanted), None)
        if n is None:
            return points
        points = points[:n]


def _reach(points: Sequence[float], always: Sequence[float]) -> float:
    values = (points[0], points[-1], *always)
    return max(max(values) - min(values), 2e-4 * max(map(abs, values)))


def _rows_within(rows: Sequence[Sequence[float]], a: float, b: float) -> int:
    return sum(any(min(a, b) <= value <= max(a, b) for value in row) for row in rows)


def shown(result: ExperimentResult, without: Collection[str]) -> frozenset[str]:
    """The labels that are drawn; also those for which no setting is chosen yet.

    Raises UserError for a name that there is not, and if nothing is left.
    """
    return frozenset(candidate.label for candidate in curves.kept(replace(result, tuning_seeds=()), without))


# --- rows: the ranking and the differences


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
    places = _places(comparison, drawn)
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
                    conclusions.number(comparison, one.mean),
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
    places = [i for i in _places(comparison, drawn) if i != comparison.reference]
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


def _places(comparison: Comparison, drawn: Collection[str] | None) -> list[int]:
    return [i for i, one in enumerate(comparison.contenders) if drawn is None or one.label in drawn]


def _best_first(values: np.ndarray, comparison: Comparison) -> tuple[float, ...]:
    return tuple(sorted((float(v) for v in values), reverse=comparison.measure.higher_is_better))


def _difference(comparison: Comparison, pair: Pair) -> tuple[str, str]:
    return conclusions.signed(comparison, pair.difference), conclusions.interval(comparison, pair.low, pair.high)


def _interval_heading(comparison: Comparison) -> str:
    return f"{conclusions.percent(comparison.confidence)} interval"


def _verdict(comparison: Comparison, pair: Pair) -> str:
    """As short as a column needs it: `undecided (15-60 seeds)`."""
    if pair.verdict == "undecided":
        return f"undecided ({pair.forecast.low}-{pair.forecast.high} seeds)" if pair.forecast else "undecided"
    if pair.verdict is not None:
        return conclusions.brief_verdict(pair)
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
    first, last = (conclusions.number(comparison, v) for v in (outside[0], outside[-1]))
    values = first if first == last else f"{first} to {last}"
    if len(outside) == len(dots):
        return f"{number_of(len(dots), 'seed')}: {values}"
    told = "" if axis.holds(mean) else f"mean {conclusions.number(comparison, mean)}; "
    return f"{told}{len(outside)} of {len(dots)} seeds: {values}"


# --- the matrix of pairs


@dataclass(frozen=True)
class Cell:
    """The row's contender minus the column's."""

    verdict: Verdict | None
    text: str


@dataclass(frozen=True)
class Matrix:
    """Every pair, both ways; None on the diagonal."""

    stem: str
    title: str
    subtitle: str
    names: tuple[str, ...]
    leading: tuple[bool, ...]
    cells: tuple[tuple[Cell | None, ...], ...]
    caption: tuple[str, ...]


def matrix(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> Matrix | None:
    """The matrix of pairs; None where there is one pair alone, too many, no verdict, or a baseline's pairs only."""
    places = [i for i in _places(comparison, drawn) if comparison.contenders[i].completed]
    if comparison.has_baseline or not 2 < len(places) <= MATRIX_UP_TO or not comparison.leaders:
        return None
    cells = tuple(
        tuple(
            Cell(pair.verdict, conclusions.signed(comparison, pair.difference))
            if (pair := comparison.pair(a, b) if a != b else None)
            else None
            for b in places
        )
        for a in places
    )
    what = comparison.measure.in_words()
    caption = [
        f"{comparison.experiment}: each cell is the row's mean minus the column's, and the verdict on the row:"
        f" {SYMBOLS['better']} better, {SYMBOLS['worse']} worse, {SYMBOLS['tied']} tied, {SYMBOLS['undecided']}"
        f" undecided, {SYMBOLS[None]} no verdict.",
        f"Bar: the leading group. {_simultaneous(comparison)}",
        *_closing(comparison, drawn),
    ]
    return Matrix(
        stem,
        f"Every pair: {what}",
        conclusions.title(comparison),
        tuple(comparison.contenders[i].name for i in places),
        tuple(i in comparison.leaders for i in places),
        cells,
        tuple(caption),
    )


# --- the captions


def _ranking_caption(comparison: Comparison, drawn: Collection[str] | None, axis: Span) -> Iterator[str]:
    n, confidence = comparison.most_seeds, conclusions.percent(comparison.confidence)
    if n < 2:
        yield "Each dot is the one seed there is."
    else:
        yield (
            f"Dots are seeds, markers their mean, lines the {confidence} t interval of that mean alone (not to judge"
            " differences by)."
        )
    if comparison.leaders:
        yield "Shaded: the leading group, not shown to be worse than any other; it has no ranks inside."
    if n > 1:
        name = comparison.contenders[comparison.reference].name
        yield f"In the columns, the difference to {name}{_a_baseline(comparison)}. {_simultaneous(comparison)}"
    yield from _choices(comparison)
    yield from _forecasts(comparison)
    yield from _axis_caption(axis, comparison)
    yield from _closing(comparison, drawn)


def _differences_caption(
    comparison: Comparison, drawn: Collection[str] | None, axis: Span, with_new: bool
) -> Iterator[str]:
    name = comparison.contenders[comparison.reference].name
    yield f"Dots are the differences to {name}{_a_baseline(comparison)}, seed by seed."
    if comparison.most_seeds > 1:
        yield f"Markers are their means, thick lines the intervals of those. {_simultaneous(comparison)}"
    if comparison.margin:
        yield f"Band: the margin, {comparison.margin:g} either way; a tie lies within it."
    if with_new:
        yield (
            f"Thin lines: the intervals for new seeds and new examples of the same kind as the {_examples(comparison)}"
            f" {comparison.measure.split} examples."
        )
    yield from _choices(comparison)
    yield from _forecasts(comparison)
    yield from _axis_caption(axis, comparison)
    yield from _closing(comparison, drawn)


def _a_baseline(comparison: Comparison) -> str:
    return " (the baseline)" if comparison.has_baseline else ""


def _examples(comparison: Comparison) -> int:
    found = [
        e.examples for i in comparison.others if (e := comparison.pair(i, comparison.reference).examples) is not None
    ]
    return found[0]


def _simultaneous(comparison: Comparison) -> str:
    return (
        f"Differences are paired by seed; their {conclusions.percent(comparison.confidence)} t intervals"
        f" {conclusions.simultaneity(comparison)}.{conclusions.rule(comparison)}"
    )


def _choices(comparison: Comparison) -> Iterator[str]:
    if comparison.choices:
        yield f"Each is at its own setting, chosen on other seeds ({listed(_tuning_seeds(comparison), curves.NAMED)})."


def _tuning_seeds(comparison: Comparison) -> list[str]:
    return [str(seed) for seed in comparison.choices[0].seeds]


def _forecasts(comparison: Comparison) -> Iterator[str]:
    if any(comparison.pair(i, comparison.reference).forecast is not None for i in comparison.others):
        yield (
            "Undecided: about so many seeds in all would tell; to add them here and look again calls equal candidates"
            " different in about 10 of 100 studies."
        )


def _axis_caption(axis: Span, comparison: Comparison) -> Iterator[str]:
    if axis.cut is not None:
        end = "begins" if axis.cut == "low" else "ends"
        edge = axis.low if axis.cut == "low" else axis.high
        yield f"The axis {end} at {conclusions.number(comparison, edge)}; what lies beyond is told at its edge."


def _closing(comparison: Comparison, drawn: Collection[str] | None) -> Iterator[str]:
    missing = [one.name for one in comparison.contenders if drawn is not None and one.label not in drawn]
    if missing:
        yield f"Compared, but not drawn: {listed(missing, curves.NAMED)}."
    yield from comparison.warnings
    yield _scope(comparison)


def _scope(comparison: Comparison) -> str:
    """What all figures of an experiment have in common, in a line: the data's hash is enough to find the rest."""
    settings = [trial.settings for one in comparison.contenders for trial in one.trials if trial.settings]
    hashes = {str(one.get("data", {}).get("sha256", ""))[:12] for one in settings} - {""}
    data = f" (SHA-256 {hashes.pop()}…)" if len(hashes) == 1 else ""
    return f"This holds for these data{data}, this network and these settings; the report tells them in full."


# --- the sensitivity to a setting


@dataclass(frozen=True)
class Lost:
    """Trials without a value at one setting."""

    x: float
    diverged: int
    of: int
    failed: int = 0

    def in_words(self) -> str:
        told = ((self.diverged, "diverged"), (self.failed, "failed"))
        return ", ".join(f"{n}/{self.of} {what}" for n, what in told if n)


@dataclass(frozen=True)
class Beyond:
    """What is told below a panel of one activation at one setting."""

    x: float
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class SettingLine:
    """An activation over the values of a setting; `mean`, `low` and `high` are NaN where no seed has a value."""

    label: str
    x: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    lost: tuple[Lost, ...] = ()
    chosen: int | None = None
    """The place of the setting that was chosen, or else of the best mean; None if there is neither."""

    def last_on(self, axis: Span) -> int | None:
        """The place of the last value that the axis has."""
        return max((i for i, value in enumerate(self.mean) if axis.holds(value)), default=None)

    def beyond(self, axis: Span) -> tuple[Beyond, ...]:
        """`▾ 0.1101, 2/5 diverged`: the means that the axis cuts off, and the trials that have no value."""
        lost = {one.x: one.in_words() for one in self.lost}
        found = []
        for i, (x, value) in enumerate(zip(self.x, self.mean, strict=True)):
            is_outside = math.isfinite(value) and not axis.holds(value)
            mean = f"{'▾' if value < axis.low else '▴'} {curves.number(value)}" if is_outside else ""
            if text := ", ".join(part for part in (mean, lost.get(x)) if part):
                found.append(Beyond(x, text, is_outside and i == self.chosen))
        return tuple(found)


@dataclass(frozen=True)
class SettingPanel:
    """One point of the rest of the grid."""

    title: str
    lines: tuple[SettingLine, ...]


@dataclass(frozen=True)
class Sensitivity:
    """A metric over the values of one setting."""

    stem: str
    title: str
    experiment: str
    x: tuple[float, ...]
    x_names: tuple[str, ...]
    x_label: str
    is_log: bool
    axis: Span
    y_label: str
    panels: tuple[SettingPanel, ...]
    caption: tuple[str, ...]
    with_bands: bool


def sensitivity(
    result: ExperimentResult, question: Question, stem: str, drawn: Collection[str] | None = None
) -> Sensitivity:
    """The metric over the learning rate, or else over another setting of the grid.

    Raises:
        UserError: there is no such metric or epoch.
        NothingToShow: the experiment has no grid, or no trial of it is completed.
    """
    key, values = _varied(result)
    what = measure(result, question.metric, question.at)
    places = _positions(values)
    rest: dict[str, list[CandidateResult]] = {}
    off_axis = []
    for candidate in result.candidates:
        if drawn is not None and candidate.label not in drawn:
            continue
        if key in candidate.setting:
            other = {k: v for k, v in candidate.setting.items() if k != key}
            rest.setdefault(point(other), []).append(candidate)
        else:
            off_axis.append(candidate.label)
    panels = tuple(
        SettingPanel(title, _setting_lines(candidates, key, values, places, what, result))
        for title, candidates in rest.items()
    )
    means = [v for panel in panels for line in panel.lines for v in line.mean if math.isfinite(v)]
    if not means:
        raise NothingToShow(f"{result.name}: no trial with {question.metric} is completed; run it to the end")
    bands = [band for panel in panels for line in panel.lines for band in zip(line.low, line.high, strict=True)]
    axis = span([means], bands, higher_is_better=what.higher_is_better, far=FAR_SETTINGS)
    seeds = max(len(_trials(result, c)) for some in rest.values() for c in some)
    name = key.rpartition(".")[2].replace("_", " ")
    words = what.in_words()
    return Sensitivity(
        stem,
        f"{words[0].upper()}{words[1:]}, by {name}",
        result.name,
        tuple(places[canonical_json(v)] for v in values),
        tuple(in_words(v) for v in values),
        name,
        _is_log(values),
        axis,
        words,
        panels,
        tuple(_sensitivity_caption(result, what, panels, axis, seeds, off_axis)),
        with_bands=seeds > 1,
    )


def _trials(result: ExperimentResult, candidate: CandidateResult) -> tuple[TrialResult, ...]:
    """The tuning trials, of which every setting has some, or else all."""
    return candidate.tuning if result.tuning_seeds else candidate.trials


def _varied(result: ExperimentResult) -> tuple[str, list[Any]]:
    """The setting that makes the x axis, and its values in order: a learning rate, else numbers, else the first."""
    values: dict[str, dict[str, Any]] = {}
    for candidate in result.candidates:
        for key, value in candidate.setting.items():
            values.setdefault(key, {})[canonical_json(value)] = value
    several = {key: list(found.values()) for key, found in values.items() if len(found) > 1}
    if not several:
        raise NothingToShow(
            f"{result.name}: there is no grid, and so no sensitivity to a setting; give the experiment a grid such as"
            " training.optimizer.learning_rate: [0.0003, 0.001, 0.003]"
        )
    rates = [key for key in several if key.rpartition(".")[2] == "learning_rate"]
    numeric = [key for key, some in several.items() if all(map(_is_number, some))]
    key = next(iter([*rates, *numeric, *several]))
    return key, sorted(several[key]) if key in numeric else several[key]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_log(values: Sequence[Any]) -> bool:
    """Rates and sizes go by factors; a dropout does not."""
    return all(_is_number(v) and v > 0 for v in values) and max(values) >= 8 * min(values)


def _positions(values: Sequence[Any]) -> dict[str, float]:
    """Where each value stands: numbers where they are, anything else on even steps."""
    is_numeric = all(map(_is_number, values))
    return {canonical_json(v): float(v) if is_numeric else float(i) for i, v in enumerate(values)}


def _setting_lines(
    candidates: Sequence[CandidateResult],
    key: str,
    values: Sequence[Any],
    places: Mapping[str, float],
    what: Measure,
    result: ExperimentResult,
) -> tuple[SettingLine, ...]:
    by_label: dict[str, dict[str, CandidateResult]] = {}
    for candidate in candidates:
        by_label.setdefault(candidate.label, {})[canonical_json(candidate.setting[key])] = candidate
    return tuple(_setting_line(label, found, values, places, what, result) for label, found in by_label.items())


def _setting_line(
    label: str,
    found: Mapping[str, CandidateResult],
    values: Sequence[Any],
    places: Mapping[str, float],
    what: Measure,
    result: ExperimentResult,
) -> SettingLine:
    keys = [k for v in values if (k := canonical_json(v)) in found]
    trials = [_trials(result, found[k]) for k in keys]
    known = [[v for trial in some if (v := what.of(trial)) is not None] for some in trials]
    counts = [Counter(trial.status for trial in some) for some in trials]
    lost = [
        Lost(places[k], n["diverged"], n.total(), n["failed"])
        for k, n in zip(keys, counts, strict=True)
        if n["diverged"] or n["failed"]
    ]
    mean = [float(np.mean(some)) if some else math.nan for some in known]
    return SettingLine(
        label,
        tuple(places[k] for k in keys),
        tuple(mean),
        tuple(min(some, default=math.nan) for some in known),
        tuple(max(some, default=math.nan) for some in known),
        tuple(lost),
        _chosen(label, [found[k] for k in keys], mean, what, result),
    )


def _chosen(
    label: str, candidates: Sequence[CandidateResult], mean: Sequence[float], what: Measure, result: ExperimentResult
) -> int | None:
    """The place of the chosen setting on this line; where none was chosen, of the best mean."""
    if result.tuning_seeds:
        wanted = [canonical_json(one.setting) for one in result.chosen if one.label == label]
        return next((i for i, c in enumerate(candidates) if canonical_json(c.setting) in wanted), None)
    known = [(value if what.higher_is_better else -value, -i) for i, value in enumerate(mean) if math.isfinite(value)]
    return -max(known)[1] if known else None


def _sensitivity_caption(
    result: ExperimentResult,
    what: Measure,
    panels: Sequence[SettingPanel],
    axis: Span,
    seeds: int,
    off_axis: Sequence[str],
) -> Iterator[str]:
    tuning = bool(result.tuning_seeds)
    which = f"{number_of(seeds, 'seed')}{' for tuning' if tuning else ''}"
    if seeds == 1:
        yield f"{result.name}: one seed{' for tuning' if tuning else ''}, so differences may be chance."
    else:
        yield f"{result.name}: lines are means of {which}, bands the range of the seeds."
    if tuning:
        chosen = "the settings chosen on these seeds, by the best mean validation accuracy after the last epoch"
        yield f"Rings: {chosen}." if result.chosen else "No setting is chosen yet."
    else:
        most = "highest" if what.higher_is_better else "lowest"
        yield f"Rings: the {most} mean of a line; being the best of several, it flatters."
    lines = [line for panel in panels for line in panel.lines]
    below = [one for line in lines for one in line.beyond(axis)]
    if axis.cut is not None:
        edge, side = ("begins", axis.low) if axis.cut == "low" else ("ends", axis.high)
        mark = "▾" if axis.cut == "low" else "▴"
        told = f"; means beyond it are told below ({mark})" if any(mark in one.text for one in below) else ""
        yield f"The axis {edge} at {side:.4g}{told}."
    if any(line.lost for line in lines):
        yield "Trials that diverged or failed are counted below; they are in no mean."
    if off_axis:
        yield f"Not on this axis, for their setting is fixed: {listed(list(dict.fromkeys(off_axis)), curves.NAMED)}."
    waiting = sum(
        trial.status not in ("completed", "diverged", "failed")
        for c in result.candidates
        for trial in _trials(result, c)
    )
    if waiting:
        yield f"{waiting} trial{'s' if waiting > 1 else ''} unfinished and missing here."
    if what.split == "test":
        yield "These are the test set's values: choosing a setting by them is choosing on the test set."
    if result.mixture:
        yield result.mixture


# --- how fast they learn


@dataclass(frozen=True)
class Reached:
    """One contender and one target: the epochs until it was reached, of the seeds that completed."""

    target: float
    epochs: tuple[float, ...]
    """Ascending; of the seeds that reached it."""
    never: int
    """How many seeds never did."""

    @property
    def median(self) -> float:
        """Infinite where half of the seeds or more never reach it, as the median of an even number may be."""
        reached = [*self.epochs, *[math.inf] * self.never]
        return float(np.median(reached)) if reached else math.nan


@dataclass(frozen=True)
class SpeedRow:
    """A contender, and how fast it reached each target."""

    label: str
    name: str
    note: str
    seconds_per_epoch: float
    """NaN where it is not known."""
    reached: tuple[Reached, ...]
    """By target, the easiest first; without any seed, empty."""


@dataclass(frozen=True)
class LearningSpeed:
    """A figure with a row a contender, the fastest on top."""

    stem: str
    title: str
    subtitle: str
    targets: tuple[str, ...]
    rows: tuple[SpeedRow, ...]
    last_epoch: float
    last_second: float
    """NaN where no seconds are known."""
    caption: tuple[str, ...]


def learning_speed(comparison: Comparison, stem: str, drawn: Collection[str] | None = None) -> LearningSpeed:
    """Epochs and seconds until the metric reaches each of a few targets.

    Raises:
        NothingToShow: the metric is not known after every epoch.
    """
    what = comparison.measure
    metric, hardest = what.history, comparison.question.target
    if metric is None or hardest is None:
        raise NothingToShow(
            f"{comparison.experiment}: {what.metric} is not known after every epoch, and so neither when it was"
            " reached; give another metric, such as --metric val_accuracy"
        )
    some = [comparison.contenders[i] for i in _places(comparison, drawn)]
    targets = _targets(hardest, what) if len(some) <= SEVERAL_TARGETS_UP_TO else [hardest]
    rows = sorted((_speed_row(one, metric, targets, what) for one in some), key=_slowness)
    epochs = [e for row in rows for one in row.reached for e in one.epochs]
    seconds = [e * row.seconds_per_epoch for row in rows for one in row.reached for e in one.epochs]
    known = [s for s in seconds if math.isfinite(s)]
    quantity = f"{what.split} {metric.removeprefix('val_').replace('_', ' ')}"
    return LearningSpeed(
        stem,
        f"Epochs and seconds until a {quantity} is reached",
        conclusions.title(comparison),
        tuple(f"{quantity} {target:.6g}" for target in targets),
        tuple(rows),
        max(epochs, default=1.0),
        max(known, default=math.nan),
        tuple(_speed_caption(comparison, targets, drawn)),
    )


def _targets(hardest: float, what: Measure) -> list[float]:
    """The target, and before it those with twice and four times the error (or loss) that is left."""
    error = 1 - hardest if what.is_accuracy else hardest
    if error <= 0:
        return [hardest]
    errors = [factor * error for factor in (4, 2) if not what.is_accuracy or factor * error < 0.9]
    digits = 3 if what.is_accuracy else 2 - math.floor(math.log10(error))
    easier = [round(1 - e if what.is_accuracy else e, digits) for e in errors]
    return [*(value for value in dict.fromkeys(easier) if what.better(hardest, value)), hardest]


def _speed_row(one: Contender, metric: str, targets: Sequence[float], what: Measure) -> SpeedRow:
    trials = [trial for trial in one.trials if trial.status == "completed" and metric in trial.history]
    reached = []
    for target in targets if trials else ():
        found = [_first(trial, metric, target, what) for trial in trials]
        epochs = sorted(float(e) for e in found if e is not None)
        reached.append(Reached(target, tuple(epochs), len(found) - len(epochs)))
    seconds = one.seconds_per_epoch
    return SpeedRow(
        one.label, one.name, conclusions.incomplete(one), math.nan if seconds is None else seconds, tuple(reached)
    )


def _first(trial: TrialResult, metric: str, target: float, what: Measure) -> int | None:
    """The first epoch (from 1) whose value is not worse than the target."""
    values = enumerate(trial.history[metric], 1)
    return next((epoch for epoch, v in values if v is not None and not what.better(target, v)), None)


def _slowness(row: SpeedRow) -> tuple[bool, list[float]]:
    """By the hardest target first."""
    return not row.reached, [one.median for one in reversed(row.reached)]


def _speed_caption(comparison: Comparison, targets: Sequence[float], drawn: Collection[str] | None) -> Iterator[str]:
    yield (
        f"{comparison.experiment}: the first epoch whose value reaches the target; dots are seeds, larger markers"
        " medians (hollow to full: the targets), lines the range of the seeds that reach it. The others are counted at"
        " the edge; where half of them or more never do, there is no median."
    )
    if comparison.contenders and any(one.seconds_per_epoch is not None for one in comparison.contenders):
        yield (
            "Seconds are epochs times a contender's median seconds per epoch, on the machines and with the load of"
            " these trainings."
        )
    if len(targets) > 1:
        error = "error" if comparison.measure.is_accuracy else "value"
        yield f"The targets leave four times, twice and once the {error} of the last of them."
    yield from _closing(comparison, drawn)
