"""The division of the training set: stratified, disjoint, and the same every time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pytest

from actsearch.core.errors import UnsuitableSetting
from actsearch.core.experiment import DataSpec
from actsearch.data import splitting
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.kinds.npz import NpzSource


def shares(labels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """How far each class's count among the chosen is from its exact share."""
    return np.bincount(labels[chosen], minlength=10) - np.bincount(labels) * len(chosen) / len(labels)


@pytest.mark.parametrize(("holdout", "train_size"), [(10_000, 5_000), (1_003, 997), (128, 256), (7, 13)])
def test_splits_are_stratified_and_disjoint(mnist: Dataset, holdout: int, train_size: int) -> None:
    """A class left out of a small subset, or an image both trained and validated on, would spoil the comparison."""
    splits = splitting.split(mnist, DataSpec(NamedSource("mnist"), holdout=holdout, train_size=train_size))
    assert splits.validation is not None
    assert (len(splits.validation), len(splits.train)) == (holdout, train_size)
    assert not set(splits.validation) & set(splits.train)
    for chosen in (splits.validation, splits.train):
        assert (np.diff(chosen) > 0).all()
        assert np.abs(shares(mnist.y_train, chosen)).max() <= 1.01


def test_the_same_split_every_time(mnist: Dataset) -> None:
    """Trials on different splits could not be compared; a pinned hash keeps old results comparable, too."""
    spec = DataSpec(NamedSource("mnist"), holdout=1000, train_size=500)
    first, second = splitting.split(mnist, spec), splitting.split(mnist, spec)
    np.testing.assert_array_equal(first.train, second.train)
    np.testing.assert_array_equal(first.validation, second.validation)
    digests = [
        hashlib.sha256(part.astype("<i8").tobytes()).hexdigest()[:16] for part in (first.train, first.validation)
    ]
    assert digests == ["b6e69ab8f31a6e6f", "ceddac94acdcc84c"]


def test_holdout_does_not_depend_on_the_train_size(mnist: Dataset) -> None:
    """Otherwise a run on more data would be judged by other images than the run on fewer."""
    specs = [
        DataSpec(NamedSource("mnist"), holdout=1000),
        DataSpec(NamedSource("mnist"), holdout=1000, train_size=77),
        DataSpec(NamedSource("mnist"), holdout=1000, train_first=77),
    ]
    first, *others = (splitting.split(mnist, spec).validation for spec in specs)
    for other in others:
        np.testing.assert_array_equal(first, other)


def test_first_n_are_the_first_n_that_are_left(mnist: Dataset) -> None:
    """A user who asks for the first 2,000 images wants those, in their order."""
    np.testing.assert_array_equal(
        splitting.split(mnist, DataSpec(NamedSource("mnist"), train_first=2000)).train, np.arange(2000)
    )
    splits = splitting.split(mnist, DataSpec(NamedSource("mnist"), holdout=30_000, train_first=50))
    assert splits.validation is not None
    left = np.setdiff1d(np.arange(200), splits.validation).tolist()
    assert splits.train.tolist() == left[:50]


def test_without_holdout_everything_is_trained_on(mnist: Dataset) -> None:
    """`validation: test` is the article's: all 60,000 images train."""
    splits = splitting.split(mnist, DataSpec(NamedSource("mnist")))
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
        splitting.split(load_npz(), DataSpec(NpzSource("own.npz"), **spec))
    assert caught.value.key == key


def test_the_largest_sizes_that_are_allowed_work(load_npz: Callable[..., Dataset]) -> None:
    """The remedy that the message gives must itself be right."""
    splits = splitting.split(load_npz(), DataSpec(NpzSource("own.npz"), holdout=36, train_size=4))
    assert splits.validation is not None
    assert sorted([*splits.validation, *splits.train]) == list(range(40))
