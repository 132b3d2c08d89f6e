"""The data a user trains on: what is accepted means what it seems to, and what is not is refused in one plain line."""

from __future__ import annotations

import gzip
import hashlib
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actsearch.core.errors import DataError, UnsuitableSetting
from actsearch.core.experiment import Activation, Candidate, Cnn, DataSpec, Mlp, Optimizer, Training
from actsearch.data import datasets
from actsearch.data.datasets import Dataset

MNIST = DataSpec("mnist")
IDX_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}
"""Of the four uncompressed files of MNIST's authors."""


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    return datasets.load(MNIST)


@pytest.fixture
def load_npz(hostile: Path, make_npz: Callable[..., Path]) -> Callable[..., Dataset]:
    """Writes an `.npz` and loads it as `data: {npz: ...}` would."""

    def load(**changes: Any) -> Dataset:
        return datasets.load(DataSpec("npz", str(make_npz(hostile / "own.npz", **changes))))

    return load


def idx(array: np.ndarray) -> bytes:
    """The array as an IDX file: two zeros, the type (8: unsigned bytes), the number of sizes, the sizes, the bytes."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


# --- the bundled MNIST


def test_bundled_mnist_is_mnist_to_the_byte(mnist: Dataset) -> None:
    """Otherwise no accuracy of this program can be compared with anyone else's."""
    assert datasets.fingerprint(MNIST) == hashlib.sha256(datasets.MNIST_FILE.read_bytes()).hexdigest()
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
    pixels = datasets.as_float(np.arange(256, dtype=np.uint8)).astype(float)
    mean = np.average(pixels, weights=counts)
    deviation = np.sqrt(np.average((pixels - mean) ** 2, weights=counts))
    assert (round(mean, 4), round(deviation, 4)) == (0.1307, 0.3081)


def test_damaged_bundled_mnist_is_refused(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad download of the package must not quietly train on other data."""
    damaged = bytearray(datasets.MNIST_FILE.read_bytes())
    damaged[5_000_000] ^= 1
    copy = hostile / "mnist.npz"
    copy.write_bytes(damaged)
    monkeypatch.setattr(datasets, "MNIST_FILE", copy)
    with pytest.raises(DataError, match="damaged; install actsearch again") as caught:
        datasets.fingerprint(MNIST)
    assert str(copy) in str(caught.value)


# --- a user's own .npz: what is accepted


@pytest.mark.parametrize(
    ("shape", "input_shape"), [((5,), (5,)), ((6, 7), (6, 7, 1)), ((6, 7, 1), (6, 7, 1)), ((6, 7, 3), (6, 7, 3))]
)
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_own_data_of_any_shape_load(
    load_npz: Callable[..., Dataset], shape: tuple[int, ...], input_shape: tuple[int, ...], dtype: str
) -> None:
    """Vectors, grey and colour images are what people have; each must come out with the values it went in with."""
    given: dict[str, Any] = {}
    loaded = load_npz(shape=shape, dtype=dtype, **given)
    assert loaded.input_shape == input_shape
    assert (len(loaded.x_train), len(loaded.x_test), loaded.classes) == (40, 20, 4)
    as_float = datasets.as_float(loaded.x_train)
    assert as_float.dtype == np.float32
    assert 0 <= as_float.min() < 0.1 < 0.9 < as_float.max() <= 1


def test_pixels_are_scaled_and_other_numbers_are_not(load_npz: Callable[..., Dataset]) -> None:
    """A user who standardised the features would otherwise get them divided by 255 again."""
    pixels = np.full((40, 3), 51, np.uint8)
    loaded = load_npz(shape=(3,), x_train=pixels, x_test=pixels[:20])
    np.testing.assert_array_equal(datasets.as_float(loaded.x_train), np.full((40, 3), np.float32(51) / np.float32(255)))
    features = np.full((40, 3), -3.5)
    loaded = load_npz(shape=(3,), x_train=features, x_test=features[:20])
    np.testing.assert_array_equal(datasets.as_float(loaded.x_train), features)


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
    assert datasets.one_hot(loaded.y_train[[299]], 300)[0].argmax() == 299


def test_classes_missing_from_the_test_set_are_fine(load_npz: Callable[..., Dataset]) -> None:
    """A small test set need not have every class."""
    assert load_npz(y_test=np.zeros(20, int)).classes == 4


# --- a user's own .npz: what is refused


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


@pytest.mark.parametrize(("arrays", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_own_data_are_refused_in_one_line(
    hostile: Path, load_npz: Callable[..., Dataset], arrays: dict[str, Any], message: str
) -> None:
    """Without it the user gets a traceback from inside TensorFlow, or a network trained on nonsense."""
    with pytest.raises(DataError, match=message) as caught:
        load_npz(**arrays)
    assert str(hostile / "own.npz") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pickle_is_never_opened(hostile: Path) -> None:
    """Loading somebody's data must not run somebody's code."""

    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(hostile / "was here"),)

    path = hostile / "own.npz"
    with zipfile.ZipFile(path, "w") as file:
        for name in datasets.ARRAYS:
            file.writestr(f"{name}.npy", pickle.dumps(Evil()))
    with pytest.raises(DataError, match=r"own\.npz"):
        datasets.load(DataSpec("npz", str(path)))
    assert not (hostile / "was here").exists()


@pytest.mark.parametrize("keep", [0, 3, 100, 0.5, 0.999], ids=str)
@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_truncated_file_is_refused(
    hostile: Path, make_npz: Callable[..., Path], keep: float, write: Callable[..., None]
) -> None:
    """A half-finished copy is the usual way for a file to be broken."""
    path = make_npz(hostile / "own.npz")
    with np.load(path) as file:
        write(path, **dict(file))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if keep < 1 else int(keep)])
    with pytest.raises(DataError, match=r"is damaged|not a whole|cannot be read"):
        datasets.load(DataSpec("npz", str(path)))


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_a_flipped_byte_is_harmless_or_refused(
    hostile: Path, make_npz: Callable[..., Path], write: Callable[..., None]
) -> None:
    """Whatever a bad disk does to a user's file, the answer is a line about that file, never a traceback."""
    path = make_npz(hostile / "own.npz", train=8, test=4, shape=(3,))
    with np.load(path) as file:
        write(path, **dict(file))
    whole = path.read_bytes()
    messages = []
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            datasets.load(DataSpec("npz", str(path)))
        except DataError as error:
            messages.append(str(error))
    assert len(messages) > len(whole) / 3 * 0.3
    assert all(message.startswith(f"{path}: ") for message in messages)


@pytest.mark.parametrize("content", [b"not a zip at all", b"\x93NUMPY", b"PK\x03\x04"], ids=["text", "npy", "zip"])
def test_what_is_not_an_npz_is_refused(hostile: Path, content: bytes) -> None:
    """A user who points at the wrong file is told so."""
    path = hostile / "own.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="not a whole"):
        datasets.load(DataSpec("npz", str(path)))


def test_a_single_array_is_refused(hostile: Path) -> None:
    """`numpy.save` instead of `numpy.savez` is an easy mistake."""
    path = hostile / "own.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(DataError, match=r"own\.npz"):
        datasets.load(DataSpec("npz", str(path)))


@pytest.mark.parametrize("what", ["missing", "a folder"])
@pytest.mark.parametrize("ask", [datasets.load, datasets.fingerprint])
def test_missing_file_is_named(hostile: Path, what: str, ask: Callable[..., Any]) -> None:
    """The path as the program understood it is what helps to find the mistake."""
    path = hostile / "own.npz"
    if what == "a folder":
        path.mkdir()
    with pytest.raises(DataError, match="cannot be read") as caught:
        ask(DataSpec("npz", str(path)))
    assert str(path) in str(caught.value)


def test_fingerprint_of_own_data_is_their_sha256(hostile: Path, make_npz: Callable[..., Path]) -> None:
    """A user can check with `sha256sum` which file a result belongs to; a changed file is other data."""
    path = make_npz(hostile / "data" / "own.npz")
    spec = datasets.locate(DataSpec("npz", "data/own.npz"), hostile)
    assert datasets.fingerprint(spec) == hashlib.sha256(path.read_bytes()).hexdigest()
    before = datasets.fingerprint(spec)
    make_npz(path, classes=5)
    assert datasets.fingerprint(spec) != before


# --- splits


def shares(labels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """How far each class's count among the chosen is from its exact share."""
    return np.bincount(labels[chosen], minlength=10) - np.bincount(labels) * len(chosen) / len(labels)


@pytest.mark.parametrize(("holdout", "train_size"), [(10_000, 5_000), (1_003, 997), (128, 256), (7, 13)])
def test_splits_are_stratified_and_disjoint(mnist: Dataset, holdout: int, train_size: int) -> None:
    """A class left out of a small subset, or an image both trained and validated on, would spoil the comparison."""
    splits = datasets.split(mnist, DataSpec("mnist", holdout=holdout, train_size=train_size))
    assert splits.validation is not None
    assert (len(splits.validation), len(splits.train)) == (holdout, train_size)
    assert not set(splits.validation) & set(splits.train)
    for chosen in (splits.validation, splits.train):
        assert (np.diff(chosen) > 0).all()
        assert np.abs(shares(mnist.y_train, chosen)).max() <= 1.01


def test_the_same_split_every_time(mnist: Dataset) -> None:
    """Trials on different splits could not be compared; a pinned hash keeps old results comparable, too."""
    spec = DataSpec("mnist", holdout=1000, train_size=500)
    one, two = datasets.split(mnist, spec), datasets.split(mnist, spec)
    np.testing.assert_array_equal(one.train, two.train)
    np.testing.assert_array_equal(one.validation, two.validation)
    digests = [hashlib.sha256(part.astype("<i8").tobytes()).hexdigest()[:16] for part in (one.train, one.validation)]
    assert digests == ["b6e69ab8f31a6e6f", "ceddac94acdcc84c"]


def test_holdout_does_not_depend_on_the_train_size(mnist: Dataset) -> None:
    """Otherwise a run on more data would be judged by other images than the run on fewer."""
    specs = [
        DataSpec("mnist", holdout=1000),
        DataSpec("mnist", holdout=1000, train_size=77),
        DataSpec("mnist", holdout=1000, train_first=77),
    ]
    first, *others = (datasets.split(mnist, spec).validation for spec in specs)
    for other in others:
        np.testing.assert_array_equal(first, other)


def test_first_n_are_the_first_n_that_are_left(mnist: Dataset) -> None:
    """A user who asks for the first 2,000 images wants those, in their order."""
    np.testing.assert_array_equal(datasets.split(mnist, DataSpec("mnist", train_first=2000)).train, np.arange(2000))
    splits = datasets.split(mnist, DataSpec("mnist", holdout=30_000, train_first=50))
    assert splits.validation is not None
    left = np.setdiff1d(np.arange(200), splits.validation).tolist()
    assert splits.train.tolist() == left[:50]


def test_without_holdout_everything_is_trained_on(mnist: Dataset) -> None:
    """`validation: test` is the article's: all 60,000 images train."""
    splits = datasets.split(mnist, MNIST)
    assert splits.validation is None
    assert len(splits.train) == 60_000


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({"holdout": 37}, "data.validation.holdout"),
        ({"holdout": 1000}, "data.validation.holdout"),
        ({"train_size": 41}, "data.train_size"),
        ({"holdout": 20, "train_size": 21}, "data.train_size"),
        ({"holdout": 20, "train_first": 21}, "data.train_size.first"),
    ],
)
def test_sizes_beyond_the_data_name_their_key(load_npz: Callable[..., Dataset], spec: dict[str, int], key: str) -> None:
    """The key is what the command line turns into the line of the file to mend."""
    with pytest.raises(UnsuitableSetting, match="at most") as caught:
        datasets.split(load_npz(), DataSpec("npz", "own.npz", **spec))
    assert caught.value.key == key


def test_the_largest_sizes_that_are_allowed_work(load_npz: Callable[..., Dataset]) -> None:
    """The remedy that the message gives must itself be right."""
    splits = datasets.split(load_npz(), DataSpec("npz", "own.npz", holdout=36, train_size=4))
    assert splits.validation is not None
    assert sorted([*splits.validation, *splits.train]) == list(range(40))


# --- networks that cannot take the data


def of_model(model: Cnn | Mlp) -> Candidate:
    training = Training(Optimizer("adam", {}), "categorical_crossentropy", 1, 8, "float32", 1)
    return Candidate("relu", Activation("relu"), model, training)


def cnn(filters: int, kernel_size: int) -> Candidate:
    model = Cnn((4,) * filters, kernel_size, (4,), (0.0, 0.0), "glorot_uniform", "dropout", False)
    return of_model(model)


MLP = of_model(Mlp((4,), 0.0, "glorot_uniform", "dropout", False))


def test_convolutions_on_vectors_are_refused(load_npz: Callable[..., Dataset]) -> None:
    """The user's features are no images: said before anything is trained, with what to write instead."""
    vectors = load_npz(shape=(5,))
    with pytest.raises(UnsuitableSetting, match="kind: mlp") as caught:
        datasets.check_networks(vectors, [MLP, cnn(2, 3)])
    assert caught.value.key == "model.kind"
    datasets.check_networks(vectors, [MLP])


def test_too_small_images_are_refused(load_npz: Callable[..., Dataset]) -> None:
    """Two 3 x 3 convolutions and a pooling need 6 x 6; at 6 x 5 Keras would raise from deep inside."""
    datasets.check_networks(load_npz(shape=(6, 6)), [cnn(2, 3)])
    with pytest.raises(UnsuitableSetting, match="at least 6 x 6, and these are 6 x 5") as caught:
        datasets.check_networks(load_npz(shape=(6, 5)), [cnn(1, 3), cnn(2, 3)])
    assert caught.value.key == "model.kernel_size"


# --- keras.datasets


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
@pytest.mark.parametrize("ask", [datasets.load, datasets.fingerprint])
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
        ask(DataSpec(name))
    message = str(caught.value)
    assert "\n" not in message
    assert str(hostile / "datasets") in message
    for file in files:
        assert file in message


def test_fashion_mnist_put_there_by_hand_loads() -> None:
    """What the message above advises must work, without a network."""
    folder = Path(os.environ["KERAS_HOME"]) / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    arrays = {}
    for part, n in (("train", 30), ("t10k", 20)):
        arrays[part] = rng.integers(0, 256, size=(n, 28, 28)), np.arange(n) % 10
        for kind, array in zip(("images-idx3", "labels-idx1"), arrays[part], strict=True):
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
    spec = DataSpec("fashion_mnist")
    loaded = datasets.load(spec)
    np.testing.assert_array_equal(loaded.x_train[..., 0], arrays["train"][0])
    np.testing.assert_array_equal(loaded.y_test, arrays["t10k"][1])
    before = datasets.fingerprint(spec)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(20) % 10 * 0)))
    assert datasets.fingerprint(spec) != before
