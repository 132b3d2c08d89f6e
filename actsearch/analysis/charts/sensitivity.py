"""The table behind the figure of a metric over the values of one setting."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from actsearch.analysis.charts.value_axis import Span, value_span
from actsearch.analysis.comparisons.question import Question
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION, curve_value_text
from actsearch.core import measures
from actsearch.core.errors import NothingToShow
from actsearch.core.json_values import canonical_json
from actsearch.core.measures import Measure
from actsearch.core.results import ExperimentResult
from actsearch.core.sentences import captions
from actsearch.core.trial_results import ENDED, CandidateResult, TrialResult
from actsearch.core.words import in_words, listed, point

FAR_SETTINGS = 10.0
"""What `value_axis.FAR_OFF` is of contenders: most settings are there to be seen as the bad ones."""
CUT_OFF_BELOW, CUT_OFF_ABOVE = "▾", "▴"
"""Marks of a mean that the axis cuts off."""


@dataclass(frozen=True)
class LostTrials:
    """Trials without a value at one setting."""

    x: float
    diverged: int
    of: int
    failed: int = 0

    def in_words(self) -> str:
        counts = {"diverged": self.diverged, "failed": self.failed}
        return ", ".join(f"{count}/{self.of} {status}" for status, count in counts.items() if count)


@dataclass(frozen=True)
class NoteBelow:
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
    lost: tuple[LostTrials, ...] = ()
    chosen: int | None = None
    """The place of the setting that was chosen, or else of the best mean; None if there is neither."""

    def last_on(self, axis: Span) -> int | None:
        """The place of the last value that the axis has."""
        return max((i for i, value in enumerate(self.mean) if axis.holds(value)), default=None)

    def beyond(self, axis: Span) -> tuple[NoteBelow, ...]:
        """`▾ 0.1101, 2/5 diverged`: the means that the axis cuts off, and the trials that have no value."""
        lost = {trials.x: trials.in_words() for trials in self.lost}
        notes = []
        for i, (x, mean) in enumerate(zip(self.x, self.mean, strict=True)):
            parts = []
            is_outside = math.isfinite(mean) and not axis.holds(mean)
            if is_outside:
                parts.append(f"{CUT_OFF_BELOW if mean < axis.low else CUT_OFF_ABOVE} {curve_value_text(mean)}")
            if x in lost:
                parts.append(lost[x])
            if parts:
                notes.append(NoteBelow(x, ", ".join(parts), is_outside and i == self.chosen))
        return tuple(notes)


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


def sensitivity_table(
    result: ExperimentResult, question: Question, stem: str, drawn: Collection[str] | None = None
) -> Sensitivity:
    """The metric over the learning rate, or else over another setting of the grid.

    Raises:
        UserError: there is no such metric or epoch.
        NothingToShow: the experiment has no grid, or no trial of it is completed.
    """
    setting = _varied_setting(result)
    measure = measures.measure(result, question.metric, question.at)
    shown = [candidate for candidate in result.candidates if drawn is None or candidate.label in drawn]
    on_axis = [candidate for candidate in shown if setting.key in candidate.setting]
    panels = _panels(result, on_axis, setting, measure)
    lines = _lines_of(panels)
    known = [mean for mean in chain.from_iterable(line.mean for line in lines) if math.isfinite(mean)]
    if not known:
        raise NothingToShow(f"{result.name}: no trial with {measure.metric} is completed; run it to the end")
    bands = list(chain.from_iterable(zip(line.low, line.high, strict=True) for line in lines))
    axis = value_span([known], bands, higher_is_better=measure.higher_is_better, far=FAR_SETTINGS)
    seeds = max(len(_trials_shown(result, candidate)) for candidate in on_axis)
    measured = measure.in_words()
    return Sensitivity(
        stem=stem,
        title=captions.SETTING_TITLE(metric=f"{measured[0].upper()}{measured[1:]}", setting=setting.name),
        experiment=result.name,
        x=tuple(setting.place(value) for value in setting.values),
        x_names=tuple(in_words(value) for value in setting.values),
        x_label=setting.name,
        is_log=setting.is_log,
        axis=axis,
        y_label=measured,
        panels=panels,
        caption=tuple(
            chain(
                _sentences_on_seeds(result, measure, seeds),
                _sentences_on_cut_off(lines, axis),
                _sentences_on_missing(result, [c.label for c in shown if setting.key not in c.setting]),
                _sentences_to_beware_of(result, measure),
            )
        ),
        with_bands=seeds > 1,
    )


def _trials_shown(result: ExperimentResult, candidate: CandidateResult) -> tuple[TrialResult, ...]:
    """The tuning trials, of which every setting has some, or else all."""
    return candidate.tuning if result.tuning_seeds else candidate.trials


def _lines_of(panels: Iterable[SettingPanel]) -> list[SettingLine]:
    return list(chain.from_iterable(panel.lines for panel in panels))


# --- the x axis


@dataclass(frozen=True)
class _VariedSetting:
    """The setting that makes the x axis, and its values in order."""

    key: str
    values: Sequence[Any]

    @property
    def name(self) -> str:
        return self.key.rpartition(".")[2].replace("_", " ")

    @property
    def is_numeric(self) -> bool:
        return all(map(_is_number, self.values))

    @property
    def is_log(self) -> bool:
        """Rates and sizes go by factors; a dropout does not."""
        is_positive = self.is_numeric and all(value > 0 for value in self.values)
        return is_positive and bool(max(self.values) >= 8 * min(self.values))

    @cached_property
    def _places(self) -> Mapping[str, float]:
        is_numeric = self.is_numeric
        return {canonical_json(v): float(v) if is_numeric else float(i) for i, v in enumerate(self.values)}

    def place(self, value: Any) -> float:
        """Where a value stands: a number where it is, anything else on even steps."""
        return self._places[canonical_json(value)]


def _varied_setting(result: ExperimentResult) -> _VariedSetting:
    """A learning rate, else numbers, else the first setting that varies."""
    values: dict[str, dict[str, Any]] = {}
    for candidate in result.candidates:
        for key, value in candidate.setting.items():
            values.setdefault(key, {})[canonical_json(value)] = value
    varied = {key: list(by_text.values()) for key, by_text in values.items() if len(by_text) > 1}
    if not varied:
        raise NothingToShow(
            f"{result.name}: there is no grid, and so no sensitivity to a setting; give the experiment a grid such as"
            " training.optimizer.learning_rate: [0.0003, 0.001, 0.003]"
        )
    rates = [key for key in varied if key.rpartition(".")[2] == "learning_rate"]
    numeric = [key for key, given in varied.items() if all(map(_is_number, given))]
    key = [*rates, *numeric, *varied][0]
    return _VariedSetting(key, sorted(varied[key]) if key in numeric else varied[key])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


# --- the panels and lines


def _panels(
    result: ExperimentResult, candidates: Sequence[CandidateResult], setting: _VariedSetting, measure: Measure
) -> tuple[SettingPanel, ...]:
    """One for each point of the rest of the grid."""
    by_title: dict[str, list[CandidateResult]] = {}
    for candidate in candidates:
        rest = {key: value for key, value in candidate.setting.items() if key != setting.key}
        by_title.setdefault(point(rest), []).append(candidate)
    return tuple(
        SettingPanel(title, _lines_of_settings(result, here, setting, measure)) for title, here in by_title.items()
    )


def _lines_of_settings(
    result: ExperimentResult, candidates: Sequence[CandidateResult], setting: _VariedSetting, measure: Measure
) -> tuple[SettingLine, ...]:
    by_label: dict[str, dict[str, CandidateResult]] = {}
    for candidate in candidates:
        by_label.setdefault(candidate.label, {})[canonical_json(candidate.setting[setting.key])] = candidate
    lines = []
    for by_value in by_label.values():
        keys = [canonical_json(value) for value in setting.values]
        lines.append(_line_of_setting(result, [by_value[key] for key in keys if key in by_value], setting, measure))
    return tuple(lines)


def _line_of_setting(
    result: ExperimentResult, candidates: Sequence[CandidateResult], setting: _VariedSetting, measure: Measure
) -> SettingLine:
    """The line of candidates that differ in the setting alone, in the order of its values."""
    known = [_known_values(_trials_shown(result, candidate), measure) for candidate in candidates]
    means = [float(np.mean(values)) if values else math.nan for values in known]
    x = [setting.place(candidate.setting[setting.key]) for candidate in candidates]
    lost = [_lost_trials(place, _trials_shown(result, c)) for place, c in zip(x, candidates, strict=True)]
    return SettingLine(
        label=candidates[0].label,
        x=tuple(x),
        mean=tuple(means),
        low=tuple(min(values, default=math.nan) for values in known),
        high=tuple(max(values, default=math.nan) for values in known),
        lost=tuple(trials for trials in lost if trials.diverged or trials.failed),
        chosen=_chosen_place(result, candidates, means, measure),
    )


def _known_values(trials: Iterable[TrialResult], measure: Measure) -> list[float]:
    return [value for value in map(measure.of, trials) if value is not None]


def _lost_trials(x: float, trials: Sequence[TrialResult]) -> LostTrials:
    counts = Counter(trial.status for trial in trials)
    return LostTrials(x, counts["diverged"], len(trials), counts["failed"])


def _chosen_place(
    result: ExperimentResult, candidates: Sequence[CandidateResult], means: Sequence[float], measure: Measure
) -> int | None:
    """The place of the chosen setting on a line; where none was chosen, of the best mean."""
    if result.tuning_seeds:
        choices = [choice for choice in result.chosen if choice.label == candidates[0].label]
        chosen = [canonical_json(choice.setting) for choice in choices]
        return next((i for i, c in enumerate(candidates) if canonical_json(c.setting) in chosen), None)
    sign = 1 if measure.higher_is_better else -1
    known = [(sign * mean, -i) for i, mean in enumerate(means) if math.isfinite(mean)]
    return -max(known)[1] if known else None


# --- the caption


def _sentences_on_seeds(result: ExperimentResult, measure: Measure, seeds: int) -> Iterator[str]:
    is_tuning = bool(result.tuning_seeds)
    if seeds == 1:
        yield captions.SETTING_LINES_OF_ONE_SEED(experiment=result.name, tuning=is_tuning)
    else:
        yield captions.SETTING_LINES(experiment=result.name, seeds=seeds, tuning=is_tuning)
    if not is_tuning:
        yield captions.RINGS_AT_BEST_MEAN(higher_is_better=measure.higher_is_better)
    elif result.chosen:
        yield captions.RINGS_AT_CHOSEN(metric=result.task.decisive.in_words)
    else:
        yield captions.NO_RINGS_YET()


def _sentences_on_cut_off(lines: Sequence[SettingLine], axis: Span) -> Iterator[str]:
    if axis.cut is not None:
        is_low = axis.cut == "low"
        mark = CUT_OFF_BELOW if is_low else CUT_OFF_ABOVE
        notes = chain.from_iterable(line.beyond(axis) for line in lines)
        if any(mark in note.text for note in notes):
            yield captions.SETTING_AXIS_CUT_MARKED(low=is_low, edge=axis.edge, mark=mark)
        else:
            yield captions.SETTING_AXIS_CUT(low=is_low, edge=axis.edge)
    if any(line.lost for line in lines):
        yield captions.LOST_TRIALS_BELOW()


def _sentences_on_missing(result: ExperimentResult, fixed: Iterable[str]) -> Iterator[str]:
    """`fixed` are the labels of candidates that the setting does not vary of."""
    labels = list(dict.fromkeys(fixed))
    if labels:
        yield captions.NOT_ON_THIS_AXIS(names=listed(labels, NAMED_IN_A_CAPTION))
    trials = chain.from_iterable(_trials_shown(result, candidate) for candidate in result.candidates)
    waiting = sum(trial.status not in ENDED for trial in trials)
    if waiting:
        yield captions.UNFINISHED_MISSING(trials=waiting)


def _sentences_to_beware_of(result: ExperimentResult, measure: Measure) -> Iterator[str]:
    if measure.split == "test":
        yield captions.SETTINGS_BY_TEST_SET()
    if result.mixture:
        yield result.mixture
