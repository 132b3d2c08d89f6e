"""The computed properties, against values that were worked out by hand or with the papers' formulas."""

from __future__ import annotations

import itertools
import math
from functools import partial

import numpy as np
import pytest
from tables import check_each

from actsearch.functions.kept_kernels import SELU_ALPHA, SELU_LAMBDA
from actsearch.functions.properties import Interval, Properties, properties, shown_number
from actsearch.functions.registry import ACTIVATIONS

PHI0 = 1 / math.sqrt(2 * math.pi)  # the normal density at 0
INF = math.inf
MINUS_1 = math.erfc(1 / math.sqrt(2)) / 2  # P(X < -1)
MINUS_2 = math.erfc(2 / math.sqrt(2)) / 2


def of(name: str, **parameters: float) -> Properties:
    row = ACTIVATIONS[name]
    return properties(partial(row.function, **parameters), partial(row.gradient, **parameters))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


TANH = properties(np.tanh, lambda x: 1 - np.tanh(x) ** 2)
LINEAR = properties(lambda x: x, np.ones_like)
SOFTPLUS = properties(lambda x: np.logaddexp(0, x), sigmoid)
HARD_SIGMOID = properties(
    lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: np.where((x > -3) & (x <= 3), 1 / 6, np.zeros_like(x))
)
HARD_SHRINK = properties(lambda x: np.where(abs(x) > 0.5, x, 0), lambda x: np.where(abs(x) > 0.5, 1.0, 0.0))
ALL = {
    **{name: of(name) for name in ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")},
    "elu 0.2": of("elu", alpha=0.2),
    "tanh": TANH,
    "linear": LINEAR,
    "softplus": SOFTPLUS,
    "hard_sigmoid": HARD_SIGMOID,
    "hard_shrink": HARD_SHRINK,
}


RANGES = [
    ("sigmoid", Interval(0, 1)),
    ("relu", Interval(0, INF, low_closed=True)),
    ("elu", Interval(-1, INF)),
    ("elu 0.2", Interval(-0.2, INF)),
    ("leaky_relu", Interval(-INF, INF)),
    ("selu", Interval(-SELU_LAMBDA * SELU_ALPHA, INF)),
    ("tanh", Interval(-1, 1)),
    ("linear", Interval(-INF, INF)),
    ("softplus", Interval(0, INF)),
    ("hard_sigmoid", Interval(0, 1, low_closed=True, high_closed=True)),
]


def test_the_range_has_the_right_ends_and_says_which_belong_to_it() -> None:
    """Whether a function reaches 0 or only nears it is the difference between sparse outputs and none."""

    def check(name: str, expected: Interval) -> None:
        computed = ALL[name].range
        assert (computed.low, computed.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
        assert (computed.low_closed, computed.high_closed) == (expected.low_closed, expected.high_closed)

    check_each(RANGES, check)


def test_gelu_has_its_minimum_where_the_derivative_is_zero() -> None:
    """GELU is not monotone, and a page that says where it turns must be right: phi(x) = -x phi(x) there."""
    gelu = ALL["gelu"]
    ((x, value),) = gelu.turning_points
    assert math.erfc(-x / math.sqrt(2)) / 2 == pytest.approx(-x * PHI0 * math.exp(-x * x / 2), abs=1e-6)
    assert (gelu.range.low, gelu.range.low_closed) == (pytest.approx(value, abs=1e-9), True)
    assert value == pytest.approx(-0.16997120747, abs=1e-9)
    assert gelu.monotone is None


def test_monotone_functions_are_told_from_the_others() -> None:
    assert all(p.monotone == "increasing" for name, p in ALL.items() if name != "gelu")
    assert properties(lambda x: -x, lambda x: -np.ones_like(x)).monotone == "decreasing"
    bowl = properties(lambda x: np.maximum(abs(x) - 1, 0), lambda x: np.where(abs(x) > 1, np.sign(x), 0))
    assert (bowl.monotone, bowl.turning_points) == (None, ((0.0, 0.0),))
    wave = properties(np.sin, np.cos)
    assert [x for x, _ in wave.turning_points] == pytest.approx([(k + 0.5) * math.pi for k in range(-3, 3)], abs=1e-6)


MOMENTS = [
    ("relu", PHI0, 0.5),
    ("linear", 0, 1),
    ("sigmoid", 0.5, 0.25 + 0.0433790360),  # the variance as published for the logistic-normal distribution
    ("leaky_relu", 0.8 * PHI0, 0.52),
    ("elu", PHI0 + math.exp(0.5) * MINUS_1 - 0.5, 0.5 + math.exp(2) * MINUS_2 - 2 * math.exp(0.5) * MINUS_1 + 0.5),
    ("gelu", 1 / (2 * math.sqrt(math.pi)), 1 / 3 + 1 / (2 * math.pi * math.sqrt(3))),
    ("selu", 0, 1),
    ("hard_shrink", 0, 2 * (0.5 * PHI0 * math.exp(-1 / 8) + math.erfc(0.5 / math.sqrt(2)) / 2)),
]


def test_moments_under_a_standard_normal_input() -> None:
    """SELU's self-normalisation and ReLU's loss of half the variance are read off these."""

    def check(name: str, mean: float, second: float) -> None:
        computed = ALL[name]
        assert (computed.mean, computed.variance) == pytest.approx((mean, second - mean**2), abs=1e-7)

    check_each(MOMENTS, check)


def test_selu_maps_mean_0_and_variance_1_to_themselves() -> None:
    """This is what SELU is for."""
    assert (ALL["selu"].mean, ALL["selu"].variance) == pytest.approx((0, 1), abs=1e-9)


SLOPES = [
    ("relu", 0.5, 0.5),
    ("linear", 1, 1),
    ("leaky_relu", 0.52, 0.6),
    ("elu 0.2", 0.5 + 0.04 * math.exp(2) * MINUS_2, 0.5 + 0.2 * math.exp(0.5) * MINUS_1),
    ("hard_sigmoid", math.erf(3 / math.sqrt(2)) / 36, math.erf(3 / math.sqrt(2)) / 6),
    ("gelu", None, 0.5),
]


def test_what_a_layer_does_to_the_gradients_variance() -> None:
    """He's initialization is 1 / 0.5 for ReLU; a vanishing gradient begins with a small factor here."""

    def check(name: str, square: float | None, mean: float) -> None:
        computed = ALL[name]
        if square is not None:
            assert computed.derivative_mean_square == pytest.approx(square, abs=1e-7)
        assert computed.derivative_mean_square - computed.derivative_variance == pytest.approx(mean**2, abs=1e-7)

    check_each(SLOPES, check)


SHARES = [
    ("relu", 0.5),
    ("hard_sigmoid", math.erfc(3 / math.sqrt(2))),
    ("hard_shrink", math.erf(0.5 / math.sqrt(2))),
    ("sigmoid", 0),
    ("gelu", 0),
    ("tanh", 0),
    ("elu", 0),
]


def test_the_share_of_inputs_that_no_gradient_passes() -> None:
    """Dying units begin with it; a tiny derivative is no zero."""

    def check(name: str, share: float) -> None:
        assert ALL[name].zero_derivative == pytest.approx(share, abs=1e-9)

    check_each(SHARES, check)


SATURATED = [
    ("relu", [(-INF, 0)]),
    ("linear", []),
    ("leaky_relu", []),
    ("sigmoid", [(-INF, -2 * math.acosh(10)), (2 * math.acosh(10), INF)]),  # f' = 1 / (4 cosh(x / 2)^2)
    ("tanh", [(-INF, -math.acosh(10)), (math.acosh(10), INF)]),
    ("elu", [(-INF, math.log(0.01))]),
    ("elu 0.2", [(-INF, math.log(0.05))]),
    ("softplus", [(-INF, -math.log(1 / (0.01 * float(sigmoid(np.array(10.0)))) - 1))]),
    ("hard_sigmoid", [(-INF, -3), (3, INF)]),
    ("hard_shrink", [(-0.5, 0.5)]),
]


def test_where_a_function_saturates() -> None:
    """GELU's turn, where the slope passes 0 quickly, is no saturation, and ReLU's left half is."""

    def check(name: str, ends: list[tuple[float, float]]) -> None:
        computed = [(interval.low, interval.high) for interval in ALL[name].saturates]
        assert len(computed) == len(ends)
        for interval, expected in zip(computed, ends, strict=True):
            assert interval == pytest.approx(expected, abs=1e-6)
        assert len(ALL["gelu"].saturates) == 1

    check_each(SATURATED, check)


def test_a_step_is_flat_everywhere() -> None:
    """`nowhere` would be the opposite of what it is."""
    step = properties(lambda x: np.where(x > 0, 1.0, 0.0), np.zeros_like)
    assert [(interval.low, interval.high) for interval in step.saturates] == [(-np.inf, np.inf)]
    assert (step.saturation, step.zero_derivative) == ("both", 1.0)


def test_the_ends_at_which_a_function_saturates() -> None:
    expected = {"sigmoid": "both", "relu": "left", "linear": "none", "hard_shrink": "middle"}
    assert {name: ALL[name].saturation for name in expected} == expected
    assert properties(lambda x: -np.maximum(-x, 0), lambda x: np.where(x < 0, 1.0, 0.0)).saturation == "right"


CONSTANTS = [
    ("sigmoid", 0.25),
    ("relu", 1),
    ("elu", 1),
    ("selu", SELU_LAMBDA * SELU_ALPHA),
    ("softplus", 1),
    ("hard_sigmoid", 1 / 6),
    ("gelu", 1.1289041452),  # at sqrt(2): 1/2 + erf(1)/2 + e^-1/sqrt(pi)
    ("hard_shrink", INF),
]


def test_the_lipschitz_constant() -> None:
    """A bound on how a function lengthens distances must hold: SELU's is on its left side, GELU's at sqrt(2)."""

    def check(name: str, constant: float) -> None:
        assert ALL[name].lipschitz == pytest.approx(constant, abs=1e-9)

    check_each(CONSTANTS, check)


SMOOTHNESS = [
    ("sigmoid", "C∞", ()),
    ("tanh", "C∞", ()),
    ("softplus", "C∞", ()),
    ("gelu", "C∞", ()),
    ("linear", "C∞", ()),
    ("relu", "C0", (0.0,)),
    ("leaky_relu", "C0", (0.0,)),
    ("selu", "C0", (0.0,)),
    ("elu 0.2", "C0", (0.0,)),
    ("elu", "C1", ()),
    ("hard_sigmoid", "C0", (-3.0, 3.0)),
    ("hard_shrink", "jumps", (-0.5, 0.5)),
]


def test_smoothness_and_kinks() -> None:
    """ELU is smooth at 0 with alpha = 1 alone, which is why its default is 1."""

    def check(name: str, smooth: str, kinks: tuple[float, ...]) -> None:
        assert (ALL[name].smooth, ALL[name].kinks) == (smooth, kinks)

    check_each(SMOOTHNESS, check)


def test_powers_of_relu_have_as_many_derivatives_as_one_knows() -> None:
    """A jump of a high derivative, wherever it is, can't be seen in a plot; the table must not miss it."""

    def check(power: int, at: float) -> None:
        computed = properties(
            lambda x: np.maximum(x - at, 0) ** power,
            lambda x: np.where(x > at, power * np.maximum(x - at, 0) ** (power - 1), 0),
        )
        assert computed.smoothness == power - 1

    check_each(itertools.product([1, 2, 3, 4], [0.0, 1.0, math.pi / 7]), check)


def test_a_steep_function_is_not_taken_for_a_kink() -> None:
    def check(steepness: float) -> None:
        computed = properties(
            lambda x: sigmoid(steepness * x), lambda x: steepness * sigmoid(steepness * x) * sigmoid(-steepness * x)
        )
        assert (computed.smooth, computed.lipschitz) == ("C∞", pytest.approx(steepness / 4))

    check_each([0.01, 1, 50], check)


def test_the_slope_of_a_root_is_continuous_and_has_none_itself() -> None:
    computed = properties(lambda x: np.maximum(x, 0) ** 1.5, lambda x: 1.5 * np.sqrt(np.maximum(x, 0)))
    assert computed.smooth == "C1"


def test_zero_centred_means_a_mean_that_is_small_beside_the_spread() -> None:
    assert {name for name, p in ALL.items() if p.zero_centred} == {"tanh", "linear", "selu", "hard_shrink"}


def test_the_value_at_0() -> None:
    assert (ALL["sigmoid"].at_zero, ALL["relu"].at_zero) == (0.5, 0)
    assert SOFTPLUS.at_zero == pytest.approx(math.log(2))


def test_a_function_that_grows_too_fast_has_no_moments() -> None:
    """e^(x^2 / 2) has no mean under a normal input; a number in its place would be one of our grid's."""
    computed = properties(lambda x: np.exp(x * x / 2), lambda x: x * np.exp(x * x / 2))
    assert (computed.mean, computed.variance, computed.lipschitz) == (INF, INF, INF)
    assert not computed.zero_centred
    assert str(computed.range) == "[1, ∞)"


def test_slow_approaches_and_far_plateaus_are_seen() -> None:
    """x / (1 + |x|) is 0.999999 at a million, and its limit is 1; a clip at 100 is taken."""
    softsign = properties(lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2)
    assert (str(softsign.range), softsign.smooth) == ("(-1, 1)", "C1")
    clip = properties(lambda x: np.clip(x, -100, 100), lambda x: np.where(abs(x) < 100, 1.0, 0.0))
    assert str(clip.range) == "[-100, 100]"


def test_numbers_are_shown_without_their_rounding_errors() -> None:
    assert [shown_number(x) for x in (-1e-17, 0.25, -1.7580993408, INF, -INF)] == ["0", "0.25", "-1.758", "∞", "-∞"]


def test_a_function_that_is_not_defined_everywhere_has_properties_where_it_is() -> None:
    """log(x + 11) is a formula that can be used: it is finite on [-10, 10]."""
    computed = properties(lambda x: np.log(x + 11), lambda x: 1 / (x + 11))
    assert (computed.monotone, computed.smooth, computed.range.high) == ("increasing", "C∞", INF)
    ((low, high),) = ((interval.low, interval.high) for interval in computed.saturates)
    assert (low, high) == (pytest.approx(89), INF)


def test_rounding_errors_of_a_constant_are_no_turns() -> None:
    """x / x has a derivative of rounding errors alone, and thousands of signs."""
    computed = properties(lambda x: 1 + 0 * x, lambda x: 1e-17 * np.sin(1e6 * x))
    assert computed.turning_points == ()


def test_many_turns_are_found_in_no_time() -> None:
    computed = properties(lambda x: np.sin(100 * x), lambda x: 100 * np.cos(100 * x))
    assert len(computed.turning_points) == 636
    assert computed.lipschitz == pytest.approx(100)
