"""The tables behind each figure: learning curves, and what a caption must say.

Pure: values from `results` in, frozen values out. `figures.learning` draws what stands here and decides nothing about
numbers; `curve_axes` chooses the y axis.

Seeds and the mean. A candidate's line is the mean over its seeds, epoch by epoch, and its band their range.

- A seed that diverged is in the mean up to its last finite epoch; after that the mean is that of the seeds that remain,
  and `Curve.seeds` counts them. Such a curve is never called the best: its end flatters it.
- A seed that is unfinished is left out as soon as another one is completed, so that a line does not jump where a seed
  stops. Before that, the unfinished ones are drawn as far as all of them have come.
- A failed seed is left out. Whatever is left out is counted, and `caption` says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from actsearch.analysis.axes import ALL_SHOWN, YAxis
from actsearch.core.errors import UserError
from actsearch.core.results import CandidateResult, ExperimentResult, TrialResult
from actsearch.core.spelling import did_you_mean
from actsearch.core.words import listed, point

NAMED = 6
"""A caption names so many candidates of one kind, and counts the rest."""


@dataclass(frozen=True)
class Divergence:
    """A seed and the epoch (from 1) whose loss was no longer finite."""

    seed: int
    epoch: int


@dataclass(frozen=True)
class Curve:
    """One candidate in one figure. `epochs`, `mean`, `low`, `high` and `seeds` are of one length, which may be 0."""

    label: str
    activation: str
    variant: int
    """0 for the first label of this activation in the experiment, 1 for the second, ..."""
    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    seeds: tuple[int, ...]
    """How many seeds the mean of an epoch is over."""
    n_seeds: int
    """How many seeds were asked for."""
    epochs_asked: int
    counted: int
    """How many seeds the mean begins with; the others failed or are left out."""
    diverged: tuple[Divergence, ...] = ()
    failed: int = 0
    unfinished: int = 0
    left_out: int = 0
    """How many of the unfinished are not in the mean."""

    @property
    def final(self) -> float | None:
        """The mean at the last epoch drawn; None without one."""
        return self.mean[-1] if self.mean else None

    @property
    def cut_short(self) -> bool:
        """Every seed that counts diverged, so that the line ends before its time (or never begins)."""
        return bool(self.diverged) and len(self.diverged) == self.counted

    @property
    def is_on_its_way(self) -> bool:
        """Whether it is drawn as far as it has come, and will go on."""
        return self.unfinished > self.left_out

    def marks(self) -> tuple[int, ...]:
        """The epochs in which a cross stands: the last one that a diverged seed finished (1 if it finished none)."""
        last = self.epochs[-1] if self.epochs else 1
        return tuple(sorted({min(max(1, one.epoch - 1), last) for one in self.diverged}))


@dataclass(frozen=True)
class Facet:
    """One point of the grid. Without a grid there is one, with an empty title."""

    title: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class LearningCurves:
    """Everything in one figure."""

    experiment: str
    metric: str
    """Keras's name, verbatim."""
    validation_is_test: bool
    loss: str
    facets: tuple[Facet, ...]
    not_drawn: tuple[str, ...] = ()
    """The labels that were left out on request, or for another figure."""
    is_error_rate: bool = False
    """The numbers are 1 - `metric`."""
    mixture: str | None = None
    """What differs between the machines that the trials were trained on, as a sentence."""

    @property
    def curves(self) -> tuple[Curve, ...]:
        return tuple(curve for facet in self.facets for curve in facet.curves)

    @property
    def drawn(self) -> tuple[Curve, ...]:
        """The curves with at least one epoch."""
        return tuple(curve for curve in self.curves if curve.epochs)

    @property
    def last_epoch(self) -> int:
        return max((curve.epochs[-1] for curve in self.drawn), default=1)

    @property
    def n_seeds(self) -> int:
        return max((curve.n_seeds for curve in self.curves), default=0)

    @property
    def higher_is_better(self) -> bool:
        return is_accuracy(self.metric) and not self.is_error_rate

    def best(self, curves: Sequence[Curve]) -> float | None:
        """The best final value among `curves` that came to the last epoch and lost no seed; None if none did.

        None also while all are on their way and one is merely ahead of another, with which it was not compared.
        """
        racing = [curve for curve in curves if self.in_the_race(curve)]
        if any(curve.is_on_its_way for curve in racing) and any(
            curve.is_on_its_way for curve in curves if curve not in racing
        ):
            return None
        values = [curve.mean[-1] for curve in racing]
        return (max if self.higher_is_better else min)(values, default=None)

    def in_the_race(self, curve: Curve) -> bool:
        """Whether a curve's final value may be compared: it came to the last epoch, and no seed diverged."""
        return bool(curve.epochs) and curve.epochs[-1] == self.last_epoch and not curve.diverged


CHOSEN = "each at the setting chosen"
"""The title of a facet whose curves are at different points of the grid."""


def is_accuracy(metric: str) -> bool:
    """Whether more is better, and 1 the most."""
    return metric.endswith("accuracy")


def number(value: float) -> str:
    """A value as labels and captions print it: four digits, so that a column of them lines up."""
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.4g}"


# --- the curves


def learning_curves(result: ExperimentResult, metric: str, without: Collection[str] = ()) -> LearningCurves:
    """The curves of a metric, candidates in the order of the experiment, one facet per point of the grid.

    Where settings were chosen with tuning seeds, one facet holds all, each at its own setting.

    `without` holds labels or names of activations. Raises UserError for an unknown name or metric, if nothing would be
    left, and if no epoch is finished.
    """
    drawn = kept(result, without)
    _check_metric(result, metric)
    variants = _variants(result.candidates)
    points = [CHOSEN] * len(drawn) if result.tuning_seeds else titles(drawn)
    facets: dict[str, list[Curve]] = {title: [] for title in points}
    for candidate, title in zip(drawn, points, strict=True):
        facets[title].append(_curve(candidate, metric, variants[candidate.activation.name, candidate.label]))
    if not any(curve.epochs or curve.diverged for curves in facets.values() for curve in curves):
        raise nothing_finished(result.folder, drawn)
    return LearningCurves(
        experiment=result.name,
        metric=metric,
        validation_is_test=result.validation_is_test,
        loss=result.loss,
        facets=tuple(Facet(title, tuple(curves)) for title, curves in facets.items()),
        not_drawn=tuple(dict.fromkeys(c.label for c in result.compared if c not in drawn)),
        mixture=result.mixture,
    )


def metrics(result: ExperimentResult) -> tuple[str, ...]:
    """The metrics that the histories hold, in their order there."""
    return tuple(dict.fromkeys(name for c in result.compared for trial in c.trials for name in trial.history))


def error_rates(curves: LearningCurves) -> LearningCurves:
    """The same curves as 1 - accuracy."""

    def turned(curve: Curve) -> Curve:
        mean, low, high = (tuple(1 - value for value in row) for row in (curve.mean, curve.high, curve.low))
        return replace(curve, mean=mean, low=low, high=high)

    facets = tuple(replace(facet, curves=tuple(map(turned, facet.curves))) for facet in curves.facets)
    return replace(curves, facets=facets, is_error_rate=True)


def as_drawn(curves: LearningCurves, log: bool) -> LearningCurves:
    """The curves that an axis shows: a logarithmic one has error rates in place of accuracies."""
    return error_rates(curves) if log and is_accuracy(curves.metric) else curves


def kept(result: ExperimentResult, without: Collection[str]) -> tuple[CandidateResult, ...]:
    """The candidates that are compared, but for those with a label or activation in `without`.

    Raises UserError for a name that there is not, if nothing is left, and as long as all settings are to be chosen.
    """
    if not result.compared:
        raise UserError(
            f"{result.name}: no setting is chosen yet, and nothing compared; actsearch status shows how far"
        )
    names = {name: None for c in result.candidates for name in (c.label, c.activation.name)}
    dropped = set()
    for wanted in without:
        name = wanted if wanted in names else wanted.replace("-", "_")  # the article writes leaky-relu
        if name not in names:
            what = f"without: {result.name} has no candidate {wanted}"
            raise UserError(f"{what}; {did_you_mean(wanted, names)}")
        dropped.add(name)
    left = tuple(c for c in result.compared if not dropped & {c.label, c.activation.name})
    if dropped and not left:
        raise UserError(f"without: nothing of {result.name} is left to draw; leave out fewer candidates")
    return left


def _check_metric(result: ExperimentResult, metric: str) -> None:
    known = metrics(result)
    if not known:
        raise nothing_finished(result.folder, result.compared)
    if metric not in known:
        raise UserError(f"metric: {result.name} has no {metric}; {did_you_mean(metric, known)}")


def nothing_finished(folder: str, candidates: Sequence[CandidateResult]) -> UserError:
    """That no epoch has come to its end yet, and what to do."""
    states = {trial.status for candidate in candidates for trial in candidate.trials}
    if states == {"failed"}:
        return UserError(f"every trial in {folder} failed before it could be drawn; run it again")
    return UserError(f"no epoch is finished yet in {folder}; run it first")


def _variants(candidates: Sequence[CandidateResult]) -> dict[tuple[str, str], int]:
    pairs = dict.fromkeys((c.activation.name, c.label) for c in candidates)
    counted: Counter[str] = Counter()
    variants = {}
    for activation, label in pairs:
        variants[activation, label] = counted[activation]
        counted[activation] += 1
    return variants


def titles(candidates: Sequence[CandidateResult]) -> list[str]:
    """`learning_rate = 0.001`: of each the point of the grid, with names of keys that tell them apart in all."""
    keys = dict.fromkeys(key for candidate in candidates for key in candidate.setting)
    return [point(candidate.setting, keys) for candidate in candidates]


def _curve(candidate: CandidateResult, metric: str, variant: int) -> Curve:
    unfinished = [trial for trial in candidate.trials if trial.status in ("waiting", "running", "interrupted")]
    counting, end = _counting(candidate.trials, metric)
    table = _table([_finite(trial, metric)[:end] for trial in counting])
    return Curve(
        label=candidate.label,
        activation=candidate.activation.name,
        variant=variant,
        epochs=tuple(range(1, table.shape[1] + 1)),
        mean=tuple(np.nanmean(table, axis=0).tolist()) if table.size else (),
        low=tuple(np.nanmin(table, axis=0).tolist()) if table.size else (),
        high=tuple(np.nanmax(table, axis=0).tolist()) if table.size else (),
        seeds=tuple(np.isfinite(table).sum(axis=0).tolist()),
        n_seeds=len(candidate.trials),
        epochs_asked=max((trial.epochs for trial in candidate.trials), default=0),
        counted=len(counting),
        diverged=tuple(Divergence(t.seed, _end(t, metric)) for t in counting if _diverged(t, metric)),
        failed=sum(trial.status == "failed" for trial in candidate.trials),
        unfinished=len(unfinished),
        left_out=sum(trial not in counting for trial in unfinished),
    )


def _counting(trials: Sequence[TrialResult], metric: str) -> tuple[list[TrialResult], int | None]:
    """The trials in the mean, and the epoch where it ends if that is not theirs."""
    if any(trial.status == "completed" for trial in trials):
        return [trial for trial in trials if trial.status in ("completed", "diverged")], None
    begun = [t for t in trials if t.status not in ("failed", "diverged") and _finite(t, metric)]
    shortest = min((len(_finite(trial, metric)) for trial in begun), default=None)
    return [trial for trial in trials if trial.status == "diverged" or trial in begun], shortest


def _finite(trial: TrialResult, metric: str) -> list[float]:
    """The values up to the first that is missing."""
    values: list[float] = []
    for value in trial.history.get(metric, ()):
        if value is None or not math.isfinite(value):
            break
        values.append(value)
    return values


def _diverged(trial: TrialResult, metric: str) -> bool:
    return trial.status == "diverged" or len(_finite(trial, metric)) < len(trial.history.get(metric, ()))


def _end(trial: TrialResult, metric: str) -> int:
    """The epoch of a divergence: the one after the last finite one."""
    return max(len(_finite(trial, metric)) + 1, trial.epochs_done)


def _table(rows: Sequence[Sequence[float]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Seeds x epochs, NaN where a seed has no value."""
    table = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for seed, row in enumerate(rows):
        table[seed, : len(row)] = row
    return table


# --- apart


def outlier(curves: LearningCurves) -> str | None:
    """The label of the one candidate whose end is so far from all others' that they can't be told apart beside it."""
    ends = [curve for curve in curves.drawn if not curve.cut_short]
    finals = {curve.label: [c.mean[-1] for c in ends if c.label == curve.label] for curve in ends}
    if len(finals) < 3:
        return None
    worst = (min if curves.higher_is_better else max)(finals, key=lambda label: sum(finals[label]) / len(finals[label]))
    others = [value for label, row in finals.items() if label != worst for value in row]
    everything = [value for row in finals.values() for value in row]
    far = max(everything) - min(everything) > ALL_SHOWN * (max(others) - min(others))
    return worst if far else None


def leaving_out(curves: LearningCurves, label: str) -> LearningCurves:
    """The same curves without one candidate's."""
    facets = (
        replace(facet, curves=tuple(curve for curve in facet.curves if curve.label != label)) for facet in curves.facets
    )
    left = tuple(facet for facet in facets if facet.curves)
    return replace(curves, facets=left, not_drawn=(*curves.not_drawn, label))


# --- the caption


def caption(
    curves: LearningCurves, axis: YAxis, only_lines: bool = False, apart_without: str | None = None
) -> list[str]:
    """What a reader has to know before believing the figure, as sentences.

    `only_lines` is for figures with neither bands nor a bold line; `apart_without` is the label that a second figure
    leaves out.
    """
    return [
        *_of_seeds(curves, with_bands=not only_lines),
        *(() if only_lines else _of_best(curves)),
        *_of_scale(curves, axis),
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


def _of_scale(curves: LearningCurves, axis: YAxis) -> list[str]:
    said: list[str] = []
    if curves.is_error_rate:
        said.append(f"Drawn is 1 - {curves.metric}, on a logarithmic axis: lower is better.")
    elif axis.log:
        said.append("The axis is logarithmic.")
    elif is_accuracy(curves.metric) and axis.high - axis.low < 0.05:
        said.append(f"The axis spans {100 * (axis.high - axis.low):.2g} percentage points.")
    if axis.has_zeros:
        said.append("A value of 0 is a hollow triangle on the lower edge.")
    one, several = ("is", "are") if curves.n_seeds == 1 else ("reaches", "reach")
    panels = " (in at least one panel)" if len(curves.facets) > 1 else ""
    for name, edge, side, outside in (
        ("begins", axis.low, "below", axis.below),
        ("ends", axis.high, "above", axis.above),
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
