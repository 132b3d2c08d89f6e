"""Activation functions of the user's own, `module:name`: found without running them, hashed, and imported to train.

Imports neither NumPy nor Keras; what a user's module imports is its own affair, and happens only in `imported`.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from actsearch.core.errors import UserError
from actsearch.core.spelling import did_you_mean

PREFIX = "actsearch_source_"
"""Begins the names of modules that were made from a text."""


class PluginError(UserError):
    """`module:name` leads to no function. `what` and `remedy` are for one line."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; {remedy}")


@dataclass(frozen=True)
class ModuleSource:
    """The file of a module: its content, and the SHA-256 of it (as `sha256sum` prints it)."""

    text: str
    sha256: str
    parameters: tuple[str, ...] | None = None
    """The names of the function's parameters after the first; None where it takes any, or that is not seen."""


def find_source(reference: str, folder: Path) -> ModuleSource:
    """The source of `module:name`, without running any of it.

    Args:
        reference: `module:name`; the module may be in a package, `package.module:name`.
        folder: where to look first; after that, where Python looks.

    Raises:
        PluginError: no such module, or it defines no such name.
    """
    module, _, name = reference.partition(":")
    file = _module_file(module, folder)
    try:
        content = file.read_bytes()
        tree = ast.parse(content)
    except OSError as error:
        raise PluginError(f"{file} cannot be read ({error.strerror})", "give a file that can be read") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise PluginError(f"{file}{line}: is no Python ({getattr(error, 'msg', error)})", "mend the module") from error
    names = _names_defined(tree)
    if name not in names and "*" not in names:
        remedy = did_you_mean(name, names, f"define it there: def {name}(x): ...")
        raise PluginError(f"{file.name} defines no {name}", remedy)
    try:
        text = content.decode("utf-8")
    except ValueError as error:
        raise PluginError(f"{file.name} is no UTF-8", "save it as UTF-8") from error
    return ModuleSource(text, hashlib.sha256(content).hexdigest(), _parameter_names(tree, name))


def imported(
    reference: str, folder: str | None = None, source: str | None = None, sha256: str | None = None
) -> Callable[..., Any]:
    """The function itself; its module is imported, which runs it.

    Args:
        reference: `module:name`.
        folder: where to look first.
        source: the module's text, for a machine that does not have the file, or has another one.
        sha256: what the file's content must be; None: whatever it is.

    Raises:
        PluginError: it is not there, or is no function.
    """
    module_name, _, name = reference.partition(":")
    module = _imported_module(module_name, folder, source, sha256)
    function: Callable[..., Any] | None = getattr(module, name, None)
    if not callable(function):
        raise PluginError(f"{reference} is no function", "name a function of a tensor x and the parameters")
    return function


def _imported_module(name: str, folder: str | None, source: str | None, sha256: str | None) -> ModuleType:
    if folder is not None and folder not in sys.path:
        sys.path.insert(0, folder)  # it stays: what the module imports may lie there, too
    try:
        if sha256 is None:
            return importlib.import_module(name)
        text = _text_on_disk(name, folder) if source is None else source
        if text is None or hashlib.sha256(text.encode("utf-8")).hexdigest() != sha256:
            raise PluginError(f"the source of {name} has changed", "run the experiment again")
        return _from_source(name, text, sha256)
    except ImportError as error:
        remedy = "install what it imports"
        if isinstance(error, ModuleNotFoundError) and error.name == name.partition(".")[0]:
            remedy = "put its folder on PYTHONPATH; a copy of it lies beside the results that it was trained for"
        raise PluginError(f"{name} cannot be imported ({error})", remedy) from error


def _text_on_disk(name: str, folder: str | None) -> str | None:
    try:
        return _module_file(name, Path(folder or ".")).read_bytes().decode("utf-8")
    except (PluginError, OSError, ValueError):
        return None


def _from_source(name: str, text: str, sha256: str) -> ModuleType:
    """The module made from exactly this text, once in a process, under a name that no other source has.

    Python's own import would take compiled code that is as old as the file to the second, or what another experiment's
    module of this name has left.
    """
    unique = f"{PREFIX}{sha256[:16]}_{name.replace('.', '_')}"
    loaded = sys.modules.get(unique)
    if loaded is not None:
        return loaded
    module = ModuleType(unique)
    module.__package__ = name.rpartition(".")[0]  # for imports that are relative to its package
    sys.modules[unique] = module
    try:
        exec(compile(text, f"<{name}>", "exec"), module.__dict__)
    except BaseException:
        del sys.modules[unique]
        raise
    return module


def _parameter_names(tree: ast.Module, name: str) -> tuple[str, ...] | None:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not functions or functions[-1].args.kwarg is not None or functions[-1].decorator_list:
        return None
    arguments = functions[-1].args
    after_x = [*arguments.posonlyargs, *arguments.args][1:]
    by_name = [argument for argument in after_x if argument not in arguments.posonlyargs]
    return tuple(argument.arg for argument in (*by_name, *arguments.kwonlyargs))


def _module_file(module: str, folder: Path) -> Path:
    """The file of a module. Python's own finder, without importing the packages on the way."""
    path: list[str] | None = [str(folder.resolve()), *sys.path]
    parts = module.split(".")
    spec = None
    for i in range(len(parts)):
        spec = PathFinder.find_spec(".".join(parts[: i + 1]), path)
        if spec is None or (i + 1 < len(parts) and spec.submodule_search_locations is None):
            missing = ".".join(parts[: i + 1 + (spec is not None)])
            raise PluginError(f"no module {missing!r} beside this file or where Python looks", _WHERE_TO_LOOK)
        path = list(spec.submodule_search_locations or [])
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise PluginError(f"{module} is no file of Python source", _WHERE_TO_LOOK)
    return Path(spec.origin)


_WHERE_TO_LOOK = "write module:name, with module.py in the folder of the experiment file"


def _names_defined(tree: ast.Module) -> list[str]:
    """What a module binds at its top level, also below `if` and `try`; `*` where it imports all of another."""
    names: list[str] = []
    todo: list[ast.stmt] = list(tree.body)
    while todo:
        node = todo.pop(0)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [(alias.asname or alias.name).split(".")[0] for alias in node.names]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names += [part.id for part in ast.walk(target) if isinstance(part, ast.Name)]
        else:
            for block in ("body", "orelse", "finalbody"):
                todo += getattr(node, block, [])
            for handler in getattr(node, "handlers", []):
                todo += handler.body
    return names
