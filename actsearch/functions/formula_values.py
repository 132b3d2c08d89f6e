"""The values of a formula's tree over floats, NumPy or any array library. NumPy is imported by who asks for it.

One interpreter serves them all. It takes the functions from a namespace by NumPy's names (`exp`, `where`, `arctan`,
...), which `keras.ops` has as well, and everything else from the operators of the values.

Both branches of a `where` are computed over arrays. The one that is not asked for must not overflow, or the gradient of
the other would be 0 times infinity: so x is replaced in it, where it is not asked for, by a constant at which it is
finite. `guarded` finds these constants.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from actsearch.functions.formula_tree import (
    CHOICES,
    COMPARISONS,
    CONSTANTS,
    FUNCTIONS,
    ONE,
    VARIABLE,
    ZERO,
    Apply,
    Number,
    Tree,
    Where,
    by_pairs,
    children,
    depends_on_x,
    differentiate,
    with_children,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

POINTS = tuple((i - 1000) / 100 for i in range(2001))
"""Where formulas are looked at: [-10, 10] in steps of 0.01, with 0 itself."""
_SAFE = (1.0, -1.0, 0.5, -0.5, *(sign * i / 4 for i in range(3, 41) for sign in (1, -1)), 0.0, 20.0, -20.0, 1e3, -1e3)


# --- the interpreter


def values(tree: Tree, x: Any, namespace: Any, parameters: Mapping[str, Any]) -> Any:
    """The tree's values at x, of x's shape and dtype."""
    result = Evaluation(namespace, x, parameters).value(tree)
    return result if isinstance(x, float) or not isinstance(result, float) else namespace.full_like(x, result)


class Evaluation:
    """Computes trees at one x, every node once. Parts without x and without tensors stay Python floats."""

    def __init__(self, namespace: Any, x: Any, parameters: Mapping[str, Any]) -> None:
        self.namespace, self.x, self.parameters = namespace, x, parameters
        self._known: dict[int, Any] = {}

    def at(self, x: Any) -> Evaluation:
        return type(self)(self.namespace, x, self.parameters)

    def value(self, tree: Tree) -> Any:
        if id(tree) not in self._known:
            self._known[id(tree)] = self._computed(tree)
        return self._known[id(tree)]

    def _computed(self, tree: Tree) -> Any:
        if isinstance(tree, Apply):
            arguments = [self.value(argument) for argument in tree.arguments]
            if tree.operation in COMPARISONS:
                return self.compared(tree, *arguments)
            return self.signed(tree, *arguments) if tree.operation == "sign" else self._applied(tree, arguments)
        if isinstance(tree, Where):
            return self._either(tree)
        return tree.value if isinstance(tree, Number) else self._named(tree.name)

    def _applied(self, tree: Apply, arguments: list[Any]) -> Any:
        plain = all(isinstance(argument, float | bool) for argument in arguments)
        return _APPLY[tree.operation](FLOATS if plain else self.namespace, *arguments)

    def _named(self, name: str) -> Any:
        if name == VARIABLE:
            return self.x
        return CONSTANTS[name] if name in CONSTANTS else self.parameters[name]

    def compared(self, tree: Apply, a: Any, b: Any) -> Any:
        return _COMPARE[tree.operation](a, b)

    def signed(self, tree: Apply, u: Any) -> Any:
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


class LeftEvaluation(Evaluation):
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
        left = Evaluation(self.namespace, self.x - 1e-5 * np.maximum(1, np.abs(self.x)), self.parameters)
        return np.where(equal, left.value(tree), plain)


def _power(namespace: Any, base: Any, exponent: Any) -> Any:
    """Whole exponents by multiplication: the same in every library, for negative bases as well."""
    if not (isinstance(exponent, float) and exponent.is_integer()):
        return namespace.power(base, exponent)
    result = _whole_power(base, int(abs(exponent)))
    return namespace.divide(1.0, result) if exponent < 0 else result


def _whole_power(base: Any, n: int) -> Any:
    if n < 2:
        return base if n else 1.0
    half = _whole_power(base, n // 2)
    return half * half * base if n % 2 else half * half


def _function(name: str) -> Callable[..., Any]:
    return lambda namespace, *arguments: getattr(namespace, name)(*arguments)


def _folded(choice: Callable[[Any, Any, Any], Any]) -> Callable[..., Any]:
    return lambda namespace, *arguments: functools.reduce(functools.partial(choice, namespace), arguments)


def _larger(namespace: Any, a: Any, b: Any) -> Any:
    return _chosen(namespace, a > b, a, b)


def _smaller(namespace: Any, a: Any, b: Any) -> Any:
    return _chosen(namespace, a < b, a, b)


def _chosen(namespace: Any, first: Any, a: Any, b: Any) -> Any:
    return (a if first else b) if isinstance(first, bool) else namespace.where(first, a, b)


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_NUMPY_NAMES = {"atan": "arctan", "asinh": "arcsinh"}
_APPLY: Mapping[str, Callable[..., Any]] = {
    **{name: _function(_NUMPY_NAMES.get(name, name)) for name in FUNCTIONS},
    "+": lambda _, a, b: a + b,
    "-": lambda _, a, b: a - b,
    "*": lambda _, a, b: a * b,
    "/": lambda namespace, a, b: namespace.divide(a, b),
    "**": _power,
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


# --- floats and NumPy as namespaces


class _Floats:
    """NumPy's names over Python floats: infinity and NaN where `math` would raise."""

    tanh = staticmethod(math.tanh)
    arctan = staticmethod(math.atan)
    arcsinh = staticmethod(math.asinh)
    erf = staticmethod(math.erf)

    @staticmethod
    def exp(v: float) -> float:
        return math.exp(v) if v < 709.78 else v if math.isnan(v) else math.inf

    @staticmethod
    def expm1(v: float) -> float:
        return math.expm1(v) if v < 709.78 else v if math.isnan(v) else math.inf

    @staticmethod
    def log(v: float) -> float:
        return math.log(v) if v > 0 else -math.inf if v == 0 else math.nan

    @staticmethod
    def log1p(v: float) -> float:
        return math.log1p(v) if v > -1 else -math.inf if v == -1 else math.nan

    @staticmethod
    def sqrt(v: float) -> float:
        return math.sqrt(v) if v >= 0 else math.nan

    @staticmethod
    def sign(v: float) -> float:
        return v if math.isnan(v) else float((v > 0) - (v < 0))

    @staticmethod
    def sin(v: float) -> float:
        return math.sin(v) if math.isfinite(v) else math.nan

    @staticmethod
    def cos(v: float) -> float:
        return math.cos(v) if math.isfinite(v) else math.nan

    @staticmethod
    def sinh(v: float) -> float:
        return math.sinh(v) if abs(v) < 710.47 else v if math.isnan(v) else math.copysign(math.inf, v)

    @staticmethod
    def cosh(v: float) -> float:
        return math.cosh(v) if abs(v) < 710.47 else v if math.isnan(v) else math.inf

    @staticmethod
    def sigmoid(v: float) -> float:
        e = math.exp(-abs(v))
        return 1 / (1 + e) if v >= 0 else e / (1 + e)

    @staticmethod
    def softplus(v: float) -> float:
        return max(v, 0.0) + math.log1p(math.exp(-abs(v)))

    @staticmethod
    def relu(v: float) -> float:
        return max(v, 0.0)

    @staticmethod
    def divide(a: float, b: float) -> float:
        if b:
            return a / b
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)

    @staticmethod
    def power(base: float, exponent: float) -> float:
        if base < 0 and math.isfinite(base) and math.isfinite(exponent):
            return math.nan
        if base == 0 and exponent < 0:
            return math.inf
        try:
            return math.pow(base, exponent)
        except OverflowError:
            return math.inf

    @staticmethod
    def logical_and(a: bool, b: bool) -> bool:
        return a and b

    @staticmethod
    def logical_or(a: bool, b: bool) -> bool:
        return a or b

    @staticmethod
    def logical_not(a: bool) -> bool:
        return not a


FLOATS = _Floats()


@functools.cache
def numpy_namespace() -> SimpleNamespace:
    """NumPy, with the functions that it lacks."""
    import numpy as np

    def sigmoid(v: Array) -> Array:
        e = np.exp(-np.abs(v))  # cannot overflow
        return np.where(v >= 0, 1 / (1 + e), e / (1 + e))

    def softplus(v: Array) -> Array:
        result: Array = np.maximum(v, 0) + np.log1p(np.exp(-np.abs(v)))
        return result

    def erf(v: Array) -> Array:
        result: Array = np.vectorize(math.erf, otypes=[v.dtype])(v)
        return result

    same = "exp expm1 log log1p sqrt sign sin cos tanh sinh cosh arctan arcsinh divide power where full_like"
    logic = "logical_and logical_or logical_not"
    taken = {name: getattr(np, name) for name in f"{same} {logic}".split()}
    return SimpleNamespace(**taken, sigmoid=sigmoid, softplus=softplus, erf=erf, relu=lambda v: np.maximum(v, 0))


def numpy_values(tree: Tree, parameters: Mapping[str, float], left: bool = False) -> Callable[[Array], Array]:
    """The tree as a function of arrays that keeps shape and floating dtype; with `left`, see `LeftEvaluation`."""

    def function(x: Array) -> Array:
        import numpy as np

        points = np.asarray(x)
        if not np.issubdtype(points.dtype, np.floating):
            points = points.astype(np.float64)
        flat = points.reshape(-1)  # an array of no dimension would become a scalar on the way
        with np.errstate(all="ignore"):
            kind = LeftEvaluation if left else Evaluation
            result = kind(numpy_namespace(), flat, parameters).value(tree)
        return np.broadcast_to(np.asarray(result, points.dtype), flat.shape).reshape(points.shape).copy()

    return function


# --- trees that are safe to compute and to differentiate


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
    for one, other in ((a, b), (b, a)):
        if one == ONE and isinstance(other, Apply) and other.operation == "exp":
            return other.arguments[0]
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
    *("+", "-", "neg", "max", "min", "larger", "smaller", "clip", "relu", "abs", "sign", "softplus"),
    *("sin", "cos", "tanh", "atan", "asinh", "erf", "sigmoid"),
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
        at_x = Evaluation(FLOATS, x, parameters)
        if is_finite(at_x.value(branch)) and is_finite(at_x.value(slope)):
            if at_x.value(condition) == wanted:
                return x
            fallback = x if fallback is None else fallback
    return fallback


def cost(tree: Tree) -> int:
    """How many operations `guarded` makes of the tree, at most: a choice computes what may overflow twice."""
    parts = 1 + sum(map(cost, children(tree)))
    if isinstance(tree, Apply) and tree.operation in _DOUBLING and _may_overflow(tree):
        choices = 2 if tree.operation == "clip" else max(1, len(tree.arguments) - 1)
        return parts << choices
    return parts


# --- what happens on [-10, 10]


def decisions(tree: Tree, x: float, parameters: Mapping[str, float]) -> Iterator[float]:
    """Which branch is taken at x, in every place where there are several and that counts at x."""
    at_x = Evaluation(FLOATS, x, parameters)
    pending = [tree]
    while pending:
        node = pending.pop()
        match node:
            case Where():
                taken = at_x.value(node.condition)
                yield taken
                pending.append(node.taken if taken else node.refused)
                continue
            case Apply("larger" | "smaller", (a, b)):
                yield at_x.value(a) > at_x.value(b)
            case Apply("relu" | "abs" | "sign", (u,)):
                yield at_x.value(u) > 0
        pending.extend(children(node))


def turning_points(tree: Tree, parameters: Mapping[str, float]) -> Iterator[float]:
    """The points between those of POINTS at which a decision changes, to the last bits."""

    def at(x: float) -> tuple[float, ...]:
        return tuple(decisions(tree, x, parameters))

    before = at(POINTS[0])
    for low, high in itertools.pairwise(POINTS):
        after = at(high)
        if after != before:
            yield _boundary(low, high, lambda x, same=before: at(x) == same)  # type: ignore[misc]
        before = after


def _boundary(low: float, high: float, holds: Callable[[float], bool]) -> float:
    """Where `holds` ends between `low`, where it holds, and `high`; of two neighbouring floats the rounder one."""
    for _ in range(80):
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return min(low, high, key=lambda x: len(repr(x)))


def sources_of_infinity(tree: Tree, x: float, parameters: Mapping[str, float]) -> Iterator[Tree]:
    """The nodes that count at x and are not finite there although all that they are made of is."""
    at_x = Evaluation(FLOATS, x, parameters)
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Where):
            pending += [node.condition, node.taken if at_x.value(node.condition) else node.refused]
            continue
        if not is_finite(at_x.value(node)) and all(is_finite(at_x.value(child)) for child in children(node)):
            yield node
        pending += children(node)
