"""The grid and `with`: every combination once, and what may not vary."""

from __future__ import annotations

from tables import check_each
from written_experiments import Write, experiment, problems


def test_the_grid_is_every_combination_with_neighbours_at_one_point(write: Write) -> None:
    grid = "grid: {training.batch_size: [32, 64], training.optimizer.learning_rate: [0.1, 0.2]}\n"
    candidates = experiment(write, "activations: [relu, elu]\n" + grid).candidates
    assert [c.label for c in candidates] == ["relu", "elu"] * 4
    rows = [(c.training.batch_size, c.training.optimizer.arguments["learning_rate"]) for c in candidates[::2]]
    assert rows == [(32, 0.1), (32, 0.2), (64, 0.1), (64, 0.2)]
    assert dict(candidates[1].setting) == {"training.batch_size": 32, "training.optimizer.learning_rate": 0.1}


def test_a_setting_of_its_own_takes_the_key_out_of_the_grid(write: Write) -> None:
    """Else the same candidate would be trained once for each value it does not use."""
    own = "activations: [relu, {name: selu, with: {training.batch_size: 7}}]\n"
    candidates = experiment(write, own + "grid: {training.batch_size: [1, 2]}\n").candidates
    rows = [(c.label, c.training.batch_size) for c in candidates]
    assert rows == [("relu", 1), ("selu (batch_size=7)", 7), ("relu", 2)]
    assert dict(candidates[1].setting) == {"training.batch_size": 7}


def test_own_settings_and_the_rest_of_the_grid_go_together(write: Write) -> None:
    text = """\
activations:
- relu
- {name: selu, with: {training.optimizer.learning_rate: 0.5}}
grid:
  training.optimizer.learning_rate: [0.1, 0.2]
  model.batch_normalization: [false, true]
"""
    candidates = experiment(write, text).candidates
    assert [c.label for c in candidates].count("relu") == 4
    own = [c for c in candidates if c.activation.name == "selu"]
    assert {c.training.optimizer.arguments["learning_rate"] for c in own} == {0.5}
    assert [c.model.batch_normalization for c in own] == [False, True]
    assert own[0].setting == {"training.optimizer.learning_rate": 0.5, "model.batch_normalization": False}


def test_a_whole_optimizer_and_its_learning_rate_vary_together(write: Write) -> None:
    def check(*axes: str) -> None:
        candidates = experiment(write, f"activations: [relu]\ngrid: {{{', '.join(axes)}}}\n").candidates
        rows = {(c.training.optimizer.name, c.training.optimizer.arguments["learning_rate"]) for c in candidates}
        assert rows == {("adam", 0.1), ("adam", 0.2), ("sgd", 0.1), ("sgd", 0.2)}

    optimizers, rates = "training.optimizer: [adam, sgd]", "training.optimizer.learning_rate: [0.1, 0.2]"
    check_each([(optimizers, rates), (rates, optimizers)], check)


def test_a_wrong_value_of_the_grid_is_told_once_and_not_for_each_combination(write: Write) -> None:
    def check(sizes: str) -> None:
        text = f"name: a\ngrid:\n  training.batch_size: {sizes}\n  training.optimizer.learning_rate:\n  - 0.1\n  - -1\n"
        assert problems(write(text)) == [
            "x.yaml:6: grid.training.optimizer.learning_rate[1]: is -1, out of range; write a number above 0"
        ]

    check_each(["[8, 16]", "[1, 2, 3]"], check)
