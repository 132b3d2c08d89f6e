"""The formula language: what it refuses, at which place, and with which remedy."""

from __future__ import annotations

import pytest
from formula_cases import refusal_of
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import check_each

from actsearch.functions.formula_language import FormulaError
from actsearch.functions.formulas import canonical, parse_formula

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


def test_what_is_refused_is_told_with_its_place_and_remedy() -> None:
    """The user would look for the mistake, or a hostile text would do what it likes."""

    def check(text: str, column: int, what: str, remedy: str) -> None:
        with pytest.raises(FormulaError) as caught:
            parse_formula(text)
        error = caught.value
        assert (error.column, error.what) == (column, what)
        assert error.remedy.startswith(remedy)
        assert str(error) == f"column {column}: {what}; {error.remedy}"

    check_each(REFUSED, check)


ANY_TEXT = st.text(max_size=40) | st.text(alphabet="x()+-*/.,<>=e01 \n'\"^", max_size=40)


def check_any_text(text: str) -> None:
    refusal = refusal_of(parse_formula, text)
    if refusal is None:
        assert canonical(canonical(text)) == canonical(text) == parse_formula(text).canonical
    else:
        assert refusal.column is not None
        assert 1 <= refusal.column <= len(text) + 1


@settings(max_examples=100, deadline=10_000, derandomize=True)
@given(ANY_TEXT)
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    """A traceback for a user's typing mistake."""
    check_any_text(text)


@pytest.mark.slow
@settings(max_examples=5000, deadline=10_000, derandomize=True)
@given(ANY_TEXT)
def test_any_of_many_texts_is_a_formula_or_refused(text: str) -> None:
    """The same of so many that it takes a minute."""
    check_any_text(text)
