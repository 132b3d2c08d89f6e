"""The label of an activation that is given none: its name, and what is not at its default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actsearch.config.activation_entries import own_key
from actsearch.core.words import in_words
from actsearch.functions import formulas
from actsearch.functions.registry import ACTIVATIONS

LONGEST_LABEL = 60
"""Characters, as of a label of the user's own."""


def automatic_label(entry: Mapping[str, Any]) -> str:
    """`elu (alpha=0.2)`, `gelu (approximate)`."""
    details = [key if value is True else f"{key}={value:g}" for key, value in _changed_parameters(entry).items()]
    details += [f"{key} learned" for key in entry.get("trainable", ())]
    for key, value in entry.get("with", {}).items():
        last = key.rsplit(".", 1)[-1]
        details.append(last if value is True else f"{last}={in_words(value)}")
    name = _short_name(entry)
    label = f"{name} ({', '.join(details)})" if details else name
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _short_name(entry: Mapping[str, Any]) -> str:
    own = own_key(entry)
    if own is None:
        return str(entry["name"])
    return formulas.canonical(entry[own]) if own == "formula" else str(entry[own].partition(":")[2])


def _changed_parameters(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Those that have another value than the default; of a formula or function, those that are not learned."""
    if own_key(entry) is None:
        defaults = ACTIVATIONS[entry["name"]].parameters
        return {key: entry[key] for key, row in defaults.items() if entry[key] != row.default}
    learned = entry.get("trainable", ())
    return {key: value for key, value in sorted(entry.get("parameters", {}).items()) if key not in learned}
