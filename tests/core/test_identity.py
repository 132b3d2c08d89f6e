"""Identity: what is the same training has the same id, what is another has another, and old results stay found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actsearch.config import loading
from actsearch.core.activation import Activation
from actsearch.core.experiment import Candidate, DiagnosticsSpec, Experiment, Optimizer, Trial
from actsearch.core.identity import expand, identity
from actsearch.core.json_values import canonical_json
from actsearch.data.kinds.npz import NpzSource
from actsearch.networks.kinds.cnn import Cnn
from actsearch.networks.kinds.initializers import Initializer
from actsearch.networks.kinds.mlp import Mlp
from actsearch.study import plans

HASH, OTHER_HASH = "0" * 64, "1" * 64
Make = Callable[..., tuple[Experiment, tuple[Trial, ...]]]


def with_candidate(experiment: Experiment, **changes: Any) -> Experiment:
    return replace(experiment, candidates=tuple(replace(candidate, **changes) for candidate in experiment.candidates))


def with_activation(experiment: Experiment, **changes: Any) -> Experiment:
    return with_candidate(experiment, activation=replace(experiment.candidates[0].activation, **changes))


def with_training(experiment: Experiment, **changes: Any) -> Experiment:
    return with_candidate(experiment, training=replace(experiment.candidates[0].training, **changes))


def with_optimizer(experiment: Experiment, name: str = "sgd", **arguments: Any) -> Experiment:
    before = experiment.candidates[0].training.optimizer.arguments
    return with_training(experiment, optimizer=Optimizer(name, {**before, **arguments}))


def with_model(experiment: Experiment, **changes: Any) -> Experiment:
    return with_candidate(experiment, model=replace(experiment.candidates[0].model, **changes))


def with_data(experiment: Experiment, **changes: Any) -> Experiment:
    return replace(experiment, data=replace(experiment.data, **changes))


SAME = {
    "label": lambda e: with_candidate(e, label="another [label] ü"),
    "place in the grid": lambda e: with_candidate(e, setting={"training.batch_size": 8}),
    "name": lambda e: replace(e, name="another"),
    "description": lambda e: replace(e, description="another"),
    "warnings": lambda e: replace(e, warnings=("another",)),
    "document": lambda e: replace(e, document={"another": 1}),
    "data path": lambda e: with_data(e, source=NpzSource("/some where/else.npz")),
    "data name": lambda e: with_data(e, source=NpzSource("mnist.npz")),
    "a neutral parameter": lambda e: with_activation(e, parameters={"approximate": False}),
    "a neutral argument": lambda e: with_optimizer(e, clipvalue=None),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_what_does_not_change_the_training_keeps_the_id(
    make_experiment: Make, change: Callable[[Experiment], Experiment]
) -> None:
    """A user who renames an experiment or moves the data keeps hours of finished trials."""
    experiment, (trial,) = make_experiment()
    changed = change(experiment)
    assert changed != experiment
    assert [again.id for again in expand(changed, HASH)] == [trial.id]


CNN = Cnn((4,), 3, (4,), (0.0, 0.0), "glorot_uniform", "dropout", False)
OTHER = {
    "seed": lambda e: replace(e, seeds=(1,)),
    "activation": lambda e: with_activation(e, name="selu"),
    "parameter": lambda e: with_activation(e, parameters={"alpha": 0.2}),
    "epochs": lambda e: with_training(e, epochs=3),
    "batch_size": lambda e: with_training(e, batch_size=9),
    "loss": lambda e: with_training(e, loss="binary_crossentropy"),
    "precision": lambda e: with_training(e, precision="mixed_bfloat16"),
    "threads": lambda e: with_training(e, threads=2),
    "optimizer": lambda e: with_optimizer(e, name="rmsprop"),
    "learning_rate": lambda e: with_optimizer(e, learning_rate=0.02),
    "momentum": lambda e: with_optimizer(e, momentum=0.9),
    "clipvalue": lambda e: with_optimizer(e, clipvalue=0.5),
    "dense": lambda e: with_model(e, dense=(4, 4)),
    "dropout": lambda e: with_model(e, dropout=0.1),
    "kernel_initializer": lambda e: with_model(e, kernel_initializer="he_normal"),
    "dropout_layer": lambda e: with_model(e, dropout_layer="alpha_dropout"),
    "batch_normalization": lambda e: with_model(e, batch_normalization=True),
    "kind": lambda e: with_candidate(e, model=CNN),
    "filters": lambda e: with_candidate(e, model=replace(CNN, filters=(4, 4))),
    "kernel_size": lambda e: with_candidate(e, model=replace(CNN, kernel_size=5)),
    "dropout after the pooling": lambda e: with_candidate(e, model=replace(CNN, dropout=(0.1, 0.0))),
    "dropout after a dense layer": lambda e: with_candidate(e, model=replace(CNN, dropout=(0.0, 0.1))),
    "validation: test": lambda e: with_data(e, holdout=None),
    "holdout": lambda e: with_data(e, holdout=11),
    "train_size": lambda e: with_data(e, train_size=10),
    "first": lambda e: with_data(e, train_first=10),
    "last": lambda e: with_data(e, holdout_last=True),
    "bias_initializer": lambda e: with_model(e, bias_initializer="ones"),
    "an initializer's argument": lambda e: with_model(e, bias_initializer=Initializer("constant", {"value": 2.0})),
    "kernel_regularizer": lambda e: with_model(e, kernel_regularizer={"l1": 0.0, "l2": 0.1}),
    "output_kernel_initializer": lambda e: with_model(e, output_kernel_initializer="zeros"),
    "output_bias_initializer": lambda e: with_model(e, output_bias_initializer="ones"),
    "output_activation": lambda e: with_model(e, output_activation="sigmoid"),
    "a formula": lambda e: with_candidate(e, activation=Activation("relu(x)", {}, "formula")),
    "a learned parameter": lambda e: with_candidate(e, activation=Activation("relu", {}, None, ("alpha",))),
    "a function": lambda e: with_candidate(e, activation=Activation("m:f", {}, "function", None, "0" * 64)),
    "a function's source": lambda e: with_candidate(e, activation=Activation("m:f", {}, "function", None, "1" * 64)),
}


@pytest.mark.parametrize("what", OTHER)
def test_what_changes_the_training_changes_the_id(make_experiment: Make, what: str) -> None:
    """Else a result of other settings would be shown as this one's, and what was asked for never trained."""
    experiment, (trial,) = make_experiment()
    (changed,) = expand(OTHER[what](experiment), HASH)
    assert changed.id != trial.id
    assert changed.id.rsplit("-", 1)[1] != trial.id.rsplit("-", 1)[1]
    assert (changed.trajectory == trial.trajectory) == (what == "epochs")


def test_what_is_looked_at_changes_no_id(make_experiment: Make) -> None:
    """Who turns diagnostics on or off has no trial trained anew for that."""
    experiment, (trial,) = make_experiment()
    (looked_at,) = expand(replace(experiment, diagnostics=DiagnosticsSpec(every=3)), HASH)
    assert (looked_at.id, looked_at.trajectory) == (trial.id, trial.trajectory)
    assert looked_at.diagnostics == DiagnosticsSpec(every=3)


def test_where_a_functions_module_lies_changes_no_id(make_experiment: Make) -> None:
    """The same source in a colleague's folder is the same function."""
    experiment, _ = make_experiment()
    here, there = (
        with_candidate(experiment, activation=Activation("m:f", {}, "function", None, "0" * 64, text, folder))
        for text, folder in (("def f(x): ...", "/here"), ("def f(x): ...", "/there"))
    )
    assert expand(here, HASH)[0].id == expand(there, HASH)[0].id


def test_no_two_different_trainings_share_an_id(make_experiment: Make) -> None:
    """The changes above against each other, and other data under the same name."""
    experiment, (trial,) = make_experiment()
    others = [expand(change(experiment), HASH)[0].id for change in OTHER.values()]
    ids = [trial.id, expand(experiment, OTHER_HASH)[0].id, *others]
    assert len(set(ids)) == len(ids)


def test_every_setting_is_in_the_identity(make_experiment: Make) -> None:
    """A field added to the settings later must not be forgotten in the id (unless it is neutral, then it may be)."""
    experiment, _ = make_experiment()
    full = with_data(experiment, holdout=1, train_size=1, train_first=1, holdout_last=True)
    given = {"batch_normalization": True, "kernel_regularizer": {"l2": 1.0}, "output_activation": "sigmoid"}
    given |= dict.fromkeys(("bias_initializer", "output_kernel_initializer", "output_bias_initializer"), "ones")
    activation = Activation("m:f", {"a": 1.0}, "function", ("a",), "0" * 64, "def f(x): ...", "/somewhere")
    for model in (CNN, Mlp((4,), 0.1, "glorot_uniform", "dropout", False)):
        training = replace(full.candidates[0].training, loss_weights=2.0)
        whole = Candidate("own", activation, replace(model, **given), training)
        settings = identity(whole, 0, full.data, HASH)
        assert set(settings) == {"version", "activation", "model", "training", "data", "seed"}
        assert set(settings["activation"]) == set(vars(activation)) - {"source", "folder"}
        assert set(settings["model"]) == set(vars(whole.model))
        assert set(settings["training"]) == set(vars(whole.training))
        assert set(settings["data"]) == set(vars(full.data)) - {"source"} | {"sha256"}


def test_the_order_of_keys_does_not_change_the_id(make_experiment: Make) -> None:
    """Two users who write the same arguments in another order train the same thing."""
    experiment, _ = make_experiment()
    first = with_training(experiment, optimizer=Optimizer("sgd", {"learning_rate": 0.1, "momentum": 0.9}))
    second = with_training(experiment, optimizer=Optimizer("sgd", {"momentum": 0.9, "learning_rate": 0.1}))
    assert expand(first, HASH)[0].id == expand(second, HASH)[0].id


HOSTILE = {
    "nothing unusual": {},
    "long arguments": {"learning_rate": 0.12345678901234567},
    "text": {"mode": "a/b\\c:d*e?ü " * 20},
}


@pytest.mark.parametrize("arguments", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("parameters", [{}, {"alpha": 1 / 3, "beta": -1e-300}, {"ü/ß:" * 30: "../" * 30}], ids=str)
def test_ids_are_folder_names_everywhere(
    make_experiment: Make, arguments: dict[str, Any], parameters: dict[str, Any]
) -> None:
    """A name that is too long or has a slash in it would end a run on some file system, or leave the folder."""
    experiment, _ = make_experiment(seeds=1, epochs=100_000)
    changed = with_activation(with_optimizer(experiment, **arguments), parameters=parameters)
    for trial in expand(replace(changed, seeds=(2**32 - 1,)), HASH):
        assert len(trial.id) <= 80
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*-seed4294967295-100000ep-[0-9a-f]{10}", trial.id)


def test_ids_can_be_read(make_experiment: Make) -> None:
    """A user who looks into the folder sees which trial is which."""
    experiment, _ = make_experiment(seeds=2)
    changed = with_activation(experiment, name="gelu", parameters={"approximate": True})
    changed = with_candidate(changed, label="mine")
    assert [trial.id.rsplit("-", 1)[0] for trial in expand(changed, HASH)] == [
        "gelu_approximate-sgd_0.01-seed0-2ep",
        "gelu_approximate-sgd_0.01-seed1-2ep",
    ]


def test_every_candidate_gets_every_seed(make_experiment: Make) -> None:
    """A trial left out would bias a mean without anyone seeing it."""
    _, trials = make_experiment(["relu", "selu", "elu"], seeds=3)
    assert {(trial.candidate.label, trial.seed) for trial in trials} == {
        (label, seed) for label in ("relu", "selu", "elu") for seed in range(3)
    }
    assert len({trial.id for trial in trials}) == 9


def test_numbers_that_json_does_not_know_are_no_identity() -> None:
    """NaN is not equal to itself, and so cannot name anything."""
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


def test_committed_results_are_still_found(repository: Path) -> None:
    """Whoever finished trials with an earlier version must not have to train them again."""
    loaded = loading.load_experiment(repository / "configs" / "article-12.yaml")
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    kept = json.loads((repository / "results" / "article-12" / "plan.json").read_bytes())
    planned = [trial["id"] for row in kept["candidates"] for trial in row["trials"]]
    assert {trial.id for trial in plan.trials} == set(planned)
    for trial in plan.trials:
        commit = json.loads((repository / "results" / "article-12" / "trials" / trial.id / "trial.json").read_bytes())
        settings = identity(trial.candidate, trial.seed, trial.data, trial.data_sha256)
        assert canonical_json(commit["settings"]) == canonical_json(settings)
        assert commit["trajectory"] == trial.trajectory


def test_an_id_is_what_it_was(make_experiment: Make) -> None:
    """Pinned apart from any file: an accidental change of the identity strands everybody's results."""
    experiment, _ = make_experiment()
    rich: Candidate = replace(
        experiment.candidates[0],
        model=Cnn((32, 64), 3, (128,), (0.25, 0.5), "lecun_normal", "alpha_dropout", True),
    )
    (trial,) = expand(replace(experiment, candidates=(rich,)), HASH)
    assert (trial.id, trial.trajectory) == ("relu-sgd_0.01-seed0-2ep-77aafe238c", "a56a90d1f5")
