"""The arithmetic of a network: an estimate that forgets a part of it is off by a factor."""

from __future__ import annotations

from actsearch.core.experiment import Cnn, Mlp
from actsearch.study import network_arithmetic


def test_the_arithmetic_of_a_network_is_that_of_its_products() -> None:
    """An estimate that forgets the convolutions is off by a factor of ten."""
    mlp = Mlp((16,), 0.0, "glorot_uniform", "dropout", False)
    assert network_arithmetic.forward_flops(mlp, (784,), 10) == 2 * (784 * 16 + 16 * 10)
    cnn = Cnn((2, 3), 3, (5,), (0.0, 0.0), "glorot_uniform", "dropout", False)
    convolutions = 26 * 26 * 2 * 9 + 24 * 24 * 3 * 9 * 2
    assert network_arithmetic.forward_flops(cnn, (28, 28, 1), 10) == 2 * (convolutions + 12 * 12 * 3 * 5 + 5 * 10)
