"""Formulas of a user's own: from a text to a checked tree and its values. Imports neither NumPy nor SymPy.

A formula is an expression in Python's syntax, of which little is allowed: numbers, `x`, parameters, `pi`, `e`,
arithmetic, the functions of `formula_tree.FORMULA_FUNCTIONS`, and `where(condition, a, b)` or `a if condition else b`.
`parse_formula` lets nothing else through, in bounded time, and says where the offence stands. `symbolic.py` makes
SymPy's expressions of what it let through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from actsearch.functions.formula_branches import POINTS, turning_points
from actsearch.functions.formula_checks import check_names, check_numbers, checked_parameters, not_finite
from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.formula_guards import computed_operations, guarded
from actsearch.functions.formula_language import MAX_COST, FormulaError
from actsearch.functions.formula_namespaces import FLOATS
from actsearch.functions.formula_reader import read_tree
from actsearch.functions.formula_tree import Tree, depends_on_x, written
from actsearch.functions.formula_values import TreeEvaluation, is_finite, numpy_values, tree_values

if TYPE_CHECKING:
    from actsearch.functions.arrays import Array


@dataclass(frozen=True)
class Formula:
    """A formula that was let through: two are equal if they mean the same tree with the same parameters."""

    text: str = field(compare=False)
    """As it was written."""
    parameters: Mapping[str, float]
    """By name, in alphabetical order."""
    tree: Tree
    """As it was written, `a if c else b` as `where(c, a, b)`."""
    computed: Tree = field(compare=False)
    """The same function as it is computed: see `formula_guards.guarded`."""

    @property
    def canonical(self) -> str:
        """Its one spelling."""
        return written(self.tree)


def parse_formula(text: str, parameters: Mapping[str, float] = MappingProxyType({})) -> Formula:
    """The formula of a text and its parameters' values. Raises FormulaError for whatever is not allowed."""
    known = checked_parameters(parameters)
    tree = read_tree(text)
    check_names(tree, known)
    check_numbers(tree, known)
    if computed_operations(tree) > MAX_COST:
        raise FormulaError(tree.column, "too many max, min, clip and relu inside one another", "nest fewer of them")
    return Formula(text, known, tree, guarded(tree, known))


def check_formula(formula: Formula) -> None:
    """Raises FormulaError unless f is finite on [-10, 10] (at 2001 points) and not constant, and f' finite (at 201)."""
    if not depends_on_x(formula.tree):
        raise FormulaError(1, "the formula does not depend on x", "write a function of x")
    values = [TreeEvaluation(FLOATS, x, formula.parameters).value(formula.computed) for x in POINTS]
    for x, value in zip(POINTS, values, strict=True):
        if not is_finite(value):
            raise not_finite(formula.tree, formula.parameters, x)
    largest, smallest = max(values), min(values)
    if largest - smallest <= 1e-12 * max(abs(largest), abs(smallest)):
        raise FormulaError(1, f"the formula is {largest:g} at every x in [-10, 10]", "write one that changes with x")
    slope = differentiate(formula.computed)
    for x in POINTS[::10]:
        if not is_finite(TreeEvaluation(FLOATS, x, formula.parameters).value(slope)):
            what = f"the slope is not finite at x = {x:g}, where no network could learn"
            raise FormulaError(1, what, "round the formula off there, for example with where(...)")


def is_flat(formula: Formula) -> bool:
    """Whether f' is 0 at every of the 2001 points of [-10, 10], as of a step: no gradient passes it."""
    slope = differentiate(formula.computed)
    return all(TreeEvaluation(FLOATS, x, formula.parameters).value(slope) == 0 for x in POINTS)


def evaluate_formula(formula: Formula, x: Any, namespace: Any, parameters: Mapping[str, Any] | None = None) -> Any:
    """The formula's values at x, of x's shape and dtype, with the functions of a namespace such as `keras.ops`.

    `parameters` replaces values, by tensors too; they are broadcast against x. With autodiff the gradient is finite
    wherever the formula's is, and 0 where `abs`, `relu`, or `max` or `min` with a constant, has a kink.
    """
    given = {name: float(v) if isinstance(v, int) else v for name, v in (parameters or {}).items()}
    return tree_values(formula.computed, x, namespace, {**formula.parameters, **given})


def canonical(text: str) -> str:
    """The one spelling of a formula, whatever its parameters are. Raises FormulaError as `parse_formula` does."""
    return written(read_tree(text))


def numpy_function(formula: Formula) -> Callable[[Array], Array]:
    """f over NumPy arrays; keeps shape and floating dtype."""
    return numpy_values(formula.computed, formula.parameters)


def numpy_gradient(formula: Formula) -> Callable[[Array], Array]:
    """f' over NumPy arrays, by the rules of calculus; at a kink or a step the left derivative."""
    return numpy_values(differentiate(formula.computed), formula.parameters, left=True)


def kinks(formula: Formula) -> tuple[float, ...]:
    """Where in [-10, 10] a `where`, `max`, `min`, `clip`, `abs`, `sign` or `relu` changes its branch, in order.

    Two changes between neighbours of 2001 points count as one at most.
    """
    points: list[float] = []
    for point in turning_points(formula.computed, formula.parameters):
        if not points or point - points[-1] > 1e-9:
            points.append(point)
    return tuple(points)
