"""The hidden layers of a model: none may be missed."""

from __future__ import annotations

import pytest

from actsearch.core.activation import Activation
from actsearch.core.architecture import Head
from actsearch.networks.hidden_layers import find_hidden_layers
from actsearch.networks.kinds.cnn import Cnn

pytestmark = pytest.mark.xdist_group("tensorflow")


def test_the_networks_of_an_experiment_are_understood() -> None:
    """Function and normalisation are layers of their own there; no layer may be missed for that."""
    setting = Cnn((4, 5), 3, (6,), (0.25, 0.5), "glorot_uniform", "dropout", True)
    found, left_out = find_hidden_layers(setting.build(Activation("elu"), (8, 8, 1), Head(3, "softmax"), seed=0))
    where = [(hidden.name, hidden.where.name, len(hidden.kernels)) for hidden in found]
    assert where == [(name, f"{name}_activation", 1) for name in ("conv_1", "conv_2", "dense_1")]
    assert not left_out
