"""What formulas compute in NumPy and in plain Python, their one spelling, and which cannot be trained with."""

from __future__ import annotations

import itertools
import math
import pickle

import numpy as np
import pytest
from formula_cases import GOOD, GRID, Reference
from tables import check_each

from actsearch.functions.formula_branches import POINTS
from actsearch.functions.formula_language import FormulaError
from actsearch.functions.formula_namespaces import FLOATS
from actsearch.functions.formulas import (
    canonical,
    check_formula,
    evaluate_formula,
    kinks,
    numpy_function,
    numpy_gradient,
    parse_formula,
)

# --- what is computed


def test_a_formula_computes_what_it_says() -> None:
    """A network would be trained with another function than the user wrote."""

    def check(text: str, parameters: dict, reference: Reference) -> None:
        formula = parse_formula(text, parameters)
        check_formula(formula)
        np.testing.assert_allclose(numpy_function(formula)(GRID), reference(GRID), rtol=1e-12, atol=1e-12)
        plain = [evaluate_formula(formula, float(x), FLOATS) for x in GRID]
        np.testing.assert_allclose(plain, reference(GRID), rtol=1e-12, atol=1e-12)

    check_each(GOOD, check)


def test_the_derivative_is_the_slope() -> None:
    """Figures, and the diagnostics of saturated and dead units, would be wrong."""

    def check(text: str, parameters: dict, reference: Reference) -> None:
        x = GRID[np.abs(GRID) < 50]
        slope = (reference(x + 1e-5) - reference(x - 1e-5)) / 2e-5
        np.testing.assert_allclose(numpy_gradient(parse_formula(text, parameters))(x), slope, rtol=2e-6, atol=2e-6)

    check_each(GOOD, check)


AT_A_KINK = [
    ("max(0, x)", 0.0, 0.0),
    ("max(x, 0)", 0.0, 0.0),
    ("relu(x)", 0.0, 0.0),
    ("x if x >= 0 else 0", 0.0, 0.0),
    ("abs(x)", 0.0, -1.0),
    ("abs(3 - x)", 3.0, -1.0),
    ("min(x, 1)", 1.0, 1.0),
    ("clip(x, -1, 1)", -1.0, 0.0),
    ("clip(x, -1, 1)", 1.0, 1.0),
    ("max(x / 5, x)", 0.0, 0.2),
    ("max(x, x / 5)", 0.0, 0.2),
    ("where(x > 0, 2 * x, x)", 0.0, 1.0),
]


def test_at_a_kink_the_derivative_is_the_left_one() -> None:
    """That is what is drawn, everywhere; a network on a kink at 0 may train with another."""

    def check(text: str, at: float, left: float) -> None:
        assert numpy_gradient(parse_formula(text))(np.array([at, at])).tolist() == [left, left]

    check_each(AT_A_KINK, check)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_arrays_keep_shape_and_type(dtype: type) -> None:
    """A float32 batch of any shape goes through, constants and integers too."""
    for text in ("x", "where(x > 0, 1, 0) + 0 * x", "sqrt(2 / pi) * x", "erf(x)", "x ** 0 + x"):
        for shape in ((), (0,), (2, 3)):
            for function in (numpy_function, numpy_gradient):
                computed = function(parse_formula(text))(np.ones(shape, dtype))
                assert (computed.shape, computed.dtype) == (shape, dtype)
    assert numpy_function(parse_formula("x / 2"))(np.array([1, 2])).tolist() == [0.5, 1.0]


KINKS = [
    ("relu(x)", (0.0,)),
    ("x if x >= 1 else 2 - x", (1.0,)),
    ("clip(x, -1.5, 2)", (-1.5, 2.0)),
    ("abs(abs(x) - 1)", (-1.0, 0.0, 1.0)),
    ("where(x > 0, x, abs(x - 1))", (0.0,)),
    ("max(x, exp(x) - 2)", (-1.8414056604369606, 1.146193220620583)),
    ("tanh(x)", ()),
]


def test_kinks_are_found() -> None:
    """`show` would call a function smooth that is not, or draw a corner round."""

    def check(text: str, expected: tuple[float, ...]) -> None:
        assert kinks(parse_formula(text)) == pytest.approx(expected, abs=1e-14)

    check_each(KINKS, check)


def test_the_points_are_the_grid_that_messages_name() -> None:
    """Decimals, so that x = 0 is among them exactly, and a message can say x = 4.49."""
    assert POINTS[::1000] == (-10.0, 0.0, 10.0)
    assert all(b > a for a, b in itertools.pairwise(POINTS))


# --- one spelling


@pytest.mark.parametrize(
    "texts",
    [
        ("x*sigmoid(beta*x)", "x * sigmoid(beta * x)", " (x) *\n\tsigmoid((beta*x)) "),
        ("x if x>0 else 0.0", "where(x > 0, x, 0)"),
        ("+x + 2", "x + 2.0", "x + 2e0", "x + 0x2"),
    ],
)
def test_spellings_of_one_tree_are_one(texts: tuple[str, ...]) -> None:
    """A formula with a blank more would be trained again."""
    assert len({canonical(text) for text in texts}) == 1


def test_different_trees_stay_apart() -> None:
    """Two formulas with one identity would share results; the order of additions changes bits."""
    texts = ["x - (x - 1)", "x - x - 1", "(-x) ** 2", "-x ** 2", "x / 2 / 3", "x / (2 / 3)", "x + 0.1", "x + 0.10001"]
    assert len({canonical(text) for text in texts}) == len(texts)


def test_a_formula_is_a_value() -> None:
    """It goes to worker processes, and is compared, with its parameters in one order."""
    formula = parse_formula("a * x + b", {"b": 1, "a": 2})
    assert pickle.loads(pickle.dumps(formula)) == formula == parse_formula("a*x+b", {"a": 2.0, "b": 1.0})
    assert list(formula.parameters) == ["a", "b"]
    assert formula != parse_formula("a * x + b", {"a": 2, "b": 2})


# --- formulas that cannot be used


UNUSABLE_PARAMETERS = [
    ({"beta": 1, "gamma": 2}, "parameter gamma is not used; remove it, or write it in the formula"),
    ({"bata": 1}, "column 5: no parameter is called 'beta'; did you mean 'bata'?"),
    ({"beta": math.inf}, "parameter beta is not a number between -1e+09 and 1e+09; write for example beta: 1.0"),
    ({"beta": True}, "parameter beta is not a number between -1e+09 and 1e+09; write for example beta: 1.0"),
    ({"beta": "1"}, "parameter beta is not a number between -1e+09 and 1e+09; write for example beta: 1.0"),
    ({"x": 1}, "a parameter cannot be called 'x', which has a meaning already; call it x0, for example"),
    ({"exp": 1}, "a parameter cannot be called 'exp', which has a meaning already; call it exp0, for example"),
    ({"lambda": 1}, "a parameter cannot be called 'lambda'; use letters and digits, and no word of Python's"),
    ({"β": 1}, "a parameter cannot be called 'β'; use letters and digits, and no word of Python's"),
    ({f"p{i}": 1 for i in range(30)}, "30 parameters are too many; use at most 20"),
]


def test_parameters_that_cannot_be() -> None:
    """A misspelt parameter would be ignored, and the formula trained without it."""

    def check(parameters: dict, message: str) -> None:
        with pytest.raises(FormulaError) as caught:
            parse_formula("x * beta", parameters)
        assert str(caught.value) == message

    check_each(UNUSABLE_PARAMETERS, check)


UNTRAINABLE = [
    ("1 + pi", 1, "the formula does not depend on x"),
    ("x - x", 1, "the formula is 0 at every x in [-10, 10]"),
    ("sin(x) ** 2 + cos(x) ** 2", 1, "the formula is 1 at every x in [-10, 10]"),
    ("where(x > 50, x, 2)", 1, "the formula is 2 at every x in [-10, 10]"),
    ("1 + log(x)", 5, "log(x) is not finite at x = -10"),
    ("2 / x", 1, "2 / x is not finite at x = 0"),
    ("x + sqrt(x + 9)", 5, "sqrt(x + 9) is not finite at x = -10"),
    ("where(x > 0, log(x), 1 / (x + 5))", 22, "1 / (x + 5) is not finite at x = -5"),
    ("exp(exp(x))", 1, "exp(exp(x)) is not finite at x = 4.49"),
    ("sqrt(abs(x))", 1, "the slope is not finite at x = 0, where no network could learn"),
]


def test_formulas_that_cannot_be_trained_with() -> None:
    """A training of hours would begin, and end in a NaN or in nothing learned."""

    def check(text: str, column: int, what: str) -> None:
        formula = parse_formula(text)
        with pytest.raises(FormulaError) as caught:
            check_formula(formula)
        assert (caught.value.column, caught.value.what) == (column, what)

    check_each(UNTRAINABLE, check)


def test_an_error_goes_through_processes_whole() -> None:
    error = FormulaError(3, "a", "b")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.column, again.what, again.remedy) == ("column 3: a; b", 3, "a", "b")
