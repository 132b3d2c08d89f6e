"""The derivative of a formula's tree with respect to x, by the rules of calculus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from actsearch.functions.formula_tree import (
    CHOICES,
    ONE,
    TWO,
    ZERO,
    Apply,
    Name,
    Number,
    Tree,
    Where,
    by_pairs,
    depends_on_x,
)


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
            return _SLOPES.get(tree.operation, _slope_by_chain_rule)(tree)
    return ONE


def _slope_by_chain_rule(tree: Apply) -> Tree:
    (inner,) = tree.arguments
    return times(_outer_slope(tree, inner), differentiate(inner))


def _slope_of_sum(tree: Apply) -> Tree:
    return plus(*map(differentiate, tree.arguments))


def _slope_of_difference(tree: Apply) -> Tree:
    return minus(*map(differentiate, tree.arguments))


def _slope_of_negative(tree: Apply) -> Tree:
    return negative(differentiate(tree.arguments[0]))


def _slope_of_product(tree: Apply) -> Tree:
    u, v = tree.arguments
    return plus(times(differentiate(u), v), times(u, differentiate(v)))


def _slope_of_quotient(tree: Apply) -> Tree:
    u, v = tree.arguments
    if not depends_on_x(v):
        return divided(differentiate(u), v)
    base, n = v.arguments if isinstance(v, Apply) and v.operation == "**" else (v, ONE)
    return minus(
        divided(differentiate(u), v),
        divided(times(times(n, u), differentiate(base)), raised(base, plus(n, ONE))),
    )


def _slope_of_power(tree: Apply) -> Tree:
    base, exponent = tree.arguments
    return times(times(exponent, raised(base, minus(exponent, ONE))), differentiate(base))


def _slope_of_choice(tree: Apply) -> Tree:
    a, b = tree.arguments
    return either(Apply(CHOICES[tree.operation], (a, b)), differentiate(a), differentiate(b))


def _slope_of_clip(tree: Apply) -> Tree:
    u, low, high = tree.arguments
    if depends_on_x(low) or depends_on_x(high):
        return differentiate(by_pairs(tree))
    return either(Apply("and", (Apply(">", (u, low)), Apply("<", (u, high)))), differentiate(u), ZERO)


def _slope_of_relu(tree: Apply) -> Tree:
    (u,) = tree.arguments
    return either(Apply(">", (u, ZERO)), differentiate(u), ZERO)


def _slope_of_abs(tree: Apply) -> Tree:
    return times(Apply("sign", tree.arguments), differentiate(tree.arguments[0]))


_SLOPES: Mapping[str, Callable[[Apply], Tree]] = {
    "+": _slope_of_sum,
    "-": _slope_of_difference,
    "neg": _slope_of_negative,
    "*": _slope_of_product,
    "/": _slope_of_quotient,
    "**": _slope_of_power,
    "max": lambda tree: differentiate(by_pairs(tree)),
    "min": lambda tree: differentiate(by_pairs(tree)),
    "larger": _slope_of_choice,
    "smaller": _slope_of_choice,
    "clip": _slope_of_clip,
    "relu": _slope_of_relu,
    "abs": _slope_of_abs,
    "sign": lambda _: ZERO,
}


def _outer_slope(f: Apply, u: Tree) -> Tree:
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
            return minus(ONE, raised(f, TWO))
        case "sinh":
            return Apply("cosh", (u,))
        case "cosh":
            return Apply("sinh", (u,))
        case "atan":
            return divided(ONE, plus(ONE, raised(u, TWO)))
        case "asinh":
            return divided(ONE, Apply("sqrt", (plus(ONE, raised(u, TWO)),)))
        case "erf":
            return times(divided(TWO, Apply("sqrt", (Name("pi"),))), Apply("exp", (negative(raised(u, TWO)),)))
        case "sigmoid":
            return times(f, Apply("sigmoid", (negative(u),)))  # 1 - f would lose the tail
        case "softplus":
            return Apply("sigmoid", (u,))
    raise AssertionError(f.operation)


# --- arithmetic on trees that leaves out what changes nothing


def plus(a: Tree, b: Tree) -> Tree:
    """a + b."""
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value + b.value)
    if a == ZERO:
        return b
    return a if b == ZERO else Apply("+", (a, b))


def minus(a: Tree, b: Tree) -> Tree:
    """a - b; a number has no sign, so that 1 - 2 stays as it is."""
    if isinstance(a, Number) and isinstance(b, Number) and a.value >= b.value:
        return Number(a.value - b.value)
    if a == ZERO:
        return negative(b)
    return a if b == ZERO else Apply("-", (a, b))


def negative(a: Tree) -> Tree:
    """-a."""
    return ZERO if a == ZERO else Apply("neg", (a,))


def times(a: Tree, b: Tree) -> Tree:
    """a b."""
    if ZERO in (a, b):
        return ZERO
    if a == ONE:
        return b
    return a if b == ONE else Apply("*", (a, b))


def divided(a: Tree, b: Tree) -> Tree:
    """a / b."""
    if a == ZERO:
        return ZERO
    return a if b == ONE else Apply("/", (a, b))


def raised(base: Tree, exponent: Tree) -> Tree:
    """base ** exponent."""
    if exponent == ZERO:
        return ONE
    return base if exponent == ONE else Apply("**", (base, exponent))


def either(condition: Tree, taken: Tree, refused: Tree) -> Tree:
    """One of two by a condition; where both are the same number, that."""
    same = isinstance(taken, Number) and taken == refused
    return taken if same else Where(condition, taken, refused)
