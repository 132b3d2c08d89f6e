"""The arrays a user trains on: what is accepted means what it seems to, all else is refused in one plain line."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tables import check_each

from actsearch.core.errors import DataError
from actsearch.data import conversion
from actsearch.data.dataset import Dataset

SHAPES = [((5,), (5,)), ((6, 7), (6, 7, 1)), ((6, 7, 1), (6, 7, 1)), ((6, 7, 3), (6, 7, 3))]
TYPES = ["uint8", "float16", "float32", "float64"]


def test_own_data_of_any_shape_load(load_npz: Callable[..., Dataset]) -> None:
    """Vectors, grey and colour images are what people have; each must come out with the values it went in with."""

    def check(dtype: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        shape, input_shape = shapes
        loaded = load_npz(shape=shape, dtype=dtype)
        assert loaded.input_shape == input_shape
        assert (len(loaded.x_train), len(loaded.x_test), loaded.classes) == (40, 20, 4)
        as_float = conversion.as_float(loaded.x_train)
        assert as_float.dtype == np.float32
        assert 0 <= as_float.min() < 0.1 < 0.9 < as_float.max() <= 1

    check_each(itertools.product(TYPES, SHAPES), check)


def test_pixels_are_scaled_and_other_numbers_are_not(load_npz: Callable[..., Dataset]) -> None:
    """A user who standardised the features would otherwise get them divided by 255 again."""
    pixels = np.full((40, 3), 51, np.uint8)
    loaded = load_npz(shape=(3,), x_train=pixels, x_test=pixels[:20])
    np.testing.assert_array_equal(
        conversion.as_float(loaded.x_train), np.full((40, 3), np.float32(51) / np.float32(255))
    )
    features = np.full((40, 3), -3.5)
    loaded = load_npz(shape=(3,), x_train=features, x_test=features[:20])
    np.testing.assert_array_equal(conversion.as_float(loaded.x_train), features)


@pytest.mark.parametrize(
    "form",
    [
        lambda y: y.astype(np.uint8),
        lambda y: y.astype(np.int64)[:, None],
        lambda y: y.astype(np.float32),
        lambda y: np.eye(4)[y],
        lambda y: np.eye(4, dtype=bool)[y],
    ],
    ids=["uint8", "column", "float", "one-hot", "one-hot bool"],
)
def test_labels_in_each_usual_form_mean_the_same(load_npz: Callable[..., Dataset], form: Callable[..., Any]) -> None:
    """Labels as Keras, PyTorch or a spreadsheet keep them must not be taken for others."""
    train, test = np.arange(40) * 3 % 4, np.arange(20) * 7 % 4
    loaded = load_npz(y_train=form(train), y_test=form(test))
    assert loaded.classes == 4
    np.testing.assert_array_equal(loaded.y_train, train)
    np.testing.assert_array_equal(loaded.y_test, test)


def test_many_classes_load(load_npz: Callable[..., Dataset]) -> None:
    """A data set of 300 classes must not wrap round in a byte."""
    loaded = load_npz(train=600, classes=300, shape=(3,))
    assert loaded.classes == 300
    assert loaded.targets(loaded.y_train[[299]])[0].argmax() == 299


def test_classes_missing_from_the_test_set_are_fine(load_npz: Callable[..., Dataset]) -> None:
    """A small test set need not have every class."""
    assert load_npz(y_test=np.zeros(20, int)).classes == 4


def labels(*changed: float, dtype: type = float) -> np.ndarray:
    y = (np.arange(40) % 4).astype(dtype)
    y[: len(changed)] = changed
    return y


def spoilt(value: float) -> np.ndarray:
    x = np.zeros((40, 6, 6))
    x[7, 0, 0] = value
    return x


WRONG = {
    "missing key": ({"y_test": None}, "lacks y_test"),
    "pickled objects": ({"x_train": np.array([{"a": 1}] * 40)}, "x_train holds Python objects"),
    "NaN": ({"x_train": spoilt(np.nan), "x_test": np.zeros((20, 6, 6))}, "x_train: example 7 .*NaN"),
    "infinite": ({"x_train": spoilt(np.inf), "x_test": np.zeros((20, 6, 6))}, "x_train: example 7 .*infinite"),
    "beyond float32": ({"x_train": spoilt(1e300), "x_test": np.zeros((20, 6, 6))}, "x_train: example 7 .*float32"),
    "text": ({"x_test": np.full((20, 6, 6), "a")}, "x_test: has the type <U1"),
    "complex": ({"x_test": np.zeros((20, 6, 6), complex)}, "x_test: has the type complex128"),
    "dates": ({"x_test": np.zeros((20, 6, 6), "datetime64[D]")}, "x_test: has the type datetime64"),
    "pixels and floats": ({"x_test": np.zeros((20, 6, 6))}, "x_train is uint8 and x_test float64"),
    "labels from 1": ({"y_train": 1 + np.arange(40) % 4}, "y_train has no example of class 0"),
    "a gap": ({"y_train": np.arange(40) % 2 * 5}, "y_train has no example of class 1, 2, 3, 4"),
    "a label only in the test set": ({"y_test": np.arange(20) % 5}, "y_test has the label 4"),
    "negative label": ({"y_train": labels(-1)}, "y_train: labels run from -1"),
    "huge label": ({"y_train": labels(2**40, dtype=int)}, "y_train: labels run from 0 to 1099511627776"),
    "fraction": ({"y_train": labels(0.5)}, "y_train: labels are not whole numbers"),
    "NaN label": ({"y_train": labels(np.nan)}, "y_train: labels are not whole numbers"),
    "text labels": ({"y_test": np.full(20, "cat")}, "y_test: labels are not whole numbers"),
    "one class": ({"y_train": np.zeros(40, int), "y_test": np.zeros(20, int)}, "one class only"),
    "too few labels": ({"y_train": np.arange(39) % 4}, "y_train: has 39 labels and x_train 40"),
    "too many labels": ({"y_test": np.arange(21) % 4}, "y_test: has 21 labels and x_test 20"),
    "soft labels": ({"y_train": np.full((40, 4), 0.25)}, r"y_train: has shape \(40, 4\)"),
    "other size": ({"x_test": np.zeros((20, 6, 5), np.uint8)}, "x_train and x_test differ in shape"),
    "grey and colour": ({"x_test": np.zeros((20, 6, 6, 3), np.uint8)}, "x_train and x_test differ in shape"),
    "empty": ({"x_train": np.zeros((0, 6, 6), np.uint8), "y_train": np.zeros(0, int)}, "x_train: is empty"),
    "no width": ({"x_train": np.zeros((40, 6, 0), np.uint8)}, "x_train: is empty"),
    "video": ({"x_train": np.zeros((40, 2, 6, 6, 3), np.uint8)}, "x_train: has shape"),
    "one number each": ({"x_train": np.zeros(40)}, "x_train: has shape"),
    "scalar labels": ({"y_test": np.array(3)}, "y_test: has shape"),
}


def test_wrong_own_data_are_refused_in_one_line(hostile: Path, load_npz: Callable[..., Dataset]) -> None:
    """Without it the user gets a traceback from inside TensorFlow, or a network trained on nonsense."""

    def check(name: str) -> None:
        arrays, message = WRONG[name]
        with pytest.raises(DataError, match=message) as caught:
            load_npz(**arrays)
        assert str(hostile / "own.npz") in str(caught.value)
        assert "\n" not in str(caught.value)

    check_each(WRONG, check)
