"""What is told of a pair: its interval, verdict, forecast, and the noise of the examples."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from compared_studies import diverging, predicted, the, three
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, looked, noisy
from scipy import stats

from actsearch.analysis.comparisons.question import Question, scores_needed
from actsearch.core.activation import Activation
from actsearch.core.measures import scores_keys
from actsearch.core.tasks import MULTICLASS
from actsearch.core.trial_results import CandidateResult


def test_a_pair_has_the_paired_t_interval_of_all_pairs_together() -> None:
    """Computed once more by SciPy, with Bonferroni over the three pairs."""
    found = the(three())
    pair = found.pair(2, 0)
    a, b = found.contenders[2].values, found.contenders[0].values
    expected = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / 3)
    assert (pair.low, pair.high) == pytest.approx((expected.low, expected.high))
    assert pair.difference == pytest.approx((a - b).mean())
    assert found.family == 3


def test_a_pair_read_the_other_way_says_the_opposite() -> None:
    found = the(three())
    one, other = found.pair(2, 0), found.pair(0, 2)
    assert (one.verdict, other.verdict) == ("worse", "better")
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@pytest.mark.parametrize("seeds", [1, 2])
def test_with_one_or_two_seeds_there_is_no_verdict(seeds: int) -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, seeds)), a_candidate("elu", noisy(0.1, seeds))))
    assert found.pair(1, 0).verdict is None
    assert found.leaders == ()
    assert math.isnan(found.pair(1, 0).low) == (seeds == 1)
    assert any("no verdict" in warning for warning in found.warnings)


def test_equal_candidates_are_tied_within_a_margin_and_undecided_without_one() -> None:
    values = noisy(0.9, 10)
    shifted = [v + 1e-5 * (-1) ** i for i, v in enumerate(values)]
    study = a_study(a_candidate("relu", values), a_candidate("elu", shifted))
    assert the(study).pair(1, 0).verdict == "tied"
    undecided = the(study, margin=0.0).pair(1, 0)
    assert undecided.verdict == "undecided"


def test_an_undecided_pair_says_how_many_seeds_would_tell() -> None:
    study = a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.9, 6, stream=1)))
    pair = the(study).pair(1, 0)
    assert pair.verdict == "undecided"
    assert pair.forecast is not None
    assert 6 <= pair.forecast.low <= pair.forecast.seeds <= pair.forecast.high


def test_who_diverges_more_often_is_not_called_better_on_the_seeds_that_are_left() -> None:
    found = the(a_study(diverging("wild", noisy(0.99, 8), lost=3), a_candidate("calm", noisy(0.9, 8, stream=1))))
    pair = found.pair(0, 1)
    assert (pair.n, pair.verdict) == (5, None)
    assert pair.note == "wild diverged more often (3 of 8 seeds)"
    assert found.pair(1, 0).verdict is None
    assert any("3 diverged of 8 seeds (it diverges in 9% to 76% of seeds)" in text for text in found.warnings)


def test_who_diverges_more_often_can_still_be_worse() -> None:
    found = the(a_study(diverging("wild", noisy(0.5, 8), lost=3), a_candidate("calm", noisy(0.9, 8, stream=1))))
    assert found.pair(1, 0).verdict == "worse"


def test_seeds_that_only_one_of_two_completed_are_left_out_of_their_pair_alone() -> None:
    unfinished = CandidateResult(
        "slow",
        Activation("elu"),
        {},
        tuple(a_trial(0.9 if seed < 4 else None, seed, "completed" if seed < 4 else "waiting") for seed in range(6)),
    )
    study = a_study(unfinished, a_candidate("relu", noisy(0.9, 6)), a_candidate("gelu", noisy(0.91, 6, stream=1)))
    found = the(study)
    place = {one.label: i for i, one in enumerate(found.contenders)}
    assert found.pair(place["slow"], place["relu"]).n == 4
    assert found.pair(place["gelu"], place["relu"]).n == 6
    assert any(text.startswith("slow: 2 not finished of 6 seeds") for text in found.warnings)


def test_what_a_verdict_of_few_seeds_goes_by_is_told() -> None:
    """Beside others with ten it looks as sure as they are."""
    trials = [*(a_trial(0.9 - s / 1e4, s) for s in range(3)), *(a_trial(None, s, "failed") for s in range(3, 10))]
    few = CandidateResult("few", Activation("elu"), {}, tuple(trials))
    found = the(a_study(few, a_candidate("relu", noisy(0.95, 10)), a_candidate("gelu", noisy(0.95, 10, stream=1))))
    place = next(i for i, one in enumerate(found.contenders) if one.label == "few")
    pair = found.pair(place, 0)
    assert (pair.verdict, pair.n, pair.note) == ("worse", 3, "3 seeds: to be taken with care")
    assert any(text.startswith("few: what is said of it goes by 3 seeds") for text in found.warnings)


def test_a_difference_of_0_cannot_be_flipped() -> None:
    """Nine of ten seeds that differ cannot have a p below 0.05 / 15, and so do not disagree with the interval."""
    d = np.array([0.0, *np.linspace(0.0015, 0.0025, 9)])
    others = [a_candidate(f"c{i}", noisy(0.5, 10, stream=i)) for i in range(4)]
    study = a_study(a_candidate("relu", [0.98] * 10), a_candidate("elu", list(0.98 - d)), *others)
    found = the(study)
    pair = found.pair(1, 0)
    assert (pair.verdict, pair.sign_flip_p, pair.disagrees) == ("worse", None, False)


def test_the_noise_of_the_seeds_is_the_one_that_the_verdict_uses() -> None:
    """V_s is s_d^2 / n, to the last digits."""
    pair = the(predicted()).pair(1, 0)
    assert pair.examples is not None
    assert pair.examples.seed_variance == pytest.approx(pair.sd**2 / pair.n, rel=1e-12)
    assert pair.examples.examples == 1000


def test_about_new_examples_less_can_be_said_than_about_these() -> None:
    pair = the(predicted()).pair(1, 0)
    assert pair.examples is not None
    assert pair.examples.example_variance > 0
    assert pair.examples.high - pair.examples.low > pair.high - pair.low
    assert pair.examples.verdict == "worse"


def test_a_small_test_set_cannot_show_a_tie_on_new_data() -> None:
    pair = the(predicted()).pair(1, 0)
    assert pair.examples is not None
    assert not pair.examples.can_show_tie


def keys_needed(question: Question) -> tuple[str, ...]:
    return scores_keys(MULTICLASS, scores_needed(question))


def test_other_epochs_and_metrics_have_no_noise_of_examples() -> None:
    """Predictions are kept of the last and of the best epoch; the best one was chosen by these very examples."""
    assert the(predicted(), at="best").pair(1, 0).examples is None
    assert keys_needed(Question(at="best")) == ()
    assert keys_needed(Question(metric="test_accuracy", at="best")) == (
        "accuracy test_best",
        "accuracy validation_best",
    )
    assert the(predicted(), at="2").pair(1, 0).examples is None
    assert the(predicted(), metric="val_loss", margin=0.1).pair(1, 0).examples is None
    assert keys_needed(Question(at="2")) == ()
    assert keys_needed(Question()) == ("accuracy test_last", "accuracy validation_last")


def test_predictions_of_other_examples_are_not_compared() -> None:
    study = a_study(a_predicted("relu", 0.9, 5, examples=1000), a_predicted("elu", 0.8, 5, examples=1001))
    assert the(study).pair(1, 0).examples is None


def test_one_seed_has_mcnemars_test_of_two_networks() -> None:
    pair = the(a_study(a_predicted("relu", 0.9, 1), a_predicted("elu", 0.8, 1, stream=1))).pair(1, 0)
    assert pair.verdict is None
    assert pair.examples is not None
    assert pair.examples.mcnemar_p is not None
    assert pair.examples.mcnemar_p < 0.05


def test_a_pair_is_told_as_it_was_when_it_was_settled() -> None:
    """By a later look it may seem otherwise: a tie beyond the margin."""
    study = looked()
    assert study.looks is not None
    settled = replace(study.looks.taken[0].pairs[0], decision="tied", difference=0.0001, low=-0.0005, high=0.0007)
    later = replace(settled, n=8, difference=0.0015, low=0.001, high=0.002)
    first, second = (replace(study.looks.taken[0], seeds=n, pairs=(one,)) for n, one in ((5, settled), (8, later)))
    found = the(replace(study, looks=replace(study.looks, taken=(first, second))))
    place = {one.label: i for i, one in enumerate(found.contenders)}
    pair = found.pair(place["elu"], place["relu"])
    assert (pair.n, pair.high, pair.verdict) == (5, 0.0007, "tied")


def test_all_that_is_told_of_a_pair_is_of_the_look_that_settled_it() -> None:
    """Beside an interval of five seeds a p of eight says that the two disagree, which they do not."""
    study = looked()
    assert study.looks is not None
    settled = study.looks.taken[0].pairs[0]
    looks = tuple(replace(study.looks.taken[0], seeds=n, pairs=(replace(settled, n=n),)) for n in (5, 8))
    correct = tuple(a_predicted(c.label, 0.9 - 0.1 * i, 8, stream=i) for i, c in enumerate(study.candidates))
    found = the(replace(study, candidates=correct, looks=replace(study.looks, taken=looks)))
    place = {one.label: i for i, one in enumerate(found.contenders)}
    pair, whole = found.pair(place["elu"], place["relu"]), found.contenders[place["elu"]]
    assert (whole.completed, pair.n, int(np.isfinite(pair.by_seed).sum())) == (8, 5, 5)
    first = [one.known[:5] for one in (whole, found.contenders[place["relu"]])]
    assert pair.won == np.mean(first[0] > first[1])
    assert pair.correlation is not None
    assert pair.correlation[0] == pytest.approx(np.corrcoef(*first)[0, 1])
    assert pair.sd == pytest.approx(np.std(first[0] - first[1], ddof=1))
    assert pair.examples is not None
    assert pair.examples.seed_variance == pytest.approx(pair.sd**2 / 5)


def test_no_look_tells_of_a_difference_beyond_1() -> None:
    """The record has what was computed; of accuracies no two are further apart."""
    study = looked()
    assert study.looks is not None
    wide = replace(study.looks.taken[0].pairs[0], low=-1.37, high=0.57, decision="undecided")
    taken = replace(study.looks.taken[0], pairs=(wide,), left=())
    pair = the(replace(study, looks=replace(study.looks, taken=(taken,)))).pair(1, 0)
    assert (pair.low, pair.high) == (-1, 0.57)
