"""What hidden layers do, measured: against NumPy by hand, in any architecture, without a trace in the layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from daily import slow_but
from diagnosed_networks import (
    FLAT,
    FUNCTIONS,
    X,
    Y,
    all_values,
    assert_same_bits,
    by_hand,
    cnn,
    finished,
    mlp,
)
from keras import layers

from actsearch.networks.layer_probe import LayerProbe, updates

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.mark.parametrize("function", slow_but(["leaky_relu", "selu"], list(FUNCTIONS)))
@pytest.mark.parametrize(("make", "data"), slow_but([cnn], [(mlp, FLAT), (cnn, (X, Y))]), ids=["mlp", "cnn"])
def test_every_quantity_is_what_numpy_computes_by_hand(make: Any, data: Any, function: str) -> None:
    """Findings and figures rest on these numbers; on a trained network, as they are used."""
    keras.utils.set_random_seed(1)
    model = make(function, keras.optimizers.SGD(0.05))
    model.fit(*data, epochs=3, verbose=0)
    measured = LayerProbe(model, model.loss).measure(*data)
    expected, _ = by_hand(model, *data, FUNCTIONS[function])
    assert list(measured) == list(expected)
    for layer, quantities in expected.items():
        # The mean of SELU is near 0 beside its deviation of 1: there, float32 has no five digits of it.
        assert measured[layer] == pytest.approx(quantities, rel=1e-5, abs=1e-7), layer


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
    probe = LayerProbe(model, model.loss)
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
    measured = LayerProbe(model, model.loss).measure(*FLAT)
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
    found = LayerProbe(nested, nested.loss).measure(*FLAT)
    assert list(found) == ["body/a", "body/b"]
    assert list(found.values()) == list(LayerProbe(flat, flat.loss).measure(*FLAT).values())


def test_batch_normalisation_uses_its_moving_averages() -> None:
    """In a training's mode the probe would move the averages, and the training's bits."""
    model = keras.Sequential(
        [
            keras.Input((9,)),
            layers.Dense(7, name="dense"),
            layers.BatchNormalization(),
            layers.Dropout(0.5, seed=0),
            layers.ReLU(),
            layers.Dense(3, activation="softmax", name="output"),
        ]
    )
    finished(model).fit(*FLAT, epochs=2, verbose=0)
    before = all_values(model)
    measured = LayerProbe(model, model.loss).measure(*FLAT)["dense"]
    assert_same_bits(all_values(model), before)
    kernel, bias = map(np.float64, model.layers[0].get_weights())
    gamma, beta, mean, variance = map(np.float64, model.layers[1].get_weights())
    z = gamma * (FLAT[0] @ kernel + bias - mean) / np.sqrt(variance + model.layers[1].epsilon) + beta
    assert measured["mean"] == pytest.approx(np.maximum(z, 0).mean(), rel=1e-5)
    assert measured["zeros"] == pytest.approx((z <= 0).mean(), rel=1e-5)


def test_measuring_leaves_nothing_in_the_layers() -> None:
    """What is put into them while measuring would otherwise be saved, or grow with every call."""
    model = branches()
    before = [dict(vars(layer)) for layer in model.layers]
    LayerProbe(model, model.loss).measure(*FLAT)
    for layer, attributes in zip(model.layers, before, strict=True):
        assert {name: id(vars(layer)[name]) for name in attributes} == {n: id(v) for n, v in attributes.items()}
        assert not {"call", "activation"} & (vars(layer).keys() - attributes.keys())


def test_mixed_precision_is_measured_in_float32() -> None:
    """In bfloat16 a sum stops growing at a few hundred."""
    exact = cnn("relu")
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = cnn("relu")
    finally:
        keras.config.set_dtype_policy("float32")
    expected, found = (LayerProbe(model, model.loss).measure(X, Y) for model in (exact, mixed))
    for layer, quantities in expected.items():
        close = {name: pytest.approx(value, rel=0.03, abs=1e-3) for name, value in quantities.items()}
        assert found[layer] == close
        assert found[layer]["mean"] != quantities["mean"]


def test_a_unit_that_no_example_reaches_is_dead() -> None:
    """The loss does not tell that a part of the network learns nothing any more."""
    model = cnn("relu")
    assert LayerProbe(model, model.loss).measure(X, Y)["conv_2"]["dead"] == 0
    bias = model.get_layer("conv_2").bias
    bias.assign([-100.0, *bias.numpy()[1:]])
    found = LayerProbe(model, model.loss).measure(X, Y)
    assert found["conv_2"]["dead"] == pytest.approx(1 / 5)
    assert found["conv_2"]["zeros"] > 0.2


def test_a_channel_that_lives_anywhere_is_not_dead() -> None:
    """At one position of one example in the first of two chunks: it can still learn from that one."""
    model = cnn("relu")
    kernel, bias = model.get_layer("conv_1").kernel, model.get_layer("conv_1").bias
    bias.assign([-1.0, -1.0, -100.0, -1.0])
    x = np.zeros((200, 8, 8, 2), np.float32)
    x[0, :3, :3] = 3 * kernel.numpy()[..., 0]
    measured = LayerProbe(model, model.loss).measure(x, Y[:200])["conv_1"]
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
    probe = LayerProbe(model, model.loss)
    for alpha in ([0.0, 0.5, 0.25], [0.0, 500.0, 0.25]):
        prelu.alpha.assign(np.reshape(alpha, (1, 1, 3)))
        found = probe.measure(X, Y)["conv"]
        kernel, bias = model.get_layer("conv").get_weights()[:2]
        windows = np.lib.stride_tricks.sliding_window_view(X, (3, 3), axis=(1, 2))
        z = np.einsum("nrcxij,ijxf->nrcf", windows, kernel) + bias
        slopes = np.where(z > 0, 1, alpha)
        assert found["saturated"] == pytest.approx((slopes / np.maximum(1, alpha) < 0.01).mean(), rel=1e-5)
        assert found["parameters"] == {"alpha": {"mean": np.mean(alpha), "min": 0.0, "max": max(alpha)}}


def test_the_loss_is_the_mean_without_penalties() -> None:
    """Norms can be compared between trainings with and without weight decay, and between sizes of the probe."""
    plain = LayerProbe(mlp("relu"), "categorical_crossentropy").measure(*FLAT)
    penalised = mlp("relu")
    penalised.get_layer("dense_1").kernel_regularizer = keras.regularizers.L2(10.0)
    summed = keras.losses.CategoricalCrossentropy(reduction="sum")
    assert LayerProbe(penalised, "categorical_crossentropy").measure(*FLAT) == plain
    for loss in (summed, lambda y, p: keras.losses.categorical_crossentropy(y, p)):
        found = LayerProbe(mlp("relu"), loss).measure(*FLAT)
        assert found["dense_1"]["gradient_norm_kernel"] == pytest.approx(
            plain["dense_1"]["gradient_norm_kernel"], rel=1e-5
        )


def test_a_network_without_finite_values_has_no_numbers() -> None:
    """JSON knows no NaN, and a share of zeros among NaN is no finding."""
    model = mlp("selu")
    probe = LayerProbe(model, model.loss)
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
        LayerProbe(model(), "mse")
