"""Where on [-10, 10] a formula changes its branch, and where it is not finite."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from actsearch.functions.formula_namespaces import FLOATS
from actsearch.functions.formula_tree import Apply, Tree, Where, children
from actsearch.functions.formula_values import TreeEvaluation, is_finite

POINTS = tuple((i - 1000) / 100 for i in range(2001))
"""Where formulas are looked at: [-10, 10] in steps of 0.01, with 0 itself."""


def decisions(tree: Tree, x: float, parameters: Mapping[str, float]) -> Iterator[float]:
    """Which branch is taken at x, in every place where there are several and that counts at x."""
    at_x = TreeEvaluation(FLOATS, x, parameters)
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
    at_x = TreeEvaluation(FLOATS, x, parameters)
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Where):
            pending += [node.condition, node.taken if at_x.value(node.condition) else node.refused]
            continue
        if not is_finite(at_x.value(node)) and all(is_finite(at_x.value(child)) for child in children(node)):
            yield node
        pending += children(node)
