"""A checked data set, as every training gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Dataset:
    """A checked data set.

    `x_*` are images of shape (examples, height, width, channels) or vectors of shape (examples, features), as uint8
    (scaled to [0, 1] by `as_float`) or float32 (taken as they are). `y_*` are labels 0 .. classes - 1 of shape
    (examples,).
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(self.x_train.shape[1:])

    @property
    def nbytes(self) -> int:
        return int(self.x_train.nbytes + self.y_train.nbytes + self.x_test.nbytes + self.y_test.nbytes)
