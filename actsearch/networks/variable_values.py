"""The values of a network's variables, read out and written back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def copied_values(variables: Sequence[Any]) -> list[np.ndarray]:
    """Copies of the variables' values."""
    return [variable.value.numpy().copy() for variable in variables]


def overwrite(variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    """Gives the variables these values.

    Raises:
        ValueError: their number or a shape is another.
    """
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
