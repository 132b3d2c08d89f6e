"""Whether networks can take a data set."""

from __future__ import annotations

from collections.abc import Sequence

from actsearch.core.errors import UnsuitableSetting
from actsearch.core.experiment import Candidate, Cnn
from actsearch.data.dataset import Dataset


def check_networks(dataset: Dataset, candidates: Sequence[Candidate]) -> None:
    """That each candidate's network can take the data.

    Raises:
        UnsuitableSetting: convolutions on vectors, or images too small for them.
    """
    for model in (candidate.model for candidate in candidates):
        if not isinstance(model, Cnn):
            continue
        if len(dataset.input_shape) != 3:
            raise UnsuitableSetting(
                "model.kind",
                f"a cnn needs images, and these data are vectors of {dataset.input_shape[0]} features",
                "write kind: mlp",
            )
        # Each "valid" convolution takes kernel_size - 1 off; the pooling needs 2 x 2.
        smallest = len(model.filters) * (model.kernel_size - 1) + 2
        height, width, _ = dataset.input_shape
        if min(height, width) < smallest:
            raise UnsuitableSetting(
                "model.kernel_size",
                f"{len(model.filters)} convolutions of {model.kernel_size} x {model.kernel_size} and a pooling need"
                f" images of at least {smallest} x {smallest}, and these are {height} x {width}",
                "write a smaller kernel_size, fewer filters, or kind: mlp",
            )
