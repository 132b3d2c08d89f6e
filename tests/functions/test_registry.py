"""The registry of activation functions: its rows, and its NumPy references against the formulas that are shown."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from activation_cases import CASES, points
from tables import check_each

from actsearch.functions.activation_row import ActivationFunction, Parameter
from actsearch.functions.formulas import check_formula, numpy_function, numpy_gradient, parse_formula
from actsearch.functions.kept_kernels import SELU_ALPHA, SELU_LAMBDA
from actsearch.functions.registry import ACTIVATIONS, ALIASES, ARTICLE

CASES_IN_BOTH_TYPES = [(*case, dtype) for dtype in (np.float32, np.float64) for case in CASES]
LANGUAGE: dict[str, Any] = {
    **{name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "sin", "tanh", "erf")},
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "clip": lambda x, low, high: min(max(x, low), high),
    "abs": abs,
    "max": max,
    "min": min,
    "pi": mpmath.pi,
}
"""What the formulas of the table may say, to as many digits as mpmath is told."""


def _values(name: str, parameters: dict) -> dict[str, Any]:
    """Every parameter of a function, the defaults filled in."""
    return {key: row.default for key, row in ACTIVATIONS[name].parameters.items()} | parameters


def _read(text: str, values: dict[str, Any]) -> Callable[[Any], Any]:
    """A text of the table as a function of x."""
    code = compile(text, "formula", "eval")
    return lambda x: eval(code, {"__builtins__": {}}, {**LANGUAGE, **values, "x": x})


def _written(name: str, parameters: dict) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """f and f' as the table writes them."""
    values = _values(name, parameters)
    formula, derivative = ACTIVATIONS[name].written(values)
    return _read(formula, values), _read(derivative, values)


def test_the_six_functions_of_the_article_come_first_in_its_order() -> None:
    """A user reproduces the article's experiment with the names of its table, and finds its lines in its order."""
    assert ARTICLE == ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
    assert tuple(ACTIVATIONS)[:6] == ARTICLE
    assert not ACTIVATIONS["relu"].parameters  # Keras's three would change the ids of trials that are there


def test_a_row_says_what_the_function_is_and_where_it_comes_from() -> None:
    """`actsearch show` has nothing else to say about a function; a line each, so that a table can hold it."""

    def check(name: str) -> None:
        row = ACTIVATIONS[name]
        assert str(row.year) in row.paper
        assert row.paper[0].isupper()
        for line in (row.strengths, row.weaknesses):
            assert 20 < len(line) <= 160
            assert line[-1] not in ".;"
        for key, parameter in row.parameters.items():
            assert key in row.formula or key in row.formula_when, "a parameter that the formula does not mention"
            assert parameter.description
            if not isinstance(parameter.default, bool):
                assert parameter.minimum <= parameter.default <= parameter.maximum
        assert set(row.learned) <= {key for key, parameter in row.parameters.items() if parameter.trainable}
        for kept in (row.numpy, row.numpy_gradient, row.keras):
            assert kept is None or len(kept.why) > 20, "a kernel by hand, and nobody knows why"
        assert set(row.formula_when) == set(row.derivative_when)
        assert set(row.formula_when) == {key for key, at in row.parameters.items() if isinstance(at.default, bool)}

    check_each(ACTIVATIONS, check)


def _names(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}


def test_a_formula_is_an_expression_of_x_and_the_parameters_alone() -> None:
    """It stands for itself in the table, the schema and the documentation."""

    def check(name: str, parameters: dict) -> None:
        values = _values(name, parameters)
        for text in ACTIVATIONS[name].written(values):
            assert _names(text) <= {"x", *values, *LANGUAGE}

    check_each(CASES, check)


def test_a_user_can_begin_with_the_formula_of_the_table() -> None:
    """`actsearch show` differentiates these texts, and users change them into functions of their own."""

    def check(name: str, parameters: dict) -> None:
        row, x = ACTIVATIONS[name], np.array([-10, -3, -1, -1e-3, 0, 1e-3, 0.5, 1, 3, 6, 10])
        values = _values(name, parameters)
        text, derivative = row.written(values)
        formula = parse_formula(text, {key: value for key, value in values.items() if key in _names(text)})
        check_formula(formula)
        np.testing.assert_allclose(numpy_function(formula)(x), row.function(x, **parameters), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(numpy_gradient(formula)(x), row.gradient(x, **parameters), rtol=1e-9, atol=1e-12)
        parse_formula(derivative, {key: value for key, value in values.items() if key in _names(derivative)})

    check_each(CASES, check)


def test_a_row_with_a_formula_is_a_function() -> None:
    """Whoever adds a function writes its row alone."""
    row = ActivationFunction(
        title="ISRU",
        formula="x / sqrt(1 + alpha * x**2)",
        paper="Carlile and others: Inverse square root linear units. arXiv:1710.09967 (2017)",
        year=2017,
        strengths="shaped like tanh, without an exponential",
        weaknesses="saturates at both ends, for every alpha",
        parameters={"alpha": Parameter(1.0, "1 / alpha is the square of the bound", minimum=0.01)},
    )
    x = np.array([-3.0, -0.5, 0, 2], np.float32)
    np.testing.assert_allclose(row.function(x, alpha=0.5), x / np.sqrt(1 + 0.5 * x**2), rtol=1e-6)
    np.testing.assert_allclose(row.gradient(x), (1 + x**2) ** -1.5, rtol=1e-6)
    shown = _read(row.written({})[1], {"alpha": 1.0})
    np.testing.assert_allclose(row.gradient(np.array([0.7])), float(shown(mpmath.mpf(0.7))), rtol=1e-14)
    with pytest.raises(TypeError, match="ISRU has no parameter slope"):
        row.function(x, slope=0.5)


def test_titles_tell_the_functions_apart() -> None:
    assert len({row.title for row in ACTIVATIONS.values()}) == len(ACTIVATIONS)


def test_an_alias_means_one_function_only() -> None:
    """An experiment with a function under its other name would silently train another one."""
    aliases = [alias for row in ACTIVATIONS.values() for alias in row.aliases]
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & set(ACTIVATIONS)
    assert set(ALIASES) == set(aliases)
    assert all(alias in ACTIVATIONS[name].aliases for alias, name in ALIASES.items())


def test_the_articles_spelling_of_leaky_relu_is_understood() -> None:
    assert ALIASES["leaky-relu"] == "leaky_relu"


def test_only_where_the_paper_asks_for_it_initializer_and_dropout_are_not_keras_own() -> None:
    """SELU normalises itself only with `lecun_normal` and AlphaDropout; the article's other five keep the defaults."""
    asked = {name: (row.kernel_initializer, row.dropout_layer) for name, row in ACTIVATIONS.items()}
    assert {name: of for name, of in asked.items() if of != ("glorot_uniform", "dropout")} == {
        "selu": ("lecun_normal", "alpha_dropout"),
        "prelu": ("he_normal", "dropout"),
        "lecun_tanh": ("lecun_uniform", "dropout"),
    }


def test_selus_constants_are_the_papers() -> None:
    """With other constants mean 0 and variance 1 would not be SELU's fixed point (Klambauer et al., equation 14)."""
    # Both from the conditions mean 0 and variance 1 of f(z) for a standard normal z, by their closed forms.
    half_e, half_e2 = math.exp(0.5) * math.erfc(1 / math.sqrt(2)), math.exp(2) * math.erfc(math.sqrt(2))
    alpha = math.sqrt(2 / math.pi) / (1 - half_e)
    variance = 0.5 + alpha**2 * (half_e2 / 2 - half_e + 0.5)
    assert pytest.approx(alpha, rel=1e-14) == SELU_ALPHA
    assert pytest.approx(1 / math.sqrt(variance), rel=1e-14) == SELU_LAMBDA


def test_the_reference_is_what_the_formula_says() -> None:
    """Figures of the functions, and the check of the Keras functions, would be wrong; or the tables that users read."""

    def check(name: str, parameters: dict) -> None:
        formula, _ = _written(name, parameters)
        with mpmath.workdps(60):
            exact = [float(formula(mpmath.mpf(x))) for x in points(name)]
        computed = ACTIVATIONS[name].function(np.array(points(name)), **parameters)
        # Relative, except in tails that float64 loses to cancellation: 1 + tanh(x) for x far below 0.
        np.testing.assert_allclose(computed, exact, rtol=1e-13, atol=5e-16)

    check_each(CASES, check)


def test_the_gradient_is_the_left_slope_of_the_formula() -> None:
    """Figures of the derivatives, and the check of what Keras trains with, would be wrong.

    At a kink it is the left derivative: blank pixels put a fresh network exactly on that at 0, and which side is taken
    decides what it learns from them.
    """

    def check(name: str, parameters: dict) -> None:
        formula, _ = _written(name, parameters)
        at = [
            x for x in points(name) if name != "hard_shrink" or x != -_values(name, parameters)["threshold"]
        ]  # a jump
        with mpmath.workdps(60):
            exact = [float(mpmath.diff(formula, mpmath.mpf(x), direction=-1)) for x in at]
        computed = ACTIVATIONS[name].gradient(np.array(at), **parameters)
        np.testing.assert_allclose(computed, exact, rtol=1e-12, atol=1e-14)

    check_each(CASES, check)


def test_the_derivative_that_is_shown_is_the_gradient() -> None:
    def check(name: str, parameters: dict) -> None:
        _, derivative = _written(name, parameters)
        with mpmath.workdps(60):
            exact = [float(derivative(mpmath.mpf(x))) for x in points(name)]
        computed = ACTIVATIONS[name].gradient(np.array(points(name)), **parameters)
        np.testing.assert_allclose(computed, exact, rtol=1e-12, atol=1e-14)

    check_each(CASES, check)


def test_a_jump_has_the_slope_of_the_branch_that_holds_the_point() -> None:
    """hard_shrink is 0 at both thresholds: the limit from the left, where it jumps, is no slope."""
    assert ACTIVATIONS["hard_shrink"].gradient(np.array([-0.5, 0.5])).tolist() == [0, 0]


def test_the_defaults_are_those_of_the_row() -> None:
    """What a user reads as a parameter's default is what a function without parameters computes."""

    def check(name: str, parameters: dict) -> None:
        row, x = ACTIVATIONS[name], np.array(points(name))
        defaults = _values(name, {})
        np.testing.assert_array_equal(row.function(x), row.function(x, **defaults))
        np.testing.assert_array_equal(row.gradient(x), row.gradient(x, **defaults))
        if parameters:
            assert not np.array_equal(row.function(x), row.function(x, **parameters))

    check_each(CASES, check)


def test_shape_and_type_are_kept_without_overflow() -> None:
    """A float32 array of any shape can be put in, far from 0 as well, without a warning on the user's terminal."""

    def check(name: str, parameters: dict, dtype: type) -> None:
        x = np.array([[[-1e4, -100, -1], [0, 1, min(1e4, ACTIVATIONS[name].largest_input)]]], dtype)
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            for computed in (ACTIVATIONS[name].function(x, **parameters), ACTIVATIONS[name].gradient(x, **parameters)):
                assert (computed.shape, computed.dtype) == (x.shape, x.dtype)
                assert np.isfinite(computed).all()

    check_each(CASES_IN_BOTH_TYPES, check)


def test_only_the_exponential_has_values_that_float32_cannot_hold() -> None:
    """The tests here and of Keras's functions stop at `largest_input`: it must excuse nothing else."""
    bounded = {name: row.largest_input for name, row in ACTIVATIONS.items() if row.largest_input < math.inf}
    assert bounded == {"exponential": 88.0}
    with np.errstate(over="ignore"):
        assert np.isinf(ACTIVATIONS["exponential"].function(np.array([89.0], np.float32)))
