"""A formula's tree as MathML, the way a browser sets it. Imports no SymPy: the tree is written as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from xml.sax.saxutils import escape

from actsearch.functions.formula_tree import Apply, Name, Number, Tree, Where, nodes

SPACE = "\N{NO-BREAK SPACE}"
MOST_READABLE_NODES = 160
"""A longer formula is no longer readable in two dimensions."""
GREEK_LETTERS: Mapping[str, str] = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "lambda": "λ", "pi": "π"}
NAMES_ON_PAPER: Mapping[str, str] = {"log": "ln", "sigmoid": "σ", "larger": "max", "smaller": "min", "atan": "arctan"}
"""Functions that have another name on paper."""
SIGNS: Mapping[str, str] = {"+": "+", "-": "−", "<": "&lt;", "<=": "≤", ">": "&gt;", ">=": "≥"}
LEVELS: Mapping[str, int] = {
    "or": 1,
    "and": 2,
    "not": 3,
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-", "neg", "expm1"), 5),
    "*": 6,
    "**": 8,
}
"""How tightly an operation binds; whatever is not here needs no parentheses."""
TIGHTEST = 9


def mathml(tree: Tree, name: str) -> str | None:
    """`name(x) = ...` as a `math` element; None of a formula that is too long for that."""
    if len(list(islice(nodes(tree), MOST_READABLE_NODES + 1))) > MOST_READABLE_NODES:
        return None
    of = f"<msup><mi>{escape(name[:-1])}</mi><mo>′</mo></msup>" if name.endswith("′") else f"<mi>{escape(name)}</mi>"
    left = f"{of}<mo>(</mo><mi>x</mi><mo>)</mo><mo>=</mo>"
    return f'<math display="block"><mrow>{left}{_written(tree)}</mrow></math>'


def _written(tree: Tree) -> str:
    match tree:
        case Number(value):
            return f"<mn>{value:.6g}</mn>"
        case Name(name):
            return f"<mi>{escape(GREEK_LETTERS.get(name, name))}</mi>"
        case Where():
            return _case_table(tree)
    return _applied(tree)


def _applied(tree: Apply) -> str:
    operation, parts = tree.operation, tree.arguments
    match operation:
        case "/":
            return f"<mfrac>{_as_row(parts[0])}{_as_row(parts[1])}</mfrac>"
        case "**":
            return f"<msup>{_grouped(parts[0], TIGHTEST)}{_as_row(parts[1])}</msup>"
        case "*":
            return f"{_grouped(parts[0], 6)}{_times(parts[0], parts[1])}{_second_factor(parts[1])}"
        case "+" | "-":
            return f"{_grouped(parts[0], 5)}<mo>{SIGNS[operation]}</mo>{_grouped(parts[1], 5 + (operation == '-'))}"
        case "neg":
            return f"<mo>−</mo>{_grouped(parts[0], 6)}"
        case "exp":
            return f"<msup><mi>e</mi>{_as_row(parts[0])}</msup>"
        case "expm1":
            return f"<msup><mi>e</mi>{_as_row(parts[0])}</msup><mo>−</mo><mn>1</mn>"
        case "sqrt":
            return f"<msqrt>{_written(parts[0])}</msqrt>"
        case "abs":
            return f"<mrow><mo>|</mo>{_written(parts[0])}<mo>|</mo></mrow>"
        case "log1p":
            return f"<mi>ln</mi>{_in_parentheses(f'<mn>1</mn><mo>+</mo>{_grouped(parts[0], 5)}')}"
        case "and" | "or" | "not" | "<" | "<=" | ">" | ">=":
            return _condition(tree)
    inner = "<mo>,</mo>".join(map(_written, parts))
    return f"<mi>{NAMES_ON_PAPER.get(operation, operation)}</mi>{_in_parentheses(inner)}"


def _as_row(tree: Tree) -> str:
    """As one element, as fractions and powers need it."""
    return f"<mrow>{_written(tree)}</mrow>"


def _grouped(tree: Tree, level: int) -> str:
    """One element, in parentheses where the tree binds less tightly than that."""
    return _as_row(tree) if _tightness(tree, level) >= level else _in_parentheses(_written(tree))


def _tightness(tree: Tree, level: int) -> int:
    if isinstance(tree, Where):
        return 0
    if not isinstance(tree, Apply):
        return TIGHTEST
    if level == TIGHTEST and tree.operation in ("/", "exp"):
        return 0  # the base of a power
    return LEVELS.get(tree.operation, TIGHTEST)


def _second_factor(tree: Tree) -> str:
    """The second factor; cases go to the end of the line by themselves."""
    return _as_row(tree) if isinstance(tree, Where) else _grouped(tree, 6)


def _in_parentheses(content: str) -> str:
    return f"<mrow><mo>(</mo>{content}<mo>)</mo></mrow>"


def _times(left: Tree, right: Tree) -> str:
    """A dot where two factors would run into one another."""
    if isinstance(right, Where):
        return "<mo>\N{INVISIBLE TIMES}</mo>"
    first = next(nodes(right))
    while isinstance(first, Apply) and first.operation in ("*", "**"):
        first = first.arguments[0]
    if isinstance(first, Number) or _is_long_name(left) or _is_long_name(first):
        return "<mo>·</mo>"
    return "<mo>\N{INVISIBLE TIMES}</mo>"


def _is_long_name(tree: Tree) -> bool:
    """Of several letters on paper."""
    return isinstance(tree, Name) and len(GREEK_LETTERS.get(tree.name, tree.name)) > 1


def _case_table(tree: Tree) -> str:
    rows = []
    while isinstance(tree, Where):
        rows.append((tree.taken, f"<mtext>if{SPACE}</mtext>{_condition(tree.condition)}"))
        tree = tree.refused
    rows.append((tree, "<mtext>otherwise</mtext>"))
    cells = (f"<mtr><mtd>{_written(case)}</mtd><mtd>{when}</mtd></mtr>" for case, when in rows)
    return f'<mtable class="cases">{"".join(cells)}</mtable>'


def _condition(tree: Tree) -> str:
    """A comparison, several joined by words, or `a < x ≤ b`."""
    if not isinstance(tree, Apply) or tree.operation not in ("and", "or", "not", "<", "<=", ">", ">="):
        return _written(tree)
    if tree.operation == "not":
        return f"<mtext>not{SPACE}</mtext>{_grouped(tree.arguments[0], 4)}"
    if tree.operation in ("and", "or"):
        word = f"<mtext>{SPACE}{tree.operation}{SPACE}</mtext>"
        return _chain_of_limits(tree) or word.join(map(_condition, tree.arguments))
    left, right = tree.arguments
    return f"{_grouped(left, 5)}<mo>{SIGNS[tree.operation]}</mo>{_grouped(right, 5)}"


def _chain_of_limits(tree: Apply) -> str | None:
    """`x > a and x <= b` as one chain."""
    parts = [part for part in tree.arguments if isinstance(part, Apply)]
    if tree.operation != "and" or len(tree.arguments) != 2 or len(parts) != 2:
        return None
    low, high = parts
    if low.operation not in (">", ">=") or high.operation not in ("<", "<=") or low.arguments[0] != high.arguments[0]:
        return None
    first = "&lt;" if low.operation == ">" else "≤"
    return (
        f"{_grouped(low.arguments[1], 5)}<mo>{first}</mo>{_grouped(low.arguments[0], 5)}"
        f"<mo>{SIGNS[high.operation]}</mo>{_grouped(high.arguments[1], 5)}"
    )
