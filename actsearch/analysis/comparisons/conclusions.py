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
from actsearch.analysis.comparisons.verdict_text import cost_of_looking_again, simultaneity, verdict_rule
from actsearch.analysis.number_format import NAMED_IN_A_SENTENCE, confidence_text, quoted
from actsearch.core.looks_record import LooksRecord
from actsearch.core.results import Choice
from actsearch.core.words import in_words, listed, number_of, point


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
        decisive = comparison.measure.task.decisive.in_words
        yield (
            f"Each is compared at its own setting ({_chosen_settings(comparison)}), which had the best mean validation"
            f" {decisive} on the tuning seeds {seeds}; these seeds are not among those compared."
        )


def _chosen_settings(comparison: Comparison) -> str:
    """`learning_rate 0.0003 for sigmoid, 0.001 for the others`: the commonest setting without names."""
    settings = [_setting_text(choice) for choice in comparison.choices]
    commonest = max(settings, key=settings.count)
    labels: dict[str, list[str]] = {}
    for choice, setting in zip(comparison.choices, settings, strict=True):
        labels.setdefault(setting, []).append(quoted(choice.label))
    del labels[commonest]
    rarer = [f"{setting} for {listed(those)}" for setting, those in labels.items()]
    return ", ".join([*rarer, f"{commonest} for {'the others' if rarer else 'all'}"])


def _setting_text(choice: Choice) -> str:
    return ", ".join(f"{key.rpartition('.')[2]} {in_words(value)}" for key, value in choice.setting.items())


def _method(comparison: Comparison) -> Iterator[str]:
    """How the intervals are made, where there are any."""
    if comparison.most_seeds < 2:
        return
    if comparison.looks is not None:
        yield _method_of_looks(comparison, comparison.looks)
        return
    confidence = confidence_text(comparison.confidence)
    candidates = sum(contender.completed > 0 for contender in comparison.contenders)
    pairs = [pair for pair in comparison.pairs() if pair.n]
    seeds = seeds_in_common(pairs) if pairs else number_of(comparison.most_seeds, "seed")
    yield (
        f"Differences are paired by seed; their {confidence} t intervals {simultaneity(comparison)}"
        f" ({candidates} candidates, {seeds}).{verdict_rule(comparison)}"
    )


def _method_of_looks(comparison: Comparison, looks: LooksRecord) -> str:
    planned, taken = listed([str(seeds) for seeds in looks.looks]), len(looks.taken)
    return (
        f"Seeds were added at looks fixed beforehand ({planned} seeds), of which {taken}"
        f" {'was' if taken == 1 else 'were'} taken; paired by seed, the {confidence_text(comparison.confidence)} t"
        f" intervals {simultaneity(comparison)}.{verdict_rule(comparison)}"
    )


# --- one seed, other examples, the test set


def _of_these_networks(comparison: Comparison) -> Iterator[str]:
    """With one seed, what can be said of the networks that were trained, which is nothing of their activations."""
    if comparison.most_seeds > 1:
        return
    tests = []
    for pair in comparison.pairs_with_reference():
        if pair.n == 1 and pair.examples is not None and pair.examples.mcnemar_p is not None:
            tests.append(f"{quoted_contender(comparison, pair.a)} p = {pair.examples.mcnemar_p:.2g}")
    if tests:
        times = f", times {comparison.family} for as many pairs" if comparison.family > 1 else ""
        yield (
            f"Of these trained networks alone, against {quoted_contender(comparison, comparison.reference)}'s by"
            f" McNemar's test{times}: {listed(tests, NAMED_IN_A_SENTENCE)}. It says nothing of other seeds."
        )


def _on_new_data(comparison: Comparison) -> Iterator[str]:
    """What the noise of the examples makes of the verdicts."""
    pairs = [pair for pair in comparison.told_pairs() if pair.examples is not None]
    known = [pair.examples for pair in pairs if pair.examples is not None and pair.n >= FEWEST_SEEDS]
    if not known:
        return
    reference = quoted_contender(comparison, comparison.reference)
    against = "" if comparison.tells_all_pairs else f" for the differences to {reference}"
    yield (
        f"That is about new seeds on these {known[0].examples} {comparison.measure.split} examples. About new examples"
        f" of the same kind as well, {_changed_verdicts(comparison, pairs)}{against}."
    )
    if not all(noise.can_show_tie for noise in known):
        yield (
            f"The {comparison.measure.split} set alone leaves these differences uncertain by"
            f" {_left_open_text(comparison, known)}, which more seeds cannot reduce: it can't show every tie within"
            f" {margin_text(comparison)} on new data."
        )


def _changed_verdicts(comparison: Comparison, pairs: Sequence[Pair]) -> str:
    changes = []
    for pair in pairs:
        on_new_data = None if pair.examples is None else pair.examples.verdict
        if pair.verdict is not None and on_new_data != pair.verdict:
            a, b = quoted_contender(comparison, pair.a), quoted_contender(comparison, pair.b)
            changes.append(f"{a} against {b} is {on_new_data} instead of {pair.verdict}")
    return listed(changes, NAMED_IN_A_SENTENCE) if changes else "the same is concluded"


def _left_open_text(comparison: Comparison, noises: Sequence[ExampleNoise]) -> str:
    """`0.0012 to 0.0031`, `up to 0.0031`: what the examples leave open of the differences."""
    widths = [noise.left_open for noise in noises]
    least, most = metric_text(comparison, min(widths)), metric_text(comparison, max(widths))
    if least == most:
        return least
    return f"{least} to {most}" if min(widths) > 0 else f"up to {most}"


def _sentence_on_test_values(comparison: Comparison) -> Iterator[str]:
    """The test values of what was compared on held-out examples: told once, and nothing is chosen by them."""
    known = [contender for contender in comparison.contenders if contender.test_mean is not None]
    if known and comparison.role == "comparison":
        name = comparison.measure.metric.removeprefix("val_").replace("_", " ")
        means = [f"{quoted(contender.name)} {metric_text(comparison, contender.test_mean)}" for contender in known]
        yield (
            f"On the test set, by which nothing was chosen here, the mean {name} is:"
            f" {listed(means, NAMED_IN_A_SENTENCE)}."
        )
