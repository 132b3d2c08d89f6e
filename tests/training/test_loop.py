"""Training: the same bits as plain Keras, what is yielded when, divergence, test values and predictions."""

from __future__ import annotations

import filecmp
import io
import itertools
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from actsearch.core.events import Checkpoint, Completed, Diverged, EpochDone, Event, Progress, Started
from actsearch.core.experiment import Activation, Candidate, Cnn, DataSpec, Experiment, Mlp, Optimizer, Training, Trial
from actsearch.core.identity import expand
from actsearch.data import datasets
from actsearch.data.datasets import Dataset
from actsearch.functions.registry import ACTIVATIONS
from actsearch.networks import models
from actsearch.networks.evaluation import test_values as values_on_test
from actsearch.networks.models import Networks
from actsearch.training import loop
from actsearch.training.batches import Pipelines
from actsearch.training.checkpoints import Spacing, pack, unpack

ADAM = Optimizer("adam", {"learning_rate": 0.01})
SMALL = Mlp((16,), 0.2, "glorot_uniform", "dropout", False)
HELD_OUT = DataSpec("mnist", holdout=64, train_size=256)
EVERY_EPOCH = Spacing(share=1e9, at_end=True)
METRICS = {f"{part}{name}" for part in ("", "val_") for name in ("loss", "accuracy", "binary_accuracy")}


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trials here have."""
    loop.set_threads(1)


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    """The bundled MNIST with the first 100 test images only."""
    whole = datasets.load(DataSpec("mnist"))
    return replace(whole, x_test=whole.x_test[:100], y_test=whole.y_test[:100])


def _trial(
    activation: str = "relu",
    *,
    parameters: dict[str, Any] | None = None,
    model: Cnn | Mlp = SMALL,
    spec: DataSpec = HELD_OUT,
    seed: int = 0,
    **changes: Any,
) -> Trial:
    settings = Training(ADAM, "categorical_crossentropy", 3, 64, "float32", 1)
    candidate = Candidate(activation, Activation(activation, parameters or {}), model, replace(settings, **changes))
    return expand(Experiment("tests", "", (seed,), spec, (candidate,), {}), "0" * 64)[0]


def _small(activation: str = "relu", **changes: Any) -> Trial:
    """A trial on the inverted data, with no dropout."""
    settings = {
        "spec": DataSpec("npz"),
        "optimizer": Optimizer("sgd", {"learning_rate": 0.02}),
        "model": Mlp((4,), 0.0, "glorot_uniform", "dropout", False),
        "epochs": 5,
    }
    return _trial(activation, **(settings | changes))


def _history(events: Sequence[Event]) -> list[Any]:
    return [event.metrics for event in events if isinstance(event, EpochDone)]


def _completed(events: Sequence[Event]) -> Completed:
    assert isinstance(events[-1], Completed)
    return events[-1]


@dataclass
class Clock:
    """A clock that goes on by `step` seconds whenever it is read."""

    step: float
    now: float = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture(scope="module")
def held_out(mnist: Dataset) -> tuple[Trial, list[Event]]:
    """A finished training with a held-out validation set."""
    trial = _trial()
    return trial, list(loop.train(trial, mnist))


@pytest.fixture(scope="module")
def inverted() -> Dataset:
    """Two classes that are easily told apart; the labels of the test set are inverted, so that learning misleads."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    x = (rng.normal(size=(400, 8)) + 2 * y[:, np.newaxis]).astype(np.float32)
    return Dataset(x[:200], y[:200], x[200:], 1 - y[200:], classes=2)


@dataclass(frozen=True)
class Misled:
    """A training whose first epoch is its best."""

    trial: Trial
    dataset: Dataset
    endings: dict[str, Completed]
    """By what was saved."""
    history: list[Any]
    checkpoints: dict[int, bytes]
    """By epoch."""


@pytest.fixture(scope="module")
def misled(inverted: Dataset) -> Misled:
    trial, networks, runs = _small(), Networks(), {}
    for which in ("best", "last"):
        events = loop.train(trial, inverted, networks=networks, spacing=EVERY_EPOCH, save_model=which)
        runs[which] = list(events)
    endings = {which: _completed(events) for which, events in runs.items()}
    return Misled(trial, inverted, endings, _history(runs["best"]), _checkpoints(runs["best"]))


# The article's network against plain Keras


def _article_trial(activation: str, parameters: dict[str, Any], examples: int) -> Trial:
    row = ACTIVATIONS[activation]
    return _trial(
        activation,
        parameters=parameters,
        model=Cnn((32, 64), 3, (128,), (0.25, 0.5), row.kernel_initializer, row.dropout_layer, False),
        spec=DataSpec("mnist", train_first=examples),
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
    with np.load(datasets.MNIST_FILE) as arrays:
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
        ("relu", {}, "relu", 160),
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
    initial = models.build(trial.candidate, (28, 28, 1), 10, trial.seed)
    seeds = [layer.seed for layer in initial.layers if hasattr(layer, "rate")]
    orders = [loop.order(trial, epoch, examples) for epoch in range(2)]
    plain = _plain_keras(function, activation == "selu", initial.get_weights(), seeds, orders)
    assert _history(list(loop.train(trial, mnist))) == plain


# Repeatability

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
    networks = Networks()
    left = loop.train(trial, mnist, networks=networks, clock=Clock(1.0))
    assert [type(next(left)) for _ in range(3)] == [Started, Progress, Progress]
    left.close()
    after = list(loop.train(trial, mnist, networks=networks))
    assert _history(after) == _history(before)
    ending, expected = _completed(after), _completed(before)
    assert (ending.last, ending.best) == (expected.last, expected.best)
    for name, values in expected.predictions.items():
        np.testing.assert_array_equal(ending.predictions[name], values)


def test_fewer_epochs_are_the_beginning_of_more(mnist: Dataset, held_out: tuple[Trial, list[Event]]) -> None:
    """A user who raises `epochs` goes on with the same curve; nothing but the times depends on the clock."""
    short = list(loop.train(_trial(epochs=2), mnist, clock=lambda: 7.0))
    assert _history(short) == _history(held_out[1])[:2]
    assert [type(event) for event in short] == [Started, EpochDone, EpochDone, Completed]
    assert [event.seconds for event in short[1:3]] == [0, 0]


def test_the_order_is_a_permutation_of_seed_and_epoch() -> None:
    """Every example once an epoch, in an order that any epoch can be begun with."""
    trial = _trial(seed=4)
    first, second = (loop.order(trial, epoch, 100) for epoch in (0, 1))
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(100))
    assert first.tolist() != second.tolist()
    assert first.tolist() != loop.order(_trial(seed=5), 0, 100).tolist()


def test_the_order_is_the_same_for_every_candidate() -> None:
    """Candidates of one seed are compared on the same batches."""
    other = _trial("gelu", seed=4, loss="mean_squared_error", epochs=9)
    for epoch in (0, 7):
        assert loop.order(_trial(seed=4), epoch, 50).tolist() == loop.order(other, epoch, 50).tolist()


# Events


def test_events_come_in_order(held_out: tuple[Trial, list[Event]]) -> None:
    """The store and the display rely on it: `Started`, each epoch once, one ending."""
    trial, events = held_out
    told = [event for event in events if not isinstance(event, Progress)]
    assert [type(event) for event in told] == [Started, EpochDone, EpochDone, EpochDone, Completed]
    assert {event.trial_id for event in events} == {trial.id}
    assert [event.epoch for event in told[1:-1]] == [1, 2, 3]
    assert all(set(metrics) == METRICS for metrics in _history(events))
    assert all(type(value) is float for metrics in _history(events) for value in metrics.values())
    assert all(event.seconds > 0 for event in told[1:-1])


def test_started_says_on_what_it_trains(held_out: tuple[Trial, list[Event]]) -> None:
    """Bits depend on versions, processor and threads: a result must name them."""
    machine = held_out[1][0].machine
    assert machine["threads"] == 1
    assert machine["versions"]["keras"] == keras.__version__


def test_progress_comes_at_most_twice_a_second(mnist: Dataset) -> None:
    """A display that is told every step would cost more than the training."""
    clock = Clock(0.1)
    seen = []
    for event in loop.train(_trial(batch_size=16, epochs=2), mnist, clock=clock):
        if isinstance(event, Progress):
            seen.append((clock.now, event.epoch, event.step))
            assert event.steps == 16
    assert {epoch for _, epoch, _ in seen} == {1, 2}, "and it comes at all"
    assert all(1 <= step <= 16 for _, _, step in seen)
    times = [now for now, _, _ in seen]
    assert all(later - earlier >= 0.5 for earlier, later in itertools.pairwise(times))
    assert [(epoch, step) for _, epoch, step in seen] == sorted({(epoch, step) for _, epoch, step in seen})


# Divergence


def test_a_loss_that_is_not_finite_is_divergence(mnist: Dataset) -> None:
    """A learning rate that is too high is a result: without numbers, without a test value, without later epochs."""
    wild = Optimizer("sgd", {"learning_rate": 1e36})
    events = list(loop.train(_trial(optimizer=wild), mnist, clock=lambda: 0.0))
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
    trial = _trial(spec=DataSpec("npz"), optimizer=still, epochs=1)
    model = models.build(trial.candidate, (6,), 2, trial.seed)
    loss = model.evaluate(x, datasets.one_hot(y, 2), verbose=0, return_dict=True)["loss"]
    assert np.isfinite(loss)
    assert (loss > 1e6) is (ending is Diverged)
    assert type(list(loop.train(trial, dataset))[-1]) is ending


# Test values and predictions


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"])
def test_test_values_are_keras_own(loss: Any, mnist: Dataset) -> None:
    """The test loss stands beside the validation losses that Keras computed: it must be the same measure."""
    trial = _trial(loss=loss)
    model = models.build(trial.candidate, mnist.input_shape, 10, trial.seed)
    output = model.get_layer("output")
    x, y = datasets.as_float(mnist.x_test), mnist.y_test
    for times in (1, 30):  # a hesitant network, and one that is sure and mostly wrong
        output.set_weights([times * weights for weights in output.get_weights()])
        expected = model.evaluate(x, datasets.one_hot(y, 10), batch_size=128, verbose=0, return_dict=True)
        probabilities = model.predict_on_batch(x)
        computed = values_on_test(probabilities, y, loss)
        assert set(computed) == set(expected)
        assert computed["loss"] == pytest.approx(expected["loss"], rel=1e-5)
        assert computed["accuracy"] == pytest.approx(expected["accuracy"], abs=1e-7)
        assert computed["binary_accuracy"] == pytest.approx(expected["binary_accuracy"], abs=1e-6)
    assert probabilities.min() < 1e-7 < 1 - 1e-7 < probabilities.max(), "beyond both ends of the clipping"


def test_held_out_predictions_are_complete(mnist: Dataset, held_out: tuple[Trial, list[Event]]) -> None:
    """`predictions.npz` is what confusion matrices and paired tests are computed from, without training again."""
    trial, events = held_out
    predictions = _completed(events).predictions
    splits = datasets.split(mnist, trial.data)
    assert list(predictions) == sorted(
        f"{part}_{what}" for part in ("test", "validation") for what in ("index", "y_true", "y_last", "y_best")
    )
    np.testing.assert_array_equal(predictions["test_index"], np.arange(100))
    np.testing.assert_array_equal(predictions["test_y_true"], mnist.y_test)
    np.testing.assert_array_equal(predictions["validation_index"], splits.validation)
    np.testing.assert_array_equal(predictions["validation_y_true"], mnist.y_train[splits.validation])
    assert {name: str(values.dtype) for name, values in predictions.items()} == {
        name: "uint16" if name == "validation_index" else "uint8"
        for name in predictions  # up to 59,999; 0 .. 99; 0 .. 9
    }


def test_test_values_beside_a_loss_that_is_not_finite_are_none(inverted: Dataset) -> None:
    """One broken row of the test set: JSON has no NaN, and the accuracy would look plausible and not be."""
    broken = replace(inverted, x_test=np.full_like(inverted.x_test, np.nan))
    ending = _completed(list(loop.train(_small("sigmoid", spec=DataSpec("npz", holdout=50), epochs=1), broken)))
    assert ending.last.test == dict.fromkeys(("loss", "accuracy", "binary_accuracy"))
    assert ending.best == ending.last


def test_with_a_gpu_operations_are_made_deterministic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a resumed training would be another one; and which GPU it was belongs to what is recorded."""
    assert loop.gpus() == []
    asked = []
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [tf.config.PhysicalDevice("gpu:0", kind)])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: {"device_name": "A100"})
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: asked.append(True))
    assert loop.gpus() == ["A100"]
    assert asked == [True]


def test_predictions_are_those_of_the_values(held_out: tuple[Trial, list[Event]]) -> None:
    """The accuracies in the table, and those that a user computes from the predictions, are the same."""
    ending, history = _completed(held_out[1]), _history(held_out[1])
    for which, evaluation in (("last", ending.last), ("best", ending.best)):
        right = {
            part: (ending.predictions[f"{part}_y_{which}"] == ending.predictions[f"{part}_y_true"]).mean()
            for part in ("test", "validation")
        }
        assert evaluation.test["accuracy"] == right["test"]
        assert history[evaluation.epoch - 1]["val_accuracy"] == pytest.approx(right["validation"], abs=1e-7)


def test_the_network_learns(held_out: tuple[Trial, list[Event]]) -> None:
    history = _history(held_out[1])
    assert history[-1]["loss"] < 0.95 * history[0]["loss"]
    assert _completed(held_out[1]).last.test["accuracy"] > 0.3


def test_the_best_epoch_is_the_first_of_the_highest(mnist: Dataset) -> None:
    """With ties, which small validation sets have, the shortest training wins; the last epoch is the last."""
    still = Optimizer("sgd", {"learning_rate": 1e-30})  # learns nothing, so that all epochs tie
    events = list(loop.train(_trial(optimizer=still), mnist))
    assert len({metrics["val_accuracy"] for metrics in _history(events)}) == 1
    assert (_completed(events).best.epoch, _completed(events).last.epoch) == (1, 3)


def test_the_best_epoch_is_the_best(misled: Misled, held_out: tuple[Trial, list[Event]]) -> None:
    """`best` in tables, predictions and saved networks is the epoch that the curve shows as highest."""
    for ending, history in ((misled.endings["best"], misled.history), (_completed(held_out[1]), _history(held_out[1]))):
        accuracies = [metrics["val_accuracy"] for metrics in history]
        assert ending.best.epoch == 1 + accuracies.index(max(accuracies))
        assert ending.last.epoch == len(accuracies)
    assert misled.endings["best"].best.epoch < misled.endings["best"].last.epoch


def test_where_the_test_set_validates_its_values_are_the_histories(misled: Misled) -> None:
    """With `validation: test` table and curve speak of the same numbers, to the bit."""
    endings = misled.endings
    for evaluation in (endings["best"].best, endings["best"].last):
        metrics = misled.history[evaluation.epoch - 1]
        assert evaluation.test == {name: metrics[f"val_{name}"] for name in ("loss", "accuracy", "binary_accuracy")}
    predictions = endings["best"].predictions
    assert list(predictions) == ["test_index", "test_y_best", "test_y_last", "test_y_true"]
    for which, evaluation in (("best", endings["best"].best), ("last", endings["best"].last)):
        right = (predictions[f"test_y_{which}"] == predictions["test_y_true"]).mean()
        assert evaluation.test["accuracy"] == pytest.approx(right, abs=1e-7)


def test_a_saved_network_predicts_what_was_recorded(misled: Misled, tmp_path: Path) -> None:
    """`--save-models best` keeps the network of the best epoch, and `last` the other one."""
    dataset, predicted = misled.dataset, {}
    for which, ending in misled.endings.items():
        file = tmp_path / f"{which}.keras"
        file.write_bytes(ending.model)
        predicted[which] = keras.saving.load_model(file).predict_on_batch(dataset.x_test).argmax(axis=1)
        np.testing.assert_array_equal(predicted[which], ending.predictions[f"test_y_{which}"])
    assert not np.array_equal(predicted["best"], predicted["last"])


def test_no_network_is_kept_unless_asked_for(held_out: tuple[Trial, list[Event]]) -> None:
    """14 MB a trial of the article's network would fill a disk unasked."""
    assert _completed(held_out[1]).model is None


# Checkpoints


RESUMED = {
    "relu-dropout-adam-held-out": (
        "relu",
        Mlp((4,), 0.3, "glorot_uniform", "dropout", False),
        {"optimizer": ADAM, "spec": DataSpec("npz", holdout=50)},
    ),
    "selu-alpha-dropout-momentum": (
        "selu",
        Mlp((4,), 0.1, "lecun_normal", "alpha_dropout", False),
        {
            "optimizer": Optimizer("sgd", {"learning_rate": 0.02, "momentum": 0.9}),
            "spec": DataSpec("npz", holdout=10),  # so that the best epoch is the second
        },
    ),
    "bfloat16-adamw": (
        "gelu",
        Mlp((4,), 0.3, "glorot_uniform", "dropout", False),
        {
            "optimizer": Optimizer("adamw", {"learning_rate": 0.01}),
            "precision": "mixed_bfloat16",
        },
    ),
    "normalised-rmsprop": (
        "relu",
        Mlp((4,), 0.3, "glorot_uniform", "dropout", True),
        {"optimizer": Optimizer("rmsprop", {"learning_rate": 0.01, "centered": True})},
    ),
}


SLOW_RESUMED = {"bfloat16-adamw", "normalised-rmsprop"}


def _checkpoints(events: Sequence[Event]) -> dict[int, bytes]:
    return {event.epoch: event.content for event in events if isinstance(event, Checkpoint)}


def _network_in(file: bytes | None) -> dict[str, bytes]:
    """What is in a `.keras` file: settings and weights, without the time at which it was written."""
    assert file is not None
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "metadata.json"}


def _assert_same_ending(found: Completed, expected: Completed) -> None:
    assert (found.last, found.best) == (expected.last, expected.best)
    assert list(found.predictions) == list(expected.predictions)
    for name, values in expected.predictions.items():
        np.testing.assert_array_equal(found.predictions[name], values)


@pytest.mark.parametrize(
    ("activation", "model", "changes"),
    [
        pytest.param(*row, id=name, marks=pytest.mark.slow if name in SLOW_RESUMED else [])
        for name, row in RESUMED.items()
    ],
)
def test_a_resumed_training_is_one_that_was_never_interrupted(
    activation: str, model: Mlp, changes: dict[str, Any], inverted: Dataset
) -> None:
    """A result that depends on when a machine went down is no result: history, predictions and network, to the bit.

    Wherever it is cut, also where the best epoch lies before the cut, so that its weights must come from there.
    """
    trial = _small(activation, model=model, epochs=3, **changes)
    used = {"networks": Networks(), "pipelines": Pipelines(inverted)}
    whole = list(loop.train(trial, inverted, spacing=EVERY_EPOCH, save_model="best", **used))
    epochs = tuple(event for event in whole if isinstance(event, EpochDone))
    checkpoints = _checkpoints(whole)
    assert list(checkpoints) == [1, 2, 3]
    expected = _completed(whole)
    assert expected.best.epoch < 3
    for epoch, content in checkpoints.items():
        saved = "best" if epoch == 2 else None
        started, *rest = loop.train(trial, inverted, content, save_model=saved, **used)
        assert isinstance(started, Started)
        assert (started.resumed, started.earlier_machines) == (epochs[:epoch], ())
        kinds = [type(event) for event in rest if not isinstance(event, Progress)]
        assert kinds == [*[EpochDone] * (3 - epoch), Completed]
        assert _history(rest) == _history(epochs[epoch:])
        _assert_same_ending(_completed(rest), expected)
        if saved is not None:
            assert _network_in(_completed(rest).model) == _network_in(expected.model)


def test_more_epochs_go_on_from_the_last_checkpoint(misled: Misled, inverted: Dataset) -> None:
    """`--keep-checkpoints`: five epochs after three cost two, and are what five from the beginning are."""
    networks = Networks()
    short = list(loop.train(_small(epochs=3), inverted, networks=networks, spacing=Spacing(1e-12, at_end=True)))
    assert list(_checkpoints(short)) == [3], "and no other: they would cost more than their share"
    _, *rest = loop.train(misled.trial, inverted, _checkpoints(short)[3], networks=networks)
    assert _history(short) + _history(rest) == misled.history
    _assert_same_ending(_completed(rest), misled.endings["last"])
    assert {event.trial_id for event in rest} == {misled.trial.id}


@pytest.mark.parametrize(
    "changes",
    [{"model": Mlp((5,), 0.0, "glorot_uniform", "dropout", False)}, {"optimizer": ADAM}, {"epochs": 2}],
    ids=["another width", "another optimizer", "fewer epochs than it has"],
)
def test_a_checkpoint_that_does_not_fit_is_passed_over(changes: dict[str, Any], misled: Misled) -> None:
    """One of another version of actsearch: the training begins anew, and nothing of it is left in the network."""
    networks, trial = Networks(), _small(**changes)
    started = next(loop.train(trial, misled.dataset, misled.checkpoints[3], networks=networks))
    assert isinstance(started, Started)
    assert started.resumed == ()
    (network,) = networks._held.values()
    assert _variables(network.model) == _built(trial, misled.dataset)


def test_what_is_no_checkpoint_is_passed_over(misled: Misled) -> None:
    """Written by another version, say: the trial begins anew, which costs time and changes no result."""
    networks = Networks()
    started = next(loop.train(misled.trial, misled.dataset, misled.checkpoints[1][:-1], networks=networks))
    assert isinstance(started, Started)
    assert started.resumed == ()
    (network,) = networks._held.values()
    assert _variables(network.model) == _built(misled.trial, misled.dataset)


def test_a_training_that_goes_on_after_its_last_epoch_changes_no_later_one(mnist: Dataset) -> None:
    """Killed between its last checkpoint and its end: the next seed uses the same network, with the same graphs."""
    spec = DataSpec("mnist", holdout=128, train_size=256)  # full batches only, which the 100 test images are not
    first, second = (_trial("gelu", spec=spec, seed=seed, epochs=1) for seed in (0, 1))
    found, checkpoint = [], None
    for _ in range(2):
        networks = Networks()
        events = list(loop.train(first, mnist, checkpoint, networks=networks, spacing=EVERY_EPOCH))
        checkpoint = checkpoint or _checkpoints(events)[1]
        later = _history(list(loop.train(second, mnist, networks=networks)))
        (network,) = networks._held.values()
        found.append((later, network.evaluate_batch.experimental_get_tracing_count()))  # type: ignore[attr-defined]
    assert found[0] == found[1]


def test_a_resumed_training_tells_of_another_kind_of_machine(misled: Misled) -> None:
    """Its last digits come from two processors: whoever compares them must be told, once for each kind."""
    networks, trial = Networks(), misled.trial
    state = unpack(misled.checkpoints[4], trial.id)
    (here,) = state.machines
    other, third = {**here, "cpu": "Another"}, {**here, "versions": {**here["versions"], "keras": "2"}}
    like_here = {**here, "os": "another name for the same"}
    for machines, earlier in (
        ((like_here,), ()),
        ((other,), (other,)),
        ((other, third), (other, third)),
        ((here, other), (other,)),
    ):
        moved = pack(replace(state, machines=machines))
        started, *rest = loop.train(trial, misled.dataset, moved, networks=networks, spacing=EVERY_EPOCH)
        assert isinstance(started, Started)
        assert started.earlier_machines == earlier
        assert started.machine == here
        (later,) = _checkpoints(rest).values()
        assert unpack(later, trial.id).machines == (*earlier, here), "and whoever goes on from here is told, too"


@dataclass
class Hand:
    """A clock that goes on when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_checkpoints_cost_no_more_than_their_share(inverted: Dataset) -> None:
    """By default a hundredth of the time; where the driver's disk is slow they are the further apart."""

    def checkpoints(spacing: Spacing, cost: float) -> list[int]:
        """After which of six epochs of 25 s each there is one, if the driver takes `cost` seconds to write it."""
        clock, epochs = Hand(), []
        for event in loop.train(trial, inverted, networks=networks, spacing=spacing, clock=clock):
            if isinstance(event, EpochDone):
                clock.now += 25
            elif isinstance(event, Checkpoint):
                clock.now += cost
                epochs.append(event.epoch)
        return epochs

    networks, trial = Networks(), _small(epochs=6, batch_size=200)
    assert checkpoints(Spacing(), 0.5) == [1, 3, 5]
    assert checkpoints(Spacing(at_end=True), 60) == [1, 6]
    assert checkpoints(Spacing(1), 20) == [1, 2, 3, 4, 5]


# Networks that are used again


def _variables(model: keras.Model) -> list[bytes]:
    return [value.tobytes() for value in models.values([*model.variables, *model.optimizer.variables])]


def _built(trial: Trial, dataset: Dataset) -> list[bytes]:
    """The variables of a network that was never used."""
    model = models.build(trial.candidate, dataset.input_shape, dataset.classes, trial.seed)
    model.optimizer.build(model.trainable_variables)
    return _variables(model)


def test_a_network_used_again_gives_what_a_new_one_gives(inverted: Dataset) -> None:
    """Ten seeds are traced once, not ten times; not a bit of a seed may be left in the next one."""
    model = Mlp((4,), 0.3, "glorot_uniform", "dropout", True)  # dropout and moving averages have state of their own
    first, second = (_small(model=model, optimizer=ADAM, epochs=2, seed=seed) for seed in (0, 1))
    again = {"networks": Networks(), "pipelines": Pipelines(inverted)}
    used = [list(loop.train(trial, inverted, **again)) for trial in (first, second, first)]
    new = list(loop.train(second, inverted))
    assert _history(used[0]) != _history(new)
    for found, expected in ((used[1], new), (used[2], used[0])):
        assert _history(found) == _history(expected)
        _assert_same_ending(_completed(found), _completed(expected))


def test_a_network_that_was_dropped_is_built_again(inverted: Dataset) -> None:
    """A hundred candidates in memory at once would end the process."""
    networks = Networks(keep=1)
    one, other = _small(optimizer=ADAM), _small("selu", optimizer=ADAM)
    for trial in (one, other, one, _small(optimizer=ADAM, seed=3), other):
        network = networks.fresh(trial.candidate, inverted.input_shape, inverted.classes, trial.seed)
        assert _variables(network.model) == _built(trial, inverted)
        for variable in network.model.variables:
            variable.assign(variable + 1)
    assert len(networks._held) == 1


def test_candidates_never_share_a_network(inverted: Dataset) -> None:
    """One compiled with another optimizer, loss or function would train something else under the candidate's name."""
    trials = [
        _small(),
        _small("leaky-relu", parameters={"negative_slope": 0.1}),
        _small("leaky-relu", parameters={"negative_slope": 0.2}),
        _small(optimizer=Optimizer("sgd", {"learning_rate": 0.03})),
        _small(loss="mean_squared_error"),
        _small(precision="mixed_bfloat16"),
    ]
    networks = Networks(keep=len(trials))
    found = [networks.fresh(t.candidate, inverted.input_shape, inverted.classes, t.seed) for t in trials]
    assert len({id(network.model) for network in found}) == len(trials)
    longer = networks.fresh(_small(epochs=9, seed=2).candidate, inverted.input_shape, inverted.classes, 2)
    assert longer is found[0], "but seeds and lengths do"


def test_a_saved_network_carries_its_own_seed(inverted: Dataset) -> None:
    """Who builds the network again from the `.keras` file's settings starts from this trial's weights and dropout."""
    networks = Networks()
    model = Mlp((4,), 0.3, "glorot_uniform", "dropout", False)
    files = []
    for seed in (0, 1):
        trial = _small(model=model, epochs=1, seed=seed)
        events = list(loop.train(trial, inverted, networks=networks, save_model="last"))
        files.append(_network_in(_completed(events).model))
        own = models.build(trial.candidate, inverted.input_shape, inverted.classes, seed)
        for layer in own.layers:
            for part in (layer, getattr(layer, "kernel_initializer", None)):
                if getattr(part, "seed", None) is not None:
                    assert f'"seed": {part.seed}'.encode() in files[-1]["config.json"], layer.name
    assert files[0]["config.json"] != files[1]["config.json"]


# Settings


@pytest.mark.parametrize(
    ("optimizer", "precision", "model"),
    [
        (Optimizer("adamw", {"learning_rate": 0.01, "weight_decay": 0.01, "clipnorm": 1.0}), "float32", SMALL),
        (
            Optimizer("sgd", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "global_clipnorm": 1.0}),
            "float32",
            SMALL,
        ),
        (Optimizer("rmsprop", {"learning_rate": 0.01, "centered": True, "clipvalue": 0.5}), "float32", SMALL),
        (
            Optimizer("adam", {"learning_rate": 0.01, "amsgrad": True}),
            "mixed_bfloat16",
            Mlp((16,), 0.1, "lecun_normal", "alpha_dropout", True),
        ),
    ],
    ids=["adamw", "sgd", "rmsprop", "adam-bfloat16-selu-normalised"],
)
def test_every_optimizer_and_precision_trains(optimizer: Optimizer, precision: Any, model: Mlp, mnist: Dataset) -> None:
    """What the schema allows must train to the end, to finite numbers, and learn."""
    name = "selu" if model.batch_normalization else "relu"
    events = list(loop.train(_trial(name, model=model, optimizer=optimizer, precision=precision, epochs=2), mnist))
    history = _history(events)
    assert np.isfinite([list(metrics.values()) for metrics in history]).all()
    assert history[1]["loss"] < history[0]["loss"]
    assert set(_completed(events).last.test) == {"loss", "accuracy", "binary_accuracy"}


def test_threads_cannot_be_changed_in_mid_process() -> None:
    """Other bits under the number that the results name would go unnoticed."""
    import tensorflow as tf

    tf.constant(1.0)
    with pytest.raises(RuntimeError):
        loop.set_threads(3)
    loop.set_threads(1)
