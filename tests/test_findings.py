"""What is said of diagnostics: the right thing where it is so, and nothing where it is not."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from fake_diagnostics import candidate, diagnostics, experiment, layer_names, trial

from actsearch import findings, readings
from actsearch.errors import NoDiagnostics, NothingToShow
from actsearch.findings import Finding
from actsearch.readings import Spread
from actsearch.results import CandidateResult, Diagnostics, TrialResult

STUCK = {"losses": [0.325, 0.3251, 0.3249, 0.07], "accuracies": [0.11, 0.11, 0.11, 0.95]}


def explained(*candidates: CandidateResult) -> list[Finding]:
    """The findings on the first candidate."""
    told = {one.candidate.label: one.findings for one in findings.explain(experiment(*candidates)).candidates}
    return list(told[candidates[0].label])


def found(kind: str, *trials: TrialResult, name: str = "relu", **setting: Any) -> list[Finding]:
    return [finding for finding in explained(candidate(name, *trials, **setting)) if finding.kind == kind]


def the(kind: str, *trials: TrialResult, **how: Any) -> Finding:
    (finding,) = found(kind, *trials, **how)
    return finding


def vanishing(ratio: float) -> Diagnostics:
    return diagnostics(gradient_norm_kernel=lambda layer, _: [ratio, math.sqrt(ratio), 1.0][layer])


def test_a_healthy_network_is_said_to_be_one() -> None:
    """Somebody who looks for a cause learns that it is not here."""
    (finding,) = explained(candidate("relu", trial(diagnostics(mean=0.3))))
    assert finding.kind == "nothing"
    assert "in conv_1 0.71 times dense_1's from the untrained network to epoch 3" in finding.text


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


def test_a_gradient_that_grows_by_far_is_told_with_its_peak() -> None:
    """It is what comes before a divergence, and sometimes instead of one."""
    grown = diagnostics(gradient_norm_kernel=lambda layer, epoch: (1 + layer) * (300.0 if epoch == 2 else 1.0))
    finding = the("exploding", trial(grown))
    assert finding.text.endswith("grows to 300 times that of the untrained network (300 in epoch 2)")
    assert finding.epochs == (0, 2)


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


def test_saturation_does_not_count_the_zeros_of_relu() -> None:
    """Half of an untrained ReLU network is on its flat side, as it should be."""
    assert not found("saturation", trial(diagnostics(saturated=0.6, zeros=0.5)))
    flat = diagnostics(saturated=lambda layer, epoch: 0.2 * epoch if layer == 1 else 0.0)
    assert (
        "80 % of conv_2's pre-activations are saturated in epoch 4, 0 % untrained"
        in the("saturation", trial(flat)).text
    )


def test_updates_that_are_tiny_or_huge_are_told() -> None:
    """A layer that hardly moves learns nothing; one that is thrown about forgets."""
    still = diagnostics(update_ratio_kernel=lambda layer, epoch: (1e-5 if layer == 0 else 0.1) if epoch else None)
    assert the("updates", trial(still)).text == (
        "the weights of conv_1 hardly move: an epoch changes them by 0.001 % of their norm (median over epochs 1-4)"
    )
    wild = diagnostics(update_ratio_kernel=lambda layer, epoch: (3.2 / epoch if layer else 0.1) if epoch else None)
    assert "one epoch changes conv_2's weights by 3.2 times their norm (epoch 1)" in the("updates", trial(wild)).text


def test_clipping_that_never_took_effect_is_told_and_that_which_is_not_set_is_not() -> None:
    """With the article's settings it never does, which nobody sees without this."""
    never = diagnostics(clipped_kernel=lambda _, epoch: 0.0 if epoch else None)
    text = the("clipping", trial(replace(never, clipping={"clipvalue": 0.5}))).text
    begins = "clipvalue 0.5 never took effect in the hidden layers: it changed no component of their gradients in "
    assert text == f"{begins}epochs 1-4"
    seldom = diagnostics(every=2, clipped_kernel=lambda _, epoch: 0.0 if epoch else None)
    assert the("clipping", trial(replace(seldom, clipping={"clipvalue": 0.5}))).text == (
        f"{begins}the epochs looked at (2-4)"
    )
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
    assert [finding.kind for finding in both if finding.kind == "normalisation"]


def test_learned_parameters_are_told_from_where_to_where() -> None:
    """Whether it was worth learning them."""
    learned = diagnostics(alpha=lambda layer, epoch: 0.25 + 0.05 * (layer - 1) * epoch)
    assert the("parameters", trial(learned), name="prelu").text == (
        "learned alpha went from 0.25 to 0.05 (conv_1) to 0.45 (dense_1) in epoch 4;"
        " single channels or units reach from -0.05 to 0.55"
    )


def test_the_most_important_comes_first_and_the_harmless_last() -> None:
    """A page is read from above."""
    dying = diagnostics(dead=0.5, zeros=0.6, mean=0.5)
    gone = trial(diagnostics(), status="diverged")
    told = findings.explain(
        experiment(
            candidate("relu", trial(diagnostics())), candidate("elu", trial(dying)), candidate("gelu", gone),
            candidate("sigmoid", trial(None)),
        )
    )  # fmt: skip
    assert [one.candidate.label for one in told.candidates] == ["gelu", "elu", "relu"]
    assert [finding.kind for finding in told.candidates[1].findings] == ["dead", "sparsity"]
    assert [one.label for one in told.without_diagnostics] == ["sigmoid"]


def test_results_stand_beside_the_findings() -> None:
    """Median of the completed seeds; one that diverged has no say."""
    gone = trial(diagnostics(), 2, "diverged", losses=[9.0, None], accuracies=[0.1, None])
    (one,) = findings.explain(experiment(candidate("relu", trial(diagnostics()), gone))).candidates
    assert (one.epoch, one.accuracy, one.loss) == (4, 0.875, 0.25)
    (none,) = findings.explain(experiment(candidate("relu", gone))).candidates
    assert (none.epoch, none.accuracy, none.loss) == (0, None, None)


def test_a_seed_that_ended_early_has_no_say_in_how_it_ends() -> None:
    """Its last values are of an epoch in which the others were young as well."""
    early = trial(diagnostics(epochs=1, dead=0.0), 1, "diverged")
    assert the("dead", trial(diagnostics(dead=0.4)), early).value == 0.4


def test_json_holds_plain_values_alone() -> None:
    """`NaN` would be no JSON."""
    probed = diagnostics(gradient_norm_kernel=math.nan, dead=0.3, variance=None)
    told = findings.as_json(findings.explain(experiment(candidate("relu", trial(probed, **STUCK), lr=0.1))))
    row = json.loads(json.dumps(told, allow_nan=False))["candidates"][0]
    assert (row["label"], row["setting"], row["val_accuracy"]) == ("relu", {"lr": 0.1}, 0.95)
    assert row["findings"][0]["kind"] == "dead"
    assert row["findings"][0]["candidate"] == "relu"
    assert told["definitions"]


def test_without_any_diagnostics_the_message_says_how_to_get_them() -> None:
    """Results of an older version have none."""
    with pytest.raises(NoDiagnostics, match=r"no trial in results/exp has diagnostics; run the experiment again"):
        findings.explain(experiment(candidate("relu", trial(None))))
    with pytest.raises(NothingToShow, match="no epoch is finished yet"):
        findings.explain(experiment(candidate("relu", trial(None, status="waiting", losses=()))))


@pytest.mark.parametrize(
    "odd",
    [
        Diagnostics(256, 1, (0, 1), {}),
        Diagnostics(256, 1, (0, 1), {"dense_1": {}, "dense_2": {"mean": []}}),
        Diagnostics(256, 1, (0,), {"dense_1": {"parameters": None, "dead": None}}),
        diagnostics(["dense_1"], epochs=0),
        diagnostics(layer_names(30), epochs=1, every=5, dead=1.0, saturated=1.0, alpha=None),
        diagnostics(**dict.fromkeys(("gradient_norm_kernel", "mean", "variance", "dead", "zeros", "saturated"))),
        diagnostics(epochs=9, every=4, gradient_norm_kernel=0.0, update_ratio_kernel=0.0, clipped_kernel=0.0),
        diagnostics(gradient_norm_kernel=1e300, update_ratio_kernel=1e30, variance=1e300, mean=-1e300),
        diagnostics(gradient_norm_kernel=lambda layer, _: 5e-324 if layer == 0 else 1e300),
    ],
)
@pytest.mark.parametrize("status", ["completed", "diverged", "running"])
def test_odd_diagnostics_are_explained_all_the_same(odd: Diagnostics, status: Any) -> None:
    """A page that fails for one candidate says nothing of the others."""
    one = replace(trial(diagnostics(), status=status), diagnostics=odd)
    told = explained(candidate("selu", one, trial(diagnostics(), 1)))
    assert told
    assert "nan" not in " ".join(finding.text for finding in [*told, *explained(candidate("selu", one))])


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (1, "100 %"), (0.338, "34 %"), (0.0999, "10 %"), (0.012, "1.2 %"), (1e-6, "0.0001 %")],
)
def test_shares_are_percent_with_two_digits(value: float, text: str) -> None:
    """More digits than there is knowledge are noise."""
    assert readings.share(value) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1 / 213, "1/210 of"), (0.0996, "1/10 of"), (0.64, "0.64 times"), (1, "1 times"), (11.6, "12 times"),
     (345, "340 times"), (1.2e7, "1.2e7 times"), (0, "0 times"), (2e-9, "1/5e8 of")],
)  # fmt: skip
def test_ratios_are_parts_or_multiples_with_two_digits(ratio: float, text: str) -> None:
    """`0.0047 times` is no number that one sees."""
    assert readings.multiple(Spread(ratio, ratio, ratio)) == text


# --- what the numbers do not say


def test_silence_of_some_seeds_is_told_of_them_alone() -> None:
    """The median of three would speak for the third one, which learns."""
    silent = diagnostics(gradient_norm_kernel=lambda _, epoch: 0.0 if epoch else 0.1)
    finding = the("no gradient", trial(silent, 0), trial(silent, 1), trial(diagnostics(), 2))
    assert finding.text == "no gradient reaches the weights of any hidden layer from epoch 1 on, in 2 of 3 seeds"
    assert len(finding.files) == 2


def test_where_all_is_learned_a_gradient_of_zero_is_no_trouble() -> None:
    silent = diagnostics(gradient_norm_kernel=lambda _, epoch: 0.0 if epoch else 0.1)
    done = replace(trial(silent), history={**trial(silent).history, "accuracy": [0.9, 0.99, 1.0, 1.0]})
    assert not found("no gradient", done)


def test_where_nothing_is_known_nothing_is_said_to_be_ordinary() -> None:
    names = ("gradient_norm_kernel", "gradient_norm_bias", "mean", "variance", "zeros", "dead", "saturated")
    unknown = diagnostics(**dict.fromkeys(names), update_ratio_kernel=None, update_ratio_bias=None)
    assert the("nothing", trial(unknown)).text == "nothing is known of its layers: no look at them gave a number"


def test_a_parameter_of_one_value_a_layer_has_no_channels() -> None:
    one = diagnostics(("dense_1", "dense_2"), beta=lambda layer, epoch: 1.0 + 0.1 * layer * epoch)
    for layer in one.layers.values():
        layer["parameters"]["beta"] = dict.fromkeys(("mean", "min", "max"), layer["parameters"]["beta"]["mean"])
    text = the("parameters", trial(one)).text
    assert "single channels" not in text
    assert "learned beta went from 1" in text
