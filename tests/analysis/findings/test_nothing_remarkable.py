"""A network of which nothing is remarkable is said to be one."""

from __future__ import annotations

from explained_candidates import explained, the
from fake_diagnostics import candidate, diagnostics, trial


def test_a_healthy_network_is_said_to_be_one() -> None:
    """Somebody who looks for a cause learns that it is not here."""
    (finding,) = explained(candidate("relu", trial(diagnostics(mean=0.3))))
    assert finding.kind == "nothing"
    assert "in conv_1 0.71 times dense_1's from the untrained network to epoch 3" in finding.text


def test_what_has_no_value_is_not_within_limits() -> None:
    """Nothing seen is not the same as nothing wrong."""
    null = dict.fromkeys(("gradient_norm_kernel", "update_ratio_kernel", "dead", "saturated", "mean", "variance"))
    assert the("nothing", trial(diagnostics(**null))).text == (
        "nothing is known of its layers: gradients, updates, saturation and dead units have no value in any epoch"
    )
    del null["dead"]
    assert the("nothing", trial(diagnostics(**null))).text.endswith(": dead units are within ordinary limits")
