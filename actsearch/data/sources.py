"""Where data come from: each kind of source has a fingerprint of its files, and loads them as a checked data set.

NumPy is loaded with data, Keras only to fetch a data set of `keras.datasets`; a fingerprint needs neither.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from actsearch.core.experiment import DataSpec
from actsearch.data.bundled_mnist import BundledMnist
from actsearch.data.dataset import Dataset
from actsearch.data.keras_sets import KerasSet
from actsearch.data.npz_files import NpzFile


class DataSource(Protocol):
    """One kind of source. What it raises is a DataError: the data cannot be had, or are not what they must be."""

    def fingerprint(self) -> str:
        """The SHA-256 of the data's files, as hexadecimal digits. What is not there yet is downloaded."""

    def load(self) -> Dataset:
        """The data set, checked."""

    def test_examples(self) -> int:
        """How many examples the test set has."""


def source_of(spec: DataSpec) -> DataSource:
    """The source that an experiment names."""
    if spec.name == "npz":
        assert spec.path is not None, "a data set of kind npz has a path"
        return NpzFile(Path(spec.path))
    return BundledMnist() if spec.name == "mnist" else KerasSet(spec.name)


def locate(spec: DataSpec, folder: Path) -> DataSpec:
    """The same data with the path of an `.npz` made absolute; relative ones are relative to `folder`."""
    return spec if spec.path is None else replace(spec, path=str((folder / spec.path).resolve()))


def fingerprint(spec: DataSpec) -> str:
    """The SHA-256 of the data's files, as hexadecimal digits: for an `.npz` that of the file, as `sha256sum` prints it.

    A data set of `keras.datasets` that is not there yet is downloaded.

    Raises:
        DataError: the data cannot be had, or the bundled file is damaged.
    """
    return source_of(spec).fingerprint()


def load_dataset(spec: DataSpec) -> Dataset:
    """The data set, checked.

    Raises:
        DataError: a file is missing or damaged, or its arrays are not what they must be; the message names the array.
    """
    return source_of(spec).load()


def validation_examples(spec: DataSpec) -> int:
    """How many examples the validation set has.

    Raises:
        DataError: the data cannot be had.
    """
    return source_of(spec).test_examples() if spec.holdout is None else spec.holdout
