"""The data sets of keras.datasets: downloaded once, or put where Keras looks by hand."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from actsearch.core.errors import DataError
from actsearch.data.file_hashes import file_sha256

if TYPE_CHECKING:
    import numpy as np

KERAS_FILES: Mapping[str, tuple[str, ...]] = {
    "fashion_mnist": (
        "fashion-mnist/train-labels-idx1-ubyte.gz",
        "fashion-mnist/train-images-idx3-ubyte.gz",
        "fashion-mnist/t10k-labels-idx1-ubyte.gz",
        "fashion-mnist/t10k-images-idx3-ubyte.gz",
    ),
    "cifar10": (
        "cifar-10-batches-py-target/cifar-10-batches-py/data_batch_1",
        "cifar-10-batches-py-target/cifar-10-batches-py/data_batch_2",
        "cifar-10-batches-py-target/cifar-10-batches-py/data_batch_3",
        "cifar-10-batches-py-target/cifar-10-batches-py/data_batch_4",
        "cifar-10-batches-py-target/cifar-10-batches-py/data_batch_5",
        "cifar-10-batches-py-target/cifar-10-batches-py/test_batch",
    ),
}
"""Where `keras.datasets` keeps each data set, below `<Keras's home>/datasets`."""


_BY_HAND: Mapping[str, str] = {
    "fashion_mnist": "download the four files train-labels-idx1-ubyte.gz, train-images-idx3-ubyte.gz,"
    " t10k-labels-idx1-ubyte.gz and t10k-images-idx3-ubyte.gz of Fashion-MNIST elsewhere and put them into"
    " {folder}/fashion-mnist/",
    "cifar10": "download cifar-10-python.tar.gz elsewhere and put it at"
    " {folder}/cifar-10-batches-py-target_archive (that very name, without an ending)",
}


@dataclass(frozen=True)
class KerasSet:
    """A data set by its name in `keras.datasets`."""

    name: str

    @property
    def place(self) -> str:
        return self.name

    def fingerprint(self) -> str:
        files = [keras_folder() / file for file in KERAS_FILES[self.name]]
        if not all(file.is_file() for file in files):
            load_from_keras(self.name)
        return hashlib.sha256("".join(map(file_sha256, files)).encode("ascii")).hexdigest()

    def load(self) -> dict[str, np.ndarray]:
        return load_from_keras(self.name)


def keras_folder() -> Path:
    """Where Keras keeps data sets."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home) / "datasets"


def load_from_keras(name: str) -> dict[str, np.ndarray]:
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
    except Exception as error:
        by_hand = _BY_HAND[name].format(folder=keras_folder())
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{name}: could not be downloaded ({reason}); where there is no network, {by_hand}") from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
