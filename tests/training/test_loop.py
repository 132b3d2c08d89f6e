"""Training: the same bits as plain Keras, what is yielded when, divergence."""

from __future__ import annotations

import filecmp
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from daily import slow_but
from small_trainings import (
    METRICS,
    SMALL,
    assert_same_ending,
    ending_of,
    history_of,
    trial_on_mnist,
)

from actsearch.core.events import Completed, Diverged, EpochDone, Event, Progress, Started
from actsearch.core.experiment import DataSpec, Optimizer, Trial
from actsearch.core.tasks import MULTICLASS
from actsearch.data import bundled_mnist
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.kinds.npz import NpzSource
from actsearch.data.sources import load_dataset
from actsearch.functions.registry import ACTIVATIONS
from actsearch.networks import models
from actsearch.networks.compiled_networks import CompiledNetworks
from actsearch.networks.kinds.cnn import Cnn
from actsearch.networks.kinds.mlp import Mlp
from actsearch.training import loop

pytestmark = pytest.mark.xdist_group("tensorflow")


@dataclass
class Clock:
    """A clock that goes on by `step` seconds whenever it is read."""

    step: float
    now: float = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def _article_trial(activation: str, parameters: dict[str, Any], examples: int) -> Trial:
    row = ACTIVATIONS[activation]
    return trial_on_mnist(
        activation,
        parameters=parameters,
        model=Cnn((32, 64), 3, (128,), (0.25, 0.5), row.kernel_initializer, row.dropout_layer, False),
        spec=DataSpec(NamedSource("mnist"), train_first=examples),
        optimizer=Optimizer("adam", {"learning_rate": 0.001, "clipvalue": 0.5}),
        loss="binary_crossentropy",
        epochs=2,
        seed=5,
    )


def _gelu_of_the_article(x: Any) -> Any:
    return keras.activations.gelu(x, approximate=True)


def _selu_of_the_article(x: Any) -> Any:
    # Not Keras's string "selu": TensorFlow's kernel takes the right derivative at 0, and other bits with it.
    return 1.0507009873554804934193349852946 * keras.activations.elu(x, alpha=1.6732632423543772848170429916717)


def _keras_2_binary_crossentropy(y: Any, p: Any) -> Any:
    return keras.losses.binary_crossentropy(y, keras.ops.clip(p, 1e-7, 1 - 1e-7))


def _plain_keras(
    function: Any, alpha: bool, initial: list[np.ndarray], seeds: Sequence[int], orders: Sequence[np.ndarray]
) -> list[dict[str, float]]:
    """The article's script in today's Keras: from its weights, dropout seeds and order of the examples, a history."""
    with np.load(bundled_mnist.MNIST_FILE) as arrays:
        x, y = arrays["x_train"][: len(orders[0])], arrays["y_train"][: len(orders[0])]
        x_test, y_test = arrays["x_test"][:100], arrays["y_test"][:100]
    x, x_test = (part[..., np.newaxis].astype("float32") / 255 for part in (x, x_test))
    y, y_test = (keras.utils.to_categorical(labels, 10) for labels in (y, y_test))
    dropout = keras.layers.AlphaDropout if alpha else keras.layers.Dropout
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(32, (3, 3), activation=function),
            keras.layers.Conv2D(64, (3, 3), activation=function),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            dropout(0.25, seed=seeds[0]),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation=function),
            dropout(0.5, seed=seeds[1]),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.set_weights(initial)
    model.compile(
        loss=_keras_2_binary_crossentropy,
        optimizer=keras.optimizers.Adam(clipvalue=0.5),
        metrics=[keras.metrics.CategoricalAccuracy("accuracy"), keras.metrics.BinaryAccuracy("binary_accuracy")],
    )
    history = []
    for epoch, order in enumerate(orders):
        done = model.fit(
            x[order],
            y[order],
            batch_size=64,
            shuffle=False,
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=(x_test, y_test),
            validation_batch_size=128,
            verbose=0,
        )
        history.append({name: values[0] for name, values in done.history.items()})
    return history


@pytest.mark.parametrize(
    ("activation", "parameters", "function", "examples"),
    [
        pytest.param("relu", {}, "relu", 160, marks=pytest.mark.slow),
        # TensorFlow rounds otherwise where every batch is full.
        pytest.param("selu", {}, _selu_of_the_article, 128, marks=pytest.mark.slow),
        pytest.param("gelu", {"approximate": True}, _gelu_of_the_article, 128, marks=pytest.mark.slow),
    ],
    ids=["relu-rest", "selu-full", "gelu-full"],
)
def test_the_articles_network_trains_as_in_plain_keras(
    activation: str, parameters: dict[str, Any], function: Any, examples: int, mnist: Dataset
) -> None:
    """What a user measures here is what Keras itself gives, to the bit: network, loss, optimizer, dropout, metrics."""
    trial = _article_trial(activation, parameters, examples)
    initial = models.build(trial.candidate, MULTICLASS, (28, 28, 1), 10, trial.seed)
    seeds = [layer.seed for layer in initial.layers if hasattr(layer, "rate")]
    orders = [loop.order(trial, epoch, examples) for epoch in range(2)]
    plain = _plain_keras(function, activation == "selu", initial.get_weights(), seeds, orders)
    assert history_of(list(loop.train(trial, mnist))) == plain


REFERENCE = """
name: reference
seeds: [0]
data: {name: mnist, validation: {holdout: 500}, train_size: 2000}
model: {kind: cnn, filters: [4, 8], dense: [16]}
training: {epochs: 1, optimizer: {name: adam, clipvalue: 0.5}}
activations: [relu]
"""


@pytest.mark.slow
def test_the_reference_run_is_the_same_twice(tmp_path: Path) -> None:
    """A published history could not be checked by training again on the same kind of machine."""
    file = tmp_path / "reference.yaml"
    file.write_text(REFERENCE, encoding="utf-8")
    found = []
    for hash_seed in ("1", "2"):
        out = tmp_path / hash_seed
        command = [sys.executable, "-m", "actsearch", "run", str(file), "--out", str(out), "--no-plots"]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found += out.rglob("history.json")
    first, second = found
    assert first.stat().st_size > 100
    assert filecmp.cmp(first, second, shallow=False)


def test_a_training_left_in_mid_epoch_leaves_nothing_behind(
    mnist: Dataset, held_out: tuple[Trial, list[Event]]
) -> None:
    """After Ctrl-C, and wherever in a process's life it is trained, a trial gives the bits that it always gives."""
    trial, before = held_out
    networks = CompiledNetworks()
    left = loop.train(trial, mnist, networks=networks, clock=Clock(1.0), seconds_in_a_call=0)
    assert [type(next(left)) for _ in range(3)] == [Started, Progress, Progress]
    left.close()
    after = list(loop.train(trial, mnist, networks=networks))
    assert history_of(after) == history_of(before)
    ending, expected = ending_of(after), ending_of(before)
    assert (ending.last, ending.best) == (expected.last, expected.best)
    for name, values in expected.predictions.items():
        np.testing.assert_array_equal(ending.predictions[name], values)


def test_fewer_epochs_are_the_beginning_of_more(mnist: Dataset, held_out: tuple[Trial, list[Event]]) -> None:
    """A user who raises `epochs` goes on with the same curve; nothing but the times depends on the clock."""
    short = list(loop.train(trial_on_mnist(epochs=2), mnist, clock=lambda: 7.0))
    assert history_of(short) == history_of(held_out[1])[:2]
    assert [type(event) for event in short] == [Started, EpochDone, EpochDone, Completed]
    assert [event.seconds for event in short[1:3]] == [0, 0]


def test_the_order_is_a_permutation_of_seed_and_epoch() -> None:
    """Every example once an epoch, in an order that any epoch can be begun with."""
    trial = trial_on_mnist(seed=4)
    first, second = (loop.order(trial, epoch, 100) for epoch in (0, 1))
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(100))
    assert first.tolist() != second.tolist()
    assert first.tolist() != loop.order(trial_on_mnist(seed=5), 0, 100).tolist()


def test_the_order_is_the_same_for_every_candidate() -> None:
    """Candidates of one seed are compared on the same batches."""
    other = trial_on_mnist("gelu", seed=4, loss="mean_squared_error", epochs=9)
    for epoch in (0, 7):
        assert loop.order(trial_on_mnist(seed=4), epoch, 50).tolist() == loop.order(other, epoch, 50).tolist()


def test_events_come_in_order(held_out: tuple[Trial, list[Event]]) -> None:
    """The store and the display rely on it: `Started`, each epoch once, one ending."""
    trial, events = held_out
    told = [event for event in events if not isinstance(event, Progress)]
    assert [type(event) for event in told] == [Started, EpochDone, EpochDone, EpochDone, Completed]
    assert {event.trial_id for event in events} == {trial.id}
    assert [event.epoch for event in told[1:-1]] == [1, 2, 3]
    assert all(set(metrics) == METRICS for metrics in history_of(events))
    assert all(type(value) is float for metrics in history_of(events) for value in metrics.values())
    assert all(event.seconds > 0 for event in told[1:-1])


def test_started_says_on_what_it_trains(held_out: tuple[Trial, list[Event]]) -> None:
    """Bits depend on versions, processor and threads: a result must name them."""
    machine = held_out[1][0].machine
    assert machine["threads"] == 1
    assert machine["versions"]["keras"] == keras.__version__


def test_steps_are_divided_into_calls_without_a_trace(mnist: Dataset, held_out: tuple[Trial, list[Event]]) -> None:
    """How many steps a call takes is a matter of the machine's load: history and predictions are not."""
    trial, together = held_out
    single = list(loop.train(trial, mnist, seconds_in_a_call=0))
    assert history_of(single) == history_of(together)
    assert_same_ending(ending_of(single), ending_of(together))


def test_progress_comes_at_most_twice_a_second_and_at_least_every_two(mnist: Dataset) -> None:
    """A display that is told every step would cost more than the training; one that stands still looks hung."""
    clock = Clock(0.1)
    seen = []
    trial = trial_on_mnist(batch_size=16, epochs=2)
    for event in loop.train(trial, mnist, clock=clock, seconds_in_a_call=0):
        if isinstance(event, Progress):
            seen.append((clock.now, event.epoch, event.step))
            assert event.steps == 16
    assert {epoch for _, epoch, _ in seen} == {1, 2}, "and it comes at all"
    assert all(1 <= step <= 16 for _, _, step in seen)
    times = [now for now, _, _ in seen]
    assert all(0.5 <= later - earlier <= 2 for earlier, later in itertools.pairwise(times))
    assert [(epoch, step) for _, epoch, step in seen] == sorted({(epoch, step) for _, epoch, step in seen})


def test_a_signal_is_heeded_within_a_second() -> None:
    """Python looks at signals between two calls of TensorFlow: after Ctrl-C a user must not wait for an epoch's end."""
    whole = load_dataset(DataSpec(NamedSource("mnist")))
    spec = DataSpec(NamedSource("mnist"), holdout=64)
    events = loop.train(trial_on_mnist(spec=spec, batch_size=1, epochs=1), whole)
    while not isinstance(next(events), Progress):  # so it is compiled by now
        pass
    heeded: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda *_: heeded.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        asked = time.monotonic() + 0.1
        event = next(events)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        events.close()  # type: ignore[attr-defined]
    assert isinstance(event, Progress), "the epoch was not over"
    assert event.step < event.steps
    assert heeded[0] - asked < 1


def test_a_loss_that_is_not_finite_is_divergence(mnist: Dataset) -> None:
    """A learning rate that is too high is a result: without numbers, without a test value, without later epochs."""
    wild = Optimizer("sgd", {"learning_rate": 1e36})
    events = list(loop.train(trial_on_mnist(optimizer=wild), mnist, clock=lambda: 0.0))
    assert [type(event) for event in events] == [Started, EpochDone, Diverged]
    assert events[1].metrics == dict.fromkeys(METRICS, None)
    assert events[1].epoch == events[2].epoch == 1


@pytest.mark.parametrize(("scale", "ending"), [(1e10, Diverged), (1e5, Completed)], ids=["above", "below"])
def test_a_finite_loss_above_a_million_is_divergence(scale: float, ending: type) -> None:
    """A curve at 1e9 would flatten every other in the figure; at 1e4 it is still a bad training and no divergence."""
    rng = np.random.default_rng(0)
    x, y = (scale * rng.random((40, 6))).astype(np.float32), np.arange(40) % 2
    dataset = Dataset(x, y, x, y, classes=2)
    still = Optimizer("sgd", {"learning_rate": 1e-30})
    trial = trial_on_mnist(spec=DataSpec(NpzSource("own.npz")), optimizer=still, epochs=1)
    model = models.build(trial.candidate, MULTICLASS, (6,), 2, trial.seed)
    loss = model.evaluate(x, dataset.targets(y), verbose=0, return_dict=True)["loss"]
    assert np.isfinite(loss)
    assert (loss > 1e6) is (ending is Diverged)
    assert type(list(loop.train(trial, dataset))[-1]) is ending


def test_the_network_learns(held_out: tuple[Trial, list[Event]]) -> None:
    history = history_of(held_out[1])
    assert history[-1]["loss"] < 0.95 * history[0]["loss"]
    assert ending_of(held_out[1]).last.test["accuracy"] > 0.3


OPTIMIZERS = [
    Optimizer("adamw", {"learning_rate": 0.01, "weight_decay": 0.01, "clipnorm": 1.0}),
    Optimizer("sgd", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "global_clipnorm": 1.0}),
    Optimizer("rmsprop", {"learning_rate": 0.01, "centered": True, "clipvalue": 0.5}),
]


@pytest.mark.parametrize(
    ("optimizer", "precision", "model"),
    [
        *slow_but([], ((optimizer, "float32", SMALL) for optimizer in OPTIMIZERS)),
        (
            Optimizer("adam", {"learning_rate": 0.01, "amsgrad": True}),
            "mixed_bfloat16",
            Mlp((16,), 0.1, "lecun_normal", "alpha_dropout", True),
        ),
    ],
    ids=[*(optimizer.name for optimizer in OPTIMIZERS), "adam-bfloat16-selu-normalised"],
)
def test_every_optimizer_and_precision_trains(optimizer: Optimizer, precision: Any, model: Mlp, mnist: Dataset) -> None:
    """What the schema allows must train to the end, to finite numbers, and learn."""
    name = "selu" if model.batch_normalization else "relu"
    events = list(
        loop.train(trial_on_mnist(name, model=model, optimizer=optimizer, precision=precision, epochs=2), mnist)
    )
    history = history_of(events)
    assert np.isfinite([list(metrics.values()) for metrics in history]).all()
    assert history[1]["loss"] < history[0]["loss"]
    assert set(ending_of(events).last.test) == {"loss", "accuracy", "binary_accuracy"}
