"""Trials that diverged, and what was seen before."""

from __future__ import annotations

from explained_candidates import explained, the
from fake_diagnostics import candidate, diagnostics, trial


def test_a_divergence_is_told_with_what_was_seen_before_it() -> None:
    """The diverged epoch itself holds nothing but null."""
    norms = diagnostics(
        epochs=3, gradient_norm_kernel=lambda layer, epoch: [0.5, 50, 5e3, None][epoch] if layer else 0.1
    )
    gone = trial(norms, 1, "diverged", losses=[1.0, 2.0, None], accuracies=[0.1, 0.1, None])
    finding = the("diverged", trial(diagnostics()), gone)
    assert finding.text == (
        "the loss of 1 of 2 seeds diverged in epoch 3; before it, the gradient norm of conv_2 was 5e+03"
        " (0.5 untrained); the epoch before it changed dense_1's weights by 12 % of their norm"
    )
    assert finding.files == ("trials/t-seed1/diagnostics.json",)
    at_once = trial(diagnostics(epochs=1), 0, "diverged", losses=[None], accuracies=[None])
    assert "in epoch 1; before it, the gradient norm of dense_1 was 0.7" in the("diverged", at_once).text


def test_the_last_look_before_a_divergence_may_be_epochs_ago() -> None:
    """With `every: 5`, the epoch before it was not looked at."""
    rarely = diagnostics(epochs=10, every=5, update_ratio_kernel=lambda _, epoch: 0.3 if epoch else None)
    text = the("diverged", trial(rarely, status="diverged")).text
    assert "; before it, in epoch 5, the gradient norm of dense_1 was " in text
    assert text.endswith(
        "; the last epoch looked at before it (epoch 5) changed conv_1's weights by 30 % of their norm"
    )


def test_the_diverged_epoch_is_no_news_of_units() -> None:
    """Finite but huge weights leave every unit dead and saturated."""
    huge = diagnostics(
        epochs=3, **{what: lambda _, epoch: float(epoch == 3) for what in ("dead", "zeros", "saturated")}
    )
    kinds = {finding.kind for finding in explained(candidate("elu", trial(huge, status="diverged")))}
    assert not kinds & {"dead", "sparsity", "saturation"}
    at_once = trial(diagnostics(epochs=1, dead=0.1, saturated=0.5), status="diverged")
    assert the("dead", at_once).text == "10 % of conv_1's channels are dead in the untrained network" + (
        " (conv_2 10 % and dense_1 10 %)"
    )
    assert "are saturated in the untrained network (" in the("saturation", at_once).text
