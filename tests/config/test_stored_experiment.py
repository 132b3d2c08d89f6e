"""The experiment beside its results is the experiment that ran."""

from __future__ import annotations

from tables import check_each
from written_experiments import Write, again, experiment, problems

FILES = [
    "seeds: 4\ndescription: 'no: 1:30 #x'\n",
    "training: {optimizer: {name: sgd, momentum: 0.9, nesterov: true, clipnorm: 1}}\n",
    "activations: [leaky-relu, {name: gelu, approximate: true}, {name: elu, alpha: 0.2, label: 'ELU ½'}]\n",
    "activations: [relu, {name: relu, with: {training.optimizer: {name: sgd, momentum: 0.9}}}]\n",
    "activations: [relu, selu]\ngrid: {training.optimizer.clipnorm: [null, 2], model.dense: [[8], [8, 8]]}\n",
    "activations: [relu]\ngrid: {training.optimizer: [sgd, rmsprop], training.optimizer.momentum: [0, 0.5]}\n",
    "model: {kind: mlp, dense: [30, 30], dropout: 0.5, batch_normalization: true}\n",
    "data: {name: cifar10, validation: test, train_size: {first: 100}}\n",
]


def test_a_stored_experiment_is_the_one_that_ran(write: Write) -> None:
    def check(rest: str) -> None:
        loaded = experiment(write, rest)
        assert again(loaded) == loaded

    check_each(FILES, check)


def test_what_would_be_stored_as_a_number_is_refused(write: Write) -> None:
    """Else the folder of the results holds an experiment that cannot be read."""

    def check(key: str) -> None:
        lines = {"name": "a", "description": "b", "label": "c"} | {key: "'1e3'"}
        label = f"activations: [{{name: relu, label: {lines['label']}}}]"
        (problem,) = problems(write(f"name: {lines['name']}\ndescription: {lines['description']}\n{label}\n"))
        assert f"{key}: '1e3' is a number to some readers" in problem

    check_each(["name", "description", "label"], check)
