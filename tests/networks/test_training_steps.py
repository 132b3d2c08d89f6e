"""Several steps of training in one call: Keras's own bits, however they are divided, and calls that end in time."""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from daily import slow_but
from small_trainings import variables_of

from actsearch.core.activation import Activation
from actsearch.core.architecture import Architecture
from actsearch.core.experiment import Candidate, Optimizer, Training
from actsearch.core.tasks import MULTICLASS
from actsearch.networks.kinds.cnn import Cnn
from actsearch.networks.kinds.mlp import Mlp
from actsearch.networks.models import build
from actsearch.networks.training_steps import stepping
from actsearch.training.batches import Batches

pytestmark = pytest.mark.xdist_group("tensorflow")

PIXELS = np.random.default_rng(0).integers(0, 256, size=(300, 5, 5, 1)).astype(np.uint8)
LABELS = np.arange(300) % 3
FORMULA = Activation("where(x > 0, x, a * (exp(min(x, 0)) - 1)) * b", {"a": 0.5, "b": 1.5}, "formula", ("a",))
"""TensorFlow orders its products otherwise in a loop whose body is no function of its own."""
NETWORKS: dict[str, tuple[Architecture, Any, int]] = {
    "mlp, the last batch is smaller": (Mlp((8,), 0.3, "glorot_uniform", "dropout", True), "float32", 300),
    "mlp, all batches are full": (Mlp((32, 16), 0.3, "he_normal", "dropout", False), "float32", 256),
    "bfloat16": (Mlp((8,), 0.3, "lecun_normal", "alpha_dropout", True), "mixed_bfloat16", 256),
    "cnn": (Cnn((3, 2), 2, (4,), (0.2, 0.2), "glorot_uniform", "dropout", True), "float32", 300),
}


@pytest.mark.parametrize(("model", "precision", "examples"), slow_but(list(NETWORKS)[:1], NETWORKS))
def test_steps_in_one_call_are_keras_own_to_the_bit(model: Architecture, precision: Any, examples: int) -> None:
    """How long a call is depends on the machine's load; not a bit of a result may."""
    optimizer = Optimizer("adam", {"learning_rate": 0.01, "clipnorm": 0.1})
    settings = Training(optimizer, "categorical_crossentropy", 1, 64, precision, 1)
    candidate = Candidate("formula", FORMULA, model, settings)
    batches = Batches(PIXELS, LABELS, np.eye(3, dtype=np.float32), 64, examples)
    keras_own, together, single = (build(candidate, MULTICLASS, (5, 5, 1), 3, seed=0) for _ in range(3))
    for network in (keras_own, together, single):
        network.optimizer.build(network.trainable_variables)
    keras_own.make_train_function()
    steps_together, steps_single = stepping(together), stepping(single)
    for seed in range(2):
        order = np.random.default_rng(seed).permutation(300)[:examples]
        iterator = batches.of(order)
        for _ in range(batches.steps):
            keras_own.train_function(iterator)
        assert steps_together(batches.of(order), batches.steps, 60.0) == batches.steps
        iterator = batches.of(order)
        assert [steps_single(iterator, batches.steps, 0.0) for _ in range(batches.steps)] == [1] * batches.steps
        assert variables_of(together) == variables_of(keras_own)
        assert variables_of(single) == variables_of(keras_own)
        assert _metrics(together) == _metrics(keras_own)


def _metrics(network: keras.Model) -> dict[str, float]:
    return {name: float(value) for name, value in network.get_metrics_result().items()}


class _Slow:
    """What `stepping` needs of a model, with steps of 0.1 seconds."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def train_step(self, batch: Any) -> None:
        tf.py_function(self._step, [batch], [])

    def _step(self, batch: Any) -> None:
        time.sleep(0.1)
        self.batches.append(int(batch))


def test_a_call_ends_in_time_however_slow_a_step_is() -> None:
    """Ctrl-C is heeded between two calls, and a display hears of nothing within one."""
    model: Any = _Slow()
    train_steps = stepping(model)
    iterator = iter(tf.data.Dataset.range(100))
    assert train_steps(iterator, 1, 60.0) == 1  # traced
    began = time.monotonic()
    done = train_steps(iterator, 99, 0.25)
    assert 1 <= done <= 3
    assert 0.25 <= time.monotonic() - began < 1
    assert train_steps(iterator, 99, 0.0) == 1
    assert train_steps(iterator, 2, 60.0) == 2
    assert model.batches == list(range(done + 4))
