"""The captions of the figures of comparisons, as sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from actsearch.analysis.charts.value_axis import Span
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import metric_text
from actsearch.analysis.comparisons.verdict_text import has_forecast, simultaneity, verdict_rule
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION, confidence_text
from actsearch.analysis.trials import trials_of_all
from actsearch.core.words import listed


def ranking_caption(comparison: Comparison, drawn: Collection[str] | None, axis: Span) -> Iterator[str]:
    """Of the figure of every contender with its seeds."""
    if comparison.most_seeds < 2:
        yield "Each dot is the one seed there is."
    else:
        yield (
            f"Dots are seeds, markers their mean, lines the {confidence_text(comparison.confidence)} t interval of that"
            " mean alone (not to judge differences by)."
        )
    if comparison.leaders:
        yield "Shaded: the leading group, not shown to be worse than any other; it has no ranks inside."
    if comparison.most_seeds > 1:
        yield f"In the columns, the difference to {_named_reference(comparison)}. {sentence_on_intervals(comparison)}"
    yield from _shared_sentences(comparison, drawn, axis)


def differences_caption(
    comparison: Comparison, drawn: Collection[str] | None, axis: Span, with_new_data: bool
) -> Iterator[str]:
    """Of the figure of every contender's difference to the reference."""
    yield f"Dots are the differences to {_named_reference(comparison)}, seed by seed."
    if comparison.most_seeds > 1:
        yield f"Markers are their means, thick lines the intervals of those. {sentence_on_intervals(comparison)}"
    if comparison.margin:
        yield f"Band: the margin, {comparison.margin:g} either way; a tie lies within it."
    if with_new_data:
        yield (
            "Thin lines: the intervals for new seeds and new examples of the same kind as the"
            f" {_examples_evaluated(comparison)} {comparison.measure.split} examples."
        )
    yield from _shared_sentences(comparison, drawn, axis)


def _shared_sentences(comparison: Comparison, drawn: Collection[str] | None, axis: Span) -> Iterator[str]:
    """How both captions end."""
    yield from _sentence_on_choices(comparison)
    yield from _sentence_on_forecasts(comparison)
    yield from _sentence_on_axis(axis, comparison)
    yield from closing_sentences(comparison, drawn)


def _named_reference(comparison: Comparison) -> str:
    name = comparison.contenders[comparison.reference].name
    return f"{name} (the baseline)" if comparison.has_baseline else name


def _examples_evaluated(comparison: Comparison) -> int:
    noises = [pair.examples for pair in comparison.pairs_with_reference()]
    return next(noise.examples for noise in noises if noise is not None)


def sentence_on_intervals(comparison: Comparison) -> str:
    """How the intervals of differences are made, and what the verdicts mean."""
    return (
        f"Differences are paired by seed; their {confidence_text(comparison.confidence)} t intervals"
        f" {simultaneity(comparison)}.{verdict_rule(comparison)}"
    )


def _sentence_on_choices(comparison: Comparison) -> Iterator[str]:
    if comparison.choices:
        seeds = listed([str(seed) for seed in comparison.choices[0].seeds], NAMED_IN_A_CAPTION)
        yield f"Each is at its own setting, chosen on other seeds ({seeds})."


def _sentence_on_forecasts(comparison: Comparison) -> Iterator[str]:
    if has_forecast(comparison):
        yield (
            "Undecided: about so many seeds in all would tell; to add them here and look again calls equal candidates"
            " different in about 10 of 100 studies."
        )


def _sentence_on_axis(axis: Span, comparison: Comparison) -> Iterator[str]:
    if axis.cut is not None:
        end = "begins" if axis.cut == "low" else "ends"
        yield f"The axis {end} at {metric_text(comparison, axis.edge)}; what lies beyond is told at its edge."


def closing_sentences(comparison: Comparison, drawn: Collection[str] | None) -> Iterator[str]:
    """What is not drawn, what to beware of, and what the figure holds for."""
    if drawn is not None:
        not_drawn = [contender.name for contender in comparison.contenders if contender.label not in drawn]
        if not_drawn:
            yield f"Compared, but not drawn: {listed(not_drawn, NAMED_IN_A_CAPTION)}."
    yield from comparison.warnings
    yield _brief_scope(comparison)


def _brief_scope(comparison: Comparison) -> str:
    """What all figures of an experiment have in common, in a line: the data's hash is enough to find the rest."""
    settings = [trial.settings for trial in trials_of_all(comparison.contenders)]
    hashes = {str(of_trial.get("data", {}).get("sha256", ""))[:12] for of_trial in settings} - {""}
    data = f" (SHA-256 {hashes.pop()}…)" if len(hashes) == 1 else ""
    return f"This holds for these data{data}, this network and these settings; the report tells them in full."
