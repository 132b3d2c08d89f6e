"""The option `--set KEY=VALUE`: its value, read as YAML, replaces a key of the file."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actsearch.config.data_section import kind_of_data
from actsearch.config.places import Location, dotted, location_of
from actsearch.config.problems import Problems
from actsearch.config.raw_content import set_at
from actsearch.config.yaml_source import YamlDocument, parse_yaml
from actsearch.core.errors import InvalidExperiment
from actsearch.data.sources import SOURCES

_KEY = re.compile(r"[\w-]+(?:\[\d+\])?(?:\.[\w-]+(?:\[\d+\])?)*")


def overridden(overrides: Sequence[str], problems: Problems) -> dict[str, Any]:
    """The file's content with the overrides in place.

    Raises:
        InvalidExperiment: the file's content has no keys at all, so that there is nothing to go on with.
    """
    content = problems.origins.document.value
    if not isinstance(content, dict):
        problems.add((), "is not a list of keys with values", "begin with for example name: my-experiment")
        raise InvalidExperiment(problems.in_order())
    content = copy.deepcopy(content)
    for text in overrides:
        _override(content, text, problems)
    _check_against_grid(content.get("grid"), problems)
    return content


def _check_against_grid(grid: Any, problems: Problems) -> None:
    """Refuses to override what the grid varies."""
    keys = [key for key in grid if isinstance(key, str)] if isinstance(grid, dict) else []
    for location in problems.origins.options:
        key = dotted(location)
        varied = [known for known in keys if key == known or key.startswith(f"{known}.")]
        if varied:
            remedy = f"write --set 'grid.{varied[0]}=[...]'"
            problems.add(location, "the grid varies it, so this has no effect", remedy)


def _override(content: dict[str, Any], text: str, problems: Problems) -> None:
    option = f"--set {text}"
    problems.begin_option(option)
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not _KEY.fullmatch(key):
        problems.add_of_option(option, "", "is not KEY=VALUE", "write for example training.epochs=2")
        return
    document = _read_value(option, key, value, problems)
    if document is None:
        return
    location, origins = location_of(key), problems.origins
    origins.options[location] = option
    if not set_at(content, location, document.value):
        problems.add(location, "there is no such place in the file", "override a key that can stand there")
    elif location[0] == "data" and isinstance(content["data"], dict):
        _point_to_data(content["data"], location, origins.path.parent)


def _read_value(option: str, key: str, value: str, problems: Problems) -> YamlDocument | None:
    """The value as YAML has it; None after its mistakes are told."""
    try:
        document = parse_yaml(value, option) if value else YamlDocument(None, {})
        mistakes = [problem for _, problem in document.problems]
    except InvalidExperiment as error:
        mistakes = error.problems
    for mistake in mistakes:
        problems.add_of_option(option, key, mistake.what, mistake.remedy)
    return None if mistakes else document


def _point_to_data(data: dict[str, Any], location: Location, folder: Path) -> None:
    """An overridden source replaces the one that was there; a path of it starts where the shell is."""
    validation = data.get("validation")
    if location[:2] == ("data", "validation") and isinstance(validation, dict) and len(location) == 3:
        validation.pop("holdout" if location[2] == "last" else "last", None)
    if len(location) == 2 and location[1] in SOURCES:
        _drop_keys_of_other_kinds(data, str(location[1]))
    for key in kind_of_data(data).path_keys:
        if location in (("data", key), ("data",)) and isinstance(data.get(key), str) and "\0" not in data[key]:
            path = Path(data[key])
            if not path.is_absolute():
                # Kept relative, and to the file's folder as every other: what people share names no folder of theirs.
                data[key] = os.path.relpath(path.resolve(), folder.resolve())


def _drop_keys_of_other_kinds(data: dict[str, Any], chosen: str) -> None:
    for keys in SOURCES.values():
        for key in keys.model_fields.keys() - SOURCES[chosen].model_fields.keys():
            data.pop(key, None)
