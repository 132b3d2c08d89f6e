"""The exact sign-flip test against all sign flips and SciPy's permutation test."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats
from seed_values import ACCURACIES, OTHERS, noise

from actsearch.analysis.statistics import sign_flips


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
