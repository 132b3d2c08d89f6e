"""What a caption of learning curves must say, as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from actsearch.analysis.charts.axes import YAxis
from actsearch.analysis.charts.curves import Curve, LearningCurves
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION, curve_value_text, epoch_ranges
from actsearch.core.words import listed, number_of


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
        yield f"To tell the others apart, see the figure without {apart_without}."
    yield from _sentences_on_curve_trials(curves)
    if curves.mixture is not None:
        yield curves.mixture
    yield from _sentences_on_data(curves)


def _sentences_on_lines(curves: LearningCurves, with_bands: bool) -> Iterator[str]:
    if curves.n_seeds == 1:
        yield f"{curves.experiment}: one seed, so differences may be chance."
    else:
        # Of a candidate that left at a look, fewer seeds were asked for.
        up_to = "up to " if any(curve.counted < curves.n_seeds for curve in curves.drawn) else ""
        bands = ", bands the range of the seeds" if with_bands else ""
        yield f"{curves.experiment}: lines are means of {up_to}{curves.n_seeds} seeds{bands}."
    if curves.not_drawn:
        yield f"Not drawn: {listed(curves.not_drawn, NAMED_IN_A_CAPTION)}."
    if curves.n_seeds != 1 and any(len(set(curve.seeds)) > 1 for curve in curves.drawn):
        yield "After a cross a line is the mean of the seeds that remain."


def _sentences_on_best(curves: LearningCurves) -> Iterator[str]:
    best = curves.best(curves.curves)
    if best is None:
        return
    if len(curves.facets) > 1:
        where = listed(_where_best(curves, best), NAMED_IN_A_CAPTION)
        yield f"Bold: best of a panel after epoch {curves.last_epoch}; of all, {where} ({curve_value_text(best)})."
    elif len(curves.drawn) > 1:
        most = "highest" if curves.higher_is_better else "lowest"
        yield f"Bold: {most} after epoch {curves.last_epoch}."


def _where_best(curves: LearningCurves, best: float) -> list[str]:
    """`relu at learning_rate = 0.001`: the curves that end with the best value of all."""
    where = []
    for facet in curves.facets:
        first = [curve for curve in facet.curves if curve.final == best and curves.in_the_race(curve)]
        where += [f"{curve.label} at {facet.title}" for curve in first]
    return where


# --- the axis


def _sentences_on_scale(curves: LearningCurves, axis: YAxis) -> Iterator[str]:
    if curves.is_error_rate:
        yield f"Drawn is 1 - {curves.metric}, on a logarithmic axis: lower is better."
    elif axis.log:
        yield "The axis is logarithmic."
    elif curves.kind.is_share and axis.high - axis.low < 0.05:
        yield f"The axis spans {100 * (axis.high - axis.low):.2g} percentage points."
    if axis.has_zeros:
        yield "A value of 0 is a hollow triangle on the lower edge."


def _sentences_beyond_axis(curves: LearningCurves, axis: YAxis) -> Iterator[str]:
    verbs = ("is", "are") if curves.n_seeds == 1 else ("reaches", "reach")
    panels = " (in at least one panel)" if len(curves.facets) > 1 else ""
    if axis.below:
        below = _epochs_left_out(axis.below, verbs, "below")
        yield f"The axis begins at {axis.low:.6g}; {below}{panels}."
    if axis.above:
        above = _epochs_left_out(axis.above, verbs, "above")
        yield f"The axis ends at {axis.high:.6g}; {above}{panels}."


def _epochs_left_out(outside: Mapping[str, tuple[int, ...]], verbs: tuple[str, str], side: str) -> str:
    """`sigmoid is below it in epochs 1-4, relu and elu in epoch 1`: those outside the longest come first.

    `verbs` are for one label and for several.
    """
    by_epochs: dict[tuple[int, ...], list[str]] = {}
    for label, epochs in outside.items():
        by_epochs.setdefault(epochs, []).append(label)
    groups = sorted(by_epochs.items(), key=lambda group: -len(group[0]))
    parts: list[str] = []
    for epochs, labels in groups[:NAMED_IN_A_CAPTION]:
        verb = "" if parts else f" {verbs[0] if len(labels) == 1 else verbs[1]} {side} it"
        parts.append(f"{listed(labels, NAMED_IN_A_CAPTION)}{verb} in {epoch_ranges(epochs)}")
    rest = sum(len(labels) for _, labels in groups[NAMED_IN_A_CAPTION:])
    return ", ".join([*parts, f"{rest} more for fewer epochs"] if rest else parts)


# --- the trials and the data


def _sentences_on_curve_trials(curves: LearningCurves) -> Iterator[str]:
    diverged = _trials_by_label(curves.curves, lambda curve: len(curve.diverged))
    if diverged:
        divergences = chain.from_iterable(curve.diverged for curve in curves.curves)
        epochs = sorted({divergence.epoch for divergence in divergences})
        yield f"{_counted_trials(curves, diverged)} diverged (cross), in {epoch_ranges(epochs)}."
    failed = _trials_by_label(curves.curves, lambda curve: curve.failed)
    if failed:
        yield f"{_counted_trials(curves, failed)} failed and missing here."
    left_out = _trials_by_label(curves.curves, lambda curve: curve.left_out)
    if left_out:
        yield f"{_counted_trials(curves, left_out)} unfinished and left out."
    on_their_way = _trials_by_label(curves.curves, lambda curve: curve.unfinished - curve.left_out)
    if on_their_way:
        yield f"{_counted_trials(curves, on_their_way)} unfinished, drawn as far as it is."


def _trials_by_label(curves: Iterable[Curve], count: Callable[[Curve], int]) -> dict[str, int]:
    """How many trials a count finds of each label, of those labels with any."""
    counts: Counter[str] = Counter()
    for curve in curves:
        counts[curve.label] += count(curve)
    return {label: n for label, n in counts.items() if n}


def _counted_trials(curves: LearningCurves, counts: Mapping[str, int]) -> str:
    """`3 trials (relu 2 of 5, gelu 1 of 5)`, to be followed by what became of them."""
    asked = _trials_by_label(curves.curves, lambda curve: curve.n_seeds)
    each = listed([f"{label} {n} of {asked[label]}" for label, n in counts.items()], NAMED_IN_A_CAPTION)
    return f"{number_of(sum(counts.values()), 'trial')} ({each})"


def _sentences_on_data(curves: LearningCurves) -> Iterator[str]:
    if not curves.metric.startswith("val_"):
        yield "Training values are Keras's: averaged while the epoch runs, with dropout on."
    elif curves.validation_is_test:
        yield "These are the test set's values: choosing by them is choosing on the test set."
