"""How often the words would be wrong: studies with a known truth, simulated by the thousand, with no training.

What a user would lose: the meaning of *95 %*. A formula can be right and its use wrong; these tests look at the use.
Each has its own seed, and a bound with room for the simulation's own noise, so that it fails for a reason. The
sequential comparison has its own simulations.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from actsearch.analysis.comparisons import verdicts
from actsearch.analysis.statistics import example_noise, forecasts, intervals, sample_sizes

ALPHA = 0.05
Values = np.ndarray


def most_errors(studies: int) -> float:
    """The share of errors that a method with an error of exactly 0.05 exceeds in one simulation of a thousand."""
    return float(stats.binom.ppf(0.999, studies, ALPHA)) / studies


def correlated(random: np.random.Generator, studies: int, deviations: list[float], n: int, rho: float = 0.0) -> Values:
    """Normal noise of shape (studies, contenders, n), two contenders being correlated over seeds by rho."""
    shape = (studies, len(deviations), n)
    shared = random.normal(size=(studies, 1, n))
    return np.array(deviations)[:, None] * (math.sqrt(rho) * shared + math.sqrt(1 - rho) * random.normal(size=shape))


def skewed(random: np.random.Generator, shape: tuple[int, ...]) -> Values:
    return random.exponential(size=shape) - 1


def heavy(random: np.random.Generator, shape: tuple[int, ...]) -> Values:
    return random.standard_t(3, size=shape)


def with_outliers(random: np.random.Generator, shape: tuple[int, ...]) -> Values:
    """A tenth of the trainings comes out far worse than the others."""
    return random.normal(size=shape) - 5 * ((random.random(shape) < 0.1) - 0.1)


def covered(values: Values, truth: float | Values = 0.0, examples: int | None = None) -> float:
    """The share of studies of two contenders whose interval holds the true difference."""
    pairs = intervals.pairwise_differences(values, examples=examples)
    return float(((pairs.low[:, 0, 1] <= truth) & (truth <= pairs.high[:, 0, 1])).mean())


# 1. The interval


@pytest.mark.parametrize("rho", [0.0, 0.5])
@pytest.mark.parametrize("n", [3, 5, 10, 20])
def test_an_interval_holds_the_truth_as_often_as_it_says(n: int, rho: float) -> None:
    values = correlated(np.random.default_rng(n), 10_000, [1.0, 3.0], n, rho)
    assert 0.943 <= covered(values) <= 0.957


@pytest.mark.parametrize("n", [3, 5, 10, 20])
@pytest.mark.parametrize("noise", [skewed, heavy, with_outliers])
def test_an_interval_bends_and_does_not_break_where_noise_is_not_normal(noise: object, n: int) -> None:
    """One contender's noise is three times the other's, so that what is skewed stays so in the difference."""
    assert callable(noise)
    values = noise(np.random.default_rng(n), (10_000, 2, n)) * np.array([[3.0], [1.0]])
    assert covered(values) >= 0.88


def test_a_bootstrap_promises_more_than_it_holds() -> None:
    """Why there is none here: 95 % would be 75 % with three seeds, and 92 % with twenty."""
    random = np.random.default_rng(5)
    for n, holds in ((3, 0.745), (5, 0.850), (10, 0.899), (20, 0.919)):
        d = random.normal(size=(n, 2_000))
        weights = random.multinomial(n, np.full(n, 1 / n), size=1_000) / n
        low, high = np.quantile(weights @ d, [0.025, 0.975], axis=0)
        assert ((low <= 0) & (high >= 0)).mean() == pytest.approx(holds, abs=0.025)


# 2. All pairs together


@pytest.mark.parametrize("rho", [0.0, 0.5])
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("k", [2, 6, 12])
@pytest.mark.parametrize("unequal", [False, True])
def test_equals_are_seldom_called_different(unequal: bool, k: int, n: int, rho: float) -> None:
    """At a margin of 0: in one study of twenty at most, however many pairs there are."""
    studies = 4_000
    deviations = [3.0 if unequal and i % 2 else 1.0 for i in range(k)]
    pairs = intervals.pairwise_differences(correlated(np.random.default_rng(k * n), studies, deviations, n, rho))
    wrong = verdicts.verdicts_of_intervals(pairs.low, pairs.high, 0.0) != "undecided"
    assert wrong.any(axis=(1, 2)).mean() <= most_errors(studies)


def test_without_the_family_equals_would_often_be_called_different() -> None:
    """So that the test above can fail."""
    pairs = intervals.pairwise_differences(correlated(np.random.default_rng(0), 4_000, [1.0] * 6, 5), family=1)
    assert (pairs.low > 0).any(axis=(1, 2)).mean() > 0.25


@pytest.mark.parametrize("n", [3, 5, 10])
def test_losers_do_not_make_equals_look_different(n: int) -> None:
    """Two of six are far worse. The other four lead together, and nobody is called better who is not."""
    studies = 10_000
    truth = np.array([0.0, 0.0, 0.0, 0.0, -30.0, -30.0])
    values = correlated(np.random.default_rng(n), studies, [1.0] * 6, n, 0.3) + truth[:, None]
    pairs = intervals.pairwise_differences(values)
    better = pairs.low > 0
    wrong = better & (truth[:, None] <= truth)
    assert wrong.any(axis=(1, 2)).mean() <= most_errors(studies)
    together = [verdicts.leading_group(one.T) == (0, 1, 2, 3) for one in better[:1_000]]
    assert np.mean(together) >= 0.93


def test_a_baseline_named_beforehand_keeps_its_promise_and_the_observed_leader_does_not() -> None:
    studies = 10_000
    pairs = intervals.pairwise_differences(
        correlated(np.random.default_rng(1), studies, [1.0] * 6, 5), family=intervals.family_size(6, baseline=True)
    )
    different = verdicts.verdicts_of_intervals(pairs.low, pairs.high, 0.0) != "undecided"
    assert different[:, 0].any(axis=1).mean() <= most_errors(studies)
    leader = (pairs.mean > 0).sum(axis=2).argmax(axis=1)
    assert different[np.arange(studies), leader].any(axis=1).mean() > 0.07


@pytest.mark.slow
@pytest.mark.parametrize("noise", [skewed, heavy, with_outliers])
@pytest.mark.parametrize("n", [3, 5, 10, 20])
@pytest.mark.parametrize("k", [2, 6, 12])
def test_equals_with_noise_that_is_not_normal_are_seldom_called_different(k: int, n: int, noise: object) -> None:
    """All contenders alike: their differences are symmetric then, and t is on the safe side."""
    assert callable(noise)
    studies = 20_000
    pairs = intervals.pairwise_differences(noise(np.random.default_rng(n), (studies, k, n)))
    assert (pairs.low > 0).any(axis=(1, 2)).mean() <= most_errors(studies)


# 3. Ties


@pytest.mark.parametrize("deviation", [0.1, 0.4, 0.7])
@pytest.mark.parametrize("n", [3, 5, 10, 20])
def test_what_differs_by_the_margin_is_seldom_called_tied(n: int, deviation: float) -> None:
    studies, margin = 10_000, 1.0
    values = correlated(np.random.default_rng(n), studies, [deviation] * 2, n)
    values[:, 0] += margin
    pairs = intervals.pairwise_differences(values)
    tied = verdicts.verdicts_of_intervals(pairs.low, pairs.high, margin)[:, 0, 1] == "tied"
    allowed = ALPHA / 2
    assert tied.mean() <= allowed + 3 * math.sqrt(allowed * (1 - allowed) / studies)
    if deviation == 0.1:
        assert tied.mean() >= allowed - 3 * math.sqrt(allowed * (1 - allowed) / studies)  # it is a sharp bound


# 5. Two kinds of noise


def predictions(
    random: np.random.Generator, n: int, examples: int, of_examples: float, of_seeds: float
) -> tuple[Values, Values]:
    """Who is right, (n, examples) each, of two contenders that are equally good on new seeds and new examples."""
    difficulty = random.normal(size=examples) - 1.5
    first, second = (
        difficulty
        + of_examples * random.normal(size=examples)
        + of_seeds * random.normal(size=(n, 1))
        + 0.5 * random.normal(size=(n, examples))
        for _ in range(2)
    )
    return first < 0, second < 0


def new_data(n: int, of_examples: float, of_seeds: float) -> tuple[float, float, float]:
    """How often the interval for new data and that of the seeds alone hold the truth, and how often McNemar errs."""
    random, studies = np.random.default_rng(n), 2_000
    held, seeds_alone, pooled = 0, 0, 0
    for _ in range(studies):
        a, b = predictions(random, n, 300, of_examples, of_seeds)
        both = example_noise.crossed_variances(a, b)
        d = a.mean(axis=1) - b.mean(axis=1)
        assert abs(both.seed_variance - d.var(ddof=1) / n) < 1e-12
        low, high = example_noise.new_data_interval(both)
        seeds = intervals.mean_difference(d, examples=300)
        assert high - low >= seeds.high - seeds.low - 1e-12
        held += low <= 0 <= high
        seeds_alone += seeds.low <= 0 <= seeds.high
        pooled += example_noise.mcnemar(a.ravel(), b.ravel()) < ALPHA
    return held / studies, seeds_alone / studies, pooled / studies


@pytest.mark.parametrize(("n", "of_examples", "of_seeds"), [(3, 0.3, 0.1), (5, 1.0, 0.02), (10, 0.3, 0.1)])
def test_the_interval_for_new_data_holds_the_truth(n: int, of_examples: float, of_seeds: float) -> None:
    held, seeds_alone, pooled = new_data(n, of_examples, of_seeds)
    assert 0.93 <= held <= 0.975
    assert pooled > 0.1  # why networks are not pooled
    if of_examples == 1:
        assert seeds_alone < 0.8  # the examples' noise, which more seeds do not see


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("of_examples", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("of_seeds", [0.02, 0.1, 0.3])
def test_the_interval_for_new_data_holds_the_truth_whatever_varies(n: int, of_examples: float, of_seeds: float) -> None:
    assert 0.93 <= new_data(n, of_examples, of_seeds)[0] <= 0.975


# 6. Planning


@pytest.mark.parametrize("n", [2, 3, 5, 10, 20])
@pytest.mark.parametrize("family", [1, 5, 15])
def test_what_is_detectable_is_detected(n: int, family: int) -> None:
    """Four studies of five that are planned for a difference find it."""
    studies, rho = 10_000, 0.5
    values = correlated(np.random.default_rng(n * family), studies, [0.05, 0.05], n, rho)
    values[:, 0] += sample_sizes.detectable_difference(0.05, n, rho=rho, family=family)
    pairs = intervals.pairwise_differences(values, family=family)
    found = (pairs.low[:, 0, 1] > 0) | (pairs.high[:, 0, 1] < 0)
    assert found.mean() == pytest.approx(0.8, abs=3 * math.sqrt(0.8 * 0.2 / studies))


def followed_forecasts(n: int, truth: float, margin: float, family: int) -> tuple[float, float]:
    """Studies that are undecided at n seeds go on, seed by seed, until they are not: a deviation of 1, as many as 600.

    Returns:
        How often the forecast's range holds the number of seeds that it took, and how often a range would that allows
        for the deviation's chance alone, by the 80 % limits of chi-squared.
    """
    random, studies, most = np.random.default_rng(n), 2_000, 600
    d = random.normal(truth, 1, size=(studies, most))
    seeds = np.arange(1, most + 1)
    mean = np.cumsum(d, axis=1) / seeds
    squares = np.cumsum(d**2, axis=1) - seeds * mean**2
    sd = np.sqrt(np.maximum(squares, 0) / np.maximum(seeds - 1, 1))
    widths = intervals.critical_t(seeds, family=family) / np.sqrt(seeds)
    undecided = verdicts.verdicts_of_intervals(mean - widths * sd, mean + widths * sd, margin) == "undecided"
    open_ones = np.flatnonzero(undecided[:, n - 1])[:500]
    assert open_ones.size > 100
    held, narrower = 0, 0
    for study in open_ones:
        later = np.flatnonzero(~undecided[study, n:])
        took = n + 1 + int(later[0]) if later.size else most + 1
        now, deviation = float(mean[study, n - 1]), float(sd[study, n - 1])
        found = forecasts.forecast_seeds(now, deviation, n, margin, family=family)
        held += found is not None and found.low <= took <= found.high
        limits = deviation * np.sqrt((n - 1) / stats.chi2.ppf([0.9, 0.1], n - 1))
        room = max(abs(now), margin - abs(now))
        low, high = (max(n + 1, 1 + int(np.argmax(widths * limit < room))) for limit in limits)
        narrower += low <= took <= high
    return held / open_ones.size, narrower / open_ones.size


@pytest.mark.parametrize("family", [1, 15])
@pytest.mark.parametrize(("truth", "margin"), [(0.0, 1.0), (0.5, 1.0), (0.7, 0.5)])
def test_a_forecast_holds_the_seeds_that_it_then_takes(truth: float, margin: float, family: int) -> None:
    """Whoever plans by it has the seeds in time."""
    assert followed_forecasts(5, truth, margin, family)[0] >= 0.85


def test_a_forecast_has_to_allow_for_the_mean() -> None:
    """Chi-squared limits of the deviation alone would hold the truth about as often as not."""
    held, narrower = followed_forecasts(5, 0.6, 0.0, 1)
    assert held >= 0.85
    assert narrower <= 0.65


@pytest.mark.slow
@pytest.mark.parametrize("family", [1, 15])
@pytest.mark.parametrize(
    ("truth", "margin"), [(0.0, 1.0), (0.3, 1.0), (0.5, 1.0), (1.0, 1.0), (0.7, 0.5), (0.5, 0.5), (0.6, 0.0)]
)
@pytest.mark.parametrize("n", [3, 5, 8])
def test_a_forecast_holds_the_seeds_that_it_then_takes_everywhere(
    n: int, truth: float, margin: float, family: int
) -> None:
    assert followed_forecasts(n, truth, margin, family)[0] >= 0.85


def followed(studies: int, repeats: int) -> float:
    """How often six equal contenders are called different where one looks again with the seeds that were forecast.

    Five seeds with a deviation of 0.0015, margin 0.001; then as many as the nearest forecast of an undecided pair with
    the leader says, at most 40, and so `repeats` times.
    """
    random = np.random.default_rng(repeats)
    found = 0
    for _ in range(studies):
        values = correlated(random, 1, [0.0015] * 6, 40, 0.2)[0]
        n = 5
        for _ in range(repeats + 1):
            pairs = intervals.pairwise_differences(values[:, :n])
            said = verdicts.verdicts_of_intervals(pairs.low, pairs.high, 0.001)
            if np.isin(said, ("better", "worse")).any():
                found += 1
                break
            leader = int(values[:, :n].mean(axis=1).argmax())
            open_ = [i for i in range(6) if i != leader and said[i, leader] == "undecided"]
            wanted = [
                one.seeds
                for i in open_
                if (one := forecasts.forecast_seeds(pairs.mean[i, leader], pairs.sd[i, leader], n, 0.001, family=15))
            ]
            if not wanted or n == 40:
                break
            n = min(40, min(wanted))
    return found / studies


@pytest.mark.slow
@pytest.mark.parametrize(("repeats", "low", "high"), [(0, 0.02, 0.065), (1, 0.075, 0.14), (40, 0.15, 0.26)])
def test_looking_again_costs_what_is_said_of_it(repeats: int, low: float, high: float) -> None:
    """`conclusions.looking_again`: about 10 of 100 studies after one step, about 20 if it is repeated."""
    assert low <= followed(1_000, repeats) <= high


# 7. Accuracies come in steps


def stepped(
    random: np.random.Generator, studies: int, n: int, deviation: float, examples: int
) -> tuple[Values, Values]:
    """Two accuracies as shares of so many examples, and the true differences: of the steps, in the mean over seeds."""
    levels = (0.98 + random.random((studies, 2, 1)) / examples) * examples
    noise = deviation * examples
    values = np.round(levels + random.normal(0, noise, size=(studies, 2, n)))
    steps = np.floor(levels) + np.arange(-30, 32)
    chances = np.diff(stats.norm.cdf((steps - 0.5 - levels) / noise), axis=2)
    means = (chances * steps[..., :-1]).sum(axis=2)
    return values / examples, (means[:, 0] - means[:, 1]) / examples


def test_three_seeds_that_agree_by_rounding_are_not_believed() -> None:
    """1,000 examples, three seeds, noise of half a step: in one study of seven the three differences are equal."""
    values, truth = stepped(np.random.default_rng(0), 10_000, 3, 0.0005, 1000)
    d = np.round((values[:, 0] - values[:, 1]) * 1000)
    assert (np.ptp(d, axis=1) == 0).mean() == pytest.approx(0.14, abs=0.015)
    assert covered(values, truth) <= 0.90
    assert covered(values, truth, examples=1000) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("deviation", [0.0002, 0.0003, 0.0005, 0.001, 0.003])
@pytest.mark.parametrize("n", [3, 5, 10])
def test_with_the_floor_steps_cost_no_coverage(n: int, deviation: float) -> None:
    values, truth = stepped(np.random.default_rng(n), 40_000, n, deviation, 1000)
    assert covered(values, truth, examples=1000) >= 0.943
