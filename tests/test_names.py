"""Names: each means one thing in the whole package, and says what it is.

What a maintainer would lose: a search for a name leads to one place, and a reader need not ask which `number` this is.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "actsearch"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if "configs" not in path.relative_to(PACKAGE).parts]
SAYS_NOTHING = {"one", "found", "told", "some", "both"}
"""A value with such a name could be anything."""
SHARED = {
    "__all__": "the face of each room",
    "write": "what each format of an export does",
    "draw": "what each kind of figure does: writes its pictures",
    "figures": "what each kind of figure does: its pictures, not yet written",
}
"""Names that several modules define, each for one thing that it is in all of them."""


def defined_in(body: list[ast.stmt]) -> Iterator[str]:
    """The names that a module defines at its top level."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (
                node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)
            )
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


def test_no_name_is_defined_in_two_modules() -> None:
    """`SHARED` lists the exceptions: members of one protocol, and what each module has for itself."""
    places = defaultdict(set)
    for path in MODULES:
        for name in defined_in(ast.parse(path.read_text(encoding="utf-8")).body):
            places[name].add(path.relative_to(PACKAGE).as_posix())
    twice = {name: sorted(where) for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in twice.items() if name not in SHARED} == {}
    assert SHARED.keys() <= twice.keys(), "an exception that is needed no more"


def test_a_variable_says_what_it_holds() -> None:
    """Not `one`, `found`, `told`, `some` or `both`: a reader would have to look where it comes from."""
    places = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.arg if isinstance(node, ast.arg) else getattr(node, "id", None)
            stored = isinstance(node, ast.arg) or isinstance(getattr(node, "ctx", None), ast.Store)
            if stored and name in SAYS_NOTHING:
                places.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {name}")
    assert places == []


def test_expressions_need_one_reading() -> None:
    """A comprehension has one `for` and at most one `if`; a conditional expression stands alone."""
    places = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            where = f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
                loops = node.generators
                if len(loops) > 1 or len(loops[0].ifs) > 1:
                    places.append(f"{where} comprehension")
            if isinstance(node, ast.IfExp) and any(isinstance(part, ast.IfExp) for part in (node.body, node.orelse)):
                places.append(f"{where} conditional expression")
    assert places == []
