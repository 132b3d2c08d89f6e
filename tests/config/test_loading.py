"""Experiment files: what is accepted means what is documented, and every mistake is told with its place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from actsearch.config.experiment_file import SCHEMA_FILE, json_schema
from actsearch.config.loading import load_experiment
from actsearch.core.errors import InvalidExperiment
from actsearch.core.experiment import Cnn, Mlp

ROOT_OF_CONFIGS = Path(__file__).parent.parent.parent / "configs"
CONFIGS = sorted(ROOT_OF_CONFIGS.rglob("*.yaml"))


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str | bytes, name: str = "x.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return write


def mistakes(path: Path, overrides: tuple[str, ...] = ()) -> list[str]:
    """The mistakes told of a file, without its folder."""
    with pytest.raises(InvalidExperiment) as caught:
        load_experiment(path, overrides)
    return [str(problem).replace(str(path), path.name) for problem in caught.value.problems]


MANY = """\
nme: x
seeds: []
data:
  name: mnits
  validation: {holdout: 0}
model:
  filters: 32
  dropout: [0.5]
training:
  optimizer: {name: adm}
  epoch: 10
  epochs: ten
  batch_size: 1.5
activations:
  - rellu
  - {name: elu, alfa: 0.2}
  - {name: elu, alpha: -1}
  - {formula: "y*2"}
  - {name: relu, with: {training.epochs: 3}}
grid:
  training.optimizer.learning_rat: [1]
diagnostics: {evry: 1}
"""


def test_all_mistakes_at_once_in_the_order_of_the_file_with_place_and_remedy(write):
    assert mistakes(write(MANY)) == [
        "x.yaml:1: name: is missing; write for example name: my-experiment",
        "x.yaml:1: nme: unknown key; did you mean 'name'?",
        "x.yaml:2: seeds: is empty; write for example seeds: [0, 1, 2]",
        "x.yaml:4: data.name: no such choice as 'mnits'; did you mean 'mnist'?",
        "x.yaml:5: data.validation.holdout: is 0, out of range; write a number of at least 1",
        "x.yaml:7: model.filters: expected a list, not 32; write for example filters: [32, 64]",
        "x.yaml:8: model.dropout: has 1 item; write two rates: after the pooling, and after every dense layer",
        "x.yaml:10: training.optimizer.name: no optimizer is called 'adm'; did you mean 'adam'?",
        "x.yaml:11: training.epoch: unknown key; did you mean 'epochs'?",
        "x.yaml:12: training.epochs: expected a whole number, not 'ten'; write for example epochs: 10",
        "x.yaml:13: training.batch_size: expected a whole number, not 1.5; write for example batch_size: 128",
        "x.yaml:15: activations[0]: no such choice as 'rellu'; did you mean 'relu'?",
        "x.yaml:16: activations[1].alfa: unknown key; did you mean 'alpha'?",
        "x.yaml:17: activations[2].alpha: is -1, out of range; write a number of at least 0",
        "x.yaml:18: activations[3].formula: column 1: no parameter is called 'y'; give it a value under parameters, or"
        " write x",
        "x.yaml:19: activations[4].with.training.epochs: must be the same for every candidate; set training.epochs"
        " itself",
        "x.yaml:21: grid.training.optimizer.learning_rat: is not a setting that can vary; did you mean"
        " 'training.optimizer.learning_rate'?",
        "x.yaml:22: diagnostics.evry: unknown key; did you mean 'every'?",
    ]


def bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, after in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{after}: &{after} [{', '.join(['*' + before] * 9)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "x.yaml: is empty"),
        ("# only a comment\n", "x.yaml: is empty"),
        (b"\xff\xfen", "x.yaml:1: is not UTF-8"),
        (b"name: a\n# caf\xe9\n", "x.yaml:2: is not UTF-8"),
        (b"\0" * 2_000_000, "x.yaml: has 2 MB"),
        ("name: " + "[" * 5000, "x.yaml: is nested too deeply"),
        (bomb(), "x.yaml: stands for more than 10,000 values"),
        ("name: &a [*a]\n", "x.yaml:1: an alias contains itself"),
        ("name: *nobody\n", "x.yaml:1: is not valid YAML"),
        ("- a\n", "x.yaml:1: is not a list of keys with values"),
        ("just words\n", "x.yaml:1: is not a list of keys with values"),
        ("name: [a\nb: c\n", "x.yaml:2: is not valid YAML"),
        ("name: a\n---\nname: b\n", "x.yaml:2: holds several documents"),
        ("name: !!python/object:os.system x\n", "x.yaml:1: name: has the tag"),
        ("name: a\n? [b]\n: c\n", "x.yaml:2: a key is not a word"),
        ("name: a\n<<: {seeds: 1}\n", "x.yaml:2: YAML 1.2 has no merge key"),
        ("name: a\nname: b\n", "x.yaml:2: name: this key stands in line 1 already"),
        ("name: ../b\n", "x.yaml:1: name: '../b' cannot name a folder"),
        ("name: a\nactivations: []\n", "x.yaml:2: activations: is empty"),
        ("name: a\nactivations: [relu, relu]\n", "x.yaml:2: activations[1]: is the same candidate as that of line 2"),
        ("name: a\nactivations: [leaky_relu, leaky-relu]\n", "x.yaml:2: activations[1]: is the same candidate"),
        ("name: a\nactivations:\n- {name: elu, label: f}\n- {name: relu, label: f}\n", "x.yaml:4: activations[1]: has"),
        ("name: a\nactivations: [{name: elu, label: 'a\\nb'}]\n".replace("'", '"'), "x.yaml:2: activations[0].label"),
        ("name: a\nseeds: [1, 1]\n", "x.yaml:2: seeds: 1 stands there twice"),
        ("name: a\nseeds: true\n", "x.yaml:2: seeds: true is not what can stand there"),
        ("name: a\ndata: {npz: no.npz}\n", "x.yaml:2: data.validation: is missing"),
        ("name: a\ndata: {npz: no.npz, validation: test}\n", "x.yaml:2: data.npz: no such file"),
        ("name: a\ndata: {train_size: 50001}\n", "x.yaml:2: data.train_size: 50001 is more than the 50000"),
        ("name: a\ndata: {validation: {holdout: 60000}}\n", "x.yaml:2: data.validation.holdout: 60000 of 60000"),
        ("name: a\ndata: {validation: tset}\n", "x.yaml:2: data.validation: no such choice as 'tset'; did you mean"),
        ("name: a\nmodel: {kind: rnn}\n", "x.yaml:2: model.kind: no kind of network is called 'rnn'"),
        ("name: a\nmodel: {kind: mlp, filters: [3]}\n", "x.yaml:2: model.filters: is for kind: cnn alone"),
        ("name: a\nmodel: {dropout: [0.5, 1.0]}\n", "x.yaml:2: model.dropout[1]: is 1.0, out of range"),
        ("name: a\ntraining: {epochs: 'true'}\n", "x.yaml:2: training.epochs: expected a whole number"),
        ("name: a\ntraining: {optimizer: {learning_rate: .nan}}\n", "x.yaml:2: training.optimizer.learning_rate"),
        (
            "name: a\ntraining: {optimizer: {clipnorm: 1, clipvalue: 1}}\n",
            "x.yaml:2: training.optimizer: clipvalue and",
        ),
        ("name: a\ngrid: {model.kind: [cnn, mlp]}\n", "x.yaml:2: grid.model.kind: must be the same"),
        (
            "name: a\ngrid: {training.batch_size: [1, 1]}\n",
            "x.yaml:2: grid.training.batch_size[1]: 1 stands there twice",
        ),
    ],
)
def test_a_file_that_is_no_experiment_gets_a_clear_answer(write, content, expected):
    told = mistakes(write(content))
    assert told[0].startswith(expected)
    assert "; " in told[0], "a remedy follows what is wrong"


def test_a_missing_file_and_a_folder_get_a_clear_answer(tmp_path):
    assert "cannot be read (no such file or directory)" in mistakes(tmp_path / "none.yaml")[0]
    assert "is a folder; give the experiment's file" in mistakes(tmp_path)[0]


def test_a_mistake_in_a_grid_is_told_once_at_the_line_of_its_value(write):
    text = "name: a\ngrid:\n  training.batch_size: [8, 16]\n  training.optimizer.learning_rate:\n  - 0.1\n  - -1\n"
    assert mistakes(write(text)) == [
        "x.yaml:6: grid.training.optimizer.learning_rate[1]: is -1, out of range; write a number above 0"
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [("1e-3", 0.001), ("1E2", 100.0), ("5", 5.0), ("0x10", 16.0), ("0o10", 8.0), ("010", 10.0), ("+.5", 0.5)],
)
def test_numbers_follow_yaml_1_2(write, written, read):
    path = write(f"name: a\ntraining: {{optimizer: {{learning_rate: {written}}}}}\n")
    assert load_experiment(path).experiment.candidates[0].training.optimizer.arguments["learning_rate"] == read


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "1:30", "2001-01-01"])
def test_words_that_yaml_1_1_would_turn_into_something_else_stay_words(write, word):
    assert load_experiment(write(f"name: a\ndescription: {word}\n")).experiment.description == word


def test_a_byte_order_mark_is_no_mistake(write):
    assert load_experiment(write(b"\xef\xbb\xbfname: a\n")).experiment.name == "a"


def test_the_defaults_are_the_sound_choices(write):
    experiment = load_experiment(write("name: a\n")).experiment
    assert (experiment.data.holdout, experiment.seeds, len(experiment.candidates)) == (10_000, (0, 1, 2), 6)
    training = experiment.candidates[0].training
    assert training.loss == "categorical_crossentropy"
    assert not {"clipvalue", "clipnorm", "global_clipnorm"} & set(training.optimizer.arguments)
    gelu = experiment.candidates[5].activation
    assert (gelu.name, gelu.parameters) == ("gelu", {"approximate": False}), "gelu alone is Keras's, which is exact"
    assert experiment.warnings == ()


def test_auto_means_what_each_activation_asks_for(write):
    by_name = {c.activation.name: c.model for c in load_experiment(write("name: a\n")).experiment.candidates}
    assert (by_name["selu"].kernel_initializer, by_name["selu"].dropout_layer) == ("lecun_normal", "alpha_dropout")
    assert (by_name["relu"].kernel_initializer, by_name["relu"].dropout_layer) == ("glorot_uniform", "dropout")


def test_breaking_selus_conditions_is_allowed_and_said(write):
    text = "name: a\nmodel: {kernel_initializer: glorot_uniform, dropout_layer: dropout, batch_normalization: true}\n"
    (warning,) = load_experiment(write(text + "activations: [selu, relu]\n")).experiment.warnings
    for reason in ("kernel_initializer is glorot_uniform", "not alpha_dropout", "batch normalisation"):
        assert reason in warning


def test_choosing_on_the_test_set_and_a_single_seed_are_said(write):
    warnings = load_experiment(write("name: a\nseeds: [3]\ndata: {validation: test}\n")).experiment.warnings
    assert any("choosing on test data" in warning for warning in warnings)
    assert any("may be chance" in warning for warning in warnings)


def test_the_grid_is_every_combination_and_own_settings_take_a_key_out_of_it(write):
    text = """\
name: a
activations:
- relu
- {name: selu, with: {training.optimizer.learning_rate: 0.5}}
grid:
  training.optimizer.learning_rate: [0.1, 0.2]
  model.batch_normalization: [false, true]
"""
    candidates = load_experiment(write(text)).experiment.candidates
    assert [c.label for c in candidates].count("relu") == 4
    own = [c for c in candidates if c.activation.name == "selu"]
    assert {c.training.optimizer.arguments["learning_rate"] for c in own} == {0.5}
    assert [c.model.batch_normalization for c in own] == [False, True]
    assert own[0].setting == {"training.optimizer.learning_rate": 0.5, "model.batch_normalization": False}


def test_labels_tell_what_is_not_at_its_default(write):
    text = "name: a\nactivations: [elu, {name: elu, alpha: 0.2}, {name: gelu, approximate: true}]\n"
    labels = [c.label for c in load_experiment(write(text)).experiment.candidates]
    assert labels == ["elu", "elu (alpha=0.2)", "gelu (approximate)"]


def test_shorthands_mean_the_written_out_forms(write):
    short = load_experiment(
        write("name: a\ndata: mnist\ntraining: {optimizer: sgd}\nseeds: 2\nactivations: [leaky-relu]\n")
    )
    long = load_experiment(
        write(
            "name: a\ndata: {name: mnist}\ntraining: {optimizer: {name: sgd, learning_rate: 0.01}}\n"
            "seeds: [0, 1]\nactivations: [{name: leaky_relu, negative_slope: 0.2}]\n",
            "y.yaml",
        )
    )
    assert short.experiment == long.experiment


def test_both_networks(write):
    assert isinstance(load_experiment(write("name: a\n")).experiment.candidates[0].model, Cnn)
    mlp = (
        load_experiment(write("name: a\nmodel: {kind: mlp, dense: [7], dropout: 0.1}\n")).experiment.candidates[0].model
    )
    assert mlp == Mlp((7,), 0.1, "glorot_uniform", "dropout", False)


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("training.epochs=x", "--set training.epochs=x: training.epochs: expected a whole number"),
        ("training.epoch=3", "--set training.epoch=3: training.epoch: unknown key; did you mean 'epochs'?"),
        ("foo", "--set foo: is not KEY=VALUE"),
        ("activations[9]=relu", "--set activations[9]=relu: activations[9]: there is no such place"),
        ("model.filters=[", "--set model.filters=[: model.filters: is not valid YAML"),
        ("seeds=", "--set seeds=: seeds: nothing is not what can stand there"),
    ],
)
def test_a_wrong_override_names_the_option(write, override, told):
    assert mistakes(write("name: a\n"), (override,))[0].startswith(told)


def test_overrides_replace_keys_that_are_there_and_ones_that_are_not(write):
    path = write("name: a\ntraining: {epochs: 5}\n")
    overrides = ("training.epochs=2", "training.optimizer.clipvalue=0.5", "activations=[relu, {name: elu, alpha: 2}]")
    experiment = load_experiment(path, overrides).experiment
    assert experiment.candidates[1].training.epochs == 2
    assert experiment.candidates[1].training.optimizer.arguments["clipvalue"] == 0.5
    assert experiment.candidates[1].activation.parameters == {"alpha": 2.0}


def test_errors_that_come_to_light_with_the_data_find_their_line(write):
    loaded = load_experiment(write("name: a\ndata:\n  train_size: 100\n"), ("training.epochs=3",))
    assert loaded.where("data.train_size").endswith("x.yaml:3")
    assert loaded.where("training.epochs") == "--set training.epochs=3"
    assert loaded.where("model.kind").endswith("x.yaml:1")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_example_is_valid_for_the_program_and_for_editors(path):
    experiment = load_experiment(path).experiment
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), json_schema())
    text = path.read_text(encoding="utf-8")
    up = "../" * len(path.relative_to(ROOT_OF_CONFIGS).parts)
    assert text.startswith(f"# yaml-language-server: $schema={up}actsearch/experiment.schema.json\n# ")
    assert f"actsearch run configs/{path.relative_to(ROOT_OF_CONFIGS).as_posix()}" in text
    assert "COST" not in text
    assert "RESULT" not in text
    assert experiment.name == {"starter": "my-experiment"}.get(path.stem, path.stem.replace("_", "-"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_what_the_results_keep_of_an_experiment_is_the_same_experiment(path, write):
    """A reader who runs `results/NAME/experiment.yaml` gets the very trials that lie there."""
    experiment = load_experiment(path).experiment
    kept = write(yaml.safe_dump(dict(experiment.document), sort_keys=False))
    assert load_experiment(kept).experiment == experiment


def test_the_article_is_the_articles():
    by_stem = {path.stem: path for path in CONFIGS}
    experiment = load_experiment(by_stem["article"]).experiment
    names = [c.activation.name for c in experiment.candidates]
    assert names == ["sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu"]
    training = experiment.candidates[0].training
    assert (training.epochs, training.batch_size, training.loss) == (100, 128, "binary_crossentropy")
    assert training.optimizer.arguments["clipvalue"] == 0.5
    assert experiment.data.holdout is None
    assert experiment.candidates[5].activation.parameters == {"approximate": True}


def test_the_shipped_schema_is_the_one_that_is_printed():
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == json_schema()


@pytest.mark.parametrize("wrong", [{"name": "a", "epoch": 1}, {"name": "a", "activations": ["rellu"]}, {}])
def test_editors_see_mistakes_too(wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema())


def test_ten_thousand_candidates_are_refused_before_they_are_made(write):
    rates = ", ".join(str(i / 10_000) for i in range(1, 2001))
    told = mistakes(write(f"name: a\ngrid: {{training.optimizer.learning_rate: [{rates}]}}\n"))
    assert told == ["x.yaml:2: grid: asks for 12,000 candidates; ask for at most 10,000"]


def test_checking_a_file_loads_nothing_heavy():
    code = (
        "import sys, pathlib; from actsearch.config import loading; loading.load_experiment(pathlib.Path(sys.argv[1]));"
        "print(*(m for m in ('numpy', 'rich', 'keras', 'tensorflow', 'matplotlib') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(CONFIGS[0])], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_tuning_seeds_by_number_begin_far_from_seeds(tmp_path: Path) -> None:
    """Whoever asks for more seeds later must not meet those that chose the settings."""
    path = tmp_path / "x.yaml"
    text = "name: a\ngrid: {training.optimizer.learning_rate: [0.1, 0.2]}\n"
    path.write_text(text + "tuning_seeds: 3\n", encoding="utf-8")
    experiment = load_experiment(path).experiment
    assert (experiment.seeds, experiment.tuning_seeds) == ((0, 1, 2), (1000, 1001, 1002))
    assert experiment.document["tuning_seeds"] == [1000, 1001, 1002]
    path.write_text(text, encoding="utf-8")
    assert "tuning_seeds" not in load_experiment(path).experiment.document


def test_what_makes_the_choice_of_settings_unfair_is_told(tmp_path: Path) -> None:
    """More settings to choose from, or choosing on test data, flatters: the user must know before the night."""
    path = tmp_path / "x.yaml"
    path.write_text(
        "name: a\ndata: {name: mnist, validation: test}\ntuning_seeds: 3\n"
        "grid: {training.optimizer.learning_rate: [0.1, 0.2]}\n"
        "activations: [relu, {name: selu, with: {training.optimizer.learning_rate: 0.3}}]\n",
        encoding="utf-8",
    )
    warnings = " ".join(load_experiment(path).experiment.warnings)
    assert "Settings are chosen on the test set" in warnings
    assert "Not as many settings for each activation (relu: 2, selu (learning_rate=0.3): 1)" in warnings
