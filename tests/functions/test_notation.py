"""How formulas are written for people: what SymPy's own printers would spoil."""

from __future__ import annotations

import sympy
from tables import check_each

from actsearch.functions.formulas import parse_formula
from actsearch.functions.notation import latex, pretty
from actsearch.functions.symbolic import derivative, expression


def on_a_terminal(text: str, **parameters: float) -> list[str]:
    return [line.rstrip() for line in pretty(expression(parse_formula(text, parameters)), "f(x)").splitlines()]


def in_latex(text: str, **parameters: float) -> str:
    return latex(expression(parse_formula(text, parameters)))


def test_cases_within_cases_are_one_list() -> None:
    """Braces within braces must be read twice."""
    assert on_a_terminal("0 if x <= -1 else (x + 1) / 2 if x < 1 else x if x < 5 else 5") == [
        "       ⎧  0    for x ≤ -1",
        "       ⎪",
        "       ⎪x   1",
        "       ⎪─ + ─  for x < 1",
        "f(x) = ⎨2   2",
        "       ⎪",
        "       ⎪  x    for x < 5",
        "       ⎪",
        "       ⎩  5    otherwise",
    ]


def test_two_limits_are_one_condition() -> None:
    """`x ≤ 1 ∧ x > -1` takes longer to read than -1 < x ≤ 1."""
    assert on_a_terminal("1 if x > -1 and x <= 1 else x")[0] == "       ⎧1  for -1 < x ≤ 1"
    assert in_latex("1 if x > -1 and x < 1 else x").startswith(r"\begin{cases} 1 & \text{for } -1 < x < 1 \\ ")
    assert "∨" in on_a_terminal("1 if x > 2 or x < -2 else x")[0]


def test_names_keep_their_underscores_and_greek_letters_are_greek() -> None:
    """`negative_slope` is what one types after --set."""
    assert on_a_terminal("negative_slope * x + alpha", negative_slope=1, alpha=2) == ["f(x) = α + negative_slope⋅x"]
    assert in_latex("negative_slope * x + alpha", negative_slope=1, alpha=2) == r"\alpha + \mathit{negative\_slope} x"


def test_decimals_are_short() -> None:
    assert on_a_terminal("1.0507009873554805 * x") == ["f(x) = 1.0507⋅x"]
    assert in_latex("0.0000123 * x") == r"1.23 \cdot 10^{-5} x"


def test_powers_of_cases_are_written() -> None:
    """SymPy's LaTeX printer stops at them."""

    def check(text: str) -> None:
        assert r"\left(\begin{cases}" in in_latex(text) or r"\min" in in_latex(text)

    check_each(["max(0, x) ** 2", "min(x, 1, 2 * x) ** 3", "where(x > 0, x, 1 - x) ** -2"], check)


def test_minima_are_set_in_two_dimensions() -> None:
    assert len(on_a_terminal("min(x / 2, sin(x), 1)")) > 1
    assert not any("Piecewise" in line for line in on_a_terminal("max(min(x, 1), -1, x / 2)"))


def test_a_long_expression_is_one_line() -> None:
    """Fractions over hundreds of columns can't be read."""
    long = derivative(parse_formula("x * " + " * ".join(f"tanh({i} * x)" for i in range(1, 20))))
    assert "\n" not in pretty(long, "f'(x)")


def test_sympys_own_printing_is_left_alone() -> None:
    """In a notebook the user may have chosen otherwise."""
    before = sympy.pretty(sympy.Symbol("alpha"), use_unicode=False)
    on_a_terminal("alpha * x", alpha=2)
    assert sympy.pretty(sympy.Symbol("alpha"), use_unicode=False) == before == "alpha"
