"""What a trial hands back at its end: test values, predictions, the saved network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from small_trainings import (
    Misled,
    ending_of,
    history_of,
    network_in,
    small_trial,
    trial_on_mnist,
)

from actsearch.core.events import Event
from actsearch.core.experiment import DataSpec, Optimizer, Trial
from actsearch.core.tasks import MULTICLASS
from actsearch.data.conversion import as_float
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.npz import NpzSource
from actsearch.data.splitting import split
from actsearch.networks import models
from actsearch.networks.compiled_networks import CompiledNetworks
from actsearch.networks.kinds.mlp import Mlp
from actsearch.networks.multiclass import MulticlassInKeras
from actsearch.training import loop

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"])
def test_test_values_are_keras_own(loss: Any, mnist: Dataset) -> None:
    """The test loss stands beside the validation losses that Keras computed: it must be the same measure."""
    trial = trial_on_mnist(loss=loss)
    model = models.build(trial.candidate, MULTICLASS, mnist.input_shape, 10, trial.seed)
    output = model.get_layer("output")
    x, y = as_float(mnist.x_test), mnist.y_test
    for times in (1, 30):  # a hesitant network, and one that is sure and mostly wrong
        output.set_weights([times * weights for weights in output.get_weights()])
        expected = model.evaluate(x, mnist.targets(y), batch_size=128, verbose=0, return_dict=True)
        probabilities = model.predict_on_batch(x)
        computed = MulticlassInKeras().values(probabilities, y, loss)
        assert set(computed) == set(expected)
        assert computed["loss"] == pytest.approx(expected["loss"], rel=1e-5)
        assert computed["accuracy"] == pytest.approx(expected["accuracy"], abs=1e-7)
        assert computed["binary_accuracy"] == pytest.approx(expected["binary_accuracy"], abs=1e-6)
    assert probabilities.min() < 1e-7 < 1 - 1e-7 < probabilities.max(), "beyond both ends of the clipping"


def test_held_out_predictions_are_complete(mnist: Dataset, held_out: tuple[Trial, list[Event]]) -> None:
    """`predictions.npz` is what confusion matrices and paired tests are computed from, without training again."""
    trial, events = held_out
    predictions = ending_of(events).predictions
    splits = split(mnist, trial.data)
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
    spec = DataSpec(NpzSource("own.npz"), holdout=50)
    ending = ending_of(list(loop.train(small_trial("sigmoid", spec=spec, epochs=1), broken)))
    assert ending.last.test == dict.fromkeys(("loss", "accuracy", "binary_accuracy"))
    assert ending.best == ending.last


def test_predictions_are_those_of_the_values(held_out: tuple[Trial, list[Event]]) -> None:
    """The accuracies in the table, and those that a user computes from the predictions, are the same."""
    ending, history = ending_of(held_out[1]), history_of(held_out[1])
    for which, evaluation in (("last", ending.last), ("best", ending.best)):
        right = {
            part: (ending.predictions[f"{part}_y_{which}"] == ending.predictions[f"{part}_y_true"]).mean()
            for part in ("test", "validation")
        }
        assert evaluation.test["accuracy"] == right["test"]
        assert history[evaluation.epoch - 1]["val_accuracy"] == pytest.approx(right["validation"], abs=1e-7)


def test_the_best_epoch_is_the_first_of_the_highest(mnist: Dataset) -> None:
    """With ties, which small validation sets have, the shortest training wins; the last epoch is the last."""
    still = Optimizer("sgd", {"learning_rate": 1e-30})  # learns nothing, so that all epochs tie
    events = list(loop.train(trial_on_mnist(optimizer=still), mnist))
    assert len({metrics["val_accuracy"] for metrics in history_of(events)}) == 1
    assert (ending_of(events).best.epoch, ending_of(events).last.epoch) == (1, 3)


def test_the_best_epoch_is_the_best(misled: Misled, held_out: tuple[Trial, list[Event]]) -> None:
    """`best` in tables, predictions and saved networks is the epoch that the curve shows as highest."""
    for ending, history in (
        (misled.endings["best"], misled.history),
        (ending_of(held_out[1]), history_of(held_out[1])),
    ):
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
    assert ending_of(held_out[1]).model is None


def test_a_saved_network_carries_its_own_seed(inverted: Dataset) -> None:
    """Who builds the network again from the `.keras` file's settings starts from this trial's weights and dropout."""
    networks = CompiledNetworks()
    model = Mlp((4,), 0.3, "glorot_uniform", "dropout", False)
    files = []
    for seed in (0, 1):
        trial = small_trial(model=model, epochs=1, seed=seed)
        events = list(loop.train(trial, inverted, networks=networks, save_model="last"))
        files.append(network_in(ending_of(events).model))
        own = models.build(trial.candidate, MULTICLASS, inverted.input_shape, inverted.outputs, seed)
        for layer in own.layers:
            for part in (layer, getattr(layer, "kernel_initializer", None)):
                if getattr(part, "seed", None) is not None:
                    assert f'"seed": {part.seed}'.encode() in files[-1]["config.json"], layer.name
    assert files[0]["config.json"] != files[1]["config.json"]
