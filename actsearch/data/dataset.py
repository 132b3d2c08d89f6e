"""A checked data set, as every training gets it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Dataset:
    """A checked data set.

    `x_*` are images of shape (examples, height, width, channels) or vectors of shape (examples, features), as uint8
    (scaled to [0, 1] by `as_float`) or float32 (taken as they are). `y_*` are labels 0 .. classes - 1 of shape
    (examples,), or, where `classes` is None, numbers: float32 of shape (examples, outputs).
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int | None = None

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(self.x_train.shape[1:])

    @property
    def outputs(self) -> int:
        """How many numbers a network gives for an example."""
        return int(self.y_train.shape[1]) if self.classes is None else self.classes

    @cached_property
    def target_rows(self) -> np.ndarray | None:
        """What a network is to give for each label: one-hot rows, (classes, classes), float32. None without labels."""
        import numpy as np

        return None if self.classes is None else np.eye(self.classes, dtype=np.float32)

    def targets(self, y: np.ndarray) -> np.ndarray:
        """What a network is to give for these y: float32, (examples, outputs)."""
        rows = self.target_rows
        targets: np.ndarray = y if rows is None else rows[y]
        return targets

    @property
    def nbytes(self) -> int:
        return int(self.x_train.nbytes + self.y_train.nbytes + self.x_test.nbytes + self.y_test.nbytes)
