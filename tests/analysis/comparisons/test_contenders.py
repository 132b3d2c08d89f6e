"""What describes a contender beside its mean."""

from __future__ import annotations

from compared_studies import the
from comparison_cases import a_candidate, a_study, a_trial

from actsearch.core.activation import Activation
from actsearch.core.trial_results import CandidateResult


def test_an_accuracy_is_not_below_0_nor_above_1() -> None:
    """Nor are two further apart than 1, however little is known."""
    found = the(a_study(a_candidate("wild", [0.1, 0.98]), a_candidate("calm", [0.97, 0.98])))
    assert all((one.low, one.high) == (0, 1) or one.low > 0.9 for one in found.contenders)
    assert found.contenders[0].high <= 1
    assert (found.pair(1, 0).low, found.pair(1, 0).high) == (-1, 1)


def test_epochs_to_the_target_count_seeds_that_never_reach_it() -> None:
    fast = CandidateResult("fast", Activation("relu"), {}, tuple(a_trial(0.9, s, curve=(0.9, 0.9)) for s in range(3)))
    slow = CandidateResult(
        "slow", Activation("elu"), {}, tuple(a_trial(0.9 if s == 0 else 0.2, s, curve=(0.1, 0.1)) for s in range(3))
    )
    found = the(a_study(fast, slow), target=0.85)
    assert [(one.label, one.epochs_to_target) for one in found.contenders] == [("fast", 1.0), ("slow", None)]
    assert [one.seconds_per_epoch for one in found.contenders] == [2.0, 2.0]
