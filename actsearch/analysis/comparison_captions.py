"""The captions of the figures of comparisons, as sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from actsearch.analysis import curve_captions, metric_text, verdict_text
from actsearch.analysis.comparison import Comparison
from actsearch.analysis.value_axis import Span
from actsearch.core.words import listed


def _ranking_caption(comparison: Comparison, drawn: Collection[str] | None, axis: Span) -> Iterator[str]:
    n, confidence = comparison.most_seeds, metric_text.percent(comparison.confidence)
    if n < 2:
        yield "Each dot is the one seed there is."
    else:
        yield (
            f"Dots are seeds, markers their mean, lines the {confidence} t interval of that mean alone (not to judge"
            " differences by)."
        )
    if comparison.leaders:
        yield "Shaded: the leading group, not shown to be worse than any other; it has no ranks inside."
    if n > 1:
        name = comparison.contenders[comparison.reference].name
        yield f"In the columns, the difference to {name}{_a_baseline(comparison)}. {_simultaneous(comparison)}"
    yield from _choices(comparison)
    yield from _forecasts(comparison)
    yield from _axis_caption(axis, comparison)
    yield from _closing(comparison, drawn)


def _differences_caption(
    comparison: Comparison, drawn: Collection[str] | None, axis: Span, with_new: bool
) -> Iterator[str]:
    name = comparison.contenders[comparison.reference].name
    yield f"Dots are the differences to {name}{_a_baseline(comparison)}, seed by seed."
    if comparison.most_seeds > 1:
        yield f"Markers are their means, thick lines the intervals of those. {_simultaneous(comparison)}"
    if comparison.margin:
        yield f"Band: the margin, {comparison.margin:g} either way; a tie lies within it."
    if with_new:
        yield (
            f"Thin lines: the intervals for new seeds and new examples of the same kind as the {_examples(comparison)}"
            f" {comparison.measure.split} examples."
        )
    yield from _choices(comparison)
    yield from _forecasts(comparison)
    yield from _axis_caption(axis, comparison)
    yield from _closing(comparison, drawn)


def _a_baseline(comparison: Comparison) -> str:
    return " (the baseline)" if comparison.has_baseline else ""


def _examples(comparison: Comparison) -> int:
    found = [
        e.examples for i in comparison.others if (e := comparison.pair(i, comparison.reference).examples) is not None
    ]
    return found[0]


def _simultaneous(comparison: Comparison) -> str:
    return (
        f"Differences are paired by seed; their {metric_text.percent(comparison.confidence)} t intervals"
        f" {verdict_text.simultaneity(comparison)}.{verdict_text.rule(comparison)}"
    )


def _choices(comparison: Comparison) -> Iterator[str]:
    if comparison.choices:
        seeds = listed(_tuning_seeds(comparison), curve_captions.NAMED)
        yield f"Each is at its own setting, chosen on other seeds ({seeds})."


def _tuning_seeds(comparison: Comparison) -> list[str]:
    return [str(seed) for seed in comparison.choices[0].seeds]


def _forecasts(comparison: Comparison) -> Iterator[str]:
    if any(comparison.pair(i, comparison.reference).forecast is not None for i in comparison.others):
        yield (
            "Undecided: about so many seeds in all would tell; to add them here and look again calls equal candidates"
            " different in about 10 of 100 studies."
        )


def _axis_caption(axis: Span, comparison: Comparison) -> Iterator[str]:
    if axis.cut is not None:
        end = "begins" if axis.cut == "low" else "ends"
        edge = axis.low if axis.cut == "low" else axis.high
        yield f"The axis {end} at {metric_text.number(comparison, edge)}; what lies beyond is told at its edge."


def _closing(comparison: Comparison, drawn: Collection[str] | None) -> Iterator[str]:
    missing = [one.name for one in comparison.contenders if drawn is not None and one.label not in drawn]
    if missing:
        yield f"Compared, but not drawn: {listed(missing, curve_captions.NAMED)}."
    yield from comparison.warnings
    yield _scope(comparison)


def _scope(comparison: Comparison) -> str:
    """What all figures of an experiment have in common, in a line: the data's hash is enough to find the rest."""
    settings = [trial.settings for one in comparison.contenders for trial in one.trials if trial.settings]
    hashes = {str(one.get("data", {}).get("sha256", ""))[:12] for one in settings} - {""}
    data = f" (SHA-256 {hashes.pop()}…)" if len(hashes) == 1 else ""
    return f"This holds for these data{data}, this network and these settings; the report tells them in full."
