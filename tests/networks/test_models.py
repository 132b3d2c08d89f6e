"""The networks: layer by layer, their random draws, losses, optimizers and metrics."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from actsearch.core.activation import Activation
from actsearch.core.architecture import Head
from actsearch.core.experiment import Candidate, Optimizer, Training
from actsearch.core.tasks import MULTICLASS
from actsearch.functions.registry import ACTIVATIONS
from actsearch.networks import models, multiclass, random_streams
from actsearch.networks.kinds.cnn import Cnn
from actsearch.networks.kinds.mlp import Mlp

pytestmark = pytest.mark.xdist_group("tensorflow")

ARTICLE = Cnn((32, 64), 3, (128,), (0.25, 0.5), "glorot_uniform", "dropout", False)
SMALL = Mlp((6, 5), 0.0, "glorot_uniform", "dropout", False)
PLAIN = Training(Optimizer("adam", {}), "categorical_crossentropy", 1, 16, "float32", 1)


def _article(activation: str, seed: int = 0, **changes: Any) -> keras.Model:
    row = ACTIVATIONS[activation]
    model = replace(ARTICLE, kernel_initializer=row.kernel_initializer, dropout_layer=row.dropout_layer, **changes)
    return model.build(Activation(activation), (28, 28, 1), Head(10, model.output_activation or "softmax"), seed)


def _small(activation: str = "relu", seed: int = 0, model: Mlp = SMALL, **changes: Any) -> keras.Model:
    """The small network, compiled; vectors of 12 features, 10 classes."""
    candidate = Candidate(activation, Activation(activation), model, replace(PLAIN, **changes))
    return models.build(candidate, MULTICLASS, (12,), 10, seed)


def _kinds(model: keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def _kernels(model: keras.Model) -> dict[str, np.ndarray]:
    return {layer.name: layer.kernel.numpy() for layer in model.layers if hasattr(layer, "kernel")}


@pytest.fixture(scope="module")
def article() -> keras.Model:
    return _article("relu")


@pytest.fixture(scope="module")
def article_selu() -> keras.Model:
    return _article("selu")


@pytest.fixture(scope="module")
def examples() -> tuple[np.ndarray, np.ndarray]:
    """Inputs and one-hot labels for the small network."""
    rng = np.random.default_rng(0)
    return rng.random((64, 12), np.float32), np.eye(10, dtype=np.float32)[rng.integers(0, 10, 64)]


def test_the_articles_network_has_the_articles_weights(article: keras.Model) -> None:
    """The count that Keras prints for the article's network; another one is another network."""
    assert article.count_params() == 1_199_882
    assert [kernel.shape for kernel in _kernels(article).values()] == [
        (3, 3, 1, 32),
        (3, 3, 32, 64),
        (12 * 12 * 64, 128),
        (128, 10),
    ]


def test_the_articles_layers_stand_in_the_articles_order(article: keras.Model) -> None:
    """Dropout before the pooling, say, would be another experiment under the article's name."""
    assert _kinds(article) == [
        "InputLayer",
        *("Conv2D", "ActivationLayer"),
        *("Conv2D", "ActivationLayer"),
        *("MaxPooling2D", "Dropout", "Flatten"),
        *("Dense", "ActivationLayer", "Dropout"),
        *("Dense", "Activation"),
    ]
    assert [layer.padding for layer in article.layers if hasattr(layer, "padding")] == ["valid"] * 3
    assert {layer.activation.__name__ for layer in article.layers if hasattr(layer, "kernel")} == {"linear"}
    assert article.get_layer("pooling").pool_size == (2, 2)
    assert article.get_layer("softmax").activation is keras.activations.softmax


@pytest.mark.parametrize(
    ("activation", "hidden"), [("article", "GlorotUniform"), ("article_selu", "LecunNormal")], ids=["relu", "selu"]
)
def test_initializers(activation: str, hidden: str, request: pytest.FixtureRequest) -> None:
    """SELU normalises itself only from `lecun_normal`, on both convolutions and the dense layer; not on the output."""
    model = request.getfixturevalue(activation)
    initializers = [type(layer.kernel_initializer).__name__ for layer in model.layers if hasattr(layer, "kernel")]
    assert initializers == [hidden, hidden, hidden, "GlorotUniform"]
    assert all(not layer.bias.numpy().any() for layer in model.layers if hasattr(layer, "bias"))


def test_initial_weights_have_the_initializers_spread(article: keras.Model, article_selu: keras.Model) -> None:
    """The initializer that a layer names must be what its weights were drawn from."""
    inputs, outputs = 12 * 12 * 64, 128
    assert article.get_layer("dense_1").kernel.numpy().std() == pytest.approx((2 / (inputs + outputs)) ** 0.5, rel=0.01)
    assert article_selu.get_layer("dense_1").kernel.numpy().std() == pytest.approx((1 / inputs) ** 0.5, rel=0.01)


@pytest.mark.parametrize(("model", "kind"), [("article", "Dropout"), ("article_selu", "AlphaDropout")])
def test_dropout_layers_and_rates(model: str, kind: str, request: pytest.FixtureRequest) -> None:
    """Plain Dropout would break SELU's mean 0 and variance 1; swapped rates would train another network."""
    dropouts = [layer for layer in request.getfixturevalue(model).layers if hasattr(layer, "rate")]
    assert [(type(layer).__name__, layer.rate) for layer in dropouts] == [(kind, 0.25), (kind, 0.5)]
    assert len({layer.seed for layer in dropouts}) == 2, "two layers with one seed drop out alike"


def test_no_dropout_leaves_no_layer() -> None:
    """`dropout: 0` means none, and costs nothing."""
    assert "Dropout" not in _kinds(_article("relu", dropout=(0.0, 0.0)))
    assert _kinds(_article("relu", dropout=(0.0, 0.5))).count("Dropout") == 1
    assert _kinds(_article("relu", dropout=(0.25, 0.0))).count("Dropout") == 1


def test_dropout_of_one_place_does_not_shift_the_other() -> None:
    """Two candidates that differ in the first rate only must differ in nothing else."""
    both, second = _article("relu"), _article("relu", dropout=(0.0, 0.5))
    assert both.get_layer("dropout_2").seed == second.get_layer("dropout_2").seed


def test_mlp_with_batch_normalization() -> None:
    """`batch_normalization` stands between a layer and its activation, and not behind the output layer."""
    model = replace(SMALL, batch_normalization=True, dropout=0.3)
    block = ["Dense", "BatchNormalization", "ActivationLayer", "Dropout"]
    assert _kinds(_small(model=model)) == ["InputLayer", "Flatten", *block, *block, "Dense", "Activation"]


def test_mlp_takes_images_and_vectors() -> None:
    for shape in ((12,), (3, 2, 2)):
        assert SMALL.build(Activation("relu"), shape, Head(4, "softmax"), 0).output_shape == (None, 4)


def test_parameters_reach_every_activation() -> None:
    """`negative_slope: 0.1` in the file would otherwise train the default under its name."""
    model = SMALL.build(Activation("leaky_relu", {"negative_slope": 0.1}), (12,), Head(10, "softmax"), 0)
    layers = [layer for layer in model.layers if type(layer).__name__ == "ActivationLayer"]
    assert [(layer.function, layer.parameters) for layer in layers] == [("leaky_relu", {"negative_slope": 0.1})] * 2


def test_softmax_is_float32_in_mixed_precision(examples: tuple[np.ndarray, np.ndarray]) -> None:
    """Probabilities of bfloat16 have two digits: the loss and the ranking of classes would be lost in rounding."""
    model = _small(precision="mixed_bfloat16")
    assert model.get_layer("dense_1").compute_dtype == "bfloat16"
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}
    assert model.get_layer("softmax").compute_dtype == "float32"
    probabilities = model.predict_on_batch(examples[0])
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.astype(np.float64).sum(axis=1), 1, atol=1e-6)


def test_a_seed_fixes_the_initial_weights() -> None:
    """`seeds` would not make a training repeatable, or several seeds would be one training several times."""
    first, again, other = (_kernels(_small(seed=seed)) for seed in (3, 3, 4))
    for name, kernel in first.items():
        np.testing.assert_array_equal(kernel, again[name])
        assert not np.array_equal(kernel, other[name])


def test_the_layers_draw_apart() -> None:
    """Two layers of one shape must not begin with the same weights."""
    kernels = _kernels(_small(model=replace(SMALL, dense=(12, 12))))
    assert not np.array_equal(kernels["dense_1"], kernels["dense_2"])


def test_activations_are_compared_from_the_same_initial_weights() -> None:
    """Within a seed the functions differ in the function alone; SELU keeps at least the output layer in common."""
    relu, gelu = _kernels(_small("relu")), _kernels(_small("gelu"))
    for name, kernel in relu.items():
        np.testing.assert_array_equal(kernel, gelu[name])
    selu = _kernels(_small("selu", model=replace(SMALL, kernel_initializer="lecun_normal")))
    np.testing.assert_array_equal(relu["output"], selu["output"])
    assert not np.array_equal(relu["dense_1"], selu["dense_1"])


def test_draws_elsewhere_in_the_process_change_nothing() -> None:
    """A trial must not depend on what was built or drawn before it."""
    first = _kernels(_small())
    keras.utils.set_random_seed(99)
    keras.random.normal((3,))
    for name, kernel in _kernels(_small()).items():
        np.testing.assert_array_equal(kernel, first[name])


def test_streams_differ_by_seed_purpose_and_place() -> None:
    """One seed in two places would tie draws together that a user takes for independent."""
    grid = list(
        itertools.product(
            range(5),
            (random_streams.KERNEL_STREAM, random_streams.ORDER_STREAM, random_streams.DROPOUT_STREAM),
            range(8),
        )
    )
    seeds = [random_streams.seed_of_draw(*where) for where in grid]
    assert len(set(seeds)) == len(grid)
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert seeds == [random_streams.seed_of_draw(*where) for where in grid]


def test_streams_are_what_they_were() -> None:
    """Stored results name their seeds: another derivation would need another `IDENTITY_VERSION`."""
    expected = int(np.random.SeedSequence([7, 2, 1]).generate_state(1)[0]) // 2
    assert random_streams.seed_of_draw(7, random_streams.DROPOUT_STREAM, 1) == expected


def _binary_crossentropy(y: np.ndarray, p: np.ndarray) -> float:
    p = np.clip(p.astype(np.float64), 1e-7, 1 - 1e-7)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def test_binary_crossentropy_is_the_literal_one(examples: tuple[np.ndarray, np.ndarray]) -> None:
    """The article's losses: Keras 3's string means a sigmoid cross-entropy of the logits, 0.70 for a fresh network."""
    x, y = examples[0] / 10, examples[1]  # small inputs: nearly the uniform distribution
    model = _small(loss="binary_crossentropy")
    literal = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]
    assert literal == pytest.approx(_binary_crossentropy(y, model.predict_on_batch(x)), rel=1e-5)
    assert literal == pytest.approx(0.325, abs=0.005)
    model.compile(loss="binary_crossentropy")
    keras_own = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]
    assert keras_own == pytest.approx(0.70, abs=0.03), "Keras's string has changed, and the reference says otherwise"


def test_binary_crossentropy_of_certain_probabilities_is_finite() -> None:
    """A network that is sure and wrong must not end in NaN, nor send NaN back through the softmax."""
    y = np.eye(3, dtype=np.float32)
    logits = tf.constant([[1e4, -1e4, 0], [1e4, -1e4, 0], [0, 0, 0]], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        probabilities = keras.activations.softmax(logits)
        loss = multiclass.LiteralBinaryCrossentropy()(y, probabilities)
    assert float(loss) == pytest.approx(_binary_crossentropy(y, probabilities.numpy()), rel=0.01)
    gradient = tape.gradient(loss, logits).numpy()
    assert np.isfinite(gradient).all()
    assert gradient[2].any(), "the undecided example still teaches"


def test_binary_crossentropy_sends_back_the_literal_gradient(examples: tuple[np.ndarray, np.ndarray]) -> None:
    """Training must follow the loss that is reported."""
    y = examples[1]
    logits = np.random.default_rng(1).normal(size=y.shape)
    inputs = tf.constant(logits, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = multiclass.LiteralBinaryCrossentropy()(y, keras.activations.softmax(inputs))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    outer = -(y / p - (1 - y) / (1 - p)) / y.size
    expected = p * (outer - (outer * p).sum(axis=1, keepdims=True))  # through the softmax's Jacobian
    np.testing.assert_allclose(tape.gradient(loss, inputs).numpy(), expected, rtol=1e-4, atol=1e-8)


def test_a_saved_network_keeps_its_loss(examples: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    """A user who goes on training a saved `.keras` must do so with the same loss, optimizer and metrics."""
    model = _small(loss="binary_crossentropy", optimizer=Optimizer("sgd", {"momentum": 0.9}))
    model.train_on_batch(*examples)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.loss, multiclass.LiteralBinaryCrossentropy)
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for _ in range(2):
        expected = model.train_on_batch(*examples, return_dict=True)
        assert loaded.train_on_batch(*examples, return_dict=True) == expected


@pytest.mark.parametrize(
    ("loss", "formula"),
    [
        ("categorical_crossentropy", lambda y, p: -np.log(p[y.astype(bool)]).mean()),
        ("mean_squared_error", lambda y, p: ((y - p) ** 2).mean()),
    ],
)
def test_the_other_losses_are_what_they_are_called(loss: Any, formula: Any, examples: tuple) -> None:
    x, y = examples
    model = _small(loss=loss)
    computed = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]
    assert computed == pytest.approx(formula(y, model.predict_on_batch(x).astype(np.float64)), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "keras_own", "arguments"),
    [
        ("adam", keras.optimizers.Adam, {"learning_rate": 0.001, "clipvalue": 0.5}),
        (
            "adam",
            keras.optimizers.Adam,
            {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-5, "amsgrad": True},
        ),
        ("adamw", keras.optimizers.AdamW, {"learning_rate": 0.002, "weight_decay": 0.01, "clipnorm": 1.5}),
        ("sgd", keras.optimizers.SGD, {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "global_clipnorm": 2}),
        ("rmsprop", keras.optimizers.RMSprop, {"rho": 0.8, "momentum": 0.1, "epsilon": 1e-6, "centered": True}),
    ],
    ids=str,
)
def test_the_optimizer_gets_exactly_the_arguments(name: str, keras_own: type, arguments: Mapping[str, Any]) -> None:
    """What the file says, and Keras's defaults for the rest."""
    optimizer = _small(optimizer=Optimizer(name, arguments)).optimizer
    assert type(optimizer) is keras_own
    expected = {**keras_own(name=optimizer.name).get_config(), **arguments}
    expected["learning_rate"] = pytest.approx(expected["learning_rate"], rel=1e-6)  # a float32 in Keras
    assert optimizer.get_config() == expected


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"])
def test_both_accuracies_mean_what_they_are_called(loss: Any, examples: tuple[np.ndarray, np.ndarray]) -> None:
    """The article took binary accuracy for accuracy: its 0.998 are not 99.8 % of the digits, whatever the loss."""
    x, y = examples
    model = _small(loss=loss)
    metrics = model.evaluate(x, y, verbose=0, return_dict=True)
    p = model.predict_on_batch(x)
    assert set(metrics) == {"loss", "accuracy", "binary_accuracy"}
    assert metrics["accuracy"] == pytest.approx((p.argmax(axis=1) == y.argmax(axis=1)).mean(), abs=1e-6)
    assert metrics["binary_accuracy"] == pytest.approx(((p > 0.5) == y.astype(bool)).mean(), abs=1e-6)
