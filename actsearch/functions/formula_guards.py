"""A formula's tree in a form that is safe to compute and to differentiate over arrays."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.formula_namespaces import FLOATS
from actsearch.functions.formula_tree import (
    CHOICES,
    ONE,
    ZERO,
    Apply,
    Tree,
    Where,
    by_pairs,
    children,
    depends_on_x,
    with_children,
)
from actsearch.functions.formula_values import TreeEvaluation, is_finite

_QUARTERS = [i / 4 for i in range(3, 41)]
_BOTH_SIGNS = itertools.chain.from_iterable((x, -x) for x in _QUARTERS)
_SAFE = (1.0, -1.0, 0.5, -0.5, *_BOTH_SIGNS, 0.0, 20.0, -20.0, 1e3, -1e3)
"""The values of x that are tried, in this order."""


def guarded(tree: Tree, parameters: Mapping[str, float]) -> Tree:
    """The same function in a form for arrays: every `where` guarded, `max` and `min` by pairs, overflow avoided.

    Of two equal arguments of `max` and `min`, a constant wins over one that depends on x, else the first.
    """
    tree = with_children(tree, lambda child: guarded(child, parameters))
    match tree:
        case Where():
            return _with_safe_points(tree, parameters)
        case Apply("max" | "min" | "clip"):
            return _guarded_pairs(by_pairs(tree), parameters)
        case Apply("relu", (u,)) if _may_overflow(u):
            return _with_safe_points(Where(Apply(">", (u, ZERO)), u, ZERO, tree.column), parameters)
        case Apply("/", (u, Apply("+", (a, b)))) if (v := _exponent_beside_one(a, b)) is not None:
            logistic = Apply("sigmoid", (Apply("neg", (v,)),), tree.column)
            return logistic if u == ONE else Apply("*", (u, logistic), tree.column)
        case Apply("log", (Apply("+", (a, b)),)) if (v := _exponent_beside_one(a, b)) is not None:
            return Apply("softplus", (v,), tree.column)
        case Apply("log1p", (Apply("exp", (v,)),)):
            return Apply("softplus", (v,), tree.column)
    return tree


def _exponent_beside_one(a: Tree, b: Tree) -> Tree | None:
    """v of 1 + exp(v): written with sigmoid and softplus it does not overflow."""
    for summand, exponential in ((a, b), (b, a)):
        if summand == ONE and isinstance(exponential, Apply) and exponential.operation == "exp":
            return exponential.arguments[0]
    return None


def _guarded_pairs(tree: Tree, parameters: Mapping[str, float]) -> Tree:
    """`larger` and `smaller` with a `where` in their place if they may overflow."""
    if not isinstance(tree, Apply) or tree.operation not in CHOICES:
        return tree
    a, b = (_guarded_pairs(argument, parameters) for argument in tree.arguments)
    if not (_may_overflow(a) or _may_overflow(b)):
        return replace(tree, arguments=(a, b))
    return _with_safe_points(Where(Apply(CHOICES[tree.operation], (a, b)), a, b, tree.column), parameters)


_DOUBLING = ("max", "min", "clip", "relu")
_BOUNDED = {
    "+",
    "-",
    "neg",
    "max",
    "min",
    "larger",
    "smaller",
    "clip",
    "relu",
    "abs",
    "sign",
    "softplus",
    "sin",
    "cos",
    "tanh",
    "atan",
    "asinh",
    "erf",
    "sigmoid",
}
"""Finite, and of finite slope, wherever what they are made of is so."""


def _may_overflow(tree: Tree) -> bool:
    """Whether a value or a slope may be infinite somewhere: of anything but sums and functions of bounded slope."""
    if not depends_on_x(tree):
        return False
    match tree:
        case Apply("*", (a, b)) if not (depends_on_x(a) and depends_on_x(b)):
            return _may_overflow(a) or _may_overflow(b)
        case Apply("/", (a, b)) if not depends_on_x(b):
            return _may_overflow(a)
        case Apply(operation) if operation not in _BOUNDED:
            return True
        case Where():
            return _may_overflow(tree.taken) or _may_overflow(tree.refused)
    return any(map(_may_overflow, children(tree)))


def _with_safe_points(tree: Where, parameters: Mapping[str, float]) -> Where:
    taken_at = _safe_point(tree.condition, True, tree.taken, parameters)
    return replace(tree, taken_at=taken_at, refused_at=_safe_point(tree.condition, False, tree.refused, parameters))


def _safe_point(condition: Tree, wanted: bool, branch: Tree, parameters: Mapping[str, float]) -> float | None:
    """An x at which the branch and its slope are finite, if there is one where it is taken; None if it needs none."""
    if not _may_overflow(branch):
        return None
    slope = differentiate(branch)
    fallback = None
    for x in _SAFE:
        at_x = TreeEvaluation(FLOATS, x, parameters)
        if is_finite(at_x.value(branch)) and is_finite(at_x.value(slope)):
            if at_x.value(condition) == wanted:
                return x
            fallback = x if fallback is None else fallback
    return fallback


def computed_operations(tree: Tree) -> int:
    """How many operations `guarded` makes of the tree, at most: a choice computes what may overflow twice."""
    parts = 1 + sum(map(computed_operations, children(tree)))
    if isinstance(tree, Apply) and tree.operation in _DOUBLING and _may_overflow(tree):
        choices = 2 if tree.operation == "clip" else max(1, len(tree.arguments) - 1)
        return parts << choices
    return parts
