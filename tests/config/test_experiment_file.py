"""The JSON Schema of the experiment file, by which editors help."""

from __future__ import annotations

import json

import jsonschema
import yaml
from tables import check_each

from actsearch.config.experiment_file import SCHEMA_FILE, json_schema


def test_the_shipped_schema_is_the_programs() -> None:
    """Editors would underline what the program accepts. After a change: actsearch schema > the file."""
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == json_schema()


def test_editors_underline_mistakes() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())

    def check(text: str) -> None:
        assert not validator.is_valid(yaml.safe_load(text))

    check_each(["name: a\nepoch: 1\n", "name: a\nactivations: [rellu]\n", "seeds: 1\n", "{}"], check)
