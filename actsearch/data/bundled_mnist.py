"""MNIST, which comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from actsearch.core.errors import DataError
from actsearch.data.file_hashes import file_sha256
from actsearch.data.npz_files import read_npz

if TYPE_CHECKING:
    import numpy as np

MNIST_FILE = Path(__file__).with_name("mnist.npz")
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"


class BundledMnist:
    """The file in the package."""

    @property
    def place(self) -> str:
        return str(MNIST_FILE)

    def fingerprint(self) -> str:
        digest = file_sha256(MNIST_FILE)
        if digest != MNIST_SHA256:
            raise DataError(f"{MNIST_FILE}: the bundled MNIST file is damaged; install actsearch again")
        return digest

    def load(self) -> dict[str, np.ndarray]:
        return read_npz(MNIST_FILE)
