"""The values of a formula's tree over floats, NumPy or any array library. NumPy is imported when arrays come.

One interpreter serves them all. It takes the functions from a namespace by NumPy's names (`exp`, `where`, `arctan`,
...), which `keras.ops` has as well, and everything else from the operators of the values.

Both branches of a `where` are computed over arrays. The one that is not asked for must not overflow, or the gradient of
the other would be 0 times infinity: so x is replaced in it, where it is not asked for, by a constant at which it is
finite. `formula_guards.guarded` finds these constants.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from actsearch.functions.formula_namespaces import FLOATS, numpy_namespace
from actsearch.functions.formula_tree import (
    COMPARISONS,
    CONSTANTS,
    FORMULA_FUNCTIONS,
    VARIABLE,
    Apply,
    Name,
    Number,
    Tree,
    Where,
)

if TYPE_CHECKING:
    from actsearch.functions.arrays import Array


def tree_values(tree: Tree, x: Any, namespace: Any, parameters: Mapping[str, Any]) -> Any:
    """The tree's values at x, of x's shape and dtype."""
    result = TreeEvaluation(namespace, x, parameters).value(tree)
    return result if isinstance(x, float) or not isinstance(result, float) else namespace.full_like(x, result)


class TreeEvaluation:
    """Computes trees at one x, every node once. Parts without x and without tensors stay Python floats."""

    def __init__(self, namespace: Any, x: Any, parameters: Mapping[str, Any]) -> None:
        self.namespace, self.x, self.parameters = namespace, x, parameters
        self._known: dict[int, Any] = {}

    def at(self, x: Any) -> TreeEvaluation:
        """The same at another x."""
        return type(self)(self.namespace, x, self.parameters)

    def value(self, tree: Tree) -> Any:
        """Of a tree, or of a part of one."""
        if isinstance(tree, Number):
            return tree.value
        if isinstance(tree, Name):
            return self._named(tree.name)
        key = id(tree)
        if key not in self._known:
            self._known[key] = self._either(tree) if isinstance(tree, Where) else self._operated(tree)
        return self._known[key]

    def _operated(self, tree: Apply) -> Any:
        arguments = [self.value(argument) for argument in tree.arguments]
        if tree.operation in COMPARISONS:
            return self.compared(tree, *arguments)
        return self.signed(tree, *arguments) if tree.operation == "sign" else self._applied(tree, arguments)

    def _applied(self, tree: Apply, arguments: list[Any]) -> Any:
        for argument in arguments:
            if not isinstance(argument, (float, bool)):
                return _APPLY[tree.operation](self.namespace, *arguments)
        return _APPLY[tree.operation](FLOATS, *arguments)

    def _named(self, name: str) -> Any:
        if name == VARIABLE:
            return self.x
        return CONSTANTS[name] if name in CONSTANTS else self.parameters[name]

    def compared(self, tree: Apply, a: Any, b: Any) -> Any:
        """The value of a comparison of these two."""
        return _COMPARE[tree.operation](a, b)

    def signed(self, tree: Apply, u: Any) -> Any:
        """The value of `sign`."""
        return self._applied(tree, [u])

    def _either(self, tree: Where) -> Any:
        condition = self.value(tree.condition)
        if isinstance(condition, bool):
            return self.value(tree.taken if condition else tree.refused)
        where = self.namespace.where
        taken, refused = self, self
        if tree.taken_at is not None:
            taken = self.at(where(condition, self.x, tree.taken_at))
        if tree.refused_at is not None:
            refused = self.at(where(condition, tree.refused_at, self.x))
        a, b = taken.value(tree.taken), refused.value(tree.refused)
        if isinstance(a, float) and isinstance(b, float):
            a = self.namespace.full_like(self.x, a)  # two floats would give the library's dtype, not x's
        return where(condition, a, b)


class LeftTreeEvaluation(TreeEvaluation):
    """Over NumPy arrays: comparisons of what is equal, and signs of 0, come out as they do just left of x."""

    def compared(self, tree: Apply, a: Any, b: Any) -> Any:
        import numpy as np

        plain = super().compared(tree, a, b)
        return plain if isinstance(plain, bool) else self._left_where(np.equal(a, b), tree, plain)

    def signed(self, tree: Apply, u: Any) -> Any:
        import numpy as np

        plain = super().signed(tree, u)
        return plain if isinstance(plain, float) else self._left_where(np.equal(u, 0), tree, plain)

    def _left_where(self, equal: Any, tree: Tree, plain: Any) -> Any:
        import numpy as np

        if not equal.any():
            return plain
        left = TreeEvaluation(self.namespace, self.x - 1e-5 * np.maximum(1, np.abs(self.x)), self.parameters)
        return np.where(equal, left.value(tree), plain)


def _to_the_power(namespace: Any, base: Any, exponent: Any) -> Any:
    """Whole exponents by multiplication: the same in every library, for negative bases as well."""
    if not (isinstance(exponent, float) and exponent.is_integer()):
        return namespace.power(base, exponent)
    result = _to_a_whole_power(base, int(abs(exponent)))
    return namespace.divide(1.0, result) if exponent < 0 else result


def _to_a_whole_power(base: Any, n: int) -> Any:
    if n < 2:
        return base if n else 1.0
    half = _to_a_whole_power(base, n // 2)
    return half * half * base if n % 2 else half * half


def _by_name(name: str) -> Callable[..., Any]:
    """The namespace's function of that name."""
    return lambda namespace, *arguments: getattr(namespace, name)(*arguments)


def _folded(choice: Callable[[Any, Any, Any], Any]) -> Callable[..., Any]:
    """What is defined for two, for any number of arguments."""
    return lambda namespace, *arguments: functools.reduce(functools.partial(choice, namespace), arguments)


def _larger(namespace: Any, a: Any, b: Any) -> Any:
    return _either_of(namespace, a > b, a, b)


def _smaller(namespace: Any, a: Any, b: Any) -> Any:
    return _either_of(namespace, a < b, a, b)


def _either_of(namespace: Any, first: Any, a: Any, b: Any) -> Any:
    """The first where it is chosen, else the second."""
    if isinstance(first, bool):
        return a if first else b
    return namespace.where(first, a, b)


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_NUMPY_NAMES = {"atan": "arctan", "asinh": "arcsinh"}
_APPLY: Mapping[str, Callable[..., Any]] = {
    **{name: _by_name(_NUMPY_NAMES.get(name, name)) for name in FORMULA_FUNCTIONS},
    "+": lambda _, a, b: a + b,
    "-": lambda _, a, b: a - b,
    "*": lambda _, a, b: a * b,
    "/": lambda namespace, a, b: namespace.divide(a, b),
    "**": _to_the_power,
    "neg": lambda _, a: -a,
    "abs": lambda namespace, a: a * namespace.sign(a),  # its gradient at 0 is 0 in every library
    "larger": _larger,
    "smaller": _smaller,
    "max": _folded(_larger),
    "min": _folded(_smaller),
    "clip": lambda namespace, u, low, high: _smaller(namespace, _larger(namespace, u, low), high),
    "and": _folded(lambda namespace, a, b: namespace.logical_and(a, b)),
    "or": _folded(lambda namespace, a, b: namespace.logical_or(a, b)),
    "not": lambda namespace, a: namespace.logical_not(a),
}
"""Each operation of a tree but comparisons, as a function of a namespace and its arguments."""


def is_finite(value: float) -> bool:
    """In float32 and bfloat16 as well."""
    return abs(value) < 3e38


def numpy_values(tree: Tree, parameters: Mapping[str, float], left: bool = False) -> Callable[[Array], Array]:
    """The tree as a function of arrays that keeps shape and floating dtype; with `left`, see `LeftTreeEvaluation`."""

    def function(x: Array) -> Array:
        import numpy as np

        points = np.asarray(x)
        if not np.issubdtype(points.dtype, np.floating):
            points = points.astype(np.float64)
        flat = points.reshape(-1)  # an array of no dimension would become a scalar on the way
        with np.errstate(all="ignore"):
            kind = LeftTreeEvaluation if left else TreeEvaluation
            result = kind(numpy_namespace(), flat, parameters).value(tree)
        values = np.asarray(result, points.dtype)
        if values.shape != flat.shape or values is flat:  # a constant, or x itself, which is the caller's
            values = np.broadcast_to(values, flat.shape).copy()
        return values.reshape(points.shape)

    return function
