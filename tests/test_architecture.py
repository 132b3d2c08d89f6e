"""The shape of the code, so that a change of it is a decision: edit a table here and say why in the commit.

What a user would lose: fast commands, since one careless import loads TensorFlow for `--help`; results that are whole,
since a second writer or an `exit` in the middle of things is where they break.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "actsearch"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "configs" not in path.relative_to(PACKAGE).parts
}

BESIDE_THE_ROOMS = {"__init__", "__main__", "api"}
MAY_LOOK_AT = {
    "core": set(),
    "functions": {"core"},
    "config": {"core", "functions", "data", "networks"},
    "data": {"core"},
    "networks": {"core", "functions"},
    "training": {"core", "data", "networks"},
    "engines": {"core"},
    "store": {"core"},
    "analysis": {"core"},
    "study": {"core", "data", "networks", "training", "engines", "store", "analysis"},
    "figures": {"core", "functions", "analysis"},
    "report": {"core", "functions", "analysis"},
    "cli": {
        *("core", "functions", "config", "data", "networks", "store", "analysis", "study", "figures", "report"),
        "training",
    },
}
"""Which room may look at which, inside functions and for type checking as well. Inside a room its modules are free."""

HEAVY = {
    *("alembic", "jax", "jinja2", "keras", "matplotlib", "mlflow", "numpy", "psutil", "pyarrow", "pydantic", "ray"),
    *("rich", "scipy", "sqlalchemy", "sympy", "tensorboard", "tensorflow", "yaml"),
}
LOADS_AT_ONCE = {
    "core": {"pydantic"},  # strict_models, for the keys of those rooms whose members have keys in the file
    "functions": {"numpy", "sympy"},
    "config": {"pydantic", "yaml"},
    "data": {"pydantic"},  # the keys of the kinds of source
    "networks": {"keras", "numpy", "pydantic", "tensorflow"},
    "training": {"keras", "numpy", "tensorflow"},
    "engines": set(),
    "store": set(),
    "analysis": {"numpy", "scipy"},
    "study": {"numpy", "tensorflow"},
    "figures": {"matplotlib", "numpy"},
    "report": {"jinja2", "matplotlib", "numpy"},
    "cli": {"rich"},
}
"""Which heavy libraries the modules of a room load when they are imported; others are imported inside functions.

What each command loads in the end is tested in `test_imports.py`.
"""

MAY_END_THE_PROCESS = {
    "engines.processes": {"os._exit"},  # a worker whose driver is gone
    "cli.interruption": {"os._exit"},  # the second Ctrl-C
}
WRITERS = {
    *("core.files", "core.user_files", "config.templates", "figures.drawing"),
    *(f"store.{name}" for name in ("experiment_file", "lock", "plan_writer", "recording", "writer")),
    "cli.json_rows.comparison",  # the table as CSV
    "training.callback",  # for those who have no store
    "cli.doctor.checks",  # tries out the folder of the results
    "cli.doctor.kill_and_resume",  # the experiment that it kills and resumes
    *(f"store.exporters.{name}" for name in ("belongings", "parquet", "table_files", "tensorboard")),
}
"""Who writes files."""


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def room_of(name: str) -> str:
    return name.partition(".")[0]


def package_of(name: str) -> str:
    return name.removesuffix(".__init__")


@cache
def imported_by(name: str) -> set[str]:
    """The modules of this package that a module imports anywhere in its text."""
    modules = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: write imports in full"
            if (node.module or "").split(".")[0] == "actsearch":
                modules |= {module_in(node.module or "", alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            ours = {alias.name for alias in node.names if alias.name.split(".")[0] == "actsearch"}
            modules |= {module.removeprefix("actsearch.") for module in ours}
    return modules


def module_in(package: str, imported: str) -> str:
    """The module that `from package import imported` loads: `imported` itself, or else `package`."""
    inner = f"{package}.{imported}".removeprefix("actsearch.")
    return inner if inner in MODULES else package.removeprefix("actsearch").removeprefix(".")


def executed_on_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported: not those in functions or for type checking only."""
    for statement in body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.dump(statement.test):
            continue
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        yield statement
        for inner in ("body", "orelse", "finalbody"):
            yield from executed_on_import(getattr(statement, inner, []))


def face(room: str) -> ast.Module:
    return tree(f"{room}.__init__")


def public_modules(room: str) -> set[str]:
    """The modules that a room shows to others: its `__all__`."""
    for statement in face(room).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return set(ast.literal_eval(statement.value))
    return set()


def test_the_rooms_are_those_of_the_table() -> None:
    """A newcomer finds a room by its name; whatever lies beside the rooms is looked for in vain."""
    assert {room_of(name) for name in MODULES} == MAY_LOOK_AT.keys() | BESIDE_THE_ROOMS


@pytest.mark.parametrize("room", MAY_LOOK_AT)
def test_a_room_looks_only_at_those_of_the_table(room: str) -> None:
    """An arrow that is gone leaves the table, too, so that the table stays true."""
    modules = [name for name in MODULES if room_of(name) == room]
    looked_at = {room_of(imported) for name in modules for imported in imported_by(name)} - {room}
    assert looked_at == MAY_LOOK_AT[room]


@pytest.mark.parametrize("room", MAY_LOOK_AT)
def test_others_use_of_a_room_what_its_face_lists(room: str) -> None:
    """What is not listed may be changed without a look at the rest of the program."""
    used = set()
    for name in MODULES:
        if room_of(name) != room:
            used |= {imported for imported in imported_by(name) if room_of(imported) == room and imported != room}
    assert {module.removeprefix(f"{room}.") for module in used} == public_modules(room)


@pytest.mark.parametrize("room", MAY_LOOK_AT)
def test_a_face_says_its_job_in_its_first_line_and_loads_nothing(room: str) -> None:
    """A room is entered for one thing of it, and must not cost what all of it costs."""
    (docstring, *rest) = face(room).body
    assert isinstance(docstring, ast.Expr)
    assert str(ast.literal_eval(docstring.value)).partition("\n")[0].endswith(".")
    assert [ast.unparse(statement).partition(" ")[0] for statement in rest] == ["__all__"] * bool(rest)


def test_no_module_imports_itself_in_a_circle() -> None:
    """A circle works only in one order of imports, and breaks in a notebook's."""
    TopologicalSorter({package_of(name): imported_by(name) for name in MODULES}).prepare()


def test_heavy_libraries_are_loaded_where_the_table_says() -> None:
    """`actsearch --help` answers at once because nothing heavy is imported on the way to it."""
    loaded: dict[str, set[str]] = {room: set() for room in MAY_LOOK_AT}
    for name in MODULES:
        for statement in executed_on_import(tree(name).body):
            libraries = set()
            if isinstance(statement, ast.ImportFrom):
                libraries = {(statement.module or "").split(".")[0]}
            elif isinstance(statement, ast.Import):
                libraries = {alias.name.split(".")[0] for alias in statement.names}
            if name in BESIDE_THE_ROOMS:
                assert not libraries & HEAVY, name
            else:
                loaded[room_of(name)] |= libraries & HEAVY
    assert loaded == LOADS_AT_ONCE


@pytest.mark.parametrize("room", sorted(MAY_LOOK_AT.keys() - {"cli"}))
def test_only_the_command_line_prints_or_exits(room: str) -> None:
    """In a notebook or another program nobody wants stray output, let alone the end of the process."""
    forbidden = {"print", "exit", "quit", "click.echo", "click.secho", "sys.exit", "os._exit"}
    for name in MODULES:
        if room_of(name) == room:
            calls = {ast.unparse(node.func) for node in ast.walk(tree(name)) if isinstance(node, ast.Call)}
            assert calls & forbidden <= MAY_END_THE_PROCESS.get(name, set()), name


def test_files_are_written_where_the_table_says() -> None:
    """A file written in place is half a file after a crash; `files.write_atomically` is the way."""
    writers = set()
    for name in MODULES:
        text = MODULES[name].read_text(encoding="utf-8")
        if any(
            call in text
            for call in (
                *("write_atomically(", "write_if_changed(", "write_together(", "replacing("),
                *(".write_text(", ".write_bytes(", '.open("wb")', '"a"'),
            )
        ):
            writers.add(name)
    assert writers == WRITERS


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_module_says_what_it_is_for(name: str) -> None:
    """`engines/__init__.py` may be empty; whoever looks for a place for something reads the others' first lines."""
    text = MODULES[name].read_text(encoding="utf-8")
    if name.endswith("__init__") and not text.strip():
        return
    documentation = ast.get_docstring(tree(name))
    assert documentation
    assert documentation.splitlines()[0].endswith((".", "?"))


def test_no_module_is_a_drawer_for_anything() -> None:
    """What has no name of its own has no place of its own, and is written twice."""
    words = {word for name in MODULES for word in name.replace(".", "_").split("_")}
    assert not words & {"util", "utils", "helper", "helpers", "manager", "handler", "common", "misc"}
