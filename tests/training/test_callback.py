"""What hidden layers do, measured: against NumPy by hand, in any architecture, without a trace in the training."""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from diagnosed_networks import FUNCTIONS, by_hand, cnn, examples, finished, mlp
from keras import layers

import actsearch
from actsearch.core import diagnostics
from actsearch.core.experiment import Activation, Cnn
from actsearch.networks import models
from actsearch.networks.clipping import ClippingCount
from actsearch.networks.hidden_layers import find
from actsearch.networks.layer_probe import Probe, updates
from actsearch.training import loop


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trainings in other test files have."""
    loop.set_threads(1)


X, Y = examples(300, 8, 8, 2)  # three chunks, the last one smaller
FLAT = examples(300, 9)


def values(model: keras.Model) -> list[np.ndarray]:
    return models.values([*model.variables, *model.optimizer.variables])


def assert_same_bits(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    assert [value.tobytes() for value in one] == [value.tobytes() for value in other]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("make", "data"), [(mlp, FLAT), (cnn, (X, Y))], ids=["mlp", "cnn"])
def test_every_quantity_is_what_numpy_computes_by_hand(make: Any, data: Any, function: str) -> None:
    """Findings and figures rest on these numbers; on a trained network, as they are used."""
    keras.utils.set_random_seed(1)
    model = make(function, keras.optimizers.SGD(0.05))
    model.fit(*data, epochs=3, verbose=0)
    measured = Probe(model, model.loss).measure(*data)
    expected, _ = by_hand(model, *data, FUNCTIONS[function])
    assert list(measured) == list(expected)
    for layer, quantities in expected.items():
        # The mean of SELU is near 0 beside its deviation of 1: there, float32 has no five digits of it.
        assert measured[layer] == pytest.approx(quantities, rel=1e-5, abs=1e-7), layer


def test_the_networks_of_an_experiment_are_understood() -> None:
    """Function and normalisation are layers of their own there; no layer may be missed for that."""
    setting = Cnn((4, 5), 3, (6,), (0.25, 0.5), "glorot_uniform", "dropout", True)
    found, left_out = find(models.network(setting, Activation("elu"), (8, 8, 1), 3, seed=0))
    where = [(hidden.name, hidden.where.name, len(hidden.kernels)) for hidden in found]
    assert where == [(name, f"{name}_activation", 1) for name in ("conv_1", "conv_2", "dense_1")]
    assert not left_out


def branches() -> keras.Model:
    """Two branches joined, a residual block, a layer used twice, a linear layer, a softmax, and two heads' worth."""
    x = inputs = keras.Input((9,), name="x")
    relu = layers.ReLU(name="relu")
    left = relu(layers.Dense(4, name="left")(x))
    right = layers.Dense(4, activation="tanh", name="right")(x)
    x = layers.Concatenate()([left, right])
    x = relu(layers.Dense(8, name="residual")(x) + layers.Dense(8, use_bias=False, name="shortcut")(x))
    twice = layers.Dense(8, activation="relu", name="twice")
    x = twice(twice(x))
    x = layers.Dense(5, name="linear")(x)
    x = keras.ops.gelu(layers.Dense(5, name="operation")(x))
    x = layers.Dense(5, activation="softmax", name="attention")(x)
    return finished(keras.Model(inputs, layers.Dense(3, activation="softmax", name="output")(x)))


def test_branches_and_what_cannot_be_told() -> None:
    """Users' own models are no chains; a layer that is missing must be named, not passed over."""
    model = branches()
    probe = Probe(model, model.loss)
    assert set(probe.layers) == {"left", "right", "residual", "shortcut", "operation"}
    assert probe.left_out == {
        "twice": "used several times",
        "linear": "no activation function follows it",
        "attention": "softmax is not element-wise",
    }
    measured = probe.measure(*FLAT)
    left = np.maximum(FLAT[0] @ model.get_layer("left").kernel + model.get_layer("left").bias, 0)
    right = np.tanh(FLAT[0] @ model.get_layer("right").kernel + model.get_layer("right").bias)
    assert measured["left"]["mean"] == pytest.approx(left.mean(), rel=1e-5)
    assert measured["right"]["variance"] == pytest.approx(right.var(), rel=1e-5)
    both = np.concatenate([left, right], axis=1)
    total = both @ model.get_layer("residual").kernel + model.get_layer("residual").bias
    total += both @ model.get_layer("shortcut").kernel
    for layer in ("residual", "shortcut"):  # the same sum is the pre-activation of both
        assert measured[layer]["mean"] == pytest.approx(np.maximum(total, 0).mean(), rel=1e-5)
    assert measured["residual"]["gradient_norm_bias"] > 0
    assert measured["shortcut"]["gradient_norm_bias"] is None


def test_gradients_in_branches_are_those_of_finite_differences() -> None:
    """Where layers share what comes after them, each still has a gradient of its own."""
    model = branches()
    measured = Probe(model, model.loss).measure(*FLAT)
    bias = model.get_layer("right").bias
    start, found = bias.numpy(), []
    for unit in range(4):
        ends = []
        for step in (-1e-3, 1e-3):
            bias.assign(start + step * np.eye(4)[unit])
            p = np.float64(model(FLAT[0]))
            ends.append(-np.log((p * FLAT[1]).sum(axis=1)).mean())
        found.append((ends[1] - ends[0]) / 2e-3)
    assert measured["right"]["gradient_norm_bias"] == pytest.approx(np.linalg.norm(found), rel=1e-2)


def test_nested_models_measure_like_the_flat_one() -> None:
    """A backbone is often a model of its own; its last layer is hidden if something comes after the model."""
    flat = mlp("selu")
    inside = keras.Sequential(
        [keras.Input((9,)), layers.Dense(7, activation="selu", name="a"), layers.Dense(6, name="b")]
    )
    inside.name = "body"
    x = inputs = keras.Input((9,))
    x = layers.Activation("selu")(inside(x))
    nested = finished(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)))
    found = Probe(nested, nested.loss).measure(*FLAT)
    assert list(found) == ["body/a", "body/b"]
    assert list(found.values()) == list(Probe(flat, flat.loss).measure(*FLAT).values())


def test_batch_normalisation_uses_its_moving_averages() -> None:
    """In a training's mode the probe would move the averages, and the training's bits."""
    model = keras.Sequential(
        [
            keras.Input((9,)),
            layers.Dense(7, name="dense"),
            layers.BatchNormalization(),
            layers.Dropout(0.5, seed=0),
            layers.ReLU(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    finished(model).fit(*FLAT, epochs=2, verbose=0)
    before = values(model)
    measured = Probe(model, model.loss).measure(*FLAT)["dense"]
    assert_same_bits(values(model), before)
    kernel, bias = map(np.float64, model.layers[0].get_weights())
    gamma, beta, mean, variance = map(np.float64, model.layers[1].get_weights())
    z = gamma * (FLAT[0] @ kernel + bias - mean) / np.sqrt(variance + model.layers[1].epsilon) + beta
    assert measured["mean"] == pytest.approx(np.maximum(z, 0).mean(), rel=1e-5)
    assert measured["zeros"] == pytest.approx((z <= 0).mean(), rel=1e-5)


def noisy() -> keras.Model:
    """Everything that has a state: dropout, moving averages, an optimizer with moments, metrics, clipping."""
    keras.utils.set_random_seed(3)
    x = inputs = keras.Input((8, 8, 2))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, name="conv")(x)))
    x = layers.Dropout(0.4)(layers.Flatten()(x))
    x = layers.Dropout(0.4)(layers.Dense(6, activation="gelu", name="dense")(x))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(0.01, clipvalue=0.003), "categorical_crossentropy", metrics=["accuracy"])
    return model


def test_the_callback_leaves_the_bits_of_a_training_alone() -> None:
    """Diagnostics are on by default: a result must not depend on whether someone looked."""
    watched, alone = noisy(), noisy()
    diagnostics = actsearch.Diagnostics(X, Y, probe_size=100)
    arguments = {"epochs": 3, "batch_size": 32, "verbose": 0, "validation_data": (X, Y)}
    keras.utils.set_random_seed(4)
    history = watched.fit(X, Y, callbacks=[diagnostics], **arguments).history
    keras.utils.set_random_seed(4)
    assert alone.fit(X, Y, **arguments).history == history
    assert_same_bits(values(watched), values(alone))
    assert 0 < diagnostics.result["layers"]["conv"]["clipped_kernel"][1] < 1


def test_measuring_leaves_nothing_in_the_layers() -> None:
    """What is put into them while measuring would otherwise be saved, or grow with every call."""
    model = branches()
    before = [dict(vars(layer)) for layer in model.layers]
    Probe(model, model.loss).measure(*FLAT)
    for layer, attributes in zip(model.layers, before, strict=True):
        assert {name: id(vars(layer)[name]) for name in attributes} == {n: id(v) for n, v in attributes.items()}
        assert not {"call", "activation"} & (vars(layer).keys() - attributes.keys())


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
    last = Probe(model, model.loss).measure(*FLAT)
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


def test_mixed_precision_is_measured_in_float32() -> None:
    """In bfloat16 a sum stops growing at a few hundred."""
    exact = cnn("relu")
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = cnn("relu")
    finally:
        keras.config.set_dtype_policy("float32")
    expected, found = (Probe(model, model.loss).measure(X, Y) for model in (exact, mixed))
    for layer, quantities in expected.items():
        close = {name: pytest.approx(value, rel=0.03, abs=1e-3) for name, value in quantities.items()}
        assert found[layer] == close
        assert found[layer]["mean"] != quantities["mean"]


def test_a_unit_that_no_example_reaches_is_dead() -> None:
    """The loss does not tell that a part of the network learns nothing any more."""
    model = cnn("relu")
    assert Probe(model, model.loss).measure(X, Y)["conv_2"]["dead"] == 0
    bias = model.get_layer("conv_2").bias
    bias.assign([-100.0, *bias.numpy()[1:]])
    found = Probe(model, model.loss).measure(X, Y)
    assert found["conv_2"]["dead"] == pytest.approx(1 / 5)
    assert found["conv_2"]["zeros"] > 0.2


def test_a_channel_that_lives_anywhere_is_not_dead() -> None:
    """At one position of one example in the first of two chunks: it can still learn from that one."""
    model = cnn("relu")
    kernel, bias = model.get_layer("conv_1").kernel, model.get_layer("conv_1").bias
    bias.assign([-1.0, -1.0, -100.0, -1.0])
    x = np.zeros((200, 8, 8, 2), np.float32)
    x[0, :3, :3] = 3 * kernel.numpy()[..., 0]
    measured = Probe(model, model.loss).measure(x, Y[:200])["conv_1"]
    expected = by_hand(model, x, Y[:200], FUNCTIONS["relu"])[0]["conv_1"]
    assert measured == pytest.approx(expected, rel=1e-5)
    assert 1 / 4 <= measured["dead"] < 1


@pytest.mark.parametrize("fused", [False, True])
def test_learned_parameters_are_told_and_their_slopes_known(fused: bool) -> None:
    """Saturated is relative to the function's largest slope, which for a learned one moves, per channel."""
    prelu = layers.PReLU(shared_axes=[1, 2], name="prelu")
    x = inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(3, 3, activation=prelu if fused else None, name="conv")(x)
    x = x if fused else prelu(x)
    model = finished(keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Flatten()(x))))
    model(X[:1])
    probe = Probe(model, model.loss)
    for alpha in ([0.0, 0.5, 0.25], [0.0, 500.0, 0.25]):
        prelu.alpha.assign(np.reshape(alpha, (1, 1, 3)))
        found = probe.measure(X, Y)["conv"]
        kernel, bias = model.get_layer("conv").get_weights()[:2]
        windows = np.lib.stride_tricks.sliding_window_view(X, (3, 3), axis=(1, 2))
        z = np.einsum("nrcxij,ijxf->nrcf", windows, kernel) + bias
        slopes = np.where(z > 0, 1, alpha)
        assert found["saturated"] == pytest.approx((slopes / np.maximum(1, alpha) < 0.01).mean(), rel=1e-5)
        assert found["parameters"] == {"alpha": {"mean": np.mean(alpha), "min": 0.0, "max": max(alpha)}}


@pytest.mark.parametrize(
    ("clipping", "limit"),
    [("clipvalue", 0.01), ("clipnorm", 0.09), ("global_clipnorm", 0.2), ("global_clipnorm", 30.0)],
)
def test_clipped_shares_are_what_numpy_counts(clipping: str, limit: float) -> None:
    """Clipping that never takes effect, or always does, is a finding; rounding at its limit is none."""
    model = mlp("relu", keras.optimizers.SGD(0.5, **{clipping: limit}))
    start = model.get_weights()
    diagnostics = actsearch.Diagnostics(*FLAT)
    model.fit(*FLAT, epochs=6, batch_size=300, verbose=0, callbacks=[diagnostics])
    reference = mlp("relu")
    reference.set_weights(start)
    expected: dict[str, list[float]] = {"dense_1": [], "dense_2": []}
    for _ in range(6):
        _, gradients = by_hand(reference, *FLAT, FUNCTIONS["relu"])
        flat = {(layer, kind): g for layer, kinds in gradients.items() for kind, g in kinds.items()}
        total = math.sqrt(sum((g**2).sum() for g in flat.values()))
        for key, g in flat.items():
            norm = total if clipping == "global_clipnorm" else math.sqrt((g**2).sum())
            new = np.clip(g, -limit, limit) if clipping == "clipvalue" else g * min(1, limit / norm)
            variable = getattr(reference.get_layer(key[0]), key[1])
            variable.assign(variable.numpy() - 0.5 * new)
            if key[1] == "kernel" and key[0] in expected:
                expected[key[0]].append((new != g).mean())
    for layer, shares in expected.items():
        assert diagnostics.result["layers"][layer]["clipped_kernel"] == [None, *(pytest.approx(s) for s in shares)]
    seen = {share for shares in expected.values() for share in shares}
    assert seen == {0.0} if limit == 30 else len(seen) > 1  # the limits are such that something is to be seen


def test_counting_begins_in_a_model_that_has_been_trained(hostile: Path) -> None:
    """The step that is compiled by then does not count; and counting leaves the optimizer and its file as they are."""
    model = mlp("relu", keras.optimizers.Adam(clipvalue=1e-9))
    model.fit(*FLAT, verbose=0)
    names = [variable.path for variable in model.optimizer.variables]
    diagnostics = actsearch.Diagnostics(*FLAT)

    class Saving(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.model.save(hostile / "model.keras")

    model.fit(*FLAT, verbose=0, callbacks=[diagnostics, Saving()])
    assert diagnostics.result["layers"]["dense_2"]["clipped_kernel"][1] > 0.5
    assert [variable.path for variable in model.optimizer.variables] == names
    code = (
        "import keras, sys; m = keras.models.load_model(sys.argv[1]); print(type(m.optimizer).__module__);"
        "assert not [name for name in sys.modules if name.startswith('actsearch')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, hostile / "model.keras"], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("keras.src.optimizers"), done.stderr


def test_counts_beyond_32_bits() -> None:
    """A million weights clipped in a few thousand steps are more than 32 bits hold."""
    model = mlp("relu", keras.optimizers.SGD(0.0, clipvalue=1e-30))
    count = ClippingCount(model, Probe(model, model.loss).variables)
    model.fit(*FLAT, batch_size=300, verbose=0)
    for _ in range(40):
        count._counter._sums.assign_add(count._counter._sums)
    model.fit(*FLAT, batch_size=300, verbose=0)
    steps, sums = count._counter.read()
    assert steps == 2**40 + 1
    assert 2**40 < sums[1] <= steps * 63


def test_what_no_callback_can_count_is_not_known() -> None:
    """Keras's method is not public: the day it is gone, the rest is still measured."""
    model = mlp("relu", keras.optimizers.SGD(0.5, clipvalue=1e-9))
    model.optimizer = keras.optimizers.SGD(clipvalue=0.5)
    for optimizer in (keras.optimizers.SGD(), type("Other", (), {"clipvalue": 0.5})()):
        model.optimizer = optimizer
        count = ClippingCount(model, Probe(model, model.loss).variables)
        assert not count.active
        assert count.shares()["dense_1"] == {"clipped_kernel": None, "clipped_bias": None}


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_variable_without_a_gradient_does_not_shift_the_counts() -> None:
    """Keras leaves it out before it clips; the shares of the others would be taken for one another's."""

    class Unused(layers.Layer):
        def build(self, _: Any) -> None:
            self.unused = self.add_weight(shape=(1,))

        def call(self, x: Any) -> Any:
            return x

    model = keras.Sequential([keras.Input((9,)), Unused(), layers.Dense(4, "relu", name="dense"), layers.Dense(3)])
    diagnostics = actsearch.Diagnostics(*FLAT)
    finished(model, keras.optimizers.SGD(clipvalue=1e-9), "mse").fit(*FLAT, verbose=0, callbacks=[diagnostics])
    assert diagnostics.result["layers"]["dense"]["clipped_kernel"] == [None, None]


def test_the_loss_is_the_mean_without_penalties() -> None:
    """Norms can be compared between trainings with and without weight decay, and between sizes of the probe."""
    plain = Probe(mlp("relu"), "categorical_crossentropy").measure(*FLAT)
    penalised = mlp("relu")
    penalised.get_layer("dense_1").kernel_regularizer = keras.regularizers.L2(10.0)
    summed = keras.losses.CategoricalCrossentropy(reduction="sum")
    assert Probe(penalised, "categorical_crossentropy").measure(*FLAT) == plain
    for loss in (summed, lambda y, p: keras.losses.categorical_crossentropy(y, p)):
        found = Probe(mlp("relu"), loss).measure(*FLAT)
        assert found["dense_1"]["gradient_norm_kernel"] == pytest.approx(
            plain["dense_1"]["gradient_norm_kernel"], rel=1e-5
        )


def test_a_network_without_finite_values_has_no_numbers() -> None:
    """JSON knows no NaN, and a share of zeros among NaN is no finding."""
    model = mlp("selu")
    probe = Probe(model, model.loss)
    before = probe.weights()
    model.get_layer("dense_1").bias.assign(np.full(7, np.nan))
    assert set(probe.measure(*FLAT)["dense_1"].values()) == {None}
    assert updates(before, probe.weights())["dense_1"]["update_ratio_bias"] is None
    model.get_layer("dense_1").bias.assign(np.zeros(7))
    assert updates(probe.weights(), before)["dense_1"]["update_ratio_bias"] is None


def subclassed() -> keras.Model:
    class Own(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    return Own(name="own")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: keras.Sequential([keras.Input((9,)), layers.Dense(3)]), "no hidden layer"),
        (lambda: keras.Sequential([keras.Input((9,)), layers.Dense(3), layers.Dense(3)]), "no activation function"),
        (lambda: keras.Sequential([layers.Dense(3, activation="relu"), layers.Dense(3)]), "before it is called"),
        (subclassed, "own: a model whose layers Keras does not know"),
        (
            lambda: keras.Model(x := keras.Input((9,)), [layers.Dense(2)(layers.Dense(3, "relu")(x)), x]),
            "2 outputs",
        ),
    ],
)
def test_what_cannot_be_diagnosed_is_refused_in_words(model: Any, words: str) -> None:
    """Rather than with an empty file, or a traceback out of Keras."""
    with pytest.raises(ValueError, match=words):
        Probe(model(), "mse")


def test_arguments_that_make_no_sense() -> None:
    """At the call that has the mistake, not an hour later."""
    for arguments in ({"every": 0}, {"probe_size": 0}, {"y": Y[:-1]}):
        with pytest.raises(ValueError, match="must"):
            actsearch.Diagnostics(**{"x": X, "y": Y, **arguments})
    with pytest.raises(ValueError, match="fit"):
        _ = actsearch.Diagnostics(X, Y).result
    with pytest.raises(ValueError, match="loss"):
        Probe(mlp("relu"), ["mse"])


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
from actsearch.networks.layer_probe import Probe
assert keras.backend.backend() == "jax"
model = cnn("selu")
measured = Probe(model, model.loss).measure(*(array[:256] for array in examples(300, 8, 8, 2)))
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


def test_jax_measures_the_same() -> None:
    """The callback is for everyone's own training, and many of these run on JAX."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", JAX, Path(__file__).parent.parent]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    measured, watched = json.loads(done.stdout)
    model = cnn("selu")
    for layer, quantities in Probe(model, model.loss).measure(X[:256], Y[:256]).items():
        assert measured[layer] == pytest.approx(quantities, rel=1e-5)
    diagnostics = actsearch.Diagnostics(*FLAT)
    model = mlp("relu", keras.optimizers.SGD(0.5, clipnorm=0.09))
    model.fit(*FLAT, epochs=3, batch_size=100, shuffle=False, verbose=0, callbacks=[diagnostics])
    for layer, quantities in diagnostics.result["layers"].items():
        assert watched["layers"][layer]["mean"] == pytest.approx(quantities["mean"], rel=1e-4)
        assert watched["layers"][layer]["clipped_kernel"] == quantities["clipped_kernel"]
    assert 0 < watched["layers"]["dense_2"]["clipped_kernel"][1] < 1
