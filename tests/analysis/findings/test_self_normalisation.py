"""SELU's domain."""

from __future__ import annotations

from explained_candidates import explained, the
from fake_diagnostics import candidate, diagnostics, layer_names, trial


def test_self_normalisation_is_told_from_the_first_layer_to_the_last() -> None:
    """Layer by layer is what the theorem is about."""
    text = the("normalisation", trial(diagnostics()), name="selu").text
    assert text.startswith("mean and variance of all 3 layers stay in SELU's domain to epoch 4")
    leaving = diagnostics(variance=lambda layer, epoch: 1.0 - 0.1 * layer * epoch)
    text = the("normalisation", trial(leaving), name="selu").text
    assert text.startswith("dense_1 leaves SELU's domain in epoch 2 (mean 0.024, variance 0.6)")
    wrong = diagnostics(layer_names(8), variance=lambda layer, _: 0.5**layer)
    text = the("normalisation", trial(wrong), name="selu").text
    assert text.startswith("dense_2 is outside of SELU's domain when untrained already (mean 0.01, variance 0.5)")
    assert "the variance goes from 1 in dense_1 to 0.00781 in dense_8" in text


def test_normalisation_is_of_interest_beside_selu_or_where_it_holds() -> None:
    """Nobody asks it of a sigmoid alone; beside SELU it is the comparison."""
    outside = candidate("sigmoid", trial(diagnostics(mean=0.5)))
    assert not [finding for finding in explained(outside) if finding.kind == "normalisation"]
    both = explained(outside, candidate("selu", trial(diagnostics())))
    assert [finding.text for finding in both if finding.kind == "normalisation"] == [
        "the variance of the activations goes from 1 in conv_1 to 1.04 in dense_1 untrained, and from 1 to 1.04 in"
        " epoch 4"
    ]
