"""The table behind the figure of a metric over the values of one setting."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from actsearch.analysis import curve_captions, curves
from actsearch.analysis.comparison import Question
from actsearch.analysis.value_axis import Span, span
from actsearch.core.errors import NothingToShow
from actsearch.core.experiment import canonical_json, in_words
from actsearch.core.measures import Measure, measure
from actsearch.core.results import CandidateResult, ExperimentResult, TrialResult
from actsearch.core.words import listed, number_of, point

FAR_SETTINGS = 10.0
"""The same of settings, most of which are there to be seen as the bad ones."""


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
        labels = listed(list(dict.fromkeys(off_axis)), curve_captions.NAMED)
        yield f"Not on this axis, for their setting is fixed: {labels}."
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
