"""The experiment file: what is accepted, what it comes to, and how mistakes are told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from actsearch.config.experiment_file import SCHEMA_FILE, json_schema
from actsearch.config.loading import load_experiment
from actsearch.core.errors import InvalidExperiment
from actsearch.core.experiment import Candidate, Cnn, Experiment, Mlp
from actsearch.core.identity import expand
from actsearch.functions.registry import ARTICLE

CONFIGS = sorted((Path(__file__).parent.parent.parent / "configs").rglob("*.yaml"))
Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes `x.yaml` and gives its path as a user in its folder would type it."""
    folder = tmp_path / "a folder, ünïcode"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def written(content: str | bytes) -> Path:
        Path("x.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
        return Path("x.yaml")

    return written


def problems(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(InvalidExperiment) as caught:
        load_experiment(path, overrides)
    return [str(problem) for problem in caught.value.problems]


def experiment(write: Write, rest: str, *overrides: str) -> Experiment:
    return load_experiment(write("name: a\n" + rest), overrides).experiment


def only(write: Write, rest: str, *overrides: str) -> Candidate:
    (candidate,) = experiment(write, rest, *overrides).candidates
    return candidate


def again(of: Experiment) -> Experiment:
    """What the `experiment.yaml` beside the results is read as."""
    Path("again.yaml").write_text(yaml.safe_dump(dict(of.document), sort_keys=False), encoding="utf-8")
    return load_experiment(Path("again.yaml")).experiment


# --- What a file comes to


def test_a_name_alone_is_an_experiment_with_the_sound_defaults(write: Write) -> None:
    """A user who writes nothing gets held-out validation, several seeds, no clipping and today's usual loss."""
    found = experiment(write, "")
    assert [candidate.label for candidate in found.candidates] == list(ARTICLE)
    assert (found.seeds, found.data.name, found.data.holdout) == ((0, 1, 2), "mnist", 10_000)
    first = found.candidates[0]
    assert first.model == Cnn((32, 64), 3, (128,), (0.25, 0.5), "glorot_uniform", "dropout", False)
    assert first.training.optimizer.name == "adam"
    assert not {"clipvalue", "clipnorm", "global_clipnorm"} & set(first.training.optimizer.arguments)
    assert (first.training.loss, first.training.epochs, first.training.batch_size) == (
        "categorical_crossentropy",
        10,
        128,
    )
    assert found.warnings == ()


def test_auto_gives_selu_what_its_paper_asks_for(write: Write) -> None:
    found = {c.label: c.model for c in experiment(write, "activations: [relu, selu]\n").candidates}
    assert (found["selu"].kernel_initializer, found["selu"].dropout_layer) == ("lecun_normal", "alpha_dropout")
    assert (found["relu"].kernel_initializer, found["relu"].dropout_layer) == ("glorot_uniform", "dropout")


def test_an_mlp_has_defaults_of_its_own(write: Write) -> None:
    assert only(write, "model: {kind: mlp}\nactivations: [relu]\n").model == Mlp(
        (128, 128), 0.0, "glorot_uniform", "dropout", False
    )


def test_the_article_config_is_the_article() -> None:
    """The one file whose settings a reader holds against the article."""
    found = load_experiment(next(path for path in CONFIGS if path.name == "article.yaml")).experiment
    assert [c.label for c in found.candidates] == ["sigmoid", "relu", "elu", "leaky-relu", "selu", "gelu"]
    parameters = {c.activation.name: dict(c.activation.parameters) for c in found.candidates}
    assert parameters["elu"] == {"alpha": 1.0}
    assert parameters["leaky_relu"] == {"negative_slope": 0.2}
    assert parameters["gelu"] == {"approximate": True}
    training = found.candidates[0].training
    assert (training.epochs, training.batch_size, training.loss) == (100, 128, "binary_crossentropy")
    assert training.optimizer.name == "adam"
    assert training.optimizer.arguments["learning_rate"] == 0.001
    assert training.optimizer.arguments["clipvalue"] == 0.5
    assert (found.data.holdout, found.data.train_size, found.seeds) == (None, None, (0,))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_config_loads_and_survives_being_stored(path: Path, write: Write) -> None:
    """Results keep the experiment with its defaults filled in; it must be the experiment that ran."""
    write("")
    found = load_experiment(path).experiment
    assert again(found) == found


@pytest.mark.parametrize(
    "rest",
    [
        "seeds: 4\ndescription: 'no: 1:30 #x'\n",
        "training: {optimizer: {name: sgd, momentum: 0.9, nesterov: true, clipnorm: 1}}\n",
        "activations: [leaky-relu, {name: gelu, approximate: true}, {name: elu, alpha: 0.2, label: 'ELU ½'}]\n",
        "activations: [relu, {name: relu, with: {training.optimizer: {name: sgd, momentum: 0.9}}}]\n",
        "activations: [relu, selu]\ngrid: {training.optimizer.clipnorm: [null, 2], model.dense: [[8], [8, 8]]}\n",
        "activations: [relu]\ngrid: {training.optimizer: [sgd, rmsprop], training.optimizer.momentum: [0, 0.5]}\n",
        "model: {kind: mlp, dense: [30, 30], dropout: 0.5, batch_normalization: true}\n",
        "data: {name: cifar10, validation: test, train_size: {first: 100}}\n",
    ],
)
def test_a_stored_experiment_is_the_one_that_ran(rest: str, write: Write) -> None:
    found = experiment(write, rest)
    assert again(found) == found


def test_one_meaning_has_one_identity(write: Write) -> None:
    """`1`, `1.0` and `1e0`, an alias and its name, a default and its value are one trial, trained once."""
    ways = [
        "activations: [leaky-relu]\ntraining: {optimizer: {name: sgd, learning_rate: 1}}\n",
        "activations: [leaky_relu]\ntraining: {optimizer: {name: sgd, learning_rate: 1.0, momentum: 0}}\n",
        "activations: [{name: leaky_relu, negative_slope: 2e-1, label: l}]\n"
        "training: {optimizer: {name: sgd, learning_rate: 1e0}}\n",
        "activations: [leaky_relu]\ngrid: {training.optimizer: [{name: sgd, learning_rate: 1}]}\n",
    ]
    assert len({expand(experiment(write, way), "0" * 64)[0].id for way in ways}) == 1


# --- Grid and `with`


def test_the_grid_is_every_combination_with_neighbours_at_one_point(write: Write) -> None:
    grid = "grid: {training.batch_size: [32, 64], training.optimizer.learning_rate: [0.1, 0.2]}\n"
    found = experiment(write, "activations: [relu, elu]\n" + grid).candidates
    assert [c.label for c in found] == ["relu", "elu"] * 4
    rows = [(c.training.batch_size, c.training.optimizer.arguments["learning_rate"]) for c in found[::2]]
    assert rows == [(32, 0.1), (32, 0.2), (64, 0.1), (64, 0.2)]
    assert dict(found[1].setting) == {"training.batch_size": 32, "training.optimizer.learning_rate": 0.1}


def test_a_setting_of_its_own_takes_the_key_out_of_the_grid(write: Write) -> None:
    """Else the same candidate would be trained once for each value it does not use."""
    own = "activations: [relu, {name: selu, with: {training.batch_size: 7}}]\n"
    found = experiment(write, own + "grid: {training.batch_size: [1, 2]}\n").candidates
    assert [(c.label, c.training.batch_size) for c in found] == [("relu", 1), ("selu (batch_size=7)", 7), ("relu", 2)]
    assert dict(found[1].setting) == {"training.batch_size": 7}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_whole_optimizer_and_its_learning_rate_vary_together(order: tuple[int, int], write: Write) -> None:
    axes = ["training.optimizer: [adam, sgd]", "training.optimizer.learning_rate: [0.1, 0.2]"]
    grid = ", ".join(axes[i] for i in order)
    found = experiment(write, f"activations: [relu]\ngrid: {{{grid}}}\n").candidates
    rows = {(c.training.optimizer.name, c.training.optimizer.arguments["learning_rate"]) for c in found}
    assert rows == {("adam", 0.1), ("adam", 0.2), ("sgd", 0.1), ("sgd", 0.2)}


@pytest.mark.parametrize(
    ("entry", "label"),
    [
        ("elu", "elu"),
        ("{name: elu, alpha: 1}", "elu"),
        ("{name: elu, alpha: 0.2}", "elu (alpha=0.2)"),
        ("{name: gelu, approximate: true}", "gelu (approximate)"),
        ("{name: selu, with: {model.kernel_initializer: glorot_uniform}}", "selu (kernel_initializer=glorot_uniform)"),
        pytest.param("{name: relu, with: {model.batch_normalization: true}}", "relu (batch_normalization)"),
        pytest.param("{name: relu, with: {training.optimizer: {name: sgd}}}", "relu (optimizer=sgd)"),
        ("{name: relu, label: mine}", "mine"),
    ],
)
def test_a_label_says_what_is_not_at_its_default(entry: str, label: str, write: Write) -> None:
    assert only(write, f"activations: [{entry}]\n").label == label


def test_many_candidates_load_in_seconds_and_too_many_not_at_all(write: Write) -> None:
    sizes = ", ".join(str(i) for i in range(1, 1001))
    start = time.process_time()
    assert (
        len(experiment(write, f"activations: [relu, elu]\ngrid: {{training.batch_size: [{sizes}]}}\n").candidates)
        == 2000
    )
    assert time.process_time() - start < 5
    path = write(f"name: a\ngrid: {{training.batch_size: [{sizes}], model.kernel_size: [1, 2, 3]}}\n")
    assert problems(path) == ["x.yaml:2: grid: asks for 18,000 candidates; ask for at most 10,000"]


# --- YAML


@pytest.mark.parametrize(("text", "seed"), [("010", 10), ("0o10", 8), ("0x1F", 31), ("+7", 7), ("!!int 9", 9)])
def test_whole_numbers_are_yaml_1_2(text: str, seed: int, write: Write) -> None:
    """YAML 1.1 reads `010` as eight."""
    assert experiment(write, f"seeds: [{text}]\n").seeds == (seed,)


@pytest.mark.parametrize("text", ["no", "yes", "on", "1:30", "1_000", "2024-01-01", "0b1", "'3'", '"null"', "=", "y"])
def test_words_that_yaml_1_1_takes_for_something_else_stay_words(text: str, write: Write) -> None:
    found = experiment(write, f"description: {text}\n")
    assert found.description == text.strip("'\"")
    assert again(found) == found


@pytest.mark.parametrize(("text", "rate"), [("1e-3", 1e-3), ("1E3", 1e3), (".5", 0.5), ("1.", 1.0), ("2", 2.0)])
def test_numbers_with_an_exponent_are_numbers(text: str, rate: float, write: Write) -> None:
    """PyYAML alone reads `1e-3` as a word."""
    rest = f"activations: [relu]\ntraining: {{optimizer: {{name: adam, learning_rate: {text}}}}}\n"
    value = only(write, rest).training.optimizer.arguments["learning_rate"]
    assert (value, type(value)) == (rate, float)


def test_a_byte_order_mark_is_no_mistake(write: Write) -> None:
    """Some editors on Windows write one."""
    assert load_experiment(write(b"\xef\xbb\xbfname: a\r\n")).experiment.name == "a"


BOMB = (
    "name: a\na: &a ["
    + "1, " * 9
    + "1]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(9))
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "x.yaml: is empty"),
        ("# nothing\n", "x.yaml: is empty"),
        ("- 1\n", "x.yaml:1: is not a list of keys"),
        ("hello\n", "x.yaml:1: is not a list of keys"),
        ("name: ä\n".encode("latin-1"), "x.yaml:1: is not UTF-8"),
        ("name: a\n".encode("utf-16"), "x.yaml:1: is not UTF-8"),
        (b"name: a\x00\n", "x.yaml:1: "),
        ("name: a\nseeds: [1\nx: 2\n", "x.yaml:3: is not valid YAML"),
        ("name: a\ntraining:\n\tepochs: 1\n", "x.yaml:3: is not valid YAML"),
        ("name: a\n---\nname: b\n", "x.yaml:2: holds several documents"),
        ("name: a\nseeds: *nothing\n", "x.yaml:2: is not valid YAML (found undefined alias"),
        ("name: a\nx: &a [*a]\n", "x.yaml:2: an alias contains itself"),
        (BOMB, "x.yaml: stands for more than 10,000 values"),
        ("name: a\nx: " + "[" * 50_000 + "]" * 50_000, "x.yaml: is nested too deeply"),
        pytest.param("name: a\nx: " + "[" * 120 + "]" * 120, "x.yaml: is nested too deeply"),
        ("name: a\n" + "x" * 1_000_000, "x.yaml: has 1 MB"),
    ],
)
def test_a_hostile_file_gets_one_clear_answer(content: str | bytes, told: str, write: Write) -> None:
    (problem,) = problems(write(content))
    assert problem.startswith(told)
    assert len(problem) < 200


def test_a_long_file_is_refused_before_it_is_read_through(write: Write) -> None:
    """A data file given by mistake must not look like a hang."""
    path = write("name: a\nx: [" + "1," * 400_000 + "]\n")
    start = time.process_time()
    (problem,) = problems(path)
    assert "10,000 values" in problem
    assert time.process_time() - start < 3


@pytest.mark.parametrize("path", ["none.yaml", "nul\0.yaml", "x" * 5000, "none.yaml/x.yaml"])
def test_a_path_that_is_none_is_told(path: str, write: Write) -> None:
    write("name: a\n")
    assert len(problems(Path(path))) == 1


def test_a_folder_and_an_unreadable_file_and_50_mb_are_told(write: Write) -> None:
    path = write("name: a\n")
    assert problems(Path()) == [".: is a folder; give the experiment's file"]
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert problems(path) == ["x.yaml: has 50 MB, and an experiment at most 1 MB; give an experiment's file"]
    if os.name == "posix" and os.geteuid() != 0:  # the superuser may read everything
        path.chmod(0)
        assert "permission denied" in problems(path)[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_hang(write: Write) -> None:
    write("")
    os.mkfifo("pipe.yaml")
    assert problems(Path("pipe.yaml")) == ["pipe.yaml: is not a file; give the experiment's file"]


def test_a_duplicate_key_is_told_with_both_lines(write: Write) -> None:
    """YAML readers take the last one without a word."""
    told = problems(write("name: a\ntraining:\n  epochs: 1\n  epochs: 2\nname: b\n"))
    assert told == [
        "x.yaml:4: training.epochs: this key stands in line 3 already; keep one of them",
        "x.yaml:5: name: this key stands in line 1 already; keep one of them",
    ]


def test_merge_keys_and_tags_are_refused(write: Write) -> None:
    told = problems(write("name: a\nmodel: &m\n  kind: cnn\ntraining:\n  <<: *m\nseeds: !!python/tuple [1]\n"))
    assert told[0].startswith("x.yaml:5: training: YAML 1.2 has no merge key <<")
    assert told[1].startswith("x.yaml:6: seeds: has the tag")


def test_a_key_that_is_no_text_is_told(write: Write) -> None:
    told = problems(write("name: a\n3: 4\n~: 5\n[1]: 2\n"))
    assert [problem.split(": ")[0] for problem in told] == ["x.yaml:2", "x.yaml:3", "x.yaml:4"]
    assert all("is not a word" in problem for problem in told)


# --- Mistakes


MANY = """\
name: bad
seeds: [0, 0]
trainin: {}
data: {name: mnits}
model:
  filters: []
  kernel_size: 3.5
training:
  epoch: 3
  batch_size: 0
  optimizer: {name: adam, learning_rat: 1}
activations:
  - rleu
  - {name: elu, alpha: -1}
  - relu
  - relu
  - {name: selu, with: {model.kernel_initializer: he_norml}}
grid:
  training.optimizer.learning_rate: [0.1, x]
  training.epochs: [1, 2]
diagnostics: {evry: 1}
"""


def test_a_subset_of_what_a_holdout_leaves_is_told_only_where_something_is_left(write: Write) -> None:
    """`at most -10000` helps nobody; the holdout is what is wrong."""
    (only,) = problems(write("name: a\ndata:\n  train_size: 100000\n  validation: {holdout: 70000}\n"))
    assert only.startswith("x.yaml:4: data.validation.holdout: 70000 of 60000")


def test_what_an_mlp_has_not_is_told_as_such(write: Write) -> None:
    """Whoever changes `kind` alone in the starter has the convolutions' keys left."""
    assert problems(write("name: a\nmodel:\n  kind: mlp\n  kernel_size: 3\n  filter: [1]\n")) == [
        "x.yaml:4: model.kernel_size: is for kind: cnn alone; remove it",
        "x.yaml:5: model.filter: unknown key; the keys are kind, dense, dropout, kernel_initializer, bias_initializer,"
        " kernel_regularizer, dropout_layer, batch_normalization, output_kernel_initializer, output_bias_initializer,"
        " output_activation",
    ]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(write: Write) -> None:
    """A user corrects a file in one go, not in twelve."""
    assert problems(write(MANY)) == [
        "x.yaml:2: seeds: 0 stands there twice; give each seed once",
        "x.yaml:3: trainin: unknown key; did you mean 'training'?",
        "x.yaml:4: data.name: no such choice as 'mnits'; did you mean 'mnist'?",
        "x.yaml:6: model.filters: is empty; write for example filters: [32, 64]",
        "x.yaml:7: model.kernel_size: expected a whole number, not 3.5; write for example kernel_size: 3",
        "x.yaml:9: training.epoch: unknown key; did you mean 'epochs'?",
        "x.yaml:10: training.batch_size: is 0, out of range; write a number of at least 1",
        "x.yaml:11: training.optimizer.learning_rat: unknown key; did you mean 'learning_rate'?",
        "x.yaml:13: activations[0]: no such choice as 'rleu'; did you mean 'relu'?",
        "x.yaml:14: activations[1].alpha: is -1, out of range; write a number of at least 0",
        "x.yaml:16: activations[3]: is the same candidate as that of line 15; keep one of them",
        "x.yaml:17: activations[4].with.model.kernel_initializer: no such choice as 'he_norml';"
        " did you mean 'he_normal'?",
        "x.yaml:19: grid.training.optimizer.learning_rate[1]: expected a number, not 'x';"
        " write for example learning_rate: 0.001",
        "x.yaml:20: grid.training.epochs: must be the same for every candidate; set training.epochs itself",
        "x.yaml:21: diagnostics.evry: unknown key; did you mean 'every'?",
    ]


GRID = "grid: {training.optimizer.learning_rate: [0.1, 0.2]}\n"
CASES: list[Any] = [
    # key, what stands there, what is told
    ("name", "name: a b\n", "cannot name a folder"),
    ("name", "name: ..\n", "cannot name a folder"),
    ("name", "name: -a\n", "cannot name a folder"),
    ("name", 'name: "a\\n"\n', "cannot name a folder"),
    ("name", f"name: {'a' * 65}\n", "cannot name a folder"),
    ("name", "name: 3\n", "expected text, not 3"),
    ("name", "seeds: 3\n", "is missing"),
    ("seeds", "seeds: 0\n", "at least 1"),
    ("seeds", "seeds: []\n", "is empty"),
    ("seeds", "seeds: true\n", "seeds: 5, or seeds: [0, 1, 2]"),
    ("seeds[0]", "seeds: [-1]\n", "at least 0"),
    ("seeds[1]", "seeds: [1, 1.5]\n", "whole number"),
    ("seeds[0]", "seeds: [4294967296]\n", "out of range"),
    ("tuning_seeds", f"{GRID}tuning_seeds: 2\n", "at least 3"),
    ("tuning_seeds", f"{GRID}tuning_seeds: [7, 8]\n", "at least 3 items"),
    ("tuning_seeds", f"{GRID}tuning_seeds: soon\n", "tuning_seeds: 3, or"),
    ("tuning_seeds[1]", f"{GRID}tuning_seeds: [7, x, 9]\n", "tuning_seeds: [1000, 1001, 1002]"),
    ("tuning_seeds", f"{GRID}tuning_seeds: [7, 8, 7]\n", "7 stands there twice"),
    ("tuning_seeds", f"{GRID}tuning_seeds: [7, 8, 1]\n", "1 is one of the seeds as well"),
    ("tuning_seeds", f"{GRID}seeds: 1001\ntuning_seeds: 3\n", "1000 is one of the seeds as well"),
    ("tuning_seeds", "tuning_seeds: 3\n", "add a grid"),
    ("data", "data: 3\n", "data: mnist"),
    ("data", "data: cifar\n", "did you mean 'cifar10'?"),
    ("data.validation", "data: {validation: tset}\n", "did you mean 'test'?"),
    ("data.validation", "data: {validation: 1000}\n", "{holdout: 10000}"),
    ("data.validation.holdout", "data: {validation: {holdout: 60000}}\n", "write at most 59990"),
    ("data.validation.holdout", "data: {name: cifar10, validation: {holdout: 49991}}\n", "write at most 49990"),
    ("data.train_size", "data: {validation: {holdout: 59000}, train_size: 2000}\n", "write at most 1000"),
    pytest.param(
        *("data.train_size", "data: {validation: {holdout: 40000}, train_size: 40000}\n", "write at most 20000")
    ),
    ("data.train_size.first", "data: {train_size: {first: 50001}}\n", "write at most 50000"),
    ("data.validation", "data: {npz: x.yaml}\n", "is missing"),
    ("data.npz", "data: {npz: none.npz, validation: test}\n", "no such file: none.npz; a relative path starts at"),
    ("data.npz", "data: {npz: ., validation: test}\n", "no such file"),
    pytest.param("data.name", "data: {name: mnist, npz: x.yaml, validation: test}\n", "one of name and npz"),
    ("model", "model: mlp\n", "write model: {kind: cnn}"),
    ("model.kind", "model: {kind: cn}\n", "did you mean 'cnn'?"),
    ("model.dropout", "model: {dropout: [0.5]}\n", "write two rates"),
    ("model.dropout[1]", "model: {dropout: [0.5, 1]}\n", "below 1"),
    ("model.dense[0]", "model: {dense: [0]}\n", "at least 1"),
    ("model.kernel_initializer", "model: {kernel_initializer: HeNormal}\n", "did you mean 'he_normal'?"),
    ("training", "training:\n", "not nothing"),
    ("training.epochs", "training: {epochs: '3'}\n", "expected a whole number, not '3'"),
    ("training.epochs", "training: {epochs: true}\n", "expected a whole number, not true"),
    ("training.optimizer", "training: {optimizer: adan}\n", "did you mean 'adam'?"),
    ("training.optimizer.name", "training: {optimizer: {name: adan}}\n", "did you mean 'adam'?"),
    ("training.optimizer.momentum", "training: {optimizer: {name: adam, momentum: 0.9}}\n", "unknown key"),
    ("training.optimizer.learning_rate", "training: {optimizer: {name: sgd, learning_rate: 0}}\n", "above 0"),
    ("training.optimizer.learning_rate", "training: {optimizer: {name: sgd, learning_rate: .nan}}\n", "not a finite"),
    ("training.optimizer.learning_rate", "training: {optimizer: {name: sgd, learning_rate: 1e999}}\n", "not a finite"),
    ("training.optimizer", "training: {optimizer: {name: sgd, clipnorm: 1, clipvalue: 1}}\n", "exclude each other"),
    pytest.param(
        *("training.optimizer.weight_decay", "training: {optimizer: {name: adamw, weight_decay: null}}\n", "a number")
    ),
    ("activations", "activations: []\n", "is empty"),
    ("activations", "activations: relu\n", "expected a list"),
    ("activations[0]", "activations: [3]\n", "is no activation function"),
    pytest.param("activations[0]", "activations: [ReLU]\n", "did you mean 'relu'?"),
    ("activations[0]", "activations: [{alpha: 3}]\n", "has no name"),
    ("activations[0].name", "activations: [{name: gellu}]\n", "did you mean 'gelu'?"),
    ("activations[0].negativ_slope", "activations: [{name: leaky-relu, negativ_slope: 1}]\n", "'negative_slope'"),
    ("activations[0].negative_slope", "activations: [{name: leaky_relu, negative_slope: 2}]\n", "at most 1"),
    ("activations[0].approximate", "activations: [{name: gelu, approximate: 1}]\n", "true or false"),
    ("activations[0].name", "activations: [{name: relu, formula: x * x}]\n", "stands beside formula"),
    ("activations[0].name", "activations: [{name: relu, function: a:b}]\n", "stands beside function"),
    ("activations[0].formula", "activations: [{formula: 3}]\n", "expected text, not 3; write for example formula: x"),
    ("activations[0].formula", "activations: [{formula: x * y}]\n", "column 5: no parameter is called 'y'"),
    ("activations[0].formula", "activations: [{formula: x.real}]\n", "column 1: names have no dots"),
    ("activations[0].formula", "activations: [{formula: log(x)}]\n", "log(x) is not finite at x = -10"),
    ("activations[0].formula", 'activations: [{formula: "3.0"}]\n', "does not depend on x"),
    ("activations[0].formula", "activations: [{formula: x - x}]\n", "is 0 at every x in [-10, 10]"),
    ("activations[0].parameters.a", "activations: [{formula: a * x, parameters: {a: b}}]\n", "expected a number"),
    ("activations[0].formula", "activations: [{formula: x * x, parameters: {a: 1}}]\n", "parameter a is not used"),
    pytest.param(
        "activations[0].trainable",
        "activations: [{formula: a * x, parameters: {a: 1}, trainable: [b]}]\n",
        "no parameter 'b' that could be learned; its parameters are a",
    ),
    ("activations[0].trainable", "activations: [{name: elu, trainable: [alfa]}]\n", "did you mean 'alpha'?"),
    ("activations[0].trainable", "activations: [{name: gelu, trainable: [approximate]}]\n", "unknown key"),
    pytest.param(
        "activations[0].formula",
        "activations: [{formula: x**a, parameters: {a: 2}, trainable: [a]}]\n",
        "a is to be learned, and at a = 2.003",
    ),
    pytest.param(
        "activations[0].parameters.flavour",
        "activations: [{function: textwrap:dedent, parameters: {flavour: 2}}]\n",
        "has no parameter 'flavour'; it has none: remove this",
    ),
    ("activations[0].function", "activations: [{function: nowhere:f}]\n", "no module 'nowhere' beside this file"),
    ("activations[0].function", "activations: [{function: f}]\n", "is not module:name"),
    ("activations[0].function", "activations: [{function: json:dumb}]\n", "did you mean 'dump'?"),
    ("activations[0].function", "activations: [{function: math:tanh}]\n", "math"),
    ("data.validation", "data: {validation: none}\n", "write {holdout: 10000}, {last: 10000}, or test"),
    ("data.validation.holdout", "data: {validation: {last: 9, holdout: 9}}\n", "give one of holdout and last"),
    ("data.validation.last", "data: {validation: {last: 60000}}\n", "write at most 59990"),
    ("model.kernel_initializer", "model: {kernel_initializer: he}\n", "he_normal"),
    ("model.kernel_initializer.name", "model: {kernel_initializer: {name: he}}\n", "he_normal"),
    ("model.bias_initializer", "model: {bias_initializer: 3}\n", "write for example {name: random_normal, stddev"),
    ("model.bias_initializer.std", "model: {bias_initializer: {name: random_normal, std: 3}}\n", "'stddev'?"),
    ("model.bias_initializer.mean", "model: {bias_initializer: {name: he_normal, mean: 3}}\n", "unknown key"),
    ("model.bias_initializer", "model: {bias_initializer: orthogonal}\n", "orthogonal is for kernels"),
    ("model.kernel_regularizer", "model: {kernel_regularizer: l2}\n", "kernel_regularizer: {l2: 0.0005}"),
    ("model.bias_initializer", "model: {bias_initializer: auto}\n", "no such choice as 'auto'"),
    pytest.param(
        "model.bias_initializer",
        "model: {bias_initializer: {name: random_uniform, minval: 1, maxval: 0}}\n",
        "minval 1 is above maxval 0; write the lower one as minval",
    ),
    ("model.kernel_regularizer.l3", "model: {kernel_regularizer: {l3: 3}}\n", "the keys are l1, l2"),
    ("model.output_activation", "model: {output_activation: sigmoid}\n", "write training.loss: binary_crossentropy"),
    ("training.loss_weights", "training: {loss_weights: 0}\n", "above 0"),
    ("diagnostics.evry", "diagnostics: {evry: 3}\n", "did you mean 'every'?"),
    ("diagnostics.probe_size", "diagnostics: {probe_size: 0}\n", "at least 1"),
    ("diagnostics", "diagnostics: 3\n", "write diagnostics: false, or diagnostics: {every: 10}"),
    ("activations[0].label", 'activations: [{name: relu, label: "a\\nb"}]\n', "1 to 60 printable"),
    ("activations[0].label", f"activations: [{{name: relu, label: {'a' * 61}}}]\n", "1 to 60 printable"),
    ("activations[0].label", "activations: [{name: relu, label: ''}]\n", "1 to 60 printable"),
    ("activations[1]", "activations: [{name: relu, label: x}, {name: elu, label: x}]\n", "has the label 'x'"),
    ("activations[1]", "activations: [leaky-relu, {name: leaky_relu, label: l}]\n", "the same candidate"),
    ("activations[1]", "activations: [elu, {name: elu, alpha: 1}]\n", "the same candidate"),
    (
        "activations[1]",
        "activations: [selu, {name: selu, with: {model.kernel_initializer: lecun_normal}}]\n",
        "the same candidate",
    ),
    ("activations[0].with", "activations: [{name: relu, with: [1]}]\n", "keys with values"),
    (
        "activations[0].with.training.threads",
        "activations: [{name: relu, with: {training.threads: 2}}]\n",
        "the same for every candidate",
    ),
    ("grid", "grid: [1]\n", "keys with values"),
    ("grid.training.batch_size", "grid: {training.batch_size: []}\n", "is empty"),
    ("grid.training.batch_size", "grid: {training.batch_size: 3}\n", "expected a list"),
    ("grid.model.filter", "grid: {model.filter: [[3]]}\n", "did you mean 'model.filters'?"),
    ("grid.training.optimizer.lr", "grid: {training.optimizer.lr: [1]}\n", "'training.optimizer.learning_rate'?"),
    ("grid.model", "grid: {model: [{kind: mlp}]}\n", "is not a setting that can vary"),
    ("grid.training.batch_size[1]", "grid: {training.batch_size: [1, 1]}\n", "twice"),
    pytest.param(
        *("grid.training.optimizer.learning_rate[1]", "grid: {training.optimizer.learning_rate: [1, 1.0]}\n", "twice")
    ),
    pytest.param(
        *("grid.model.kernel_initializer[1]", "grid: {model.kernel_initializer: [auto, lecun_normal]}\n", "for selu")
    ),
    (
        "grid.training.optimizer.clipnorm[0]",
        "training: {optimizer: {name: adam, clipvalue: 1}}\ngrid: {training.optimizer.clipnorm: [2]}\n",
        "exclude each other",
    ),
]


@pytest.mark.parametrize(("key", "rest", "told"), CASES)
def test_a_mistake_is_told_once_in_plain_words(key: str, rest: str, told: str, write: Write) -> None:
    """None names pydantic's types or a union's members, and each has a remedy."""
    head = "" if key == "name" else "name: a\n"
    (problem,) = problems(write(head + rest))
    assert problem.startswith(f"x.yaml:{len((head + rest).splitlines())}: {key}: ")
    assert told in problem
    assert not any(word in problem for word in ("\0", "pydantic", "Input should", "_type", "something else"))


def test_a_wrong_value_of_the_grid_is_told_once_and_not_for_each_combination(write: Write) -> None:
    text = (
        "name: a\ngrid:\n  training.batch_size: [1, 2, 3]\n  training.optimizer.learning_rate:\n    - 0.1\n    - -1\n"
    )
    (problem,) = problems(write(text))
    assert problem.startswith("x.yaml:6: grid.training.optimizer.learning_rate[1]: is -1, out of range")


@pytest.mark.parametrize("key", ["name", "description", "label"])
def test_what_would_be_stored_as_a_number_is_refused(key: str, write: Write) -> None:
    """Else the folder of the results holds an experiment that cannot be read."""
    lines = {"name": "a", "description": "b", "label": "c"} | {key: "'1e3'"}
    label = f"activations: [{{name: relu, label: {lines['label']}}}]"
    (problem,) = problems(write(f"name: {lines['name']}\ndescription: {lines['description']}\n{label}\n"))
    assert f"{key}: '1e3' is a number to some readers" in problem


# --- Overrides


@pytest.mark.parametrize(
    ("rest", "override", "look", "value"),
    [
        ("", "training.epochs=2", lambda e: e.candidates[0].training.epochs, 2),
        ("", "seeds=[7, 8]", lambda e: e.seeds, (7, 8)),
        ("", "description=hello world", lambda e: e.description, "hello world"),
        ("", "activations=[gelu]", lambda e: e.candidates[0].label, "gelu"),
        ("activations: [elu]\n", "activations[0].alpha=0.2", lambda e: e.candidates[0].label, "elu (alpha=0.2)"),
        ("training: {optimizer: sgd}\n", "training.optimizer.momentum=0.5", lambda e: _rate(e, "momentum"), 0.5),
        ("data: mnist\n", "data.train_size=100", lambda e: e.data.train_size, 100),
        pytest.param("", "training.optimizer.learning_rate=1e-2", lambda e: _rate(e), 0.01),
        pytest.param("training:\n", "training.epochs=2", lambda e: e.candidates[0].training.epochs, 2),
        pytest.param("data: {validation: test}\n", "data.validation.holdout=9", lambda e: e.data.holdout, 9),
        pytest.param("data: {train_size: 5}\n", "data.train_size.first=9", lambda e: e.data.train_first, 9),
        pytest.param("", "grid.training.optimizer.learning_rate=[2, 3]", lambda e: _rate(e), 2.0),
        pytest.param(
            "activations: [{name: elu, with: {}}]\n",
            "activations[0].with.training.batch_size=7",
            lambda e: e.candidates[0].label,
            "elu (batch_size=7)",
        ),
    ],
)
def test_an_option_overrides_a_key(
    rest: str, override: str, look: Callable[[Experiment], Any], value: Any, write: Write
) -> None:
    assert look(experiment(write, rest, override)) == value


def _rate(of: Experiment, argument: str = "learning_rate") -> Any:
    return of.candidates[0].training.optimizer.arguments[argument]


def test_wrong_options_are_named_all_of_them_and_beside_the_files_mistakes(write: Write) -> None:
    told = problems(write("name: a\ntrainin: 1\n"), "training.epochs=x", "bad", "sedes=3", "seeds=[1", "name.a=2")
    assert told == [
        "--set training.epochs=x: training.epochs: expected a whole number, not 'x'; write for example epochs: 10",
        "--set bad: is not KEY=VALUE; write for example training.epochs=2",
        "--set sedes=3: sedes: unknown key; did you mean 'seeds'?",
        "--set seeds=[1: seeds: is not valid YAML (expected ',' or ']', but got '<stream end>', column 3);"
        " check indentation, colons, quotes and brackets",
        "--set name.a=2: name.a: there is no such place in the file; override a key that can stand there",
        "x.yaml:2: trainin: unknown key; did you mean 'training'?",
    ]


def test_a_wrong_option_is_named(write: Write) -> None:
    assert problems(write("name: a\n"), "training.epochs=x") == [
        "--set training.epochs=x: training.epochs: expected a whole number, not 'x'; write for example epochs: 10"
    ]


def test_an_option_that_the_grid_would_undo_is_refused(write: Write) -> None:
    """A user who sets the learning rate must not be given the grid's without a word."""
    path = write("name: a\ntraining: {optimizer: sgd}\ngrid: {training.optimizer.learning_rate: [1, 2]}\n")
    (problem,) = problems(path, "training.optimizer.learning_rate=3")
    assert problem.startswith("--set training.optimizer.learning_rate=3: ")
    assert "the grid varies it" in problem


def test_a_path_in_the_file_starts_at_the_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write("name: a\ndata: {npz: mine.npz, validation: test}\n").parent.absolute()
    (folder / "mine.npz").touch()
    monkeypatch.chdir(folder.parent)
    loaded = load_experiment(folder / "x.yaml")
    assert loaded.experiment.data.path == "mine.npz"
    assert (loaded.folder / "mine.npz").is_file()


def test_a_path_in_an_option_starts_at_the_shell_and_names_no_folder_of_the_user(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write("name: a\ndata: mnist\n").parent.absolute()
    (folder.parent / "mine.npz").touch()
    monkeypatch.chdir(folder.parent)
    loaded = load_experiment(folder / "x.yaml", ["data.npz=mine.npz", "data.validation=test"])
    assert loaded.experiment.data.path == str(Path("..", "mine.npz"))
    assert (loaded.folder / ".." / "mine.npz").is_file()


def test_what_is_found_unsuitable_later_still_has_its_place(write: Write) -> None:
    path = write("name: a\nmodel:\n  filters: [8]\nactivations:\n  - relu\n  - name: elu\n    alpha: 0.2\n")
    loaded = load_experiment(path, ["training.batch_size=9"])
    assert loaded.where("model.filters") == "x.yaml:3"
    assert loaded.where("model.kernel_size") == "x.yaml:2"
    assert loaded.where("activations[1].alpha") == "x.yaml:7"
    assert loaded.where("training.batch_size") == "--set training.batch_size=9"
    assert loaded.where("data.train_size") == "x.yaml:1"


# --- Warnings


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("seeds: 1\n", "One seed"),
        ("data: {validation: test}\n", "choosing on test data"),
        ("model: {kernel_initializer: he_normal}\n", "selu: SELU does not normalise itself here"),
        ("model: {dropout_layer: dropout}\n", "dropout_layer is dropout, not alpha_dropout"),
        ("model: {batch_normalization: true}\n", "batch normalisation"),
        ("model: {dropout_layer: alpha_dropout}\nactivations: [relu]\n", "relu: alpha_dropout is made for SELU"),
    ],
)
def test_what_would_mislead_is_allowed_and_said_once(rest: str, told: str, write: Write) -> None:
    found = experiment(write, rest + "grid: {training.batch_size: [1, 2]}\n")
    (warning,) = found.warnings
    assert told in warning


def test_no_warning_where_no_dropout_is_done(write: Write) -> None:
    assert experiment(write, "model: {dropout: [0, 0], dropout_layer: dropout}\n").warnings == ()


# --- The schema, and speed


def test_the_shipped_schema_is_the_programs() -> None:
    """Editors would underline what the program accepts. After a change: actsearch schema > the file."""
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == json_schema()


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_editors_find_nothing_wrong_with_the_shipped_configs(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    text = path.read_text(encoding="utf-8")
    assert re.match(r"# yaml-language-server: \$schema=(\.\./)+actsearch/experiment.schema.json\n", text)
    # PyYAML reads `1e-3` as a word; the shipped files write 0.001.
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.safe_load(text))


@pytest.mark.parametrize("text", ["name: a\nepoch: 1\n", "name: a\nactivations: [rleu]\n", "seeds: 1\n"])
def test_editors_underline_mistakes(text: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(yaml.safe_load(text))


def test_loading_imports_nothing_heavy() -> None:
    """`validate` answers while the user still looks; TensorFlow alone takes seconds."""
    code = (
        "import sys, pathlib; from actsearch.config import loading; loading.load_experiment(pathlib.Path(sys.argv[1]));"
        "print(sorted({'numpy', 'rich', 'keras', 'tensorflow', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    root = Path(__file__).parent.parent.parent
    run = [sys.executable, "-c", code, str(CONFIGS[0])]
    done = subprocess.run(run, cwd=root, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
