"""The callback for anyone's own training: the bits stay, each row belongs to its epoch, on TensorFlow and JAX."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from diagnosed_networks import (
    FLAT,
    X,
    Y,
    all_values,
    assert_same_bits,
    cnn,
    mlp,
)
from keras import layers

import actsearch
from actsearch.core import diagnostics
from actsearch.networks.layer_probe import LayerProbe

pytestmark = pytest.mark.xdist_group("tensorflow")


def noisy() -> keras.Model:
    """Everything that has a state: dropout, moving averages, an optimizer with moments, metrics, clipping."""
    keras.utils.set_random_seed(3)
    x = inputs = keras.Input((8, 8, 2))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, name="conv")(x)))
    x = layers.Dropout(0.4)(layers.Flatten()(x))
    x = layers.Dropout(0.4)(layers.Dense(6, activation="gelu", name="dense")(x))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax", name="output")(x))
    model.compile(keras.optimizers.Adam(0.01, clipvalue=0.003), "categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.slow
def test_the_callback_leaves_the_bits_of_a_training_alone() -> None:
    """Diagnostics are on by default: a result must not depend on whether someone looked."""
    watched, alone = noisy(), noisy()
    diagnostics = actsearch.Diagnostics(X, Y, probe_size=100)
    arguments = {"epochs": 3, "batch_size": 32, "verbose": 0, "validation_data": (X, Y)}
    keras.utils.set_random_seed(4)
    history = watched.fit(X, Y, callbacks=[diagnostics], **arguments).history
    keras.utils.set_random_seed(4)
    assert alone.fit(X, Y, **arguments).history == history
    assert_same_bits(all_values(watched), all_values(alone))
    assert 0 < diagnostics.result["layers"]["conv"]["clipped_kernel"][1] < 1


def test_the_callbacks_rows(hostile: Path) -> None:
    """Each number belongs to an epoch; the file is what `plot` and `explain` read."""
    model = mlp("relu", keras.optimizers.SGD(0.5))
    kernels = []
    noting = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: kernels.append(model.get_layer("dense_1").get_weights()[0]),
        on_train_end=lambda *_: kernels.append(model.get_layer("dense_1").get_weights()[0]),
    )
    diagnostics = actsearch.Diagnostics(*FLAT, every=2, probe_size=1000)
    model.fit(*FLAT, epochs=5, verbose=0, callbacks=[noting, diagnostics])
    result = diagnostics.result
    assert (result["probe"], result["epochs"]) == ({"examples": 300, "every": 2, "training": False}, [0, 2, 4, 5])
    ratios = [np.linalg.norm(b - a) / np.linalg.norm(a) for a, b in itertools.pairwise(kernels)]
    assert result["layers"]["dense_1"]["update_ratio_kernel"] == [
        None,
        *(pytest.approx(ratios[i - 1], rel=1e-5) for i in (2, 4, 5)),
    ]
    assert result["layers"]["dense_1"]["clipped_kernel"] == [None] * 4
    last = LayerProbe(model, model.loss).measure(*FLAT)
    assert {name: row["mean"][-1] for name, row in result["layers"].items()} == {n: q["mean"] for n, q in last.items()}
    diagnostics.save(hostile / "d.json")
    assert json.loads((hostile / "d.json").read_text(encoding="utf-8")) == result


def test_a_training_that_ends_early_has_its_last_row() -> None:
    """Why it ended is what one wants to see."""
    for before in (True, False):
        model = mlp("relu")
        stopping = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, *_, model=model: setattr(model, "stop_training", epoch == 2)
        )
        diagnostics = actsearch.Diagnostics(*FLAT, every=5)
        order = [stopping, diagnostics] if before else [diagnostics, stopping]
        model.fit(*FLAT, epochs=30, verbose=0, callbacks=order)
        assert diagnostics.result["epochs"] == [0, 3]


def test_counting_begins_in_a_model_that_has_been_trained() -> None:
    """The step that is compiled by then does not count; and counting leaves the optimizer as it is."""
    model = mlp("relu", keras.optimizers.Adam(clipvalue=1e-9))
    model.fit(*FLAT, verbose=0)
    names = [variable.path for variable in model.optimizer.variables]
    diagnostics = actsearch.Diagnostics(*FLAT)
    model.fit(*FLAT, verbose=0, callbacks=[diagnostics])
    assert diagnostics.result["layers"]["dense_2"]["clipped_kernel"][1] > 0.5
    assert [variable.path for variable in model.optimizer.variables] == names


@pytest.mark.slow
def test_a_network_saved_while_it_is_watched_loads_without_us(hostile: Path) -> None:
    """The file has the user's own optimizer, not the one that counts."""
    model = mlp("relu", keras.optimizers.Adam(clipvalue=1e-9))

    class Saving(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.model.save(hostile / "model.keras")

    model.fit(*FLAT, verbose=0, callbacks=[actsearch.Diagnostics(*FLAT), Saving()])
    code = (
        "import keras, sys; m = keras.models.load_model(sys.argv[1]); print(type(m.optimizer).__module__);"
        "assert not [name for name in sys.modules if name.startswith('actsearch')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, hostile / "model.keras"], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("keras.src.optimizers"), done.stderr


def test_arguments_that_make_no_sense() -> None:
    """At the call that has the mistake, not an hour later."""
    for arguments in ({"every": 0}, {"probe_size": 0}, {"y": Y[:-1]}):
        with pytest.raises(ValueError, match="must"):
            actsearch.Diagnostics(**{"x": X, "y": Y, **arguments})
    with pytest.raises(ValueError, match="fit"):
        _ = actsearch.Diagnostics(X, Y).result
    with pytest.raises(ValueError, match="loss"):
        LayerProbe(mlp("relu"), ["mse"])


def test_a_probe_is_evenly_spaced_and_at_most_all() -> None:
    """Data that are sorted by class must not be measured on one class."""
    assert diagnostics.probe_indices(4, 10) == [0, 2, 5, 7]
    assert diagnostics.probe_indices(256, 3) == [0, 1, 2]
    assert [e for e in range(8) if diagnostics.is_measured(e, 7, 3)] == [0, 3, 6, 7]


JAX = """
import json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import keras, actsearch
from diagnosed_networks import cnn, examples, mlp
from actsearch.networks.layer_probe import LayerProbe
assert keras.backend.backend() == "jax"
model = cnn("selu")
measured = LayerProbe(model, model.loss).measure(*(array[:256] for array in examples(300, 8, 8, 2)))
x, y = examples(300, 9)
diagnostics = actsearch.Diagnostics(x, y)
trained = []
for callbacks in ([diagnostics], []):
    model = mlp("relu", keras.optimizers.SGD(0.5, clipnorm=0.09))
    model.fit(x, y, epochs=3, batch_size=100, shuffle=False, verbose=0, callbacks=callbacks)
    trained.append([value.tobytes() for value in model.get_weights()])
assert trained[0] == trained[1]
print(json.dumps([measured, diagnostics.result]))
assert "tensorflow" not in sys.modules
"""


@pytest.mark.slow
def test_jax_measures_the_same() -> None:
    """The callback is for everyone's own training, and many of these run on JAX."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"  # compiling takes half the time
    command = [sys.executable, "-c", JAX, Path(__file__).parent.parent]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    measured, watched = json.loads(done.stdout)
    model = cnn("selu")
    for layer, quantities in LayerProbe(model, model.loss).measure(X[:256], Y[:256]).items():
        assert measured[layer] == pytest.approx(quantities, rel=1e-5)
    diagnostics = actsearch.Diagnostics(*FLAT)
    model = mlp("relu", keras.optimizers.SGD(0.5, clipnorm=0.09))
    model.fit(*FLAT, epochs=3, batch_size=100, shuffle=False, verbose=0, callbacks=[diagnostics])
    for layer, quantities in diagnostics.result["layers"].items():
        assert watched["layers"][layer]["mean"] == pytest.approx(quantities["mean"], rel=1e-4)
        assert watched["layers"][layer]["clipped_kernel"] == quantities["clipped_kernel"]
    assert 0 < watched["layers"]["dense_2"]["clipped_kernel"][1] < 1
