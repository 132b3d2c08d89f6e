"""What a mistake in an experiment file is called, and what would be right: pydantic's errors in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from actsearch.config.activation_entries import ENTRIES, OWN_ENTRIES, SPELLINGS, own_key
from actsearch.config.data_section import data_forms, kind_of_data, source_key
from actsearch.config.diagnostics_section import DiagnosticsSection
from actsearch.config.example_values import example
from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.model_section import keys_of_kind, usual_kind
from actsearch.config.optimizers import OPTIMIZER_MODELS
from actsearch.config.places import Location
from actsearch.config.training_section import TrainingSection
from actsearch.core.spelling import did_you_mean
from actsearch.core.words import number_of
from actsearch.data.source_keys import First, HoldOut, Last
from actsearch.data.sources import SOURCES
from actsearch.functions.registry import ALIASES
from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.architectures import ARCHITECTURES
from actsearch.networks.kinds.initializers import INITIALIZERS, INITIALIZERS_WITH_ARGUMENTS, PlainInitializer

_THREE_FORMS = "write {name: elu, alpha: 0.2}, {formula: x * sigmoid(x)} or {function: my_module:my_activation}"


class Words(NamedTuple):
    """What is wrong, and what would be right."""

    what: str
    remedy: str


@dataclass(frozen=True)
class _Mistake:
    """A row of pydantic's errors, and the content of the file that it is about."""

    kind: str
    value: Any
    context: Mapping[str, Any]
    message: str
    location: Location
    content: Any

    @property
    def key(self) -> Any:
        return self.location[-1]

    @property
    def beside(self) -> Any:
        """The mapping or list that the mistake is in."""
        return _value_at(self.location[:-1], self.content)

    @property
    def for_example(self) -> str:
        return f"write for example {example(self.location, self.content)}"


def in_plain_words(row: Any, location: Location, content: Any) -> Words:
    """What is wrong and what would be right, from a row of pydantic's errors."""
    mistake = _Mistake(row["type"], row["input"], row.get("ctx", {}), row["msg"], location, content)
    return _BY_KIND.get(mistake.kind, _wrong_type)(mistake)


def name_location(location: Location, value: Any) -> Location:
    """An unknown name is told at the line of the name."""
    if isinstance(value, dict):
        for key in ("formula", "function", "name", "kind"):
            if key in value:
                return (*location, key)
    return location


# --- By the kinds of pydantic's errors


def _unknown_key(mistake: _Mistake) -> Words:
    location, key = mistake.location, mistake.key
    if location[:1] == ("activations",) and key == "name":
        return Words(f"stands beside {'formula' if 'formula' in mistake.beside else 'function'}", _THREE_FORMS)
    if location[:-1] == ("data", "validation"):
        if {"holdout", "last"} <= set(mistake.beside):
            return Words("stands beside last", "give one of holdout and last")
        return Words("unknown key", did_you_mean(key, ("holdout", "last"), "the keys are "))
    if location[:-1] == ("data",) and key in SOURCES:
        other = source_key(mistake.beside)
        return Words(f"stands beside {other}", f"give one of {key} and {other}")
    others = [kind for kind, keys in ARCHITECTURES.items() if key in keys.model_fields]
    if location[:-1] == ("model",) and others:  # as where `kind` alone was changed
        return Words(f"is for kind: {' and '.join(others)} alone", "remove it")
    return Words("unknown key", did_you_mean(key, _keys_at(location[:-1], mistake.beside), "the keys are "))


def _missing(mistake: _Mistake) -> Words:
    if mistake.key == "validation":
        remedy = "write validation: {holdout: n} to keep n training examples, or validation: test"
        return Words("is missing", remedy)
    return Words("is missing", mistake.for_example)


def _wrong_choice(mistake: _Mistake) -> Words:
    value = mistake.value
    if mistake.location == ("data", "validation"):
        near = did_you_mean(value, ("test",), "")
        otherwise = "write {holdout: 10000}, {last: 10000}, or test"
        return Words(f"no such choice as {_shown(value)}", near if near.startswith("did") else otherwise)
    choices = re.findall(r"'([^']+)'", mistake.context["expected"])
    if not isinstance(value, str):
        return Words(f"{_shown(value)} is none of the choices", "the choices are " + ", ".join(choices))
    return Words(f"no such choice as {value!r}", did_you_mean(value, choices, "the choices are "))


def _told_by_the_schema(mistake: _Mistake) -> Words:
    """Of a check of ours, whose message has both parts."""
    what, _, remedy = mistake.message.partition("|")
    return Words(what, remedy)


def _wrong_pattern(mistake: _Mistake) -> Words:
    if mistake.key == "function":
        what = f"{_shown(mistake.value)} is not module:name"
        return Words(what, "write for example function: my_module:my_activation")
    remedy = "write 1 to 64 letters, digits, - _ . and begin with a letter or digit"
    return Words(f"{mistake.value!r} cannot name a folder", remedy)


_LIMITS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}


def _out_of_range(mistake: _Mistake) -> Words:
    name, words = _LIMITS[mistake.kind]
    return Words(f"is {_shown(mistake.value)}, out of range", f"write a number {words} {mistake.context[name]:g}")


def _wrong_length(mistake: _Mistake) -> Words:
    if not mistake.value:
        return Words("is empty", mistake.for_example)
    what = f"has {number_of(len(mistake.value), 'item')}"
    if mistake.location[:-1] == ("model",):
        remedies = _model_keys(mistake.beside).length_remedies
        if mistake.key in remedies:
            return Words(what, remedies[mistake.key])
    if mistake.kind == "too_short":
        return Words(what, f"write at least {number_of(mistake.context.get('min_length', 0), 'item')}")
    return Words(what, f"write at most {number_of(mistake.context.get('max_length', 0), 'item')}")


def _wrong_text_length(mistake: _Mistake) -> Words:
    return Words(f"has {len(mistake.value)} characters", "write a text of 1 to 2000 characters")


def _unwritable(_: _Mistake) -> Words:
    return Words("has a character that cannot be written", "remove it")


def _not_finite(mistake: _Mistake) -> Words:
    return Words(f"is {mistake.value}, not a finite number", mistake.for_example)


_TYPES: Mapping[str, str] = {
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
}


def _wrong_type(mistake: _Mistake) -> Words:
    expected = _TYPES.get(mistake.kind, "something else")
    return Words(f"expected {expected}, not {_shown(mistake.value)}", mistake.for_example)


# --- What none of a union's members takes


def _unknown_member(mistake: _Mistake) -> Words:
    location, value = mistake.location, mistake.value
    if location[:1] == ("activations",):
        return _unknown_activation(value)
    if location[-1:] and str(location[-1]).endswith("_initializer"):
        return _unknown_initializer(value)
    if location == ("training", "optimizer"):
        if isinstance(value, dict) and "name" in value:
            return _unknown_name("optimizer", value["name"], tuple(OPTIMIZER_MODELS))
        return Words("has no name", "write for example optimizer: {name: adam, learning_rate: 0.001}")
    if location == ("model",) and isinstance(value, dict):
        return _unknown_name("kind of network", value.get("kind"), tuple(ARCHITECTURES))
    return Words(f"{_shown(value)} is not what can stand there", f"write {_FORMS.get(location, 'another value')}")


_FORMS: Mapping[Location, str] = {
    ("data",): data_forms(),
    ("data", "validation"): "validation: {holdout: 10000}, or validation: test",
    ("data", "train_size"): "train_size: 5000, or train_size: {first: 1000}",
    ("diagnostics",): "diagnostics: false, or diagnostics: {every: 10}",
    ("seeds",): "seeds: 5, or seeds: [0, 1, 2]",
    ("tuning_seeds",): "tuning_seeds: 3, or tuning_seeds: [1000, 1001, 1002]",
    ("model",): f"model: {{kind: {usual_kind()}}}",
}
"""What can stand at a place that takes several forms."""


def _unknown_activation(value: Any) -> Words:
    if not isinstance(value, dict):
        remedy = "write a name such as relu, or {name: elu, alpha: 0.2}"
        return Words(f"{_shown(value)} is no activation function", remedy)
    if "name" not in value:
        return Words("has no name", _THREE_FORMS)
    return _unknown_name("activation function", value["name"], SPELLINGS)


def _unknown_initializer(value: Any) -> Words:
    name = value.get("name") if isinstance(value, dict) else value
    if isinstance(name, str):
        return _unknown_name("initializer", name, INITIALIZERS)
    return Words("has no name", "write for example {name: random_normal, stddev: 0.1}, or a name alone")


def _unknown_name(what: str, name: Any, known: Sequence[str]) -> Words:
    return Words(f"no {what} is called {_shown(name)}", did_you_mean(name, known, "there are "))


_BY_KIND: Mapping[str, Callable[[_Mistake], Words]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "union_tag_not_found": _unknown_member,
    "union_tag_invalid": _unknown_member,
    "literal_error": _wrong_choice,
    "actsearch": _told_by_the_schema,
    "string_pattern_mismatch": _wrong_pattern,
    **dict.fromkeys(_LIMITS, _out_of_range),
    "too_short": _wrong_length,
    "too_long": _wrong_length,
    "string_too_short": _wrong_text_length,
    "string_too_long": _wrong_text_length,
    "string_unicode": _unwritable,
    "finite_number": _not_finite,
}
"""What to say of each kind of pydantic's errors; of all others, that the type is wrong."""


# --- The keys that may stand at a place


def _value_at(location: Location, content: Any) -> Any:
    for part in location:
        content = content[part]
    return content


def _keys_at(location: Location, value: Any) -> list[str]:
    """The keys that may stand in the mapping at a place, for a suggestion."""
    return [field.alias or key for key, field in _model_at(location, value).model_fields.items()]


def _model_at(location: Location, value: Any) -> type[BaseModel]:
    if location[:1] == ("activations",):
        own = own_key(value)
        return OWN_ENTRIES[own] if own else ENTRIES[ALIASES.get(value["name"], value["name"])]
    if location[-1:] and str(location[-1]).endswith("_initializer"):
        return INITIALIZERS_WITH_ARGUMENTS.get(value["name"], PlainInitializer)
    if location == ("training", "optimizer"):
        return OPTIMIZER_MODELS[value.get("name", "adam")]
    models: dict[Location, type[BaseModel]] = {
        ("data",): kind_of_data(value),
        ("data", "validation"): Last if isinstance(value, dict) and "last" in value else HoldOut,
        ("data", "train_size"): First,
        ("diagnostics",): DiagnosticsSection,
        ("model",): _model_keys(value),
        ("training",): TrainingSection,
    }
    if location[:1] == ("model",) and len(location) == 2:
        return _mapping_of(str(location[1])) or ExperimentFile
    return models.get(location, ExperimentFile)


def _model_keys(section: Any) -> type[ArchitectureKeys]:
    return keys_of_kind(section) or ARCHITECTURES[usual_kind()]


def _mapping_of(key: str) -> type[BaseModel] | None:
    """The keys of a mapping that stands at a key of the section `model`."""
    fields = (keys.model_fields[key] for keys in ARCHITECTURES.values() if key in keys.model_fields)
    for field in fields:
        for member in (field.annotation, *get_args(field.annotation)):
            if isinstance(member, type) and issubclass(member, BaseModel):
                return member
    return None


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
