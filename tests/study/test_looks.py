"""Deciding at looks: a rule that errs more often than it says would make every early stop a wrong conclusion."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from scipy import stats

from actsearch.analysis.statistics import intervals, sample_sizes
from actsearch.study.looks import NONE_COMPLETED, SETTLED, WORSE, LookDecision, decide

SEEDS = 20
Noise = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
NOISES: dict[str, Noise] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "t3": lambda rng, shape: rng.standard_t(3, shape) / np.sqrt(3),
    "skewed": lambda rng, shape: rng.exponential(1, shape) - 1,
}


def at_once(values: list[list[float]], margin: float = 0.1, **how: object) -> LookDecision:
    k = len(values)
    given = {"family": intervals.family_size(k), "looks": 2, "margin": margin, **how}
    return decide(values, **given)  # type: ignore[arg-type]


NOISE = np.array([0.01, -0.01, 0.0, 0.02, -0.02])


# --- the rule


def test_one_that_is_worse_leaves_and_the_rest_go_on() -> None:
    """A hopeless candidate's seeds are what a sequential study saves."""
    look = at_once([list(0.9 + NOISE), list(0.88 + 8 * NOISE[::-1]), list(0.1 + NOISE)])
    assert look.leaves == {2: WORSE}
    assert look.better == {2: 0}
    assert look.stays == (0, 1)
    assert look.decisions[0].tolist() == ["undecided", "undecided", "better"]
    assert look.decisions[2].tolist() == ["worse", "worse", "undecided"]


def test_pairs_of_one_that_left_are_not_pursued() -> None:
    """Whoever reads the matrix must see that nobody looked any further, not that nothing was found."""
    wide = 30 * NOISE[[2, 0, 4, 1, 3]]
    look = at_once([list(0.9 + NOISE), list(0.5 + wide), list(0.4 + NOISE)])
    assert look.leaves == {2: WORSE}
    assert look.decisions[1, 2] == look.decisions[2, 1] == "not pursued"
    assert look.decisions[0, 1] == "undecided"


def test_all_tied_ends_the_study() -> None:
    """Without it, equal candidates would train to the last seed, whatever the margin."""
    look = at_once([list(0.9 + NOISE), list(0.9 + NOISE[::-1])])
    assert look.stays == ()
    assert look.leaves == {0: SETTLED, 1: SETTLED}
    assert look.decisions[0, 1] == "tied"


def test_what_was_settled_stays_settled() -> None:
    """Later noise reopens nothing: the interval of the look that settled it holds together with all others."""
    first = at_once([list(0.9 + NOISE), list(0.9 + NOISE[::-1]), list(0.7 + 20 * NOISE)])
    assert first.decisions[0, 1] == "tied"
    assert first.stays == (0, 1, 2)
    rng = np.random.default_rng(0)
    later = at_once(rng.normal(0.9, 5, (3, 8)).tolist(), before=first)
    assert later.decisions[0, 1] == "tied"


def test_those_that_left_are_not_looked_at_again() -> None:
    first = at_once([list(0.9 + NOISE), list(0.88 + 8 * NOISE[::-1]), list(0.1 + NOISE)])
    values = np.concatenate([np.full((2, 8), 0.9), np.full((1, 8), 5.0)])
    look = at_once(values.tolist(), before=first, examples=1000)
    assert look.decisions[0, 2] == "better"
    assert np.isnan(look.differences.mean[0, 2])
    assert look.decisions[0, 1] == "tied"


def test_one_that_diverged_more_often_is_neither_better_nor_tied() -> None:
    """Its mean is over the seeds it survived."""
    values = [list(0.9 + NOISE), list(0.5 + NOISE[::-1])]
    values[0][4] = float("nan")
    look = at_once(values)
    assert look.decisions[0, 1] == look.decisions[1, 0] == "diverged more often"
    assert look.stays == ()
    values[0], values[1] = values[1], values[0]
    values[0][3] = float("nan")
    values[1][3], values[1][4] = 0.9, 0.9
    assert at_once(values).decisions[0, 1] == "worse"  # which it may well be


def test_one_that_never_completes_leaves() -> None:
    """It has no value that could be compared, and twenty more divergences would bring none."""
    look = at_once([list(0.9 + NOISE), [float("nan")] * 5, list(0.9 + 20 * NOISE[::-1])])
    assert look.leaves == {1: NONE_COMPLETED}
    assert look.stays == (0, 2)
    assert look.decisions[0, 1] == "not pursued"


def test_two_seeds_in_common_decide_nothing() -> None:
    values = [list(0.9 + NOISE), list(0.1 + NOISE)]
    values[1][2:] = [float("nan")] * 3
    look = at_once(values)
    assert look.decisions[0, 1] == "undecided"
    assert look.stays == (0, 1)


def test_the_interval_is_that_of_all_pairs_and_looks() -> None:
    """An independent computation: a paired t interval at alpha / (P J)."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, (4, 8))
    look = decide(values, family=6, looks=4, margin=0.1)
    d = values[0] - values[1]
    low, high = stats.ttest_1samp(d, 0).confidence_interval(1 - 0.05 / 24)
    assert (look.differences.low[0, 1], look.differences.high[0, 1]) == pytest.approx((low, high))


# --- how often it errs


def errs(
    means: np.ndarray, margin: float, noise: Noise, studies: int, correlation: float = 0.3, corrected: bool = True
) -> float:
    """In which share of studies anything is decided that is not true; standard deviation 1."""
    rng = np.random.default_rng(0)
    k = len(means)
    planned = sample_sizes.seeds_at_looks(SEEDS)
    d = means[:, None] - means[None, :]
    wrong = 0
    for _ in range(studies):
        shared, own = noise(rng, (1, SEEDS)), noise(rng, (k, SEEDS))
        values = means[:, None] + np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
        look = None
        for seeds in planned:
            look = decide(
                values[:, :seeds],
                family=intervals.family_size(k),
                looks=len(planned) if corrected else 1,
                margin=margin,
                before=look,
            )
            if not look.stays:
                break
        assert look is not None
        said = look.decisions
        wrong += bool(
            (
                ((said == "better") & (d <= 0))
                | ((said == "worse") & (d >= 0))
                | ((said == "tied") & (np.abs(d) >= margin - 1e-12))
            ).any()
        )
    return wrong / studies


SCENARIOS = {
    "equal, no margin": (np.zeros(6), 0.0),
    "equal, stops on ties": (np.zeros(6), 2.0),
    "losers and equals": (np.array([0.0, 0.0, 0.0, 0.0, -6.0, -6.0]), 2.0),
    "one exactly at the margin": (np.array([0.0, 0.0, 0.0, -2.0]), 2.0),
    "two": (np.zeros(2), 0.0),
}


@pytest.mark.parametrize(
    ("scenario", "noise", "studies"),
    [
        *((scenario, "normal", 150) for scenario in SCENARIOS),
        *(pytest.param(*case, 2_000, marks=pytest.mark.slow) for case in product(SCENARIOS, NOISES)),
        *(pytest.param(*case, 10_000, marks=pytest.mark.long) for case in product(SCENARIOS, NOISES)),
    ],
)
def test_a_study_errs_no_more_often_than_it_says(scenario: str, noise: str, studies: int) -> None:
    """At 95 %, at most one study in twenty may say anything wrong, however it stops and whoever is dropped."""
    most = stats.binom.ppf(0.999, studies, 0.05) / studies
    assert errs(*SCENARIOS[scenario], NOISES[noise], studies) <= most


@pytest.mark.parametrize("studies", [500, pytest.param(10_000, marks=pytest.mark.long)])
def test_looks_without_correction_err_twice_as_often(studies: int) -> None:
    """The negative control: if this does not fail, the simulation would see nothing."""
    rate = errs(np.zeros(6), 0.0, NOISES["normal"], studies, corrected=False)
    assert rate > 0.10
