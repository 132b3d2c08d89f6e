"""The shape of the code, so that a change of it is a decision: edit a table here and say why in the commit.

What a user would lose: fast commands, since one careless import loads TensorFlow for `--help`; results that are whole,
since a second writer or an `exit` in the middle of things is where they break.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "actsearch"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "configs" not in path.relative_to(PACKAGE).parts
}

MAY_IMPORT = {
    "__init__": {"diagnostics", "keras_activations", "notebook", "own_activations"},
    "__main__": {"cli"},
    "activations": set(),
    "batches": {"data"},
    "bfloat16": {"experiment", "models"},
    "catalogue": {"activations", "errors", "formula_tree", "formulas", "properties", "spelling"},
    "changes": set(),
    "checkpoints": {"events", "experiment"},
    "cli": {
        "catalogue",
        "compare_command",
        "comparison",
        "comparison_plots",
        "console",
        "doctor",
        "errors",
        "experiment_files",
        "explanation",
        "export",
        "findings",
        "function_pages",
        "function_plots",
        "interruption",
        "layer_plots",
        "live",
        "measure",
        "plan_command",
        "plan_pages",
        "plots",
        "reference",
        "report_command",
        "result_folders",
        "results",
        "resumption",
        "run_command",
        "runner",
        "schema",
        "stages",
        "store",
        "templates",
        "terminal",
        "words",
    },
    "clipping": {"experiment"},
    "compare_command": {"comparison", "comparison_pages", "console", "pooling", "requirements", "result_folders"},
    "comparison": {"errors", "experiment", "measure", "results", "spelling", "statistics", "words"},
    "comparison_curves": {
        *("comparison", "conclusions", "curves", "errors", "experiment", "measure", "results", "statistics", "words"),
    },
    "comparison_pages": {"comparison", "conclusions", "outputs", "requirements", "terminal"},
    "comparison_plots": {"comparison", "comparison_curves", "drawing", "pens", "plots", "results", "words"},
    "conclusions": {"comparison", "experiment", "requirements", "statistics", "words"},
    "config": {
        *(
            "activations",
            "errors",
            "experiment",
            "formulas",
            "mistakes",
            "plugins",
            "schema",
            "spelling",
            "yaml_source",
        ),
    },
    "console": set(),
    "curves": {"errors", "results", "spelling", "words"},
    "data": {"errors", "experiment"},
    "diagnosis": set(),
    "diagnostics": {"clipping", "diagnosis", "files", "layer_probe"},
    "disk": {"data", "diagnosis", "experiment", "planning"},
    "doctor": {"data", "errors", "experiment", "files", "machine", "probes"},
    "drawing": {"errors", "files", "pens"},
    "dry_run": {"data", "experiment", "planning", "results", "runner", "store", "terminal", "words"},
    "engines.__init__": set(),
    "engines.in_process": {"engines.trainings", "events", "experiment"},
    "engines.processes": {"engines.trainings", "errors", "events", "experiment", "interruption"},
    "engines.ray": {"engines.trainings", "errors", "events", "experiment", "machine", "native_output"},
    "engines.trainings": {"events", "experiment"},
    "errors": set(),
    "evaluation": set(),
    "events": {"experiment"},
    "experiment": set(),
    "experiment_files": {"config", "data", "errors", "runner"},
    "explanation": {"findings", "terminal"},
    "export": {
        *("errors", "exporters.csv", "exporters.mlflow", "exporters.parquet", "exporters.tensorboard", "results"),
    },
    "exporters.__init__": set(),
    "exporters.belongings": {"errors", "files"},
    "exporters.csv": {"exporters.belongings", "files", "results"},
    "exporters.mlflow": {"errors", "experiment", "exporters.runs", "results"},
    "exporters.parquet": {"errors", "exporters.belongings", "files", "results"},
    "exporters.runs": {"results"},
    "exporters.tensorboard": {"errors", "experiment", "exporters.belongings", "exporters.runs", "files", "results"},
    "files": set(),
    "findings": {"errors", "readings", "results", "words"},
    "formula_tree": set(),
    "formula_values": {"formula_tree"},
    "formulas": {"errors", "formula_tree", "formula_values", "spelling"},
    "function_pages": {"catalogue", "notation", "properties", "symbolic"},
    "function_plots": {"catalogue", "drawing", "errors", "pens"},
    "hidden_layers": set(),
    "interruption": set(),
    "keras_activations": {"activations", "experiment"},
    "layer_probe": {"hidden_layers"},
    "layer_curves": {"curves", "errors", "results", "words"},
    "layer_plots": {"drawing", "layer_curves", "pens", "results"},
    "live": {"events", "experiment", "results", "terminal"},
    "machine": set(),
    "mathml": {"formula_tree"},
    "measure": {"errors", "results", "spelling"},
    "mistakes": {"activations", "schema", "spelling", "yaml_source"},
    "models": {"clipping", "evaluation", "experiment", "keras_activations", "layer_probe", "own_activations"},
    "native_output": set(),
    "notebook": {
        *("checkpoints", "comparison", "config", "errors", "events", "experiment", "models", "results", "runner"),
        *("stages", "store"),
    },
    "notation": {"symbolic"},
    "observation": {"data", "diagnosis", "events", "experiment", "layer_probe", "models"},
    "own_activations": {"experiment", "formulas", "keras_activations", "plugins"},
    "outlook": {"data", "disk", "experiment", "machine", "planning", "power", "results"},
    "outputs": {"errors", "files"},
    "pens": {"results"},
    "plan_command": {
        "config",
        "data",
        "errors",
        "experiment",
        "experiment_files",
        "interruption",
        "machine",
        "native_output",
        "outlook",
        "planning",
        "power",
        "results",
        "runner",
        "spelling",
        "store",
        "terminal",
        "timing",
        "words",
    },
    "plan_pages": {"outlook", "power", "statistics", "terminal", "words"},
    "planning": {"data", "diagnosis", "experiment", "results"},
    "plots": {"curves", "drawing", "pens", "results"},
    "plugins": {"errors", "spelling"},
    "pooling": {"errors", "experiment", "results"},
    "power": {"experiment", "results", "statistics"},
    "probes": set(),
    "properties": set(),
    "readings": {"results"},
    "reference": {"experiment", "formula_tree", "schema"},
    "requirements": {"comparison", "errors", "spelling", "statistics"},
    "result_folders": {"errors", "results", "store"},
    "results": {"errors", "experiment", "machine", "words"},
    "report": {
        "catalogue",
        "comparison",
        "conclusions",
        "curves",
        "errors",
        "experiment",
        "findings",
        "formula_tree",
        "function_pages",
        "layer_curves",
        "mathml",
        "outputs",
        "report_charts",
        "results",
        "stages",
        "words",
    },
    "report_command": {"comparison", "errors", "report", "result_folders", "results", "store"},
    "report_charts": {
        *("catalogue", "comparison", "comparison_curves", "conclusions", "curves", "drawing", "function_plots"),
        *("layer_curves", "pens", "results", "words"),
    },
    "resumption": {"doctor", "files"},
    "run_command": {
        "checkpoints",
        "config",
        "console",
        "data",
        "dry_run",
        "errors",
        "events",
        "experiment_files",
        "interruption",
        "live",
        "machine",
        "plots",
        "runner",
        "store",
        "terminal",
        "words",
    },
    "runner": {
        "batches",
        "checkpoints",
        "data",
        "engines.in_process",
        "engines.processes",
        "engines.ray",
        "errors",
        "events",
        "experiment",
        "machine",
        "models",
        "native_output",
        "results",
        "stages",
        "statistics",
        "store",
        "training",
    },
    "schema": {"activations", "experiment"},
    "statistics": set(),
    "store": {"changes", "diagnosis", "errors", "events", "experiment", "files", "results"},
    "sequential": {"statistics"},
    "spelling": set(),
    "stages": {"errors", "experiment", "results", "sequential", "statistics"},
    "symbolic": {"formula_tree", "formulas"},
    "templates": {"errors", "spelling"},
    "terminal": {"events", "experiment", "results", "words"},
    "timing": {
        "batches",
        "data",
        "errors",
        "experiment",
        "models",
        "native_output",
        "observation",
        "planning",
        "training",
    },
    "training": {
        "batches",
        "checkpoints",
        "data",
        "evaluation",
        "events",
        "experiment",
        "machine",
        "models",
        "observation",
    },
    "words": {"experiment"},
    "yaml_source": {"errors"},
}
"""Who imports whom among our modules, inside functions and for type checking as well."""

HEAVY = {
    *(
        "alembic",
        "jax",
        "jinja2",
        "keras",
        "matplotlib",
        "mlflow",
        "numpy",
        "psutil",
        "pyarrow",
        "pydantic",
        "ray",
        "rich",
        "scipy",
        "sqlalchemy",
        "sympy",
        "tensorboard",
        "tensorflow",
        "yaml",
    ),
}
LOADS_AT_ONCE = {
    "batches": {"numpy", "tensorflow"},
    "checkpoints": {"numpy"},
    "clipping": {"keras"},
    "comparison": {"numpy"},
    "comparison_curves": {"numpy"},
    "comparison_pages": {"rich"},
    "comparison_plots": {"matplotlib"},
    "config": {"pydantic"},
    "curves": {"numpy"},
    "diagnostics": {"keras", "numpy"},
    "drawing": {"matplotlib"},
    "evaluation": {"keras", "numpy", "tensorflow"},
    "explanation": {"rich"},
    "function_pages": {"rich"},
    "function_plots": {"matplotlib", "numpy"},
    "hidden_layers": {"keras", "numpy"},
    "keras_activations": {"keras"},
    "layer_probe": {"keras", "numpy"},
    "layer_curves": {"numpy"},
    "layer_plots": {"matplotlib", "numpy"},
    "live": {"rich"},
    "mistakes": {"pydantic"},
    "models": {"keras", "numpy"},
    "notation": {"sympy"},
    "own_activations": {"keras"},
    "plan_pages": {"rich"},
    "plots": {"matplotlib"},
    "power": {"numpy"},
    "properties": {"numpy"},
    "reference": {"pydantic"},
    "requirements": {"numpy"},
    "report": {"jinja2"},
    "report_charts": {"matplotlib", "numpy"},
    "schema": {"pydantic"},
    "sequential": {"numpy"},
    "statistics": {"numpy", "scipy"},
    "symbolic": {"sympy"},
    "terminal": {"rich"},
    "timing": {"numpy", "tensorflow"},  # and TensorFlow by `training`
    "training": {"keras", "numpy", "tensorflow"},
    "yaml_source": {"yaml"},
}
"""Which heavy libraries a module loads when it is imported; all others are imported inside functions."""

COMMAND_LINE = {
    "__main__",
    "cli",
    "result_folders",
    *(f"{name}_command" for name in ("compare", "plan", "report", "run")),
}
"""Who prints."""
MAY_END_THE_PROCESS = {
    "engines.processes": {"os._exit"},  # a worker whose driver is gone
    "interruption": {"os._exit"},  # the second Ctrl-C
}
WRITERS = {
    *("files", "store", "drawing", "templates"),
    "comparison_pages",  # the table as CSV
    "outputs",  # what the user names: tables and pages
    "diagnostics",  # for those who have no store
    "report",  # the page
    "doctor",  # tries out the folder of the results
    *(f"exporters.{name}" for name in ("belongings", "csv", "parquet", "tensorboard")),
    "resumption",  # the experiment that it kills and resumes
}
"""Who writes files."""


def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def ours(name: str) -> set[str]:
    """The modules of this package that a module imports anywhere in its text."""
    found = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: write imports in full"
            module = (node.module or "").removeprefix("actsearch").removeprefix(".")
            if (node.module or "").split(".")[0] == "actsearch":
                for alias in node.names:
                    inner = f"{module}.{alias.name}" if module else alias.name
                    found.add(inner if inner in MODULES else module)
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("actsearch.") for a in node.names if a.name.split(".")[0] == "actsearch"}
    return found


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


def test_import_directions_are_those_of_the_table() -> None:
    """An arrow that is gone leaves the table, too, so that the table stays true."""
    assert {name: ours(name) - {""} for name in MODULES} == MAY_IMPORT


def test_no_module_imports_itself_in_a_circle() -> None:
    """A circle works only in one order of imports, and breaks in a notebook's."""
    TopologicalSorter(MAY_IMPORT).prepare()


def test_heavy_libraries_are_loaded_where_the_table_says() -> None:
    """`actsearch --help` answers at once because nothing heavy is imported on the way to it."""
    found = {}
    for name in MODULES:
        loaded = set()
        for statement in executed_on_import(tree(name).body):
            if isinstance(statement, ast.ImportFrom):
                loaded.add((statement.module or "").split(".")[0])
            elif isinstance(statement, ast.Import):
                loaded |= {alias.name.split(".")[0] for alias in statement.names}
        if loaded & HEAVY:
            found[name] = loaded & HEAVY
    assert found == LOADS_AT_ONCE


@pytest.mark.parametrize("name", sorted(MODULES.keys() - COMMAND_LINE))
def test_only_the_command_line_prints_or_exits(name: str) -> None:
    """In a notebook or another program nobody wants stray output, let alone the end of the process."""
    forbidden = {"print", "exit", "quit", "click.echo", "click.secho", "sys.exit", "os._exit"}
    calls = {ast.unparse(node.func) for node in ast.walk(tree(name)) if isinstance(node, ast.Call)}
    assert calls & forbidden == MAY_END_THE_PROCESS.get(name, set())


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


def test_files_are_written_where_the_table_says() -> None:
    """A file written in place is half a file after a crash; `files.write_atomically` is the way."""
    writers = set()
    for name in MODULES:
        text = MODULES[name].read_text(encoding="utf-8")
        if any(
            call in text
            for call in (
                *("write_atomically(", "write_together(", "replacing("),
                *(".write_text(", ".write_bytes(", '.open("wb")', '"a"'),
            )
        ):
            writers.add(name)
    assert writers == WRITERS
