"""What activations learn."""

from __future__ import annotations

from dataclasses import replace

from explained_candidates import found, the
from fake_diagnostics import diagnostics, trial


def test_learned_parameters_are_told_from_where_to_where() -> None:
    """Whether it was worth learning them."""
    learned = diagnostics(alpha=lambda layer, epoch: 0.25 + 0.05 * (layer - 1) * epoch)
    assert the("parameters", trial(learned), name="prelu").text == (
        "learned alpha went from 0.25 to 0.05 (conv_1) to 0.45 (dense_1) in epoch 4;"
        " single channels or units reach from -0.05 to 0.55"
    )


def test_one_value_of_a_parameter_reaches_from_nowhere_to_nowhere() -> None:
    """A layer may share it over all of its units; and before any training nothing was learned."""
    values = {"mean": [0.1, 0.2, 0.3, 0.4, 0.5], "min": [0.1, 0.2, 0.3, 0.4, 0.5 - 1e-8]}
    probed = diagnostics(["dense_1"])
    layers = {
        layer: {**rows, "parameters": {"a": {**values, "max": values["mean"]}}} for layer, rows in probed.layers.items()
    }
    shared = replace(probed, layers=layers)
    assert the("parameters", trial(shared)).text == "learned a went from 0.1 to 0.5 in epoch 4"
    assert not found("parameters", trial(diagnostics(epochs=0, a=0.1), losses=[None], status="diverged"))
