"""What is said of diagnostics: the right thing where it is so, and nothing where it is not."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from fake_diagnostics import candidate, diagnostics, experiment, layer_names, trial

from actsearch.analysis import findings, readings
from actsearch.analysis.findings import Finding
from actsearch.analysis.readings import Spread
from actsearch.core.diagnostics import TrialDiagnostics
from actsearch.core.errors import NoDiagnostics, NothingToShow
from actsearch.core.trial_results import CandidateResult, TrialResult

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


def vanishing(ratio: float) -> TrialDiagnostics:
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


def test_what_has_no_value_is_not_within_limits() -> None:
    """Nothing seen is not the same as nothing wrong."""
    null = dict.fromkeys(("gradient_norm_kernel", "update_ratio_kernel", "dead", "saturated", "mean", "variance"))
    assert the("nothing", trial(diagnostics(**null))).text == (
        "nothing is known of its layers: gradients, updates, saturation and dead units have no value in any epoch"
    )
    del null["dead"]
    assert the("nothing", trial(diagnostics(**null))).text.endswith(": dead units are within ordinary limits")


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
        TrialDiagnostics(256, 1, (0, 1), {}),
        TrialDiagnostics(256, 1, (0, 1), {"dense_1": {}, "dense_2": {"mean": []}}),
        TrialDiagnostics(256, 1, (0,), {"dense_1": {"parameters": None, "dead": None}}),
        diagnostics(["dense_1"], epochs=0),
        diagnostics(layer_names(30), epochs=1, every=5, dead=1.0, saturated=1.0, alpha=None),
        diagnostics(**dict.fromkeys(("gradient_norm_kernel", "mean", "variance", "dead", "zeros", "saturated"))),
        diagnostics(epochs=9, every=4, gradient_norm_kernel=0.0, update_ratio_kernel=0.0, clipped_kernel=0.0),
        diagnostics(gradient_norm_kernel=1e300, update_ratio_kernel=1e30, variance=1e300, mean=-1e300),
        diagnostics(gradient_norm_kernel=lambda layer, _: 5e-324 if layer == 0 else 1e300),
    ],
)
@pytest.mark.parametrize("status", ["completed", "diverged", "running"])
def test_odd_diagnostics_are_explained_all_the_same(odd: TrialDiagnostics, status: Any) -> None:
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


def test_a_range_is_written_as_its_median_is() -> None:
    """`1/11 (1/14 to 0.15)` has to be worked out."""
    assert readings.factors(Spread(1 / 11, 1 / 14, 0.15)) == "1/11 (1/14 to 1/6.7)"
    assert readings.factors(Spread(0.16, 0.079, 2.0)) == "0.16 (0.079 to 2)"
