"""Who is better: the numbers behind the word, and the word only where the numbers carry it."""

from __future__ import annotations

from dataclasses import replace

from compared_studies import diverging, the, three
from comparison_cases import a_candidate, a_study, a_trial, looked, noisy

from actsearch.core.activation import Activation
from actsearch.core.trial_results import CandidateResult


def test_contenders_stand_by_their_means_and_the_leader_is_the_reference() -> None:
    found = the(three())
    means = [one.mean for one in found.contenders]
    assert means == sorted(means, reverse=True)
    assert found.contenders[-1].label == "sigmoid"
    assert found.reference == 0


def test_the_leading_group_is_those_that_are_not_worse_than_any_other() -> None:
    found = the(three())
    assert {found.contenders[i].label for i in found.leaders} == {"relu", "gelu"}


def test_of_a_loss_less_is_better() -> None:
    found = the(three(), metric="val_loss", margin=0.001)
    assert found.contenders[-1].label == "sigmoid"
    assert found.pair(2, 0).verdict == "worse"
    assert found.pair(2, 0).difference > 0
    assert found.contenders[0].best_seed < found.contenders[0].worst_seed


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


def test_what_the_looks_decided_makes_the_group() -> None:
    """Seeds after a decision, and those that diverged after it, must not make a leader of one that was called worse."""
    study = looked()
    assert study.looks is not None
    pair = replace(study.looks.taken[0].pairs[0], decision="better", difference=0.1, low=0.09, high=0.11)
    record = replace(study.looks, taken=(replace(study.looks.taken[0], pairs=(pair,)),))
    found = the(replace(study, looks=record))
    assert [found.contenders[i].label for i in found.leaders] == ["elu"]
    assert found.pair(0, 1).verdict == "better"
