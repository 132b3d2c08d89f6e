"""Saturated pre-activations."""

from __future__ import annotations

from explained_candidates import found, the
from fake_diagnostics import diagnostics, trial


def test_saturation_does_not_count_the_zeros_of_relu() -> None:
    """Half of an untrained ReLU network is on its flat side, as it should be."""
    assert not found("saturation", trial(diagnostics(saturated=0.6, zeros=0.5)))
    flat = diagnostics(saturated=lambda layer, epoch: 0.2 * epoch if layer == 1 else 0.0)
    assert (
        "80 % of conv_2's pre-activations are saturated in epoch 4, 0 % untrained"
        in the("saturation", trial(flat)).text
    )
