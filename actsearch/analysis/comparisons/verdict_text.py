"""A pair's verdict and forecast in words, and what the intervals hold for."""

from __future__ import annotations

import math

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import difference_with_interval, margin_text
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.requirements import Outcome
from actsearch.analysis.statistics.forecasts import Forecast
from actsearch.core.sentences import verdicts


def brief_verdict(pair: Pair, with_forecast: bool = True) -> str:
    """For a table: `undecided: 24 seeds? (15 to 60)`, `tied (but not equal)`, `worse (3 seeds)`, or why none."""
    if pair.verdict is None:
        return _no_verdict(pair.note)
    if pair.verdict == "undecided":
        if pair.forecast is None or not with_forecast:
            return verdicts.UNDECIDED()
        seeds, low, high = pair.forecast.seeds, pair.forecast.low, pair.forecast.high
        return verdicts.UNDECIDED_WITH_FORECAST(seeds=seeds, low=low, high=high)
    if pair.smaller_but_real:
        return verdicts.TIED_NOT_EQUAL_OF_FEW_SEEDS(seeds=pair.n) if pair.note else verdicts.TIED_NOT_EQUAL()
    return verdicts.VERDICT_OF_FEW_SEEDS(verdict=pair.verdict, seeds=pair.n) if pair.note else str(pair.verdict)


def _no_verdict(note: str | None) -> str:
    if not note:
        return verdicts.NO_VERDICT()
    return note if "verdict" in note else verdicts.NO_VERDICT_AND_WHY(why=note)


def forecast_text(comparison: Comparison, forecast: Forecast | None) -> str:
    """`about 24 seeds in all (15 to 60)`."""
    if forecast is not None:
        return verdicts.SEEDS_FORECAST(seeds=forecast.seeds, low=forecast.low, high=forecast.high)
    return verdicts.NO_FORECAST() if comparison.looks is None else verdicts.AFTER_THE_LAST_LOOK()


def has_forecast(comparison: Comparison) -> bool:
    """Whether a forecast is given for any pair with the reference."""
    return any(pair.forecast is not None for pair in comparison.pairs_with_reference())


def cost_of_looking_again(comparison: Comparison) -> str | None:
    """What it costs to follow a forecast, where one is given: two simulations are in the tests of the statistics."""
    return verdicts.COST_OF_LOOKING_AGAIN() if has_forecast(comparison) else None


def simultaneity(comparison: Comparison) -> str:
    """With what the intervals of differences hold together: `hold for all 15 pairs together`."""
    if comparison.looks is not None:
        return verdicts.ALL_LOOKS(pairs=comparison.looks.family, looks=len(comparison.looks.looks))
    if comparison.family == 1:
        return verdicts.ONE_PAIR()
    return verdicts.ALL_PAIRS(pairs=comparison.family, one_table=not comparison.setting)


def with_verdict_rule(comparison: Comparison, sentence: str) -> str:
    """A sentence on the intervals, and a second one, where there are verdicts, that says what they mean."""
    if not comparison.is_judged:
        return sentence
    if not comparison.margin:
        return f"{sentence} {verdicts.BETTER_OR_WORSE()}"
    return f"{sentence} {verdicts.TIED_BETTER_OR_WORSE(margin=margin_text(comparison))}"


def requirement_text(comparison: Comparison, outcome: Outcome) -> str:
    """`holds: gelu >= relu - 0.002 (to spare: +0.0011, -0.0002 to +0.0024; 10 seeds)`."""
    state, requirement, seeds = outcome.state, outcome.requirement.text, outcome.seeds
    if not math.isfinite(outcome.low):
        return verdicts.REQUIREMENT_WITHOUT_INTERVAL(state=state, requirement=requirement, seeds=seeds)
    spare = difference_with_interval(comparison, outcome.difference, outcome.low, outcome.high)
    return verdicts.REQUIREMENT(state=state, requirement=requirement, spare=spare, seeds=seeds)
