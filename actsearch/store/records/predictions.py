"""`predictions.npz`: the class numbers that a trained network predicts, beside the labels."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from actsearch.core.trial_results import Correct

if TYPE_CHECKING:
    import numpy as np


def predictions_to_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


class CorrectReader:
    """Reads which examples trials classified right; decodes no more than is asked for.

    Args:
        asked: by split and epoch, such as `test_last`.
    """

    def __init__(self, asked: Collection[str]) -> None:
        self._asked = [key.rpartition("_") for key in asked]
        self._labels: dict[str, np.ndarray] = {}
        """The labels that were read, by what tells them apart."""

    def read(self, content: bytes) -> dict[str, Correct]:
        """Of a `predictions.npz`; raises ValueError or KeyError if it is not one."""
        import numpy as np

        correct = {}
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            for split, _, which in self._asked:
                predicted, labels, index = (f"{split}_{part}.npy" for part in (f"y_{which}", "y_true", "index"))
                if predicted not in names:
                    continue
                of = f"{archive.getinfo(index).CRC:08x}{archive.getinfo(labels).CRC:08x}"
                if of not in self._labels:
                    self._labels[of] = _npy_array(archive.read(labels))
                right = _npy_array(archive.read(predicted)) == self._labels[of]
                correct[f"{split}_{which}"] = Correct(len(right), of, np.packbits(right).tobytes())
        return correct


def _npy_array(content: bytes) -> np.ndarray:
    """The array of an `.npy` file."""
    import numpy as np

    array: np.ndarray = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return array
