"""Formulas and derivatives as SymPy expressions: what they say, and how they are shown."""

from __future__ import annotations

import numpy as np
import sympy
from tables import check_each

from actsearch.functions.formulas import numpy_function, numpy_gradient, parse_formula
from actsearch.functions.notation import latex, pretty
from actsearch.functions.symbolic import X, derivative, expression

SMOOTH = [
    ("x * sigmoid(beta * x)", {"beta": 1.5}),
    ("1 / (1 + exp(-x))", {}),
    ("x * tanh(log(1 + exp(x)))", {}),
    ("x / 2 * (1 + erf(x / sqrt(2)))", {}),
    ("0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))", {}),
    ("(x + sqrt(x ** 2 + b)) / 2", {"b": 4}),
    ("sin(x) * cos(x) + atan(x) - asinh(x) + sinh(x) / cosh(x)", {}),
    ("log1p(x ** 2) * expm1(-x) ** 3", {}),
    ("(1 + x ** 2) ** -p", {"p": 1.5}),
    ("sigmoid(-x) * softplus(x) + e ** 2", {}),
]
CASES = [
    ("max(0, x)", {}),
    ("where(x > 0, x, alpha * (exp(x) - 1))", {"alpha": 0.5}),
    ("x * clip((x + 3) / 6, 0, 1)", {}),
    ("max(x, x / 10, -1)", {}),
    ("relu(relu(x) - 1) ** 2", {}),
    ("x / (1 + abs(x))", {}),
    ("where(not (x > 2 or -x >= 2), x, sign(x))", {}),
    ("clip(relu(x), 1, x / 2)", {}),
    ("where(where(x > 1, x, -x) > 3, x ** 2, 0)", {}),
]
NO_KINK = [-7.3, -2.6, -1.3, -0.4, 0.3, 0.9, 1.7, 2.8, 5.2]


def _at(expr: sympy.Expr, parameters: dict, points: list[float]) -> list[float]:
    function = sympy.lambdify(
        [X, *(sympy.Symbol(name, real=True) for name in sorted(parameters))], expr, modules=["scipy", "numpy"]
    )
    return [float(function(point, *(parameters[name] for name in sorted(parameters)))) for point in points]


def test_what_is_shown_is_what_is_computed() -> None:
    """A user reads a formula and derivative, and believes that the network has them."""

    def check(text: str, parameters: dict) -> None:
        formula, x = parse_formula(text, parameters), np.array(NO_KINK)
        np.testing.assert_allclose(_at(expression(formula), parameters, NO_KINK), numpy_function(formula)(x), rtol=1e-9)
        slopes = _at(derivative(formula), parameters, NO_KINK)
        np.testing.assert_allclose(slopes, numpy_gradient(formula)(x), rtol=1e-9, atol=1e-12)

    check_each(SMOOTH + CASES, check)


def test_the_derivative_is_sympys() -> None:
    """Our rules of calculus against those of a library with many more readers."""

    def check(text: str, parameters: dict) -> None:
        formula = parse_formula(text, parameters)
        theirs = _at(sympy.diff(expression(formula), X), parameters, NO_KINK)
        np.testing.assert_allclose(_at(derivative(formula), parameters, NO_KINK), theirs, rtol=1e-9, atol=1e-12)

    check_each(SMOOTH, check)


def test_no_generalised_functions_are_shown() -> None:
    """A Dirac delta in the derivative of a ReLU explains nothing."""

    def check(text: str, parameters: dict) -> None:
        assert not derivative(parse_formula(text, parameters)).has(sympy.Heaviside, sympy.DiracDelta, sympy.Derivative)

    check_each(SMOOTH + CASES, check)


def test_the_relu_on_a_terminal() -> None:
    """Cases with their conditions, the kink's left side last."""
    formula = parse_formula("max(0, x)")
    assert " ".join(pretty(expression(formula), "f").split()) == "⎧x for x > 0 f = ⎨ ⎩0 otherwise"
    assert " ".join(pretty(derivative(formula), "g").split()) == "⎧1 for x > 0 g = ⎨ ⎩0 otherwise"


DERIVATIVES = [
    ("x * beta", {"beta": 1}, r"\beta"),
    ("sigmoid(x)", {}, r"\frac{e^{- x}}{\left(1 + e^{- x}\right)^{2}}"),
    ("tanh(x)", {}, r"1 - \tanh^{2}{\left(x \right)}"),
    ("0.2 * x + 0.044715 * x ** 3", {}, r"0.134145 x^{2} + \frac{1}{5}"),
    (
        "x * clip((x + 3) / 6, 0, 1) - x * clip(x / 6 + 0.5, 0, 1) + relu(x)",
        {},
        r"\begin{cases} 1 & \text{for } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    ),
    (
        "where(x > 0, x, alpha * (exp(x) - 1))",
        {"alpha": 1},
        r"\begin{cases} 1 & \text{for } x > 0 \\ \alpha e^{x} & \text{otherwise} \end{cases}",
    ),
    (
        "relu(x) ** 3",
        {},
        r"3 \left(\begin{cases} 1 & \text{for } x > 0 \\ 0 & \text{otherwise} \end{cases}\right)"
        r" \left(\begin{cases} x & \text{for } x > 0 \\ 0 & \text{otherwise} \end{cases}\right)^{2}",
    ),
    (
        "clip((x + 3) / 6, 0, 1)",
        {},
        r"\begin{cases} \frac{1}{6} & \text{for } -3 < x < 3 \\ 0 & \text{otherwise} \end{cases}",
    ),
]


def test_derivatives_in_latex() -> None:
    """What a user pastes into a paper; numbers are as they were written, conditions solved for x."""

    def check(text: str, parameters: dict, expected: str) -> None:
        assert latex(derivative(parse_formula(text, parameters))) == expected

    check_each(DERIVATIVES, check)


def test_a_long_expression_is_one_line() -> None:
    """Fractions over hundreds of columns can't be read."""
    long = derivative(parse_formula("x * " + " * ".join(f"tanh({i} * x)" for i in range(1, 20))))
    assert "\n" not in pretty(long, "f")
    assert latex(long)
