"""An activation function as JSON, for other programs."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from actsearch.functions.catalogue import Entry
from actsearch.functions.latex_output import formulas_in_latex
from actsearch.functions.properties import Interval, Properties


def function_as_json(entry: Entry) -> dict[str, Any]:
    """All of it. What is infinite is null: a range, a moment or a Lipschitz constant without bound."""
    formula, derivative = formulas_in_latex(entry)
    row = entry.row
    return {
        "name": entry.name if row else None,
        "title": entry.title,
        "aliases": [*entry.aliases],
        "formula": entry.formula_text,
        "derivative": entry.derivative_text,
        "latex": {"formula": formula, "derivative": derivative},
        "parameters": {name: _parameter_as_json(entry, name) for name in entry.parameters},
        "properties": properties_as_json(entry.properties),
        "strengths": row.strengths if row else None,
        "weaknesses": row.weaknesses if row else None,
        "kernel_initializer": row.kernel_initializer if row else None,
        "dropout_layer": row.dropout_layer if row else None,
        "paper": row.paper if row else None,
        "year": row.year if row else None,
    }


def _parameter_as_json(entry: Entry, name: str) -> dict[str, Any]:
    known = entry.known.get(name)
    if known is None:
        return {"value": entry.parameters[name]}
    learned = entry.row is not None and name in entry.row.learned
    ends = {"minimum": _finite_or_none(known.minimum), "maximum": _finite_or_none(known.maximum)}
    more = {"default": known.default, "description": known.description, "learned": learned}
    return {"value": entry.parameters[name], **more, **ends}


def properties_as_json(p: Properties) -> dict[str, Any]:
    """Those that are computed, and the two that follow from them."""
    plain = {field.name: _plain_property(getattr(p, field.name)) for field in fields(p)}
    return {**plain, "zero_centred": p.zero_centred, "smooth": p.smooth}


def _plain_property(value: Any) -> Any:
    if isinstance(value, Interval):
        return {field.name: _plain_property(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [*map(_plain_property, value)]
    return _finite_or_none(value) if isinstance(value, float) else value


def _finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
