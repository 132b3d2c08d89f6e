"""What the numbers of a plan mean for who plans, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from actsearch.analysis.comparisons.standards import ENOUGH_SEEDS, FEWEST_SEEDS
from actsearch.analysis.statistics.power import MORE_THAN_ANYBODY_TRAINS, Power
from actsearch.analysis.statistics.sample_sizes import advised_seeds
from actsearch.analysis.statistics.study_noise import NumberRange
from actsearch.cli.screens.numbers import duration_range, points, points_range
from actsearch.cli.screens.text import printable_text
from actsearch.core.words import number_of
from actsearch.study.outlook import Outlook

TOO_MANY_FOR_ALL_PAIRS = 8
"""Above so many activations all pairs are too many for one study."""


def plan_advice(outlook: Outlook) -> Iterator[str]:
    """What the numbers mean for who plans, the most important first."""
    if outlook.jobs * outlook.worker_memory > outlook.available_memory:
        fitting = max(1, outlook.available_memory // outlook.worker_memory)
        yield f"{number_of(outlook.jobs, 'worker')} may take more memory than is free: give --jobs {fitting}."
    power = outlook.power
    if power is None:
        yield "One activation: there is nothing to compare it with; add another."
        return
    yield from _on_seeds(outlook, power)
    yield from _on_pairs(power)
    yield from _on_examples(power)
    for name, sd in power.noise.noisier:
        yield f"{printable_text(name)} varied more there ({points(sd)} points): pairs with it need more seeds."


def _on_seeds(outlook: Outlook, power: Power) -> Iterator[str]:
    yield _with_the_files_seeds(power)
    k = len(power.contenders)
    advised = advised_seeds(k)
    if power.planned < advised:
        yield f"As a rule of thumb, {k} activations are compared with {advised} seeds to begin with."
    yield from _for_the_margin(outlook, power)


def _on_pairs(power: Power) -> Iterator[str]:
    """What to do where all pairs are compared."""
    if power.baseline is not None:
        return
    yield "Seeds can also be added until it is decided, and no further: actsearch run FILE --until-decided."
    k = len(power.contenders)
    if k > TOO_MANY_FOR_ALL_PAIRS:
        yield (
            f"{k} activations make {power.family} pairs: screen them first in a study with other seeds, and compare the"
            " best few here; or name a baseline beforehand (--baseline NAME)."
        )


def _on_examples(power: Power) -> Iterator[str]:
    """What the number of evaluated examples limits."""
    if power.examples_to_tie is not None and power.smallest_tie is not None:
        yield (
            f"{power.examples:,} evaluated examples cannot show a tie within {points(power.margin)} points that holds"
            f" on new data, however many the seeds: their choice leaves ±{points(power.smallest_tie)} points open."
            f" About {_rounded_count(power.examples_to_tie)} examples most likely would."
        )
    if power.least_deviation is not None:
        yield (
            f"Differences are counted to vary by {points(power.least_deviation)} points at the least, as"
            f" {power.examples:,} evaluated examples show no less."
        )


def _with_the_files_seeds(power: Power) -> str:
    n, detectable = power.planned, power.row(power.planned).detectable
    if detectable is None:
        fewest = FEWEST_SEEDS
        return f"With {number_of(n, 'seed')} there will be no verdict; from {fewest} seeds on there is one."
    care = " With so few seeds a verdict is to be taken with care." if n < ENOUGH_SEEDS else ""
    return (
        f"With {n} seeds a true difference of {points_range(detectable)} will most likely be found; smaller ones"
        f" may stay undecided.{care}"
    )


def _for_the_margin(outlook: Outlook, power: Power) -> Iterator[str]:
    """How many seeds the margin needs, and what they would cost."""
    margin = f"{points(power.margin)} points"
    if power.to_tie is None or power.to_detect is None:
        yield f"No number of seeds that anybody trains shows what is within {margin}: give a larger --margin."
        return
    if power.planned >= power.to_tie.high:
        yield f"That is enough to call activations that are alike tied within {margin}, too."
        return
    time = _time_for(outlook, power.to_tie.value)
    to_tie, to_detect = _seeds_in_words(power.to_tie), _seeds_in_words(power.to_detect)
    yield (
        f"To call activations that are alike tied within {margin} takes {to_tie}{time}; to tell a difference of"
        f" {margin}, {to_detect}."
    )
    fewer = power.to_tie_a_baseline
    if fewer is not None and fewer.value < power.to_tie.value:
        yield f"With a baseline named beforehand (--baseline NAME) such a tie takes {_seeds_in_words(fewer)}."


def _time_for(outlook: Outlook, seeds: float) -> str:
    cost = outlook.by_seeds.get(round(seeds)) if math.isfinite(seeds) else None
    return "" if cost is None or cost.seconds is None else f", {duration_range(*cost.seconds)} in all"


def _seeds_in_words(seeds: NumberRange) -> str:
    value, low, high = (_rounded_count(n) for n in (seeds.value, seeds.low, seeds.high))
    about = "" if math.isinf(seeds.value) else "about "
    return f"{about}{value} seeds" + (f" ({low} to {high})" if low != high else "")


def _rounded_count(count: float) -> str:
    """A count that is an estimate: two digits of a large one."""
    if math.isinf(count):
        return f"more than {MORE_THAN_ANYBODY_TRAINS:,}"
    n = round(count)
    if n < 1000:
        return str(n)
    unit = 10 ** (len(str(n)) - 2)
    return f"{round(n / unit) * unit:,}"
