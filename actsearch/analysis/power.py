"""Which differences so many seeds can detect, and how many seeds a margin needs, before anything is trained.

The noise is that of a finished study, or an assumption that is named as one. Pure: imports neither Keras nor the
terminal, and reads no files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from actsearch.analysis import statistics
from actsearch.core.experiment import Experiment
from actsearch.core.identity import identity
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, TrialResult


@dataclass(frozen=True)
class Range:
    """A number with its limits, as far as they are known; where nothing is measured they are the number itself."""

    value: float
    low: float
    high: float


ASSUMED_SD = Range(0.0005, 0.00025, 0.001)
"""Of a candidate's accuracy over its seeds, where no study says better: about what networks have on all of MNIST."""
POWER = 0.8
LIMITS = 0.8
"""The confidence of the range of a measured standard deviation, by chi-squared."""
COUNTS = (3, 5, 10, 20)
"""Numbers of seeds that are always told of, beside that of the file."""
FEWEST_PAIRED = 5
"""With fewer common seeds a correlation is hardly known, and taken to be 0, which promises nothing."""
MOST_EXAMPLES = 2_000_000
"""Of seeds times examples, how many predictions of a pair are gone through for the noise of the examples."""
EFFICIENCY_OF_A_MEDIAN = 0.64
"""Of the variance of normal values, for a median in the place of a mean (2 / pi)."""
MOST_SEEDS = 10_000
"""More than that is told as more than anybody trains."""
NOISIER = 3.0
"""A candidate whose deviation is so many times the typical one is named."""


@dataclass(frozen=True)
class Noise:
    """How much of an accuracy is chance."""

    sd: Range
    """Standard deviation of a candidate's accuracy over its seeds, typical for the candidates."""
    correlation: float
    """Of two candidates' accuracies, seed by seed."""
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


@dataclass(frozen=True)
class Row:
    """What so many seeds can detect."""

    seeds: int
    detectable: Range | None
    """The difference that is called one with a probability of `POWER`; None where there will be no verdict."""


@dataclass(frozen=True)
class Power:
    """What a plan can find out."""

    contenders: tuple[str, ...]
    baseline: str | None
    family: int
    """How many pairs are judged together."""
    confidence: float
    margin: float
    noise: Noise
    rows: tuple[Row, ...]
    """By seeds; those of the file are among them."""
    planned: int
    """How many seeds the file has."""
    to_tie: Range | None
    """How many seeds it takes until each pair that is alike is called tied; None: more than anybody trains."""
    to_detect: Range | None
    """How many it takes to detect a difference as large as the margin."""
    to_tie_a_baseline: Range | None = None
    """And if a baseline were named; None where one is, or nothing is gained."""
    examples: int = 0
    """How many examples the comparison is made on."""
    smallest_tie: float | None = None
    """What seeds without end leave open of a difference on new data: within less, no tie can be shown. If known."""
    examples_to_tie: int | None = None
    """How many examples show a tie within the margin, with a power of `POWER` and seeds without end; None if those that
    there are can show one, or nothing is known."""
    least_deviation: float | None = None
    """Of a difference, what is counted with where the noise would be less than so many examples can show."""

    def row(self, seeds: int) -> Row:
        return next(row for row in self.rows if row.seeds == seeds)


def assumed(sd: float | None = None, correlation: float | None = None) -> Noise:
    """The noise that is assumed where none was measured, or that the user gives."""
    deviation = ASSUMED_SD if sd is None else Range(sd, sd, sd)
    source = "an assumption, right for MNIST at best: no finished study was found" if sd is None else "as given by --sd"
    return Noise(deviation, correlation or 0.0, source)


def with_given(noise: Noise, sd: float | None, correlation: float | None) -> Noise:
    """The noise with what the user gives in the place of what was measured; with a deviation, the correlation too."""
    if sd is not None:
        return replace(assumed(sd, correlation), example_variance=noise.example_variance)
    if correlation is not None:
        source = f"{noise.source}; the correlation as given by --correlation"
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
    def caveat(self) -> str:
        """What to expect of a study that is not of the same kind."""
        if self.data and self.model_kind and self.split and self.model and self.epochs:
            return ""
        return ": NOT the same experiment, and fewer images, epochs or layers can mean several times this noise"

    @property
    def words(self) -> str:
        if not self.data:
            return "on other data, so little more than a guess"
        if not self.model_kind:
            return "on the same data with another kind of network"
        unlike = [name for name, same in (("division of the data", self.split), ("network", self.model),
                                          ("number of epochs", self.epochs)) if not same]  # fmt: skip
        return "on the same data" + (f" with another {' and '.join(unlike)}" if unlike else ", network and epochs")


def likeness(result: ExperimentResult, experiment: Experiment, data_sha256: str) -> Likeness | None:
    """How like a study is to an experiment; None where its noise cannot be measured."""
    measured = [trial for candidate in _measurable(result) for trial in _completed(candidate)]
    if not measured:
        return None
    candidate = experiment.candidates[0]
    ours = identity(candidate, 0, experiment.data, data_sha256)
    theirs = next((trial.settings for trial in measured if trial.settings), {})

    def same(section: str, *without: str) -> bool:
        mine, other = (_without(one.get(section, {}), without) for one in (ours, theirs))
        return bool(mine == other)

    initial = ("kernel_initializer", "bias_initializer", "dropout_layer")  # what `auto` means differs by activation
    return Likeness(
        data=theirs.get("data", {}).get("sha256") == data_sha256,
        model_kind=theirs.get("model", {}).get("kind") == candidate.model.kind,
        split=same("data"),
        model=same("model", *initial),
        epochs=theirs.get("training", {}).get("epochs") == candidate.training.epochs,
        trials=len(measured),
    )


def _without(section: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if key not in names}


def likest(
    results: Sequence[ExperimentResult], experiment: Experiment, data_sha256: str
) -> tuple[ExperimentResult, Likeness] | None:
    """Of the studies whose noise can be measured, the one that is most like an experiment."""
    found = [(result, like) for result in results if (like := likeness(result, experiment, data_sha256)) is not None]
    return max(found, key=lambda pair: pair[1].rank, default=None)


def measured(result: ExperimentResult, like: Likeness) -> Noise:
    """The noise in the last epochs' validation accuracies of a finished study.

    The typical deviation is the median over the candidates of their standard deviations over seeds, each divided by
    the median of its own distribution (a chi over the square root of its degrees of freedom), so that one candidate
    that varies ten times as much does not stand for all. Its range has the limits of a variance by chi-squared, with
    the degrees of freedom of all candidates together times the efficiency of a median.
    """
    from scipy import special

    values = {name: _values(candidate) for candidate in _measurable(result) for name in [candidate.name]}
    freedom = [len(by_seed) - 1 for by_seed in values.values()]
    deviations = [float(np.std(list(by_seed.values()), ddof=1)) for by_seed in values.values()]
    # 2 * gammaincinv(k / 2, p) is the p-quantile of chi-squared with k degrees of freedom
    typical = float(
        np.median([
            sd / math.sqrt(2 * special.gammaincinv(df / 2, 0.5) / df)
            for sd, df in zip(deviations, freedom, strict=True)
        ])
    )  # fmt: skip
    df = EFFICIENCY_OF_A_MEDIAN * sum(freedom)
    low, high = (
        typical * math.sqrt(df / (2 * special.gammaincinv(df / 2, p))) for p in ((1 + LIMITS) / 2, (1 - LIMITS) / 2)
    )
    correlation, common = _correlation(list(values.values()))
    paired = f"their correlation over {common} common seeds" if common >= FEWEST_PAIRED else "no correlation assumed"
    seeds = max(len(by_seed) for by_seed in values.values())
    return Noise(
        sd=Range(typical, low, high),
        correlation=correlation if common >= FEWEST_PAIRED else 0.0,
        source=(
            f"measured in {result.folder} ({like.words}{like.caveat}; {len(values)} candidates of up to {seeds} seeds),"
            f" {paired}"
        ),
        study=result.folder,
        seeds=seeds,
        noisier=tuple(
            (name, sd) for name, sd in zip(values, deviations, strict=True) if typical and sd > NOISIER * typical
        ),
        example_variance=example_variance(result),
    )


def _correlation(values: Sequence[Mapping[int, float]]) -> tuple[float, int]:
    """The mean correlation of the pairs with the most seeds in common, and how many those are."""
    pairs = [(a, b, sorted(a.keys() & b.keys())) for a, b in combinations(values, 2)]
    most = max((len(seeds) for _, _, seeds in pairs), default=0)
    found = []
    for a, b, seeds in pairs:
        x, y = np.array([a[s] for s in seeds]), np.array([b[s] for s in seeds])
        if len(seeds) == most and most >= statistics.FEWEST_SEEDS and x.std() > 0 and y.std() > 0:
            found.append(float(np.corrcoef(x, y)[0, 1]))
    return (float(np.mean(found)), most) if found else (0.0, 0)


def example_variance(result: ExperimentResult) -> float | None:
    """What one example adds to the variance of a pair's difference: the median over pairs, by the crossed model.

    None where no two candidates' predictions of the evaluated split were read for two common seeds.
    """
    split = "test_last" if result.validation_is_test else "validation_last"
    found = []
    for a, b in combinations(_measurable(result), 2):
        right = [{trial.seed: trial.correct[split] for trial in _completed(one) if split in trial.correct}
                 for one in (a, b)]  # fmt: skip
        seeds = [s for s in right[0] if s in right[1] and right[0][s].of == right[1][s].of]
        if len(seeds) < 2:
            continue
        examples = right[0][seeds[0]].examples
        seeds = seeds[: max(2, MOST_EXAMPLES // examples)]
        correct = [np.array([of_one[seed].array() for seed in seeds]) for of_one in right]
        found.append(statistics.crossed(*correct).example_variance * examples)
    return float(np.median(found)) if found else None


def power(
    experiment: Experiment,
    noise: Noise,
    *,
    contenders: Sequence[str],
    examples: int,
    margin: float,
    confidence: float,
    baseline: str | None,
) -> Power:
    """What an experiment can find out with its seeds, and with others.

    Args:
        experiment: what is planned.
        noise: how much is chance.
        contenders: what is compared, at least two.
        examples: how many examples an accuracy is a share of.
        margin: differences below it do not matter; above 0.
        confidence: with which all intervals hold together.
        baseline: the contender that all others are compared with, and not with each other.
    """
    family = statistics.family(len(contenders), baseline is not None)
    counted, least = noise, None
    if examples:
        least = statistics.smallest_deviation(examples)  # of a difference, as a comparison takes it
        floor = least / math.sqrt(2 * max(1 - noise.correlation, 1e-9))
        counted = replace(noise, sd=_at_least(noise.sd, floor))
        least = least if noise.sd.value < floor else None
    planned = len(experiment.seeds)
    rows = tuple(Row(n, _detectable(counted, n, family, confidence)) for n in sorted({planned, *COUNTS}))

    def to_tie(family: int) -> Range | None:
        return _seeds(counted.sd, lambda sd: statistics.seeds_to_tie(
            sd, margin, rho=noise.correlation, family=family, confidence=confidence))  # fmt: skip

    def to_detect() -> Range | None:
        return _seeds(counted.sd, lambda sd: statistics.seeds_to_detect(
            margin, sd, rho=noise.correlation, family=family, confidence=confidence, power=POWER))  # fmt: skip

    with_baseline = None
    if baseline is None and len(contenders) > 2:
        with_baseline = to_tie(statistics.family(len(contenders), baseline=True))
    smallest, wanted = None, None
    if noise.example_variance is not None and examples:
        # a tie holds on new data only if the noise of the examples alone leaves room for it
        variance = noise.example_variance
        smallest = statistics.left_open_by_examples(variance / examples, family=family, confidence=confidence)
        if smallest >= margin:
            wanted = statistics.examples_to_tie(variance, margin, family=family, confidence=confidence, power=POWER)
    return Power(
        tuple(contenders), baseline, family, confidence, margin, noise, rows, planned, to_tie(family), to_detect(),
        with_baseline, examples, smallest, wanted, least,
    )  # fmt: skip


def _at_least(one: Range, floor: float) -> Range:
    return Range(max(one.value, floor), max(one.low, floor), max(one.high, floor))


def _detectable(noise: Noise, n: int, family: int, confidence: float) -> Range | None:
    if n < statistics.FEWEST_SEEDS:
        return None
    of_one = statistics.detectable(1.0, n, rho=noise.correlation, family=family, confidence=confidence, power=POWER)
    return Range(of_one * noise.sd.value, of_one * noise.sd.low, of_one * noise.sd.high)


def _seeds(sd: Range, count: Callable[[float], int | None]) -> Range | None:
    """Numbers of seeds by a standard deviation and its limits; None where even the lower limit needs too many."""

    def seeds(one: float) -> float:
        try:
            n = count(one)
        except ValueError:  # more than anybody trains
            n = None
        return math.inf if n is None or n > MOST_SEEDS else max(statistics.FEWEST_SEEDS, n)

    found = Range(seeds(sd.value), seeds(sd.low), seeds(sd.high))
    return None if math.isinf(found.low) else found


def _measurable(result: ExperimentResult) -> list[CandidateResult]:
    """The candidates with enough completed seeds to measure how much they vary."""
    return [candidate for candidate in result.candidates if len(_values(candidate)) >= statistics.FEWEST_SEEDS]


def _completed(candidate: CandidateResult) -> list[TrialResult]:
    return [trial for trial in candidate.trials if trial.status == "completed"]


def _values(candidate: CandidateResult) -> dict[int, float]:
    """The validation accuracy after the last epoch of each seed that completed."""
    found = {trial.seed: trial.history.get("val_accuracy", ())[-1:] for trial in _completed(candidate)}
    return {seed: last[0] for seed, last in found.items() if last and last[0] is not None}
