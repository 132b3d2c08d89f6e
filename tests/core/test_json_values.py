"""Values as JSON: files that say the same have the same bytes, whatever made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from actsearch.core.dotted_keys import by_dotted_key
from actsearch.core.json_values import OPTIONAL, canonical_json, to_json


@dataclass(frozen=True)
class Inner:
    name: str
    left_out: str | None = field(default=None, metadata=OPTIONAL)
    kept: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outer:
    version: int = 1
    inners: tuple[Inner, ...]
    more: tuple[int, ...] = field(default=(), metadata=OPTIONAL)
    settings: Mapping[str, Any]


def test_a_record_is_written_in_the_order_of_its_fields() -> None:
    """Only what is marked so is left out, and only at its default; None is written elsewhere."""
    record = Outer(inners=(Inner("a"), Inner("b", "given")), settings=MappingProxyType({"z": (1, 2), "a": None}))
    content = to_json(record)
    assert content == {
        "version": 1,
        "inners": [{"name": "a", "kept": None}, {"name": "b", "left_out": "given", "kept": None}],
        "settings": {"z": [1, 2], "a": None},
    }
    assert list(content) == ["version", "inners", "settings"]
    assert list(content["settings"]) == ["z", "a"]
    assert to_json(Outer(inners=(), more=(3,), settings={}))["more"] == [3]


def test_equal_values_have_equal_text() -> None:
    """A trial's id is a hash of it."""
    assert canonical_json({"b": (1, 2.0), "a": "ü"}) == canonical_json({"a": "ü", "b": [1, 2.0]})


def test_nested_settings_have_one_key_each() -> None:
    """What changed between two experiments is told by these keys, and so are the parameters of a run in MLflow."""
    settings = {"training": {"optimizer": {"name": "sgd"}, "epochs": 2}, "grid": {"training.epochs": [1, 2]}}
    assert by_dotted_key(settings) == {
        "training.optimizer.name": "sgd",
        "training.epochs": 2,
        "grid.training.epochs": [1, 2],
    }
