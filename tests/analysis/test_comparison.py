"""Who is better: the numbers behind the word, and the word only where the numbers carry it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparison_cases import a_candidate, a_predicted, a_study, a_trial, looked, noisy
from scipy import stats

from actsearch.analysis.comparison import Comparison, Question, compare, reading
from actsearch.core.errors import NothingToShow, UserError
from actsearch.core.experiment import Activation
from actsearch.core.results import Choice, ExperimentResult
from actsearch.core.trial_results import CandidateResult


def the(result: ExperimentResult, **question: Any) -> Comparison:
    [found] = compare(result, Question(**question))
    return found


def three() -> ExperimentResult:
    """Of five seeds: two that are alike, and one far below."""
    return a_study(
        a_candidate("sigmoid", noisy(0.90, 5)),
        a_candidate("relu", noisy(0.98, 5, stream=1)),
        a_candidate("gelu", noisy(0.981, 5, stream=2)),
    )


def test_contenders_stand_by_their_means_and_the_leader_is_the_reference() -> None:
    found = the(three())
    means = [one.mean for one in found.contenders]
    assert means == sorted(means, reverse=True)
    assert found.contenders[-1].label == "sigmoid"
    assert found.reference == 0


def test_a_pair_has_the_paired_t_interval_of_all_pairs_together() -> None:
    """Computed once more by SciPy, with Bonferroni over the three pairs."""
    found = the(three())
    pair = found.pair(2, 0)
    a, b = found.contenders[2].values, found.contenders[0].values
    expected = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / 3)
    assert (pair.low, pair.high) == pytest.approx((expected.low, expected.high))
    assert pair.difference == pytest.approx((a - b).mean())
    assert found.family == 3


def test_against_a_baseline_there_are_fewer_pairs_and_narrower_intervals() -> None:
    every, against = the(three()), the(three(), baseline="relu")
    assert against.family == 2
    assert against.contenders[against.reference].label == "relu"
    relu, sigmoid = ([one.label for one in every.contenders].index(name) for name in ("relu", "sigmoid"))
    wide, narrow = every.pair(sigmoid, relu), against.pair(sigmoid, relu)
    assert narrow.high - narrow.low < wide.high - wide.low
    assert against.leaders == ()


def test_a_pair_read_the_other_way_says_the_opposite() -> None:
    found = the(three())
    one, other = found.pair(2, 0), found.pair(0, 2)
    assert (one.verdict, other.verdict) == ("worse", "better")
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_the_leading_group_is_those_that_are_not_worse_than_any_other() -> None:
    found = the(three())
    assert {found.contenders[i].label for i in found.leaders} == {"relu", "gelu"}


def test_of_a_loss_less_is_better() -> None:
    found = the(three(), metric="val_loss", margin=0.001)
    assert found.contenders[-1].label == "sigmoid"
    assert found.pair(2, 0).verdict == "worse"
    assert found.pair(2, 0).difference > 0
    assert found.contenders[0].best_seed < found.contenders[0].worst_seed


@pytest.mark.parametrize("seeds", [1, 2])
def test_with_one_or_two_seeds_there_is_no_verdict(seeds: int) -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, seeds)), a_candidate("elu", noisy(0.1, seeds))))
    assert found.pair(1, 0).verdict is None
    assert found.leaders == ()
    assert math.isnan(found.pair(1, 0).low) == (seeds == 1)
    assert any("no verdict" in warning for warning in found.warnings)


def test_three_seeds_have_a_verdict_with_a_warning() -> None:
    found = the(a_study(a_candidate("relu", noisy(0.9, 3)), a_candidate("elu", noisy(0.1, 3))))
    assert found.pair(1, 0).verdict == "worse"
    assert any("3 seeds: verdicts to be taken with care" in warning for warning in found.warnings)


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


def diverging(label: str, values: list[float], lost: int) -> CandidateResult:
    """The first so many of its seeds diverge."""
    trials = tuple(
        a_trial(None if seed < lost else value, seed, "diverged" if seed < lost else "completed")
        for seed, value in enumerate(values)
    )
    return CandidateResult(label, Activation(label), {}, trials)


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


def test_the_leader_is_of_the_leading_group_whoever_has_the_highest_mean() -> None:
    """One that lost its hard seeds has a high mean, and is worse on the seeds that both completed."""
    values = [0.8 + 0.01 * (seed >= 5) * 10 for seed in range(10)]
    lucky = CandidateResult(
        "lucky",
        Activation("elu"),
        {},
        tuple(
            a_trial(v - 0.01 if s >= 5 else None, s, "completed" if s >= 5 else "waiting") for s, v in enumerate(values)
        ),
    )
    found = the(a_study(lucky, a_candidate("steady", [v + 1e-5 * s for s, v in enumerate(values)])))
    assert found.contenders[0].mean < found.contenders[1].mean
    assert [found.contenders[i].label for i in found.leaders] == ["steady"]
    assert found.reference == 0
    assert found.pair(1, 0).verdict == "worse"


def test_who_diverged_more_often_is_not_what_another_is_worse_than() -> None:
    """Nor does it stand first, which would make it what the others are compared with."""
    found = the(a_study(diverging("wild", noisy(0.99, 8), lost=3), a_candidate("calm", noisy(0.9, 8, stream=1))))
    assert [found.contenders[i].label for i in found.leaders] == ["calm", "wild"]


def test_an_accuracy_is_not_below_0_nor_above_1() -> None:
    """Nor are two further apart than 1, however little is known."""
    found = the(a_study(a_candidate("wild", [0.1, 0.98]), a_candidate("calm", [0.97, 0.98])))
    assert all((one.low, one.high) == (0, 1) or one.low > 0.9 for one in found.contenders)
    assert found.contenders[0].high <= 1
    assert (found.pair(1, 0).low, found.pair(1, 0).high) == (-1, 1)


def test_one_that_leads_by_not_being_known_is_named() -> None:
    """Standing above one that is told to be worse, it looks better than that."""
    study = a_study(
        a_candidate("relu", noisy(0.98, 3)),
        a_candidate("elu", noisy(0.97, 3, stream=1)),
        a_candidate("wild", [0.1, 0.9, 0.1]),
    )
    found = the(study)
    assert "wild" in [found.contenders[i].label for i in found.leaders]
    assert any(
        text.startswith("wild is in the leading group because its seeds differ too much") for text in found.warnings
    )


def test_with_one_seed_the_best_of_many_networks_is_not_picked_out() -> None:
    """Times the pairs: of ten equal networks one is far from the best by chance in more than half of the studies."""
    two = the(a_study(a_predicted("a", 0.90, 1), a_predicted("b", 0.86, 1, stream=1))).pair(1, 0).examples
    others = [a_predicted(f"c{i}", 0.5, 1, stream=i + 2) for i in range(4)]
    six = the(a_study(a_predicted("a", 0.90, 1), a_predicted("b", 0.86, 1, stream=1), *others)).pair(1, 0).examples
    assert two is not None
    assert six is not None
    assert two.mcnemar_p is not None
    assert two.mcnemar_p < 1 / 15
    assert six.mcnemar_p == pytest.approx(15 * two.mcnemar_p)


def test_seeds_that_were_added_after_a_look_are_told() -> None:
    """A study that goes on until it shows something shows it too often."""
    study = a_study(a_candidate("relu", noisy(0.9, 8)), a_candidate("elu", noisy(0.9, 8, stream=1)))
    found = the(replace(study, earlier_seeds=(3, 5)))
    assert any(
        text.startswith("Seeds were added to this study after 3, 5 of them were finished") for text in found.warnings
    )
    assert not any("added" in text for text in the(study).warnings)


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


# --- the two kinds of noise


def predicted() -> ExperimentResult:
    return a_study(a_predicted("relu", 0.90, 6), a_predicted("elu", 0.86, 6, stream=1))


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


def test_other_epochs_and_metrics_have_no_noise_of_examples() -> None:
    """Predictions are kept of the last and of the best epoch; the best one was chosen by these very examples."""
    assert the(predicted(), at="best").pair(1, 0).examples is None
    assert reading(Question(at="best")) == ()
    assert reading(Question(metric="test_accuracy", at="best")) == ("test_best", "validation_best")
    assert the(predicted(), at="2").pair(1, 0).examples is None
    assert the(predicted(), metric="val_loss", margin=0.1).pair(1, 0).examples is None
    assert reading(Question(at="2")) == ()
    assert reading(Question()) == ("test_last", "validation_last")


def test_predictions_of_other_examples_are_not_compared() -> None:
    study = a_study(a_predicted("relu", 0.9, 5, examples=1000), a_predicted("elu", 0.8, 5, examples=1001))
    assert the(study).pair(1, 0).examples is None


def test_one_seed_has_mcnemars_test_of_two_networks() -> None:
    pair = the(a_study(a_predicted("relu", 0.9, 1), a_predicted("elu", 0.8, 1, stream=1))).pair(1, 0)
    assert pair.verdict is None
    assert pair.examples is not None
    assert pair.examples.mcnemar_p is not None
    assert pair.examples.mcnemar_p < 0.05


# --- the grid


def gridded(**more: Any) -> ExperimentResult:
    rates = (0.1, 0.01)
    candidates = [
        a_candidate(label, noisy(mean + rate, 5, stream=i), {"training.optimizer.learning_rate": rate})
        for i, (label, mean) in enumerate((("relu", 0.8), ("elu", 0.5)))
        for rate in rates
    ]
    return replace(a_study(*candidates, grid={"training.optimizer.learning_rate": rates}), **more)


def test_with_a_grid_each_setting_is_compared_by_itself() -> None:
    tables = compare(gridded())
    assert [table.setting for table in tables] == [
        {"training.optimizer.learning_rate": 0.1},
        {"training.optimizer.learning_rate": 0.01},
    ]
    assert [one.label for one in tables[0].contenders] == ["relu", "elu"]


def test_the_intervals_of_all_settings_hold_together() -> None:
    assert [table.family for table in compare(gridded())] == [2, 2]


def test_choosing_the_best_setting_on_the_seeds_that_are_compared_is_refused() -> None:
    with pytest.raises(UserError, match="tuning_seeds"):
        compare(gridded(), Question(by="activation"))


def test_a_setting_at_which_all_diverged_hides_no_other() -> None:
    study = gridded()
    lost = [
        replace(c, trials=tuple(a_trial(None, t.seed, "diverged") for t in c.trials))
        if c.setting["training.optimizer.learning_rate"] == 0.1
        else c
        for c in study.candidates
    ]
    [table] = compare(replace(study, candidates=tuple(lost)))
    assert table.setting == {"training.optimizer.learning_rate": 0.01}
    assert any("0.1" in text and "diverged" in text for text in table.warnings)


def test_a_choice_at_the_edge_of_the_grid_is_told() -> None:
    assert any("a larger one may be better still" in text for text in the(tuned()).warnings)


def tuned() -> ExperimentResult:
    """Two rates, tuned on three seeds and compared on five: the higher rate is chosen for both."""
    key = "training.optimizer.learning_rate"
    found = []
    for i, (label, mean) in enumerate((("relu", 0.8), ("elu", 0.5))):
        for rate in (0.1, 0.01):
            one = a_candidate(label, noisy(mean + rate, 5, stream=i), {key: rate})
            tuning = tuple(replace(a_trial(mean + rate, seed=1000 + s), role="tuning") for s in range(3))
            found.append(replace(one, trials=one.trials if rate == 0.1 else (), tuning=tuning))
    chosen = tuple(Choice(label, {key: 0.1}, 0.9, (1000, 1001, 1002)) for label in ("relu", "elu"))
    return replace(a_study(*found, grid={key: (0.1, 0.01)}), tuning_seeds=(1000, 1001, 1002), chosen=chosen)


def test_each_is_compared_at_the_setting_that_its_tuning_seeds_chose() -> None:
    found = the(tuned())
    assert [one.name for one in found.contenders] == ["relu", "elu"]
    assert found.seeds == (0, 1, 2, 3, 4)
    assert found.role == "comparison"
    assert found.family == 1


def test_picking_the_best_of_a_grid_is_told_to_flatter() -> None:
    """By as much as the best of so many equals is above their mean: of two, 0.56 standard errors."""
    study = replace(tuned(), tuning_seeds=(), chosen=())
    tables = compare(study, Question(by="setting"))
    assert any("best of 2 settings" in text and "0.6 standard errors" in text for text in tables[0].warnings)


def test_all_settings_side_by_side_are_those_of_the_tuning_seeds_alone() -> None:
    """Mixed with the others, a setting that was chosen would have more seeds than the rest."""
    tables = compare(tuned(), Question(by="setting"))
    assert [table.role for table in tables] == ["tuning", "tuning"]
    assert {table.seeds for table in tables} == {(1000, 1001, 1002)}
    assert any("tuning seeds" in text for text in tables[0].warnings)


# --- sequential studies


def test_a_sequential_study_is_judged_by_its_looks() -> None:
    """Their intervals are wider, which pays for having looked."""
    found = the(looked())
    pair = found.pair(1, 0)
    assert (pair.n, pair.low, pair.high, pair.verdict) == (5, -0.11, -0.09, "worse")
    assert found.pair(0, 1).verdict == "better"
    assert (found.pair(0, 1).low, found.pair(0, 1).high) == (0.09, 0.11)


def test_seeds_beyond_the_last_look_reopen_nothing() -> None:
    found = the(looked())
    assert [one.completed for one in found.contenders] == [5, 5]
    assert any(text.startswith("3 seeds beyond the last look: left out here") for text in found.warnings)


def test_the_margin_that_was_fixed_beforehand_is_the_one_that_counts() -> None:
    """And the confidence; what is given counts, though it be the default of other studies."""
    record = replace(looked().looks, margin=0.2, confidence=0.9)  # type: ignore[type-var]
    study = replace(looked(), looks=record)
    assert (the(study).margin, the(study).confidence) == (0.2, 0.9)
    assert (the(study, margin=0.2).confidence, the(study, margin=0.2).looks) == (0.9, record)
    assert (the(study, confidence=0.95).confidence, the(study, confidence=0.95).looks) == (0.95, None)


def test_what_the_looks_decided_makes_the_group() -> None:
    """Seeds after a decision, and those that diverged after it, must not make a leader of one that was called worse."""
    study = looked()
    assert study.looks is not None
    pair = replace(study.looks.taken[0].pairs[0], decision="better", difference=0.1, low=0.09, high=0.11)
    record = replace(study.looks, taken=(replace(study.looks.taken[0], pairs=(pair,)),))
    found = the(replace(study, looks=record))
    assert [found.contenders[i].label for i in found.leaders] == ["elu"]
    assert found.pair(0, 1).verdict == "better"


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


def test_trials_lost_after_the_looks_do_not_change_what_they_decided() -> None:
    """A disk that lost the trials must not end in a traceback."""
    study = looked()
    lost = tuple(replace(c, trials=tuple(a_trial(None, t.seed, "waiting") for t in c.trials[:4]) + c.trials[4:])
                 if c.label == "elu" else c for c in study.candidates)  # fmt: skip
    pair = the(replace(study, candidates=lost)).pair(1, 0)
    assert (pair.n, pair.verdict, pair.note, pair.correlation) == (5, "worse", None, None)


def test_seeds_beyond_the_last_look_rank_nothing() -> None:
    """And set no target."""
    study = looked()
    high = {"val_accuracy": [0.0, 0.0, 5.0]}
    late = tuple(replace(c, trials=tuple(replace(t, history=high) if t.seed >= 5 and c.label == "elu" else t
                                         for t in c.trials)) for c in study.candidates)  # fmt: skip
    found, other = the(study), the(replace(study, candidates=late))
    assert [one.label for one in other.contenders] == [one.label for one in found.contenders]
    assert other.question.target == found.question.target


def test_another_question_than_that_of_the_looks_is_answered_with_a_warning() -> None:
    found = the(looked(), margin=0.01)
    assert found.pair(1, 0).n == 8
    assert any("stopped by what it saw" in text for text in found.warnings)


# --- what is refused, and what is warned of


def test_one_candidate_is_no_comparison() -> None:
    with pytest.raises(NothingToShow, match="nothing to compare it with"):
        compare(a_study(a_candidate("relu", [0.1, 0.2])))


def test_where_all_diverged_another_run_is_no_remedy() -> None:
    """They are finished, and would not be trained again."""
    gone = [CandidateResult(n, Activation(n), {}, (a_trial(None, 0, "diverged"),)) for n in ("relu", "elu")]
    with pytest.raises(NothingToShow, match=r"2 diverged\); train with a smaller learning rate"):
        compare(a_study(*gone))


def test_an_unfinished_experiment_says_how_far_it_is() -> None:
    waiting = CandidateResult("elu", Activation("elu"), {}, (a_trial(None, status="waiting"),))
    with pytest.raises(NothingToShow, match=r"only relu has a completed trial .*1 completed, 1 waiting"):
        compare(a_study(a_candidate("relu", [0.1]), waiting))


@pytest.mark.parametrize(
    ("question", "said"),
    [({"margin": -1.0}, "--margin"), ({"margin": math.nan}, "--margin"), ({"confidence": 95.0}, "--confidence"),
     ({"baseline": "rellu"}, "did you mean 'relu'")],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(question: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        compare(three(), Question(**question))


def test_a_ranking_by_the_test_set_is_never_silent() -> None:
    """Held out or not: what is chosen by it is chosen on test data."""
    study = a_study(a_candidate("relu", noisy(0.9, 5)), a_candidate("elu", noisy(0.8, 5)))
    found = the(study, metric="test_accuracy")
    assert any(text.startswith("This ranks by the test set.") for text in found.warnings)
    assert not any("test" in text for text in the(study).warnings)


def test_where_the_exact_test_says_otherwise_it_is_told() -> None:
    """Its p does not need normal noise; a reader of the table alone would not know."""
    d = [-0.001, *np.linspace(0.0035, 0.0045, 9)]
    found = the(a_study(a_candidate("relu", [0.98] * 10), a_candidate("elu", [0.98 - v for v in d])), margin=0.0001)
    pair = found.pair(1, 0)
    assert (pair.verdict, pair.disagrees) == ("worse", False)
    strict = the(a_study(a_candidate("relu", [0.98] * 10), a_candidate("elu", [0.98 - v for v in d])), confidence=0.998)
    assert (strict.pair(1, 0).verdict, strict.pair(1, 0).disagrees) == ("worse", True)
    assert any("the interval's answer is not confirmed of relu and elu" in text for text in strict.warnings)


def test_a_study_that_waits_for_its_next_look_is_not_accused() -> None:
    """Of adding seeds until the answer pleases."""
    study = looked()
    assert study.looks is not None
    taken = replace(study.looks.taken[0], left=(), stays=("relu", "elu"))
    told = the(replace(study, looks=replace(study.looks, taken=(taken,)))).warnings
    assert any(text.startswith("The study goes on: 3 seeds wait for the look at 8") for text in told)
    assert not any("pleases" in text for text in told)


def test_before_the_first_look_the_looks_are_paid_for() -> None:
    """What four seeds seem to say of a study that will look four times is one look more."""
    study = looked()
    assert study.looks is not None
    early = the(replace(study, looks=replace(study.looks, taken=())))
    assert early.family == 4
    assert any(text.startswith("No look was taken yet") for text in early.warnings)


def test_who_has_no_value_is_told_with_the_reason() -> None:
    """0 seeds is no reason."""
    gone = CandidateResult("gone", Activation("elu"), {}, tuple(a_trial(None, s, "diverged") for s in range(5)))
    found = the(a_study(gone, a_candidate("relu", noisy(0.9, 5)), a_candidate("gelu", noisy(0.8, 5))))
    assert found.pair(2, 0).note == "gone has no value: 5 diverged"


def test_seeds_that_are_not_in_common_do_not_count() -> None:
    """Of eight and two nothing can be told, and not by eight seeds."""
    few = tuple(a_trial(0.9 + s / 1e4 if s < 2 else None, s, "completed" if s < 2 else "failed") for s in range(8))
    found = the(a_study(CandidateResult("few", Activation("elu"), {}, few), a_candidate("relu", noisy(0.9, 8))))
    assert found.most_seeds == 2
    assert "Two seeds: intervals, but no verdict." in found.warnings


def test_choosing_on_the_test_set_is_never_silent() -> None:
    values = noisy(0.9, 5)
    study = a_study(a_candidate("relu", values), a_candidate("elu", values), test=True)
    assert any("choosing on test data" in text for text in the(study).warnings)
    assert any("flatters unevenly" in text and "test data" in text for text in the(study, at="best").warnings)
    assert not any("test" in text for text in the(replace(study, validation_is_test=False)).warnings)


def test_epochs_to_the_target_count_seeds_that_never_reach_it() -> None:
    fast = CandidateResult("fast", Activation("relu"), {}, tuple(a_trial(0.9, s, curve=(0.9, 0.9)) for s in range(3)))
    slow = CandidateResult(
        "slow", Activation("elu"), {}, tuple(a_trial(0.9 if s == 0 else 0.2, s, curve=(0.1, 0.1)) for s in range(3))
    )
    found = the(a_study(fast, slow), target=0.85)
    assert [(one.label, one.epochs_to_target) for one in found.contenders] == [("fast", 1.0), ("slow", None)]
    assert [one.seconds_per_epoch for one in found.contenders] == [2.0, 2.0]


def test_a_thousand_candidates_are_ranked_in_seconds() -> None:
    """No pair is computed that is not asked for."""
    study = a_study(*(a_candidate(f"f{i}", noisy(0.9, 10, stream=i)) for i in range(1000)))
    found = the(study)
    assert found.family == 1000 * 999 / 2
    assert len(found.contenders) == 1000
    assert np.isfinite(found.pair(999, 0).low)
