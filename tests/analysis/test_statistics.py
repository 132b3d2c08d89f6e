"""Each formula against SciPy, a hand-worked example or brute force: a wrong one here is a wrong claim in a paper."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from actsearch.analysis import (
    example_noise,
    forecasts,
    intervals,
    sample_sizes,
    sign_flips,
    summaries,
    verdicts,
)
from actsearch.analysis.example_noise import CrossedVariances
from actsearch.analysis.forecasts import Forecast

ACCURACIES = np.array([0.9871, 0.9869, 0.9880, 0.9865, 0.9877])
OTHERS = np.array([0.9866, 0.9870, 0.9868, 0.9860, 0.9869])


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def test_a_family_is_all_pairs_or_the_pairs_with_a_baseline() -> None:
    assert [intervals.family_size(k) for k in (2, 6, 12)] == [1, 15, 66]
    assert [intervals.family_size(k, baseline=True) for k in (2, 6, 12)] == [1, 5, 11]
    with pytest.raises(ValueError, match="two contenders; there are 1"):
        intervals.family_size(1)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 41])
@pytest.mark.parametrize("family", [1, 15, 500_000])
def test_the_interval_is_the_paired_t_interval_at_its_share_of_alpha(n: int, family: int) -> None:
    a, b = noise(n), noise(n, seed=1)
    found = intervals.mean_difference(a - b, family=family)
    interval = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / family)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-7)
    assert found.half_width == pytest.approx((found.high - found.low) / 2)
    assert (found.n, found.mean, found.sd) == (n, pytest.approx((a - b).mean()), pytest.approx((a - b).std(ddof=1)))


def test_an_interval_worked_by_hand() -> None:
    """d = 1, 2, 3: mean 2, deviation 1, t(.975, 2) = 4.303 in any table."""
    found = intervals.mean_difference([1, 2, 3])
    assert (found.mean, found.sd, found.floored) == (2, 1, False)
    assert found.half_width == pytest.approx(4.303 / math.sqrt(3), abs=1e-3)


def test_one_seed_has_a_difference_and_no_interval() -> None:
    found = intervals.mean_difference([0.002], examples=1000)
    assert found.mean == 0.002
    assert all(math.isnan(it) for it in (found.sd, found.half_width, found.low, found.high))


def test_seeds_that_agree_by_rounding_are_not_believed_to_agree() -> None:
    """Three differences of 2 in 1,000 examples: without a floor the interval would be a point."""
    found = intervals.mean_difference([0.002] * 3, examples=1000)
    assert found.floored
    assert found.sd == pytest.approx(math.sqrt(0.001**2 / 6))
    assert found.high - found.low == pytest.approx(2 * 4.3027 * found.sd / math.sqrt(3), rel=1e-4)
    assert not intervals.mean_difference([0.002] * 3).floored
    varied = intervals.mean_difference([0.001, 0.002, 0.005], examples=1000)
    assert varied == intervals.mean_difference([0.001, 0.002, 0.005])


@pytest.mark.parametrize("d", [[], [0.1, math.nan], [0.1, math.inf], [[0.1]]])
def test_differences_that_are_none_are_refused(d: list[float]) -> None:
    """A seed dropped in silence is a seed that nobody counts."""
    with pytest.raises(ValueError, match="differences: "):
        intervals.mean_difference(d)


@pytest.mark.parametrize("wrong", [{"family": 0}, {"confidence": 1.0}, {"confidence": 95}, {"examples": 0}])
def test_an_impossible_family_confidence_or_number_of_examples_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"; it is (of )?\d"):
        intervals.mean_difference([0.1, 0.2], **wrong)


def test_all_pairs_at_once_are_each_pair_over_the_seeds_that_both_completed() -> None:
    values = noise(5, 7) / 1000 + 0.98
    values[0, 2] = values[1, 2] = values[1, 5] = math.nan
    values[3, 1:] = math.nan
    values[4] = math.nan
    pairs = intervals.pairwise_differences(values, examples=1000)
    for i, j in itertools.product(range(5), repeat=2):
        d = (values[i] - values[j])[~np.isnan(values[i] - values[j])]
        assert pairs.n[i, j] == d.size
        if not d.size:
            assert math.isnan(pairs.mean[i, j])
            assert math.isnan(pairs.low[i, j])
            continue
        one = intervals.mean_difference(d, family=10, examples=1000)
        for name in ("mean", "sd", "half_width", "low", "high", "floored"):
            assert getattr(pairs, name)[i, j] == pytest.approx(getattr(one, name), nan_ok=True, abs=1e-15)
    assert np.array_equal(pairs.low, -pairs.high.T, equal_nan=True)


def test_many_studies_at_once_are_each_study() -> None:
    values = noise(3, 4, 5)
    at_once = intervals.pairwise_differences(values, family=7, confidence=0.9)
    assert np.array_equal(at_once.low[1], intervals.pairwise_differences(values[1], family=7, confidence=0.9).low)


def test_a_thousand_contenders_are_compared() -> None:
    found = intervals.pairwise_differences(noise(1000, 10))
    assert found.low.shape == (1000, 1000)
    assert found.half_width[3, 8] == pytest.approx(
        -stats.t.ppf(0.025 / 499_500, 9) * found.sd[3, 8] / math.sqrt(10), rel=1e-6
    )


def test_an_infinite_metric_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        intervals.pairwise_differences([[1.0, math.inf], [0.0, 1.0]])
    with pytest.raises(ValueError, match="by seeds"):
        intervals.pairwise_differences([1.0, 2.0])


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.5, 0.5, "tied"),
        (0.1, 0.9, "tied"),
        (-0.9, -0.1, "tied"),
        (0.1, 1.0, "better"),
        (-1.0, -0.1, "worse"),
        (-0.1, 1.0, "undecided"),
        (-1.0, 0.0, "undecided"),
        (-5.0, 5.0, "undecided"),
        (2.0, 3.0, "better"),
        (math.nan, math.nan, "undecided"),
    ],
)
def test_the_verdict_is_read_off_the_interval(low: float, high: float, said: str) -> None:
    """At a margin of 1. A tie goes first, so that nobody is *better* by less than what matters."""
    assert verdicts.verdict_of_interval(low, high, 1) == said
    assert verdicts.verdicts_of_intervals(np.array([low]), np.array([high]), 1).tolist() == [said]
    other = {"better": "worse", "worse": "better"}.get(said, said)
    assert verdicts.verdict_of_interval(low, high, 1, higher_is_better=False) == other
    assert verdicts.verdict_of_interval(-high, -low, 1) == other
    assert verdicts.verdicts_of_intervals(np.array([low]), np.array([high]), 1, higher_is_better=False).tolist() == [
        other
    ]


def test_without_a_margin_nothing_is_tied() -> None:
    assert verdicts.verdict_of_interval(0, 0, 0) == "undecided"
    assert verdicts.verdict_of_interval(1e-9, 1, 0) == "better"


@given(st.floats(-3, 3), st.floats(0, 0.499))
def test_a_half_width_below_half_the_margin_settles_any_difference(mean: float, half: float) -> None:
    """More seeds always end it."""
    assert verdicts.verdict_of_interval(mean - half, mean + half, 1) != "undecided"


def test_a_real_difference_may_be_smaller_than_what_matters() -> None:
    assert verdicts.is_smaller_but_real(0.1, 0.9, 1)
    assert verdicts.is_smaller_but_real(-0.9, -0.1, 1)
    assert not verdicts.is_smaller_but_real(-0.1, 0.9, 1)
    assert not verdicts.is_smaller_but_real(0.1, 1.9, 1)


def test_the_leading_group_is_whoever_is_not_worse_than_anyone() -> None:
    """0 and 1 are not separated, nor are 1 and 2, but 2 is worse than 0: letters could not say so."""
    worse = np.zeros((3, 3), dtype=bool)
    worse[2, 0] = True
    assert verdicts.leading_group(worse) == (0, 1)
    assert verdicts.leading_group(np.zeros((3, 3), dtype=bool)) == (0, 1, 2)
    with pytest.raises(ValueError, match="matrix"):
        verdicts.leading_group([True])


def test_a_circle_leads_together() -> None:
    """Pairs over different seeds can beat each other in a circle; a group of nobody would break every sentence."""
    worse = np.zeros((4, 4), dtype=bool)
    worse[0, 1] = worse[1, 2] = worse[2, 0] = worse[3, 0] = True
    assert verdicts.leading_group(worse) == (0, 1, 2)


def by_search(mean: float, sd: float, margin: float, family: int) -> int:
    room = max(abs(mean), margin - abs(mean))
    return next(n for n in range(2, 100_000) if stats.t.ppf(1 - 0.025 / family, n - 1) * sd / math.sqrt(n) < room)


@pytest.mark.parametrize("family", [1, 15])
@pytest.mark.parametrize("margin", [0.0, 0.1])
@pytest.mark.parametrize("mean", [0.04, -0.07, 0.1, 0.3])
def test_a_forecast_is_the_first_number_of_seeds_that_settles_it(mean: float, margin: float, family: int) -> None:
    found = forecasts.forecast_seeds(mean, 0.4, 5, margin, family=family)
    assert found is not None
    assert found.seeds == max(by_search(mean, 0.4, margin, family), 6)


def test_the_range_of_a_forecast_is_of_what_the_seeds_leave_possible() -> None:
    """Against 20,000 draws of the deviation and the mean, each searched for by itself."""
    random, n, mean, sd = np.random.default_rng(0), 5, 0.3, 0.4
    found = forecasts.forecast_seeds(mean, sd, n, 0.1)
    assert found is not None
    deviations = sd * np.sqrt((n - 1) / random.chisquare(n - 1, size=20_000))
    means = np.abs(random.normal(mean, deviations / math.sqrt(n)))
    room = np.maximum(means, 0.1 - means)
    seeds = np.arange(2, 20_000)
    widths = stats.t.ppf(0.975, seeds - 1) / np.sqrt(seeds)
    needed = np.sort([seeds[np.argmax(widths < most)] for most in room / deviations])
    assert found.low == max(needed[2_000], 6)
    assert found.high == pytest.approx(needed[18_000], rel=0.1)


def test_a_forecast_of_an_undecided_pair_is_of_more_seeds_than_there_are() -> None:
    for mean, sd in itertools.product((0.0, 0.0001, 0.0005, 0.0009, 0.001, 0.0011), (0.0008, 0.001, 0.01)):
        half = 2.776 * sd / math.sqrt(5)
        if verdicts.verdict_of_interval(mean - half, mean + half, 0.001) == "undecided":
            found = forecasts.forecast_seeds(mean, sd, 5, 0.001)
            assert found is not None
            assert 6 <= found.low <= found.seeds <= found.high


def test_there_is_no_forecast_where_there_is_none() -> None:
    assert forecasts.forecast_seeds(0.0, 0.1, 5, 0.0) is None
    assert forecasts.forecast_seeds(1e-6, 0.1, 5, 0.0) is None
    assert forecasts.forecast_seeds(0.1, 0.1, 2, 0.0) is None
    assert forecasts.forecast_seeds(0.1, math.nan, 5, 0.0) is None
    assert forecasts.forecast_seeds(0.05, 1.0, 5, 0.1, most=1000) is None
    assert forecasts.forecast_seeds(0.05, 0.0, 5, 0.1) == Forecast(5, 5, 5)


def test_a_forecast_does_not_go_beyond_the_most() -> None:
    found = forecasts.forecast_seeds(0.05, 0.5, 5, 0.0, most=500)
    assert found is not None
    assert (found.seeds, found.high) == (by_search(0.05, 0.5, 0.0, 1), 500)


def test_the_interval_of_one_mean_is_students() -> None:
    expected = stats.ttest_1samp(ACCURACIES, 0).confidence_interval(0.9)
    assert summaries.interval_of_mean(ACCURACIES, 0.9) == pytest.approx((expected.low, expected.high))
    assert all(map(math.isnan, summaries.interval_of_mean([1.0])))


@pytest.mark.parametrize("n", [1, 3, 4, 7, 8, 10, 13])
def test_the_interquartile_mean_is_rliables(n: int) -> None:
    assert summaries.interquartile_mean(noise(n)) == pytest.approx(stats.trim_mean(noise(n), 0.25))


def test_the_share_of_seeds_won_counts_a_tie_half() -> None:
    assert summaries.share_won([3, 2, 1, 5], [1, 2, 3, 4]) == 0.625
    assert summaries.share_won([3, 2, 1, 5], [1, 2, 3, 4], higher_is_better=False) == 0.375
    with pytest.raises(ValueError, match="pairs"):
        summaries.share_won([1, 2], [1])


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13])
def test_the_sign_flip_p_is_that_of_all_sign_flips(n: int) -> None:
    """With ties among the sums, as accuracies have them."""
    for d in (noise(n, seed=n), np.round(noise(n, seed=n + 1), 1), np.round(noise(n) + 1, 1)):
        sums = np.array([d @ np.array(signs) for signs in itertools.product([-1, 1], repeat=n)])
        assert sign_flips.sign_flip_p(d) == np.mean(np.abs(sums) >= abs(d.sum()) - 1e-12)


def test_the_sign_flip_p_is_scipys_permutation_test() -> None:
    d = ACCURACIES - OTHERS
    expected = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flips.sign_flip_p(d) == pytest.approx(expected)


def test_the_sign_flip_p_of_many_seeds_is_exact_and_of_very_many_is_not_given() -> None:
    """Steps of one thousandth, at 40 seeds: the distribution of the sum by convolution, step by step."""
    steps = np.random.default_rng(2).integers(-20, 40, size=40)
    chances, width = np.ones(1), int(np.abs(steps).sum())
    for step in np.abs(steps):
        spread = np.zeros(chances.size + 2 * step)
        spread[: chances.size] += chances / 2
        spread[2 * step :] += chances / 2
        chances = spread
    far = np.abs(np.arange(-width, width + 1)) >= abs(steps.sum())
    assert sign_flips.sign_flip_p(steps / 1000) == pytest.approx(chances[far].sum(), rel=1e-9)
    assert sign_flips.sign_flip_p(np.ones(41)) is None
    assert sign_flips.sign_flip_p(np.zeros(4)) == 1


def test_five_seeds_cannot_go_under_a_p_of_a_sixteenth() -> None:
    assert sign_flips.sign_flip_p([1, 2, 3, 4, 5]) == 0.0625
    assert not sign_flips.sign_flip_can_tell(5)
    assert sign_flips.sign_flip_can_tell(6)
    assert not sign_flips.sign_flip_can_tell(9, family=15)
    assert sign_flips.sign_flip_can_tell(10, family=15)


def test_the_correlation_and_its_interval_are_scipys() -> None:
    expected = stats.pearsonr(ACCURACIES, OTHERS)
    interval = expected.confidence_interval(0.9)
    found = summaries.correlation(ACCURACIES, OTHERS, 0.9)
    assert found == pytest.approx((expected.statistic, interval.low, interval.high))


def test_a_correlation_is_not_given_where_there_is_none() -> None:
    assert all(map(math.isnan, summaries.correlation([0.1 + 0.2, 0.3, 0.3, 0.3], OTHERS[:4])))
    assert all(map(math.isnan, summaries.correlation([1], [2])))
    r, low, high = summaries.correlation([1, 2, 4], [1, 2, 3])
    assert r == pytest.approx(0.98198, abs=1e-5)
    assert math.isnan(low)
    assert math.isnan(high)
    assert summaries.correlation([1, 2, 3, 4], [2, 4, 6, 8]) == (1, 1, 1)


@pytest.mark.parametrize(("count", "n"), [(0, 5), (1, 5), (5, 5), (3, 10), (0, 1), (37, 1000)])
def test_the_interval_of_a_share_is_scipys_exact_one(count: int, n: int) -> None:
    expected = stats.binomtest(count, n).proportion_ci(0.95, method="exact")
    assert summaries.clopper_pearson(count, n) == pytest.approx((expected.low, expected.high))


def test_a_share_of_nothing_is_refused() -> None:
    for count, n in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="of at least one"):
            summaries.clopper_pearson(count, n)


def test_who_diverged_more_often_is_said_by_shares() -> None:
    """A candidate with fewer trials is not excused by its smaller count."""
    more = verdicts.diverged_more_often([1, 1, 2, 0, 0], [5, 10, 10, 0, 5])
    assert more.tolist() == [
        [False, True, False, False, True],
        [False, False, False, False, True],
        [False, True, False, False, True],
        [False] * 5,
        [False] * 5,
    ]


def test_luck_is_neither_better_nor_tied() -> None:
    """But who is worse with the luckier seeds is worse all the same."""
    texts = np.array(
        [["", "better", "tied", "worse"], ["worse", "", "undecided", ""], ["tied"] + [""] * 3, ["better"] + [""] * 3]
    )
    more = np.zeros((4, 4), bool)
    more[0, 1:] = True
    assert verdicts.flattered_by_divergence(texts, more).tolist() == [
        [False, True, True, False],
        [True, False, False, False],
        [True, False, False, False],
        [False] * 4,
    ]


def test_two_kinds_of_noise_worked_by_hand() -> None:
    """D = [[1, 0, 1, 0], [1, -1, 0, 0]]; seed means 1/2 and 0, example means 1, -1/2, 1/2, 0, mean 1/4.

    Squares: seeds 4 (1/16 + 1/16) = 1/2 with 1 degree; examples 2 (9/16 + 9/16 + 1/16 + 1/16) = 5/2 with 3;
    all 4 - 8/16 = 7/2, so 1/2 is left with 3. Mean squares 1/2, 5/6, 1/6; n M = 8.
    """
    a = np.array([[1, 0, 1, 0], [1, 0, 0, 1]], dtype=bool)
    b = np.array([[0, 0, 0, 0], [0, 1, 0, 1]], dtype=bool)
    found = example_noise.crossed_variances(a, b)
    assert (found.n, found.examples, found.difference) == (2, 4, 0.25)
    assert found.seed_variance == pytest.approx(1 / 16)
    assert found.example_variance == pytest.approx((5 / 6 - 1 / 6) / 8)
    assert found.variance == pytest.approx(1 / 16 + 1 / 12)
    assert found.degrees_of_freedom == pytest.approx((7 / 48) ** 2 / ((1 / 16) ** 2 / 1 + (1 / 12) ** 2 / 3))


def test_the_mean_squares_are_those_of_the_table() -> None:
    """By the definition, cell by cell, on numbers too many to work by hand."""
    random = np.random.default_rng(3)
    a, b = random.random((6, 50)) < 0.8, random.random((6, 50)) < 0.7
    found = example_noise.crossed_variances(a, b)
    d = a.astype(float) - b
    rows, columns = d.mean(axis=1, keepdims=True), d.mean(axis=0, keepdims=True)
    ms_examples = 6 * ((columns - d.mean()) ** 2).sum() / 49
    ms_residual = ((d - rows - columns + d.mean()) ** 2).sum() / (5 * 49)
    assert found.example_variance == pytest.approx(max(0, ms_examples - ms_residual) / 300)


@pytest.mark.parametrize(("n", "examples"), [(2, 2), (3, 1000), (10, 10_000)])
def test_the_noise_of_seeds_is_that_of_the_paired_differences(n: int, examples: int) -> None:
    """The two columns of a table speak of the same seeds."""
    random = np.random.default_rng(n)
    a, b = random.random((n, examples)) < 0.98, random.random((n, examples)) < 0.97
    found = example_noise.crossed_variances(a, b)
    d = a.mean(axis=1) - b.mean(axis=1)
    assert found.difference == pytest.approx(d.mean(), abs=1e-12)
    assert found.seed_variance == pytest.approx(d.var(ddof=1) / n, rel=1e-12, abs=1e-16)


def test_networks_that_are_right_alike_have_no_noise_but_that_of_rounding() -> None:
    same = np.ones((3, 100), dtype=bool)
    found = example_noise.crossed_variances(same, same)
    assert (found.difference, found.variance, found.degrees_of_freedom) == (0, 0, 2)
    floored = intervals.mean_difference([0.0] * 3, examples=100)
    assert example_noise.new_data_interval(found) == pytest.approx((floored.low, floored.high))


def test_the_interval_for_new_data_is_satterthwaites() -> None:
    found = CrossedVariances(10, 1000, 0.002, 4e-7, 6e-7, 1e-6, 0.0)
    df = 1e-12 / ((4e-7) ** 2 / 9 + (6e-7) ** 2 / 999)
    half = stats.t.ppf(1 - 0.025 / 15, df) * 1e-3
    assert example_noise.new_data_interval(found, family=15) == pytest.approx((0.002 - half, 0.002 + half), rel=1e-6)


def test_new_data_are_not_more_certain_than_these() -> None:
    """With three seeds the degrees of freedom alone would say so: *undecided* here and *better* everywhere else."""
    found = CrossedVariances(3, 1000, 0.01, 1e-6, 3e-7, 1.3e-6, 0.0)
    half = stats.t.ppf(0.975, 2) * 1e-3
    assert example_noise.new_data_interval(found) == pytest.approx((0.01 - half, 0.01 + half))


def test_few_examples_cannot_show_a_tie() -> None:
    """Of the interval for new data so much is left when the seeds add nothing: by SciPy's normal distribution."""
    assert example_noise.left_open_by_examples(0.001**2) == pytest.approx(1.959964e-3)
    wide = stats.norm.ppf(1 - 0.05 / 30) * 0.001
    assert example_noise.left_open_by_examples(0.001**2, family=15) == pytest.approx(wide)
    crossed = CrossedVariances(1000, 10**9, 0.0, 1e-30, 0.001**2, 0.001**2, 1.0)
    assert example_noise.new_data_interval(crossed, family=15)[1] == pytest.approx(wide, rel=1e-3)


@pytest.mark.parametrize("family", [1, 15])
def test_so_many_examples_show_a_tie_in_four_studies_of_five(family: int) -> None:
    """Without a difference, and with seeds without end, so that the examples are all the noise there is."""
    variance, margin, studies = 0.04, 0.001, 20_000
    examples = example_noise.examples_to_tie(variance, margin, family=family)
    error = math.sqrt(variance / examples)
    d = np.random.default_rng(family).normal(0, error, studies)
    half = example_noise.left_open_by_examples(variance / examples, family=family)
    tied = verdicts.verdicts_of_intervals(d - half, d + half, margin) == "tied"
    assert tied.mean() == pytest.approx(0.8, abs=0.01)


def test_predictions_of_other_examples_are_refused() -> None:
    for a, b in (((2, 5), (2, 6)), ((1, 5), (1, 5)), ((5,), (5,)), ((2, 1), (2, 1))):
        with pytest.raises(ValueError, match="at least two seeds"):
            example_noise.crossed_variances(np.ones(a), np.ones(b))
    with pytest.raises(ValueError, match="same examples"):
        example_noise.mcnemar(np.ones(3), np.ones(4))


def test_two_networks_are_compared_by_the_exact_binomial() -> None:
    a, b = np.ones(100, dtype=bool), np.ones(100, dtype=bool)
    a[:3], b[3:15] = False, False
    assert example_noise.mcnemar(a, b) == pytest.approx(stats.binomtest(3, 15).pvalue)
    assert example_noise.mcnemar(b, a) == example_noise.mcnemar(a, b)
    assert example_noise.mcnemar(a, a) == 1
    assert example_noise.mcnemar([1, 0], [0, 1]) == 1


@pytest.mark.parametrize("n", [2, 3, 5, 20, 2000])
@pytest.mark.parametrize("family", [1, 15, 5000])
@pytest.mark.parametrize("effect", [0.0, 0.01, 0.2, 3.0, 1000.0])
def test_power_is_that_of_the_non_central_t(n: int, family: int, effect: float) -> None:
    """Integrated over the deviation's distribution, with no non-central t in it."""
    rho, sd = 0.3, 0.05
    shift = effect / (sd * math.sqrt(1.4)) * math.sqrt(n)
    limit = stats.t.isf(0.025 / family, n - 1)
    places = (np.arange(50_000) + 0.5) / 50_000
    scaled = limit * np.sqrt(stats.chi2.ppf(places, n - 1) / (n - 1))
    expected = (stats.norm.sf(scaled - shift) + stats.norm.cdf(-scaled - shift)).mean()
    found = sample_sizes.power_to_detect(-effect, sd, n, rho=rho, family=family)
    assert found == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("n", [2, 5, 30, 1000, 100_000, 100_001])
def test_power_is_scipys_where_scipy_has_it(n: int) -> None:
    for shift, limit in itertools.product((0.0, 0.5, 2.0, 6.0), (1, 15)):
        found = sample_sizes.power_to_detect(shift / math.sqrt(n), math.sqrt(0.5), n, family=limit)
        at = stats.t.isf(0.025 / limit, n - 1)
        above, below = stats.nct.sf(at, n - 1, shift), stats.nct.cdf(-at, n - 1, shift)
        assert found == pytest.approx(above + np.nan_to_num(below), abs=2e-6 if n <= 100_000 else 2e-5)


def test_the_table_of_detectable_differences() -> None:
    """Percentage points at 80 % power, a deviation of 0.05 per candidate, uncorrelated: what a plan is made by."""
    table = {
        2: (0.82, 4.1, 12),
        3: (0.23, 0.52, 0.90),
        5: (0.119, 0.186, 0.248),
        10: (0.070, 0.094, 0.111),
        20: (0.047, 0.059, 0.067),
    }
    for n, row in table.items():
        found = [sample_sizes.detectable_difference(0.05, n, family=family) for family in (1, 5, 15)]
        assert found == pytest.approx(row, rel=0.025), n


def test_a_detectable_difference_has_the_power_asked_for() -> None:
    for n, family, power in ((2, 500_000, 0.8), (5, 1, 0.06), (10, 15, 0.99)):
        effect = sample_sizes.detectable_difference(0.05, n, rho=0.5, family=family, power=power)
        assert sample_sizes.power_to_detect(effect, 0.05, n, rho=0.5, family=family) == pytest.approx(power)
    assert sample_sizes.detectable_difference(0.05, 1) == math.inf
    assert sample_sizes.power_to_detect(0.1, 0.05, 1) == 0
    assert sample_sizes.detectable_difference(0.0, 5) == 0
    assert sample_sizes.detectable_difference(0.05, 5, rho=0.75) == pytest.approx(
        sample_sizes.detectable_difference(0.05, 5) / 2
    )
    with pytest.raises(ValueError, match="power"):
        sample_sizes.detectable_difference(0.05, 5, power=0.05)


def test_without_noise_every_difference_is_found() -> None:
    assert sample_sizes.power_to_detect(0.1, 0.0, 2) == 1
    assert sample_sizes.power_to_detect(0.1, 0.05, 2, rho=1.0) == 1
    assert sample_sizes.power_to_detect(0.0, 0.0, 2) == 0
    with pytest.raises(ValueError, match="no such"):
        sample_sizes.power_to_detect(0.1, -1.0, 2)
    with pytest.raises(ValueError, match="no such"):
        sample_sizes.power_to_detect(0.1, 1.0, 2, rho=1.5)


def test_the_seeds_that_settle_any_difference() -> None:
    """11, 18 and 22 seeds for two candidates, a baseline of six, and all pairs of six."""
    assert [sample_sizes.seeds_to_tie(0.05, 0.1, family=family) for family in (1, 5, 15)] == [11, 18, 22]
    assert sample_sizes.seeds_to_tie(0.0, 0.1) == 2
    with pytest.raises(ValueError, match="margin"):
        sample_sizes.seeds_to_tie(0.05, 0.0)
    with pytest.raises(ValueError, match="not even"):
        sample_sizes.seeds_to_tie(1.0, 1e-9)


def test_the_seeds_that_find_a_difference() -> None:
    for effect, family in ((0.12, 1), (0.1, 15), (0.01, 5), (1000.0, 1)):
        n = sample_sizes.seeds_to_detect(effect, 0.05, family=family)
        assert sample_sizes.power_to_detect(effect, 0.05, n, family=family) >= 0.8
        assert n == 2 or sample_sizes.power_to_detect(effect, 0.05, n - 1, family=family) < 0.8
    with pytest.raises(ValueError, match="effect"):
        sample_sizes.seeds_to_detect(0.0, 0.05)


def test_how_much_a_choice_flatters() -> None:
    """The largest of nine standard normals is 1.485 in the mean."""
    assert sample_sizes.expected_best(9) == pytest.approx(1.485, abs=5e-4)
    assert sample_sizes.expected_best(1) == pytest.approx(0, abs=1e-12)
    assert sample_sizes.expected_best(2) == pytest.approx(1 / math.sqrt(math.pi))
    with pytest.raises(ValueError, match="at least one"):
        sample_sizes.expected_best(0)


def test_the_looks_end_where_the_seeds_do() -> None:
    assert sample_sizes.seeds_at_looks(20) == (5, 8, 12, 20)
    assert sample_sizes.seeds_at_looks(10) == (5, 8, 10)
    assert sample_sizes.seeds_at_looks(5) == (5,)
    assert sample_sizes.seeds_at_looks(3) == (3,)
    assert sample_sizes.seeds_at_looks(32) == (5, 8, 12, 20, 32)
    assert sample_sizes.seeds_at_looks(60) == (5, 8, 12, 20, 32, 51, 60)
    with pytest.raises(ValueError, match="a verdict needs 3 seeds; there may be 2"):
        sample_sizes.seeds_at_looks(2)
