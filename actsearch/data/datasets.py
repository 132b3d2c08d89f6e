"""The data sets: the bundled MNIST, `keras.datasets`, a user's `.npz`; checks, and the division into splits.

Loads NumPy when data are loaded, Keras only to fetch a data set of `keras.datasets`; the fingerprint needs neither.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actsearch.core.errors import DataError, UnsuitableSetting
from actsearch.core.experiment import Candidate, Cnn, DataSpec

if TYPE_CHECKING:
    import numpy as np

MNIST_FILE = Path(__file__).with_name("mnist.npz")
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
TEST_EXAMPLES = 10_000
"""Of each of the data sets known by name."""
ARRAYS = ("x_train", "y_train", "x_test", "y_test")

KERAS_FILES = {
    "fashion_mnist": (
        "fashion-mnist/train-labels-idx1-ubyte.gz",
        "fashion-mnist/train-images-idx3-ubyte.gz",
        "fashion-mnist/t10k-labels-idx1-ubyte.gz",
        "fashion-mnist/t10k-images-idx3-ubyte.gz",
    ),
    "cifar10": tuple(
        f"cifar-10-batches-py-target/cifar-10-batches-py/{batch}"
        for batch in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
    ),
}
"""Where `keras.datasets` keeps each data set, below `<Keras's home>/datasets`."""

_BY_HAND = {
    "fashion_mnist": "download the four files train-labels-idx1-ubyte.gz, train-images-idx3-ubyte.gz,"
    " t10k-labels-idx1-ubyte.gz and t10k-images-idx3-ubyte.gz of Fashion-MNIST elsewhere and put them into"
    " {folder}/fashion-mnist/",
    "cifar10": "download cifar-10-python.tar.gz elsewhere and put it at"
    " {folder}/cifar-10-batches-py-target_archive (that very name, without an ending)",
}


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


@dataclass(frozen=True)
class Splits:
    """Which examples serve for what: indices into the training set, in ascending order.

    `validation` is None where the test set serves as the validation set.
    """

    train: np.ndarray
    validation: np.ndarray | None


def locate(spec: DataSpec, folder: Path) -> DataSpec:
    """The same data with the path of an `.npz` made absolute; relative ones are relative to `folder`."""
    return spec if spec.path is None else replace(spec, path=str((folder / spec.path).resolve()))


def fingerprint(spec: DataSpec) -> str:
    """The SHA-256 of the data's files, as hexadecimal digits: for an `.npz` that of the file, as `sha256sum` prints it.

    A data set of `keras.datasets` that is not there yet is downloaded.

    Raises:
        DataError: the data cannot be had, or the bundled file is damaged.
    """
    if spec.name == "mnist":
        digest = _file_sha256(MNIST_FILE)
        if digest != MNIST_SHA256:
            raise DataError(f"{MNIST_FILE}: the bundled MNIST file is damaged; install actsearch again")
        return digest
    if spec.name == "npz":
        return _file_sha256(_npz_path(spec))
    files = [keras_folder() / file for file in KERAS_FILES[spec.name]]
    if not all(file.is_file() for file in files):
        _load_from_keras(spec.name)
    return hashlib.sha256("".join(_file_sha256(file) for file in files).encode("ascii")).hexdigest()


def load(spec: DataSpec) -> Dataset:
    """The data set, checked.

    Raises:
        DataError: a file is missing or damaged, or its arrays are not what they must be; the message names the array.
    """
    if spec.name == "mnist":
        return _checked(_read_npz(MNIST_FILE), str(MNIST_FILE))
    if spec.name == "npz":
        path = _npz_path(spec)
        return _checked(_read_npz(path), str(path))
    return _checked(_load_from_keras(spec.name), spec.name)


def validation_examples(spec: DataSpec) -> int:
    """How many examples the validation set has.

    Raises:
        DataError: the data cannot be had.
    """
    if spec.holdout is not None:
        return spec.holdout
    if spec.name != "npz":
        return TEST_EXAMPLES
    return len(_read_npz(_npz_path(spec))["y_test"])


def split(dataset: Dataset, spec: DataSpec) -> Splits:
    """Divides the training set as `spec` says, the same way for every trial.

    The held-out part is taken first: drawn, stratified, so that each class has its share (rounded by largest
    remainders), or the last ones as they stand. What is left is cut to `train_size` (stratified likewise) or to its
    first `train_first` examples.

    Raises:
        UnsuitableSetting: there are not that many examples.
    """
    import numpy as np

    left = np.arange(len(dataset.y_train))
    validation = None
    if spec.holdout is not None:
        if spec.holdout > len(left) - dataset.classes:
            raise UnsuitableSetting(
                f"data.validation.{'last' if spec.holdout_last else 'holdout'}",
                f"{spec.holdout} of {len(left)} training examples would leave fewer than one for each of the"
                f" {dataset.classes} classes",
                f"write at most {len(left) - dataset.classes}",
            )
        validation = (
            left[-spec.holdout :]
            if spec.holdout_last
            else _stratified(dataset.y_train, left, spec.holdout, np.random.default_rng([0, 0]))
        )
        left = np.setdiff1d(left, validation, assume_unique=True)
    wanted, key = spec.train_size, "data.train_size"
    if spec.train_first is not None:
        wanted, key = spec.train_first, "data.train_size.first"
    if wanted is not None and wanted > len(left):
        raise UnsuitableSetting(
            key, f"{wanted} is more than the {len(left)} examples there are", f"write at most {len(left)}"
        )
    if spec.train_first is not None:
        left = left[: spec.train_first]
    elif spec.train_size is not None:
        left = _stratified(dataset.y_train, left, spec.train_size, np.random.default_rng([0, 1]))
    return Splits(left, validation)


def check_networks(dataset: Dataset, candidates: Sequence[Candidate]) -> None:
    """That each candidate's network can take the data.

    Raises:
        UnsuitableSetting: convolutions on vectors, or images too small for them.
    """
    for model in (candidate.model for candidate in candidates):
        if not isinstance(model, Cnn):
            continue
        if len(dataset.input_shape) != 3:
            raise UnsuitableSetting(
                "model.kind",
                f"a cnn needs images, and these data are vectors of {dataset.input_shape[0]} features",
                "write kind: mlp",
            )
        # Each "valid" convolution takes kernel_size - 1 off; the pooling needs 2 x 2.
        smallest = len(model.filters) * (model.kernel_size - 1) + 2
        height, width, _ = dataset.input_shape
        if min(height, width) < smallest:
            raise UnsuitableSetting(
                "model.kernel_size",
                f"{len(model.filters)} convolutions of {model.kernel_size} x {model.kernel_size} and a pooling need"
                f" images of at least {smallest} x {smallest}, and these are {height} x {width}",
                "write a smaller kernel_size, fewer filters, or kind: mlp",
            )


def as_float(x: np.ndarray) -> np.ndarray:
    """`x` as float32: uint8 pixels scaled to [0, 1] by division by 255, anything else as it is."""
    import numpy as np

    if x.dtype == np.uint8:
        scaled: np.ndarray = np.divide(x, np.float32(255), dtype=np.float32)
        return scaled
    return x.astype(np.float32, copy=False)


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels of shape (n,) as float32 of shape (n, classes)."""
    import numpy as np

    rows: np.ndarray = np.eye(classes, dtype=np.float32)[labels]
    return rows


def _stratified(labels: np.ndarray, among: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` of the indices `among`, each class with its share by largest remainders, in ascending order."""
    import numpy as np

    classes, counts = np.unique(labels[among], return_counts=True)
    exact = counts * (n / len(among))
    take = np.floor(exact).astype(int)
    for i in np.argsort(take - exact, kind="stable")[: n - take.sum()]:
        take[i] += 1
    chosen = [rng.choice(among[labels[among] == c], size=k, replace=False) for c, k in zip(classes, take, strict=True)]
    return np.sort(np.concatenate(chosen))


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error


def _npz_path(spec: DataSpec) -> Path:
    assert spec.path is not None, "a data set of kind npz has a path"
    return Path(spec.path)


def keras_folder() -> Path:
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home) / "datasets"


def _load_from_keras(name: str) -> dict[str, np.ndarray]:
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
    except Exception as error:
        by_hand = _BY_HAND[name].format(folder=keras_folder())
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{name}: could not be downloaded ({reason}); where there is no network, {by_hand}") from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    import numpy as np

    try:
        file = np.load(path, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("a single array, written by numpy.save")
        with file:
            missing = [name for name in ARRAYS if name not in file]
            if missing:
                has = ", ".join(file.files) or "none"
                raise DataError(
                    f"{path}: lacks {', '.join(missing)}; an .npz needs the arrays {', '.join(ARRAYS)}, and has {has}"
                )
            return {name: _read_array(file, name, path) for name in ARRAYS}
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except DataError:
        raise
    except Exception as error:  # zipfile and NumPy raise a dozen types on what is no .npz
        raise DataError(f"{path}: is not a whole .npz file; write it with numpy.savez_compressed") from error


def _read_array(file: Any, name: str, path: Path) -> np.ndarray:
    import numpy as np

    try:
        array = file[name]
    except OSError:
        raise
    except Exception as error:  # zlib, zipfile and NumPy raise a dozen types on damaged bytes
        objects = isinstance(error, ValueError) and "allow_pickle" in str(error)
        what = "holds Python objects" if objects else "is damaged"
        raise DataError(f"{path}: {name} {what}; write it with numpy.savez_compressed, numbers only") from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path}: {name} is no array; write it with numpy.savez_compressed, numbers only")
    return array


def _checked(arrays: dict[str, np.ndarray], source: str) -> Dataset:
    """Refuses what could not be trained on, or would be trained on wrongly."""
    x = {part: _checked_inputs(arrays[f"x_{part}"], f"{source}: x_{part}") for part in ("train", "test")}
    if x["train"].shape[1:] != x["test"].shape[1:]:
        raise DataError(
            f"{source}: x_train and x_test differ in shape ({_shape(x['train'])} and {_shape(x['test'])} an example);"
            " give both the same shape"
        )
    if x["train"].dtype != x["test"].dtype:
        raise DataError(
            f"{source}: x_train is {arrays['x_train'].dtype} and x_test {arrays['x_test'].dtype}, and uint8 is scaled"
            " to [0, 1] while other types are not; give both the same type"
        )
    y = {
        part: _checked_labels(arrays[f"y_{part}"], len(x[part]), f"{source}: y_{part}", f"x_{part}")
        for part in ("train", "test")
    }
    classes = int(y["train"].max()) + 1
    missing = sorted(set(range(classes)) - set(y["train"].tolist()))
    if missing:
        shown = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
        raise DataError(
            f"{source}: y_train has no example of class {shown}; number the classes from 0, leaving out none"
        )
    if classes < 2:
        raise DataError(f"{source}: y_train has one class only; give at least two")
    if int(y["test"].max()) >= classes:
        raise DataError(
            f"{source}: y_test has the label {int(y['test'].max())}, y_train only 0 .. {classes - 1}; give the training"
            " set an example of every class"
        )
    return Dataset(x["train"], y["train"], x["test"], y["test"], classes)


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
    import numpy as np

    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.dtype.kind in "biuf" and ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all():
        y = y.argmax(axis=1)
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


def _shape(x: np.ndarray) -> str:
    return " x ".join(map(str, x.shape[1:]))
