"""What a mistake in an experiment file is called, and what would be right: pydantic's errors in plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from actsearch.config.activation_entries import ENTRIES, OWN_ENTRIES, SPELLINGS, own_key
from actsearch.config.data_section import First, HoldOut, Last, NamedData, NpzData
from actsearch.config.diagnostics_section import DiagnosticsSection
from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.initializers import INITIALIZERS, INITIALIZERS_WITH_ARGUMENTS, PlainInitializer
from actsearch.config.model_section import L1L2, CnnModel, MlpModel
from actsearch.config.optimizers import OPTIMIZER_MODELS
from actsearch.config.places import Location
from actsearch.config.training_section import TrainingSection
from actsearch.core.spelling import did_you_mean
from actsearch.functions.registry import ALIASES

_ONE_OF_THREE = "write {name: elu, alpha: 0.2}, {formula: x * sigmoid(x)} or {function: my_module:my_activation}"


def name_location(location: Location, value: Any) -> Location:
    """An unknown name is told at the line of the name."""
    if isinstance(value, dict):
        for key in ("formula", "function", "name", "kind"):
            if key in value:
                return (*location, key)
    return location


def in_plain_words(row: Any, location: Location, raw: Any) -> tuple[str, str]:
    """What is wrong and what would be right, from a row of pydantic's errors."""
    kind, value, context = row["type"], row["input"], row.get("ctx", {})
    if kind == "extra_forbidden":
        word = location[-1]
        if location[:1] == ("activations",) and word == "name":
            return f"stands beside {'formula' if 'formula' in _at(location[:-1], raw) else 'function'}", _ONE_OF_THREE
        if location[:-1] == ("data", "validation"):
            if {"holdout", "last"} <= set(_at(location[:-1], raw)):
                return "stands beside last", "give one of holdout and last"
            return "unknown key", did_you_mean(word, ("holdout", "last"), "the keys are ")
        if location == ("data", "name"):
            return "stands beside npz", "give one of name and npz"
        if location[:-1] == ("model",) and word in CnnModel.model_fields:  # as where `kind` alone was changed
            return "is for kind: cnn alone", "remove it"
        return "unknown key", did_you_mean(word, _keys_at(location[:-1], raw), "the keys are ")
    if kind == "missing":
        if location[-1] == "validation":
            return "is missing", "write validation: {holdout: n} to keep n training examples, or validation: test"
        return "is missing", f"write for example {_example(location, raw)}"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _unknown_member(location, value)
    if kind == "literal_error" and location == ("data", "validation"):
        near = did_you_mean(value, ("test",), "")
        otherwise = "write {holdout: 10000}, {last: 10000}, or test"
        return f"no such choice as {_shown(value)}", near if near.startswith("did") else otherwise
    if kind == "literal_error":
        choices = re.findall(r"'([^']+)'", context["expected"])
        if not isinstance(value, str):
            return f"{_shown(value)} is none of the choices", "the choices are " + ", ".join(choices)
        return f"no such choice as {value!r}", did_you_mean(value, choices, "the choices are ")
    if kind == "actsearch":
        what, _, remedy = row["msg"].partition("|")
        return what, remedy
    if kind == "string_pattern_mismatch" and location[-1] == "function":
        return f"{_shown(value)} is not module:name", "write for example function: my_module:my_activation"
    if kind == "string_pattern_mismatch":
        return (
            f"{value!r} cannot name a folder",
            "write 1 to 64 letters, digits, - _ . and begin with a letter or digit",
        )
    limits = {
        "greater_than": ("gt", "above"),
        "greater_than_equal": ("ge", "of at least"),
        "less_than": ("lt", "below"),
        "less_than_equal": ("le", "of at most"),
    }
    if kind in limits:
        name, words = limits[kind]
        return f"is {_shown(value)}, out of range", f"write a number {words} {context[name]:g}"
    if kind in ("too_short", "too_long"):
        count = context.get("min_length", 0) if kind == "too_short" else context.get("max_length", 0)
        if not value:
            return "is empty", f"write for example {_example(location, raw)}"
        least = "at least" if kind == "too_short" else "at most"
        if location[-1:] == ("dropout",):
            return f"has {_items(len(value))}", "write two rates: after the pooling, and after every dense layer"
        return f"has {_items(len(value))}", f"write {least} {_items(count)}"
    if kind in ("string_too_short", "string_too_long"):
        return f"has {len(value)} characters", "write a text of 1 to 2000 characters"
    if kind == "string_unicode":
        return "has a character that cannot be written", "remove it"
    if kind == "finite_number":
        return f"is {value}, not a finite number", f"write for example {_example(location, raw)}"
    expected = {
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "string_type": "text",
        "bool_type": "true or false",
        "list_type": "a list",
        "dict_type": "keys with values",
        "model_type": "keys with values",
        "model_attributes_type": "keys with values",
        "none_required": "null",
    }.get(kind, "something else")
    return f"expected {expected}, not {_shown(value)}", f"write for example {_example(location, raw)}"


def _unknown_member(location: Location, value: Any) -> tuple[str, str]:
    """What to say of a value that none of a union's members takes."""
    if location[:1] == ("activations",):
        if isinstance(value, dict):
            if "name" not in value:
                return "has no name", _ONE_OF_THREE
            return _unknown_name("activation function", value["name"], SPELLINGS)
        return f"{_shown(value)} is no activation function", "write a name such as relu, or {name: elu, alpha: 0.2}"
    if location[-1:] and str(location[-1]).endswith("_initializer"):
        name = value.get("name") if isinstance(value, dict) else value
        if isinstance(name, str):
            return _unknown_name("initializer", name, INITIALIZERS)
        return "has no name", "write for example {name: random_normal, stddev: 0.1}, or a name alone"
    if location == ("training", "optimizer"):
        if isinstance(value, dict) and "name" in value:
            return _unknown_name("optimizer", value["name"], tuple(OPTIMIZER_MODELS))
        return "has no name", "write for example optimizer: {name: adam, learning_rate: 0.001}"
    if location == ("model",) and isinstance(value, dict):
        return _unknown_name("kind of network", value.get("kind"), ("cnn", "mlp"))
    examples: dict[Location, str] = {
        ("data",): "data: mnist, or data: {npz: my.npz, validation: {holdout: 1000}}",
        ("data", "validation"): "validation: {holdout: 10000}, or validation: test",
        ("data", "train_size"): "train_size: 5000, or train_size: {first: 1000}",
        ("diagnostics",): "diagnostics: false, or diagnostics: {every: 10}",
        ("seeds",): "seeds: 5, or seeds: [0, 1, 2]",
        ("tuning_seeds",): "tuning_seeds: 3, or tuning_seeds: [1000, 1001, 1002]",
        ("model",): "model: {kind: cnn}",
    }
    return f"{_shown(value)} is not what can stand there", f"write {examples.get(location, 'another value')}"


def _unknown_name(what: str, name: Any, known: Sequence[str]) -> tuple[str, str]:
    return f"no {what} is called {_shown(name)}", did_you_mean(name, known, "there are ")


def _at(location: Location, raw: Any) -> Any:
    for part in location:
        raw = raw[part]
    return raw


def _keys_at(location: Location, raw: Any) -> list[str]:
    """The keys that may stand at a place, for a suggestion."""
    value = _at(location, raw)
    model: type[BaseModel] = ExperimentFile
    if location[:1] == ("activations",):
        own = own_key(value)
        model = OWN_ENTRIES[own] if own else ENTRIES[ALIASES.get(value["name"], value["name"])]
    elif location[-1:] and str(location[-1]).endswith("_initializer"):
        model = INITIALIZERS_WITH_ARGUMENTS.get(value["name"], PlainInitializer)
    elif location == ("training", "optimizer"):
        model = OPTIMIZER_MODELS[value.get("name", "adam")]
    else:
        sections: dict[Location, type[BaseModel]] = {
            ("data",): NpzData if isinstance(value, dict) and "npz" in value else NamedData,
            ("data", "validation"): Last if isinstance(value, dict) and "last" in value else HoldOut,
            ("data", "train_size"): First,
            ("diagnostics",): DiagnosticsSection,
            ("model", "kernel_regularizer"): L1L2,
            ("model",): MlpModel if isinstance(value, dict) and value.get("kind") == "mlp" else CnnModel,
            ("training",): TrainingSection,
        }
        model = sections.get(location, ExperimentFile)
    return [field.alias or key for key, field in model.model_fields.items()]


_EXAMPLES = {
    "name": "my-experiment",
    "npz": "my.npz",
    "holdout": "10000",
    "first": "1000",
    "seeds": "[0, 1, 2]",
    "tuning_seeds": "[1000, 1001, 1002]",
    "activations": "[relu, gelu]",
    "kind": "cnn",
    "formula": "x * sigmoid(beta * x)",
    "function": "my_module:my_activation",
    "parameters": "{beta: 1.5}",
    "trainable": "[beta]",
    "every": "1",
    "probe_size": "256",
    "stddev": "0.05",
    "l2": "0.0005",
    "last": "10000",
    "value": "0.5",
    "training": "true",
    "kernel_regularizer": "{l2: 0.0005}",
    "description": "what this is about",
    "label": "my gelu",
    "with": "{model.kernel_initializer: he_normal}",
    "grid": "{training.optimizer.learning_rate: [0.001, 0.0003]}",
}


def _example(location: Location, raw: Any) -> str:
    """`epochs: 10`: a key with its default, or with something that could stand there."""
    keys = [part for part in location if isinstance(part, str)]
    key = keys[-1] if keys else "name"
    if location[:1] == ("grid",) and len(location) > 1:
        return f"{key}: [first value, second value]"
    if key in _EXAMPLES:
        return f"{key}: {_EXAMPLES[key]}"
    if isinstance(location[-1], int) and location[0] in ("seeds", "tuning_seeds"):
        return f"{location[0]}: {_EXAMPLES[location[0]]}"
    parents: list[type[BaseModel]] = [*OPTIMIZER_MODELS.values(), CnnModel, TrainingSection, *ENTRIES.values()]
    if isinstance(raw, dict) and isinstance(raw.get("model"), dict) and raw["model"].get("kind") == "mlp":
        parents.insert(0, MlpModel)
    for model in parents:
        field = model.model_fields.get(key)
        if field is not None and not field.is_required() and not isinstance(field.default, BaseModel):
            default = field.default
            shown = {True: "true", False: "false", None: "0.5"}.get(default, default) if _plain(default) else default
            return f"{key}: {shown}"
    return f"{key}: {{...}}" if key in ("data", "model", "training", "optimizer") else f"{key}: ..."


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _items(n: int) -> str:
    return f"{n} item{'' if n == 1 else 's'}"


def _shown(value: Any) -> str:
    """A value as the user wrote it, roughly, and not at length."""
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
