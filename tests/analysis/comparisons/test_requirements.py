"""What a pipeline demands: one that passes though the data contradict it lets a regression through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from comparison_cases import a_candidate, a_study, a_trial, looked, noisy

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.analysis.comparisons.question import Question
from actsearch.analysis.comparisons.requirements import Requirement, outcomes_of, requirement_of
from actsearch.analysis.statistics import intervals
from actsearch.core.activation import Activation
from actsearch.core.errors import UserError
from actsearch.core.trial_results import CandidateResult


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gelu >= relu - 0.002", ("gelu", "relu", -0.002, True)),
        ("gelu>=relu", ("gelu", "relu", 0.0, True)),
        ("'my act' >= \"leaky-relu\" + 1e-3", ("my act", "leaky-relu", 0.001, True)),
        ("leaky-relu >= relu - .5", ("leaky-relu", "relu", -0.5, True)),
        ("gelu >= 0.98", ("gelu", None, 0.98, True)),
        ("relu <= 0.1", ("relu", None, 0.1, False)),
        ("elu (alpha=0.2) >= relu", ("elu (alpha=0.2)", "relu", 0.0, True)),
    ],
)
def test_a_requirement_is_read_as_it_is_written(text: str, expected: tuple[object, ...]) -> None:
    names = ["gelu", "relu", "my act", "leaky-relu", "elu (alpha=0.2)"]
    assert requirement_of(text, names) == Requirement(text, *expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "gelu", "gelu > relu", "gelu >= ", ">= relu", "a >= b >= c"])
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match=r"gelu >= relu - 0\.002"):
        requirement_of(text)


def test_a_label_that_looks_like_a_sum_is_a_label() -> None:
    assert requirement_of("relu - 0.1 >= relu - 0.1 - 0.2", ["relu", "relu - 0.1"]).other == "relu - 0.1"


def outcome(text: str, **values: list[float]) -> str:
    [found] = comparisons_of(a_study(*(a_candidate(label, some) for label, some in values.items())), Question())
    return outcomes_of(found, [text])[0].state


def test_the_data_decide_or_do_not() -> None:
    low, high = noisy(0.90, 6), noisy(0.95, 6, stream=1)
    assert outcome("gelu >= relu - 0.002", relu=low, gelu=high) == "holds"
    assert outcome("gelu >= relu - 0.002", relu=high, gelu=low) == "contradicted"
    assert outcome("gelu >= relu - 0.1", relu=high, gelu=low) == "holds"
    assert outcome("gelu <= relu", relu=high, gelu=low) == "holds"
    assert outcome("gelu >= 0.93", relu=low, gelu=high) == "holds"
    assert outcome("relu >= 0.93", relu=low, gelu=high) == "contradicted"
    wide = noisy(0.95, 6, sd=0.05, stream=2)
    assert outcome("gelu >= relu - 0.002", relu=high, gelu=wide) == "undecided"


def test_two_seeds_decide_nothing() -> None:
    assert outcome("gelu >= relu", relu=[0.1, 0.1001], gelu=[0.9, 0.9001]) == "undecided"


def test_nothing_holds_on_the_seeds_that_divergence_left() -> None:
    """A change that makes half of the trainings diverge must not pass for better."""
    wild = CandidateResult("gelu", Activation("gelu"), {}, tuple(
        a_trial(None if seed < 4 else 0.95 + seed / 10_000, seed, "diverged" if seed < 4 else "completed")
        for seed in range(8)
    ))  # fmt: skip
    relu = a_candidate("relu", noisy(0.9, 8))
    [found] = comparisons_of(a_study(wild, relu))
    assert outcomes_of(found, ["gelu >= relu"])[0].state == "undecided"
    gone = replace(wild, trials=tuple(a_trial(None, seed, "diverged") for seed in range(8)))
    [found] = comparisons_of(a_study(gone, relu, a_candidate("elu", noisy(0.9, 8))))
    assert outcomes_of(found, ["gelu >= relu"])[0].state == "contradicted"


def test_nothing_is_contradicted_by_the_seeds_that_divergence_left() -> None:
    """Three lucky seeds of one that diverged in seven are no reason to fail a build; all seeds lost say nothing."""
    trials = tuple(a_trial(0.99 if s < 3 else None, s, "completed" if s < 3 else "diverged") for s in range(10))
    wild = CandidateResult("wild", Activation("elu"), {}, trials)
    study = a_study(wild, a_candidate("relu", noisy(0.9, 10)), a_candidate("gelu", noisy(0.9, 10, stream=1)))
    [found] = comparisons_of(study)
    assert outcomes_of(found, ["relu >= wild - 0.005"])[0].state == "undecided"
    gone = replace(wild, trials=tuple(a_trial(None, seed, "diverged") for seed in range(10)))
    [found] = comparisons_of(replace(study, candidates=(gone, *study.candidates[1:])))
    states = [
        outcomes_of(found, [text])[0].state for text in ("wild >= relu", "wild <= relu", "relu >= wild", "wild >= 0.5")
    ]
    assert states == ["contradicted", "undecided", "undecided", "contradicted"]


def test_what_is_required_of_several_tables_holds_of_all_together() -> None:
    """And at every look of a study that was stopped by what it saw."""
    [found] = comparisons_of(a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.9, 6, stream=1))))
    one, two = (outcomes_of(found, ["relu >= elu"] * n, tables=tables)[0] for n, tables in ((1, 4), (2, 2)))
    assert (one.low, one.high) == (two.low, two.high)
    assert one.low < outcomes_of(found, ["relu >= elu"])[0].low
    [sequential] = comparisons_of(looked())
    wide = outcomes_of(sequential, ["relu >= elu"])[0]
    d = sequential.contenders[0].known - sequential.contenders[1].known
    limits = intervals.mean_difference(d, family=4, examples=1000)
    assert (wide.low, wide.high) == (limits.low, limits.high)


@pytest.mark.parametrize(
    ("rule", "said"), [("relu >= 97", "0.97 and not 97"), ("relu >= elu - 2", "are shares"), ("relu >= relu", "itself")]
)
def test_a_requirement_that_cannot_be_meant_is_refused(rule: str, said: str) -> None:
    """`relu <= 97` would pass for ever."""
    [found] = comparisons_of(a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("elu", noisy(0.9, 6, stream=1))))
    with pytest.raises(UserError, match=said):
        outcomes_of(found, [rule])


def test_a_label_may_hold_any_character() -> None:
    """The command line reads a requirement before it knows the labels."""
    assert requirement_of("'a<b' >= 0.9").name == "a<b"
    with pytest.raises(UserError, match="only >= and <="):
        requirement_of("'a<b' > 0.9")


def test_who_has_no_completed_trial_is_an_error_and_not_a_pass() -> None:
    waiting = CandidateResult("gelu", Activation("gelu"), {}, (a_trial(None, 0, "waiting"),))
    [found] = comparisons_of(a_study(waiting, a_candidate("relu", noisy(0.9, 5)), a_candidate("elu", noisy(0.9, 5))))
    with pytest.raises(UserError, match=r"no trial of gelu is completed \(waiting\)"):
        outcomes_of(found, ["gelu >= relu"])


def test_a_number_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(UserError, match="too large"):
        requirement_of("gelu >= relu - 1e999")


def test_many_requirements_at_once_are_judged_more_strictly() -> None:
    """Of twenty that hold by chance alone, one would fail at 0.95 each."""
    [found] = comparisons_of(a_study(a_candidate("relu", noisy(0.9, 6)), a_candidate("gelu", noisy(0.9, 6, stream=1))))
    one, many = outcomes_of(found, ["gelu >= relu"])[0], outcomes_of(found, ["gelu >= relu"] * 20)[0]
    assert many.low < one.low < one.high < many.high


def test_an_unknown_candidate_is_told() -> None:
    with pytest.raises(UserError, match="did you mean 'relu'"):
        outcome("gelu >= rellu", relu=[0.1, 0.2, 0.3], gelu=[0.1, 0.2, 0.3])
