"""A pair's verdict and forecast in words, and what the intervals hold for."""

from __future__ import annotations

import math

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import difference_with_interval, margin_text
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.requirements import Outcome
from actsearch.analysis.statistics.forecasts import Forecast
from actsearch.core.words import number_of


def brief_verdict(pair: Pair, with_forecast: bool = True) -> str:
    """For a table: `undecided: 24 seeds? (15 to 60)`, `tied (but not equal)`, `worse (3 seeds)`, or why none."""
    if pair.verdict is None:
        return _no_verdict(pair.note)
    if pair.verdict == "undecided":
        if pair.forecast is None or not with_forecast:
            return "undecided"
        return f"undecided: {pair.forecast.seeds} seeds? ({pair.forecast.low} to {pair.forecast.high})"
    word = "tied (but not equal)" if pair.smaller_but_real else str(pair.verdict)
    return f"{word} ({number_of(pair.n, 'seed')})" if pair.note else word


def _no_verdict(note: str | None) -> str:
    if not note:
        return "no verdict"
    return note if "verdict" in note else f"no verdict: {note}"


def forecast_text(comparison: Comparison, forecast: Forecast | None) -> str:
    """`about 24 seeds in all (15 to 60)`."""
    if forecast is not None:
        return f"about {forecast.seeds} seeds in all ({forecast.low} to {forecast.high})"
    return "after the last look" if comparison.looks is not None else "how many seeds would tell can't be said"


def has_forecast(comparison: Comparison) -> bool:
    """Whether a forecast is given for any pair with the reference."""
    return any(pair.forecast is not None for pair in comparison.pairs_with_reference())


def cost_of_looking_again(comparison: Comparison) -> str | None:
    """What it costs to follow a forecast, where one is given: two simulations are in the tests of the statistics."""
    if not has_forecast(comparison):
        return None
    return (
        "Adding the seeds that an undecided pair needs and looking again calls equal candidates different in about 10"
        " of 100 studies, and if that is repeated in 20: train so many fresh ones (other seeds), or use run"
        " --until-decided, which pays for its looks."
    )


def simultaneity(comparison: Comparison) -> str:
    """With what the intervals of differences hold together: `hold for all 15 pairs together`."""
    if comparison.looks is not None:
        looks = comparison.looks
        pairs = "the one pair" if looks.family == 1 else f"all {looks.family} pairs"
        at = "its one look" if len(looks.looks) == 1 else f"all {len(looks.looks)} looks"
        return f"hold for {pairs} at {at} together"
    if comparison.family == 1:
        return "are of the one pair there is"
    tables = " of all tables" if comparison.setting else ""
    return f"hold for all {comparison.family} pairs{tables} together"


def verdict_rule(comparison: Comparison) -> str:
    """What the verdicts mean, as a sentence with a space before it; empty where there is none."""
    if not comparison.is_judged:
        return ""
    beyond = "etter or worse: it leaves out 0, by however little."
    if not comparison.margin:
        return f" B{beyond}"
    return f" Tied: the whole interval is within {margin_text(comparison)}; b{beyond}"


def requirement_text(comparison: Comparison, outcome: Outcome) -> str:
    """`holds: gelu >= relu - 0.002 (to spare: +0.0011, -0.0002 to +0.0024; 10 seeds)`."""
    if not math.isfinite(outcome.low):
        return f"{outcome.state}: {outcome.requirement.text} ({number_of(outcome.seeds, 'seed')} in common)"
    spare = difference_with_interval(comparison, outcome.difference, outcome.low, outcome.high)
    return f"{outcome.state}: {outcome.requirement.text} (to spare: {spare}; {number_of(outcome.seeds, 'seed')})"
