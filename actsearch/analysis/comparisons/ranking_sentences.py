"""The ranking in sentences: who leads, how the leading group stands inside, who is worse; or all against a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.metric_format import difference_with_interval, margin_text, metric_text
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.comparisons.verdict_text import forecast_text
from actsearch.analysis.comparisons.verdicts import VERDICTS, Verdict
from actsearch.analysis.number_format import NAMED_IN_A_SENTENCE, quoted
from actsearch.core.words import listed, number_of

WORDS_OF_VERDICTS: dict[Verdict | None, str] = {
    "tied": "tied with",
    "undecided": "undecided against",
    None: "without a verdict against",
}
"""How the leader stands with another one of its group."""


# --- the ranking


def ranking_sentences(comparison: Comparison) -> Iterator[str]:
    """The verdict first, in one sentence or two."""
    if not comparison.leaders:
        yield _no_leader(comparison)
        return
    beyond = [i for i in range(len(comparison.contenders)) if i not in comparison.leaders]
    if len(comparison.leaders) == 1 and beyond:
        yield _one_leader(comparison, beyond)
    else:
        yield _leading_group(comparison) if beyond else _all_in_the_group(comparison)
        yield from _inside_the_group(comparison)
    yield from _beyond_the_group(comparison, beyond)


def _no_leader(comparison: Comparison) -> str:
    n, leader = comparison.most_seeds, comparison.contenders[0]
    few = f"{n} seeds in common" if n else "no seed in common"
    if n == 1:
        few = "one seed"
    return (
        f"No verdict: {few} cannot tell chance from difference. {quoted(leader.name)} has the {_best_word(comparison)}"
        f" {comparison.measure.in_words()} ({_mean_text(comparison, leader)})."
    )


def _one_leader(comparison: Comparison, beyond: Sequence[int]) -> str:
    leader, measure = comparison.contenders[0], comparison.measure
    is_surpassed = any(measure.better(contender.mean, leader.mean) for contender in comparison.contenders[1:])
    leads = "leads in" if is_surpassed else f"has the {_best_word(comparison)}"
    return (
        f"{quoted(leader.name)} {leads} {measure.in_words()} ({_mean_text(comparison, leader)})"
        f"{_how_the_leader_beats(comparison, beyond)}."
    )


def _how_the_leader_beats(comparison: Comparison, beyond: Sequence[int]) -> str:
    pairs = [comparison.pair(0, i) for i in beyond]
    judged = [pair for pair in pairs if pair.n >= FEWEST_SEEDS]
    if not all(pair.verdict == "better" for pair in judged):
        return ", and none that could be judged reaches its group"
    if len(beyond) == 1:
        return ""
    which = "every other candidate" if len(judged) == len(pairs) else "every other that could be judged"
    return f" and is better than {which}"


def _all_in_the_group(comparison: Comparison) -> str:
    pairs = _pairs_among(comparison, comparison.leaders)
    candidates = len(comparison.leaders)
    none = f"None of the {candidates} candidates"
    if all(pair.verdict for pair in pairs):
        none = f"No two of the {candidates} candidates are separated with {seeds_in_common(pairs)}: none"
    return (
        f"{none} is shown to be worse than any other in {comparison.measure.in_words()}."
        f" {_who_has_the_best_mean(comparison)}"
    )


def _leading_group(comparison: Comparison) -> str:
    group = listed([quoted_contender(comparison, i) for i in comparison.leaders], NAMED_IN_A_SENTENCE)
    return (
        f"The leading group in {comparison.measure.in_words()} is {group}: none of them is shown to be worse than any"
        f" other candidate. {_who_has_the_best_mean(comparison)}"
    )


def _who_has_the_best_mean(comparison: Comparison) -> str:
    """Whose mean is the best of all, which may be over other seeds than those of the group."""
    first = min(comparison.contenders, key=lambda contender: contender.rank)
    lost = f"; {number_of(first.diverged, 'seed')} diverged" if first.diverged else ""
    return f"{quoted(first.name)} has the {_best_word(comparison)} mean ({_mean_text(comparison, first)}{lost})."


def _inside_the_group(comparison: Comparison) -> Iterator[str]:
    """How the pairs of the leading group stand."""
    pairs = _pairs_among(comparison, comparison.leaders)
    if all(pair.verdict == "tied" for pair in pairs):
        which = "They are" if len(pairs) == 1 else "Every two of them are"
        yield f"{which} tied within a margin of {margin_text(comparison)}{_though_not_equal(pairs)}."
        return
    leader = quoted_contender(comparison, 0)
    for verdict, words in WORDS_OF_VERDICTS.items():
        places = [i for i in comparison.leaders if i != 0 and comparison.pair(0, i).verdict == verdict]
        if places:
            yield f"{leader} is {words} {_differences_to(comparison, places, 0)}."


def _though_not_equal(pairs: Sequence[Pair]) -> str:
    unequal = sum(pair.smaller_but_real for pair in pairs)
    if not unequal:
        return ""
    return f", though {'' if len(pairs) == 1 else f'in {unequal} of {len(pairs)} pairs '}not equal"


def _beyond_the_group(comparison: Comparison, beyond: Sequence[int]) -> Iterator[str]:
    """Those that are not in the leading group, each in the first of these sentences that fits."""
    leader = quoted_contender(comparison, 0)
    with_value = [i for i in beyond if comparison.contenders[i].completed]
    pairs = {i: comparison.pair(i, 0) for i in with_value}
    worse = [i for i, pair in pairs.items() if pair.verdict == "worse"]
    if worse:
        yield f"Worse than {leader}: {_differences_to(comparison, worse, 0)}."
    without_verdict = [i for i, pair in pairs.items() if pair.verdict is None and pair.n >= FEWEST_SEEDS]
    if without_verdict:
        yield f"{leader} is without a verdict against {_differences_to(comparison, without_verdict, 0)}."
    rest = [i for i in with_value if i not in worse and i not in without_verdict]
    beaten = [i for i in rest if comparison.worse[i].any()]
    if beaten:
        names = _names_are(comparison, beaten)
        yield f"{names} not separated from {leader} itself, but worse than another candidate."
    unjudged = [i for i in rest if i not in beaten]
    if unjudged:
        yield f"{_names_are(comparison, unjudged)} not judged: too few seeds in common with the others."
    without_value = [i for i in beyond if i not in with_value]
    if without_value:
        reasons = [_name_and_reason(comparison.contenders[i]) for i in without_value]
        yield f"Without a value, and so not judged: {listed(reasons, NAMED_IN_A_SENTENCE)}."


def _name_and_reason(contender: Contender) -> str:
    return f"{quoted(contender.name)} ({contender.missing or 'no trials'})"


# --- against a baseline


def baseline_sentences(comparison: Comparison) -> Iterator[str]:
    """The baseline, and then the others by their verdicts against it."""
    baseline = comparison.contenders[comparison.reference]
    yield f"Against {quoted(baseline.name)} ({comparison.measure.in_words()} {_mean_text(comparison, baseline)}):"
    for verdict, places in _by_verdict(comparison):
        yield f"{verdict or 'no verdict'}: {_differences_to(comparison, places, comparison.reference)}."


def baseline_headline(comparison: Comparison) -> str:
    """The same in one sentence, without numbers."""
    parts = []
    for verdict, places in _by_verdict(comparison):
        names = listed([quoted_contender(comparison, i) for i in places], NAMED_IN_A_SENTENCE)
        parts.append(f"{verdict or 'without a verdict'} {'is' if len(places) == 1 else 'are'} {names}")
    return f"Against {quoted_contender(comparison, comparison.reference)}, {'; '.join(parts)}."


def _by_verdict(comparison: Comparison) -> Iterator[tuple[Verdict | None, list[int]]]:
    """The contenders by their verdicts against the reference."""
    verdicts: tuple[Verdict | None, ...] = (*VERDICTS, None)
    for verdict in verdicts:
        places = [pair.a for pair in comparison.pairs_with_reference() if pair.verdict == verdict]
        if places:
            yield verdict, places


# --- pieces of sentences


def quoted_contender(comparison: Comparison, i: int) -> str:
    """The name of the contender at a place."""
    return quoted(comparison.contenders[i].name)


def seeds_in_common(pairs: Sequence[Pair]) -> str:
    """`10 seeds`, or `3 to 10 seeds`: those that these pairs have in common."""
    least, most = min(pair.n for pair in pairs), max(pair.n for pair in pairs)
    return number_of(most, "seed") if least == most else f"{least} to {number_of(most, 'seed')}"


def _pairs_among(comparison: Comparison, places: Sequence[int]) -> list[Pair]:
    return [comparison.pair(a, b) for a, b in combinations(places, 2)]


def _names_are(comparison: Comparison, places: Sequence[int]) -> str:
    """`relu is`, `relu and elu are`."""
    names = listed([quoted_contender(comparison, i) for i in places], NAMED_IN_A_SENTENCE)
    return f"{names} {'is' if len(places) == 1 else 'are'}"


def _best_word(comparison: Comparison) -> str:
    return "highest" if comparison.measure.higher_is_better else "lowest"


def _mean_text(comparison: Comparison, contender: Contender) -> str:
    """`0.9805, the mean of 10 seeds`."""
    n = contender.completed
    over = "one seed" if n == 1 else f"the mean of {number_of(n, 'seed')}"
    return f"{metric_text(comparison, contender.mean)}, {over}"


def _differences_to(comparison: Comparison, places: Sequence[int], reference: int) -> str:
    """`elu (-0.0031, -0.0050 to -0.0012)`: by how much each differs from the reference; the first of many."""
    texts = [_difference_to(comparison, comparison.pair(i, reference)) for i in places[:NAMED_IN_A_SENTENCE]]
    more = len(places) - len(texts)
    return listed([*texts, f"{more} more"] if more else texts)


def _difference_to(comparison: Comparison, pair: Pair) -> str:
    difference = difference_with_interval(comparison, pair.difference, pair.low, pair.high)
    return f"{quoted_contender(comparison, pair.a)} ({difference}{_remark(comparison, pair)})"


def _remark(comparison: Comparison, pair: Pair) -> str:
    """What stands behind a difference: how many seeds would tell, or a note."""
    if pair.verdict != "undecided":
        return f"; {pair.note}" if pair.note else ""
    if comparison.looks is not None:
        return ""
    would_tell = "" if pair.forecast is None else " would tell"
    return f"; {forecast_text(comparison, pair.forecast)}{would_tell}"
