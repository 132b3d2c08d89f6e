"""The tree of a formula: its nodes, its derivative by the rules, and the one way to write it. Imports nothing heavy.

Values of one tree are computed in `formula_values.py`; what a user may write is decided in `formulas.py`.
"""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

Tree: TypeAlias = "Number | Name | Apply | Where"

VARIABLE = "x"
CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
MANY = 1_000_000
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "exp": (1, 1),
    "expm1": (1, 1),
    "log": (1, 1),
    "log1p": (1, 1),
    "sqrt": (1, 1),
    "abs": (1, 1),
    "sign": (1, 1),
    "min": (2, MANY),
    "max": (2, MANY),
    "clip": (3, 3),
    "sin": (1, 1),
    "cos": (1, 1),
    "tanh": (1, 1),
    "sinh": (1, 1),
    "cosh": (1, 1),
    "atan": (1, 1),
    "asinh": (1, 1),
    "erf": (1, 1),
    "sigmoid": (1, 1),
    "softplus": (1, 1),
    "relu": (1, 1),
}
"""Every function but `where`, with the least and the largest number of its arguments."""


@dataclass(frozen=True)
class Number:
    """A number as it is written, without a sign."""

    value: float
    column: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Name:
    """`x`, a constant or a parameter."""

    name: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Apply:
    """An operation or function on its arguments.

    Operations: `+ - * / **` and `neg`, `< <= > >=`, `and or not`, the names in `FUNCTIONS`, and in trees that no user
    wrote `larger` and `smaller` of two, which are the first only if it is strictly beyond the second.
    """

    operation: str
    arguments: tuple[Tree, ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Where:
    """One of two branches. `taken_at` and `refused_at` are values of x at which a branch and its slope are finite.

    Where a branch is not asked for, it is computed there instead of at x: see `formula_values.py`.
    """

    condition: Tree
    taken: Tree
    refused: Tree
    column: int = field(default=0, compare=False)
    taken_at: float | None = field(default=None, compare=False)
    refused_at: float | None = field(default=None, compare=False)


X = Name(VARIABLE)
ZERO, ONE, TWO = Number(0.0), Number(1.0), Number(2.0)
COMPARISONS = ("<", "<=", ">", ">=")
CHOICES: Mapping[str, str] = {"larger": ">", "smaller": "<"}
"""What must hold for the first of the two to be chosen."""


def children(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Apply():
            return tree.arguments
        case Where():
            return tree.condition, tree.taken, tree.refused
    return ()


def nodes(tree: Tree) -> Iterator[Tree]:
    """Every node, each before its children."""
    yield tree
    for child in children(tree):
        yield from nodes(child)


def names(tree: Tree) -> set[str]:
    return {node.name for node in nodes(tree) if isinstance(node, Name)}


def depends_on_x(tree: Tree) -> bool:
    return any(isinstance(node, Name) and node.name == VARIABLE for node in nodes(tree))


def with_children(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The node with each of its children changed."""
    match tree:
        case Apply():
            return replace(tree, arguments=tuple(map(change, tree.arguments)))
        case Where():
            changed = (change(tree.condition), change(tree.taken), change(tree.refused))
            return replace(tree, condition=changed[0], taken=changed[1], refused=changed[2])
    return tree


# --- the derivative


def differentiate(tree: Tree) -> Tree:
    """The derivative with respect to x. Where both sides of a comparison are equal, it means the left derivative.

    Parts of the tree are shared, not copied: as many new nodes as the tree has, times a small number.
    """
    if not depends_on_x(tree):
        return ZERO
    match tree:
        case Where():
            slopes = differentiate(tree.taken), differentiate(tree.refused)
            same = isinstance(slopes[0], Number) and slopes[0] == slopes[1]
            return slopes[0] if same else replace(tree, taken=slopes[0], refused=slopes[1])
        case Apply():
            return _RULES.get(tree.operation, _chain)(tree)
    return ONE


def _chain(tree: Apply) -> Tree:
    (inner,) = tree.arguments
    return times(_outer(tree, inner), differentiate(inner))


def _sum(tree: Apply) -> Tree:
    return plus(*map(differentiate, tree.arguments))


def _difference(tree: Apply) -> Tree:
    return minus(*map(differentiate, tree.arguments))


def _negative(tree: Apply) -> Tree:
    return negative(differentiate(tree.arguments[0]))


def _product(tree: Apply) -> Tree:
    u, v = tree.arguments
    return plus(times(differentiate(u), v), times(u, differentiate(v)))


def _quotient(tree: Apply) -> Tree:
    u, v = tree.arguments
    if not depends_on_x(v):
        return divided(differentiate(u), v)
    base, n = v.arguments if isinstance(v, Apply) and v.operation == "**" else (v, ONE)
    return minus(
        divided(differentiate(u), v),
        divided(times(times(n, u), differentiate(base)), power(base, plus(n, ONE))),
    )


def _power(tree: Apply) -> Tree:
    base, exponent = tree.arguments
    return times(times(exponent, power(base, minus(exponent, ONE))), differentiate(base))


def _chosen(tree: Apply) -> Tree:
    a, b = tree.arguments
    return either(Apply(CHOICES[tree.operation], (a, b)), differentiate(a), differentiate(b))


def by_pairs(tree: Apply) -> Tree:
    """`max`, `min` and `clip` by `larger` and `smaller` of two; every other operation as it is.

    Of two equal ones so a constant wins over one that depends on x, and else the one that was written first.
    """
    if tree.operation == "clip":
        u, low, high = tree.arguments
        return _pair("smaller", tree.column, _pair("larger", tree.column, u, low), high)
    if tree.operation in ("max", "min"):
        choice = "larger" if tree.operation == "max" else "smaller"
        return functools.reduce(functools.partial(_pair, choice, tree.column), tree.arguments)
    return tree


def _pair(choice: str, column: int, first: Tree, second: Tree) -> Tree:
    return Apply(choice, (second, first) if depends_on_x(second) else (first, second), column)


def _clip(tree: Apply) -> Tree:
    u, low, high = tree.arguments
    if depends_on_x(low) or depends_on_x(high):
        return differentiate(by_pairs(tree))
    return either(Apply("and", (Apply(">", (u, low)), Apply("<", (u, high)))), differentiate(u), ZERO)


def _relu(tree: Apply) -> Tree:
    (u,) = tree.arguments
    return either(Apply(">", (u, ZERO)), differentiate(u), ZERO)


def _abs(tree: Apply) -> Tree:
    return times(Apply("sign", tree.arguments), differentiate(tree.arguments[0]))


_RULES: Mapping[str, Callable[[Apply], Tree]] = {
    "+": _sum,
    "-": _difference,
    "neg": _negative,
    "*": _product,
    "/": _quotient,
    "**": _power,
    "max": lambda tree: differentiate(by_pairs(tree)),
    "min": lambda tree: differentiate(by_pairs(tree)),
    "larger": _chosen,
    "smaller": _chosen,
    "clip": _clip,
    "relu": _relu,
    "abs": _abs,
    "sign": lambda _: ZERO,
}


def _outer(f: Apply, u: Tree) -> Tree:
    """The slope of a function f(u) of one argument, without the factor u'."""
    match f.operation:
        case "exp":
            return f
        case "expm1":
            return Apply("exp", (u,))
        case "log":
            return divided(ONE, u)
        case "log1p":
            return divided(ONE, plus(ONE, u))
        case "sqrt":
            return divided(ONE, times(TWO, f))
        case "sin":
            return Apply("cos", (u,))
        case "cos":
            return negative(Apply("sin", (u,)))
        case "tanh":
            return minus(ONE, power(f, TWO))
        case "sinh":
            return Apply("cosh", (u,))
        case "cosh":
            return Apply("sinh", (u,))
        case "atan":
            return divided(ONE, plus(ONE, power(u, TWO)))
        case "asinh":
            return divided(ONE, Apply("sqrt", (plus(ONE, power(u, TWO)),)))
        case "erf":
            return times(divided(TWO, Apply("sqrt", (Name("pi"),))), Apply("exp", (negative(power(u, TWO)),)))
        case "sigmoid":
            return times(f, Apply("sigmoid", (negative(u),)))  # 1 - f would lose the tail
        case "softplus":
            return Apply("sigmoid", (u,))
    raise AssertionError(f.operation)


def plus(a: Tree, b: Tree) -> Tree:
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value + b.value)
    return b if a == ZERO else a if b == ZERO else Apply("+", (a, b))


def minus(a: Tree, b: Tree) -> Tree:
    if isinstance(a, Number) and isinstance(b, Number) and a.value >= b.value:
        return Number(a.value - b.value)
    return negative(b) if a == ZERO else a if b == ZERO else Apply("-", (a, b))


def negative(a: Tree) -> Tree:
    return ZERO if a == ZERO else Apply("neg", (a,))


def times(a: Tree, b: Tree) -> Tree:
    if ZERO in (a, b):
        return ZERO
    return b if a == ONE else a if b == ONE else Apply("*", (a, b))


def divided(a: Tree, b: Tree) -> Tree:
    return ZERO if a == ZERO else a if b == ONE else Apply("/", (a, b))


def power(base: Tree, exponent: Tree) -> Tree:
    return ONE if exponent == ZERO else base if exponent == ONE else Apply("**", (base, exponent))


def either(condition: Tree, taken: Tree, refused: Tree) -> Tree:
    same = isinstance(taken, Number) and taken == refused
    return taken if same else Where(condition, taken, refused)


# --- the one way to write it


def written(tree: Tree) -> str:
    """Python's spelling of the tree, with no more parentheses than it needs."""
    return ast.unparse(_python(tree))


def _python(tree: Tree) -> ast.expr:
    match tree:
        case Number(value):
            whole = value.is_integer() and value < 1e16
            return ast.Constant(int(value) if whole else value)
        case Name(name):
            return ast.Name(name, ast.Load())
        case Where(condition, taken, refused):
            return _call("where", (condition, taken, refused))
    arguments = [_python(argument) for argument in tree.arguments]
    if tree.operation in _BINARY:
        return ast.BinOp(arguments[0], _BINARY[tree.operation](), arguments[1])
    if tree.operation in _COMPARED:
        return ast.Compare(arguments[0], [_COMPARED[tree.operation]()], arguments[1:])
    if tree.operation in _UNARY:
        return ast.UnaryOp(_UNARY[tree.operation](), arguments[0])
    if tree.operation in _JOINED:
        return ast.BoolOp(_JOINED[tree.operation](), arguments)
    return _call(tree.operation, tree.arguments)


def _call(function: str, arguments: tuple[Tree, ...]) -> ast.expr:
    return ast.Call(ast.Name(function, ast.Load()), [_python(argument) for argument in arguments], [])


_BINARY: Mapping[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "**": ast.Pow,
}
_COMPARED: Mapping[str, type[ast.cmpop]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_UNARY: Mapping[str, type[ast.unaryop]] = {"neg": ast.USub, "not": ast.Not}
_JOINED: Mapping[str, type[ast.boolop]] = {"and": ast.And, "or": ast.Or}
OPERATIONS: Mapping[type[ast.AST], str] = {
    node: sign for table in (_BINARY, _COMPARED, _UNARY, _JOINED) for sign, node in table.items()
}
"""Python's node to the sign."""
