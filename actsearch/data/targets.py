"""What is checked of targets: labels of classes, and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actsearch.core.errors import DataError
from actsearch.core.tasks import TargetKind

if TYPE_CHECKING:
    import numpy as np


def checked_targets(y: np.ndarray, examples: int, place: str, inputs: str, kind: TargetKind) -> np.ndarray:
    """The targets of one part: labels as int64 of shape (examples,), numbers as float32 of shape (examples, outputs).

    `place` names the array in errors, `inputs` the one that it belongs to. Raises DataError.
    """
    return {"labels": _checked_labels, "numbers": _checked_numbers}[kind](y, examples, place, inputs)


def checked_classes(y_train: np.ndarray, y_test: np.ndarray, source: str) -> int:
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


def _checked_labels(y: np.ndarray, examples: int, place: str, inputs: str) -> np.ndarray:
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


def _checked_numbers(y: np.ndarray, examples: int, place: str, inputs: str) -> np.ndarray:
    import numpy as np

    if y.ndim not in (1, 2) or 0 in y.shape:
        raise DataError(
            f"{place}: has shape {y.shape}; give one number an example, shape (examples,), or several, (examples, n)"
        )
    if len(y) != examples:
        raise DataError(
            f"{place}: has {len(y)} targets and {inputs} {examples} examples; give as many of one as the other"
        )
    if y.dtype.kind not in "biuf":
        raise DataError(f"{place}: has the type {y.dtype}; give numbers")
    with np.errstate(over="ignore"):
        numbers = y.astype(np.float32).reshape(examples, -1)
    finite = np.isfinite(numbers).all(axis=1)
    if not finite.all():
        example = int(np.argmin(finite))
        raise DataError(f"{place}: example {example} has a target that is NaN, infinite or beyond float32; remove it")
    return numbers
