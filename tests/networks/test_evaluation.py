"""Batches and evaluation: Keras's own numbers, every example once, and no memory that grows with the epochs."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from daily import slow_but

from actsearch.core.activation import Activation
from actsearch.core.experiment import Candidate, Optimizer, Training
from actsearch.core.tasks import MULTICLASS
from actsearch.data import conversion
from actsearch.networks.evaluation import evaluate_batches, evaluating
from actsearch.networks.kinds.mlp import Mlp
from actsearch.networks.models import build
from actsearch.training.batches import Batches

pytestmark = pytest.mark.xdist_group("tensorflow")

PIXELS = np.random.default_rng(0).integers(0, 256, size=(300, 5, 5, 1)).astype(np.uint8)
LABELS = np.arange(300) % 3
ROWS = np.eye(3, dtype=np.float32)


def taken(batches: Batches, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pairs = [(x.numpy(), y.numpy()) for x, y in batches.of(order)]
    x, y = zip(*pairs, strict=True)
    return np.concatenate(x), np.concatenate(y)


def test_batches_are_the_examples_in_the_order_asked_for() -> None:
    """Examples that are skipped, repeated, scaled otherwise or given another's label make another training."""
    order = np.random.default_rng(1).permutation(300)[:250]
    batches = Batches(PIXELS, LABELS, ROWS, 64, 250)
    for wanted in (order, order[::-1]):
        x, y = taken(batches, wanted)
        np.testing.assert_array_equal(x, conversion.as_float(PIXELS[wanted]))
        np.testing.assert_array_equal(y, ROWS[LABELS[wanted]])
    assert batches.steps == 4


def test_batches_of_numbers_that_are_no_pixels_stay_as_they_are() -> None:
    """Features and targets of a user's own are theirs to scale."""
    x = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    y = x[:, :2] ** 2
    inputs, targets = taken(Batches(x, y, None, 8, 20), np.arange(20)[::-1])
    np.testing.assert_array_equal(inputs, x[::-1])
    np.testing.assert_array_equal(targets, y[::-1])


def test_every_epoch_uses_the_pipeline_that_is_there() -> None:
    """One built for each epoch kept its arrays: 150 MB an epoch of MNIST, until the memory was gone."""
    batches = Batches(PIXELS, LABELS, ROWS, 64, 300)
    gc.collect()
    gc.disable()
    try:
        iterators = []
        for _ in range(3):
            iterator: Any = batches.of(np.arange(300))
            next(iterator)
            iterators.append(weakref.ref(iterator))
            del iterator
        assert [reference() for reference in iterators] == [None] * 3
    finally:
        gc.enable()


LOSSES = ["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"]


@pytest.mark.parametrize("loss", slow_but(LOSSES[:1], LOSSES))
def test_an_evaluation_gives_keras_own_metrics_and_predictions(loss: Any) -> None:
    """To the bit: a user who calls `evaluate` and `predict` on the saved network must find what was recorded."""
    model = Mlp((8,), 0.3, "glorot_uniform", "dropout", True)
    settings = Training(Optimizer("sgd", {"learning_rate": 0.1}), loss, 1, 64, "float32", 1)
    network = build(Candidate("relu", Activation("relu"), model, settings), MULTICLASS, (5, 5, 1), 3, seed=0)
    batches = Batches(PIXELS, LABELS, ROWS, 128, 300)
    evaluate_batch = evaluating(network)
    x, y = conversion.as_float(PIXELS), ROWS[LABELS]
    for _ in range(2):
        metrics, probabilities = evaluate_batches(network, evaluate_batch, batches.of(np.arange(300)), batches.steps)
        assert metrics == network.evaluate(x, y, batch_size=128, return_dict=True, verbose=0)
        np.testing.assert_array_equal(probabilities, network.predict(x, batch_size=128, verbose=0))
        network.fit(x, y, verbose=0)  # the compiled evaluation sees the weights as they are
