"""What a formula that can be read may not be: unknown names, large numbers, values that are not finite."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping

from actsearch.core.spelling import did_you_mean
from actsearch.functions.formula_branches import sources_of_infinity
from actsearch.functions.formula_language import (
    MAX_EXPONENT,
    MAX_NESTED_EXPONENTS,
    MAX_NUMBER,
    MAX_PARAMETERS,
    FormulaError,
)
from actsearch.functions.formula_namespaces import FLOATS
from actsearch.functions.formula_tree import (
    COMPARISONS,
    CONSTANTS,
    FORMULA_FUNCTIONS,
    VARIABLE,
    Apply,
    Name,
    Tree,
    children,
    depends_on_x,
    names,
    nodes,
    written,
)
from actsearch.functions.formula_values import TreeEvaluation

_CONDITIONS = (*COMPARISONS, "and", "or", "not")


def checked_parameters(parameters: Mapping[str, float]) -> dict[str, float]:
    """The parameters in alphabetical order, as floats. Raises FormulaError."""
    if len(parameters) > MAX_PARAMETERS:
        raise FormulaError(None, f"{len(parameters)} parameters are too many", f"use at most {MAX_PARAMETERS}")
    for name, value in parameters.items():
        if name == VARIABLE or name in CONSTANTS or name in FORMULA_FUNCTIONS or name == "where":
            what = f"a parameter cannot be called {name!r}, which has a meaning already"
            raise FormulaError(None, what, f"call it {name}0, for example")
        if not _can_name_a_parameter(name):
            what = f"a parameter cannot be called {str(name)[:60]!r}"
            raise FormulaError(None, what, "use letters and digits, and no word of Python's")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
            what = f"parameter {name} is not a number between -{MAX_NUMBER:g} and {MAX_NUMBER:g}"
            raise FormulaError(None, what, f"write for example {name}: 1.0")
    return {name: float(parameters[name]) for name in sorted(parameters)}


def _can_name_a_parameter(name: object) -> bool:
    is_word = isinstance(name, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,49}", name) is not None
    return is_word and not keyword.iskeyword(str(name))


def check_names(tree: Tree, parameters: Mapping[str, float]) -> None:
    """Every name is known, and every parameter used. Raises FormulaError."""
    for node in nodes(tree):
        if isinstance(node, Name) and node.name not in (VARIABLE, *CONSTANTS, *parameters):
            known = [VARIABLE, *parameters, *CONSTANTS]
            remedy = did_you_mean(node.name, known, f"give it a value under parameters, or write {VARIABLE}")
            raise FormulaError(node.column, f"no parameter is called {node.name[:50]!r}", remedy)
    used = names(tree)
    for name in parameters:
        if name not in used:
            raise FormulaError(None, f"parameter {name} is not used", "remove it, or write it in the formula")


def check_numbers(tree: Tree, parameters: Mapping[str, float]) -> float:
    """Constant parts and exponents are small. Returns the largest product of exponents that stand on one another."""
    powers = max((check_numbers(child, parameters) for child in children(tree)), default=1.0)
    if isinstance(tree, Apply) and tree.operation == "**":
        base, exponent = tree.arguments
        powers *= max(1.0, _checked_exponent(base, exponent, parameters))
        if powers > MAX_NESTED_EXPONENTS:
            what = f"the powers inside one another come to {powers:g}"
            raise FormulaError(tree.column, what, f"keep the product of their exponents to {MAX_NESTED_EXPONENTS:g}")
    if names(tree) <= set(CONSTANTS) and not (isinstance(tree, Apply) and tree.operation in _CONDITIONS):
        value = TreeEvaluation(FLOATS, 0.0, parameters).value(tree)
        if not abs(value) <= MAX_NUMBER:
            what = f"{_short_text(tree)} is {value:g}"
            raise FormulaError(tree.column, what, f"keep constant parts finite and at most {MAX_NUMBER:g}")
    return powers


def _checked_exponent(base: Tree, exponent: Tree, parameters: Mapping[str, float]) -> float:
    """Its magnitude."""
    if depends_on_x(exponent):
        instead = Apply("exp", (Apply("*", (exponent, Apply("log", (base,)))),))
        raise FormulaError(exponent.column, "an exponent depends on x", f"write {_short_text(instead)}")
    size: float = abs(TreeEvaluation(FLOATS, 0.0, parameters).value(exponent))
    if not size <= MAX_EXPONENT:
        what = f"the exponent {_short_text(exponent)} is beyond {MAX_EXPONENT:g}"
        raise FormulaError(exponent.column, what, f"use one between -{MAX_EXPONENT:g} and {MAX_EXPONENT:g}")
    return size


def _short_text(tree: Tree) -> str:
    text = written(tree)
    return text if len(text) <= 40 else text[:37] + "..."


def not_finite(tree: Tree, parameters: Mapping[str, float], x: float) -> FormulaError:
    """The error for a formula without a finite value at x, at the part that it comes from."""
    source = next(sources_of_infinity(tree, x, parameters), tree)
    what = f"{_short_text(source)} is not finite at x = {x:g}"
    return FormulaError(source.column, what, "keep it finite on [-10, 10], for example with where, max or abs")
