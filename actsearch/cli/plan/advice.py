"""What the numbers of a plan mean for who plans, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from actsearch.analysis.comparisons.standards import ENOUGH_SEEDS, FEWEST_SEEDS
from actsearch.analysis.statistics.power import MORE_THAN_ANYBODY_TRAINS, Power
from actsearch.analysis.statistics.sample_sizes import advised_seeds
from actsearch.analysis.statistics.study_noise import NumberRange
from actsearch.cli.screens.numbers import difference_range, difference_text, duration_range, margin_in_words
from actsearch.cli.screens.text import printable_text
from actsearch.core.sentences import plans
from actsearch.study.outlook import Outlook

TOO_MANY_FOR_ALL_PAIRS = 8
"""Above so many activations all pairs are too many for one study."""


def plan_advice(outlook: Outlook) -> Iterator[str]:
    """What the numbers mean for who plans, the most important first."""
    if outlook.jobs * outlook.worker_memory > outlook.available_memory:
        fitting = max(1, outlook.available_memory // outlook.worker_memory)
        yield plans.TOO_LITTLE_MEMORY(workers=outlook.jobs, fitting=fitting)
    power = outlook.power
    if power is None:
        yield from _without_power(outlook)
        return
    yield from _on_seeds(outlook, power)
    yield from _on_pairs(power)
    yield from _on_examples(power)
    for name, sd in power.noise.noisier:
        yield plans.VARIED_MORE(name=printable_text(name), sd=difference_text(power.metric, sd))


def _without_power(outlook: Outlook) -> Iterator[str]:
    """Nothing is told of differences: there are none, or it is not known how much of one is chance."""
    noiseless = outlook.unknown_noise
    if noiseless is None:
        yield plans.NOTHING_TO_COMPARE()
        return
    yield plans.NOISE_UNKNOWN(metric=noiseless.metric.in_words)
    if noiseless.planned < FEWEST_SEEDS:
        yield plans.NO_VERDICT_WITH_SEEDS(seeds=noiseless.planned, fewest=FEWEST_SEEDS)
    yield from _rule_of_thumb(noiseless.contenders, noiseless.planned)


def _on_seeds(outlook: Outlook, power: Power) -> Iterator[str]:
    yield _with_the_files_seeds(power)
    yield from _rule_of_thumb(power.contenders, power.planned)
    yield from _for_the_margin(outlook, power)


def _rule_of_thumb(contenders: Sequence[str], planned: int) -> Iterator[str]:
    k = len(contenders)
    advised = advised_seeds(k)
    if planned < advised:
        yield plans.RULE_OF_THUMB(activations=k, advised=advised)


def _on_pairs(power: Power) -> Iterator[str]:
    """What to do where all pairs are compared."""
    if power.baseline is not None:
        return
    yield plans.ADD_UNTIL_DECIDED()
    k = len(power.contenders)
    if k > TOO_MANY_FOR_ALL_PAIRS:
        yield plans.SCREEN_FIRST(activations=k, pairs=power.family)


def _on_examples(power: Power) -> Iterator[str]:
    """What the number of evaluated examples limits."""
    if power.examples_to_tie is not None and power.smallest_tie is not None:
        yield plans.EXAMPLES_CANNOT_TIE(
            examples=power.examples,
            margin=margin_in_words(power.metric, power.margin),
            smallest_tie=difference_text(power.metric, power.smallest_tie),
            enough=_rounded_count(power.examples_to_tie),
        )
    if power.least_deviation is not None:
        deviation = difference_text(power.metric, power.least_deviation)
        yield plans.EXAMPLES_LIMIT_DEVIATION(deviation=deviation, examples=power.examples)


def _with_the_files_seeds(power: Power) -> str:
    n, detectable = power.planned, power.row(power.planned).detectable
    if detectable is None:
        return plans.NO_VERDICT_WITH_SEEDS(seeds=n, fewest=FEWEST_SEEDS)
    sentence = plans.DETECTABLE_WITH_FEW_SEEDS if n < ENOUGH_SEEDS else plans.DETECTABLE
    return sentence(seeds=n, difference=difference_range(power.metric, detectable))


def _for_the_margin(outlook: Outlook, power: Power) -> Iterator[str]:
    """How many seeds the margin needs, and what they would cost."""
    if power.margin == 0:
        yield plans.NO_MARGIN(metric=power.metric.in_words)
        return
    margin = margin_in_words(power.metric, power.margin)
    if power.to_tie is None or power.to_detect is None:
        yield plans.MARGIN_TOO_SMALL(margin=margin)
        return
    if power.planned >= power.to_tie.high:
        yield plans.ENOUGH_FOR_TIES(margin=margin)
        return
    time = _time_for(outlook, power.to_tie.value)
    to_tie, to_detect = _seeds_in_words(power.to_tie), _seeds_in_words(power.to_detect)
    if time is None:
        yield plans.SEEDS_FOR_TIES(margin=margin, to_tie=to_tie, to_detect=to_detect)
    else:
        yield plans.SEEDS_FOR_TIES_AND_TIME(margin=margin, to_tie=to_tie, time=time, to_detect=to_detect)
    fewer = power.to_tie_a_baseline
    if fewer is not None and fewer.value < power.to_tie.value:
        yield plans.SEEDS_FOR_TIES_WITH_BASELINE(seeds=_seeds_in_words(fewer))


def _time_for(outlook: Outlook, seeds: float) -> str | None:
    cost = outlook.by_seeds.get(round(seeds)) if math.isfinite(seeds) else None
    return None if cost is None or cost.seconds is None else duration_range(*cost.seconds)


def _seeds_in_words(seeds: NumberRange) -> str:
    value, low, high = (_rounded_count(n) for n in (seeds.value, seeds.low, seeds.high))
    is_endless = math.isinf(seeds.value)
    if low == high:
        return (plans.ENDLESS_SEEDS if is_endless else plans.ABOUT_SEEDS)(seeds=value)
    return (plans.ENDLESS_SEEDS_RANGE if is_endless else plans.ABOUT_SEEDS_RANGE)(seeds=value, low=low, high=high)


def _rounded_count(count: float) -> str:
    """A count that is an estimate: two digits of a large one."""
    if math.isinf(count):
        return plans.MORE_THAN_ANYBODY(most=MORE_THAN_ANYBODY_TRAINS)
    n = round(count)
    if n < 1000:
        return str(n)
    unit = 10 ** (len(str(n)) - 2)
    return f"{round(n / unit) * unit:,}"
