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
from actsearch.core.words import in_words, number_of

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
        yield (
            "Validation is the test set here: choosing an activation or an epoch by this table is choosing on test"
            " data, and its value there is too good; the sound choice is validation: {holdout: n}."
        )
    elif split == "test":
        yield (
            "This ranks by the test set. Choose by the validation set, and report the test set's values once: what is"
            " chosen by this table is chosen on test data."
        )
    elif split == "training":
        yield "Training values say how well the examples were learned, with dropout on, not how well new ones will be."


def _best_epoch_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    measure = comparison.measure
    if measure.at == "best":
        flattered = [contender for contender in comparison.contenders if contender.flattery is not None]
        amounts = ", ".join(f"{contender.name} {contender.flattery:+.4f}" for contender in flattered)
        data = " on test data" if result.validation_is_test else ""
        flatters = (
            ", by what is compared, which flatters unevenly" if measure.metric == measure.task.validated_by else ""
        )
        yield (
            f"The best epoch was chosen{data} by validation {measure.task.decisive.in_words}{flatters}; by so much is"
            f" it better than the last one: {amounts}."
        )
    if measure.has_scores and measure.scores is None:
        yield (
            "What other examples would change can't be told from those by which the best epoch was chosen."
            if measure.at == "best"
            else "What other examples would change is known at the last epoch alone, of which predictions are kept."
        )


# --- which settings are compared


def _edge_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    """A setting that was chosen at the edge of the grid may not be the best one."""
    for key, given in result.grid.items():
        numbers = sorted({v for v in given if isinstance(v, (int, float)) and not isinstance(v, bool)})
        if len(numbers) < 2 or len(numbers) < len(given):
            continue
        for edge, way in ((numbers[0], "smaller"), (numbers[-1], "larger")):
            names = [choice.label for choice in comparison.choices if choice.setting.get(key) == edge]
            if names:
                yield (
                    f"{', '.join(names)}: the best {key.rpartition('.')[2]} of the grid is its edge ({in_words(edge)});"
                    f" a {way} one may be better still."
                )


def _setting_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    if comparison.role == "tuning":
        yield "These are the tuning seeds, by which settings are chosen: what was chosen as the best is flattered."
    elif comparison.setting:
        yield (
            "One setting for all favours whichever it suits; with tuning_seeds in the file each is compared at its own."
        )
        settings = len({canonical_json(candidate.setting) for candidate in result.candidates})
        yield (
            f"Whoever picks an activation's best of {settings} settings by these means flatters it, by about"
            f" {expected_best(settings):.1f} standard errors of such a mean if all are equal."
        )
    if result.tuning_seeds and comparison.role == "comparison":
        chosen = {choice.label for choice in result.chosen}
        labels = dict.fromkeys(candidate.label for candidate in result.candidates)
        without_setting = [label for label in labels if label not in chosen]
        if without_setting:
            yield f"Not compared, as no setting is chosen for it yet: {', '.join(without_setting)}."


# --- how many seeds there are, and how they vary


def _seed_warnings(comparison: Comparison) -> Iterator[str]:
    seeds = comparison.most_seeds
    contenders = sum(contender.completed > 0 for contender in comparison.contenders)
    if seeds == 1:
        yield "One seed: any difference may be chance, and there is no verdict."
    elif seeds == 2:
        yield "Two seeds: intervals, but no verdict."
    elif seeds < ENOUGH_SEEDS:
        advised = advised_seeds(contenders)
        yield f"{seeds} seeds: verdicts to be taken with care; {advised} are a good number for {contenders} candidates."
    else:
        yield from _few_seeds_warnings(comparison)
    if contenders > MANY_CONTENDERS and not comparison.has_baseline and comparison.planned_looks == 1:
        yield (
            f"{contenders} candidates make {family_size(contenders)} pairs, which costs certainty: name a baseline"
            " beforehand (--baseline), or screen on other seeds first."
        )
    yield from _noise_warnings(comparison)


def _few_seeds_warnings(comparison: Comparison) -> Iterator[str]:
    for contender in comparison.contenders:
        if FEWEST_SEEDS <= contender.completed < ENOUGH_SEEDS:
            yield (
                f"{contender.name}: what is said of it goes by {contender.completed} seeds, and is to be taken with"
                " care."
            )


def _noise_warnings(comparison: Comparison) -> Iterator[str]:
    """Of the leading group, those that are in it because nothing can be told of them."""
    group = [comparison.contenders[i] for i in comparison.leaders]
    for i, contender in enumerate(group):
        deviations = [rival.sd for rival in (*group[:i], *group[i + 1 :]) if math.isfinite(rival.sd)]
        usual = float(np.median(deviations)) if deviations else math.nan
        if contender.sd > TOO_NOISY * max(usual, smallest_deviation(comparison.examples)):
            yield (
                f"{contender.name} is in the leading group because its seeds differ too much to tell (standard"
                f" deviation {contender.sd:.2g}; of the others {usual:.2g}), not because it is known to be as good."
            )


def _missing_seeds_warnings(comparison: Comparison) -> Iterator[str]:
    for contender in comparison.contenders:
        if contender.missing:
            seeds = number_of(len(contender.trials), "seed")
            yield f"{contender.name}: {contender.missing} of {seeds}{_share_that_diverges(contender)}."


def _share_that_diverges(contender: Contender) -> str:
    if contender.divergence is None:
        return ""
    low, high = contender.divergence
    return f" (it diverges in {low:.0%} to {high:.0%} of seeds)"


def _disagreement_warnings(comparison: Comparison) -> Iterator[str]:
    """Where the exact test and the interval say different things of 0."""
    pairs = [_named_with_p(comparison, pair) for pair in comparison.told_pairs() if pair.disagrees]
    if pairs:
        yield (
            f"By the exact sign-flip test, at {(1 - comparison.confidence) / comparison.family:.2g}, the interval's"
            f" answer is not confirmed of {', '.join(pairs)}: be careful with it."
        )


def _named_with_p(comparison: Comparison, pair: Pair) -> str:
    a, b = comparison.contenders[pair.a], comparison.contenders[pair.b]
    return f"{a.name} and {b.name} (p = {pair.sign_flip_p:.2g})"


# --- when seeds were added


def _look_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    looks = result.looks
    if looks is None:
        yield from _warnings_on_added_seeds(result)
    elif not looks.taken:
        yield (
            f"No look was taken yet: the first of this sequential study is at {looks.looks[0]} seeds, and what is said"
            " before it decides nothing."
        )
    elif comparison.looks is None:
        yield (
            "This study added seeds by looks, until it was decided: only the question that they were to answer"
            f" ({looks.metric} at the last epoch, --margin {looks.margin:g}, --confidence {looks.confidence:g}) has its"
            " error rates; these intervals are those of a study of a fixed size, and too narrow for one that was"
            " stopped by what it saw."
        )
    else:
        yield from _warnings_on_seeds_beyond(looks, result)


def _warnings_on_added_seeds(result: ExperimentResult) -> Iterator[str]:
    if result.earlier_seeds:
        before = ", ".join(map(str, result.earlier_seeds))
        yield (
            f"Seeds were added to this study after {before} of them were finished. Unless their number was fixed"
            " without a look at the results, equal candidates are called different more often than the confidence"
            " says: after one such step in about 10 of 100 studies."
        )


def _warnings_on_seeds_beyond(looks: LooksRecord, result: ExperimentResult) -> Iterator[str]:
    """Seeds that were completed after the last look."""
    last = looks.taken[-1].seeds
    completed = [trial for trial in trials_of_all(result.compared) if trial.status == "completed"]
    beyond = {trial.seed for trial in completed} - set(looks.seeds[:last])
    following = next((look for look in looks.looks if look > last), None)
    is_waited_for = following is not None and not looks.has_ended and beyond <= set(looks.seeds[:following])
    if beyond and is_waited_for:
        yield (
            f"The study goes on: {number_of(len(beyond), 'seed')} wait for the look at {following}, and"
            " are left out until then."
        )
    elif beyond:
        yield (
            f"{number_of(len(beyond), 'seed')} beyond the last look: left out here. Adding seeds until"
            " the answer pleases calls equal candidates different in up to 19 of 100 studies."
        )
