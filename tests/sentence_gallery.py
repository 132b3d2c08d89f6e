"""The gallery of sentences: every template of `actsearch.core.sentences` in a few situations, as a reader would see it.

`gallery/ranking.yaml` has situations of the templates of `ranking`, and `gallery/ranking.txt` what they become. After a
change of a template or a situation, this writes the texts anew:

    python tests/sentence_gallery.py
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actsearch.core import sentences
from actsearch.core.sentences.sentence import Sentence

GALLERY = Path(__file__).parent / "gallery"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
COMMAND = "python tests/sentence_gallery.py"
TABLES = tuple(sorted(module.name for module in pkgutil.iter_modules(sentences.__path__) if module.name != "sentence"))
"""The modules with templates."""


def templates_of(table: str) -> dict[str, Sentence]:
    """By name, in the order of the module."""
    module = importlib.import_module(f"actsearch.core.sentences.{table}")
    return {name: value for name, value in vars(module).items() if isinstance(value, Sentence)}


@cache
def situations_of(table: str) -> dict[str, list[dict[str, Any]]]:
    """By the name of a template, the values of each of its situations."""
    file = GALLERY / f"{table}.yaml"
    content: dict[str, list[dict[str, Any]]] = yaml.load(file.read_bytes(), LOADER) if file.exists() else {}
    return content


def sentences_of(table: str) -> dict[str, list[str]]:
    """By the name of a template, what it says in each of its situations."""
    templates = templates_of(table)
    return {name: [templates[name](**values) for values in each] for name, each in situations_of(table).items()}


def page_of(said: Mapping[str, list[str]]) -> str:
    """A name, and below it a line for each situation."""
    return "\n".join(
        "\n".join([name, *(f"    {line}".rstrip() for line in lines)]) + "\n" for name, lines in said.items()
    )


def main() -> None:
    for table in TABLES:
        (GALLERY / f"{table}.txt").write_text(page_of(sentences_of(table)), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
