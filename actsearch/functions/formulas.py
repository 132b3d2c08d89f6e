"""Formulas of a user's own: from a text to a checked tree and its values. Imports neither NumPy nor SymPy.

A formula is an expression in Python's syntax, of which little is allowed: numbers, `x`, parameters, `pi`, `e`,
arithmetic, the functions of `formula_tree.FUNCTIONS`, and `where(condition, a, b)` or `a if condition else b`. `parse`
lets nothing else through, in bounded time, and says where the offence stands. `symbolic.py` makes SymPy's expressions
of what it let through.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from actsearch.core.errors import UserError
from actsearch.core.spelling import did_you_mean
from actsearch.functions.formula_tree import (
    COMPARISONS,
    CONSTANTS,
    FUNCTIONS,
    MANY,
    OPERATIONS,
    VARIABLE,
    Apply,
    Name,
    Number,
    Tree,
    Where,
    children,
    depends_on_x,
    differentiate,
    names,
    nodes,
    written,
)
from actsearch.functions.formula_values import (
    FLOATS,
    POINTS,
    Evaluation,
    cost,
    guarded,
    is_finite,
    numpy_values,
    sources_of_infinity,
    turning_points,
    values,
)

if TYPE_CHECKING:
    from actsearch.functions.formula_values import Array

MAX_CHARACTERS = 500
MAX_NODES = 200
MAX_DEPTH = 40
MAX_EXPONENT = 16.0
MAX_NESTED_EXPONENTS = 64.0
MAX_NUMBER = 1e9
MIN_NUMBER = 1e-30
MAX_COST = 500
MAX_PARAMETERS = 20


class FormulaError(UserError):
    """A formula that is refused. `column` counts from 1; None where no place of the text is meant."""

    def __init__(self, column: int | None, what: str, remedy: str) -> None:
        self.column, self.what, self.remedy = column, what, remedy
        place = f"column {column}: " if column is not None else ""
        super().__init__(f"{place}{what}; {remedy}")

    def __reduce__(self) -> tuple[type[FormulaError], tuple[int | None, str, str]]:
        return type(self), (self.column, self.what, self.remedy)


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
    """The same function as it is computed: see `formula_values.guarded`."""

    @property
    def canonical(self) -> str:
        return written(self.tree)


def parse(text: str, parameters: Mapping[str, float] = MappingProxyType({})) -> Formula:
    """The formula of a text and its parameters' values. Raises FormulaError for whatever is not allowed."""
    known = _checked_parameters(parameters)
    tree = _read(text)
    _check_names(tree, known)
    _check_numbers(tree, known)
    if cost(tree) > MAX_COST:
        raise FormulaError(tree.column, "too many max, min, clip and relu inside one another", "nest fewer of them")
    return Formula(text, known, tree, guarded(tree, known))


def check(formula: Formula) -> None:
    """Raises FormulaError unless f is finite on [-10, 10] (at 2001 points) and not constant, and f' finite (at 201)."""
    if not depends_on_x(formula.tree):
        raise FormulaError(1, "the formula does not depend on x", "write a function of x")
    found = [Evaluation(FLOATS, x, formula.parameters).value(formula.computed) for x in POINTS]
    for x, value in zip(POINTS, found, strict=True):
        if not is_finite(value):
            raise _not_finite(formula, x)
    largest, smallest = max(found), min(found)
    if largest - smallest <= 1e-12 * max(abs(largest), abs(smallest)):
        raise FormulaError(1, f"the formula is {largest:g} at every x in [-10, 10]", "write one that changes with x")
    slope = differentiate(formula.computed)
    for x in POINTS[::10]:
        if not is_finite(Evaluation(FLOATS, x, formula.parameters).value(slope)):
            what = f"the slope is not finite at x = {x:g}, where no network could learn"
            raise FormulaError(1, what, "round the formula off there, for example with where(...)")


def is_flat(formula: Formula) -> bool:
    """Whether f' is 0 at every of the 2001 points of [-10, 10], as of a step: no gradient passes it."""
    slope = differentiate(formula.computed)
    return all(Evaluation(FLOATS, x, formula.parameters).value(slope) == 0 for x in POINTS)


def evaluate(formula: Formula, x: Any, namespace: Any, parameters: Mapping[str, Any] | None = None) -> Any:
    """The formula's values at x, of x's shape and dtype, with the functions of a namespace such as `keras.ops`.

    `parameters` replaces values, by tensors too; they are broadcast against x. With autodiff the gradient is finite
    wherever the formula's is, and 0 where `abs`, `relu`, or `max` or `min` with a constant, has a kink.
    """
    given = {name: float(v) if isinstance(v, int) else v for name, v in (parameters or {}).items()}
    return values(formula.computed, x, namespace, {**formula.parameters, **given})


def canonical(text: str) -> str:
    """The one spelling of a formula, whatever its parameters are. Raises FormulaError as `parse` does."""
    return written(_read(text))


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
    found: list[float] = []
    for point in turning_points(formula.computed, formula.parameters):
        if not found or point - found[-1] > 1e-9:
            found.append(point)
    return tuple(found)


# --- from the text to the tree

_INSTEAD = {
    "^": "write ** for a power",
    "=": "compare with <, <=, > or >=",
    "!": "compare with <, <=, > or >=",
    "[": "write ( and )",
    "]": "write ( and )",
    "{": "write ( and )",
    "}": "write ( and )",
    "%": "write / for a quotient",
    "&": "write and",
    "|": "write or, or abs(...)",
    "×": "write *",
    "·": "write *",
    "⋅": "write *",
    "÷": "write /",
    "−": "write - (the hyphen of the keyboard)",
    "–": "write - (the hyphen of the keyboard)",
    "≤": "write <=",
    "≥": "write >=",
    "²": "write ** 2",
    "³": "write ** 3",
    "π": "write pi",
    "√": "write sqrt(...)",
}
_OTHERWISE = "use numbers, names, ( ) , + - * / ** < <= > >= alone"
_OFFENCE = re.compile(r"[^A-Za-z0-9_ ()+\-*/.,<>=]|(?<![<>])=")


def _read(text: str) -> Tree:
    """The tree of a text; names may be anything."""
    if not isinstance(text, str):
        raise FormulaError(None, "the formula is no text", 'write it in quotes, as in "x * sigmoid(x)"')
    if len(text) > MAX_CHARACTERS:
        what = f"the formula is {len(text)} characters long"
        raise FormulaError(MAX_CHARACTERS + 1, what, f"write at most {MAX_CHARACTERS}")
    line = re.sub(r"[\t\n\r\f]", " ", text)
    if not line.strip():
        raise FormulaError(1, "the formula is empty", "write a function of x")
    if offence := _OFFENCE.search(line):
        sign = offence.group()
        shown = f"'{sign}'" if sign.isprintable() else f"the character {ord(sign):#x}"
        raise FormulaError(offence.start() + 1, f"{shown} has no meaning in a formula", _INSTEAD.get(sign, _OTHERWISE))
    start = len(line) - len(line.lstrip())
    return _Reader(start).number(_python_tree(line.strip(), start))


def _python_tree(line: str, start: int) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on `5if x`
            return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        column = start + min(max(error.offset or 1, 1), len(line))
        reason = (error.msg or "invalid syntax").partition(" (")[0].partition(". Perhaps")[0]
        raise FormulaError(column, f"not a formula: {reason}", "look for a missing operator or parenthesis") from None
    except (ValueError, MemoryError, RecursionError):
        raise FormulaError(1, "the formula cannot be read", "make it shorter and less deep") from None


class _Reader:
    """Turns Python's tree into ours, and refuses what is not in the language."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._nodes = 0
        self._depth = 0

    def number(self, node: ast.expr) -> Tree:
        """An expression that has a value; a condition is refused."""
        if isinstance(node, ast.Compare | ast.BoolOp) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            self._refuse(node, "a condition stands where a number is needed", "write where(condition, a, b)")
        return self._read(node)

    def condition(self, node: ast.expr) -> Tree:
        if not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp) or (
            isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not)
        ):
            self._refuse(node, "a number stands where a condition is needed", "compare it, as in x > 0")
        return self._read(node)

    def _read(self, node: ast.expr) -> Tree:
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_NODES:
            self._refuse(node, f"more than {MAX_NODES} numbers, names and operations", "write a shorter formula")
        if self._depth > MAX_DEPTH:
            self._refuse(node, f"nested more than {MAX_DEPTH} deep", "write a flatter formula")
        tree = self._tree(node)
        self._depth -= 1
        return tree

    def _tree(self, node: ast.expr) -> Tree:
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                return self._literal(node)
            case ast.Name():
                return self._name(node)
            case ast.BinOp(op=operator) if type(operator) in OPERATIONS:
                return self._apply(node, operator, node.left, node.right)
            case ast.UnaryOp(op=ast.USub()):
                return self._apply(node, node.op, node.operand)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.number(node.operand)
            case ast.UnaryOp(op=ast.Not()):
                return Apply("not", (self.condition(node.operand),), self._column(node))
            case ast.BoolOp():
                return Apply(OPERATIONS[type(node.op)], tuple(map(self.condition, node.values)), self._column(node))
            case ast.Compare():
                return self._comparison(node)
            case ast.IfExp():
                return self._where(node, node.test, node.body, node.orelse)
            case ast.Call():
                return self._call(node)
        return self._refuse(node, *_named_offence(node))

    def _literal(self, node: ast.Constant) -> Tree:
        value = node.value
        assert isinstance(value, int | float)
        if not value <= MAX_NUMBER:  # before float(): an int may be beyond all floats
            self._refuse(node, "the number is too large", f"write one of at most {MAX_NUMBER:g}")
        if 0 < value < MIN_NUMBER:
            self._refuse(node, "the number is too small", f"write 0, or one of at least {MIN_NUMBER:g}")
        return Number(float(value), self._column(node))

    def _name(self, node: ast.Name) -> Tree:
        if node.id in FUNCTIONS or node.id == "where":
            arguments = "condition, a, b" if node.id == "where" else "x"
            self._refuse(node, f"{node.id} is a function", f"write {node.id}({arguments})")
        return Name(node.id, self._column(node))

    def _apply(self, node: ast.expr, operator: ast.AST, *arguments: ast.expr) -> Tree:
        sign = "neg" if isinstance(operator, ast.USub) else OPERATIONS[type(operator)]
        return Apply(sign, tuple(map(self.number, arguments)), self._column(node))

    def _comparison(self, node: ast.Compare) -> Tree:
        if len(node.ops) > 1:
            self._refuse(node, "comparisons are chained", "join them with and, as in -1 < x and x < 1")
        if type(node.ops[0]) not in OPERATIONS:
            self._refuse(node, "no such comparison in a formula", "compare with <, <=, > or >=")
        sides = self.number(node.left), self.number(node.comparators[0])
        return Apply(OPERATIONS[type(node.ops[0])], sides, self._column(node))

    def _where(self, node: ast.expr, condition: ast.expr, taken: ast.expr, refused: ast.expr) -> Tree:
        return Where(self.condition(condition), self.number(taken), self.number(refused), self._column(node))

    def _call(self, node: ast.Call) -> Tree:
        if not isinstance(node.func, ast.Name):
            if isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS:
                self._refuse(node, "names have no dots in a formula", f"write {node.func.attr}(...) alone")
            self._refuse(node, "only a function can stand before a parenthesis", "write * for a product")
        name = node.func.id
        if name in (VARIABLE, *CONSTANTS):
            self._refuse(node, f"{name} is no function", f"write {name} * (...) for a product")
        if name not in FUNCTIONS and name != "where":
            self._refuse(node, f"no function is called {name!r}", _function_instead(name))
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self._refuse(argument, "* stands before an argument", "write every argument itself")
        if node.keywords:
            self._refuse(node, f"{name} has no named arguments", "write its arguments in order, without names")
        least, most = (3, 3) if name == "where" else FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            needed = f"{least} or more" if most == MANY else str(least)
            given = f"{name} takes {needed} argument{'s' if needed != '1' else ''}, not {len(node.args)}"
            self._refuse(node, given, f"write {_EXAMPLES.get(name, f'{name}(x)')}")
        if name == "where":
            return self._where(node, *node.args)
        return Apply(name, tuple(map(self.number, node.args)), self._column(node))

    def _column(self, node: ast.expr) -> int:
        return self._start + node.col_offset + 1

    def _refuse(self, node: ast.expr, what: str, remedy: str) -> NoReturn:
        raise FormulaError(self._column(node), what, remedy)


_EXAMPLES = {"where": "where(x > 0, a, b)", "clip": "clip(x, low, high)", "max": "max(x, 0)", "min": "min(x, 1)"}
_OTHER_NAMES = {
    "ln": "write log(...)",
    "pow": "write ** for a power",
    "tan": "write sin(...) / cos(...)",
    "arctan": "write atan(...)",
    "arcsinh": "write asinh(...)",
    "maximum": "write max(...)",
    "minimum": "write min(...)",
    "swish": "write x * sigmoid(x)",
    "silu": "write x * sigmoid(x)",
    "logistic": "write sigmoid(...)",
    "heaviside": "write where(x > 0, 1, 0)",
    "sgn": "write sign(...)",
    "erfc": "write 1 - erf(...)",
}


def _function_instead(name: str) -> str:
    return _OTHER_NAMES.get(name.lower()) or did_you_mean(name, [*FUNCTIONS, "where"])


def _named_offence(node: ast.expr) -> tuple[str, str]:
    match node:
        case ast.Attribute():
            return "names have no dots in a formula", "write x, a parameter or a function alone"
        case ast.BinOp(op=ast.FloorDiv()):
            return "// has no meaning in a formula", "write / for a quotient"
        case ast.BinOp(op=ast.LShift() | ast.RShift()):
            return "<< and >> have no meaning in a formula", "compare with < or >"
        case ast.Tuple():
            return "a comma stands outside of a function's arguments", "write a decimal point, or remove it"
        case ast.Constant(value=complex()):
            return "a complex number has no meaning in a formula", "write a real one"
    return "this has no meaning in a formula", _OTHERWISE


# --- names and numbers


def _checked_parameters(parameters: Mapping[str, float]) -> dict[str, float]:
    if len(parameters) > MAX_PARAMETERS:
        raise FormulaError(None, f"{len(parameters)} parameters are too many", f"use at most {MAX_PARAMETERS}")
    for name, value in parameters.items():
        if name == VARIABLE or name in CONSTANTS or name in FUNCTIONS or name == "where":
            what = f"a parameter cannot be called {name!r}, which has a meaning already"
            raise FormulaError(None, what, f"call it {name}0, for example")
        if (
            not isinstance(name, str)
            or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,49}", name)
            or keyword.iskeyword(name)
        ):
            what = f"a parameter cannot be called {str(name)[:60]!r}"
            raise FormulaError(None, what, "use letters and digits, and no word of Python's")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
            what = f"parameter {name} is not a number between -{MAX_NUMBER:g} and {MAX_NUMBER:g}"
            raise FormulaError(None, what, f"write for example {name}: 1.0")
    return {name: float(parameters[name]) for name in sorted(parameters)}


def _check_names(tree: Tree, parameters: Mapping[str, float]) -> None:
    for node in nodes(tree):
        if isinstance(node, Name) and node.name not in (VARIABLE, *CONSTANTS, *parameters):
            known = [VARIABLE, *parameters, *CONSTANTS]
            remedy = did_you_mean(node.name, known, f"give it a value under parameters, or write {VARIABLE}")
            raise FormulaError(node.column, f"no parameter is called {node.name[:50]!r}", remedy)
    used = names(tree)
    for name in parameters:
        if name not in used:
            raise FormulaError(None, f"parameter {name} is not used", "remove it, or write it in the formula")


def _check_numbers(tree: Tree, parameters: Mapping[str, float]) -> float:
    """Constant parts and exponents are small. Returns the largest product of exponents that stand on one another."""
    powers = max((_check_numbers(child, parameters) for child in children(tree)), default=1.0)
    if isinstance(tree, Apply) and tree.operation == "**":
        base, exponent = tree.arguments
        powers *= max(1.0, _checked_exponent(base, exponent, parameters))
        if powers > MAX_NESTED_EXPONENTS:
            what = f"the powers inside one another come to {powers:g}"
            raise FormulaError(tree.column, what, f"keep the product of their exponents to {MAX_NESTED_EXPONENTS:g}")
    if names(tree) <= set(CONSTANTS) and not (isinstance(tree, Apply) and tree.operation in _CONDITIONS):
        value = Evaluation(FLOATS, 0.0, parameters).value(tree)
        if not abs(value) <= MAX_NUMBER:
            what = f"{_shortened(tree)} is {value:g}"
            raise FormulaError(tree.column, what, f"keep constant parts finite and at most {MAX_NUMBER:g}")
    return powers


def _checked_exponent(base: Tree, exponent: Tree, parameters: Mapping[str, float]) -> float:
    """Its magnitude."""
    if depends_on_x(exponent):
        instead = Apply("exp", (Apply("*", (exponent, Apply("log", (base,)))),))
        raise FormulaError(exponent.column, "an exponent depends on x", f"write {_shortened(instead)}")
    size: float = abs(Evaluation(FLOATS, 0.0, parameters).value(exponent))
    if not size <= MAX_EXPONENT:
        what = f"the exponent {_shortened(exponent)} is beyond {MAX_EXPONENT:g}"
        raise FormulaError(exponent.column, what, f"use one between -{MAX_EXPONENT:g} and {MAX_EXPONENT:g}")
    return size


_CONDITIONS = (*COMPARISONS, "and", "or", "not")


def _shortened(tree: Tree) -> str:
    text = written(tree)
    return text if len(text) <= 40 else text[:37] + "..."


def _not_finite(formula: Formula, x: float) -> FormulaError:
    found: Iterator[Tree] = sources_of_infinity(formula.tree, x, formula.parameters)
    source = next(found, formula.tree)
    what = f"{_shortened(source)} is not finite at x = {x:g}"
    return FormulaError(source.column, what, "keep it finite on [-10, 10], for example with where, max or abs")
