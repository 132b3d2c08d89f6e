"""Dead units and sparsity."""

from __future__ import annotations

from explained_candidates import found, the
from fake_diagnostics import diagnostics, trial


def test_dead_units_are_told_with_their_course() -> None:
    """When they died says what killed them."""
    dying = diagnostics(dead=lambda layer, epoch: 0.0 if layer < 2 else min(0.4, 0.15 * epoch))
    text = the("dead", trial(dying)).text
    assert text == (
        "40 % of dense_1's units are dead in epoch 4, 0 % untrained; half of them by epoch 2;"
        " no sign that any came back"
    )
    back = diagnostics(dead=lambda layer, epoch: 0.0 if layer else [0.1, 0.5, 0.3, 0.2, 0.2][epoch])
    text = the("dead", trial(back)).text
    assert (
        text
        == "20 % of conv_1's channels are dead in epoch 4, 10 % untrained; it was 50 % in epoch 1, so some came back"
    )
    assert not found("dead", trial(diagnostics(dead=0.04)))


def test_sparsity_without_death_is_called_healthy_and_with_it_is_not() -> None:
    """Zeros are what ReLU is liked for; units that are always zero are not."""
    sparse = diagnostics(zeros=lambda layer, _: 0.4 + 0.1 * layer, dead=0.01)
    text = the("sparsity", trial(sparse)).text
    assert text.startswith("40 % (conv_1) to 60 % (dense_1) of a layer's activations are 0 in epoch 4")
    assert text.endswith("while at most 1 % of a layer's units are dead: the healthy kind")
    assert "healthy" not in the("sparsity", trial(diagnostics(zeros=0.6, dead=0.5))).text
