"""How SymPy's expressions are written for people: in two dimensions on a terminal, and in LaTeX. Imports SymPy.

SymPy's own printers, but for names, which keep their underscores, for decimals, of which six digits are shown, for
cases within cases, which become one list, and for conditions such as -1 < x <= 1.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import greek_unicode, pretty_symbol, pretty_use_unicode
from sympy.printing.pretty.stringpict import prettyForm, stringPict

from actsearch.functions.symbolic import MAX_TWO_DIMENSIONAL, Expression, Piecewise

DIGITS = 6
"""Of a decimal number: enough to tell SELU's 1.0507 from another's."""


def pretty(expr: Expression, name: str) -> str:
    """`name = ...` over several lines, in Unicode; of a long expression, whose fractions nobody could read, in one."""
    if _is_long(expr):
        return f"{name} = {sympy.sstr(expr, order='none')}"
    with _unicode():
        form = _Pretty({"use_unicode": True, "wrap_line": False})._print(expr)
        return str(prettyForm(*form.left(f"{name} = ")).render(wrap_line=False))


def latex(expr: Expression) -> str:
    """For a document that loads amsmath."""
    return str(_Latex({"order": "none" if _is_long(expr) else None}).doprint(expr))


def _is_long(expr: Expression) -> bool:
    return sum(1 for _ in sympy.preorder_traversal(expr)) > MAX_TWO_DIMENSIONAL


@contextlib.contextmanager
def _unicode() -> Iterator[None]:
    """SymPy keeps this in a global variable."""
    before = pretty_use_unicode(True)
    try:
        yield
    finally:
        pretty_use_unicode(before)


def _decimal(value: Expression) -> str:
    return f"{float(value):.{DIGITS}g}"


def _one_list_of_cases(expr: Expression) -> Expression:
    """A last case that consists of cases itself gives way to them."""
    *cases, (last, condition) = expr.args
    while isinstance(last, sympy.Piecewise) and condition == sympy.true:
        *more, (last, condition) = last.args
        cases += more
    return Piecewise(*cases, (last, condition))


def _limits_of_x(conditions: Any) -> tuple[Expression, Expression] | None:
    """The two conditions of `a < x and x <= b`, the lower limit first; None if they are others."""
    above = [condition for condition in conditions if isinstance(condition, sympy.Gt | sympy.Ge)]
    below = [condition for condition in conditions if isinstance(condition, sympy.Lt | sympy.Le)]
    if len(conditions) != 2 or not above or not below or above[0].lhs != below[0].lhs:
        return None
    return above[0], below[0]


class _Pretty(PrettyPrinter):  # type: ignore[misc]
    def _print_Symbol(self, expr: Expression) -> Any:  # noqa: N802  (SymPy's names)
        return prettyForm(expr.name if "_" in expr.name else pretty_symbol(expr.name))

    def _print_Float(self, expr: Expression) -> Any:  # noqa: N802
        return prettyForm(_decimal(expr), binding=prettyForm.ATOM if expr >= 0 else prettyForm.NEG)

    def _print_Piecewise(self, expr: Expression) -> Any:  # noqa: N802
        return super()._print_Piecewise(_one_list_of_cases(expr))

    def _print_Max(self, expr: Expression) -> Any:  # noqa: N802
        return self._helper_print_function(expr.func, expr.args, func_name="max")

    def _print_Min(self, expr: Expression) -> Any:  # noqa: N802
        return self._helper_print_function(expr.func, expr.args, func_name="min")

    def _print_And(self, expr: Expression) -> Any:  # noqa: N802
        between = _limits_of_x(expr.args)
        if between is None:
            return super()._print_And(expr)
        low, high = between
        signs = [" < " if isinstance(low, sympy.Gt) else " ≤ ", " < " if isinstance(high, sympy.Lt) else " ≤ "]
        parts = [self._print(low.rhs), signs[0], self._print(low.lhs), signs[1], self._print(high.rhs)]
        return prettyForm(*stringPict.next(*parts))


class _Latex(LatexPrinter):  # type: ignore[misc]
    def _print_Mul(self, expr: Expression) -> str:  # noqa: N802
        """SymPy's, but for a factor e**u with u < 0, where it would try, perhaps for ever, to prove u constant."""
        factors = list(expr.args)
        for i, factor in enumerate(factors):
            exponent = factor.as_base_exp()[1]
            if exponent.is_negative and not exponent.is_number:
                factors[i] = sympy.Dummy()
                self._settings["symbol_names"][factors[i]] = self._print(factor)
        return str(super()._print_Mul(expr.func(*factors) if factors != list(expr.args) else expr))

    def _print_Symbol(self, expr: Expression, style: str = "plain") -> str:  # noqa: N802
        if expr not in self._settings["symbol_names"] and len(expr.name) > 1 and expr.name not in greek_unicode:
            escaped = expr.name.replace("_", r"\_")
            return rf"\mathit{{{escaped}}}"
        return str(super()._print_Symbol(expr, style))

    def _print_Float(self, expr: Expression) -> str:  # noqa: N802
        mantissa, e, exponent = _decimal(expr).partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else mantissa

    def _print_Piecewise(self, expr: Expression, exp: str | None = None) -> str:  # noqa: N802
        text = str(super()._print_Piecewise(_one_list_of_cases(expr)))
        text = re.sub(r" \\\\(?=\S)", r" \\\\ ", text.replace(r"\text{for}\: ", r"\text{for } "))
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"  # SymPy's knows no power of cases

    def _print_And(self, expr: Expression) -> str:  # noqa: N802
        between = _limits_of_x(expr.args)
        if between is None:
            return str(super()._print_And(expr))
        low, high = between
        signs = ["<" if isinstance(low, sympy.Gt) else r"\leq", "<" if isinstance(high, sympy.Lt) else r"\leq"]
        return " ".join([self._print(low.rhs), signs[0], self._print(low.lhs), signs[1], self._print(high.rhs)])
