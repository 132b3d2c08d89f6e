"""Formulas, functions of the user's own and initializers with arguments: what they come to, and the trials' ids."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tables import check_each

from actsearch.config.loading import Loaded, load_experiment
from actsearch.core.experiment import DiagnosticsSpec
from actsearch.core.identity import expand, identity
from actsearch.networks.hidden_stack import OUTPUT_INITIALIZER
from actsearch.networks.kinds.initializers import Initializer

MODULE = "def bent(x, bend=0.5):\n    return x\n"


@pytest.fixture
def loaded(hostile: Path) -> Callable[..., Loaded]:
    """Loads an experiment of this text, with a module beside it."""
    (hostile / "my_functions.py").write_text(MODULE, encoding="utf-8")

    def load_text(text: str, *overrides: str) -> Loaded:
        path = hostile / "x.yaml"
        path.write_text(f"name: a\n{text}", encoding="utf-8")
        return load_experiment(path, overrides)

    return load_text


def ids(of: Loaded) -> list[str]:
    return [trial.id for trial in expand(of.experiment, "0" * 64)]


def test_one_function_has_one_identity_however_it_is_written(loaded: Callable[..., Loaded]) -> None:
    """Spaces, the order of parameters and 2 for 2.0 make no other trial."""
    spellings = (
        'activations: [{formula: "a*x+b", parameters: {a: 2, b: 1}}]',
        'activations: [{formula: " a * x + b ", parameters: {b: 1.0, a: 2.0}}]',
    )
    assert len({tuple(ids(loaded(text))) for text in spellings}) == 1
    other = loaded('activations: [{formula: "a*x+b", parameters: {a: 2, b: 1}, trainable: [a]}]')
    assert ids(other) != ids(loaded(spellings[0]))


def test_a_changed_module_makes_other_trials(loaded: Callable[..., Loaded], hostile: Path) -> None:
    """Else results of the old function would stand as those of the new one."""
    before = loaded('activations: [{function: "my_functions:bent"}]')
    (hostile / "my_functions.py").write_text(MODULE + "# improved\n", encoding="utf-8")
    after = load_experiment(before.path)
    assert ids(before) != ids(after)
    (activation,) = (candidate.activation for candidate in after.experiment.candidates)
    assert activation.source == MODULE + "# improved\n"


def test_what_is_learned_anyway_need_not_be_asked_for(loaded: Callable[..., Loaded]) -> None:
    assert ids(loaded("activations: [prelu]")) == ids(loaded("activations: [{name: prelu}]"))


NEUTRAL = """
model:
  kind: mlp
  bias_initializer: zeros
  output_kernel_initializer: glorot_uniform
  output_bias_initializer: {name: constant, value: 0}
  output_activation: softmax
  kernel_regularizer: {l2: 0}
training: {loss_weights: 1}
diagnostics: {every: 3}
"""


@pytest.mark.xdist_group("tensorflow")
def test_what_is_neutral_renames_no_trial(loaded: Callable[..., Loaded]) -> None:
    """Results of before these keys are those of the same experiment."""

    assert ids(loaded(NEUTRAL)) == ids(loaded("model: {kind: mlp}\n"))
    assert OUTPUT_INITIALIZER == "glorot_uniform"


def test_an_initializer_with_its_defaults_is_its_name(loaded: Callable[..., Loaded]) -> None:
    def initializer(text: str) -> Any:
        file = loaded(f"model: {{kernel_initializer: {text}}}\nactivations: [relu]\n")
        return file.experiment.candidates[0].model.kernel_initializer

    assert initializer("{name: random_normal}") == initializer("random_normal") == "random_normal"
    assert initializer("{name: random_normal, stddev: 0.05}") == "random_normal"
    assert initializer("{name: random_normal, stddev: 1}") == Initializer("random_normal", {"mean": 0.0, "stddev": 1.0})
    assert initializer("{name: he_normal}") == "he_normal"


FULL = """
seeds: [3]
data: {name: mnist, validation: {last: 1000}, train_size: {first: 500}}
model:
  kind: mlp
  dense: [8]
  kernel_initializer: {name: variance_scaling, distribution: untruncated_normal}
  bias_initializer: {name: random_normal, stddev: 1}
  kernel_regularizer: {l2: 0.0025}
  output_bias_initializer: ones
  output_activation: sigmoid
training: {loss: binary_crossentropy, loss_weights: 10, optimizer: {name: sgd, clipnorm: 1}}
activations:
  - {formula: "where(x > 0, x, a * tanh(x))", parameters: {a: 0.5}, trainable: [a], label: mine}
  - {name: elu, trainable: [alpha]}
  - prelu
grid: {model.bias_initializer: [zeros, {name: constant, value: -1}]}
diagnostics: {every: 2, probe_size: 100, training: true}
"""


def test_what_is_kept_asks_for_the_same_trials(loaded: Callable[..., Loaded], hostile: Path) -> None:
    """results/NAME/experiment.yaml can be run again."""
    before = loaded(FULL)
    kept = hostile / "kept.yaml"
    kept.write_text(yaml.safe_dump(dict(before.experiment.document), sort_keys=False), encoding="utf-8")
    again = load_experiment(kept)
    assert ids(again) == ids(before)
    assert [c.label for c in again.experiment.candidates] == [c.label for c in before.experiment.candidates]
    assert again.experiment.diagnostics == DiagnosticsSpec(2, 100, True)
    settings = identity(before.experiment.candidates[0], 3, before.experiment.data, "0" * 64)
    assert settings["data"] == {"sha256": "0" * 64, "holdout": 1000, "train_first": 500, "holdout_last": True}


def test_shorthands_can_be_overridden_in_part(loaded: Callable[..., Loaded]) -> None:
    """A switch or a name in the file is no obstacle to a key below it."""
    off = loaded("diagnostics: false\n", "diagnostics.every=5")
    assert off.experiment.diagnostics == DiagnosticsSpec(every=5)
    named = loaded("model: {bias_initializer: random_normal}\n", "model.bias_initializer.stddev=1")
    assert named.experiment.candidates[0].model.bias_initializer == Initializer(
        "random_normal", {"mean": 0.0, "stddev": 1.0}
    )


CHANGES = [
    # an option, and whether the trials become others
    ("activations[0].parameters.a=0.25", True),
    ("model.kernel_regularizer.l2=0.1", True),
    ("model.kernel_initializer.scale=2", True),
    ("data.validation.holdout=1000", True),
    ("diagnostics=false", False),
    ("diagnostics.every=5", False),
    ("diagnostics.probe_size=5", False),
]


def test_keys_that_came_later_can_be_overridden(loaded: Callable[..., Loaded]) -> None:
    def check(override: str, changed: bool) -> None:
        before, after = loaded(FULL), loaded(FULL, override)
        assert (ids(before) != ids(after)) == changed
        assert before.experiment.document != after.experiment.document

    check_each(CHANGES, check)
