"""The division of a data set: which training examples are trained on, and which are held out for validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actsearch.core.errors import UnsuitableSetting
from actsearch.core.experiment import DataSpec
from actsearch.data.dataset import Dataset

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Splits:
    """Which examples serve for what: indices into the training set, in ascending order.

    `validation` is None where the test set serves as the validation set.
    """

    train: np.ndarray
    validation: np.ndarray | None


def split(dataset: Dataset, spec: DataSpec) -> Splits:
    """Divides the training set as `spec` says, the same way for every trial.

    The held-out part is taken first: drawn, where there are classes stratified, so that each has its share (rounded by
    largest remainders), or the last ones as they stand. What is left is cut to `train_size` (drawn likewise) or to its
    first `train_first` examples.

    Raises:
        UnsuitableSetting: there are not that many examples.
    """
    import numpy as np

    left = np.arange(len(dataset.y_train))
    validation = _held_out(dataset, spec, left)
    if validation is not None:
        left = np.setdiff1d(left, validation, assume_unique=True)
    return Splits(_trained_on(dataset, spec, left), validation)


def _held_out(dataset: Dataset, spec: DataSpec, left: np.ndarray) -> np.ndarray | None:
    """The validation set; None where the test set serves as such."""
    import numpy as np

    if spec.holdout is None:
        return None
    most = len(left) - (dataset.classes or 1)
    if spec.holdout > most:
        fewer = "none" if dataset.classes is None else f"fewer than one for each of the {dataset.classes} classes"
        raise UnsuitableSetting(
            f"data.validation.{'last' if spec.holdout_last else 'holdout'}",
            f"{spec.holdout} of {len(left)} training examples would leave {fewer}",
            f"write at most {most}",
        )
    if spec.holdout_last:
        return left[-spec.holdout :]
    return _sample(dataset, left, spec.holdout, np.random.default_rng([0, 0]))


def _trained_on(dataset: Dataset, spec: DataSpec, left: np.ndarray) -> np.ndarray:
    """Of what is not held out, as much as is asked for."""
    import numpy as np

    wanted, key = spec.train_size, "data.train_size"
    if spec.train_first is not None:
        wanted, key = spec.train_first, "data.train_size.first"
    if wanted is None:
        return left
    if wanted > len(left):
        raise UnsuitableSetting(
            key, f"{wanted} is more than the {len(left)} examples there are", f"write at most {len(left)}"
        )
    if spec.train_first is not None:
        return left[: spec.train_first]
    return _sample(dataset, left, wanted, np.random.default_rng([0, 1]))


def _sample(dataset: Dataset, among: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` of the indices `among`, in ascending order."""
    import numpy as np

    if dataset.classes is None:
        return np.sort(rng.choice(among, size=n, replace=False))
    return _stratified_sample(dataset.y_train, among, n, rng)


def _stratified_sample(labels: np.ndarray, among: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` of the indices `among`, each class with its share by largest remainders, in ascending order."""
    import numpy as np

    classes, counts = np.unique(labels[among], return_counts=True)
    exact = counts * (n / len(among))
    take = np.floor(exact).astype(int)
    for i in np.argsort(take - exact, kind="stable")[: n - take.sum()]:
        take[i] += 1
    drawn = [rng.choice(among[labels[among] == c], size=k, replace=False) for c, k in zip(classes, take, strict=True)]
    return np.sort(np.concatenate(drawn))
