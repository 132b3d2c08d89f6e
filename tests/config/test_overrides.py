"""The option `--set`: what it replaces, and which mistakes are its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tables import check_each
from written_experiments import Write, experiment, problems

from actsearch.config.loading import load_experiment
from actsearch.core.experiment import Experiment


def rate(of: Experiment, argument: str = "learning_rate") -> Any:
    return of.candidates[0].training.optimizer.arguments[argument]


OVERRIDES: list[tuple[str, str, Callable[[Experiment], Any], Any]] = [
    # the rest of the file, the option, what is looked at, its value
    ("", "training.epochs=2", lambda e: e.candidates[0].training.epochs, 2),
    ("training: {epochs: 5}\n", "training.epochs=2", lambda e: e.candidates[0].training.epochs, 2),
    ("", "training.optimizer.clipvalue=0.5", lambda e: rate(e, "clipvalue"), 0.5),
    ("", "seeds=[7, 8]", lambda e: e.seeds, (7, 8)),
    ("", "description=hello world", lambda e: e.description, "hello world"),
    ("", "activations=[gelu]", lambda e: e.candidates[0].label, "gelu"),
    ("activations: [elu]\n", "activations[0].alpha=0.2", lambda e: e.candidates[0].label, "elu (alpha=0.2)"),
    ("", "activations=[{name: elu, alpha: 2}]", lambda e: e.candidates[0].activation.parameters, {"alpha": 2.0}),
    ("training: {optimizer: sgd}\n", "training.optimizer.momentum=0.5", lambda e: rate(e, "momentum"), 0.5),
    ("data: mnist\n", "data.train_size=100", lambda e: e.data.train_size, 100),
    ("", "training.optimizer.learning_rate=1e-2", rate, 0.01),
    ("training:\n", "training.epochs=2", lambda e: e.candidates[0].training.epochs, 2),
    ("data: {validation: test}\n", "data.validation.holdout=9", lambda e: e.data.holdout, 9),
    ("data: {train_size: 5}\n", "data.train_size.first=9", lambda e: e.data.train_first, 9),
    ("", "grid.training.optimizer.learning_rate=[2, 3]", rate, 2.0),
    (
        "activations: [{name: elu, with: {}}]\n",
        "activations[0].with.training.batch_size=7",
        lambda e: e.candidates[0].label,
        "elu (batch_size=7)",
    ),
]


def test_an_option_overrides_a_key(write: Write) -> None:
    """A key that is there or not, and one below a shorthand."""

    def check(rest: str, override: str, look: Callable[[Experiment], Any], value: Any) -> None:
        assert look(experiment(write, rest, override)) == value

    check_each(OVERRIDES, check)


def test_several_options_are_taken_together(write: Write) -> None:
    overrides = ("training.epochs=2", "training.optimizer.clipvalue=0.5", "activations=[relu, {name: elu, alpha: 2}]")
    loaded = experiment(write, "training: {epochs: 5}\n", *overrides)
    assert loaded.candidates[1].training.epochs == 2
    assert loaded.candidates[1].training.optimizer.arguments["clipvalue"] == 0.5
    assert loaded.candidates[1].activation.parameters == {"alpha": 2.0}


def test_wrong_options_are_named_all_of_them_and_beside_the_files_mistakes(write: Write) -> None:
    mistakes = problems(write("name: a\ntrainin: 1\n"), "training.epochs=x", "bad", "sedes=3", "seeds=[1", "name.a=2")
    assert mistakes == [
        "--set training.epochs=x: training.epochs: expected a whole number, not 'x'; write for example epochs: 10",
        "--set bad: is not KEY=VALUE; write for example training.epochs=2",
        "--set sedes=3: sedes: unknown key; did you mean 'seeds'?",
        "--set seeds=[1: seeds: is not valid YAML (expected ',' or ']', but got '<stream end>', column 3);"
        " check indentation, colons, quotes and brackets",
        "--set name.a=2: name.a: there is no such place in the file; override a key that can stand there",
        "x.yaml:2: trainin: unknown key; did you mean 'training'?",
    ]


WRONG = [
    ("training.epochs=x", "--set training.epochs=x: training.epochs: expected a whole number"),
    ("training.epoch=3", "--set training.epoch=3: training.epoch: unknown key; did you mean 'epochs'?"),
    ("foo", "--set foo: is not KEY=VALUE"),
    ("activations[9]=relu", "--set activations[9]=relu: activations[9]: there is no such place"),
    ("model.filters=[", "--set model.filters=[: model.filters: is not valid YAML"),
    ("seeds=", "--set seeds=: seeds: nothing is not what can stand there"),
]


def test_a_wrong_option_is_named(write: Write) -> None:
    assert problems(write("name: a\n"), "training.epochs=x") == [
        "--set training.epochs=x: training.epochs: expected a whole number, not 'x'; write for example epochs: 10"
    ]

    def check(override: str, start: str) -> None:
        assert problems(write("name: a\n"), override)[0].startswith(start)

    check_each(WRONG, check)


def test_an_option_that_the_grid_would_undo_is_refused(write: Write) -> None:
    """A user who sets the learning rate must not be given the grid's without a word."""
    path = write("name: a\ntraining: {optimizer: sgd}\ngrid: {training.optimizer.learning_rate: [1, 2]}\n")
    (problem,) = problems(path, "training.optimizer.learning_rate=3")
    assert problem.startswith("--set training.optimizer.learning_rate=3: ")
    assert "the grid varies it" in problem


def test_a_path_in_an_option_starts_at_the_shell_and_names_no_folder_of_the_user(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write("name: a\ndata: mnist\n").parent.absolute()
    (folder.parent / "mine.npz").touch()
    monkeypatch.chdir(folder.parent)
    loaded = load_experiment(folder / "x.yaml", ["data.npz=mine.npz", "data.validation=test"])
    assert loaded.experiment.data.source.path == str(Path("..", "mine.npz"))
    assert (loaded.folder / ".." / "mine.npz").is_file()
