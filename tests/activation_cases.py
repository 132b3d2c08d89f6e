"""Each activation function with its defaults and with another value of each parameter, and points to look at it."""

from __future__ import annotations

from typing import Any

from actsearch.functions.registry import ACTIVATIONS

OTHER: dict[str, Any] = {
    "alpha": 0.2,
    "b": 1.0,
    "beta": 2.5,
    "default_value": -1.0,
    "frequency": 3.0,
    "negative_slope": 0.1,
    "threshold": 0.75,
}


def other_value(name: str, parameter: str) -> Any:
    """Not the default: of `OTHER`, or else half of it and a bit, in the parameter's range."""
    known = ACTIVATIONS[name].parameters[parameter]
    if isinstance(known.default, bool):
        return not known.default
    return OTHER.get(parameter, min(max(known.default / 2 + 0.125, known.minimum), known.maximum))


CASES: list[tuple[str, dict[str, Any]]] = [
    (name, parameters)
    for name, row in ACTIVATIONS.items()
    for parameters in ({}, *({parameter: other_value(name, parameter)} for parameter in row.parameters))
]
SIZES = (1e-6, 1e-3, 0.3, 0.5, 0.75, 1.0, 2.5, 3.0, 5.0, 6.0, 10.0, 1e4)
POINTS = [0.0, *(sign * x for x in SIZES for sign in (-1, 1))]
"""With every kink that one of the cases has."""


def points(name: str) -> list[float]:
    """Those of `POINTS` at which the function's value is a float32."""
    return [x for x in POINTS if x <= ACTIVATIONS[name].largest_input]
