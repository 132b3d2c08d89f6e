"""A YAML file as plain values that know their lines. Imports PyYAML; knows nothing of experiments.

Scalars follow YAML 1.2's core schema, not PyYAML's 1.1: `1e-3` is a number, `no` a word, `010` is ten and `1:30` text.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from actsearch.config.places import Location, dotted
from actsearch.core.errors import InvalidExperiment, Problem

MOST_BYTES = 1_000_000
MOST_DEPTH = 50
MOST_VALUES = 10_000
"""After aliases are followed: a file of some hundred bytes can otherwise stand for more values than fit in memory."""

_CORE = (
    ("null", re.compile(r"^(?:~|null|Null|NULL|)$"), lambda _: None),
    ("bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), lambda text: text.lower() == "true"),
    ("int", re.compile(r"^[-+]?[0-9]+$"), int),
    ("int", re.compile(r"^0o[0-7]+$"), lambda text: int(text[2:], 8)),
    ("int", re.compile(r"^0x[0-9a-fA-F]+$"), lambda text: int(text[2:], 16)),
    ("float", re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"), float),
    ("float", re.compile(r"^[-+]?\.(?:inf|Inf|INF)$"), lambda text: float(text.replace(".", ""))),
    ("float", re.compile(r"^\.(?:nan|NaN|NAN)$"), lambda _: float("nan")),
)
_TAGS = {f"tag:yaml.org,2002:{name}": name for name in ("null", "bool", "int", "float", "str", "seq", "map")}


@dataclass(frozen=True)
class YamlDocument:
    """What a document holds, and the line (from 1) of each key and list item by its place."""

    value: Any
    lines: dict[Location, int]
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    """What is wrong though the rest can be read, each with its line."""

    def line(self, location: Location) -> int:
        """The line of a place, or of the nearest place around it that the document has."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


_PLAIN, _IN_QUOTES = "plain", "quoted"


class _TooMuch(Exception):
    """The document has more nodes, or deeper ones, than an experiment needs."""


class _Loader(yaml.SafeLoader):
    """Resolves no scalar: they are all text until `_scalar` reads them. Stops early at what is too much."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._nodes = self._depth = 0

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:  # noqa: ARG002  (PyYAML's signature)
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _IN_QUOTES
        return "tag:yaml.org,2002:seq" if kind is yaml.SequenceNode else "tag:yaml.org,2002:map"

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._nodes += 1
        self._depth += 1
        if self._nodes > MOST_VALUES:
            raise _TooMuch(f"holds more than {MOST_VALUES:,} values", "give an experiment's file")
        if self._depth > MOST_DEPTH:
            raise _TooMuch("is nested too deeply", "an experiment needs four levels")
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def read_yaml(path: Path) -> YamlDocument:
    """The one document of a file.

    Raises:
        InvalidExperiment: the file cannot be read, is no YAML, or holds what an experiment never needs.
    """
    where = str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _invalid(where, "is a folder", "give the experiment's file")
        if not stat.S_ISREG(status.st_mode):  # reading a pipe could wait for ever
            raise _invalid(where, "is not a file", "give the experiment's file")
        if status.st_size > MOST_BYTES:
            size = f"{status.st_size / 1e6:.0f} MB"
            raise _invalid(where, f"has {size}, and an experiment at most 1 MB", "give an experiment's file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        remedy = "check the path, or write an experiment with: actsearch init"
        raise _invalid(where, f"cannot be read ({reason})", remedy) from error
    except ValueError as error:
        raise _invalid(repr(where), "is not a path", "give the experiment's file") from error
    if len(content) > MOST_BYTES:
        raise _invalid(where, "has more than 1 MB", "give an experiment's file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _invalid(f"{where}:{line}", "is not UTF-8", "save the file as UTF-8") from error
    return parse_yaml(text, where)


def parse_yaml(text: str, where: str) -> YamlDocument:
    """The one document of a text; `where` names it in errors."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, where) from error
    except yaml.YAMLError as error:
        raise _invalid(f"{where}:1", str(error).splitlines()[0], "write plain text") from error
    except _TooMuch as error:
        raise _invalid(where, *error.args) from error
    if node is None:
        raise _invalid(where, "is empty", "write an experiment with: actsearch init")
    reader = _NodeReader(where)
    return YamlDocument(reader.value(node, ()), reader.lines, reader.problems)


def survives(text: str) -> bool:
    """Whether text is read as the same text again after PyYAML wrote it: `1e3` needs no quotes in YAML 1.1."""
    if not any(pattern.match(text) for _, pattern, _ in _CORE):
        return True
    return bool(parse_yaml(yaml.safe_dump([text]), "").value == [text])


class _NodeReader:
    """Turns nodes into values, collecting what is wrong with them."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.lines: dict[Location, int] = {}
        self.problems: list[tuple[int, Problem]] = []
        self._nodes = 0
        self._open: set[int] = set()

    def value(self, node: yaml.Node, location: Location) -> Any:
        self.lines.setdefault(location, node.start_mark.line + 1)
        self._nodes += 1
        if self._nodes > MOST_VALUES:
            what = f"stands for more than {MOST_VALUES:,} values once its aliases are followed"
            raise _invalid(self.where, what, "write an experiment without so many of them")
        if len(self._open) > MOST_DEPTH:
            raise _invalid(self.where, "is nested too deeply", "an experiment needs four levels")
        if id(node) in self._open:
            raise _invalid(f"{self.where}:{node.start_mark.line + 1}", "an alias contains itself", "write it out")
        self._open.add(id(node))
        try:
            return self._value(node, location)
        finally:
            self._open.discard(id(node))

    def _value(self, node: yaml.Node, location: Location) -> Any:
        if node.tag not in _TAGS and node.tag not in (_PLAIN, _IN_QUOTES):
            self._problem(node, location, f"has the tag {node.tag}", "write the plain value")
            node.tag = _PLAIN  # told once; what it holds is checked all the same
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        assert isinstance(node, yaml.ScalarNode), "YAML has three kinds of nodes"
        return self._scalar(node, location)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or not isinstance(self._scalar(key_node, location), str):
                shown = f"{key} " if isinstance(key, str) else ""
                self._problem(key_node, location, f"a key {shown}is not a word", "write keys as words")
            elif key == "<<" and key_node.tag == _PLAIN:
                self._problem(key_node, location, "YAML 1.2 has no merge key <<", "write the keys out")
            elif key in values:
                what = f"this key stands in line {first[key]} already"
                self._problem(key_node, (*location, key), what, "keep one of them")
            else:
                first[key] = line
                self.lines[(*location, key)] = line
                values[key] = self.value(value_node, (*location, key))
        return values

    def _scalar(self, node: yaml.ScalarNode, location: Location) -> Any:
        text, wanted = node.value, _TAGS.get(node.tag)
        if node.tag == _IN_QUOTES or wanted == "str":
            return text
        if len(text) > 4000 and wanted is None:
            return text  # a number of so many digits is none that could stand anywhere
        for kind, pattern, convert in _CORE:
            if len(text) <= 4000 and pattern.match(text) and wanted in (None, kind):
                return convert(text)
        if wanted is not None:
            self._problem(node, location, f"{text[:40]!r} is not of the type {wanted}", "write the plain value")
        return text

    def _problem(self, node: yaml.Node, location: Location, what: str, remedy: str) -> None:
        place = f"{self.where}:{node.start_mark.line + 1}"
        self.problems.append((node.start_mark.line + 1, Problem(place, dotted(location), what, remedy)))


def _invalid(where: str, what: str, remedy: str) -> InvalidExperiment:
    return InvalidExperiment([Problem(where, "", what, remedy)])


def _syntax_error(error: yaml.MarkedYAMLError, where: str) -> InvalidExperiment:
    mark = error.problem_mark or error.context_mark
    place = f"{where}:{mark.line + 1}" if mark else where
    if "but found another document" in (error.problem or ""):
        return _invalid(place, "holds several documents", "write one experiment a file")
    if "undefined alias" in (error.problem or ""):
        return _invalid(place, f"is not valid YAML ({error.problem})", "write the value out")
    column = f", column {mark.column + 1}" if mark else ""
    what = f"is not valid YAML ({error.problem or error.context}{column})"
    return _invalid(place, what, "check indentation, colons, quotes and brackets")
