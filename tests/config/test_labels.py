"""Labels of activations that are given none."""

from __future__ import annotations

from pathlib import Path

from tables import check_each
from written_experiments import Write, only

LABELS = [
    ("elu", "elu"),
    ("{name: elu, alpha: 1}", "elu"),
    ("{name: elu, alpha: 0.2}", "elu (alpha=0.2)"),
    ("{name: gelu, approximate: true}", "gelu (approximate)"),
    ("{name: selu, with: {model.kernel_initializer: glorot_uniform}}", "selu (kernel_initializer=glorot_uniform)"),
    ("{name: relu, with: {model.batch_normalization: true}}", "relu (batch_normalization)"),
    ("{name: relu, with: {training.optimizer: {name: sgd}}}", "relu (optimizer=sgd)"),
    ("{name: relu, label: mine}", "mine"),
    ('{formula: "x * sigmoid(x)"}', "x * sigmoid(x)"),
    ('{formula: "x * sigmoid(b * x)", parameters: {b: 2}}', "x * sigmoid(b * x) (b=2)"),
    ('{formula: "x * sigmoid(b * x)", parameters: {b: 2}, trainable: [b]}', "x * sigmoid(b * x) (b learned)"),
    ('{function: "my_functions:bent", parameters: {bend: 1}}', "bent (bend=1)"),
    ("{name: elu, trainable: [alpha]}", "elu (alpha learned)"),
    ("{name: elu, alpha: 0.2, trainable: [alpha]}", "elu (alpha=0.2, alpha learned)"),
    ("{name: relu, with: {model.bias_initializer: ones}}", "relu (bias_initializer=ones)"),
    (
        "{name: relu, with: {model.kernel_initializer: {name: random_normal, stddev: 0.5}}}",
        "relu (kernel_initializer=random_normal stddev=0.5)",
    ),
    ('{formula: "x * sigmoid(x)", label: mine}', "mine"),
]


def test_a_label_says_what_is_not_at_its_default(write: Write) -> None:
    write("")
    Path("my_functions.py").write_text("def bent(x, bend=0.5):\n    return x\n", encoding="utf-8")

    def check(entry: str, label: str) -> None:
        assert only(write, f"activations: [{entry}]\n").label == label

    check_each(LABELS, check)
