"""The tree of a formula: its nodes, and the one way to write it. Imports nothing heavy.

Its derivative is made in `formula_derivative.py`, its values in `formula_values.py`; what a user may write is decided
in `formula_reader.py`.
"""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, TypeAlias

Tree: TypeAlias = "Number | Name | Apply | Where"

VARIABLE = "x"
CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
ANY_NUMBER = 1_000_000
FORMULA_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "exp": (1, 1),
    "expm1": (1, 1),
    "log": (1, 1),
    "log1p": (1, 1),
    "sqrt": (1, 1),
    "abs": (1, 1),
    "sign": (1, 1),
    "min": (2, ANY_NUMBER),
    "max": (2, ANY_NUMBER),
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
    has_x: ClassVar[bool] = False


@dataclass(frozen=True)
class Name:
    """`x`, a constant or a parameter."""

    name: str
    column: int = field(default=0, compare=False)

    @property
    def has_x(self) -> bool:
        """Whether the value depends on x."""
        return self.name == VARIABLE


@dataclass(frozen=True)
class Apply:
    """An operation or function on its arguments.

    Operations: `+ - * / **` and `neg`, `< <= > >=`, `and or not`, the names in `FORMULA_FUNCTIONS`, and in trees that
    no user wrote `larger` and `smaller` of two, which are the first only if it is strictly beyond the second.
    """

    operation: str
    arguments: tuple[Tree, ...]
    column: int = field(default=0, compare=False)

    @cached_property
    def has_x(self) -> bool:
        """Asked again and again of the same parts of a tree."""
        return any(argument.has_x for argument in self.arguments)


@dataclass(frozen=True)
class Where:
    """One of two branches. `taken_at` and `refused_at` are values of x at which a branch and its slope are finite.

    Where a branch is not asked for, it is computed there instead of at x: see `formula_guards.py`.
    """

    condition: Tree
    taken: Tree
    refused: Tree
    column: int = field(default=0, compare=False)
    taken_at: float | None = field(default=None, compare=False)
    refused_at: float | None = field(default=None, compare=False)

    @cached_property
    def has_x(self) -> bool:
        """Likewise."""
        return self.condition.has_x or self.taken.has_x or self.refused.has_x


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
    """Of `x`, constants and parameters."""
    return {node.name for node in nodes(tree) if isinstance(node, Name)}


def depends_on_x(tree: Tree) -> bool:
    return tree.has_x


def with_children(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The node with each of its children changed."""
    match tree:
        case Apply():
            return replace(tree, arguments=tuple(map(change, tree.arguments)))
        case Where():
            changed = (change(tree.condition), change(tree.taken), change(tree.refused))
            return replace(tree, condition=changed[0], taken=changed[1], refused=changed[2])
    return tree


def by_pairs(tree: Apply) -> Tree:
    """`max`, `min` and `clip` by `larger` and `smaller` of two; every other operation as it is.

    Of two equal ones so a constant wins over one that depends on x, and else the one that was written first.
    """
    if tree.operation == "clip":
        u, low, high = tree.arguments
        return _one_of_two("smaller", tree.column, _one_of_two("larger", tree.column, u, low), high)
    if tree.operation in ("max", "min"):
        choice = "larger" if tree.operation == "max" else "smaller"
        return functools.reduce(functools.partial(_one_of_two, choice, tree.column), tree.arguments)
    return tree


def _one_of_two(choice: str, column: int, first: Tree, second: Tree) -> Tree:
    return Apply(choice, (second, first) if depends_on_x(second) else (first, second), column)


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
_NODES: Mapping[str, type[ast.AST]] = {**_BINARY, **_COMPARED, **_UNARY, **_JOINED}
OPERATIONS: Mapping[type[ast.AST], str] = {node: sign for sign, node in _NODES.items()}
"""Python's node to the sign."""
