"""What is allowed although it would mislead is said, once."""

from __future__ import annotations

from tables import check_each
from written_experiments import Write, experiment

MISLEADING = [
    ("seeds: 1\n", "One seed"),
    ("data: {validation: test}\n", "choosing on test data"),
    ("model: {kernel_initializer: he_normal}\n", "selu: SELU does not normalise itself here"),
    ("model: {dropout_layer: dropout}\n", "dropout_layer is dropout, not alpha_dropout"),
    ("model: {batch_normalization: true}\n", "batch normalisation"),
    ("model: {dropout_layer: alpha_dropout}\nactivations: [relu]\n", "relu: alpha_dropout is made for SELU"),
]


def test_what_would_mislead_is_allowed_and_said_once(write: Write) -> None:
    def check(rest: str, words: str) -> None:
        (warning,) = experiment(write, rest + "grid: {training.batch_size: [1, 2]}\n").warnings
        assert words in warning

    check_each(MISLEADING, check)


def test_no_warning_where_no_dropout_is_done(write: Write) -> None:
    assert experiment(write, "model: {dropout: [0, 0], dropout_layer: dropout}\n").warnings == ()


def test_all_of_selus_conditions_that_are_broken_are_in_one_warning(write: Write) -> None:
    model = "model: {kernel_initializer: glorot_uniform, dropout_layer: dropout, batch_normalization: true}\n"
    (warning,) = experiment(write, model + "activations: [selu, relu]\n").warnings
    for reason in ("kernel_initializer is glorot_uniform", "not alpha_dropout", "batch normalisation"):
        assert reason in warning


def test_choosing_on_the_test_set_and_a_single_seed_are_said(write: Write) -> None:
    warnings = experiment(write, "seeds: [3]\ndata: {validation: test}\n").warnings
    assert any("choosing on test data" in warning for warning in warnings)
    assert any("may be chance" in warning for warning in warnings)


def test_what_makes_the_choice_of_settings_unfair_is_told(write: Write) -> None:
    """More settings to choose from, or choosing on test data, flatters: the user must know before the night."""
    rest = (
        "data: {name: mnist, validation: test}\ntuning_seeds: 3\n"
        "grid: {training.optimizer.learning_rate: [0.1, 0.2]}\n"
        "activations: [relu, {name: selu, with: {training.optimizer.learning_rate: 0.3}}]\n"
    )
    warnings = " ".join(experiment(write, rest).warnings)
    assert "Settings are chosen on the test set" in warnings
    assert "Not as many settings for each activation (relu: 2, selu (learning_rate=0.3): 1)" in warnings


def test_what_no_gradient_passes_is_warned_about(write: Write) -> None:
    """A step trains the output layer alone: before a night of it, not after."""
    step = 'activations: [{formula: "where(x > 0, 1, 0)", label: step}, relu]\n'
    warnings = [warning for warning in experiment(write, step).warnings if "slope" in warning]
    assert warnings == ["step: its slope is 0 on all of [-10, 10]; no gradient passes it."]
    assert not [warning for warning in experiment(write, "activations: [relu]\n").warnings if "slope" in warning]
