"""What an experiment file comes to: the sound defaults, the article, and every file that is shipped."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
import yaml
from tables import check_each
from written_experiments import Write, again, experiment, only, problems

from actsearch.config.experiment_file import json_schema
from actsearch.config.loading import load_experiment
from actsearch.core.identity import expand
from actsearch.functions.registry import ARTICLE
from actsearch.networks.kinds.cnn import Cnn
from actsearch.networks.kinds.mlp import Mlp

CONFIGS_FOLDER = Path(__file__).parent.parent.parent / "configs"
CONFIGS = sorted(CONFIGS_FOLDER.rglob("*.yaml"))


def test_a_name_alone_is_an_experiment_with_the_sound_defaults(write: Write) -> None:
    """A user who writes nothing gets held-out validation, several seeds, no clipping and today's usual loss."""
    loaded = experiment(write, "")
    assert [candidate.label for candidate in loaded.candidates] == list(ARTICLE)
    assert (loaded.seeds, loaded.data.source.name, loaded.data.holdout) == ((0, 1, 2), "mnist", 10_000)
    first = loaded.candidates[0]
    assert first.model == Cnn((32, 64), 3, (128,), (0.25, 0.5), "glorot_uniform", "dropout", False)
    assert first.training.optimizer.name == "adam"
    assert not {"clipvalue", "clipnorm", "global_clipnorm"} & set(first.training.optimizer.arguments)
    assert (first.training.loss, first.training.epochs, first.training.batch_size) == (
        "categorical_crossentropy",
        10,
        128,
    )
    gelu = loaded.candidates[5].activation
    assert (gelu.name, gelu.parameters) == ("gelu", {"approximate": False}), "gelu alone is Keras's, which is exact"
    assert loaded.warnings == ()


def test_auto_gives_selu_what_its_paper_asks_for(write: Write) -> None:
    models = {c.label: c.model for c in experiment(write, "activations: [relu, selu]\n").candidates}
    assert (models["selu"].kernel_initializer, models["selu"].dropout_layer) == ("lecun_normal", "alpha_dropout")
    assert (models["relu"].kernel_initializer, models["relu"].dropout_layer) == ("glorot_uniform", "dropout")


def test_an_mlp_has_defaults_of_its_own(write: Write) -> None:
    mlp = only(write, "model: {kind: mlp}\nactivations: [relu]\n").model
    assert mlp == Mlp((128, 128), 0.0, "glorot_uniform", "dropout", False)
    mlp = only(write, "model: {kind: mlp, dense: [7], dropout: 0.1}\nactivations: [relu]\n").model
    assert mlp == Mlp((7,), 0.1, "glorot_uniform", "dropout", False)


def test_the_article_config_is_the_article() -> None:
    """The one file whose settings a reader holds against the article."""
    article = load_experiment(CONFIGS_FOLDER / "article.yaml").experiment
    names = [candidate.activation.name for candidate in article.candidates]
    assert names == ["sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu"]
    assert [c.label for c in article.candidates] == ["sigmoid", "relu", "elu", "leaky-relu", "selu", "gelu"]
    parameters = {c.activation.name: dict(c.activation.parameters) for c in article.candidates}
    assert parameters["elu"] == {"alpha": 1.0}
    assert parameters["leaky_relu"] == {"negative_slope": 0.2}
    assert parameters["gelu"] == {"approximate": True}
    training = article.candidates[0].training
    assert (training.epochs, training.batch_size, training.loss) == (100, 128, "binary_crossentropy")
    assert training.optimizer.name == "adam"
    assert training.optimizer.arguments["learning_rate"] == 0.001
    assert training.optimizer.arguments["clipvalue"] == 0.5
    assert (article.data.holdout, article.data.train_size, article.seeds) == (None, None, (0,))


def test_every_shipped_config_is_valid_for_the_program_and_for_editors() -> None:
    """What a newcomer begins with; each opens with its schema, what it is about, and its command."""
    validator = jsonschema.Draft202012Validator(json_schema())

    def check(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(CONFIGS_FOLDER)
        schema = "../" * len(place.parts) + "actsearch/experiment.schema.json"
        assert text.startswith(f"# yaml-language-server: $schema={schema}\n# ")
        assert f"actsearch run configs/{place.as_posix()}" in text
        assert "COST" not in text
        assert "RESULT" not in text
        name = load_experiment(path).experiment.name
        assert name == {"starter": "my-experiment"}.get(path.stem, path.stem.replace("_", "-"))
        validator.validate(yaml.safe_load(text))  # PyYAML reads `1e-3` as a word; the shipped files write 0.001

    check_each(CONFIGS, check)


def test_every_shipped_config_survives_being_stored(write: Write) -> None:
    """A reader who runs `results/NAME/experiment.yaml` gets the very trials that lie there."""
    write("")

    def check(path: Path) -> None:
        loaded = load_experiment(path).experiment
        assert again(loaded) == loaded

    check_each(CONFIGS, check)


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


def test_shorthands_mean_the_written_out_forms(write: Write) -> None:
    short = experiment(write, "data: mnist\ntraining: {optimizer: sgd}\nseeds: 2\nactivations: [leaky-relu]\n")
    long = experiment(
        write,
        "data: {name: mnist}\ntraining: {optimizer: {name: sgd, learning_rate: 0.01}}\n"
        "seeds: [0, 1]\nactivations: [{name: leaky_relu, negative_slope: 0.2}]\n",
    )
    assert short == long


def test_many_candidates_load_in_seconds_and_too_many_not_at_all(write: Write) -> None:
    sizes = ", ".join(str(i) for i in range(1, 1001))
    start = time.process_time()
    many = experiment(write, f"activations: [relu, elu]\ngrid: {{training.batch_size: [{sizes}]}}\n")
    assert len(many.candidates) == 2000
    assert time.process_time() - start < 5
    path = write(f"name: a\ngrid: {{training.batch_size: [{sizes}], model.kernel_size: [1, 2, 3]}}\n")
    assert problems(path) == ["x.yaml:2: grid: asks for 18,000 candidates; ask for at most 10,000"]
    rates = ", ".join(str(i / 10_000) for i in range(1, 2001))
    path = write(f"name: a\ngrid: {{training.optimizer.learning_rate: [{rates}]}}\n")
    assert problems(path) == ["x.yaml:2: grid: asks for 12,000 candidates; ask for at most 10,000"]


def test_a_path_in_the_file_starts_at_the_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write("name: a\ndata: {npz: mine.npz, validation: test}\n").parent.absolute()
    (folder / "mine.npz").touch()
    monkeypatch.chdir(folder.parent)
    loaded = load_experiment(folder / "x.yaml")
    assert loaded.experiment.data.source.path == "mine.npz"
    assert (loaded.folder / "mine.npz").is_file()


def test_what_is_found_unsuitable_later_still_has_its_place(write: Write) -> None:
    """Sizes beyond the data come to light when these are loaded; the message names the line all the same."""
    path = write("name: a\nmodel:\n  filters: [8]\nactivations:\n  - relu\n  - name: elu\n    alpha: 0.2\n")
    loaded = load_experiment(path, ["training.batch_size=9"])
    assert loaded.where("model.filters") == "x.yaml:3"
    assert loaded.where("model.kernel_size") == "x.yaml:2"
    assert loaded.where("activations[1].alpha") == "x.yaml:7"
    assert loaded.where("training.batch_size") == "--set training.batch_size=9"
    assert loaded.where("data.train_size") == "x.yaml:1"
    loaded = load_experiment(write("name: a\ndata:\n  train_size: 100\n"), ("training.epochs=3",))
    assert loaded.where("data.train_size") == "x.yaml:3"
    assert loaded.where("training.epochs") == "--set training.epochs=3"
    assert loaded.where("model.kind") == "x.yaml:1"


def test_loading_imports_nothing_heavy(write: Write) -> None:
    """`validate` answers while the user still looks, formulas checked; TensorFlow alone takes seconds."""
    path = write('name: a\nactivations: [relu, {formula: "x * sigmoid(b * x)", parameters: {b: 1.5}}]\n')
    code = (
        "import sys, pathlib; from actsearch.config import loading; loading.load_experiment(pathlib.Path(sys.argv[1]));"
        "print(sorted({'numpy', 'rich', 'keras', 'tensorflow', 'matplotlib', 'scipy', 'sympy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
