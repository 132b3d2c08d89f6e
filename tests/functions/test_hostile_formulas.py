"""Formulas that nobody would write but to do harm, and drawn ones: done with in bounded time."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from daily import slow_but
from formula_cases import refusal_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actsearch.functions.formula_branches import POINTS
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


@pytest.mark.parametrize("text", slow_but(HOSTILE[:19] + HOSTILE[28:30], HOSTILE), ids=range(len(HOSTILE)))
def test_hostile_texts_are_done_with_quickly(text: str) -> None:
    """`validate` would hang, or take all memory, on a file from somewhere else."""
    begun = time.process_time()
    refusal = refusal_of(parse_formula, text)
    assert time.process_time() - begun < 1
    assert len(str(refusal)) < 500
    if refusal is None:
        formula = parse_formula(text)
        assert len(str(refusal_of(check_formula, formula))) < 500
        for shown in (expression(formula), derivative(formula)):
            assert pretty(shown, "f")
            assert latex(shown)
        numpy_gradient(formula)(np.array(POINTS))
        kinks(formula)
        assert time.process_time() - begun < 20


LEAVES = ["x", "x", "x", "p", "0", "1", "2", "0.5", "1e-3", "1e9", "1e10", "pi", "e"]
OF_ONE_ARGUMENT = [name for name, (least, most) in FORMULA_FUNCTIONS.items() if least == most == 1] + ["gelu"]
FORMS = [
    *("({0} + {1})", "({0} - {1})", "{0} * {1}", "({0}) * ({1})", "({0}) / ({1})", "-{0}"),
    *("({0}) ** 2", "({0}) ** 3", "({0}) ** -1", "({0}) ** 0.5", "({0}) ** p", "({0}) ** 17", "({0}) ** ({1})"),
    *("max({0}, {1})", "min({0}, {1}, {2})", "clip({0}, -1, {1})"),
    *("where({0} > {1}, {2}, {3})", "where({0} == {1}, {2}, {3})", "({0} if {1} <= {2} and not {3} < x else {2})"),
    *(name + "({0})" for name in OF_ONE_ARGUMENT),
    *(name + "({0})" for name in OF_ONE_ARGUMENT),
]


@st.composite
def formula_texts(draw: st.DrawFn, depth: int = 5) -> str:
    """Mostly legal."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(LEAVES))
    form = draw(st.sampled_from(FORMS))
    return form.format(*(draw(formula_texts(depth - 1)) if f"{{{i}}}" in form else "" for i in range(4)))


def check_drawn_formula(text: str) -> None:
    parameters = {"p": 0.75} if re.search(r"\bp\b", text) else {}
    refusal = refusal_of(parse_formula, text, parameters)
    if refusal is not None:
        assert refusal.column is not None
        assert 1 <= refusal.column <= len(text) + 1
        return
    formula = parse_formula(text, parameters)
    assert canonical(formula.canonical) == formula.canonical
    x = np.linspace(-9.7, 9.9, 43)
    _assert_values(formula, x)
    if refusal_of(check_formula, formula) is None:  # what is refused here is never shown, such as sinh(x / 0)
        _assert_slope(formula, x)
        for shown in (expression(formula), derivative(formula)):
            assert pretty(shown, "f")
            assert latex(shown)


@settings(max_examples=60, deadline=10_000, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(formula_texts())
def test_whatever_is_let_through_can_be_computed_and_shown(text: str) -> None:
    """A formula that validates would hang or break the run, or be another function in NumPy than in the check."""
    check_drawn_formula(text)


@pytest.mark.slow
@settings(max_examples=1000, deadline=10_000, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(formula_texts())
def test_whatever_of_many_is_let_through_can_be_computed_and_shown(text: str) -> None:
    """The same of so many that it takes minutes."""
    check_drawn_formula(text)


def _assert_values(formula: Formula, x: np.ndarray) -> None:
    """NumPy's against plain Python's, where the function is no wilder than rounding can change."""
    left, plain, right = (_plain_values(formula, x + d) for d in (-1e-9, 0, 1e-9))
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
