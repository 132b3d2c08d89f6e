"""Formulas with what they compute, written in NumPy, and points to look at them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from actsearch.functions.formula_language import FormulaError

Reference = Callable[[np.ndarray], np.ndarray]
erf = np.vectorize(math.erf)


def logistic(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(x / 2))


GOOD: list[tuple[str, dict[str, float], Reference]] = [
    ("x * sigmoid(beta * x)", {"beta": 1.5}, lambda x: x * logistic(1.5 * x)),
    ("max(0, x)", {}, lambda x: np.maximum(0, x)),
    ("relu(x) - relu(-x) / 4", {}, lambda x: np.where(x > 0, x, x / 4)),
    ("where(x > 0, x, a * expm1(x))", {"a": 0.5}, lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0)))),
    ("x if x > 0 else exp(x) - 1", {}, lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)),
    ("x if -1 < x and x < 1 else sign(x)", {}, lambda x: np.clip(x, -1, 1)),
    ("where(not (x > 2 or x < -2), x, 0)", {}, lambda x: np.where(np.abs(x) <= 2, x, 0)),
    ("x * tanh(log(1 + exp(x)))", {}, lambda x: x * np.tanh(np.logaddexp(0, x))),
    ("x * tanh(softplus(x))", {}, lambda x: x * np.tanh(np.logaddexp(0, x))),
    ("x / (1 + exp(-x))", {}, lambda x: x * logistic(x)),
    ("x / 2 * (1 + erf(x / sqrt(2)))", {}, lambda x: x / 2 * (1 + erf(x / np.sqrt(2)))),
    (
        "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))",
        {},
        lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    ("x * clip((x + 3) / 6, 0, 1)", {}, lambda x: x * np.clip((x + 3) / 6, 0, 1)),
    ("max(x, x / 10, -1)", {}, lambda x: np.maximum(np.maximum(x, x / 10), -1)),
    ("min(max(x, 0), 6)", {}, lambda x: np.clip(x, 0, 6)),
    ("x / (1 + abs(x))", {}, lambda x: x / (1 + np.abs(x))),
    ("(x + sqrt(x ** 2 + b)) / 2", {"b": 4}, lambda x: (x + np.sqrt(x**2 + 4)) / 2),
    ("atan(x) + asinh(x)", {}, lambda x: np.arctan(x) + np.arcsinh(x)),
    ("x + sin(x) ** 2 + e * cos(x)", {}, lambda x: x + np.sin(x) ** 2 + np.e * np.cos(x)),
    ("where(x > 0, log1p(x), -log(1 - x))", {}, lambda x: np.sign(x) * np.log1p(np.abs(x))),
    ("where(x > 0, x ** p, 0)", {"p": 1.5}, lambda x: np.maximum(x, 0) ** 1.5),
    ("-x ** 2 + - + x", {}, lambda x: -(x**2) - x),
    ("1 / (1 + x ** 2) ** 2", {}, lambda x: (1 + x**2) ** -2.0),
    ("(1 + x ** 2) ** -1", {}, lambda x: 1 / (1 + x**2)),
    ("min(x, exp(x))", {}, lambda x: x),
    ("where(abs(x) < 5, sinh(x) / cosh(x), sign(x))", {}, lambda x: np.where(np.abs(x) < 5, np.tanh(x), np.sign(x))),
]
GRID = np.array([0.3, *(sign * x for x in (1e-3, 0.77, 1.1, 2.9, 7.3, 9.9, 100.0, 1e4) for sign in (-1, 1))])
"""No kink of GOOD is on it."""


def refusal_of(action: Callable[..., object], *arguments: object) -> FormulaError | None:
    """Why a formula is refused; None if it is let through."""
    try:
        action(*arguments)
    except FormulaError as error:
        return error
    return None
