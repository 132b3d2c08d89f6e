"""Which contender is better, worse, tied or undecided: an experiment's values, judged by `statistics`. Pure.

Knows neither files nor the terminal; `conclusions` has the words. What is compared with what:

- By activation: each at its one setting, or, with a grid, at the setting that its tuning seeds chose, on the others.
- By setting: a comparison of its own for each point of the grid, all candidates there.

Only completed trials have a value. The others are counted, and a pair is judged on the seeds that both completed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache, partial
from typing import Any, Literal, get_args

import numpy as np

from actsearch.analysis import statistics
from actsearch.analysis.statistics import (
    ENOUGH_SEEDS,
    FEWEST_SEEDS,
    MARGIN,
    SEEDS_OF_AN_INTERQUARTILE_MEAN,
    Crossed,
    Differences,
    Forecast,
    Verdict,
)
from actsearch.core.errors import NothingToShow, UserError
from actsearch.core.experiment import Activation
from actsearch.core.json_values import canonical_json
from actsearch.core.looks_record import LookedPair, LooksRecord
from actsearch.core.measures import Measure, measure
from actsearch.core.results import Choice, ExperimentResult
from actsearch.core.spelling import did_you_mean
from actsearch.core.trial_results import FINISHED, CandidateResult, TrialResult, median_seconds
from actsearch.core.words import in_words, number_of

By = Literal["activation", "setting"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
TOO_FEW, DIVERGED_MORE = "too few seeds", "diverged more often"
"""Beside the verdicts, what a pair without one is."""
NOISIER = 5.0
"""One of the leading group whose seeds vary so many times as much as those of the others is named."""
MATRIX_UP_TO = 12
"""So many contenders have all their pairs told of; of more, those with the reference."""
MANY_CONTENDERS = 8
"""Above, all pairs cost so much certainty that a baseline, or a screening on other seeds, is the better way."""


@dataclass(frozen=True)
class Question:
    """What is asked of an experiment's results."""

    metric: str = "val_accuracy"
    at: str = "last"
    margin: float | None = None
    """What is tied lies within it. None: that of a study with looks; else 0.001 for accuracies, 0 for others."""
    confidence: float | None = None
    """With which all intervals hold together. None: that of a study with looks; else 0.95."""
    baseline: str | None = None
    """The label of the one that all others are compared with, named before the results were seen."""
    by: By | None = None
    """None: by activation where there is one setting for each, else by setting."""
    target: float | None = None
    """Epochs are counted until the metric reaches it; None: the middle one of the contenders' means, rounded."""

    @property
    def level(self) -> float:
        """The confidence, given or not."""
        return statistics.CONFIDENCE if self.confidence is None else self.confidence


@dataclass(frozen=True)
class Contender:
    """What is ranked: an activation at one setting, over its seeds."""

    label: str
    activation: Activation
    setting: Mapping[str, Any]
    trials: tuple[TrialResult, ...] = field(repr=False)
    values: np.ndarray
    """(seeds,), by `Comparison.seeds`; NaN where there is no value."""
    measure: Measure = field(repr=False)
    confidence: float = statistics.CONFIDENCE
    target: float | None = None

    @property
    def name(self) -> str:
        """The label: in a comparison every one stands for one setting."""
        return self.label

    @property
    def known(self) -> np.ndarray:
        """The values there are."""
        there: np.ndarray = self.values[~np.isnan(self.values)]
        return there

    @property
    def completed(self) -> int:
        """How many seeds have a value."""
        return len(self.known)

    @property
    def diverged(self) -> int:
        return self._count("diverged")

    @property
    def failed(self) -> int:
        return self._count("failed")

    @property
    def unfinished(self) -> int:
        return self._count("waiting", "running", "interrupted")

    def _count(self, *statuses: str) -> int:
        return sum(trial.status in statuses for trial in self.trials)

    @cached_property
    def mean(self) -> float:
        return float(self.known.mean()) if self.completed else math.nan

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The t interval of this mean by itself; NaN below two seeds. Not to judge differences by.

        As far as the metric goes: of an accuracy, from 0 to 1.
        """
        if self.completed < 2:
            return math.nan, math.nan
        low, high = statistics.interval_of_mean(self.known, self.confidence)
        return (max(0.0, low), min(1.0, high)) if self.measure.is_accuracy else (low, high)

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    @cached_property
    def sd(self) -> float:
        return float(self.known.std(ddof=1)) if self.completed > 1 else math.nan

    @cached_property
    def median(self) -> float:
        return float(np.median(self.known)) if self.completed else math.nan

    @property
    def best_seed(self) -> float:
        return self._extreme(self.measure.higher_is_better)

    @property
    def worst_seed(self) -> float:
        return self._extreme(not self.measure.higher_is_better)

    def _extreme(self, highest: bool) -> float:
        if not self.completed:
            return math.nan
        return float(self.known.max() if highest else self.known.min())

    @property
    def interquartile_mean(self) -> float | None:
        return statistics.interquartile_mean(self.known) if self.completed >= SEEDS_OF_AN_INTERQUARTILE_MEAN else None

    @property
    def divergence(self) -> tuple[float, float] | None:
        """The Clopper-Pearson interval of the share of seeds that diverge; None where none did."""
        ended = self.completed + self.diverged
        return statistics.clopper_pearson(self.diverged, ended, self.confidence) if self.diverged else None

    @cached_property
    def right(self) -> Mapping[int, tuple[str, np.ndarray]]:
        """By seed of which examples the predictions are (`Correct.of`), and (examples,) which were right."""
        key = self.measure.predictions
        known = [(trial.seed, trial.correct[key]) for trial in self.trials if key is not None and key in trial.correct]
        return {seed: (correct.of, correct.array()) for seed, correct in known}

    @cached_property
    def seconds_per_epoch(self) -> float | None:
        """The median over all epochs of the trials that completed."""
        return median_seconds(self.trials)

    @cached_property
    def epochs_to_target(self) -> float | None:
        """The median over the seeds that completed; None where half of them or more never reach it."""
        if self.target is None or self.measure.history is None:
            return None
        reached = [self._epoch_reaching(trial, self.target) for trial in self.trials if trial.status == "completed"]
        middle = float(np.median(reached)) if reached else math.inf
        return middle if math.isfinite(middle) else None

    def _epoch_reaching(self, trial: TrialResult, target: float) -> float:
        values = trial.history.get(self.measure.history or "", ())
        good = (i for i, v in enumerate(values, 1) if v is not None and not self.measure.better(target, v))
        return float(next(good, math.inf))

    @cached_property
    def test_mean(self) -> float | None:
        """Of a validation value, the test set's at the same epoch, over the same seeds; None where it is not known."""
        name = self.measure.metric.removeprefix("val_")
        if self.measure.split != "validation" or self.measure.at not in ("last", "best"):
            return None
        test = replace(self.measure, metric=f"test_{name}", split="test")
        known = [value for trial in self.trials if (value := test.of(trial)) is not None]
        return float(np.mean(known)) if known else None

    @cached_property
    def flattery(self) -> float | None:
        """By how much the best epoch's value is better than the last one's, on average over the seeds."""
        found = [self.measure.flattery(trial) for trial in self.trials]
        known = [value for value in found if value is not None]
        return float(np.mean(known)) if known else None


@dataclass(frozen=True)
class Examples:
    """What the finite number of examples adds to the noise of the seeds: the second kind, see `statistics.crossed`."""

    examples: int
    seed_variance: float
    """Of the mean difference; more seeds reduce it."""
    example_variance: float
    """Of the mean difference; more seeds do not."""
    low: float
    high: float
    """The simultaneous interval for new seeds and new examples."""
    verdict: Verdict | None
    """The one for new data."""
    left_open: float
    """What more seeds can't take away of the interval's half-width, see `statistics.left_open_by_examples`."""
    can_show_tie: bool
    """Whether the examples alone would let a tie within the margin be seen."""
    mcnemar_p: float | None = None
    """With one seed: of these two trained networks, and no others; times the number of pairs, as for all of them."""


@dataclass(frozen=True)
class Pair:
    """Contender a minus contender b, on the seeds that both completed, in the metric's own unit."""

    a: int
    b: int
    """Places in `Comparison.contenders`."""
    n: int
    difference: float
    sd: float
    low: float
    high: float
    """The simultaneous interval; NaN below two seeds."""
    by_seed: np.ndarray = field(repr=False, compare=False)
    """(seeds,), by `Comparison.seeds`: the differences that all of this goes by; NaN where there is none."""
    verdict: Verdict | None
    """Of a against b; None where there can be none, and `note` says why."""
    smaller_but_real: bool = False
    """Tied, and the interval leaves out 0 all the same."""
    note: str | None = None
    forecast: Forecast | None = None
    """Of an undecided pair, how many seeds in all would tell."""
    correlation: tuple[float, float, float] | None = None
    """Between the two over the seeds, and its interval."""
    won: float | None = None
    """The share of seeds in which a is better; a draw is half a win."""
    sign_flip_p: float | None = None
    disagrees: bool = False
    """The exact sign-flip test and the t interval say different things of 0."""
    noise_of_examples: Callable[[], Examples | None] = field(default=lambda: None, repr=False, compare=False)

    @cached_property
    def examples(self) -> Examples | None:
        """The second kind of noise; None where no predictions are there. Computed when it is asked for."""
        return self.noise_of_examples()


@dataclass(frozen=True, eq=False)
class Comparison:
    """The contenders of an experiment, ranked, and every pair of them."""

    experiment: str
    description: str
    folder: str
    question: Question
    """With the margin and the target filled in."""
    measure: Measure
    choices: tuple[Choice, ...]
    """The settings that were chosen with tuning seeds, of an experiment that has such."""
    setting: Mapping[str, Any]
    """The point of the grid that this is about; empty if it is about all."""
    seeds: tuple[int, ...]
    role: Literal["comparison", "tuning"]
    """Of the trials that are compared."""
    contenders: tuple[Contender, ...]
    """The best mean first; those without a value last."""
    reference: int
    """What the table's differences are against: the leader, or the baseline."""
    family: int
    """How many intervals hold together: the pairs, times the tables by setting, times the looks."""
    validation_is_test: bool
    differences: Differences = field(repr=False)
    looks: LooksRecord | None = None
    """Of a sequential study whose looks are judged here; None where they are not, or there were none."""
    planned_looks: int = 1
    """How many looks the study was to have, also where another question is asked of it than they were to answer."""
    examples: int | None = None
    """Of how many examples the metric is the share; None where it is none, or where that is not known."""
    warnings: tuple[str, ...] = ()

    @property
    def margin(self) -> float:
        return self.question.margin or 0.0

    @property
    def confidence(self) -> float:
        return self.question.level

    @property
    def others(self) -> tuple[int, ...]:
        """The places of all but the reference."""
        return tuple(i for i in range(len(self.contenders)) if i != self.reference)

    @property
    def has_baseline(self) -> bool:
        return self.question.baseline is not None

    @property
    def most_seeds(self) -> int:
        """How many seeds that pair has in common that has the most."""
        n = self.differences.n
        return int(n[~np.eye(len(n), dtype=bool)].max())

    def pairs(self) -> Iterator[Pair]:
        """Every pair that the intervals hold for, once, the better mean first."""
        places = range(len(self.contenders))
        if self.has_baseline:
            yield from (self.pair(i, self.reference) for i in self.others)
        else:
            yield from (self.pair(a, b) for a in places for b in places if a < b)

    def pair(self, a: int, b: int) -> Pair:
        """Contender a against contender b."""
        return self._pair(a, b)

    @cached_property
    def _pair(self) -> Callable[[int, int], Pair]:
        return lru_cache(maxsize=None)(lambda a, b: _judged(self, a, b))

    @cached_property
    def decisions(self) -> np.ndarray:
        """(contenders, contenders) texts, the row against the column: a verdict, or why there is none.

        Those of a sequential study are what its looks decided (`sequential.Decision`).
        """
        d = self.differences
        found = statistics.verdicts(d.low, d.high, self.margin, self.measure.higher_is_better).astype("<U20")
        found[d.n < FEWEST_SEEDS] = TOO_FEW
        found[statistics.held_back(found, self.diverged_more)] = DIVERGED_MORE
        for (a, b), (pair, _) in self.looked.items():
            found[a, b] = pair.decision
        return found

    @cached_property
    def looked(self) -> Mapping[tuple[int, int], tuple[LookedPair, tuple[int, ...]]]:
        """By places, both ways: pairs of a sequential study as they were decided, or else last looked at; the seeds."""
        place = {one.label: i for i, one in enumerate(self.contenders)}
        both = () if self.looks is None else self.looks.both_ways()
        return {(place[one.a], place[one.b]): (one, seeds) for one, seeds in both if one.a in place and one.b in place}

    @cached_property
    def diverged_more(self) -> np.ndarray:
        """(contenders, contenders) booleans: the row's diverged more often than the column's."""
        counts = [(one.diverged, one.diverged + one.completed) for one in self.contenders]
        return statistics.diverged_more_often(*np.array(counts).T)

    @cached_property
    def worse(self) -> np.ndarray:
        """(contenders, contenders) booleans: the row's contender is worse than the column's."""
        found: np.ndarray = self.decisions == "worse"
        return found

    @cached_property
    def leaders(self) -> tuple[int, ...]:
        """Those that are not worse than any other; empty where nothing can be said, or only against a baseline."""
        if self.has_baseline or not self.is_judged:
            return ()
        having = [i for i, one in enumerate(self.contenders) if one.completed >= FEWEST_SEEDS]
        return tuple(having[i] for i in statistics.leading_group(self.worse[np.ix_(having, having)]))

    @property
    def is_judged(self) -> bool:
        """Whether any two have enough seeds in common for a verdict."""
        n = self.differences.n
        return bool((n[~np.eye(len(n), dtype=bool)] >= FEWEST_SEEDS).any())

    def in_order(self) -> Comparison:
        """The leading group first, whatever seeds its means are over, each part by its means.

        Within the group those last who diverged more often than another of it: their means are of luckier seeds.
        """
        lucky = [i for i in self.leaders if self.diverged_more[i, list(self.leaders)].any()]
        group = [*(i for i in self.leaders if i not in lucky), *lucky]
        ahead = [*group, *(i for i in range(len(self.contenders)) if i not in group)]
        arrays = {f.name: getattr(self.differences, f.name)[np.ix_(ahead, ahead)] for f in fields(self.differences)}
        return replace(
            self,
            contenders=tuple(self.contenders[i] for i in ahead),
            differences=Differences(**arrays),
            reference=ahead.index(self.reference) if self.has_baseline else 0,
        )


def compare(result: ExperimentResult, question: Question = Question()) -> tuple[Comparison, ...]:
    """The comparison of an experiment; by setting, one for each point of the grid.

    To judge the noise of the examples as well, read the experiment with `predictions=reading(question)`.

    Raises:
        UserError: the question does not fit the experiment.
        NothingToShow: fewer than two contenders have a value.
    """
    question = _as_fixed_beforehand(question, result.looks)
    what = measure(result, question.metric, question.at)
    margin = question.margin if question.margin is not None else MARGIN if what.is_share_of_examples else 0.0
    confidence = question.level
    if not 0 <= margin < (1 if what.is_accuracy else math.inf):
        below = " and below 1, as accuracies are shares" if what.is_accuracy else ""
        raise UserError(f"--margin {margin:g}: must be 0 or more{below}")
    if question.target is not None and not math.isfinite(question.target):
        raise UserError(f"--target {question.target}: must be a number")
    if not 0.5 <= confidence < 1:
        raise UserError(f"--confidence {confidence:g}: must be at least 0.5 and below 1, such as 0.95")
    if question.by not in (None, *get_args(By)):
        raise UserError(f"by {question.by!r}: compare by activation or by setting")
    by = question.by or ("activation" if _is_one_setting(result) else "setting")
    asked = replace(question, margin=margin, confidence=confidence, by=by)
    _check_baseline(result, question.baseline)
    if by == "activation":
        return (_comparison(result, asked, what, _candidates(result), {}, tables=1),)
    points = _points(result)
    found, missing = [], []
    for point, here in points:
        try:
            found.append(_comparison(result, asked, what, here, point, tables=len(points)))
        except NothingToShow as error:
            missing.append((point, error))
    if not found:
        raise missing[0][1]
    told = tuple(f"At {in_words(point)}: {str(error).partition(': ')[2]}." for point, error in missing)
    return tuple(replace(one, warnings=(*one.warnings, *told)) for one in found)


def reading(question: Question) -> tuple[str, ...]:
    """What of the predictions a comparison needs, for `store.read_experiment`."""
    keys = (Measure(question.metric, question.at, split).predictions for split in ("test", "validation"))
    return tuple(key for key in keys if key is not None)


def _candidates(result: ExperimentResult) -> list[CandidateResult]:
    """Each activation once, at its one setting."""
    if not _is_one_setting(result):
        raise UserError(
            f"{result.name}: each activation has several settings, and choosing among them on the seeds that are"
            " compared would flatter; give the experiment `tuning_seeds: 3`, or compare --by setting"
        )
    return list(result.compared)


def _is_one_setting(result: ExperimentResult) -> bool:
    labels = [candidate.label for candidate in result.compared]
    return len(labels) == len(set(labels))


def _points(result: ExperimentResult) -> list[tuple[Mapping[str, Any], list[CandidateResult]]]:
    """The points of the grid, each with the candidates that are there, on the tuning seeds where there are such.

    A candidate whose own settings fix what the grid varies is there at each of the points that agree with it.
    """
    points: dict[str, Mapping[str, Any]] = {}
    candidates = [replace(c, trials=c.tuning) if result.tuning_seeds else c for c in result.candidates]
    most = max(len(candidate.setting) for candidate in candidates)
    for candidate in candidates:
        if len(candidate.setting) == most:
            points.setdefault(canonical_json(candidate.setting), candidate.setting)
    here = [
        (point, [c for c in candidates if all(point.get(key) == value for key, value in c.setting.items())])
        for point in points.values()
    ]
    return [(point, some) for point, some in here if len(some) > 1] or here


def _comparison(
    result: ExperimentResult,
    question: Question,
    what: Measure,
    candidates: Sequence[CandidateResult],
    setting: Mapping[str, Any],
    tables: int,
) -> Comparison:
    """One ranking, where `tables` of them are told together."""
    seeds = tuple(dict.fromkeys(trial.seed for candidate in candidates for trial in candidate.trials))
    contenders = [_contender(candidate, seeds, what, question) for candidate in candidates]
    looks = _looks(result, question, setting)
    if looks is not None:
        contenders = [_as_looked(one, looks, seeds) for one in contenders]
    target = _target(contenders, question, what)
    contenders = [replace(one, target=target) for one in sorted(contenders, key=_rank(what))]
    having = sum(one.completed > 0 for one in contenders)
    if having < 2:
        raise NothingToShow(_too_few(result, contenders, what))
    for one in contenders:
        if one.label == question.baseline and not one.completed:
            what_is = ", ".join(missing(one)) or "no trials"
            raise NothingToShow(
                f"{result.name}: the baseline {one.label} has no completed trial ({what_is}); name another"
            )
    reference = next((i for i, one in enumerate(contenders) if one.label == question.baseline), 0)
    family = statistics.family(having, question.baseline is not None) * tables
    if looks is not None:
        family = looks.family * len(looks.looks)
    elif result.looks is not None and not result.looks.taken:
        family *= len(result.looks.looks)  # what comes before the first look is paid for like a look
    values = np.array([one.values for one in contenders])
    examples = _examples(contenders, what)
    differences = statistics.differences(values, family=family, confidence=question.level, examples=examples)
    low, high = _possible(what, differences.low, differences.high)
    differences = replace(differences, low=low, high=high)
    found = Comparison(
        experiment=result.name,
        description=result.description,
        folder=result.folder,
        question=replace(question, target=target),
        measure=what,
        choices=() if setting else result.chosen,
        setting=setting,
        seeds=seeds,
        role="tuning" if setting and result.tuning_seeds else "comparison",
        contenders=tuple(contenders),
        reference=reference,
        family=family,
        validation_is_test=result.validation_is_test,
        differences=differences,
        examples=examples,
        looks=looks,
        planned_looks=1 if result.looks is None else len(result.looks.looks),
    )
    found = found.in_order()
    return replace(found, warnings=tuple(_warnings(found, result)))


def _contender(candidate: CandidateResult, seeds: Sequence[int], what: Measure, question: Question) -> Contender:
    by_seed = {trial.seed: what.of(trial) for trial in candidate.trials}
    values = np.array([math.nan if (v := by_seed.get(seed)) is None else v for seed in seeds], float)
    c = candidate
    return Contender(c.label, c.activation, c.setting, c.trials, values, what, question.level)


def _rank(what: Measure) -> Callable[[Contender], tuple[bool, float]]:
    sign = -1 if what.higher_is_better else 1
    return lambda one: (one.completed == 0, sign * one.mean if one.completed else 0.0)


def _target(contenders: Sequence[Contender], question: Question, what: Measure) -> float | None:
    """Rounded so that the middle contender reaches it: accuracies after the third digit, losses to three digits."""
    if question.target is not None or what.history is None:
        return question.target
    means = [one.mean for one in contenders if one.completed]
    if not means:
        return None
    middle = float(np.median(means))
    digits = 3 if what.is_accuracy else 2 - math.floor(math.log10(abs(middle))) if middle else 0
    scale = 10.0**digits
    rounded = math.floor(middle * scale) if what.higher_is_better else math.ceil(middle * scale)
    return rounded / scale


def _examples(contenders: Sequence[Contender], what: Measure) -> int | None:
    """How many examples the metric is the share of, if it is one and that is known."""
    if not what.is_share_of_examples or what.split == "training":
        return None
    trials = [trial for one in contenders for trial in one.trials]
    for trial in trials:
        for key, correct in trial.correct.items():
            if key.startswith(f"{what.split}_"):
                return correct.examples
    holdout = next((t.settings["data"].get("holdout") for t in trials if t.settings.get("data")), None)
    return int(holdout) if holdout and what.split == "validation" else None


# --- a pair


def _judged(comparison: Comparison, a: int, b: int) -> Pair:
    """Contender a against b, with everything that is told of a pair."""
    d, what = comparison.differences, comparison.measure
    one, other = comparison.contenders[a], comparison.contenders[b]
    n, mean, sd = int(d.n[a, b]), float(d.mean[a, b]), float(d.sd[a, b])
    low, high = float(d.low[a, b]), float(d.high[a, b])
    by_seed = one.values - other.values
    if (a, b) in comparison.looked:  # judged by the seeds up to a look, all else told of it is of those as well
        looked, counted = comparison.looked[a, b]
        n, (mean, low, high) = looked.n, (_known(v) for v in (looked.difference, looked.low, looked.high))
        low, high = map(float, _possible(what, low, high))
        by_seed = np.where([seed in counted for seed in comparison.seeds], by_seed, math.nan)
    decision = str(comparison.decisions[a, b])
    verdict = next((word for word in VERDICTS if word == decision), None)
    few = n < min(ENOUGH_SEEDS, comparison.most_seeds)  # where all pairs have few, a warning says it once
    care = f"{n} seeds: to be taken with care" if few else None
    note = care if verdict is not None else _without_verdict(comparison, a, b, decision, n)
    both = ~np.isnan(by_seed)
    x, y = one.values[both], other.values[both]
    if (a, b) in comparison.looked and len(x) > 1:
        sd = statistics.difference(x - y, examples=comparison.examples).sd
    here = len(x)  # of a sequential study, what can be read now: trials may have been lost since its looks
    alpha = (1 - comparison.confidence) / comparison.family
    unequal = int(np.count_nonzero(x - y))
    can_tell = statistics.sign_flip_can_tell(unequal, family=comparison.family, confidence=comparison.confidence)
    flips = statistics.sign_flip_p(x - y) if here >= FEWEST_SEEDS and can_tell else None
    return Pair(
        a=a,
        b=b,
        n=n,
        difference=mean,
        sd=sd,
        low=low,
        high=high,
        by_seed=by_seed,
        verdict=verdict,
        smaller_but_real=verdict == "tied" and statistics.is_smaller_but_real(low, high, comparison.margin),
        note=note,
        forecast=_forecast(comparison, mean, sd, n) if verdict == "undecided" and comparison.looks is None else None,
        correlation=statistics.correlation(x, y, comparison.confidence) if here > 3 else None,
        won=statistics.share_won(x, y, what.higher_is_better) if here else None,
        sign_flip_p=flips,
        disagrees=flips is not None and (flips <= alpha) != (low > 0 or high < 0),
        noise_of_examples=partial(
            _examples_noise, comparison, a, b, np.array(comparison.seeds)[both].tolist(), verdict is not None
        ),
    )


def _possible(what: Measure, low: Any, high: Any) -> tuple[Any, Any]:
    """The ends of intervals of differences: further apart than 1 no two accuracies are."""
    return (np.clip(low, -1, 1), np.clip(high, -1, 1)) if what.is_accuracy else (low, high)


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _without_verdict(comparison: Comparison, a: int, b: int, decision: str, n: int) -> str:
    """Why there is no verdict."""
    if decision == TOO_FEW:
        for one in (comparison.contenders[a], comparison.contenders[b]):
            if not one.completed:
                return f"{one.name} has no value: {', '.join(missing(one)) or 'no seed in common'}"
        return "no seed in common" if not n else f"{number_of(n, 'seed')}: no verdict"
    if decision == DIVERGED_MORE:
        for i, j in ((a, b), (b, a)):
            one = comparison.contenders[i]
            if comparison.diverged_more[i, j]:
                return f"{one.name} diverged more often ({one.diverged} of {one.diverged + one.completed} seeds)"
    return decision


def _verdict(comparison: Comparison, low: float, high: float) -> Verdict:
    """Of the interval of a metric of which more is better, or of one of which less is."""
    return statistics.verdict(low, high, comparison.margin, comparison.measure.higher_is_better)


def _forecast(comparison: Comparison, mean: float, sd: float, n: int) -> Forecast | None:
    return statistics.forecast(
        mean, sd, n, comparison.margin, family=comparison.family, confidence=comparison.confidence
    )


def _examples_noise(comparison: Comparison, a: int, b: int, seeds: Sequence[int], judged: bool) -> Examples | None:
    """The noise of the examples, if for all these seeds the predictions of both are there, of the same examples."""
    if a > b:  # computed once for both ways
        found = comparison.pair(b, a).examples
        return None if found is None else _turned(comparison, found)
    one, other = comparison.contenders[a].right, comparison.contenders[b].right
    if not seeds or not all(seed in one and seed in other for seed in seeds):
        return None
    if len({of for rows in (one, other) for of in (rows[seed][0] for seed in seeds)}) > 1:
        return None
    left, right = (np.stack([rows[seed][1] for seed in seeds]) for rows in (one, other))
    if len(seeds) == 1:
        p = min(1.0, comparison.family * statistics.mcnemar(left[0], right[0]))
        nan = math.nan
        return Examples(left.shape[1], nan, nan, nan, nan, None, nan, can_show_tie=False, mcnemar_p=p)
    return _crossed(comparison, statistics.crossed(left, right), judged)


def _turned(comparison: Comparison, found: Examples) -> Examples:
    """The same of the other against the one."""
    low, high = -found.high, -found.low
    return replace(found, low=low, high=high, verdict=found.verdict and _verdict(comparison, low, high))


def _crossed(comparison: Comparison, crossed: Crossed, judged: bool) -> Examples:
    family, confidence = comparison.family, comparison.confidence
    low, high = statistics.new_data_interval(crossed, family=family, confidence=confidence)
    low, high = map(float, _possible(comparison.measure, low, high))
    left_open = statistics.left_open_by_examples(crossed.example_variance, family=family, confidence=confidence)
    return Examples(
        crossed.examples,
        crossed.seed_variance,
        crossed.example_variance,
        low,
        high,
        _verdict(comparison, low, high) if judged else None,
        left_open,
        can_show_tie=left_open < comparison.margin,
    )


# --- sequential studies


def _looks(result: ExperimentResult, question: Question, setting: Mapping[str, Any]) -> LooksRecord | None:
    """The record of looks, if the question is the one that they were to answer."""
    looks = result.looks
    if looks is None or not looks.taken or setting or question.baseline is not None:
        return None
    same = (question.metric, question.at, question.margin, question.confidence)
    return looks if same == (looks.metric, "last", looks.margin, looks.confidence) else None


def _as_fixed_beforehand(question: Question, looks: LooksRecord | None) -> Question:
    """With the margin and the confidence of a sequential study, where no others are given."""
    if looks is None or question.metric != looks.metric:
        return question
    margin = looks.margin if question.margin is None else question.margin
    return replace(question, margin=margin, confidence=question.confidence or looks.confidence)


def _as_looked(one: Contender, looks: LooksRecord, seeds: Sequence[int]) -> Contender:
    """A contender with the seeds alone that it had at the last look that it was in."""
    had = max((taken.seeds for taken in looks.taken if one.label in taken.contenders), default=0)
    counted = frozenset(looks.seeds[:had])
    values = np.where([seed in counted for seed in seeds], one.values, math.nan)
    return replace(one, values=values, trials=tuple(trial for trial in one.trials if trial.seed in counted))


def _look_warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    looks = result.looks
    if looks is None:
        if result.earlier_seeds:
            before = ", ".join(map(str, result.earlier_seeds))
            yield (
                f"Seeds were added to this study after {before} of them were finished. Unless their number was fixed"
                " without a look at the results, equal candidates are called different more often than the confidence"
                " says: after one such step in about 10 of 100 studies."
            )
        return
    if not looks.taken:
        yield (
            f"No look was taken yet: the first of this sequential study is at {looks.looks[0]} seeds, and what is said"
            " before it decides nothing."
        )
        return
    if comparison.looks is None:
        yield (
            "This study added seeds by looks, until it was decided: only the question that they were to answer"
            f" ({looks.metric} at the last epoch, --margin {looks.margin:g}, --confidence {looks.confidence:g}) has its"
            " error rates; these intervals are those of a study of a fixed size, and too narrow for one that was"
            " stopped by what it saw."
        )
        return
    looked = set(looks.seeds[: looks.taken[-1].seeds])
    added = {t.seed for c in result.compared for t in c.trials if t.status == "completed"} - looked
    following = next((look for look in looks.looks if look > looks.taken[-1].seeds), None)
    if added and not looks.has_ended and following is not None and added <= set(looks.seeds[:following]):
        yield (
            f"The study goes on: {number_of(len(added), 'seed')} wait for the look at {following}, and"
            " are left out until then."
        )
    elif added:
        yield (
            f"{number_of(len(added), 'seed')} beyond the last look: left out here. Adding seeds until"
            " the answer pleases calls equal candidates different in up to 19 of 100 studies."
        )


# --- what to beware of


def _warnings(comparison: Comparison, result: ExperimentResult) -> Iterator[str]:
    """Whatever makes a wrong conclusion likely, each a sentence."""
    what, contenders = comparison.measure, comparison.contenders
    if what.split == "test" and result.validation_is_test:
        yield (
            "Validation is the test set here: choosing an activation or an epoch by this table is choosing on test"
            " data, and its value there is too good; the sound choice is validation: {holdout: n}."
        )
    elif what.split == "test":
        yield (
            "This ranks by the test set. Choose by the validation set, and report the test set's values once: what is"
            " chosen by this table is chosen on test data."
        )
    if what.split == "training":
        yield "Training values say how well the examples were learned, with dropout on, not how well new ones will be."
    if what.at == "best":
        flattery = [(one.name, one.flattery) for one in contenders if one.flattery is not None]
        told = ", ".join(f"{name} {value:+.4f}" for name, value in flattery)
        data = " on test data" if result.validation_is_test else ""
        flatters = ", by what is compared, which flatters unevenly" if what.metric == "val_accuracy" else ""
        yield (
            f"The best epoch was chosen{data} by validation accuracy{flatters}; by so much is it better than the last"
            f" one: {told}."
        )
    if what.metric in ("val_accuracy", "test_accuracy") and what.predictions is None:
        yield (
            "What other examples would change can't be told from those by which the best epoch was chosen."
            if what.at == "best"
            else "What other examples would change is known at the last epoch alone, of which predictions are kept."
        )
    yield from _disagreements(comparison)
    yield from _edge_warnings(comparison, result)
    yield from _seed_warnings(comparison)
    yield from _look_warnings(comparison, result)
    yield from (text for one in contenders if (text := _incomplete(one)))
    yield from _setting_warnings(comparison, result)
    if result.mixture:
        yield result.mixture
    yield from result.problems


def _disagreements(comparison: Comparison) -> Iterator[str]:
    """Where the exact test and the interval say different things of 0: of all pairs, or of many the reference's."""
    few = comparison.has_baseline or len(comparison.contenders) <= MATRIX_UP_TO
    pairs = comparison.pairs() if few else (comparison.pair(i, comparison.reference) for i in comparison.others)
    told = [
        f"{comparison.contenders[pair.a].name} and {comparison.contenders[pair.b].name} (p = {pair.sign_flip_p:.2g})"
        for pair in pairs
        if pair.disagrees
    ]
    if told:
        yield (
            f"By the exact sign-flip test, at {(1 - comparison.confidence) / comparison.family:.2g}, the interval's"
            f" answer is not confirmed of {', '.join(told)}: be careful with it."
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
            f" {statistics.expected_best(settings):.1f} standard errors of such a mean if all are equal."
        )
    missing = [label for label in dict.fromkeys(c.label for c in result.candidates) if result.tuning_seeds]
    missing = [label for label in missing if label not in {choice.label for choice in result.chosen}]
    if missing and comparison.role == "comparison":
        yield f"Not compared, as no setting is chosen for it yet: {', '.join(missing)}."


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


def _seed_warnings(comparison: Comparison) -> Iterator[str]:
    n, k = comparison.most_seeds, sum(one.completed > 0 for one in comparison.contenders)
    if n == 1:
        yield "One seed: any difference may be chance, and there is no verdict."
    elif n == 2:
        yield "Two seeds: intervals, but no verdict."
    elif n < ENOUGH_SEEDS:
        advised = statistics.advised_seeds(k)
        yield f"{n} seeds: verdicts to be taken with care; {advised} are a good number for {k} candidates."
    else:
        few = [one for one in comparison.contenders if FEWEST_SEEDS <= one.completed < ENOUGH_SEEDS]
        yield from (
            f"{one.name}: what is said of it goes by {one.completed} seeds, and is to be taken with care."
            for one in few
        )
    if k > MANY_CONTENDERS and not comparison.has_baseline and comparison.planned_looks == 1:
        yield (
            f"{k} candidates make {statistics.family(k)} pairs, which costs certainty: name a baseline beforehand"
            " (--baseline), or screen on other seeds first."
        )
    yield from _too_variable(comparison)


def _too_variable(comparison: Comparison) -> Iterator[str]:
    """Of the leading group, those that are in it because nothing can be told of them."""
    group = [comparison.contenders[i] for i in comparison.leaders]
    for one in group:
        others = [other.sd for other in group if other is not one and math.isfinite(other.sd)]
        usual = float(np.median(others)) if others else math.nan
        if one.sd > NOISIER * max(usual, statistics.smallest_deviation(comparison.examples)):
            yield (
                f"{one.name} is in the leading group because its seeds differ too much to tell (standard deviation"
                f" {one.sd:.2g}; of the others {usual:.2g}), not because it is known to be as good."
            )


def missing(one: Contender) -> list[str]:
    """`2 diverged`, `1 failed`: of its seeds, those without a value."""
    counts = (("diverged", one.diverged), ("failed", one.failed), ("not finished", one.unfinished))
    return [f"{count} {status}" for status, count in counts if count]


def _incomplete(one: Contender) -> str | None:
    """What is missing of a contender, in words."""
    parts = missing(one)
    if not parts:
        return None
    interval = one.divergence
    share = "" if interval is None else f" (it diverges in {interval[0]:.0%} to {interval[1]:.0%} of seeds)"
    return f"{one.name}: {', '.join(parts)} of {number_of(len(one.trials), 'seed')}{share}."


def _too_few(result: ExperimentResult, contenders: Sequence[Contender], what: Measure) -> str:
    having = [one.name for one in contenders if one.completed]
    if result.tuning_seeds and len(result.compared) < 2:
        return (
            f"{result.name}: fewer than two settings are chosen yet; let the run go on (actsearch status says how far)"
        )
    if len(contenders) < 2:
        return f"{result.name}: there is one candidate, and nothing to compare it with; add another activation"
    trials = [trial for one in contenders for trial in one.trials]
    states = ", ".join(f"{sum(t.status == s for t in trials)} {s}" for s in dict.fromkeys(t.status for t in trials))
    only = f"only {having[0]} has" if having else "no candidate has"
    went_wrong = all(trial.status in FINISHED for trial in trials)
    remedy = "train with a smaller learning rate, or clip gradients" if went_wrong else "run it to the end"
    first, *others = [*result.problems] or [remedy]
    remedy = first + (f" (and so for {len(others)} more)" if others else "")
    if not having and all(trial.status == "completed" for trial in trials):
        remedy = f"there is no {what.metric}"
    return f"{result.name}: {only} a completed trial with {what.metric} ({states or 'no trials'}); {remedy}"


def _check_baseline(result: ExperimentResult, baseline: str | None) -> None:
    labels = list(dict.fromkeys(candidate.label for candidate in result.candidates))
    if baseline is not None and baseline not in labels:
        raise UserError(f"{result.name}: no candidate is labelled {baseline!r}; {did_you_mean(baseline, labels)}")
