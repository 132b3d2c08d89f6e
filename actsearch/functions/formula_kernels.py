"""What follows from the formula of a row of the registry: f and f' over arrays, and f in Keras.

A user's formula is computed as it is written. Of the registry's the value is exact near 0 as well, and the slope that
Keras finds at a kink is the left one, as `numpy_gradient` gives it: see `_exact`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actsearch.functions.formula_derivative import differentiate, negative, times
from actsearch.functions.formula_guards import guarded
from actsearch.functions.formula_reader import read_tree
from actsearch.functions.formula_tree import ONE, TWO, ZERO, Apply, Number, Tree, Where, depends_on_x, with_children
from actsearch.functions.formula_values import numpy_values, tree_values

if TYPE_CHECKING:
    from actsearch.functions.arrays import Array

Numbers = tuple[tuple[str, float], ...]
"""Names of parameters with their values."""


def kernel_values(text: str, x: Any, namespace: Any, parameters: Mapping[str, Any], numbers: Numbers) -> Any:
    """f at x, of x's shape and dtype, with the functions of a namespace such as `keras.ops`.

    `parameters` may be tensors, which are broadcast against x; `numbers` are values near which they are.
    """
    given = {name: float(value) if isinstance(value, int) else value for name, value in parameters.items()}
    return tree_values(_kernel_tree(text, numbers), x, namespace, given)


@functools.lru_cache(maxsize=256)
def numpy_kernel(text: str, numbers: Numbers) -> Callable[[Array], Array]:
    """f over NumPy arrays; keeps shape and floating dtype."""
    return numpy_values(_for_numpy(_kernel_tree(text, numbers), {}), dict(numbers))


@functools.lru_cache(maxsize=256)
def numpy_kernel_gradient(text: str, numbers: Numbers) -> Callable[[Array], Array]:
    """f' likewise, by the rules of calculus; at a kink the left derivative."""
    slope = _exact_slope(differentiate(_kernel_tree(text, numbers)))
    return numpy_values(_for_numpy(slope, {}), dict(numbers), left=True)


@functools.lru_cache(maxsize=256)
def _kernel_tree(text: str, numbers: Numbers) -> Tree:
    return _without_double_signs(guarded(_exact(read_tree(text)), dict(numbers)))


def _exact(tree: Tree) -> Tree:
    """The same function: `exp(u) - 1` without cancellation, and `clip` and `max(0, u)` with the left slope at a kink.

    The slope of `clip(u, low, high)` is the left one where u rises, as in all formulas of the registry.
    """
    tree = with_children(tree, _exact)
    match tree:
        case Apply("-", (Apply("exp", (u,)), right)) if right == ONE:
            return Apply("expm1", (u,))
        case Apply("max", (left, u)) if left == ZERO:
            return Apply("relu", (u,))
        case Apply("clip", (u, low, high)) if not (depends_on_x(low) or depends_on_x(high)):
            inner = Where(Apply(">", (u, low)), u, low)
            return Where(Apply(">", (u, high)), high, inner)
    return tree


def _exact_slope(tree: Tree) -> Tree:
    """The same without the cancellation of `1 - (1 - u)`, and of `1 - tanh(u)**2` = 4 sigmoid(2 u) sigmoid(-2 u)."""
    match tree:
        case Apply("-", (left, Apply("-", (right, u)))) if left == right == ONE:
            return _exact_slope(u)
        case Apply("-", (left, Apply("**", (Apply("tanh", (u,)), power)))) if (left, power) == (ONE, TWO):
            twice = times(TWO, u)
            return times(Number(4.0), times(Apply("sigmoid", (twice,)), Apply("sigmoid", (negative(twice),))))
    return with_children(tree, _exact_slope)


def _for_numpy(tree: Tree, known: dict[Tree, Tree]) -> Tree:
    """With every part once, and without guards: nothing is differentiated any more, so a branch may overflow."""
    tree = with_children(tree, lambda child: _for_numpy(child, known))
    if isinstance(tree, Where):
        tree = replace(tree, taken_at=None, refused_at=None)
    return known.setdefault(tree, tree)


def _without_double_signs(tree: Tree) -> Tree:
    tree = with_children(tree, _without_double_signs)
    match tree:
        case Apply("neg", (Apply("neg", (u,)),)):
            return u
    return tree
