"""What Keras computes for each activation function, held against the registry, and saved models that use them."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from activation_cases import CASES, POINTS, other_value, points
from tables import check_each

import actsearch
from actsearch.functions.registry import ACTIVATIONS, ALIASES
from actsearch.networks import keras_activations
from actsearch.networks.keras_activations import KERAS_FUNCTIONS, ActivationLayer

pytestmark = pytest.mark.xdist_group("tensorflow")

SINGLE = {"gelu", "leaky_relu"}
"""TensorFlow keeps the constants of these (the slope, the square roots) in float32, for float64 inputs as well."""
GRID = np.array(POINTS)
TRAINABLE = [
    (name, key)
    for name, row in ACTIVATIONS.items()
    for key, parameter in row.parameters.items()
    if parameter.trainable and not isinstance(parameter.default, bool)
]

TRAINABLE_IN_BOTH_PRECISIONS = [(*pair, precision) for precision in ("float32", "mixed_bfloat16") for pair in TRAINABLE]


def in_types(*dtypes: str) -> list[tuple[str, dict, str]]:
    """Every case in each of these types."""
    return [(name, parameters, dtype) for dtype in dtypes for name, parameters in CASES]


def _value_and_gradient(name: str, x: np.ndarray, dtype: str, parameters: dict) -> tuple[np.ndarray, np.ndarray]:
    inputs = tf.constant(x, dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = KERAS_FUNCTIONS[name](inputs, **parameters)
    gradient = tape.gradient(outputs, inputs)
    assert outputs.dtype == gradient.dtype == inputs.dtype
    return outputs.numpy(), gradient.numpy()


def _assert_close(computed: np.ndarray, expected: np.ndarray, name: str, dtype: str) -> None:
    # In float32 gelu's tanh form loses its tails: 1 + tanh(x) for x far below 0.
    single = (1e-6, 2e-6 if name == "gelu" else 3e-7)
    tolerance = single if dtype == "float32" else (1e-6, 1e-8) if name in SINGLE else (1e-12, 1e-14)
    np.testing.assert_allclose(computed, expected, *tolerance)


def test_every_element_wise_function_of_keras_has_its_row() -> None:
    """Whoever looks for a function of Keras finds it, under Keras's name."""
    along_an_axis = {"glu", "log_softmax", "softmax", "sparsemax"}
    others = {"deserialize", "get", "serialize"}
    keras_own = {name for name in dir(keras.activations) if not name.startswith("_")} - along_an_axis - others
    assert keras_own <= {*ACTIVATIONS, *ALIASES}


def test_names_parameters_and_defaults_are_keras_own() -> None:
    """Who knows Keras knows what `leaky_relu` and its defaults mean here."""

    def check(name: str) -> None:
        keras_own = inspect.signature(getattr(keras.activations, name)).parameters
        for key, row in ACTIVATIONS[name].parameters.items():
            if (name, key) != ("silu", "beta"):  # which Keras does not have
                assert keras_own[key].default in (row.default, inspect.Parameter.empty)
        for alias in ACTIVATIONS[name].aliases:
            assert getattr(keras.activations, alias, None) in (getattr(keras.activations, name), None)

    check_each([name for name in ACTIVATIONS if hasattr(keras.activations, name)], check)


def test_the_function_takes_what_its_row_says() -> None:
    """`actsearch.celu(x, alpha=0.5)` is what the catalogue promises."""

    def check(name: str) -> None:
        own = list(inspect.signature(KERAS_FUNCTIONS[name]).parameters.values())[1:]
        assert {at.name: at.default for at in own} == {
            key: row.default for key, row in ACTIVATIONS[name].parameters.items()
        }

    check_each(ACTIVATIONS, check)
    by_place, by_name = KERAS_FUNCTIONS["celu"](GRID, 0.5), KERAS_FUNCTIONS["celu"](x=GRID, alpha=0.5)
    np.testing.assert_array_equal(by_place, by_name)
    with pytest.raises(TypeError, match="slope"):
        KERAS_FUNCTIONS["celu"](GRID, slope=0.5)


def test_help_says_what_the_function_is() -> None:
    """`help(actsearch.mish)` in a notebook; a row without a text of its own has its formula and its paper."""

    def check(name: str) -> None:
        row, text = ACTIVATIONS[name], KERAS_FUNCTIONS[name].__doc__
        assert text is not None
        assert str(row.year) in text
        assert keras_activations.help_of(replace(row, summary="", keras=None)) == f"{row.formula}. {row.paper}."

    check_each(ACTIVATIONS, check)


def test_values_are_keras_own() -> None:
    """Results are comparable with everybody else's only if `mish` means here what it means in Keras."""

    def check(name: str, parameters: dict) -> None:
        keras_own = getattr(keras.activations, name)
        if name == "threshold":  # Keras has no defaults
            parameters = {key: row.default for key, row in ACTIVATIONS[name].parameters.items()} | parameters
        x = np.linspace(-8, 8, 641, dtype=np.float32)
        np.testing.assert_allclose(
            KERAS_FUNCTIONS[name](x, **parameters), keras_own(x, **parameters), rtol=2e-6, atol=5e-7
        )

    check_each([case for case in CASES if hasattr(keras.activations, case[0]) and "beta" not in case[1]], check)


def test_the_function_is_the_registrys() -> None:
    """A network would be trained with another function than the one that its user chose and saw drawn."""

    def check(name: str, parameters: dict, dtype: str) -> None:
        x = np.array(points(name)).astype(dtype)
        value, _ = _value_and_gradient(name, x, dtype, parameters)
        _assert_close(value, ACTIVATIONS[name].function(x.astype(np.float64), **parameters), name, dtype)

    check_each(in_types("float64", "float32"), check)


def test_the_gradient_is_the_registrys() -> None:
    """Training would follow another slope than the function's; at each kink it is the left derivative.

    Blank pixels put a fresh network exactly on the kink at 0. TensorFlow's own SELU takes the right derivative there,
    and Keras's CELU twice the derivative.
    """

    def check(name: str, parameters: dict, dtype: str) -> None:
        x = np.array(points(name)).astype(dtype)
        _, gradient = _value_and_gradient(name, x, dtype, parameters)
        _assert_close(gradient, ACTIVATIONS[name].gradient(x.astype(np.float64), **parameters), name, dtype)

    check_each(in_types("float64", "float32"), check)


def test_values_and_gradients_are_finite() -> None:
    """One NaN would end a training; with `precision: mixed_bfloat16` a network that float32 gets through."""

    def check(name: str, parameters: dict, dtype: str) -> None:
        largest = min(1e4, ACTIVATIONS[name].largest_input)
        far = np.array([-1e4, -100.0, -1.0, 0.0, 1.0, min(100.0, largest), largest])
        value, gradient = (of.astype(np.float64) for of in _value_and_gradient(name, far, dtype, parameters))
        assert np.isfinite(value).all()
        assert np.isfinite(gradient).all()
        ends = tf.cast(tf.constant(far[[0, -1]], dtype), "float64").numpy()  # 9984 in bfloat16
        at_the_ends = ACTIVATIONS[name].function(ends, **parameters)
        np.testing.assert_allclose(value[[0, -1]], at_the_ends, rtol=0.01, atol=1e-30)

    check_each(in_types("bfloat16", "float32"), check)


def test_gelu_is_keras_own_and_approximate_the_articles() -> None:
    """`gelu` must not silently be the other of its two forms: they differ by up to 0.0005."""
    x = np.linspace(-6, 6, 241)
    exact, approximate = KERAS_FUNCTIONS["gelu"](x).numpy(), KERAS_FUNCTIONS["gelu"](x, approximate=True).numpy()
    article = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    np.testing.assert_array_equal(exact, keras.activations.gelu(x).numpy())
    np.testing.assert_allclose(approximate, article, rtol=1e-6, atol=1e-8)
    assert 1e-4 < np.abs(exact - approximate).max() < 1e-3


@pytest.mark.parametrize(("name", "parameters"), [("elu", {"alpha": 0.2}), ("leaky_relu", {"negative_slope": 0.1})])
def test_the_layer_applies_the_function_with_its_parameters(name: str, parameters: dict) -> None:
    """Parameters of the experiment file must reach the network."""
    layer = ActivationLayer(name, parameters)
    np.testing.assert_array_equal(
        layer(GRID).numpy(), KERAS_FUNCTIONS[name](tf.constant(GRID, "float32"), **parameters)
    )
    assert not np.array_equal(layer(GRID).numpy(), ActivationLayer(name)(GRID).numpy())


def test_the_layer_takes_an_alias_and_fills_in_defaults() -> None:
    """A saved model keeps the canonical name and every parameter, so that a later default cannot change it."""
    config = ActivationLayer("leaky-relu").get_config()
    assert (config["function"], config["parameters"]) == ("leaky_relu", {"negative_slope": 0.2})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("swoosh",), "no activation function 'swoosh'; there are sigmoid, relu, elu, leaky_relu, selu, gelu"),
        (("relu", {"alpha": 0.2}), "relu has no parameter alpha"),
        (("elu", {"negative_slope": 0.2, "slope": 1.0}), "elu has no parameter negative_slope, slope"),
        (("elu", {}, ["beta"]), "elu has no parameter beta"),
        (("celu", {"alpha": 0.0}), "celu's alpha is 0.0, not a number from 0.01 to inf"),
        (("snake", {"frequency": math.nan}), "snake's frequency is nan, not a number from 0.01 to 100"),
        (("elu", {"alpha": "1"}), "elu's alpha is '1', not a number"),
        (("hard_shrink", {}, ["threshold"]), "hard_shrink's threshold cannot be trained"),
        (("gelu", {}, ["approximate"]), "gelu's approximate cannot be trained"),
    ],
    ids=str,
)
def test_the_layer_refuses_what_it_does_not_know(arguments: tuple, message: str) -> None:
    """A misspelt parameter that is ignored would train the default without a word."""
    with pytest.raises(ValueError, match=message):
        ActivationLayer(*arguments)


def _layer(name: str, *trainable: str, parameters: dict | None = None, dtype: str = "float32") -> ActivationLayer:
    """Built for three channels."""
    layer = ActivationLayer(name, parameters, trainable, dtype=dtype)
    layer.build((None, 3))
    return layer


def test_the_slope_of_prelu_is_learned_per_channel() -> None:
    """With a constant slope it would be Leaky ReLU under another name (He et al. 2015 begin at 0.25)."""
    layer = _layer("prelu")
    (alpha,) = layer.trainable_weights
    assert (alpha.name, alpha.shape, alpha.numpy().tolist()) == ("alpha", (3,), [0.25] * 3)
    alpha.assign([0.0, 0.5, 2.0])
    x = np.array([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]], np.float32)
    np.testing.assert_array_equal(layer(x), [[0, -0.5, -2], [1, 1, 1]])
    images = layer(np.full((2, 4, 5, 3), -1.0, np.float32)).numpy()  # the channels are last
    np.testing.assert_array_equal(images[1, 2, 3], [0, -0.5, -2])


def test_a_parameter_can_be_trained() -> None:
    """The layer's gradient must be that of the function it computes, and finite wherever a network goes."""

    def check(name: str, key: str) -> None:
        x = np.array(
            [-1e4, -10, -2.2, -0.3, 0, 0.3, 2.2, 10, 1e4], np.float32
        )  # no kink at which it makes a difference
        layer = _layer(name, key, dtype="float64")
        with tf.GradientTape() as tape:
            value = layer(np.broadcast_to(x[:, None], (9, 3)))
        (weight,) = layer.trainable_weights
        assert layer.learned == {key: weight}
        assert weight.shape == ((3,) if key in ACTIVATIONS[name].learned else ())
        default, h = ACTIVATIONS[name].parameters[key].default, 1e-6
        computed = tape.jacobian(value, weight.value).numpy().reshape(9, 3, -1).sum(axis=-1)
        left, right = (ACTIVATIONS[name].function(x.astype(float), **{key: default + sign * h}) for sign in (-1, 1))
        expected = np.broadcast_to((right - left)[:, None] / (2 * h), (9, 3))
        np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-5)

    check_each(TRAINABLE, check)


def test_a_trained_parameter_stays_where_the_function_is_defined() -> None:
    """A step that leads CELU's alpha through 0 would make every value NaN."""

    def check(name: str, key: str, precision: str) -> None:
        layer = _layer(name, key, dtype=precision)
        weight = layer.learned[key]
        optimizer = keras.optimizers.SGD(1.0)
        for gradient in (1e9, -2e9):
            optimizer.apply([tf.fill(weight.shape, np.float32(gradient))], [weight])
            row = ACTIVATIONS[name].parameters[key]
            assert (row.minimum <= weight.numpy()).all() or weight.numpy() == pytest.approx(row.minimum)
            assert (weight.numpy() <= row.maximum).all()
        assert weight.dtype == "float32"
        assert layer(np.ones((2, 3))).dtype == layer.compute_dtype

    check_each(TRAINABLE_IN_BOTH_PRECISIONS, check)


def test_values_and_gradients_stay_finite_at_the_ends_of_a_parameters_range() -> None:
    """What is in the range is allowed in an experiment file, and training may go there."""

    def check(name: str, key: str, precision: str) -> None:
        row = ACTIVATIONS[name].parameters[key]
        for end in (max(row.minimum, -100.0), min(row.maximum, 100.0)):
            layer = _layer(name, key, parameters={key: end}, dtype=precision)
            inputs = tf.constant(np.repeat([[-1e4], [-1.0], [0.0], [1.0], [1e4]], 3, axis=1), layer.compute_dtype)
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                value = layer(inputs)
            gradients = tape.gradient(value, [inputs, layer.learned[key].value])
            for computed in (value, *gradients):
                assert np.isfinite(tf.cast(computed, "float64").numpy()).all()

    check_each(TRAINABLE_IN_BOTH_PRECISIONS, check)


def test_a_parameter_trains_with_the_network() -> None:
    """`trainable` in an experiment file must do something: here a slope that the data ask for is found."""
    x = np.tile(np.linspace(-2, 2, 64, dtype=np.float32), 40)[:, None]
    model = keras.Sequential(
        [keras.Input((1,)), ActivationLayer("leaky_relu", {"negative_slope": 0.1}, ["negative_slope"])]
    )
    model.compile(keras.optimizers.SGD(0.3), "mean_squared_error")
    model.fit(x, np.where(x > 0, x, 0.6 * x), batch_size=64, shuffle=False, verbose=0)
    (slope,) = model.trainable_weights
    assert slope.numpy() == pytest.approx(0.6, abs=1e-3)


def test_a_layers_configuration_makes_the_same_layer() -> None:
    """Keras saves and clones networks by it."""
    layer = _layer("silu", "beta", parameters={"beta": 2.5})
    again = ActivationLayer.from_config(layer.get_config())
    again.build((None, 3))
    assert again.get_config() == layer.get_config()
    assert [weight.numpy() for weight in again.trainable_weights] == [2.5]


def test_a_layer_of_an_earlier_version_still_loads() -> None:
    """Networks that were saved before parameters could be trained have no such key."""
    config = {"name": "a", "trainable": True, "dtype": "float32", "function": "elu", "parameters": {"alpha": 0.2}}
    layer = ActivationLayer.from_config(config)
    assert (layer.parameters, layer.trainable_parameters) == ({"alpha": 0.2}, ())
    assert layer(np.array([[-1e4]], np.float32)).numpy() == pytest.approx(-0.2)
    assert layer.weights == []


def test_every_function_is_there_in_the_package() -> None:
    """`actsearch.mish`; but PReLU as a mere function would learn nothing, so it is a layer only."""
    for name, function in KERAS_FUNCTIONS.items():
        if name == "prelu":
            assert not hasattr(actsearch, name)
        else:
            assert getattr(actsearch, name) is function
            assert name in actsearch.__all__


LOAD_AND_PREDICT = """
import sys
import keras
import numpy
import actsearch.networks.keras_activations
model, data, out = sys.argv[1:]
numpy.save(out, keras.saving.load_model(model).predict_on_batch(numpy.load(data)))
"""


@pytest.mark.slow
def test_a_saved_model_loads_in_another_process(tmp_path: Path) -> None:
    """A trained network would be lost: `.keras` files must open with one import of ours."""
    inputs = keras.Input((4,))
    parts = [
        keras.layers.Dense(3, activation=function, kernel_initializer=keras.initializers.GlorotUniform(i))(inputs)
        for i, function in enumerate(KERAS_FUNCTIONS.values())
    ]
    parts += [ActivationLayer(name, parameters)(inputs) for name, parameters in CASES]
    learning = [ActivationLayer(name, {key: other_value(name, key)}, [key]) for name, key in TRAINABLE]
    parts += [layer(inputs) for layer in learning]
    model = keras.Model(inputs, keras.layers.Concatenate()(parts))
    for layer in learning:
        for weight in layer.trainable_weights:
            weight.assign(weight * 1.25)  # not what it was built with
    x = np.random.default_rng(0).normal(0, 2, (8, 4)).astype(np.float32)
    folder = tmp_path / "a folder, ü"
    folder.mkdir()
    files = [folder / name for name in ("model.keras", "x.npy", "y.npy")]
    model.save(files[0])
    np.save(files[1], x)
    done = subprocess.run(
        [sys.executable, "-c", LOAD_AND_PREDICT, *map(str, files)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(files[2]), model.predict_on_batch(x))
