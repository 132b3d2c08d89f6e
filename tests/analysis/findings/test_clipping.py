"""What clipping changed."""

from __future__ import annotations

from dataclasses import replace

from explained_candidates import found, the
from fake_diagnostics import diagnostics, trial


def test_clipping_that_never_took_effect_is_told_and_that_which_is_not_set_is_not() -> None:
    """With the article's settings it never does, which nobody sees without this."""
    never = diagnostics(clipped_kernel=lambda _, epoch: 0.0 if epoch else None)
    text = the("clipping", trial(replace(never, clipping={"clipvalue": 0.5}))).text
    assert text == (
        "clipvalue 0.5 never took effect in the hidden layers: it changed no component of their gradients in epochs 1-4"
    )
    for epochs, seen in ((10, "the epochs looked at (5-10)"), (5, "the only epoch looked at (5)")):
        rarely = diagnostics(epochs=epochs, every=5, clipped_kernel=lambda _, epoch: 0.0 if epoch else None)
        assert the("clipping", trial(rarely)).text.endswith(f"gradients in {seen}")
    some = diagnostics(clipped_bias=lambda layer, epoch: (0.03 / epoch if layer == 1 else 0.0) if epoch else None)
    assert the("clipping", trial(some)).text == (
        "clipping changed 3 % of the components of the gradient by conv_2's biases in epoch 1, 0.75 % in epoch 4"
    )
    assert not found("clipping", trial(diagnostics()))


def test_clipping_in_one_seed_alone_is_not_never() -> None:
    """The median of three would be 0."""
    some = diagnostics(clipped_kernel=lambda _, epoch: 0.01 if epoch else None)
    none = diagnostics(clipped_kernel=lambda _, epoch: 0.0 if epoch else None)
    assert "never" not in the("clipping", trial(none), trial(none, 1), trial(some, 2)).text
