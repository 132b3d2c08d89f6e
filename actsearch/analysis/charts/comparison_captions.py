"""The captions of the figures of comparisons, as sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from actsearch.analysis.charts.value_axis import Span
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import metric_text
from actsearch.analysis.comparisons.verdict_text import has_forecast, with_verdict_rule
from actsearch.analysis.number_format import NAMED_IN_A_CAPTION, confidence_text
from actsearch.analysis.trials import trials_of_all
from actsearch.core.sentences import captions
from actsearch.core.words import listed


def ranking_caption(comparison: Comparison, drawn: Collection[str] | None, axis: Span) -> Iterator[str]:
    """Of the figure of every contender with its seeds."""
    if comparison.most_seeds < 2:
        yield captions.RANKING_OF_ONE_SEED()
    else:
        yield captions.RANKING_MARKS(confidence=confidence_text(comparison.confidence))
    if comparison.leaders:
        yield captions.LEADING_GROUP_SHADED()
    if comparison.most_seeds > 1:
        columns = captions.DIFFERENCE_COLUMNS(reference=_reference(comparison), baseline=comparison.has_baseline)
        yield f"{columns} {sentence_on_intervals(comparison)}"
    yield from _shared_sentences(comparison, drawn, axis)


def differences_caption(
    comparison: Comparison, drawn: Collection[str] | None, axis: Span, with_new_data: bool
) -> Iterator[str]:
    """Of the figure of every contender's difference to the reference."""
    yield captions.DIFFERENCE_DOTS(reference=_reference(comparison), baseline=comparison.has_baseline)
    if comparison.most_seeds > 1:
        yield f"{captions.DIFFERENCE_MARKS()} {sentence_on_intervals(comparison)}"
    if comparison.margin:
        yield captions.MARGIN_BAND(margin=comparison.margin)
    if with_new_data:
        yield captions.NEW_DATA_LINES(examples=_examples_evaluated(comparison), split=comparison.measure.split)
    yield from _shared_sentences(comparison, drawn, axis)


def _shared_sentences(comparison: Comparison, drawn: Collection[str] | None, axis: Span) -> Iterator[str]:
    """How both captions end."""
    yield from _sentence_on_choices(comparison)
    yield from _sentence_on_forecasts(comparison)
    yield from _sentence_on_axis(axis, comparison)
    yield from closing_sentences(comparison, drawn)


def _reference(comparison: Comparison) -> str:
    return comparison.contenders[comparison.reference].name


def _examples_evaluated(comparison: Comparison) -> int:
    noises = [pair.examples for pair in comparison.pairs_with_reference()]
    return next(noise.examples for noise in noises if noise is not None)


def sentence_on_intervals(comparison: Comparison) -> str:
    """How the intervals of differences are made, and what the verdicts mean."""
    return with_verdict_rule(comparison, _sentence_on_confidence(comparison))


def _sentence_on_confidence(comparison: Comparison) -> str:
    confidence, looks = confidence_text(comparison.confidence), comparison.looks
    if looks is not None:
        return captions.INTERVALS_OF_LOOKS(confidence=confidence, pairs=looks.family, looks=len(looks.looks))
    if comparison.family == 1:
        return captions.INTERVALS_OF_ONE_PAIR(confidence=confidence)
    return captions.INTERVALS_OF_ALL_PAIRS(
        confidence=confidence, pairs=comparison.family, one_table=not comparison.setting
    )


def _sentence_on_choices(comparison: Comparison) -> Iterator[str]:
    if comparison.choices:
        seeds = listed([str(seed) for seed in comparison.choices[0].seeds], NAMED_IN_A_CAPTION)
        yield captions.EACH_AT_ITS_OWN_SETTING(seeds=seeds)


def _sentence_on_forecasts(comparison: Comparison) -> Iterator[str]:
    if has_forecast(comparison):
        yield captions.SEEDS_THAT_WOULD_TELL()


def _sentence_on_axis(axis: Span, comparison: Comparison) -> Iterator[str]:
    if axis.cut is not None:
        yield captions.AXIS_CUT(low=axis.cut == "low", edge=metric_text(comparison, axis.edge))


def closing_sentences(comparison: Comparison, drawn: Collection[str] | None) -> Iterator[str]:
    """What is not drawn, what to beware of, and what the figure holds for."""
    if drawn is not None:
        not_drawn = [contender.name for contender in comparison.contenders if contender.label not in drawn]
        if not_drawn:
            yield captions.COMPARED_NOT_DRAWN(names=listed(not_drawn, NAMED_IN_A_CAPTION))
    yield from comparison.warnings
    yield _brief_scope(comparison)


def _brief_scope(comparison: Comparison) -> str:
    """What all figures of an experiment have in common, in a line: the data's hash is enough to find the rest."""
    settings = [trial.settings for trial in trials_of_all(comparison.contenders)]
    hashes = {str(of_trial.get("data", {}).get("sha256", ""))[:12] for of_trial in settings} - {""}
    if len(hashes) == 1:
        return captions.SCOPE_IN_BRIEF_WITH_HASH(sha256=hashes.pop())
    return captions.SCOPE_IN_BRIEF()
