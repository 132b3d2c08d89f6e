"""From the text of a formula to its tree: what is not in the language is refused at its place."""

from __future__ import annotations

import ast
import re
import warnings
from typing import NoReturn

from actsearch.core.spelling import did_you_mean
from actsearch.functions.formula_language import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_NODES,
    MAX_NUMBER,
    MIN_NUMBER,
    FormulaError,
)
from actsearch.functions.formula_tree import (
    ANY_NUMBER,
    CONSTANTS,
    FORMULA_FUNCTIONS,
    OPERATIONS,
    VARIABLE,
    Apply,
    Name,
    Number,
    Tree,
    Where,
)

_SIGNS_INSTEAD = {
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
_ALLOWED = "use numbers, names, ( ) , + - * / ** < <= > >= alone"
_OFFENCE = re.compile(r"[^A-Za-z0-9_ ()+\-*/.,<>=]|(?<![<>])=")


def read_tree(text: str) -> Tree:
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
        what = f"{shown} has no meaning in a formula"
        raise FormulaError(offence.start() + 1, what, _SIGNS_INSTEAD.get(sign, _ALLOWED))
    start = len(line) - len(line.lstrip())
    return _TreeReader(start).number(_python_tree(line.strip(), start))


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


class _TreeReader:
    """Turns Python's tree into ours, and refuses what is not in the language."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._nodes = 0
        self._depth = 0

    def number(self, node: ast.expr) -> Tree:
        """An expression that has a value; a condition is refused."""
        if _is_condition(node):
            self._refuse(node, "a condition stands where a number is needed", "write where(condition, a, b)")
        return self._read(node)

    def condition(self, node: ast.expr) -> Tree:
        """An expression that is true or false; a number is refused."""
        if not _is_condition(node):
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
        if node.id in FORMULA_FUNCTIONS or node.id == "where":
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
        name = self._function_name(node)
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self._refuse(argument, "* stands before an argument", "write every argument itself")
        if node.keywords:
            self._refuse(node, f"{name} has no named arguments", "write its arguments in order, without names")
        least, most = (3, 3) if name == "where" else FORMULA_FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            needed = f"{least} or more" if most == ANY_NUMBER else str(least)
            given = f"{name} takes {needed} argument{'s' if needed != '1' else ''}, not {len(node.args)}"
            self._refuse(node, given, f"write {_CALL_EXAMPLES.get(name, f'{name}(x)')}")
        if name == "where":
            return self._where(node, *node.args)
        return Apply(name, tuple(map(self.number, node.args)), self._column(node))

    def _function_name(self, node: ast.Call) -> str:
        """The name of a function of the language; anything else before a parenthesis is refused."""
        if not isinstance(node.func, ast.Name):
            if isinstance(node.func, ast.Attribute) and node.func.attr in FORMULA_FUNCTIONS:
                self._refuse(node, "names have no dots in a formula", f"write {node.func.attr}(...) alone")
            self._refuse(node, "only a function can stand before a parenthesis", "write * for a product")
        name = node.func.id
        if name in (VARIABLE, *CONSTANTS):
            self._refuse(node, f"{name} is no function", f"write {name} * (...) for a product")
        if name not in FORMULA_FUNCTIONS and name != "where":
            self._refuse(node, f"no function is called {name!r}", _function_instead(name))
        return name

    def _column(self, node: ast.expr) -> int:
        return self._start + node.col_offset + 1

    def _refuse(self, node: ast.expr, what: str, remedy: str) -> NoReturn:
        raise FormulaError(self._column(node), what, remedy)


def _is_condition(node: ast.expr) -> bool:
    is_negation = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return is_negation or isinstance(node, ast.Compare | ast.BoolOp)


_CALL_EXAMPLES = {"where": "where(x > 0, a, b)", "clip": "clip(x, low, high)", "max": "max(x, 0)", "min": "min(x, 1)"}


_NAMES_INSTEAD = {
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
    return _NAMES_INSTEAD.get(name.lower()) or did_you_mean(name, [*FORMULA_FUNCTIONS, "where"])


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
    return "this has no meaning in a formula", _ALLOWED
