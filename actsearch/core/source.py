"""Where data come from, as a value: what an experiment file's `data` comes to. Knows neither NumPy nor Keras.

The kinds of source are the members of a table, `data.sources`; each is a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class KnownSizes:
    """How many examples a data set has, and of how many classes."""

    training_examples: int
    test_examples: int
    classes: int | None
    """None: its targets are no classes."""


class Preparation(Protocol):
    """What is done to the inputs before anything is trained: a frozen value that knows no data yet."""

    def identity(self) -> Mapping[str, Any] | None:
        """All that says what it does, as plain values; part of a trial's identity. None: it does nothing.

        What it learns of the data is no part of it: the data's fingerprint and their division are in the identity.
        """

    def fitted(self, x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """What is done to inputs, after a look at the examples that are trained on, and at no others.

        It is given the inputs of the training set and of the test set, and returns as many examples of one type,
        uint8 (which is scaled to [0, 1] in the batches) or floating-point numbers (which are taken as they are).
        The same examples give the same function, in whichever process.

        Args:
            x: the inputs that are trained on, as a checked `Dataset` has them.
            y: their targets.
        """


class Source(Protocol):
    """Data, wherever they come from. A frozen dataclass in a module that can be imported by name: it goes to worker
    processes, which load the data themselves.

    What it raises, unless said otherwise, is a DataError that names the place and what to do: the data cannot be had.
    """

    @property
    def name(self) -> str:
        """For people, and for `trial.json`."""

    @property
    def place(self) -> str:
        """What a message about the data begins with: the path of a file, or the name."""

    @property
    def preparation(self) -> Preparation:
        """What is done to the inputs, fitted on the examples that are trained on; `AsTheyAre`: nothing."""

    def located(self, folder: Path) -> Source:
        """The same source with every path made absolute; relative ones are relative to `folder`."""

    def known_sizes(self) -> KnownSizes | None:
        """What is known without loading anything, so that `validate` can check the division; None: nothing."""

    def check(self, folder: Path) -> None:
        """That what can be seen without loading anything is as it must be, such as that a file is there.

        Args:
            folder: where relative paths start.

        Raises:
            UnsuitableSetting: it is not, with the key to change.
        """

    def fingerprint(self) -> str:
        """A SHA-256 as 64 hexadecimal digits, the same for the same data wherever they lie, and another one for others.

        It stands for the data in the identity of a trial. What is not there yet is downloaded.
        """

    def load(self) -> Mapping[str, np.ndarray]:
        """The arrays `x_train`, `y_train`, `x_test` and `y_test`, the same each time. They are checked afterwards."""

    def test_examples(self) -> int:
        """How many examples the test set has."""
