"""How much of the metric that decides is chance: measured in a finished study, or assumed of a share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Any

import numpy as np

from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.statistics.example_noise import crossed_variances
from actsearch.core.experiment import Experiment
from actsearch.core.identity import identity
from actsearch.core.measures import scores_key
from actsearch.core.metrics import Metric
from actsearch.core.results import ExperimentResult
from actsearch.core.sentences import plans
from actsearch.core.tasks import Task
from actsearch.core.trial_results import CandidateResult, ExampleScores, TrialResult


@dataclass(frozen=True)
class NumberRange:
    """A number with its limits, as far as they are known; where nothing is measured they are the number itself."""

    value: float
    low: float
    high: float


ASSUMED_SD = NumberRange(0.0005, 0.00025, 0.001)
"""Of a share over a candidate's seeds, where no study says better: about what accuracies have on all of MNIST."""
CONFIDENCE_IN_SD = 0.8
"""The confidence of the range of a measured standard deviation, by chi-squared."""
FEWEST_PAIRED = 5
"""With fewer common seeds a correlation is hardly known, and taken to be 0, which promises nothing."""
MOST_EXAMPLES = 2_000_000
"""Of seeds times examples, how many predictions of a pair are gone through for the noise of the examples."""
EFFICIENCY_OF_A_MEDIAN = 0.64
"""Of the variance of normal values, for a median in the place of a mean (2 / pi)."""
NOISIER_CANDIDATE = 3.0
"""A candidate whose deviation is so many times the typical one is named."""


@dataclass(frozen=True)
class Noise:
    """How much of the metric that decides is chance; all in its own unit."""

    sd: NumberRange
    """Standard deviation of a candidate's values over its seeds, typical for the candidates."""
    correlation: float
    """Of two candidates' values, seed by seed."""
    source: str
    """Where both come from, in words that end a sentence."""
    study: str | None = None
    """The folder of the study that it was measured in."""
    seeds: int = 0
    """Of the measured candidates, the most that one has completed."""
    noisier: tuple[tuple[str, float], ...] = ()
    """Candidates that vary much more than the typical one, with their deviations."""
    example_variance: float | None = None
    """Of the difference of two candidates, by one example of the evaluated set; of M examples it is 1/M of that."""


def assumed_noise(sd: float | None = None, correlation: float | None = None) -> Noise:
    """The noise that is assumed of a share where none was measured, or that the user gives."""
    deviation = ASSUMED_SD if sd is None else NumberRange(sd, sd, sd)
    source = plans.NOISE_ASSUMED() if sd is None else plans.NOISE_GIVEN()
    return Noise(deviation, correlation or 0.0, source)


def noise_where_none_was_measured(metric: Metric) -> Noise | None:
    """Assumed of a share. Of other metrics nobody knows whether they are about 0.01 or about 1000: None."""
    return assumed_noise() if metric.is_share else None


def noise_as_given(noise: Noise | None, sd: float | None, correlation: float | None) -> Noise | None:
    """The noise with what the user gives in the place of what was measured; with a deviation, the correlation too.

    None where it is unknown, and still is.
    """
    if sd is not None:
        given = assumed_noise(sd, correlation)
        return given if noise is None else replace(given, example_variance=noise.example_variance)
    if noise is not None and correlation is not None:
        source = plans.CORRELATION_GIVEN(source=noise.source)
        return replace(noise, correlation=correlation, source=source)
    return noise


@dataclass(frozen=True)
class Likeness:
    """How like a finished study is to what is planned; the larger, the liker."""

    data: bool
    model_kind: bool
    split: bool
    model: bool
    epochs: bool
    trials: int

    @property
    def rank(self) -> tuple[Any, ...]:
        return self.data and self.model_kind, self.data, self.split, self.model, self.epochs, self.trials

    @property
    def is_of_the_same_kind(self) -> bool:
        return self.data and self.model_kind and self.split and self.model and self.epochs

    @property
    def words_with_caveat(self) -> str:
        """With what to expect of a study that is not of the same kind."""
        return self.words if self.is_of_the_same_kind else plans.ANOTHER_EXPERIMENT(likeness=self.words)

    @property
    def words(self) -> str:
        if not self.data:
            return plans.OTHER_DATA()
        if not self.model_kind:
            return plans.OTHER_KIND_OF_NETWORK()
        likenesses = {"division of the data": self.split, "network": self.model, "number of epochs": self.epochs}
        unlike = [name for name, is_alike in likenesses.items() if not is_alike]
        return plans.ALIKE(unlike=" and ".join(unlike)) if unlike else plans.QUITE_ALIKE()


def likeness_to(result: ExperimentResult, experiment: Experiment, data_sha256: str) -> Likeness | None:
    """How like a study is to an experiment; None where its noise cannot be measured."""
    measured = list(chain.from_iterable(map(_completed_trials, _measurable_candidates(result))))
    if not measured or not _is_measured_alike(result.task, experiment.task):
        return None
    candidate = experiment.candidates[0]
    ours = identity(candidate, 0, experiment.data, data_sha256, experiment.task)
    theirs = next((trial.settings for trial in measured if trial.settings), {})

    def is_alike(section: str, *without: str) -> bool:
        return _section_without(ours.get(section, {}), without) == _section_without(theirs.get(section, {}), without)

    initial = ("kernel_initializer", "bias_initializer", "dropout_layer")  # what `auto` means differs by activation
    return Likeness(
        data=theirs.get("data", {}).get("sha256") == data_sha256,
        model_kind=theirs.get("model", {}).get("kind") == candidate.model.kind,
        split=is_alike("data"),
        model=is_alike("model", *initial),
        epochs=theirs.get("training", {}).get("epochs") == candidate.training.epochs,
        trials=len(measured),
    )


def _is_measured_alike(a: Task, b: Task) -> bool:
    """A deviation in metres says nothing of a share."""
    return (a.name, a.decide_by) == (b.name, b.decide_by)


def _section_without(section: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if key not in names}


def likest_study(
    results: Sequence[ExperimentResult], experiment: Experiment, data_sha256: str
) -> tuple[ExperimentResult, Likeness] | None:
    """Of the studies whose noise can be measured, the one that is most like an experiment."""
    likest: tuple[ExperimentResult, Likeness] | None = None
    for result in results:
        like = likeness_to(result, experiment, data_sha256)
        if like is not None and (likest is None or like.rank > likest[1].rank):
            likest = (result, like)
    return likest


def measured_noise(result: ExperimentResult, like: Likeness) -> Noise:
    """The noise in the values of a finished study's last epochs, by the validation metric that decides.

    The typical deviation is the median over the candidates of their standard deviations over seeds, each divided by
    the median of its own distribution (a chi over the square root of its degrees of freedom), so that one candidate
    that varies ten times as much does not stand for all. Its range has the limits of a variance by chi-squared, with
    the degrees of freedom of all candidates together times the efficiency of a median.
    """
    candidates = _measurable_candidates(result)
    values = [_values_at_the_end(candidate, result.task.validated_by) for candidate in candidates]
    deviations = [float(np.std(list(by_seed.values()), ddof=1)) for by_seed in values]
    sd = _typical_deviation(deviations, [len(by_seed) - 1 for by_seed in values])
    correlation, common = _mean_correlation(values)
    is_paired = common >= FEWEST_PAIRED
    seeds = max(map(len, values))
    names = [candidate.name for candidate in candidates]
    noisy = [
        (name, deviation)
        for name, deviation in zip(names, deviations, strict=True)
        if sd.value and deviation > NOISIER_CANDIDATE * sd.value
    ]
    values_of_source: dict[str, object] = {
        "folder": result.folder,
        "likeness": like.words_with_caveat,
        "candidates": len(names),
        "seeds": seeds,
    }
    source = plans.NOISE_MEASURED_UNPAIRED(**values_of_source)
    if is_paired:
        source = plans.NOISE_MEASURED(**values_of_source, common=common)
    return Noise(
        sd=sd,
        correlation=correlation if is_paired else 0.0,
        source=source,
        study=result.folder,
        seeds=seeds,
        noisier=tuple(noisy),
        example_variance=example_variance(result),
    )


def _typical_deviation(deviations: Sequence[float], freedom: Sequence[int]) -> NumberRange:
    """See `measured_noise`; `freedom` are the degrees of freedom of each."""
    from scipy import special

    def chi_squared(share: float, df: float) -> float:
        return 2 * float(special.gammaincinv(df / 2, share))

    unbiased = [sd / math.sqrt(chi_squared(0.5, df) / df) for sd, df in zip(deviations, freedom, strict=True)]
    typical = float(np.median(unbiased))
    df = EFFICIENCY_OF_A_MEDIAN * sum(freedom)
    low = typical * math.sqrt(df / chi_squared((1 + CONFIDENCE_IN_SD) / 2, df))
    high = typical * math.sqrt(df / chi_squared((1 - CONFIDENCE_IN_SD) / 2, df))
    return NumberRange(typical, low, high)


def _mean_correlation(values: Sequence[Mapping[int, float]]) -> tuple[float, int]:
    """The mean correlation of the pairs with the most seeds in common, and how many those are."""
    pairs = [(a, b, sorted(a.keys() & b.keys())) for a, b in combinations(values, 2)]
    most = max((len(seeds) for _, _, seeds in pairs), default=0)
    correlations = []
    for a, b, seeds in pairs:
        x, y = np.array([a[seed] for seed in seeds]), np.array([b[seed] for seed in seeds])
        if len(seeds) == most and most >= FEWEST_SEEDS and x.std() > 0 and y.std() > 0:
            correlations.append(float(np.corrcoef(x, y)[0, 1]))
    return (float(np.mean(correlations)), most) if correlations else (0.0, 0)


def example_variance(result: ExperimentResult) -> float | None:
    """What one example adds to the variance of a pair's difference: the median over pairs, by the crossed model.

    None where no two candidates' predictions of the evaluated split were read for two common seeds.
    """
    key = scores_key(result.task.decisive, "test" if result.validation_is_test else "validation", "last")
    scores = [_scores_by_seed(candidate, key) for candidate in _measurable_candidates(result)]
    variances = [_example_variance_of_pair(a, b) for a, b in combinations(scores, 2)]
    known = [variance for variance in variances if variance is not None]
    return float(np.median(known)) if known else None


def _scores_by_seed(candidate: CandidateResult, key: str) -> dict[int, ExampleScores]:
    trials = _completed_trials(candidate)
    return {trial.seed: trial.scores[key] for trial in trials if key in trial.scores}


def _example_variance_of_pair(a: Mapping[int, ExampleScores], b: Mapping[int, ExampleScores]) -> float | None:
    """None without two seeds in common that are about the same examples."""
    seeds = [seed for seed in a if seed in b and a[seed].of == b[seed].of]
    if len(seeds) < 2:
        return None
    examples = a[seeds[0]].examples
    seeds = seeds[: max(2, MOST_EXAMPLES // examples)]
    scores_a, scores_b = (np.array([scores[seed].array() for seed in seeds]) for scores in (a, b))
    return crossed_variances(scores_a, scores_b).example_variance * examples


def _measurable_candidates(result: ExperimentResult) -> list[CandidateResult]:
    """The candidates with enough completed seeds to measure how much they vary."""
    metric = result.task.validated_by
    return [candidate for candidate in result.candidates if len(_values_at_the_end(candidate, metric)) >= FEWEST_SEEDS]


def _completed_trials(candidate: CandidateResult) -> list[TrialResult]:
    return [trial for trial in candidate.trials if trial.status == "completed"]


def _values_at_the_end(candidate: CandidateResult, metric: str) -> dict[int, float]:
    """The metric after the last epoch of each seed that completed."""
    values = {}
    for trial in _completed_trials(candidate):
        history = trial.history.get(metric, ())
        if history and history[-1] is not None:
            values[trial.seed] = history[-1]
    return values
