"""The formula language: what it computes, what it refuses and how, and hostile texts in bounded time."""

from __future__ import annotations

import itertools
import math
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actsearch.functions.formula_branches import POINTS
from actsearch.functions.formula_language import FormulaError
from actsearch.functions.formula_namespaces import FLOATS
from actsearch.functions.formula_tree import FORMULA_FUNCTIONS
from actsearch.functions.formulas import (
    Formula,
    canonical,
    check_formula,
    evaluate_formula,
    kinks,
    numpy_function,
    numpy_gradient,
    parse_formula,
)
from actsearch.functions.notation import latex, pretty
from actsearch.functions.symbolic import derivative, expression
from actsearch.networks.keras_activations import KERAS_OPS
from actsearch.training import devices

pytestmark = pytest.mark.xdist_group("tensorflow")

erf = np.vectorize(math.erf)


def logistic(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(x / 2))


GOOD = [
    ("x * sigmoid(beta * x)", {"beta": 1.5}, lambda x: x * logistic(1.5 * x)),
    ("max(0, x)", {}, lambda x: np.maximum(0, x)),
    ("relu(x) - relu(-x) / 4", {}, lambda x: np.where(x > 0, x, x / 4)),
    ("where(x > 0, x, a * expm1(x))", {"a": 0.5}, lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0)))),
    ("x if x > 0 else exp(x) - 1", {}, lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)),
    ("x if -1 < x and x < 1 else sign(x)", {}, lambda x: np.clip(x, -1, 1)),
    ("where(not (x > 2 or x < -2), x, 0)", {}, lambda x: np.where(np.abs(x) <= 2, x, 0)),
    ("x * tanh(log(1 + exp(x)))", {}, lambda x: x * np.tanh(np.logaddexp(0, x))),
    ("x * tanh(softplus(x))", {}, lambda x: x * np.tanh(np.logaddexp(0, x))),
    ("x / (1 + exp(-x))", {}, lambda x: x * logistic(x)),
    ("x / 2 * (1 + erf(x / sqrt(2)))", {}, lambda x: x / 2 * (1 + erf(x / np.sqrt(2)))),
    (
        "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))",
        {},
        lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    ("x * clip((x + 3) / 6, 0, 1)", {}, lambda x: x * np.clip((x + 3) / 6, 0, 1)),
    ("max(x, x / 10, -1)", {}, lambda x: np.maximum(np.maximum(x, x / 10), -1)),
    ("min(max(x, 0), 6)", {}, lambda x: np.clip(x, 0, 6)),
    ("x / (1 + abs(x))", {}, lambda x: x / (1 + np.abs(x))),
    ("(x + sqrt(x ** 2 + b)) / 2", {"b": 4}, lambda x: (x + np.sqrt(x**2 + 4)) / 2),
    ("atan(x) + asinh(x)", {}, lambda x: np.arctan(x) + np.arcsinh(x)),
    ("x + sin(x) ** 2 + e * cos(x)", {}, lambda x: x + np.sin(x) ** 2 + np.e * np.cos(x)),
    ("where(x > 0, log1p(x), -log(1 - x))", {}, lambda x: np.sign(x) * np.log1p(np.abs(x))),
    ("where(x > 0, x ** p, 0)", {"p": 1.5}, lambda x: np.maximum(x, 0) ** 1.5),
    ("-x ** 2 + - + x", {}, lambda x: -(x**2) - x),
    ("1 / (1 + x ** 2) ** 2", {}, lambda x: (1 + x**2) ** -2.0),
    ("(1 + x ** 2) ** -1", {}, lambda x: 1 / (1 + x**2)),
    ("min(x, exp(x))", {}, lambda x: x),
    ("where(abs(x) < 5, sinh(x) / cosh(x), sign(x))", {}, lambda x: np.where(np.abs(x) < 5, np.tanh(x), np.sign(x))),
]
GRID = np.array([0.3, *(sign * x for x in (1e-3, 0.77, 1.1, 2.9, 7.3, 9.9, 100.0, 1e4) for sign in (-1, 1))])
"""No kink of GOOD is on it."""

every_good = pytest.mark.parametrize(("text", "parameters", "reference"), GOOD, ids=[text for text, *_ in GOOD])
few_examples = settings(
    max_examples=200, deadline=10_000, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trainings in other test files have."""
    devices.set_threads(1)


def _autodiff(text: str, parameters: dict, x: np.ndarray, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
    inputs = tf.constant(x, dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = evaluate_formula(parse_formula(text, parameters), inputs, KERAS_OPS)
    gradient = tape.gradient(outputs, inputs)
    assert outputs.dtype == gradient.dtype == inputs.dtype
    return outputs.numpy().astype(np.float64), gradient.numpy().astype(np.float64)


# --- what is computed


@every_good
def test_a_formula_computes_what_it_says(text: str, parameters: dict, reference: Callable[..., np.ndarray]) -> None:
    """A network would be trained with another function than the user wrote."""
    formula = parse_formula(text, parameters)
    check_formula(formula)
    np.testing.assert_allclose(numpy_function(formula)(GRID), reference(GRID), rtol=1e-12, atol=1e-12)
    plain = [evaluate_formula(formula, float(x), FLOATS) for x in GRID]
    np.testing.assert_allclose(plain, reference(GRID), rtol=1e-12, atol=1e-12)


@every_good
def test_the_derivative_is_the_slope(text: str, parameters: dict, reference: Callable[..., np.ndarray]) -> None:
    """Figures, and the diagnostics of saturated and dead units, would be wrong."""
    x = GRID[np.abs(GRID) < 50]
    slope = (reference(x + 1e-5) - reference(x - 1e-5)) / 2e-5
    np.testing.assert_allclose(numpy_gradient(parse_formula(text, parameters))(x), slope, rtol=2e-6, atol=2e-6)


@every_good
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_keras_trains_with_this_function_and_derivative(
    text: str, parameters: dict, reference: Callable[..., np.ndarray], dtype: str
) -> None:
    """Training would follow another slope than the derivative that is shown, or end in a NaN far from 0."""
    value, gradient = _autodiff(text, parameters, GRID, dtype)
    x = tf.constant(GRID, dtype).numpy().astype(np.float64)
    tolerance = {"float64": 1e-10, "float32": 3e-4, "bfloat16": 0.15}[dtype]  # of x ** 3 in bfloat16 little is left
    np.testing.assert_allclose(value, reference(x), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(
        gradient, numpy_gradient(parse_formula(text, parameters))(x), rtol=tolerance, atol=tolerance
    )


@pytest.mark.parametrize(
    "text",
    [
        "where(x > 0, x, exp(x) - 1)",
        "where(x < 0, exp(exp(x)), 2 - x)",
        "max(x, -exp(x))",
        "relu(-exp(x)) + x",
        "clip(exp(x), 0, 1)",
        "where(x > 20, x ** 0.5, x)",
        "where(x > 0, where(x > 1, log(x), x - 1), x)",
        "log(1 + exp(x)) / (1 + exp(-x))",
    ],
)
def test_the_branch_that_is_not_taken_spoils_nothing(text: str) -> None:
    """One pre-activation far from 0 would make every weight NaN, though the function is harmless there."""
    for dtype in ("float32", "bfloat16"):
        value, gradient = _autodiff(text, {}, np.array([-1e4, -100.0, 0.0, 100.0, 1e4]), dtype)
        assert np.isfinite(value).all()
        assert np.isfinite(gradient).all()
    assert _autodiff("where(x > 0, x, exp(x) - 1)", {}, np.array([1e4]))[1] == [1.0]


@pytest.mark.parametrize(
    ("text", "at", "left", "trained"),
    [
        ("max(0, x)", 0.0, 0.0, 0.0),
        ("max(x, 0)", 0.0, 0.0, 0.0),
        ("relu(x)", 0.0, 0.0, 0.0),
        ("x if x >= 0 else 0", 0.0, 0.0, 1.0),
        ("abs(x)", 0.0, -1.0, 0.0),
        ("abs(3 - x)", 3.0, -1.0, 0.0),
        ("min(x, 1)", 1.0, 1.0, 0.0),
        ("clip(x, -1, 1)", -1.0, 0.0, 0.0),
        ("clip(x, -1, 1)", 1.0, 1.0, 0.0),
        ("max(x / 5, x)", 0.0, 0.2, 0.2),
        ("max(x, x / 5)", 0.0, 0.2, 1.0),
        ("where(x > 0, 2 * x, x)", 0.0, 1.0, 1.0),
    ],
)
def test_at_a_kink(text: str, at: float, left: float, trained: float) -> None:
    """Blank pixels put a fresh network on a kink at 0; the derivative that is drawn is the left one everywhere."""
    assert numpy_gradient(parse_formula(text))(np.array([at, at])).tolist() == [left, left]
    assert _autodiff(text, {}, np.array([at]))[1].tolist() == [trained]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_arrays_keep_shape_and_type(dtype: type) -> None:
    """A float32 batch of any shape goes through, constants and integers too."""
    for text in ("x", "where(x > 0, 1, 0) + 0 * x", "sqrt(2 / pi) * x", "erf(x)", "x ** 0 + x"):
        for shape in ((), (0,), (2, 3)):
            for function in (numpy_function, numpy_gradient):
                computed = function(parse_formula(text))(np.ones(shape, dtype))
                assert (computed.shape, computed.dtype) == (shape, dtype)
    assert numpy_function(parse_formula("x / 2"))(np.array([1, 2])).tolist() == [0.5, 1.0]


def test_learned_parameters_get_gradients() -> None:
    """`trainable: [beta]` would learn nothing; one value per channel is broadcast against the batch."""
    formula = parse_formula("where(x > 0, x, beta * x) * 1 ** beta", {"beta": 0.25})
    beta = tf.Variable([0.5, 2.0])
    with tf.GradientTape() as tape:
        outputs = evaluate_formula(formula, tf.constant([[-1.0, -1.0], [3.0, -4.0]]), KERAS_OPS, {"beta": beta})
    assert outputs.numpy().tolist() == [[-0.5, -2.0], [3.0, -8.0]]
    assert evaluate_formula(formula, -1.0, FLOATS, {"beta": 3}) == -3.0
    assert tape.gradient(outputs, beta).numpy().tolist() == [-1.0, -5.0]


def test_a_formula_goes_through_the_functional_api() -> None:
    """`formula` inside `keras.Model` is computed on symbolic tensors first."""
    formula = parse_formula("where(x > 0, x, exp(x) - 1)")
    inputs = keras.Input((3,))
    model = keras.Model(inputs, evaluate_formula(formula, inputs, KERAS_OPS))
    assert model(np.array([[-1e4, 0.0, 1e4]], np.float32)).numpy().tolist() == [[-1.0, 0.0, 10000.0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("relu(x)", (0.0,)),
        ("x if x >= 1 else 2 - x", (1.0,)),
        ("clip(x, -1.5, 2)", (-1.5, 2.0)),
        ("abs(abs(x) - 1)", (-1.0, 0.0, 1.0)),
        ("where(x > 0, x, abs(x - 1))", (0.0,)),
        ("max(x, exp(x) - 2)", (-1.8414056604369606, 1.146193220620583)),
        ("tanh(x)", ()),
    ],
)
def test_kinks_are_found(text: str, expected: tuple[float, ...]) -> None:
    """`show` would call a function smooth that is not, or draw a corner round."""
    assert kinks(parse_formula(text)) == pytest.approx(expected, abs=1e-14)


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


# --- what is refused

REFUSED = [
    ("x ^ 2", 3, "'^' has no meaning in a formula", "write ** for a power"),
    ("tan2(x)", 1, "no function is called 'tan2'", "did you mean 'tanh'?"),
    ("x * sigmod(x)", 5, "no function is called 'sigmod'", "did you mean 'sigmoid'?"),
    ("1 + ln(x)", 5, "no function is called 'ln'", "write log(...)"),
    ("x * beta", 5, "no parameter is called 'beta'", "give it a value under parameters, or write x"),
    ("X + 1", 1, "no parameter is called 'X'", "did you mean 'x'?"),
    ("np.tanh(x)", 1, "names have no dots in a formula", "write tanh(...) alone"),
    ("x.__class__", 1, "names have no dots in a formula", "write x, a parameter or a function alone"),
    ("__import__('os')", 12, "''' has no meaning in a formula", "use numbers, names"),
    ("__import__(x)", 1, "no function is called '__import__'", "there are exp, "),
    ("lambda: x", 7, "':' has no meaning in a formula", "use numbers, names"),
    ("(y := x)", 4, "':' has no meaning in a formula", "use numbers, names"),
    ("x[0]", 2, "'[' has no meaning in a formula", "write ( and )"),
    ("x # then", 3, "'#' has no meaning in a formula", "use numbers, names"),
    ("x == 0", 3, "'=' has no meaning in a formula", "compare with <, <=, > or >="),
    ("max(*x)", 5, "* stands before an argument", "write every argument itself"),
    ("max(x)", 1, "max takes 2 or more arguments, not 1", "write max(x, 0)"),
    ("exp()", 1, "exp takes 1 argument, not 0", "write exp(x)"),
    ("where(x > 0, x)", 1, "where takes 3 arguments, not 2", "write where(x > 0, a, b)"),
    ("where(x, x, 1)", 7, "a number stands where a condition is needed", "compare it, as in x > 0"),
    ("x * (x > 0)", 6, "a condition stands where a number is needed", "write where(condition, a, b)"),
    ("where(0 < x < 1, x, 0)", 7, "comparisons are chained", "join them with and, as in -1 < x and x < 1"),
    ("where(x in x, x, 0)", 7, "no such comparison in a formula", "compare with <, <=, > or >="),
    ("exp", 1, "exp is a function", "write exp(x)"),
    ("x(2)", 1, "x is no function", "write x * (...) for a product"),
    ("2(x + 1)", 1, "only a function can stand before a parenthesis", "write * for a product"),
    ("5x", 1, "not a formula: invalid decimal literal", "look for a missing operator or parenthesis"),
    ("x x", 3, "not a formula: invalid syntax", "look for a missing operator or parenthesis"),
    ("  (x + 1", 3, "not a formula: '(' was never closed", "look for a missing operator or parenthesis"),
    ("x, 1", 1, "a comma stands outside of a function's arguments", "write a decimal point, or remove it"),
    ("x // 2", 1, "// has no meaning in a formula", "write / for a quotient"),
    ("x + True", 5, "this has no meaning in a formula", "use numbers, names"),
    ("x + ...", 5, "this has no meaning in a formula", "use numbers, names"),
    ("x + 1j", 5, "a complex number has no meaning in a formula", "write a real one"),
    ("x + 1e999", 5, "the number is too large", "write one of at most 1e+09"),
    ("x + " + "9" * 400, 5, "the number is too large", "write one of at most 1e+09"),
    ("x + 1e-300", 5, "the number is too small", "write 0, or one of at least 1e-30"),
    ("x + 1 / 0", 5, "1 / 0 is inf", "keep constant parts finite and at most 1e+09"),
    ("x + exp(exp(exp(9)))", 9, "exp(exp(9)) is inf", "keep constant parts finite and at most 1e+09"),
    ("x + 9 ** 9 ** 9", 10, "the exponent 9 ** 9 is beyond 16", "use one between -16 and 16"),
    ("x ** 1e9", 6, "the exponent 1000000000 is beyond 16", "use one between -16 and 16"),
    (
        "((x ** 9) ** 9) ** 9",
        2,
        "the powers inside one another come to 81",
        "keep the product of their exponents to 64",
    ),
    ("2 ** x", 6, "an exponent depends on x", "write exp(x * log(2))"),
    ("x × 2", 3, "'×' has no meaning in a formula", "write *"),
    ("x − 1", 3, "'−' has no meaning in a formula", "write - (the hyphen of the keyboard)"),
    ("ｅxp(x)", 1, "'ｅ' has no meaning in a formula", "use numbers, names"),
    ("x + \u202e1", 5, "the character 0x202e has no meaning in a formula", "use numbers, names"),
    ("x\x00", 2, "the character 0x0 has no meaning in a formula", "use numbers, names"),
    ("", 1, "the formula is empty", "write a function of x"),
    (" \n ", 1, "the formula is empty", "write a function of x"),
    ("(" * 400 + "x" + ")" * 400, 501, "the formula is 801 characters long", "write at most 500"),
    ("-" * 300 + "x", 41, "nested more than 40 deep", "write a flatter formula"),
    (
        "relu(" * 20 + "exp(x)" + ")" * 20,
        1,
        "too many max, min, clip and relu inside one another",
        "nest fewer of them",
    ),
]


@pytest.mark.parametrize(("text", "column", "what", "remedy"), REFUSED, ids=[text[:30] for text, *_ in REFUSED])
def test_what_is_refused_is_told_with_its_place_and_remedy(text: str, column: int, what: str, remedy: str) -> None:
    """The user would look for the mistake, or a hostile text would do what it likes."""
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    error = caught.value
    assert (error.column, error.what) == (column, what)
    assert error.remedy.startswith(remedy)
    assert str(error) == f"column {column}: {what}; {error.remedy}"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
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
    ],
)
def test_parameters_that_cannot_be(parameters: dict, message: str) -> None:
    """A misspelt parameter would be ignored, and the formula trained without it."""
    with pytest.raises(FormulaError) as caught:
        parse_formula("x * beta", parameters)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
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
    ],
)
def test_formulas_that_cannot_be_trained_with(text: str, column: int, what: str) -> None:
    """A training of hours would begin, and end in a NaN or in nothing learned."""
    formula = parse_formula(text)
    with pytest.raises(FormulaError) as caught:
        check_formula(formula)
    assert (caught.value.column, caught.value.what) == (column, what)


def test_an_error_goes_through_processes_whole() -> None:
    error = FormulaError(3, "a", "b")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.column, again.what, again.remedy) == ("column 3: a; b", 3, "a", "b")


# --- hostile texts


def _nested(before: str, after: str, times: int) -> str:
    return before * times + "x" + after * times


HOSTILE = [
    "x" * 10_000_000,
    "(" * 5000,
    "(" * 499,
    "-" * 499,
    "not " * 120 + "x",
    "x." * 240 + "x",
    "x+" * 249 + "x",
    "x**" * 160 + "x",
    "[" * 100 + "x" + "]" * 100,
    "9" * 499,
    "0x" + "f" * 490,
    "x if " * 90 + "x",
    "x,".join("x" * 200),
    "\ud800x",
    "x" + "\u0301" * 300,
    "\\\n" * 200 + "x",
    "1_" * 240 + "1",
    "1e-30*" * 80 + "x",
    "where(" * 80,
    _nested("relu(", ")", 38),
    _nested("max(x,", ")", 38),
    _nested("max(", ",0,x)", 36),
    _nested("clip(", ",-1,1)", 36),
    _nested("abs(", "-1)", 19),
    _nested("where(", ">0,x,1)", 19),
    _nested("where(x>0,", ",exp(x))", 19),
    _nested("sigmoid(", ")", 38),
    _nested("x*sigmoid(", ")", 19),
    _nested("exp(-1-abs(", "))", 18),
    _nested("exp(-1/(1+abs(", ")))", 9),
    _nested("softplus(", ")", 38),
    _nested("log(cosh(", "))", 19),
    _nested("sin(cos(pi/3+", "))", 12),
    _nested("sqrt(abs(", ")+1)", 12),
    _nested("x/(1+exp(-", "))", 9),
    _nested("tanh(tanh(", ")**2)", 6),
    "*".join(f"(tanh({i}*x)+{i})" for i in range(1, 25)),
    "((x+1)**8+1)**8",
    "x*sin(cos(exp(tanh(sqrt(2)+erf(3)+log(5)))))",
    "where(exp(exp(3))>1e8+sin(1e9),x,-x)",
]


def _refusal(action: Callable[..., object], *arguments: object) -> FormulaError | None:
    try:
        action(*arguments)
    except FormulaError as error:
        return error
    return None


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_done_with_quickly(text: str) -> None:
    """`validate` would hang, or take all memory, on a file from somewhere else."""
    begun = time.process_time()
    refusal = _refusal(parse_formula, text)
    assert time.process_time() - begun < 1
    assert len(str(refusal)) < 500
    if refusal is None:
        formula = parse_formula(text)
        assert len(str(_refusal(check_formula, formula))) < 500
        for shown in (expression(formula), derivative(formula)):
            assert pretty(shown, "f")
            assert latex(shown)
        numpy_gradient(formula)(np.array(POINTS))
        kinks(formula)
        assert time.process_time() - begun < 20


@few_examples
@given(st.text(max_size=40) | st.text(alphabet="x()+-*/.,<>=e01 \n'\"^", max_size=40))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    """A traceback for a user's typing mistake."""
    refusal = _refusal(parse_formula, text)
    if refusal is None:
        assert canonical(canonical(text)) == canonical(text) == parse_formula(text).canonical
    else:
        assert refusal.column is not None
        assert 1 <= refusal.column <= len(text) + 1


LEAVES = ["x", "x", "x", "p", "0", "1", "2", "0.5", "1e-3", "1e9", "1e10", "pi", "e"]
ONE = [name for name, (least, most) in FORMULA_FUNCTIONS.items() if least == most == 1] + ["gelu"]
FORMS = [
    *("({0} + {1})", "({0} - {1})", "{0} * {1}", "({0}) * ({1})", "({0}) / ({1})", "-{0}"),
    *("({0}) ** 2", "({0}) ** 3", "({0}) ** -1", "({0}) ** 0.5", "({0}) ** p", "({0}) ** 17", "({0}) ** ({1})"),
    *("max({0}, {1})", "min({0}, {1}, {2})", "clip({0}, -1, {1})"),
    *("where({0} > {1}, {2}, {3})", "where({0} == {1}, {2}, {3})", "({0} if {1} <= {2} and not {3} < x else {2})"),
    *(name + "({0})" for name in ONE),
    *(name + "({0})" for name in ONE),
]


@st.composite
def formula_texts(draw: st.DrawFn, depth: int = 5) -> str:
    """Mostly legal."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(LEAVES))
    form = draw(st.sampled_from(FORMS))
    return form.format(*(draw(formula_texts(depth - 1)) if f"{{{i}}}" in form else "" for i in range(4)))


@few_examples
@given(formula_texts())
def test_whatever_is_let_through_can_be_computed_and_shown(text: str) -> None:
    """A formula that validates would hang or break the run, or be another function in NumPy than in the check."""
    parameters = {"p": 0.75} if re.search(r"\bp\b", text) else {}
    refusal = _refusal(parse_formula, text, parameters)
    if refusal is not None:
        assert refusal.column is not None
        assert 1 <= refusal.column <= len(text) + 1
        return
    formula = parse_formula(text, parameters)
    assert canonical(formula.canonical) == formula.canonical
    x = np.linspace(-9.7, 9.9, 43)
    _assert_values(formula, x)
    if _refusal(check_formula, formula) is None:  # what is refused here is never shown, such as sinh(x / 0)
        _assert_slope(formula, x)
        for shown in (expression(formula), derivative(formula)):
            assert pretty(shown, "f")
            assert latex(shown)


def _assert_values(formula: Formula, x: np.ndarray) -> None:
    """NumPy's against plain Python's, where the function is no wilder than rounding can change."""
    left, plain, right = (
        np.array([evaluate_formula(formula, float(v), FLOATS) for v in x + d]) for d in (-1e-9, 0, 1e-9)
    )
    with np.errstate(invalid="ignore"):
        settled = np.maximum(np.abs(left - plain), np.abs(right - plain)) <= 1e-6 * (1 + np.abs(plain))
    np.testing.assert_allclose(numpy_function(formula)(x)[settled], plain[settled], rtol=1e-5, atol=1e-6)


def _plain_values(formula: Formula, x: np.ndarray) -> np.ndarray:
    return np.array([evaluate_formula(formula, float(v), FLOATS) for v in x])


def _assert_slope(formula: Formula, x: np.ndarray) -> None:
    """Compares with difference quotients of two widths where they agree: away from kinks and cancellation."""
    function, h = numpy_function(formula), 1e-5
    wide, narrow = ((function(x + d) - function(x - d)) / (2 * d) for d in (h, h / 4))
    clear = np.abs(wide - narrow) <= 1e-4 * (1e-2 + np.abs(wide))
    np.testing.assert_allclose(numpy_gradient(formula)(x)[clear], narrow[clear], rtol=1e-2, atol=1e-3)


def test_parsing_loads_nothing_heavy() -> None:
    """`validate` is called on every save of an editor."""
    code = (
        "import sys; from actsearch.functions.formulas import parse_formula, check_formula;"
        "check_formula(parse_formula('x * sigmoid(b * x)', {'b': 1.5}));"
        "assert not {'numpy', 'sympy', 'keras', 'tensorflow'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_points_are_the_grid_that_messages_name() -> None:
    """Decimals, so that x = 0 is among them exactly, and a message can say x = 4.49."""
    assert POINTS[::1000] == (-10.0, 0.0, 10.0)
    assert all(b > a for a, b in itertools.pairwise(POINTS))
