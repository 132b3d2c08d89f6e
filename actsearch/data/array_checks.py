"""What could not be trained on, or would be trained on wrongly, is refused with the array's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actsearch.core.errors import DataError
from actsearch.data.dataset import Dataset

if TYPE_CHECKING:
    import numpy as np


def checked_dataset(arrays: dict[str, np.ndarray], source: str) -> Dataset:
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
    y_train = _checked_labels(arrays["y_train"], len(x_train), f"{source}: y_train", "x_train")
    y_test = _checked_labels(arrays["y_test"], len(x_test), f"{source}: y_test", "x_test")
    return Dataset(x_train, y_train, x_test, y_test, _checked_classes(y_train, y_test, source))


def _checked_classes(y_train: np.ndarray, y_test: np.ndarray, source: str) -> int:
    """How many classes there are: at least two, each with a training example."""
    classes = int(y_train.max()) + 1
    missing = sorted(set(range(classes)) - set(y_train.tolist()))
    if missing:
        shown = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
        raise DataError(
            f"{source}: y_train has no example of class {shown}; number the classes from 0, leaving out none"
        )
    if classes < 2:
        raise DataError(f"{source}: y_train has one class only; give at least two")
    largest = int(y_test.max())
    if largest >= classes:
        raise DataError(
            f"{source}: y_test has the label {largest}, y_train only 0 .. {classes - 1}; give the training set an"
            " example of every class"
        )
    return classes


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


def _checked_labels(y: np.ndarray, examples: int, place: str, inputs: str) -> np.ndarray:
    """Labels as whole numbers of shape (examples,); `inputs` is the name of the array that they belong to."""
    import numpy as np

    y = _without_second_axis(y)
    if y.ndim != 1:
        raise DataError(f"{place}: has shape {y.shape}; give one label an example, shape (examples,), or one-hot rows")
    if len(y) != examples:
        raise DataError(
            f"{place}: has {len(y)} labels and {inputs} {examples} examples; give as many of one as the other"
        )
    if y.dtype.kind not in "biu" and not (y.dtype.kind == "f" and np.isfinite(y).all() and (y == np.floor(y)).all()):
        raise DataError(f"{place}: labels are not whole numbers (type {y.dtype}); number the classes from 0")
    if y.min() < 0 or y.max() > 99_999:
        raise DataError(f"{place}: labels run from {y.min()} to {y.max()}; number the classes from 0")
    return y.astype(np.int64)


def _without_second_axis(y: np.ndarray) -> np.ndarray:
    """A column as a row, one-hot rows as the numbers of their classes; anything else as it is."""
    if y.ndim == 2 and y.shape[1] == 1:
        return y[:, 0]
    is_one_hot = y.ndim == 2 and y.dtype.kind in "biuf" and ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()
    return y.argmax(axis=1) if is_one_hot else y


def _example_shape(x: np.ndarray) -> str:
    return " x ".join(map(str, x.shape[1:]))
