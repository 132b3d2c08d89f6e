"""What a caption of learning curves must say, as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from actsearch.analysis.curves import Curve, LearningCurves, View, is_accuracy, number
from actsearch.core.words import listed

NAMED = 6
"""A caption names so many candidates of one kind, and counts the rest."""


def caption(
    curves: LearningCurves, seen: View, only_lines: bool = False, apart_without: str | None = None
) -> list[str]:
    """What a reader has to know before believing the figure, as sentences.

    `only_lines` is for figures with neither bands nor a bold line; `apart_without` is the label that a second figure
    leaves out.
    """
    return [
        *_of_seeds(curves, with_bands=not only_lines),
        *(() if only_lines else _of_best(curves)),
        *_of_scale(curves, seen),
        *([] if apart_without is None else [f"To tell the others apart, see the figure without {apart_without}."]),
        *_of_trials(curves),
        *([] if curves.mixture is None else [curves.mixture]),
        *_of_data(curves),
    ]


def _of_seeds(curves: LearningCurves, with_bands: bool) -> list[str]:
    missing = [f"Not drawn: {listed(curves.not_drawn, NAMED)}."] if curves.not_drawn else []
    if curves.n_seeds == 1:
        return [f"{curves.experiment}: one seed, so differences may be chance.", *missing]
    seeds = f"{curves.n_seeds} seeds"
    if any(curve.counted < curves.n_seeds for curve in curves.drawn):  # of who left at a look, fewer were asked for
        seeds = f"up to {seeds}"
    bands = ", bands the range of the seeds" if with_bands else ""
    said = [f"{curves.experiment}: lines are means of {seeds}{bands}.", *missing]
    if any(len(set(curve.seeds)) > 1 for curve in curves.drawn):
        said.append("After a cross a line is the mean of the seeds that remain.")
    return said


def _of_best(curves: LearningCurves) -> list[str]:
    best = curves.best(curves.curves)
    if best is None:
        return []
    if len(curves.facets) == 1:
        most = "highest" if curves.higher_is_better else "lowest"
        return [f"Bold: {most} after epoch {curves.last_epoch}."] if len(curves.drawn) > 1 else []
    first = [(f, c) for f in curves.facets for c in f.curves if c.final == best and curves.in_the_race(c)]
    where = [f"{curve.label} at {facet.title}" for facet, curve in first]
    return [f"Bold: best of a panel after epoch {curves.last_epoch}; of all, {listed(where, NAMED)} ({number(best)})."]


def _of_scale(curves: LearningCurves, seen: View) -> list[str]:
    said: list[str] = []
    if curves.is_error_rate:
        said.append(f"Drawn is 1 - {curves.metric}, on a logarithmic axis: lower is better.")
    elif seen.log:
        said.append("The axis is logarithmic.")
    elif is_accuracy(curves.metric) and seen.high - seen.low < 0.05:
        said.append(f"The axis spans {100 * (seen.high - seen.low):.2g} percentage points.")
    if seen.zeros:
        said.append("A value of 0 is a hollow triangle on the lower edge.")
    one, several = ("is", "are") if curves.n_seeds == 1 else ("reaches", "reach")
    panels = " (in at least one panel)" if len(curves.facets) > 1 else ""
    for name, edge, side, outside in (
        ("begins", seen.low, "below", seen.below),
        ("ends", seen.high, "above", seen.above),
    ):
        if outside:
            who = _epochs_of(outside, f"{one} {side} it", f"{several} {side} it")
            said.append(f"The axis {name} at {edge:.6g}; {who}{panels}.")
    return said


def _epochs_of(outside: Mapping[str, tuple[int, ...]], one: str, several: str) -> str:
    """`sigmoid is below it in epochs 1-4, relu and elu in epoch 1`: whoever is outside the longest comes first."""
    by_epochs: dict[tuple[int, ...], list[str]] = {}
    for label, epochs in outside.items():
        by_epochs.setdefault(epochs, []).append(label)
    groups = sorted(by_epochs.items(), key=lambda group: -len(group[0]))
    said: list[str] = []
    for epochs, labels in groups[:NAMED]:
        verb = "" if said else f" {one if len(labels) == 1 else several}"
        said.append(f"{listed(labels, NAMED)}{verb} in {epoch_ranges(epochs)}")
    rest = sum(len(labels) for _, labels in groups[NAMED:])
    return ", ".join([*said, f"{rest} more for fewer epochs"] if rest else said)


def epoch_ranges(epochs: Sequence[int]) -> str:
    """`epochs 1-4, 7`; `epoch 3`."""
    starts = [e for e in epochs if e - 1 not in epochs]
    stops = [e for e in epochs if e + 1 not in epochs]
    parts = [f"{a}-{b}" if a != b else f"{a}" for a, b in zip(starts, stops, strict=True)]
    if len(parts) > NAMED:
        parts = [f"{epochs[0]}-{epochs[-1]} (not all)"]
    return f"epoch{'s' if len(epochs) > 1 else ''} {', '.join(parts)}"


def _of_trials(curves: LearningCurves) -> list[str]:
    diverged = _by_label(curves.curves, lambda curve: len(curve.diverged))
    epochs = sorted({one.epoch for curve in curves.curves for one in curve.diverged})
    said: list[str] = []
    if diverged:
        said.append(f"{_trials(curves, diverged)} diverged (cross), in {epoch_ranges(epochs)}.")
    if failed := _by_label(curves.curves, lambda curve: curve.failed):
        said.append(f"{_trials(curves, failed)} failed and missing here.")
    if left_out := _by_label(curves.curves, lambda curve: curve.left_out):
        said.append(f"{_trials(curves, left_out)} unfinished and left out.")
    if partly := _by_label(curves.curves, lambda curve: curve.unfinished - curve.left_out):
        said.append(f"{_trials(curves, partly)} unfinished, drawn as far as it is.")
    return said


def _by_label(curves: Iterable[Curve], count: Callable[[Curve], int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for curve in curves:
        counts[curve.label] += count(curve)
    return {label: n for label, n in counts.items() if n}


def _trials(curves: LearningCurves, counts: Mapping[str, int]) -> str:
    """`3 trials (relu 2 of 5, gelu 1 of 5)`, to be followed by what became of them."""
    asked = _by_label(curves.curves, lambda curve: curve.n_seeds)
    total = sum(counts.values())
    each = listed([f"{label} {n} of {asked[label]}" for label, n in counts.items()], NAMED)
    return f"{total} trial{'s' if total > 1 else ''} ({each})"


def _of_data(curves: LearningCurves) -> list[str]:
    if not curves.metric.startswith("val_"):
        return ["Training values are Keras's: averaged while the epoch runs, with dropout on."]
    if curves.validation_is_test:
        return ["These are the test set's values: choosing by them is choosing on the test set."]
    return []
