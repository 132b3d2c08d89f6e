"""What is done to the inputs before anything is trained: fitted on the examples trained on, then applied to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actsearch.core.experiment import DataSpec
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import split

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class AsTheyAre:
    """Nothing is done: see `core.source.Preparation`."""

    def identity(self) -> None:
        return None

    def fitted(self, _x: np.ndarray, _y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return lambda inputs: inputs


def prepared_inputs(dataset: Dataset, spec: DataSpec) -> tuple[np.ndarray, np.ndarray]:
    """The inputs of the training set and of the test set, as the source of `spec` prepares them.

    Raises:
        UnsuitableSetting: there are not as many examples as the division asks for.
    """
    trained_on = split(dataset, spec).train
    prepare = spec.source.preparation.fitted(dataset.x_train[trained_on], dataset.y_train[trained_on])
    return prepare(dataset.x_train), prepare(dataset.x_test)
