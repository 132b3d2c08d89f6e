"""What is known of the data sets with names is what they are."""

from __future__ import annotations

from actsearch.core.source import KnownSizes
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NAMED_SETS


def test_mnist_is_as_the_table_says(mnist: Dataset) -> None:
    """Sizes are checked against the table before anything is loaded: `validate` would refuse what trains."""
    assert NAMED_SETS["mnist"].sizes == KnownSizes(len(mnist.y_train), len(mnist.y_test), mnist.classes)
