"""`predictions.npz`: the predicted classes beside the labels, or the scores of the examples, of a trained network."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from actsearch.core.trial_results import ExampleScores

if TYPE_CHECKING:
    import numpy as np


def predictions_to_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


class ScoresReader:
    """Reads the scores of examples; decodes no more than is asked for.

    The scores of a metric stand in `<split>_<metric>_<epoch>`. Where a file has classes instead, an example's score is
    whether `<split>_y_<epoch>` is `<split>_y_true`.

    Args:
        asked: by `measures.scores_key`, such as `accuracy test_last`.
    """

    def __init__(self, asked: Collection[str]) -> None:
        self._asked = tuple(asked)
        self._labels: dict[str, np.ndarray] = {}
        """The labels that were read, by what tells them apart."""

    def read(self, content: bytes) -> dict[str, ExampleScores]:
        """Of a `predictions.npz`; raises ValueError or KeyError if it is not one."""
        scores = {}
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            for key in self._asked:
                metric, _, place = key.partition(" ")
                split, _, which = place.partition("_")
                if f"{split}_{metric}_{which}.npy" in names:
                    of = f"{archive.getinfo(f'{split}_index.npy').CRC:08x}"
                    values = _npy_array(archive.read(f"{split}_{metric}_{which}.npy"))
                    scores[key] = ExampleScores.of_array(values, of)
                elif f"{split}_y_{which}.npy" in names:
                    scores[key] = self._right_or_wrong(archive, split, which)
        return scores

    def _right_or_wrong(self, archive: zipfile.ZipFile, split: str, which: str) -> ExampleScores:
        predicted, labels, index = (f"{split}_{part}.npy" for part in (f"y_{which}", "y_true", "index"))
        of = f"{archive.getinfo(index).CRC:08x}{archive.getinfo(labels).CRC:08x}"
        if of not in self._labels:
            self._labels[of] = _npy_array(archive.read(labels))
        return ExampleScores.of_array(_npy_array(archive.read(predicted)) == self._labels[of], of)


def _npy_array(content: bytes) -> np.ndarray:
    """The array of an `.npy` file."""
    import numpy as np

    array: np.ndarray = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return array
