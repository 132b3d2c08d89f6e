"""Gradients that vanish, explode or reach nothing, and a loss on its plateau."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from explained_candidates import STUCK, explained, found, the
from fake_diagnostics import candidate, diagnostics, trial

from actsearch.core.diagnostics import TrialDiagnostics


def vanishing(ratio: float) -> TrialDiagnostics:
    return diagnostics(gradient_norm_kernel=lambda layer, _: [ratio, math.sqrt(ratio), 1.0][layer])


def test_a_vanishing_gradient_is_joined_to_the_plateau_of_the_loss() -> None:
    """The article's sigmoid: both are seen in the same epochs."""
    finding = the("vanishing", trial(vanishing(1 / 210), **STUCK), name="sigmoid")
    assert finding.text.startswith(
        "gradient in conv_1 is 1/210 of dense_1's during epochs 1-3,"
        " while the validation loss stays on its plateau of 0.325 (accuracy 0.11)"
    )
    assert (finding.layers, finding.epochs) == (("conv_1", "dense_1"), (1, 3))
    assert finding.value == pytest.approx(1 / 210)
    assert finding.files == ("trials/t-seed0/diagnostics.json",)


def test_seeds_are_told_as_median_and_range() -> None:
    """One seed's number is not the candidate's."""
    trials = [trial(vanishing(ratio), seed) for seed, ratio in enumerate((1 / 100, 1 / 200, 1 / 400))]
    finding = the("vanishing", *trials)
    assert "is 1/200 (1/400 to 1/100) of dense_1's" in finding.text
    assert len(finding.files) == 3


@pytest.mark.parametrize(("ratio", "kinds"), [(0.11, set()), (0.09, {"vanishing"}), (9, set()), (11, {"exploding"})])
def test_gradients_of_layers_may_differ_by_less_than_ten(ratio: float, kinds: set[str]) -> None:
    """Networks that train well have such differences, too."""
    told = {finding.kind for finding in explained(candidate("relu", trial(vanishing(ratio))))}
    assert told & {"vanishing", "exploding"} == kinds


def test_a_first_layer_without_any_gradient_is_no_division_by_zero() -> None:
    """Nothing of it learns, which is the worst case of vanishing."""
    assert the("vanishing", trial(vanishing(0.0))).text.startswith("no gradient reaches conv_1")
    gone = diagnostics(gradient_norm_kernel=lambda _, epoch: 0.1 if epoch < 2 else 0.0)
    assert the("no gradient", trial(gone)).text == "no gradient reaches the weights of any hidden layer from epoch 2 on"


def silent(norm: float = 0.0) -> TrialDiagnostics:
    return diagnostics(gradient_norm_kernel=lambda _, epoch: norm if epoch else 0.1)


def test_a_seed_that_learns_is_not_counted_among_those_that_do_not() -> None:
    """The median of three hides the one that works."""
    stuck = {"losses": [2.3] * 4, "accuracies": [0.1] * 4}
    mixed = [trial(silent(), 0, **stuck), trial(silent(), 1, **stuck), trial(silent(0.1), 2)]
    assert the("no gradient", *mixed).text == (
        "no gradient reaches the weights of any hidden layer of 2 of 3 seeds from epoch 1 on"
    )
    assert the("plateau", *mixed).text == (
        "the validation loss of 2 of 3 seeds stays on its plateau of 2.3 (accuracy 0.10) in epochs 1-4"
    )
    assert "of any hidden layer from epoch 1 on" in the("no gradient", mixed[0]).text
    guessing = trial(silent(), 2, losses=[2.3] * 4, accuracies=[0.1, 0.06, 0.14, 0.1])
    assert the("plateau", *mixed[:2], guessing).text.startswith("the validation loss stays on its plateau of 2.3")


@pytest.mark.parametrize("learned", [{"accuracy": [0.99] * 4}, {"loss": [0.0] * 4}])
def test_no_gradient_is_no_trouble_where_nothing_is_left_to_learn(learned: dict[str, list[float]]) -> None:
    """It is where a training should end."""
    one = trial(silent())
    assert found("no gradient", replace(one, history={**one.history, "accuracy": [0.98] * 4}))
    assert not found("no gradient", replace(one, history={**one.history, **learned}))


def test_epochs_are_those_looked_at() -> None:
    """With `every: 10` nobody knows what was in between."""
    rarely = diagnostics(epochs=20, every=10, gradient_norm_kernel=lambda layer, _: 1.0 if layer else 1e-3)
    stuck = {"losses": [2.3] * 12 + [1.0] * 8, "accuracies": [0.1] * 12 + [0.7] * 8}
    finding = the("vanishing", trial(rarely, **stuck))
    assert "dense_1's in epoch 10, while the validation loss stays on its plateau of 2.3" in finding.text
    assert "(accuracy 0.10) in epochs 1-12; in epoch 20" in finding.text
    assert finding.epochs == (10, 10)
    often = diagnostics(epochs=20, every=5, gradient_norm_kernel=lambda layer, _: 1.0 if layer else 1e-3)
    assert "dense_1's during epochs 5-10, while" in the("vanishing", trial(often, **stuck)).text
    selu = diagnostics(epochs=20, every=10)
    assert "domain in the epochs looked at (10-20)" in the("normalisation", trial(selu), name="selu").text
    leaving = diagnostics(epochs=20, every=10, variance=lambda _, epoch: 2.0 if epoch else 1.0)
    assert "leaves SELU's domain by epoch 10" in the("normalisation", trial(leaving), name="selu").text


def test_a_gradient_that_grows_by_far_is_told_with_its_peak() -> None:
    """It is what comes before a divergence, and sometimes instead of one."""
    grown = diagnostics(gradient_norm_kernel=lambda layer, epoch: (1 + layer) * (300.0 if epoch == 2 else 1.0))
    finding = the("exploding", trial(grown))
    assert finding.text.endswith("grows to 300 times that of the untrained network (300 in epoch 2)")
    assert finding.epochs == (0, 2)


def test_a_plateau_without_vanishing_is_told_alone() -> None:
    """There is another reason then, and the reader should not miss the plateau."""
    finding = the("plateau", trial(diagnostics(), **STUCK))
    assert finding.text.endswith("plateau of 0.325 (accuracy 0.11) in epochs 1-3")
    assert finding.files == ("trials/t-seed0/history.json",)


def test_a_loss_that_falls_onto_its_plateau_is_on_it_from_there_on() -> None:
    """The first epoch may begin far above what a network reaches that only guesses."""
    falling = {"losses": [2.54, 2.31, 2.3, 2.3], "accuracies": [0.13, 0.13, 0.11, 0.1]}
    assert the("plateau", trial(diagnostics(), **falling)).text.endswith("2.3 (accuracy 0.10) in epochs 2-4")


@pytest.mark.parametrize(
    ("losses", "accuracies"),
    [([0.05] * 4, [0.98] * 4), ([2.3, 2.1, 1.9, 1.7], [0.1] * 4), ([1.0], [0.1]), ([2.3] * 4, [0.1, 0.2, 0.3, 0.4])],
    ids=["all learned", "loss falls", "one epoch", "accuracy rises"],
)
def test_what_moves_or_has_arrived_is_no_plateau(losses: list[float], accuracies: list[float]) -> None:
    """A network that has learned all in its first epoch does not move either."""
    assert not found("plateau", trial(diagnostics(), losses=losses, accuracies=accuracies))
