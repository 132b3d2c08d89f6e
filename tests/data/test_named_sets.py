"""What is known of the data sets with names is what they are."""

from __future__ import annotations

from actsearch.data.dataset import Dataset
from actsearch.data.named_sets import NAMED_SETS, NamedSet


def test_mnist_is_as_the_table_says(mnist: Dataset) -> None:
    """Sizes are checked against the table before anything is loaded: `validate` would refuse what trains."""
    assert NAMED_SETS["mnist"] == NamedSet(len(mnist.y_train), len(mnist.y_test), mnist.classes)
