"""Formulas and their derivatives as SymPy expressions, for the terminal and for LaTeX. Imports SymPy.

SymPy gets trees that `parse_formula` has let through and nothing else, node by node, never a text. Of its calculus and
its simplifications some have no bound in time, and are not asked: the derivative is that of `formula_derivative`, and
cases and conditions stay as they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import sympy
from sympy.functions.elementary.piecewise import ExprCondPair

from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.formula_tree import CHOICES, VARIABLE, Apply, Name, Number, Tree, Where, by_pairs
from actsearch.functions.formulas import Formula

Expression: TypeAlias = Any
"""A SymPy expression; SymPy has no types."""

MAX_TWO_DIMENSIONAL = 250
"""An expression of more nodes is printed in one line, in no particular order."""


class Piecewise(sympy.Piecewise):  # type: ignore[misc]
    """SymPy's, and printed as such, but left alone: SymPy would fold and compare its cases, which can take for ever."""

    def __new__(cls, *cases: Any, **_: Any) -> Expression:
        pairs = [sympy.Tuple.__new__(ExprCondPair, *map(sympy.sympify, getattr(case, "args", case))) for case in cases]
        return sympy.Basic.__new__(cls, *pairs)

    def _eval_power(self, _exponent: Expression) -> None:
        return None


def expression(formula: Formula) -> Expression:
    """f in the real symbol x and a real symbol for each parameter."""
    return _converted(formula.tree)


def derivative(formula: Formula) -> Expression:
    """f' likewise. At a kink it means the left derivative, but for `abs`, whose derivative is written as a sign."""
    return _converted(differentiate(formula.tree))


def _converted(tree: Tree) -> Expression:
    known: dict[int, tuple[Tree, Expression]] = {}  # with the node, since the id of one that is gone may come again

    def convert(node: Tree) -> Expression:
        if id(node) not in known:
            known[id(node)] = node, _converted_node(node, convert)
        return known[id(node)][1]

    return convert(tree)


def _converted_node(tree: Tree, convert: Callable[[Tree], Expression]) -> Expression:
    match tree:
        case Number(value):
            return _exact_number(value)
        case Name(name):
            return _NAMES[name] if name in _NAMES else sympy.Symbol(name, real=True)
        case Where():
            return _two_cases(convert(tree.taken), convert(tree.condition), convert(tree.refused))
        case Apply("max" | "min"):
            return convert(by_pairs(tree))
        case Apply("larger" | "smaller", (a, b)):
            return _larger_or_smaller(tree.operation, convert(a), convert(b))
        case Apply("relu", (u,)):
            return _larger_or_smaller("larger", convert(u), sympy.Integer(0))
        case Apply("clip", (u, low, high)) if not _has_cases(convert(u)):
            below, above = (convert(Apply(sign, (u, end))) for sign, end in (("<", low), (">", high)))
            return Piecewise((convert(low), below), (convert(high), above), (convert(u), sympy.true))
        case Apply("sigmoid", (Apply("neg", (u,)),)):  # beside sigmoid(u) it makes a square
            return _exp(-convert(u)) / (1 + _exp(-convert(u)))
        case Apply("clip"):
            return convert(by_pairs(tree))
    return _OPERATIONS[tree.operation](*map(convert, tree.arguments))


def _larger_or_smaller(choice: str, a: Expression, b: Expression) -> Expression:
    """By cases, in which `a` stands twice; within others, where this would go on doubling, as a maximum or minimum."""
    if _has_cases(a) or _has_cases(b):
        return (sympy.Max if choice == "larger" else sympy.Min)(a, b, evaluate=False)
    return _two_cases(a, _OPERATIONS[CHOICES[choice]](a, b), b)


def _has_cases(expr: Expression) -> bool:
    return bool(expr.has(Piecewise, sympy.Max, sympy.Min))


def _exact_number(value: float) -> Expression:
    """Simple fractions are exact, so that 0.5 * 2 is 1; others stay decimals, as they are written."""
    exact = Fraction(repr(value))  # 0.1 is meant, not the nearest float
    simple = exact.denominator <= 12
    return sympy.Rational(exact.numerator, exact.denominator) if simple else sympy.Float(value)


def _two_cases(taken: Expression, condition: Expression, otherwise: Expression) -> Expression:
    return Piecewise((taken, condition), (otherwise, sympy.true))


def _relation(kind: Any) -> Callable[..., Expression]:
    def compare(a: Expression, b: Expression) -> Expression:
        """x/6 + 1/2 > 0 as x > -3; whatever is not linear in x as it is."""
        difference = a - b
        slope, rest = difference.coeff(X, 1), difference.coeff(X, 0)
        if not (slope.is_Number and slope and rest.is_Number and difference == slope * X + rest):
            return kind(a, b, evaluate=False)
        return (kind if slope > 0 else _TURNED[kind])(X, -rest / slope, evaluate=False)

    return compare


_TURNED = {sympy.Lt: sympy.Gt, sympy.Gt: sympy.Lt, sympy.Le: sympy.Ge, sympy.Ge: sympy.Le}


def _closed(function: Any) -> Callable[..., Expression]:
    """A function that is evaluated at numbers alone: elsewhere SymPy would ask itself what is known of the argument."""
    return lambda a: function(a, evaluate=bool(a.is_Number))


_exp = _closed(sympy.exp)


def _logic(kind: Any) -> Callable[..., Expression]:
    return lambda *parts: kind(*parts, evaluate=False)


X = sympy.Symbol(VARIABLE, real=True)
_NAMES: Mapping[str, Expression] = {VARIABLE: X, "pi": sympy.pi, "e": sympy.E}
_OPERATIONS: Mapping[str, Callable[..., Expression]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "neg": lambda a: -a,
    "<": _relation(sympy.Lt),
    "<=": _relation(sympy.Le),
    ">": _relation(sympy.Gt),
    ">=": _relation(sympy.Ge),
    "and": _logic(sympy.And),
    "or": _logic(sympy.Or),
    "not": sympy.Not,
    "exp": _exp,
    "expm1": lambda a: _exp(a) - 1,
    "log": _closed(sympy.log),
    "log1p": lambda a: _closed(sympy.log)(1 + a),
    "sqrt": sympy.sqrt,
    "sigmoid": lambda a: 1 / (1 + _exp(-a)),
    "softplus": lambda a: _closed(sympy.log)(1 + _exp(a)),
    "abs": _closed(sympy.Abs),
    "sign": _closed(sympy.sign),
    "erf": _closed(sympy.erf),
    "sin": _closed(sympy.sin),
    "cos": _closed(sympy.cos),
    "tanh": _closed(sympy.tanh),
    "sinh": _closed(sympy.sinh),
    "cosh": _closed(sympy.cosh),
    "atan": _closed(sympy.atan),
    "asinh": _closed(sympy.asinh),
}
