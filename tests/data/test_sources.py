"""Where the data come from: MNIST is MNIST, and what cannot be had is told with what to do."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actsearch.core.errors import DataError
from actsearch.core.experiment import DataSpec
from actsearch.data import bundled_mnist, conversion, sources
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.kinds.npz import NpzSource

MNIST = DataSpec(NamedSource("mnist"))
IDX_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}
"""Of the four uncompressed files of MNIST's authors."""


def idx(array: np.ndarray) -> bytes:
    """The array as an IDX file: two zeros, the type (8: unsigned bytes), the number of sizes, the sizes, the bytes."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


def test_bundled_mnist_is_mnist_to_the_byte(mnist: Dataset) -> None:
    """Otherwise no accuracy of this program can be compared with anyone else's."""
    assert MNIST.source.fingerprint() == hashlib.sha256(bundled_mnist.MNIST_FILE.read_bytes()).hexdigest()
    images = {"x_train": mnist.x_train[..., 0], "x_test": mnist.x_test[..., 0]}
    arrays = {**images, "y_train": mnist.y_train, "y_test": mnist.y_test}
    assert {name: hashlib.md5(idx(array)).hexdigest() for name, array in arrays.items()} == IDX_MD5


def test_bundled_mnist_has_the_known_classes(mnist: Dataset) -> None:
    """Labels in another order or a lost class would change every result."""
    assert mnist.classes == 10
    assert mnist.input_shape == (28, 28, 1)
    assert np.bincount(mnist.y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    counts = np.bincount(mnist.x_train.ravel(), minlength=256)
    pixels = conversion.as_float(np.arange(256, dtype=np.uint8)).astype(float)
    mean = np.average(pixels, weights=counts)
    deviation = np.sqrt(np.average((pixels - mean) ** 2, weights=counts))
    assert (round(mean, 4), round(deviation, 4)) == (0.1307, 0.3081)


def test_damaged_bundled_mnist_is_refused(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad download of the package must not quietly train on other data."""
    damaged = bytearray(bundled_mnist.MNIST_FILE.read_bytes())
    damaged[5_000_000] ^= 1
    copy = hostile / "mnist.npz"
    copy.write_bytes(damaged)
    monkeypatch.setattr(bundled_mnist, "MNIST_FILE", copy)
    with pytest.raises(DataError, match="damaged; install actsearch again") as caught:
        MNIST.source.fingerprint()
    assert str(copy) in str(caught.value)


@pytest.mark.parametrize("what", ["missing", "a folder"])
@pytest.mark.parametrize("ask", [sources.load_dataset, lambda spec: spec.source.fingerprint()])
def test_missing_file_is_named(hostile: Path, what: str, ask: Callable[..., Any]) -> None:
    """The path as the program understood it is what helps to find the mistake."""
    path = hostile / "own.npz"
    if what == "a folder":
        path.mkdir()
    with pytest.raises(DataError, match="cannot be read") as caught:
        ask(DataSpec(NpzSource(str(path))))
    assert str(path) in str(caught.value)


def test_fingerprint_of_own_data_is_their_sha256(hostile: Path, make_npz: Callable[..., Path]) -> None:
    """A user can check with `sha256sum` which file a result belongs to; a changed file is other data."""
    path = make_npz(hostile / "data" / "own.npz")
    spec = DataSpec(NpzSource("data/own.npz")).located(hostile)
    assert spec.source.fingerprint() == hashlib.sha256(path.read_bytes()).hexdigest()
    before = spec.source.fingerprint()
    make_npz(path, classes=5)
    assert spec.source.fingerprint() != before


@pytest.mark.parametrize(
    ("name", "files"),
    [
        (
            "fashion_mnist",
            [
                "train-labels-idx1-ubyte.gz",
                "train-images-idx3-ubyte.gz",
                "t10k-labels-idx1-ubyte.gz",
                "t10k-images-idx3-ubyte.gz",
            ],
        ),
        ("cifar10", ["cifar-10-python.tar.gz", "cifar-10-batches-py-target_archive"]),
    ],
)
@pytest.mark.parametrize("ask", [sources.load_dataset, lambda spec: spec.source.fingerprint()])
@pytest.mark.xdist_group("tensorflow")
def test_without_network_the_file_and_folder_are_named(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, name: Any, files: list[str], ask: Callable[..., Any]
) -> None:
    """Behind a firewall the user must know what to carry over, and where to."""
    import keras

    def unreachable() -> None:
        raise OSError("URL fetch failure on https://example.invalid: None -- no route to host\nmore")

    monkeypatch.setenv("KERAS_HOME", str(hostile))
    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", unreachable)
    with pytest.raises(DataError, match="no route to host") as caught:
        ask(DataSpec(NamedSource(name)))
    message = str(caught.value)
    assert "\n" not in message
    assert str(hostile / "datasets") in message
    for file in files:
        assert file in message


def test_fashion_mnist_put_there_by_hand_loads() -> None:
    """What the message above advises must work, without a network."""
    folder = Path(os.environ["KERAS_HOME"]) / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    arrays = {}
    for part, n in (("train", 30), ("t10k", 20)):
        arrays[part] = rng.integers(0, 256, size=(n, 28, 28)), np.arange(n) % 10
        for kind, array in zip(("images-idx3", "labels-idx1"), arrays[part], strict=True):
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
    spec = DataSpec(NamedSource("fashion_mnist"))
    loaded = sources.load_dataset(spec)
    np.testing.assert_array_equal(loaded.x_train[..., 0], arrays["train"][0])
    np.testing.assert_array_equal(loaded.y_test, arrays["t10k"][1])
    before = spec.source.fingerprint()
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(20) % 10 * 0)))
    assert spec.source.fingerprint() != before
