"""Formulas and their derivatives as SymPy expressions, for the terminal and for LaTeX. Imports SymPy.

SymPy gets trees that `formulas.parse` has let through and nothing else, node by node, never a text. Its own calculus is
not asked, since some of it has no bound in time: the derivative is `formula_tree.differentiate`'s, cases stay closed
(`Cases`), and only small expressions are simplified at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import sympy

from actsearch.formula_tree import VARIABLE, Apply, Name, Number, Tree, Where, by_pairs, differentiate
from actsearch.formulas import Formula

Expression: TypeAlias = Any
"""A SymPy expression; SymPy has no types."""

MAX_TIDIED = 60
"""An expression of more nodes is left as it is."""
MAX_TWO_DIMENSIONAL = 250
"""An expression of more nodes is printed in one line."""


class Cases(sympy.Piecewise):  # type: ignore[misc]
    """A Piecewise that stays as it is: SymPy would compare its conditions, which can take for ever."""

    def __new__(cls, *cases: Any, **options: Any) -> Expression:
        return super().__new__(cls, *cases, **{**options, "evaluate": False})

    def _eval_power(self, exponent: Expression) -> None:  # noqa: ARG002
        return None


def expression(formula: Formula) -> Expression:
    """f in the real symbol x and a real symbol for each parameter."""
    return _converted(formula.tree)


def derivative(formula: Formula) -> Expression:
    """f' likewise, tidied if it is small. At a kink it means the left derivative where a case is open there."""
    return tidied(_converted(differentiate(formula.tree)))


def pretty(expr: Expression) -> str:
    """For a terminal: over several lines, in Unicode; a long expression in one."""
    if _size(expr) > MAX_TWO_DIMENSIONAL:
        return str(sympy.sstr(_with_decimals(expr), order="none"))
    return str(sympy.pretty(_with_decimals(expr), use_unicode=True, wrap_line=False))


def latex(expr: Expression) -> str:
    order = "none" if _size(expr) > MAX_TWO_DIMENSIONAL else None
    return str(sympy.latex(_with_decimals(expr), order=order))


def tidied(expr: Expression) -> Expression:
    """Common factors collected, if that makes a small expression smaller."""
    if _size(expr) > MAX_TIDIED or expr.has(Cases):
        return expr
    return min(expr, sympy.factor_terms(expr), key=_size)


def _size(expr: Expression) -> int:
    return sum(1 for _ in sympy.preorder_traversal(expr))


def _with_decimals(expr: Expression) -> Expression:
    """Numbers were exact fractions; those that are no simple ones are shown as decimals again."""
    shown = {number: sympy.Float(number, 15) for number in expr.atoms(sympy.Rational) if number.q > 12 and number.p}
    return expr.xreplace(shown)


# --- from tree to expression


def _converted(tree: Tree) -> Expression:
    known: dict[int, Expression] = {}

    def convert(node: Tree) -> Expression:
        if id(node) not in known:
            known[id(node)] = _one(node, convert)
        return known[id(node)]

    return convert(tree)


def _one(tree: Tree, convert: Callable[[Tree], Expression]) -> Expression:
    match tree:
        case Number(value):
            exact = Fraction(repr(value))  # 0.1 is meant, not the nearest float
            return sympy.Rational(exact.numerator, exact.denominator)
        case Name(name):
            return _NAMES.get(name) or sympy.Symbol(name, real=True)
        case Where():
            cases = (convert(tree.taken), convert(tree.condition)), (convert(tree.refused), True)
            return Cases(*cases)
        case Apply("max" | "min", arguments) if len(arguments) > 2:
            return convert(by_pairs(tree))
    return _OPERATIONS[tree.operation](*map(convert, tree.arguments))


def _cases(taken: Expression, condition: Expression, otherwise: Expression) -> Expression:
    return Cases((taken, condition), (otherwise, True))


def _relation(kind: Any) -> Callable[..., Expression]:
    return lambda a, b: kind(a, b, evaluate=False)


def _logic(kind: Any) -> Callable[..., Expression]:
    return lambda *parts: kind(*parts, evaluate=False)


_NAMES: Mapping[str, Expression] = {
    VARIABLE: sympy.Symbol(VARIABLE, real=True),
    "pi": sympy.pi,
    "e": sympy.E,
}
_greater, _less = _relation(sympy.Gt), _relation(sympy.Lt)
_OPERATIONS: Mapping[str, Callable[..., Expression]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "neg": lambda a: -a,
    "<": _less,
    "<=": _relation(sympy.Le),
    ">": _greater,
    ">=": _relation(sympy.Ge),
    "and": _logic(sympy.And),
    "or": _logic(sympy.Or),
    "not": _logic(sympy.Not),
    "exp": sympy.exp,
    "expm1": lambda a: sympy.exp(a) - 1,
    "log": sympy.log,
    "log1p": lambda a: sympy.log(1 + a),
    "sqrt": sympy.sqrt,
    "abs": lambda a: sympy.Abs(a, evaluate=False),
    "sign": lambda a: sympy.sign(a, evaluate=False),
    "max": lambda a, b: _cases(a, _greater(a, b), b),
    "min": lambda a, b: _cases(a, _less(a, b), b),
    "clip": lambda a, low, high: Cases((low, _less(a, low)), (high, _greater(a, high)), (a, True)),
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tanh": sympy.tanh,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "atan": sympy.atan,
    "asinh": sympy.asinh,
    "erf": sympy.erf,
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "softplus": lambda a: sympy.log(1 + sympy.exp(a)),
    "relu": lambda a: _cases(a, _greater(a, 0), sympy.Integer(0)),
}
