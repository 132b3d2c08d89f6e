"""The tables behind each figure of learning curves.

Pure: values from `results` in, frozen values out. `figures.learning` draws what stands here and decides nothing about
numbers; `curve_axes` chooses the y axis, and `curve_captions` says what a reader must know.

Seeds and the mean. A candidate's line is the mean over its seeds, epoch by epoch, and its band their range.

- A seed that diverged is in the mean up to its last finite epoch; after that the mean is that of the seeds that remain,
  and `Curve.seeds` counts them. Such a curve is never called the best: its end flatters it.
- A seed that is unfinished is left out as soon as another one is completed, so that a line does not jump where a seed
  stops. Before that, the unfinished ones are drawn as far as all of them have come.
- A failed seed is left out. Whatever is left out is counted, and the caption says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from actsearch.analysis.charts.axes import ALL_SHOWN
from actsearch.analysis.charts.drawn_candidates import drawn_candidates, grid_titles, no_epoch_finished
from actsearch.analysis.trials import trials_of_all
from actsearch.core.errors import UserError
from actsearch.core.metrics import Metric
from actsearch.core.results import ExperimentResult
from actsearch.core.spelling import did_you_mean
from actsearch.core.trial_results import CandidateResult, TrialResult


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
        return tuple(sorted({min(max(1, divergence.epoch - 1), last) for divergence in self.diverged}))


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
    kind: Metric
    """The metric as such, whatever examples it is of."""
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
        return tuple(chain.from_iterable(facet.curves for facet in self.facets))

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
        return self.kind.higher_is_better and not self.is_error_rate

    def best(self, curves: Sequence[Curve]) -> float | None:
        """The best final value among `curves` that came to the last epoch and lost no seed; None if none did.

        None also while all are on their way and one is merely ahead of another, with which it was not compared.
        """
        racing = [curve for curve in curves if self.in_the_race(curve)]
        behind = [curve for curve in curves if not self.in_the_race(curve)]
        if any(curve.is_on_its_way for curve in racing) and any(curve.is_on_its_way for curve in behind):
            return None
        values = [curve.mean[-1] for curve in racing]
        return (max if self.higher_is_better else min)(values, default=None)

    def in_the_race(self, curve: Curve) -> bool:
        """Whether a curve's final value may be compared: it came to the last epoch, and no seed diverged."""
        return bool(curve.epochs) and curve.epochs[-1] == self.last_epoch and not curve.diverged


AT_CHOSEN_SETTINGS = "each at the setting chosen"
"""The title of a facet whose curves are at different points of the grid."""


# --- the curves


def learning_curves(result: ExperimentResult, metric: str, without: Collection[str] = ()) -> LearningCurves:
    """The curves of a metric, candidates in the order of the experiment, one facet per point of the grid.

    Where settings were chosen with tuning seeds, one facet holds all, each at its own setting.

    `without` holds labels or names of activations. Raises UserError for an unknown name or metric, if nothing would be
    left, and if no epoch is finished.
    """
    drawn = drawn_candidates(result, without)
    _check_metric(result, metric)
    variants = _variants(result.candidates)
    points = [AT_CHOSEN_SETTINGS] * len(drawn) if result.tuning_seeds else grid_titles(drawn)
    facets: dict[str, list[Curve]] = {title: [] for title in points}
    for candidate, title in zip(drawn, points, strict=True):
        facets[title].append(
            _curve_of_candidate(candidate, metric, variants[candidate.activation.name, candidate.label])
        )
    curves = LearningCurves(
        experiment=result.name,
        metric=metric,
        kind=result.task.metric(metric),
        validation_is_test=result.validation_is_test,
        loss=result.loss,
        facets=tuple(Facet(title, tuple(curves)) for title, curves in facets.items()),
        not_drawn=tuple(dict.fromkeys(candidate.label for candidate in result.compared if candidate not in drawn)),
        mixture=result.mixture,
    )
    if not any(curve.epochs or curve.diverged for curve in curves.curves):
        raise no_epoch_finished(result.folder, drawn)
    return curves


def known_curve_metrics(result: ExperimentResult) -> tuple[str, ...]:
    """The metrics that the histories hold, in their order there."""
    histories = [trial.history for trial in trials_of_all(result.compared)]
    return tuple(dict.fromkeys(chain.from_iterable(histories)))


def as_drawn(curves: LearningCurves, log: bool) -> LearningCurves:
    """The curves that an axis shows: a logarithmic one has error rates in place of shares."""
    return error_rates(curves) if log and curves.kind.is_share else curves


def error_rates(curves: LearningCurves) -> LearningCurves:
    """The same curves of a share as 1 minus it."""
    facets = tuple(replace(facet, curves=tuple(map(_as_error_rate, facet.curves))) for facet in curves.facets)
    return replace(curves, facets=facets, is_error_rate=True)


def _as_error_rate(curve: Curve) -> Curve:
    return replace(
        curve,
        mean=tuple(1 - value for value in curve.mean),
        low=tuple(1 - value for value in curve.high),
        high=tuple(1 - value for value in curve.low),
    )


def _check_metric(result: ExperimentResult, metric: str) -> None:
    known = known_curve_metrics(result)
    if not known:
        raise no_epoch_finished(result.folder, result.compared)
    if metric not in known:
        raise UserError(f"metric: {result.name} has no {metric}; {did_you_mean(metric, known)}")


def _variants(candidates: Sequence[CandidateResult]) -> dict[tuple[str, str], int]:
    """Activation and label to `Curve.variant`."""
    pairs = dict.fromkeys((candidate.activation.name, candidate.label) for candidate in candidates)
    counted: Counter[str] = Counter()
    variants = {}
    for activation, label in pairs:
        variants[activation, label] = counted[activation]
        counted[activation] += 1
    return variants


def _curve_of_candidate(candidate: CandidateResult, metric: str, variant: int) -> Curve:
    unfinished = [trial for trial in candidate.trials if trial.status in ("waiting", "running", "interrupted")]
    counting, end = _counting(candidate.trials, metric)
    table = _seeds_by_epochs([_finite_values(trial, metric)[:end] for trial in counting])
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
        diverged=tuple(
            Divergence(t.seed, _epoch_of_divergence(t, metric)) for t in counting if _diverged_in_metric(t, metric)
        ),
        failed=sum(trial.status == "failed" for trial in candidate.trials),
        unfinished=len(unfinished),
        left_out=sum(trial not in counting for trial in unfinished),
    )


def _counting(trials: Sequence[TrialResult], metric: str) -> tuple[list[TrialResult], int | None]:
    """The trials in the mean, and the epoch where it ends if that is not theirs."""
    if any(trial.status == "completed" for trial in trials):
        return [trial for trial in trials if trial.status in ("completed", "diverged")], None
    alive = [trial for trial in trials if trial.status not in ("failed", "diverged")]
    begun = [trial for trial in alive if _finite_values(trial, metric)]
    shortest = min((len(_finite_values(trial, metric)) for trial in begun), default=None)
    return [trial for trial in trials if trial.status == "diverged" or trial in begun], shortest


def _finite_values(trial: TrialResult, metric: str) -> list[float]:
    """The values up to the first that is missing."""
    values: list[float] = []
    for value in trial.history.get(metric, ()):
        if value is None or not math.isfinite(value):
            break
        values.append(value)
    return values


def _diverged_in_metric(trial: TrialResult, metric: str) -> bool:
    return trial.status == "diverged" or len(_finite_values(trial, metric)) < len(trial.history.get(metric, ()))


def _epoch_of_divergence(trial: TrialResult, metric: str) -> int:
    """The epoch of a divergence: the one after the last finite one."""
    return max(len(_finite_values(trial, metric)) + 1, trial.epochs_done)


def _seeds_by_epochs(rows: Sequence[Sequence[float]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Seeds x epochs, NaN where a seed has no value."""
    table = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for seed, row in enumerate(rows):
        table[seed, : len(row)] = row
    return table


# --- apart


def outlier(curves: LearningCurves) -> str | None:
    """The label of the one candidate whose end is so far from all others' that they can't be told apart beside it."""
    ends = [curve for curve in curves.drawn if not curve.cut_short]
    finals: dict[str, list[float]] = {}
    for curve in ends:
        finals.setdefault(curve.label, []).append(curve.mean[-1])
    if len(finals) < 3:
        return None
    worst = (min if curves.higher_is_better else max)(finals, key=lambda label: sum(finals[label]) / len(finals[label]))
    everything = list(chain.from_iterable(finals.values()))
    others = list(chain.from_iterable(values for label, values in finals.items() if label != worst))
    far = max(everything) - min(everything) > ALL_SHOWN * (max(others) - min(others))
    return worst if far else None


def leaving_out(curves: LearningCurves, label: str) -> LearningCurves:
    """The same curves without one candidate's."""
    facets = (
        replace(facet, curves=tuple(curve for curve in facet.curves if curve.label != label)) for facet in curves.facets
    )
    left = tuple(facet for facet in facets if facet.curves)
    return replace(curves, facets=left, not_drawn=(*curves.not_drawn, label))
