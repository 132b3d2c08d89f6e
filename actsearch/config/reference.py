"""The reference of the experiment file as a page of Markdown, made from the schema, which it cannot fall behind.

The page's text is `configuration.md.jinja`; here are the tables and lists that are put into it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from actsearch.config.activation_entries import OWN_ENTRIES
from actsearch.config.data_section import usual_data
from actsearch.config.diagnostics_section import DiagnosticsSection
from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.model_section import usual_kind
from actsearch.config.optimizers import OPTIMIZER_MODELS
from actsearch.config.training_section import TrainingSection
from actsearch.core.experiment import CLIPPING
from actsearch.data.sources import SOURCES
from actsearch.functions import formula_tree
from actsearch.networks.architectures import ARCHITECTURES
from actsearch.networks.kinds.hidden_layer_settings import L1L2
from actsearch.networks.kinds.initializers import INITIALIZERS, INITIALIZERS_WITH_ARGUMENTS

CONFIGURATION_TEMPLATE = Path(__file__).with_name("configuration.md.jinja")


def configuration_page() -> str:
    """The whole page."""
    import jinja2

    text = CONFIGURATION_TEMPLATE.read_text(encoding="utf-8")
    template = jinja2.Template(text, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    page: str = template.render(_template_values())
    return page


def _template_values() -> dict[str, Any]:
    """What stands in the template, by name."""
    shared = ("weight_decay", *CLIPPING)
    return {
        "top_level_keys": _key_table(ExperimentFile),
        "data_keys": _source_tables(),
        **{f"{kind}_keys": _key_table(keys, _only_of(kind)) for kind, keys in ARCHITECTURES.items()},
        "initializer_names": _listed(INITIALIZERS),
        "initializers_with_arguments": _argument_table(INITIALIZERS_WITH_ARGUMENTS),
        "regularizer_keys": _key_table(L1L2),
        "training_keys": _key_table(TrainingSection),
        "optimizers": _argument_table(OPTIMIZER_MODELS, without=shared, but={"adamw": ("weight_decay",)}),
        "keys_of_all_optimizers": _key_table(OPTIMIZER_MODELS["adam"], only=list(shared)),
        "formula_keys": _key_table(OWN_ENTRIES["formula"], only=["formula", "parameters", "trainable"]),
        "function_keys": _key_table(OWN_ENTRIES["function"], only=["function", "parameters", "trainable"]),
        "formula_functions": _listed(formula_tree.FORMULA_FUNCTIONS),
        "diagnostics_keys": _key_table(DiagnosticsSection),
    }


def _only_of(kind: str) -> list[str] | None:
    """The keys of a kind of network that the usual kind does not have so; None: all, of the usual one."""
    if kind == usual_kind():
        return None
    usual = ARCHITECTURES[usual_kind()].model_fields
    own = {key: field for key, field in ARCHITECTURES[kind].model_fields.items() if key != "kind"}
    return [key for key, field in own.items() if repr(field) != repr(usual.get(key))]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _key_table(model: type[BaseModel], only: Sequence[str] | None = None) -> str:
    """A row a key: its default, what may stand there, what it means."""
    schema = model.model_json_schema(by_alias=True)
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for key in only or schema["properties"]:
        given = schema["properties"][key]
        must_be_given = key in schema.get("required", [])
        default = "(must be given)" if must_be_given else _default_in_words(key, given.get("default"))
        meaning = " ".join(filter(None, [given.get("description", ""), _range_in_words(given)]))
        rows.append(f"| `{key}` | {default} | {meaning} |")
    return "\n".join(rows)


def _source_tables() -> dict[str, str]:
    """A table a kind of source; after the first one, without the rows that stand there already."""
    tables: dict[str, str] = {}
    known: set[str] = set()
    for name, keys in SOURCES.items():
        head, rule, *rows = _key_table(keys).splitlines()
        tables[name] = "\n".join([head, rule, *(row for row in rows if row not in known)])
        known |= set(rows)
    return tables


def _argument_table(
    models: Mapping[str, type[BaseModel]], without: Sequence[str] = (), but: Mapping[str, Sequence[str]] | None = None
) -> str:
    """A row a model that is chosen by its `name`, with its other keys and their defaults."""
    rows = ["| `name` | arguments, with their defaults |", "| --- | --- |"]
    for name, model in models.items():
        left_out = {"name", *without} - {*(but or {}).get(name, ())}
        properties = model.model_json_schema()["properties"]
        arguments = [_argument(key, given) for key, given in properties.items() if key not in left_out]
        rows.append(f"| `{name}` | {', '.join(arguments)} |")
    return "\n".join(rows)


def _argument(key: str, given: Mapping[str, Any]) -> str:
    text = f"`{key}` {_default_in_words(key, given.get('default'))}"
    others = [choice for choice in given.get("enum", ()) if choice != given.get("default")]
    return f"{text} (or {', '.join(others)})" if "enum" in given else text


def _default_in_words(key: str, value: Any) -> str:
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if v is not None}
    shown = {
        "data": usual_data().in_short,
        "model": "the article's CNN",
        "training": "see below",
        "description": "empty",
    }
    if key in shown and not isinstance(value, bool):
        return shown[key]
    if value is None or value == {}:
        return "none"
    return "`[]`" if value == [] else f"`{_in_flow_style(value)}`"


def _in_flow_style(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_in_flow_style(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_flow_style, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


_BOUNDS: Mapping[str, str] = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def _range_in_words(given: Mapping[str, Any]) -> str:
    """What may stand there, where the type alone does not say it."""
    for option in (given, *given.get("anyOf", ())):
        if "enum" in option:
            return "One of " + _listed(option["enum"]) + "."
        bounds = [f"{words} {option[bound]:,}" for bound, words in _BOUNDS.items() if bound in option]
        if bounds and option.get("type") in ("number", "integer"):
            kind = "A whole number" if option["type"] == "integer" else "A number"
            return f"{kind} {' and '.join(bounds)}."
    return ""
