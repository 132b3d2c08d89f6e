"""Which differences so many seeds can detect, and how many seeds a margin needs, before anything is trained.

The noise is that of a finished study, or an assumption that is named as one. Pure: imports neither Keras nor the
terminal, and reads no files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.statistics.example_noise import examples_to_tie, left_open_by_examples
from actsearch.analysis.statistics.intervals import family_size, smallest_deviation
from actsearch.analysis.statistics.sample_sizes import detectable_difference, seeds_to_detect, seeds_to_tie
from actsearch.analysis.statistics.study_noise import Noise, NumberRange
from actsearch.core.experiment import Experiment
from actsearch.core.metrics import Metric

POWER = 0.8
SEEDS_ALWAYS_TOLD = (3, 5, 10, 20)
"""Numbers of seeds that are always told of, beside that of the file."""
MORE_THAN_ANYBODY_TRAINS = 10_000
"""More than that is told as more than anybody trains."""


@dataclass(frozen=True)
class PowerRow:
    """What so many seeds can detect."""

    seeds: int
    detectable: NumberRange | None
    """The difference that is called one with a probability of `POWER`; None where there will be no verdict."""


@dataclass(frozen=True)
class Power:
    """What a plan can find out."""

    metric: Metric
    """By which is decided: all differences are of its values."""
    contenders: tuple[str, ...]
    baseline: str | None
    family: int
    """How many pairs are judged together."""
    confidence: float
    margin: float
    noise: Noise
    rows: tuple[PowerRow, ...]
    """By seeds; those of the file are among them."""
    planned: int
    """How many seeds the file has."""
    to_tie: NumberRange | None
    """How many seeds it takes until each pair that is alike is called tied; None: more than anybody trains."""
    to_detect: NumberRange | None
    """How many it takes to detect a difference as large as the margin."""
    to_tie_a_baseline: NumberRange | None = None
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

    def row(self, seeds: int) -> PowerRow:
        return next(row for row in self.rows if row.seeds == seeds)


def power_of_plan(
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
        examples: how many examples the metric is of, where it is a mean over examples.
        margin: differences below it do not matter; 0: all matter.
        confidence: with which all intervals hold together.
        baseline: the contender that all others are compared with, and not with each other.
    """
    family = family_size(len(contenders), baseline is not None)
    metric = experiment.task.decisive
    steps = examples if metric.is_share else None
    floor = _least_sd(noise, steps)
    counted = replace(noise, sd=_at_least(noise.sd, floor))
    standards = _Standards(counted, margin, confidence)
    tie_of_a_baseline = None
    if baseline is None and len(contenders) > 2:
        tie_of_a_baseline = standards.seeds_to_tie(family_size(len(contenders), baseline=True))
    smallest_tie, examples_wanted = _tie_on_new_data(standards, family, examples)
    planned = len(experiment.seeds)
    return Power(
        metric=metric,
        contenders=tuple(contenders),
        baseline=baseline,
        family=family,
        confidence=confidence,
        margin=margin,
        noise=noise,
        rows=tuple(PowerRow(n, standards.detectable(n, family)) for n in sorted({planned, *SEEDS_ALWAYS_TOLD})),
        planned=planned,
        to_tie=standards.seeds_to_tie(family),
        to_detect=standards.seeds_to_detect_the_margin(family),
        to_tie_a_baseline=tie_of_a_baseline,
        examples=examples,
        smallest_tie=smallest_tie,
        examples_to_tie=examples_wanted,
        least_deviation=smallest_deviation(steps) if noise.sd.value < floor else None,
    )


def _least_sd(noise: Noise, examples: int | None) -> float:
    """Of a share of so many examples, the least standard deviation of a candidate that is believed.

    A difference of two then has `smallest_deviation`.
    """
    if not examples:
        return 0.0
    return smallest_deviation(examples) / math.sqrt(2 * max(1 - noise.correlation, 1e-9))


def _at_least(numbers: NumberRange, floor: float) -> NumberRange:
    return NumberRange(max(numbers.value, floor), max(numbers.low, floor), max(numbers.high, floor))


@dataclass(frozen=True)
class _Standards:
    """By what a plan is judged; how many pairs hold together is asked each time."""

    noise: Noise
    margin: float
    confidence: float

    def detectable(self, n: int, family: int) -> NumberRange | None:
        """The difference that so many seeds detect; None where there will be no verdict."""
        if n < FEWEST_SEEDS:
            return None
        rho, sd = self.noise.correlation, self.noise.sd
        per_sd = detectable_difference(1.0, n, rho=rho, family=family, confidence=self.confidence, power=POWER)
        return NumberRange(per_sd * sd.value, per_sd * sd.low, per_sd * sd.high)

    def seeds_to_tie(self, family: int) -> NumberRange | None:
        rho, confidence = self.noise.correlation, self.confidence

        def seeds(sd: float) -> int:
            return seeds_to_tie(sd, self.margin, rho=rho, family=family, confidence=confidence)

        return _seeds_range(self.noise.sd, seeds)

    def seeds_to_detect_the_margin(self, family: int) -> NumberRange | None:
        rho, confidence = self.noise.correlation, self.confidence

        def seeds(sd: float) -> int:
            return seeds_to_detect(self.margin, sd, rho=rho, family=family, confidence=confidence, power=POWER)

        return _seeds_range(self.noise.sd, seeds)


def _seeds_range(sd: NumberRange, count: Callable[[float], int]) -> NumberRange | None:
    """Numbers of seeds by a standard deviation and its limits; None where even the lower limit needs too many."""

    def seeds(deviation: float) -> float:
        try:
            n = count(deviation)
        except ValueError:  # more than anybody trains
            return math.inf
        return math.inf if n > MORE_THAN_ANYBODY_TRAINS else max(FEWEST_SEEDS, n)

    numbers = NumberRange(seeds(sd.value), seeds(sd.low), seeds(sd.high))
    return None if math.isinf(numbers.low) else numbers


def _tie_on_new_data(standards: _Standards, family: int, examples: int) -> tuple[float | None, int | None]:
    """`Power.smallest_tie` and `Power.examples_to_tie`.

    A tie holds on new data only if the noise of the examples alone leaves room for it.
    """
    variance, confidence = standards.noise.example_variance, standards.confidence
    if variance is None or not examples:
        return None, None
    smallest = left_open_by_examples(variance / examples, family=family, confidence=confidence)
    if smallest < standards.margin or not standards.margin:
        return smallest, None
    return smallest, examples_to_tie(variance, standards.margin, family=family, confidence=confidence, power=POWER)
