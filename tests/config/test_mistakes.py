"""Every mistake of an experiment file is told once, in plain words, with its line and what to write instead."""

from __future__ import annotations

from tables import check_each
from written_experiments import Write, problems

IN_ALL_SECTIONS = """\
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

IN_SETTINGS = """\
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


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(write: Write) -> None:
    """A user corrects a file in one go, not in twelve."""
    assert problems(write(IN_ALL_SECTIONS)) == [
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
    assert problems(write(IN_SETTINGS)) == [
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
MISTAKES = [
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
    ("data.train_size", "data: {validation: {holdout: 40000}, train_size: 40000}\n", "write at most 20000"),
    ("data.train_size.first", "data: {train_size: {first: 50001}}\n", "write at most 50000"),
    ("data.validation", "data: {npz: x.yaml}\n", "is missing"),
    ("data.npz", "data: {npz: none.npz, validation: test}\n", "no such file: none.npz; a relative path starts at"),
    ("data.npz", "data: {npz: ., validation: test}\n", "no such file"),
    ("data.name", "data: {name: mnist, npz: x.yaml, validation: test}\n", "one of name and npz"),
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
    ("training.optimizer.weight_decay", "training: {optimizer: {name: adamw, weight_decay: null}}\n", "a number"),
    ("activations", "activations: []\n", "is empty"),
    ("activations", "activations: relu\n", "expected a list"),
    ("activations[0]", "activations: [3]\n", "is no activation function"),
    ("activations[0]", "activations: [ReLU]\n", "did you mean 'relu'?"),
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
    (
        "activations[0].trainable",
        "activations: [{formula: a * x, parameters: {a: 1}, trainable: [b]}]\n",
        "no parameter 'b' that could be learned; its parameters are a",
    ),
    ("activations[0].trainable", "activations: [{name: elu, trainable: [alfa]}]\n", "did you mean 'alpha'?"),
    ("activations[0].trainable", "activations: [{name: gelu, trainable: [approximate]}]\n", "unknown key"),
    (
        "activations[0].formula",
        "activations: [{formula: x**a, parameters: {a: 2}, trainable: [a]}]\n",
        "a is to be learned, and at a = 2.003",
    ),
    (
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
    (
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
    ("grid.training.optimizer.learning_rate[1]", "grid: {training.optimizer.learning_rate: [1, 1.0]}\n", "twice"),
    ("grid.model.kernel_initializer[1]", "grid: {model.kernel_initializer: [auto, lecun_normal]}\n", "for selu"),
    (
        "grid.training.optimizer.clipnorm[0]",
        "training: {optimizer: {name: adam, clipvalue: 1}}\ngrid: {training.optimizer.clipnorm: [2]}\n",
        "exclude each other",
    ),
]


def test_a_mistake_is_told_once_in_plain_words(write: Write) -> None:
    """None names pydantic's types or a union's members, and each has a remedy."""

    def check(key: str, rest: str, words: str) -> None:
        content = rest if key == "name" else f"name: a\n{rest}"
        (problem,) = problems(write(content))
        assert problem.startswith(f"x.yaml:{len(content.splitlines())}: {key}: ")
        assert words in problem
        assert not any(word in problem for word in ("\0", "pydantic", "Input should", "_type", "something else"))

    check_each(MISTAKES, check)


BEGINNINGS = [
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
]


def test_a_mistake_begins_with_its_place(write: Write) -> None:
    def check(content: str, start: str) -> None:
        problem, *_ = problems(write(content))
        assert problem.startswith(start)
        assert "; " in problem, "a remedy follows what is wrong"

    check_each(BEGINNINGS, check)


def test_a_subset_of_what_a_holdout_leaves_is_told_only_where_something_is_left(write: Write) -> None:
    """`at most -10000` helps nobody; the holdout is what is wrong."""
    (problem,) = problems(write("name: a\ndata:\n  train_size: 100000\n  validation: {holdout: 70000}\n"))
    assert problem.startswith("x.yaml:4: data.validation.holdout: 70000 of 60000")


def test_what_an_mlp_has_not_is_told_as_such(write: Write) -> None:
    """Whoever changes `kind` alone in the starter has the convolutions' keys left."""
    assert problems(write("name: a\nmodel:\n  kind: mlp\n  kernel_size: 3\n  filter: [1]\n")) == [
        "x.yaml:4: model.kernel_size: is for kind: cnn alone; remove it",
        "x.yaml:5: model.filter: unknown key; the keys are kind, dense, dropout, kernel_initializer, bias_initializer,"
        " kernel_regularizer, dropout_layer, batch_normalization, output_kernel_initializer, output_bias_initializer,"
        " output_activation",
    ]
