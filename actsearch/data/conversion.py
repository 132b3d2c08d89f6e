"""Pixels as the numbers that a network takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def as_float(x: np.ndarray) -> np.ndarray:
    """`x` as float32: uint8 pixels scaled to [0, 1] by division by 255, anything else as it is."""
    import numpy as np

    if x.dtype == np.uint8:
        scaled: np.ndarray = np.divide(x, np.float32(255), dtype=np.float32)
        return scaled
    return x.astype(np.float32, copy=False)
