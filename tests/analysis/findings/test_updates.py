"""Updates that are very small or very large."""

from __future__ import annotations

from explained_candidates import the
from fake_diagnostics import diagnostics, trial

from actsearch.core.trial_results import TrialResult


def test_updates_that_are_tiny_or_huge_are_told() -> None:
    """A layer that hardly moves learns nothing; one that is thrown about forgets."""
    still = diagnostics(update_ratio_kernel=lambda layer, epoch: (1e-5 if layer == 0 else 0.1) if epoch else None)
    assert the("updates", trial(still)).text == (
        "the weights of conv_1 hardly move: an epoch changes them by 0.001 % of their norm (median over epochs 1-4)"
    )
    wild = diagnostics(update_ratio_kernel=lambda layer, epoch: (3.2 / epoch if layer else 0.1) if epoch else None)
    assert "one epoch changes conv_2's weights by 3.2 times their norm (epoch 1)" in the("updates", trial(wild)).text


def test_the_epoch_of_a_peak_is_that_of_its_number() -> None:
    """Seeds peak in different epochs; the median of their peaks is of none."""

    def seeds(quantity: str, *courses: list[float | None]) -> list[TrialResult]:
        probed = [diagnostics(epochs=3, **{quantity: lambda layer, e, c=c: c[e] if layer == 1 else 0.01 * (e > 0)})
                  for c in courses]  # fmt: skip
        return [trial(one, seed) for seed, one in enumerate(probed)]

    courses = [None, 0.9, 0.2, 0.0], [None, 0.1, 0.3, 0.0], [None, 0.0, 0.4, 0.8]
    clipped = the("clipping", *seeds("clipped_kernel", *courses))
    assert "changed 30 % (20 % to 40 %) of the components" in clipped.text
    assert clipped.text.endswith("in epoch 2, 0 % (0 % to 80 %) in epoch 3")
    assert (clipped.value, clipped.low, clipped.high) == (0.3, 0.2, 0.4)
    courses = [None, 9, 2, 0.1], [None, 0.1, 3, 0.1], [None, 0.1, 4, 8]
    wild = the("updates", *seeds("update_ratio_kernel", *courses))
    assert wild.text == "one epoch changes conv_2's weights by 3 (2 to 4) times their norm (epoch 2)"
    courses = [None, 9, 0.1, 0.1], [None, 0.1, 7, 0.1], [None, 0.1, 0.1, 8]
    apart = the("updates", *seeds("update_ratio_kernel", *courses))
    assert "8 (7 to 9) times their norm (another one from seed to seed)" in apart.text


def test_other_layers_with_large_updates_may_have_them_in_another_epoch() -> None:
    """`So it does` would be of the same epoch."""
    wild = diagnostics(update_ratio_kernel=lambda layer, epoch: [9.0, 5.0, 0.1][layer] if epoch == 1 + layer else 0.1)
    text = the("updates", trial(wild)).text
    assert text == "one epoch changes conv_1's weights by 9 times their norm (epoch 1); so does some epoch in conv_2"
