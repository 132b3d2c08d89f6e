"""What could not be trained on, or would be trained on wrongly, is refused with the array's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from actsearch.core.errors import DataError
from actsearch.core.tasks import TargetKind
from actsearch.data.dataset import Dataset
from actsearch.data.targets import checked_classes, checked_targets

if TYPE_CHECKING:
    import numpy as np


def checked_dataset(arrays: Mapping[str, np.ndarray], source: str, target: TargetKind) -> Dataset:
    """The data set of four arrays, if they fit; `source` names them in errors. Raises DataError."""
    x_train = _checked_inputs(arrays["x_train"], f"{source}: x_train")
    x_test = _checked_inputs(arrays["x_test"], f"{source}: x_test")
    if x_train.shape[1:] != x_test.shape[1:]:
        raise DataError(
            f"{source}: x_train and x_test differ in shape ({_example_shape(x_train)} and {_example_shape(x_test)} an"
            " example); give both the same shape"
        )
    if x_train.dtype != x_test.dtype:
        raise DataError(
            f"{source}: x_train is {arrays['x_train'].dtype} and x_test {arrays['x_test'].dtype}, and uint8 is scaled"
            " to [0, 1] while other types are not; give both the same type"
        )
    y_train, y_test = (
        checked_targets(arrays[f"y_{part}"], len(x), f"{source}: y_{part}", f"x_{part}", target)
        for part, x in (("train", x_train), ("test", x_test))
    )
    classes = checked_classes(y_train, y_test, source) if target == "labels" else None
    if y_train.shape[1:] != y_test.shape[1:]:
        raise DataError(
            f"{source}: y_train and y_test differ in shape ({_example_shape(y_train)} and {_example_shape(y_test)}"
            " numbers an example); give both the same shape"
        )
    return Dataset(x_train, y_train, x_test, y_test, classes)


def _checked_inputs(x: np.ndarray, place: str) -> np.ndarray:
    import numpy as np

    if x.ndim not in (2, 3, 4):
        raise DataError(
            f"{place}: has shape {x.shape}; give vectors (examples, features) or images (examples, height, width"
            "[, channels])"
        )
    if 0 in x.shape:
        raise DataError(f"{place}: is empty (shape {x.shape}); give at least one example")
    if x.dtype.kind not in "biuf":
        raise DataError(f"{place}: has the type {x.dtype}; give uint8 pixels or floating-point numbers")
    if x.dtype != np.uint8:
        with np.errstate(over="ignore"):
            x = x.astype(np.float32)
        finite = np.isfinite(x)
        if not finite.all():
            example = int(np.argwhere(~finite)[0][0])
            raise DataError(
                f"{place}: example {example} has a value that is NaN, infinite or beyond float32; remove it"
            )
    return x[..., np.newaxis] if x.ndim == 3 else x


def _example_shape(x: np.ndarray) -> str:
    return " x ".join(map(str, x.shape[1:]))
