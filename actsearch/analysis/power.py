"""Which differences so many seeds can detect, and how many seeds a margin needs, before anything is trained.

The noise is that of a finished study, or an assumption that is named as one. Pure: imports neither Keras nor the
terminal, and reads no files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from actsearch.analysis import example_noise, intervals, sample_sizes, verdicts
from actsearch.analysis.study_noise import Noise, Range
from actsearch.core.experiment import Experiment

POWER = 0.8
COUNTS = (3, 5, 10, 20)
"""Numbers of seeds that are always told of, beside that of the file."""
MOST_SEEDS = 10_000
"""More than that is told as more than anybody trains."""


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
    family = intervals.family(len(contenders), baseline is not None)
    counted, least = noise, None
    if examples:
        least = intervals.smallest_deviation(examples)  # of a difference, as a comparison takes it
        floor = least / math.sqrt(2 * max(1 - noise.correlation, 1e-9))
        counted = replace(noise, sd=_at_least(noise.sd, floor))
        least = least if noise.sd.value < floor else None
    planned = len(experiment.seeds)
    rows = tuple(Row(n, _detectable(counted, n, family, confidence)) for n in sorted({planned, *COUNTS}))

    def to_tie(family: int) -> Range | None:
        return _seeds(counted.sd, lambda sd: sample_sizes.seeds_to_tie(
            sd, margin, rho=noise.correlation, family=family, confidence=confidence))  # fmt: skip

    def to_detect() -> Range | None:
        return _seeds(counted.sd, lambda sd: sample_sizes.seeds_to_detect(
            margin, sd, rho=noise.correlation, family=family, confidence=confidence, power=POWER))  # fmt: skip

    with_baseline = None
    if baseline is None and len(contenders) > 2:
        with_baseline = to_tie(intervals.family(len(contenders), baseline=True))
    smallest, wanted = None, None
    if noise.example_variance is not None and examples:
        # a tie holds on new data only if the noise of the examples alone leaves room for it
        variance = noise.example_variance
        smallest = example_noise.left_open_by_examples(variance / examples, family=family, confidence=confidence)
        if smallest >= margin:
            wanted = example_noise.examples_to_tie(variance, margin, family=family, confidence=confidence, power=POWER)
    return Power(
        tuple(contenders), baseline, family, confidence, margin, noise, rows, planned, to_tie(family), to_detect(),
        with_baseline, examples, smallest, wanted, least,
    )  # fmt: skip


def _at_least(one: Range, floor: float) -> Range:
    return Range(max(one.value, floor), max(one.low, floor), max(one.high, floor))


def _detectable(noise: Noise, n: int, family: int, confidence: float) -> Range | None:
    if n < verdicts.FEWEST_SEEDS:
        return None
    of_one = sample_sizes.detectable(1.0, n, rho=noise.correlation, family=family, confidence=confidence, power=POWER)
    return Range(of_one * noise.sd.value, of_one * noise.sd.low, of_one * noise.sd.high)


def _seeds(sd: Range, count: Callable[[float], int | None]) -> Range | None:
    """Numbers of seeds by a standard deviation and its limits; None where even the lower limit needs too many."""

    def seeds(one: float) -> float:
        try:
            n = count(one)
        except ValueError:  # more than anybody trains
            n = None
        return math.inf if n is None or n > MOST_SEEDS else max(verdicts.FEWEST_SEEDS, n)

    found = Range(seeds(sd.value), seeds(sd.low), seeds(sd.high))
    return None if math.isinf(found.low) else found
