"""A comparison in words: the verdict in sentences for a paper, the method, and what they hold for. Pure.

Knows neither the terminal nor HTML; every text here is plain, and the labels in it are the user's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.conclusion_scope import scope
from actsearch.analysis.comparisons.metric_format import margin_text, metric_text
from actsearch.analysis.comparisons.pairs import ExampleNoise, Pair
from actsearch.analysis.comparisons.ranking_sentences import (
    baseline_headline,
    baseline_sentences,
    quoted_contender,
    ranking_sentences,
    seeds_in_common,
)
from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.comparisons.verdict_text import cost_of_looking_again, with_verdict_rule
from actsearch.analysis.number_format import NAMED_IN_A_SENTENCE, confidence_text, quoted
from actsearch.core.looks_record import LooksRecord
from actsearch.core.results import Choice
from actsearch.core.sentences import conclusions as texts
from actsearch.core.sentences import ranking
from actsearch.core.words import in_words, listed, point

ON_NEW_DATA = {
    True: (texts.ON_NEW_DATA_THE_SAME, texts.ON_NEW_DATA_CHANGED),
    False: (texts.ON_NEW_DATA_THE_SAME_OF_REFERENCE, texts.ON_NEW_DATA_CHANGED_OF_REFERENCE),
}
"""By whether all pairs are told of: where the same is concluded, and where verdicts change."""


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """What may be concluded, the verdict first, each a sentence that could stand in a paper."""
    return tuple(_all_sentences(comparison))


def _all_sentences(comparison: Comparison) -> Iterator[str]:
    yield from baseline_sentences(comparison) if comparison.has_baseline else ranking_sentences(comparison)
    again = cost_of_looking_again(comparison)
    if again is not None:
        yield again
    yield from _of_these_networks(comparison)
    yield from _own_settings(comparison)
    yield from _method(comparison)
    yield from _on_new_data(comparison)
    yield from _sentence_on_test_values(comparison)
    yield scope(comparison)


def headline(comparison: Comparison) -> str:
    """The verdict in one sentence."""
    if comparison.has_baseline:
        return baseline_headline(comparison)
    return next(ranking_sentences(comparison))


def title(comparison: Comparison) -> str:
    """The experiment's name, and the point of the grid that the comparison is about."""
    return f"{comparison.experiment}, {point(comparison.setting)}" if comparison.setting else comparison.experiment


# --- the method


def _own_settings(comparison: Comparison) -> Iterator[str]:
    if comparison.choices:
        seeds = listed([str(seed) for seed in comparison.choices[0].seeds])
        metric = comparison.measure.task.decisive.in_words
        yield texts.OWN_SETTINGS(settings=_chosen_settings(comparison), metric=metric, seeds=seeds)


def _chosen_settings(comparison: Comparison) -> str:
    """`learning_rate 0.0003 for sigmoid, 0.001 for the others`: the commonest setting without names."""
    settings = [_setting_text(choice) for choice in comparison.choices]
    commonest = max(settings, key=settings.count)
    labels: dict[str, list[str]] = {}
    for choice, setting in zip(comparison.choices, settings, strict=True):
        labels.setdefault(setting, []).append(quoted(choice.label))
    del labels[commonest]
    rarer = [texts.SETTING_OF(setting=setting, names=listed(those)) for setting, those in labels.items()]
    rest = texts.SETTING_OF_THE_OTHERS if rarer else texts.SETTING_OF_ALL
    return ", ".join([*rarer, rest(setting=commonest)])


def _setting_text(choice: Choice) -> str:
    return ", ".join(f"{key.rpartition('.')[2]} {in_words(value)}" for key, value in choice.setting.items())


def _method(comparison: Comparison) -> Iterator[str]:
    """How the intervals are made, where there are any."""
    if comparison.most_seeds < 2:
        return
    looks = comparison.looks
    sentence = _method_of_a_fixed_size(comparison) if looks is None else _method_of_looks(comparison, looks)
    yield with_verdict_rule(comparison, sentence)


def _method_of_a_fixed_size(comparison: Comparison) -> str:
    confidence = confidence_text(comparison.confidence)
    candidates = sum(contender.completed > 0 for contender in comparison.contenders)
    pairs = [pair for pair in comparison.pairs() if pair.n]
    seeds = seeds_in_common(pairs) if pairs else ranking.SEEDS_IN_COMMON(seeds=comparison.most_seeds)
    if comparison.family == 1:
        return texts.METHOD_OF_ONE_PAIR(confidence=confidence, candidates=candidates, seeds=seeds)
    return texts.METHOD_OF_ALL_PAIRS(
        confidence=confidence,
        pairs=comparison.family,
        one_table=not comparison.setting,
        candidates=candidates,
        seeds=seeds,
    )


def _method_of_looks(comparison: Comparison, looks: LooksRecord) -> str:
    return texts.METHOD_OF_LOOKS(
        planned=listed([str(seeds) for seeds in looks.looks]),
        taken=len(looks.taken),
        confidence=confidence_text(comparison.confidence),
        pairs=looks.family,
        looks=len(looks.looks),
    )


# --- one seed, other examples, the test set


def _of_these_networks(comparison: Comparison) -> Iterator[str]:
    """With one seed, what can be said of the networks that were trained, which is nothing of their activations."""
    if comparison.most_seeds > 1:
        return
    tests = []
    for pair in comparison.pairs_with_reference():
        if pair.n == 1 and pair.examples is not None and pair.examples.mcnemar_p is not None:
            tests.append(texts.TEST_OF_NETWORK(name=quoted_contender(comparison, pair.a), p=pair.examples.mcnemar_p))
    if tests:
        yield texts.OF_THESE_NETWORKS(
            reference=quoted_contender(comparison, comparison.reference),
            pairs=comparison.family,
            tests=listed(tests, NAMED_IN_A_SENTENCE),
        )


def _on_new_data(comparison: Comparison) -> Iterator[str]:
    """What the noise of the examples makes of the verdicts."""
    pairs = [pair for pair in comparison.told_pairs() if pair.examples is not None]
    known = [pair.examples for pair in pairs if pair.examples is not None and pair.n >= FEWEST_SEEDS]
    if not known:
        return
    values: dict[str, object] = {"examples": known[0].examples, "split": comparison.measure.split}
    if not comparison.tells_all_pairs:
        values["reference"] = quoted_contender(comparison, comparison.reference)
    changes = _changed_verdicts(comparison, pairs)
    same, changed = ON_NEW_DATA[comparison.tells_all_pairs]
    yield changed(**values, changes=listed(changes, NAMED_IN_A_SENTENCE)) if changes else same(**values)
    if not all(noise.can_show_tie for noise in known):
        yield _left_open(comparison, known)


def _changed_verdicts(comparison: Comparison, pairs: Sequence[Pair]) -> list[str]:
    changes = []
    for pair in pairs:
        on_new_data = None if pair.examples is None else pair.examples.verdict
        if pair.verdict is not None and on_new_data != pair.verdict:
            a, b = quoted_contender(comparison, pair.a), quoted_contender(comparison, pair.b)
            changes.append(texts.CHANGED_VERDICT(first=a, second=b, on_new_data=on_new_data, verdict=pair.verdict))
    return changes


def _left_open(comparison: Comparison, noises: Sequence[ExampleNoise]) -> str:
    """What the examples leave open of the differences."""
    widths = [noise.left_open for noise in noises]
    least, most = metric_text(comparison, min(widths)), metric_text(comparison, max(widths))
    split, margin = comparison.measure.split, margin_text(comparison)
    if least == most:
        return texts.LEFT_OPEN(split=split, width=least, margin=margin)
    if min(widths) > 0:
        return texts.LEFT_OPEN_FROM_TO(split=split, least=least, most=most, margin=margin)
    return texts.LEFT_OPEN_UP_TO(split=split, most=most, margin=margin)


def _sentence_on_test_values(comparison: Comparison) -> Iterator[str]:
    """The test values of what was compared on held-out examples: told once, and nothing is chosen by them."""
    known = [contender for contender in comparison.contenders if contender.test_mean is not None]
    if known and comparison.role == "comparison":
        name = comparison.measure.metric.removeprefix("val_").replace("_", " ")
        means = [
            texts.MEAN_ON_THE_TEST_SET(name=quoted(contender.name), mean=metric_text(comparison, contender.test_mean))
            for contender in known
        ]
        yield texts.ON_THE_TEST_SET(metric=name, means=listed(means, NAMED_IN_A_SENTENCE))
