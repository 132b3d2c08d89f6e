"""The entries of the list `activations`: a function of the registry, a formula, or a function of the user's own."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import BeforeValidator, Discriminator, Field, Tag, create_model
from pydantic_core import PydanticCustomError

from actsearch.core.strict_models import StrictModel
from actsearch.functions.activation_row import Parameter, can_be_learned
from actsearch.functions.registry import ACTIVATIONS, ALIASES


def _printable_label(value: Any) -> Any:
    if isinstance(value, str) and not (1 <= len(value) <= 60 and value.isprintable() and value.strip() == value):
        raise PydanticCustomError("actsearch", "is not a label|write 1 to 60 printable characters")
    return value


class _ActivationEntry(StrictModel):
    label: Annotated[str | None, BeforeValidator(_printable_label)] = Field(
        None, description="Its name in tables and figures."
    )
    own: dict[str, Any] = Field(
        default_factory=dict, alias="with", description="Its own settings, by dotted keys under model and training."
    )


_TRAINABLE = "Parameters that are learned, one value for each layer, beginning with those given."


def _entry_model(name: str) -> type[_ActivationEntry]:
    row = ACTIVATIONS[name]
    fields: dict[str, Any] = {"name": (Literal[(name, *row.aliases)], Field(description=row.formula))}
    fields |= {key: _parameter_field(parameter) for key, parameter in row.parameters.items()}
    if any(can_be_learned(row, name) for name in row.parameters):
        fields["trainable"] = (list[str], Field(default_factory=list, description=_TRAINABLE))
    return create_model(f"{row.title.replace(' ', '')}Entry", __base__=_ActivationEntry, **fields)


def _parameter_field(parameter: Parameter) -> tuple[Any, Any]:
    if isinstance(parameter.default, bool):
        return bool, Field(parameter.default, description=parameter.description)
    low = parameter.minimum if math.isfinite(parameter.minimum) else None
    high = parameter.maximum if math.isfinite(parameter.maximum) else None
    return float, Field(parameter.default, description=parameter.description, ge=low, le=high)


ENTRIES: Mapping[str, type[_ActivationEntry]] = {name: _entry_model(name) for name in ACTIVATIONS}
SPELLINGS = (*ACTIVATIONS, *ALIASES)


class _OwnEntry(_ActivationEntry):
    parameters: dict[str, float] = Field(
        default_factory=dict, max_length=20, description="Its parameters' values, or those they begin with."
    )
    trainable: list[str] = Field(default_factory=list, description=_TRAINABLE)


class FormulaEntry(_OwnEntry):
    """A formula of one's own."""

    formula: str = Field(min_length=1, description="A function of x, such as `x * sigmoid(beta * x)`.")


class FunctionEntry(_OwnEntry):
    """A function of one's own."""

    function: str = Field(
        pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*$",
        description="`module:name`, a Python function of a tensor and the parameters.",
    )


OWN_ENTRIES: Mapping[Literal["formula", "function"], type[FormulaEntry | FunctionEntry]] = {
    "formula": FormulaEntry,
    "function": FunctionEntry,
}
"""By the key that tells them from those with a name."""


def _entry_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    for key, model in OWN_ENTRIES.items():
        if isinstance(value, model) or (isinstance(value, dict) and key in value):
            return f"\0{key}"
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    return f"\0{ALIASES.get(name, name)}" if isinstance(name, str) and name in SPELLINGS else None


if TYPE_CHECKING:
    EntryField = Any
else:
    _MAPPINGS = [Annotated[model, Tag(f"\0{name}")] for name, model in {**ENTRIES, **OWN_ENTRIES}.items()]
    _NAME_ALONE = Annotated[Literal[SPELLINGS], Tag("\0text")]
    EntryField = Annotated[Union[(*_MAPPINGS, _NAME_ALONE)], Discriminator(_entry_tag)]


def own_key(entry: Container[str]) -> Literal["formula", "function"] | None:
    """What tells a formula or a function of the user's own; None of one of the registry."""
    return next((key for key in OWN_ENTRIES if key in entry), None)


def own_parameters(entry: Mapping[str, Any]) -> dict[str, float]:
    """Those of a formula or a function of the user's own, by name."""
    return {key: float(value) for key, value in sorted(entry.get("parameters", {}).items())}


def full_entry(entry: str | Mapping[str, Any]) -> dict[str, Any]:
    """An entry with every parameter, under the canonical name; what is empty is left out."""
    if isinstance(entry, str):
        entry = ENTRIES[ALIASES.get(entry, entry)].model_validate({"name": entry}).model_dump(by_alias=True)
    own = own_key(entry)
    full: dict[str, Any]
    if own is not None:
        full = {own: entry[own]}
        if entry["parameters"]:
            full["parameters"] = entry["parameters"]
    else:
        name = ALIASES.get(entry["name"], entry["name"])
        full = {"name": name, **{key: entry[key] for key in ACTIVATIONS[name].parameters}}
    return full | {key: entry[key] for key in ("trainable", "label", "with") if entry.get(key)}
