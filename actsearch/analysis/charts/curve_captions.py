"""What a caption of learning curves must say, as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from actsearch.analysis.charts.axes import YAxis
from actsearch.analysis.charts.curves import Curve, LearningCurves
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION, curve_value_text, epoch_ranges
from actsearch.core.sentences import captions
from actsearch.core.sentences.sentence import Sentence
from actsearch.core.words import listed


def curve_caption(
    curves: LearningCurves, axis: YAxis, only_lines: bool = False, apart_without: str | None = None
) -> list[str]:
    """What a reader has to know before believing the figure, as sentences.

    `only_lines` is for figures with neither bands nor a bold line; `apart_without` is the label that a second figure
    leaves out.
    """
    return list(_caption_sentences(curves, axis, only_lines, apart_without))


def _caption_sentences(
    curves: LearningCurves, axis: YAxis, only_lines: bool, apart_without: str | None
) -> Iterator[str]:
    yield from _sentences_on_lines(curves, with_bands=not only_lines)
    if not only_lines:
        yield from _sentences_on_best(curves)
    yield from _sentences_on_scale(curves, axis)
    yield from _sentences_beyond_axis(curves, axis)
    if apart_without is not None:
        yield captions.SEE_THE_OTHER_FIGURE(label=apart_without)
    yield from _sentences_on_curve_trials(curves)
    if curves.mixture is not None:
        yield curves.mixture
    yield from _sentences_on_data(curves)


def _sentences_on_lines(curves: LearningCurves, with_bands: bool) -> Iterator[str]:
    if curves.n_seeds == 1:
        yield captions.CURVES_OF_ONE_SEED(experiment=curves.experiment)
    else:
        # Of a candidate that left at a look, fewer seeds were asked for.
        everywhere = not any(curve.counted < curves.n_seeds for curve in curves.drawn)
        lines = captions.CURVES_WITH_BANDS if with_bands else captions.CURVES_WITHOUT_BANDS
        yield lines(experiment=curves.experiment, everywhere=everywhere, seeds=curves.n_seeds)
    if curves.not_drawn:
        yield captions.CURVES_NOT_DRAWN(names=listed(curves.not_drawn, NAMED_IN_A_CAPTION))
    if curves.n_seeds != 1 and any(len(set(curve.seeds)) > 1 for curve in curves.drawn):
        yield captions.AFTER_A_CROSS()


def _sentences_on_best(curves: LearningCurves) -> Iterator[str]:
    best = curves.best(curves.curves)
    if best is None:
        return
    if len(curves.facets) > 1:
        where = listed(_where_best(curves, best), NAMED_IN_A_CAPTION)
        yield captions.BOLD_OF_A_PANEL(epoch=curves.last_epoch, where=where, value=curve_value_text(best))
    elif len(curves.drawn) > 1:
        yield captions.BOLD_OF_ALL(higher_is_better=curves.higher_is_better, epoch=curves.last_epoch)


def _where_best(curves: LearningCurves, best: float) -> list[str]:
    """`relu at learning_rate = 0.001`: the curves that end with the best value of all."""
    where = []
    for facet in curves.facets:
        first = [curve for curve in facet.curves if curve.final == best and curves.in_the_race(curve)]
        where += [captions.CURVE_IN_PANEL(label=curve.label, panel=facet.title) for curve in first]
    return where


# --- the axis


def _sentences_on_scale(curves: LearningCurves, axis: YAxis) -> Iterator[str]:
    if curves.is_error_rate:
        yield captions.ERROR_RATE_AXIS(metric=curves.metric)
    elif axis.log:
        yield captions.LOGARITHMIC_AXIS()
    elif curves.kind.is_share and axis.high - axis.low < 0.05:
        yield captions.NARROW_AXIS(points=100 * (axis.high - axis.low))
    if axis.has_zeros:
        yield captions.ZEROS_ON_LOWER_EDGE()


def _sentences_beyond_axis(curves: LearningCurves, axis: YAxis) -> Iterator[str]:
    one_seed, one_panel = curves.n_seeds == 1, len(curves.facets) <= 1
    if axis.below:
        below = captions.BELOW_OF_ONE_SEED if one_seed else captions.BELOW_OF_SEEDS
        yield captions.AXIS_BEGINS(edge=axis.low, outside=_epochs_left_out(axis.below, below), one_panel=one_panel)
    if axis.above:
        above = captions.ABOVE_OF_ONE_SEED if one_seed else captions.ABOVE_OF_SEEDS
        yield captions.AXIS_ENDS(edge=axis.high, outside=_epochs_left_out(axis.above, above), one_panel=one_panel)


def _epochs_left_out(outside: Mapping[str, tuple[int, ...]], first: Sentence) -> str:
    """`sigmoid is below it in epochs 1-4, relu and elu in epoch 1`: those outside the longest come first.

    `first` is what is said of these.
    """
    by_epochs: dict[tuple[int, ...], list[str]] = {}
    for label, epochs in outside.items():
        by_epochs.setdefault(epochs, []).append(label)
    groups = sorted(by_epochs.items(), key=lambda group: -len(group[0]))
    parts: list[str] = []
    for epochs, labels in groups[:NAMED_IN_A_CAPTION]:
        names, when = listed(labels, NAMED_IN_A_CAPTION), epoch_ranges(epochs)
        if parts:
            parts.append(captions.ALSO_OUTSIDE(names=names, epochs=when))
        else:
            parts.append(first(names=names, labels=len(labels), epochs=when))
    rest = sum(len(labels) for _, labels in groups[NAMED_IN_A_CAPTION:])
    return ", ".join([*parts, captions.OUTSIDE_FOR_FEWER(labels=rest)] if rest else parts)


# --- the trials and the data


def _sentences_on_curve_trials(curves: LearningCurves) -> Iterator[str]:
    diverged = _trials_by_label(curves.curves, lambda curve: len(curve.diverged))
    if diverged:
        divergences = chain.from_iterable(curve.diverged for curve in curves.curves)
        epochs = sorted({divergence.epoch for divergence in divergences})
        yield captions.CURVES_DIVERGED(**_counted_trials(curves, diverged), epochs=epoch_ranges(epochs))
    failed = _trials_by_label(curves.curves, lambda curve: curve.failed)
    if failed:
        yield captions.CURVES_FAILED(**_counted_trials(curves, failed))
    left_out = _trials_by_label(curves.curves, lambda curve: curve.left_out)
    if left_out:
        yield captions.CURVES_LEFT_OUT(**_counted_trials(curves, left_out))
    on_their_way = _trials_by_label(curves.curves, lambda curve: curve.unfinished - curve.left_out)
    if on_their_way:
        yield captions.CURVES_UNFINISHED(**_counted_trials(curves, on_their_way))


def _trials_by_label(curves: Iterable[Curve], count: Callable[[Curve], int]) -> dict[str, int]:
    """How many trials a count finds of each label, of those labels with any."""
    counts: Counter[str] = Counter()
    for curve in curves:
        counts[curve.label] += count(curve)
    return {label: n for label, n in counts.items() if n}


def _counted_trials(curves: LearningCurves, counts: Mapping[str, int]) -> dict[str, object]:
    """How many trials there are of a kind, and how many of each label."""
    asked = _trials_by_label(curves.curves, lambda curve: curve.n_seeds)
    each = [captions.TRIALS_OF_LABEL(label=label, trials=n, asked=asked[label]) for label, n in counts.items()]
    return {"trials": sum(counts.values()), "by_label": listed(each, NAMED_IN_A_CAPTION)}


def _sentences_on_data(curves: LearningCurves) -> Iterator[str]:
    if not curves.metric.startswith("val_"):
        yield captions.KERAS_TRAINING_VALUES()
    elif curves.validation_is_test:
        yield captions.CURVES_OF_TEST_SET()
