"""What is done to the inputs before anything is trained: fitted on the examples trained on, then applied to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actsearch.core.errors import DataError
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
        DataError: what is prepared are not as many examples.
        UnsuitableSetting: there are not as many examples as the division asks for.
    """
    trained_on = split(dataset, spec).train
    prepare = spec.source.preparation.fitted(dataset.x_train[trained_on], dataset.y_train[trained_on])
    place = f"{spec.source.place}, prepared"
    x_train = _checked_number(prepare(dataset.x_train), len(dataset.x_train), f"{place}: x_train")
    return x_train, _checked_number(prepare(dataset.x_test), len(dataset.x_test), f"{place}: x_test")


def _checked_number(prepared: Any, examples: int, place: str) -> np.ndarray:
    """What is prepared, if it is an array of so many examples."""
    shape = getattr(prepared, "shape", None)
    if not shape or shape[0] != examples:
        what = f"is a {type(prepared).__name__}" if shape is None else f"has shape {shape}"
        raise DataError(f"{place}: {what}; give an array of {examples} examples")
    inputs: np.ndarray = prepared
    return inputs
