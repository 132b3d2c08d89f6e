"""The ranking in sentences: who leads, how the leading group stands inside, who is worse; or all against a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.metric_format import difference_with_interval, margin_text, metric_text
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.standards import FEWEST_SEEDS
from actsearch.analysis.comparisons.verdicts import VERDICTS, Verdict
from actsearch.analysis.number_format import NAMED_IN_A_SENTENCE, quoted
from actsearch.core.sentences import ranking
from actsearch.core.sentences.sentence import Sentence
from actsearch.core.words import listed

LEADER_BESIDE_ITS_GROUP: Mapping[Verdict | None, Sentence] = {
    "tied": ranking.LEADER_TIED,
    "undecided": ranking.LEADER_UNDECIDED,
    None: ranking.LEADER_WITHOUT_VERDICT,
}
"""How the leader stands with others of its group."""
BESIDE_BASELINE: Mapping[Verdict | None, Sentence] = {
    "better": ranking.BETTER_THAN_BASELINE,
    "worse": ranking.WORSE_THAN_BASELINE,
    "tied": ranking.TIED_WITH_BASELINE,
    "undecided": ranking.UNDECIDED_AGAINST_BASELINE,
    None: ranking.NO_VERDICT_AGAINST_BASELINE,
}
"""How others stand with the baseline."""


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
        group = _leading_group(comparison) if beyond else _all_in_the_group(comparison)
        yield f"{group} {_who_has_the_best_mean(comparison)}"
        yield from _inside_the_group(comparison)
    yield from _beyond_the_group(comparison, beyond)


def _no_leader(comparison: Comparison) -> str:
    leader = comparison.contenders[0]
    return ranking.NO_LEADER(
        seeds=comparison.most_seeds,
        leader=quoted(leader.name),
        higher_is_better=comparison.measure.higher_is_better,
        metric=comparison.measure.in_words(),
        mean=metric_text(comparison, leader.mean),
        completed=leader.completed,
    )


def _one_leader(comparison: Comparison, beyond: Sequence[int]) -> str:
    leader, measure = comparison.contenders[0], comparison.measure
    is_surpassed = any(measure.better(contender.mean, leader.mean) for contender in comparison.contenders[1:])
    pairs = [comparison.pair(0, i) for i in beyond]
    judged = [pair for pair in pairs if pair.n >= FEWEST_SEEDS]
    values: dict[str, object] = {
        "leader": quoted(leader.name),
        "metric": measure.in_words(),
        "mean": metric_text(comparison, leader.mean),
        "completed": leader.completed,
    }
    if not is_surpassed:
        values["higher_is_better"] = measure.higher_is_better
    if not all(pair.verdict == "better" for pair in judged):
        out_of_reach = ranking.SURPASSED_LEADER_OUT_OF_REACH if is_surpassed else ranking.LEADER_OUT_OF_REACH
        return out_of_reach(**values)
    if len(beyond) == 1:
        return (ranking.SURPASSED_LEADER if is_surpassed else ranking.LEADER)(**values)
    better = ranking.SURPASSED_LEADER_BETTER_THAN_THE_OTHERS if is_surpassed else ranking.LEADER_BETTER_THAN_THE_OTHERS
    return better(**values, all_judged=len(judged) == len(pairs))


def _all_in_the_group(comparison: Comparison) -> str:
    pairs = _pairs_among(comparison, comparison.leaders)
    candidates, metric = len(comparison.leaders), comparison.measure.in_words()
    if all(pair.verdict for pair in pairs):
        return ranking.NONE_SEPARATED(candidates=candidates, seeds=seeds_in_common(pairs), metric=metric)
    return ranking.NONE_WORSE(candidates=candidates, metric=metric)


def _leading_group(comparison: Comparison) -> str:
    group = listed([quoted_contender(comparison, i) for i in comparison.leaders], NAMED_IN_A_SENTENCE)
    return ranking.LEADING_GROUP(metric=comparison.measure.in_words(), group=group)


def _who_has_the_best_mean(comparison: Comparison) -> str:
    """Whose mean is the best of all, which may be over other seeds than those of the group."""
    first = min(comparison.contenders, key=lambda contender: contender.rank)
    return ranking.BEST_MEAN(
        name=quoted(first.name),
        higher_is_better=comparison.measure.higher_is_better,
        mean=metric_text(comparison, first.mean),
        completed=first.completed,
        diverged=first.diverged,
    )


def _inside_the_group(comparison: Comparison) -> Iterator[str]:
    """How the pairs of the leading group stand."""
    pairs = _pairs_among(comparison, comparison.leaders)
    if all(pair.verdict == "tied" for pair in pairs):
        yield _all_tied(pairs, margin_text(comparison))
        return
    leader = quoted_contender(comparison, 0)
    for verdict, sentence in LEADER_BESIDE_ITS_GROUP.items():
        places = [i for i in comparison.leaders if i != 0 and comparison.pair(0, i).verdict == verdict]
        if places:
            yield sentence(leader=leader, others=_differences_to(comparison, places, 0))


def _all_tied(pairs: Sequence[Pair], margin: str) -> str:
    unequal = sum(pair.smaller_but_real for pair in pairs)
    if len(pairs) == 1:
        return ranking.PAIR_TIED(margin=margin, equal=not unequal)
    if not unequal:
        return ranking.GROUP_TIED(margin=margin)
    return ranking.GROUP_TIED_NOT_EQUAL(margin=margin, unequal=unequal, pairs=len(pairs))


def _beyond_the_group(comparison: Comparison, beyond: Sequence[int]) -> Iterator[str]:
    """Those that are not in the leading group, each in the first of these sentences that fits."""
    leader = quoted_contender(comparison, 0)
    with_value = [i for i in beyond if comparison.contenders[i].completed]
    pairs = {i: comparison.pair(i, 0) for i in with_value}
    worse = [i for i, pair in pairs.items() if pair.verdict == "worse"]
    if worse:
        yield ranking.WORSE_THAN_LEADER(leader=leader, others=_differences_to(comparison, worse, 0))
    without_verdict = [i for i, pair in pairs.items() if pair.verdict is None and pair.n >= FEWEST_SEEDS]
    if without_verdict:
        yield ranking.LEADER_WITHOUT_VERDICT(leader=leader, others=_differences_to(comparison, without_verdict, 0))
    rest = [i for i in with_value if i not in worse and i not in without_verdict]
    beaten = [i for i in rest if comparison.worse[i].any()]
    if beaten:
        yield ranking.NOT_SEPARATED_FROM_LEADER(names=_names(comparison, beaten), count=len(beaten), leader=leader)
    unjudged = [i for i in rest if i not in beaten]
    if unjudged:
        yield ranking.NOT_JUDGED(names=_names(comparison, unjudged), count=len(unjudged))
    without_value = [i for i in beyond if i not in with_value]
    if without_value:
        reasons = [_name_and_reason(comparison.contenders[i]) for i in without_value]
        yield ranking.WITHOUT_A_VALUE(names=listed(reasons, NAMED_IN_A_SENTENCE))


def _name_and_reason(contender: Contender) -> str:
    return ranking.NAME_AND_WHY(name=quoted(contender.name), why=contender.missing or ranking.NO_TRIALS())


# --- against a baseline


def baseline_sentences(comparison: Comparison) -> Iterator[str]:
    """The baseline, and then the others by their verdicts against it."""
    baseline = comparison.contenders[comparison.reference]
    yield ranking.AGAINST_BASELINE(
        baseline=quoted(baseline.name),
        metric=comparison.measure.in_words(),
        mean=metric_text(comparison, baseline.mean),
        completed=baseline.completed,
    )
    for verdict, places in _by_verdict(comparison):
        yield BESIDE_BASELINE[verdict](others=_differences_to(comparison, places, comparison.reference))


def baseline_headline(comparison: Comparison) -> str:
    """The same in one sentence, without numbers."""
    groups = []
    for verdict, places in _by_verdict(comparison):
        names = _names(comparison, places)
        if verdict is None:
            groups.append(ranking.BASELINE_GROUP_WITHOUT_VERDICT(count=len(places), names=names))
        else:
            groups.append(ranking.BASELINE_GROUP(verdict=verdict, count=len(places), names=names))
    baseline = quoted_contender(comparison, comparison.reference)
    return ranking.BASELINE_HEADLINE(baseline=baseline, groups="; ".join(groups))


def _by_verdict(comparison: Comparison) -> Iterator[tuple[Verdict | None, list[int]]]:
    """The contenders by their verdicts against the reference."""
    verdicts: tuple[Verdict | None, ...] = (*VERDICTS, None)
    for verdict in verdicts:
        places = [pair.a for pair in comparison.pairs_with_reference() if pair.verdict == verdict]
        if places:
            yield verdict, places


# --- lists in sentences


def quoted_contender(comparison: Comparison, i: int) -> str:
    """The name of the contender at a place."""
    return quoted(comparison.contenders[i].name)


def seeds_in_common(pairs: Sequence[Pair]) -> str:
    """`10 seeds`, or `3 to 10 seeds`: those that these pairs have in common."""
    least, most = min(pair.n for pair in pairs), max(pair.n for pair in pairs)
    if least == most:
        return ranking.SEEDS_IN_COMMON(seeds=most)
    return ranking.SEEDS_IN_COMMON_DIFFER(least=least, most=most)


def _pairs_among(comparison: Comparison, places: Sequence[int]) -> list[Pair]:
    return [comparison.pair(a, b) for a, b in combinations(places, 2)]


def _names(comparison: Comparison, places: Sequence[int]) -> str:
    """`relu and elu`."""
    return listed([quoted_contender(comparison, i) for i in places], NAMED_IN_A_SENTENCE)


def _differences_to(comparison: Comparison, places: Sequence[int], reference: int) -> str:
    """`elu (-0.0031, -0.0050 to -0.0012)`: by how much each differs from the reference; the first of many."""
    texts = [_difference_to(comparison, comparison.pair(i, reference)) for i in places[:NAMED_IN_A_SENTENCE]]
    more = len(places) - len(texts)
    return listed([*texts, ranking.MORE_ENTRIES(count=more)] if more else texts)


def _difference_to(comparison: Comparison, pair: Pair) -> str:
    """With how many seeds would tell, or a note."""
    name = quoted_contender(comparison, pair.a)
    difference = difference_with_interval(comparison, pair.difference, pair.low, pair.high)
    if pair.verdict != "undecided" and pair.note:
        return ranking.DIFFERENCE_NOTED(name=name, difference=difference, note=pair.note)
    if pair.verdict != "undecided" or comparison.looks is not None:
        return ranking.DIFFERENCE(name=name, difference=difference)
    if pair.forecast is None:
        return ranking.DIFFERENCE_NOT_FORESEEN(name=name, difference=difference)
    seeds, low, high = pair.forecast.seeds, pair.forecast.low, pair.forecast.high
    return ranking.DIFFERENCE_UNDECIDED(name=name, difference=difference, seeds=seeds, low=low, high=high)
