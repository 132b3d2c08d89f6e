"""What to beware of in a comparison: whatever makes a wrong conclusion likely, each a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.contenders import Contender
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.standards import ENOUGH_SEEDS, FEWEST_SEEDS
from actsearch.analysis.statistics.intervals import family_size, smallest_deviation
from actsearch.analysis.statistics.sample_sizes import advised_seeds, expected_best
from actsearch.analysis.trials import trials_of_all
from actsearch.core.json_values import canonical_json
from actsearch.core.looks_record import LooksRecord
from actsearch.core.results import ExperimentResult
from actsearch.core.sentences import comparison_warnings as warnings
from actsearch.core.words import in_words

TOO_NOISY = 5.0
"""One of the leading group whose seeds vary so many times as much as those of the others is named."""
MANY_CONTENDERS = 8
"""Above, all pairs cost so much certainty that a baseline, or a screening on other seeds, is the better way."""


def warnings_on(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    """All of them, those of what is measured first."""
    yield from _measure_warnings(comparison, result)
    yield from _best_epoch_warnings(comparison, result)
    yield from _disagreement_warnings(comparison)
    yield from _edge_warnings(comparison, result)
    yield from _seed_warnings(comparison)
    yield from _look_warnings(comparison, result)
    yield from _missing_seeds_warnings(comparison)
    yield from _setting_warnings(comparison, result)
    if result.mixture:
        yield result.mixture
    yield from result.problems


# --- what is measured


def _measure_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    split = comparison.measure.split
    if split == "test" and result.validation_is_test:
        yield warnings.RANKS_BY_TEST_SET_AS_VALIDATION()
    elif split == "test":
        yield warnings.RANKS_BY_TEST_SET()
    elif split == "training":
        yield warnings.TRAINING_VALUES()


def _best_epoch_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    measure = comparison.measure
    if measure.at == "best":
        flattered = [contender for contender in comparison.contenders if contender.flattery is not None]
        amounts = [warnings.FLATTERED_BY(name=each.name, amount=each.flattery) for each in flattered]
        is_compared = measure.metric == measure.task.validated_by
        warning = warnings.BEST_EPOCH_FLATTERS if is_compared else warnings.BEST_EPOCH_BY_ANOTHER_METRIC
        yield warning(
            on_test_data=result.validation_is_test,
            metric=measure.task.decisive.in_words,
            amounts=", ".join(amounts),
        )
    if measure.has_scores and measure.scores is None:
        if measure.at == "best":
            yield warnings.NO_OTHER_EXAMPLES_AT_BEST_EPOCH()
        else:
            yield warnings.OTHER_EXAMPLES_AT_LAST_EPOCH()


# --- which settings are compared


def _edge_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    """A setting that was chosen at the edge of the grid may not be the best one."""
    for key, given in result.grid.items():
        numbers = sorted({v for v in given if isinstance(v, (int, float)) and not isinstance(v, bool)})
        if len(numbers) < 2 or len(numbers) < len(given):
            continue
        for edge in (numbers[0], numbers[-1]):
            names = [choice.label for choice in comparison.choices if choice.setting.get(key) == edge]
            if names:
                yield warnings.EDGE_OF_THE_GRID(
                    names=", ".join(names),
                    key=key.rpartition(".")[2],
                    edge=in_words(edge),
                    lowest=edge == numbers[0],
                )


def _setting_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    if comparison.role == "tuning":
        yield warnings.TUNING_SEEDS_COMPARED()
    elif comparison.setting:
        yield warnings.SETTING_FOR_ALL()
        settings = len({canonical_json(candidate.setting) for candidate in result.candidates})
        yield warnings.BEST_OF_SETTINGS_FLATTERS(settings=settings, errors=expected_best(settings))
    if result.tuning_seeds and comparison.role == "comparison":
        chosen = {choice.label for choice in result.chosen}
        labels = dict.fromkeys(candidate.label for candidate in result.candidates)
        without_setting = [label for label in labels if label not in chosen]
        if without_setting:
            yield warnings.WITHOUT_A_SETTING(names=", ".join(without_setting))


# --- how many seeds there are, and how they vary


def _seed_warnings(comparison: Comparison) -> Iterator[str]:
    seeds = comparison.most_seeds
    contenders = sum(contender.completed > 0 for contender in comparison.contenders)
    if seeds == 1:
        yield warnings.ONE_SEED_COMPARED()
    elif seeds == 2:
        yield warnings.TWO_SEEDS_COMPARED()
    elif seeds < ENOUGH_SEEDS:
        advised = advised_seeds(contenders)
        yield warnings.FEW_SEEDS_COMPARED(seeds=seeds, advised=advised, candidates=contenders)
    else:
        yield from _few_seeds_warnings(comparison)
    if contenders > MANY_CONTENDERS and not comparison.has_baseline and comparison.planned_looks == 1:
        yield warnings.MANY_PAIRS(candidates=contenders, pairs=family_size(contenders))
    yield from _noise_warnings(comparison)


def _few_seeds_warnings(comparison: Comparison) -> Iterator[str]:
    for contender in comparison.contenders:
        if FEWEST_SEEDS <= contender.completed < ENOUGH_SEEDS:
            yield warnings.FEW_SEEDS_OF_CANDIDATE(name=contender.name, seeds=contender.completed)


def _noise_warnings(comparison: Comparison) -> Iterator[str]:
    """Of the leading group, those that are in it because nothing can be told of them."""
    group = [comparison.contenders[i] for i in comparison.leaders]
    for i, contender in enumerate(group):
        deviations = [rival.sd for rival in (*group[:i], *group[i + 1 :]) if math.isfinite(rival.sd)]
        usual = float(np.median(deviations)) if deviations else math.nan
        if contender.sd > TOO_NOISY * max(usual, smallest_deviation(comparison.examples)):
            yield warnings.TOO_NOISY_TO_TELL(name=contender.name, sd=contender.sd, usual=usual)


def _missing_seeds_warnings(comparison: Comparison) -> Iterator[str]:
    for contender in comparison.contenders:
        if contender.missing:
            yield _missing_seeds(contender)


def _missing_seeds(contender: Contender) -> str:
    name, missing, seeds = contender.name, contender.missing, len(contender.trials)
    if contender.divergence is None:
        return warnings.MISSING_SEEDS(name=name, missing=missing, seeds=seeds)
    low, high = contender.divergence
    return warnings.MISSING_SEEDS_DIVERGED(name=name, missing=missing, seeds=seeds, low=low, high=high)


def _disagreement_warnings(comparison: Comparison) -> Iterator[str]:
    """Where the exact test and the interval say different things of 0."""
    pairs = [_named_with_p(comparison, pair) for pair in comparison.told_pairs() if pair.disagrees]
    if pairs:
        level = (1 - comparison.confidence) / comparison.family
        yield warnings.SIGN_FLIP_DISAGREES(level=level, pairs=", ".join(pairs))


def _named_with_p(comparison: Comparison, pair: Pair) -> str:
    a, b = comparison.contenders[pair.a], comparison.contenders[pair.b]
    return warnings.PAIR_WITH_P(first=a.name, second=b.name, p=pair.sign_flip_p)


# --- when seeds were added


def _look_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    looks = result.looks
    if looks is None:
        yield from _warnings_on_added_seeds(result)
    elif not looks.taken:
        yield warnings.NO_LOOK_YET(seeds=looks.looks[0])
    elif comparison.looks is None:
        yield warnings.NOT_THE_QUESTION_OF_LOOKS(metric=looks.metric, margin=looks.margin, confidence=looks.confidence)
    else:
        yield from _warnings_on_seeds_beyond(looks, result)


def _warnings_on_added_seeds(result: ExperimentResult) -> Iterator[str]:
    if result.earlier_seeds:
        yield warnings.SEEDS_WERE_ADDED(before=", ".join(map(str, result.earlier_seeds)))


def _warnings_on_seeds_beyond(looks: LooksRecord, result: ExperimentResult) -> Iterator[str]:
    """Seeds that were completed after the last look."""
    last = looks.taken[-1].seeds
    completed = [trial for trial in trials_of_all(result.compared) if trial.status == "completed"]
    beyond = {trial.seed for trial in completed} - set(looks.seeds[:last])
    following = next((look for look in looks.looks if look > last), None)
    is_waited_for = following is not None and not looks.has_ended and beyond <= set(looks.seeds[:following])
    if beyond and is_waited_for:
        yield warnings.SEEDS_WAIT_FOR_A_LOOK(seeds=len(beyond), look=following)
    elif beyond:
        yield warnings.SEEDS_BEYOND_THE_LOOKS(seeds=len(beyond))
