"""The table of the kinds of source, and loading: what a source reads is checked and prepared here, and nowhere else.

NumPy is loaded with data, Keras only to fetch a data set of `keras.datasets`; the table and a fingerprint need neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from actsearch.core.errors import DataError
from actsearch.core.experiment import DataSpec
from actsearch.core.source import Source
from actsearch.core.tasks import MULTICLASS, Task
from actsearch.data.array_checks import checked_dataset
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedData
from actsearch.data.kinds.npz import NpzData
from actsearch.data.npz_files import ARRAYS
from actsearch.data.preparation import prepared_inputs
from actsearch.data.source_keys import SourceKeys

if TYPE_CHECKING:
    import numpy as np

SOURCES: Mapping[str, type[SourceKeys]] = {"name": NamedData, "npz": NpzData}
"""By the key of the section `data` that tells them. The first one is meant where none is there: its keys have defaults.
"""


def load_dataset(spec: DataSpec, task: Task = MULTICLASS) -> Dataset:
    """The data set, checked for what is to be learned, and prepared where its source prepares it.

    Raises:
        DataError: a file is missing or damaged, or its arrays are not what they must be; the message names the array.
        UnsuitableSetting: the preparation is to be fitted on more examples than there are.
    """
    source, target = spec.source, task.as_learned.target
    dataset = checked_dataset(_arrays_of(source), source.place, target)
    if source.preparation.identity() is None:
        return dataset
    x_train, x_test = prepared_inputs(dataset, spec)
    arrays = {"x_train": x_train, "y_train": dataset.y_train, "x_test": x_test, "y_test": dataset.y_test}
    return checked_dataset(arrays, f"{source.place}, prepared", target)


def _arrays_of(source: Source) -> dict[str, np.ndarray]:
    """The arrays by name."""
    import numpy as np

    try:
        loaded = source.load()
    except OSError as error:
        raise DataError(f"{source.place}: cannot be read ({error.strerror or error})") from error
    given = dict(loaded) if isinstance(loaded, Mapping) else {}
    for name in ARRAYS:
        if not isinstance(given.get(name), np.ndarray):
            what = f"a {type(given[name]).__name__}" if name in given else "nothing"
            raise DataError(f"{source.place}: load() gives {what} as {name}; give a NumPy array")
    return given


def fingerprint_of(source: Source) -> str:
    """The source's fingerprint, checked. Raises DataError."""
    fingerprint = source.fingerprint()
    if not (isinstance(fingerprint, str) and re.fullmatch("[0-9a-f]{64}", fingerprint)):
        raise DataError(f"{source.place}: fingerprint() gives {fingerprint!r}; give a SHA-256 as 64 hexadecimal digits")
    return fingerprint


def validation_examples(spec: DataSpec) -> int:
    """How many examples the validation set has.

    Raises:
        DataError: the data cannot be had.
    """
    return spec.source.test_examples() if spec.holdout is None else spec.holdout
