"""What is compared with what: grids, tuning seeds, looks, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from compared_studies import gridded, the, three, tuned
from comparison_cases import a_candidate, a_study, a_trial, looked, noisy

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.question import Question
from actsearch.core.activation import Activation
from actsearch.core.errors import NothingToShow, UserError
from actsearch.core.trial_results import CandidateResult


def test_against_a_baseline_there_are_fewer_pairs_and_narrower_intervals() -> None:
    every, against = the(three()), the(three(), baseline="relu")
    assert against.family == 2
    assert against.contenders[against.reference].label == "relu"
    relu, sigmoid = ([one.label for one in every.contenders].index(name) for name in ("relu", "sigmoid"))
    wide, narrow = every.pair(sigmoid, relu), against.pair(sigmoid, relu)
    assert narrow.high - narrow.low < wide.high - wide.low
    assert against.leaders == ()


def test_with_a_grid_each_setting_is_compared_by_itself() -> None:
    tables = comparisons_of(gridded())
    assert [table.setting for table in tables] == [
        {"training.optimizer.learning_rate": 0.1},
        {"training.optimizer.learning_rate": 0.01},
    ]
    assert [one.label for one in tables[0].contenders] == ["relu", "elu"]


def test_the_intervals_of_all_settings_hold_together() -> None:
    assert [table.family for table in comparisons_of(gridded())] == [2, 2]


def test_choosing_the_best_setting_on_the_seeds_that_are_compared_is_refused() -> None:
    with pytest.raises(UserError, match="tuning_seeds"):
        comparisons_of(gridded(), Question(by="activation"))


def test_a_setting_at_which_all_diverged_hides_no_other() -> None:
    study = gridded()
    lost = [
        replace(c, trials=tuple(a_trial(None, t.seed, "diverged") for t in c.trials))
        if c.setting["training.optimizer.learning_rate"] == 0.1
        else c
        for c in study.candidates
    ]
    [table] = comparisons_of(replace(study, candidates=tuple(lost)))
    assert table.setting == {"training.optimizer.learning_rate": 0.01}
    assert any("0.1" in text and "diverged" in text for text in table.warnings)


def test_each_is_compared_at_the_setting_that_its_tuning_seeds_chose() -> None:
    found = the(tuned())
    assert [one.name for one in found.contenders] == ["relu", "elu"]
    assert found.seeds == (0, 1, 2, 3, 4)
    assert found.role == "comparison"
    assert found.family == 1


def test_all_settings_side_by_side_are_those_of_the_tuning_seeds_alone() -> None:
    """Mixed with the others, a setting that was chosen would have more seeds than the rest."""
    tables = comparisons_of(tuned(), Question(by="setting"))
    assert [table.role for table in tables] == ["tuning", "tuning"]
    assert {table.seeds for table in tables} == {(1000, 1001, 1002)}
    assert any("tuning seeds" in text for text in tables[0].warnings)


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


def test_one_candidate_is_no_comparison() -> None:
    with pytest.raises(NothingToShow, match="nothing to compare it with"):
        comparisons_of(a_study(a_candidate("relu", [0.1, 0.2])))


def test_where_all_diverged_another_run_is_no_remedy() -> None:
    """They are finished, and would not be trained again."""
    gone = [CandidateResult(n, Activation(n), {}, (a_trial(None, 0, "diverged"),)) for n in ("relu", "elu")]
    with pytest.raises(NothingToShow, match=r"2 diverged\); train with a smaller learning rate"):
        comparisons_of(a_study(*gone))


def test_an_unfinished_experiment_says_how_far_it_is() -> None:
    waiting = CandidateResult("elu", Activation("elu"), {}, (a_trial(None, status="waiting"),))
    with pytest.raises(NothingToShow, match=r"only relu has a completed trial .*1 completed, 1 waiting"):
        comparisons_of(a_study(a_candidate("relu", [0.1]), waiting))


def test_before_the_first_look_the_looks_are_paid_for() -> None:
    """What four seeds seem to say of a study that will look four times is one look more."""
    study = looked()
    assert study.looks is not None
    early = the(replace(study, looks=replace(study.looks, taken=())))
    assert early.family == 4
    assert any(text.startswith("No look was taken yet") for text in early.warnings)


def test_seeds_that_are_not_in_common_do_not_count() -> None:
    """Of eight and two nothing can be told, and not by eight seeds."""
    few = tuple(a_trial(0.9 + s / 1e4 if s < 2 else None, s, "completed" if s < 2 else "failed") for s in range(8))
    found = the(a_study(CandidateResult("few", Activation("elu"), {}, few), a_candidate("relu", noisy(0.9, 8))))
    assert found.most_seeds == 2
    assert "Two seeds: intervals, but no verdict." in found.warnings


@pytest.mark.slow
def test_a_thousand_candidates_are_ranked_in_seconds() -> None:
    """No pair is computed that is not asked for."""
    study = a_study(*(a_candidate(f"f{i}", noisy(0.9, 10, stream=i)) for i in range(1000)))
    found = the(study)
    assert found.family == 1000 * 999 / 2
    assert len(found.contenders) == 1000
    assert np.isfinite(found.pair(999, 0).low)
