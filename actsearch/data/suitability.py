"""Whether networks can take a data set."""

from __future__ import annotations

from collections.abc import Sequence

from actsearch.core.experiment import Candidate
from actsearch.data.dataset import Dataset


def check_networks(dataset: Dataset, candidates: Sequence[Candidate]) -> None:
    """That each candidate's network can take the data.

    Raises:
        UnsuitableSetting: one of them cannot, such as convolutions on vectors.
    """
    for candidate in candidates:
        candidate.model.check(dataset.input_shape)
