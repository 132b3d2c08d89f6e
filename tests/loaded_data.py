"""What data are, as a text that can be compared: for processes of their own."""

from __future__ import annotations

import hashlib

from actsearch.core.experiment import DataSpec
from actsearch.data.dataset import Dataset
from actsearch.data.sources import load_dataset


def digest_of_data(dataset: Dataset) -> str:
    arrays = (dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test)
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def fingerprint_and_digest(spec: DataSpec) -> tuple[str, str]:
    return spec.source.fingerprint(), digest_of_data(load_dataset(spec))
