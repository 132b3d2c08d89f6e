"""What Keras computes for each activation function, held against the registry, and saved models that use them."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from actsearch import training
from actsearch.activations import ACTIVATIONS
from actsearch.keras_activations import FUNCTIONS, ActivationLayer

CASES = [
    ("sigmoid", {}),
    ("relu", {}),
    ("elu", {}),
    ("elu", {"alpha": 0.2}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.1}),
    ("selu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
]
GRID = np.array([0.0, *(sign * x for x in (1e-3, 0.3, 1.0, 3.0, 10.0, 1e4) for sign in (-1, 1))])
SINGLE = {"gelu", "leaky_relu"}
"""TensorFlow keeps the constants of these (the slope, the square roots) in float32, for float64 inputs as well."""

every_case = pytest.mark.parametrize(("name", "parameters"), CASES, ids=str)
both_types = pytest.mark.parametrize("dtype", ["float64", "float32"])


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trainings in other test files have."""
    training.set_threads(1)


def _value_and_gradient(name: str, x: np.ndarray, dtype: str, parameters: dict) -> tuple[np.ndarray, np.ndarray]:
    inputs = tf.constant(x, dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = FUNCTIONS[name](inputs, **parameters)
    gradient = tape.gradient(outputs, inputs)
    assert outputs.dtype == gradient.dtype == inputs.dtype
    return outputs.numpy(), gradient.numpy()


def _assert_close(computed: np.ndarray, expected: np.ndarray, name: str, dtype: str) -> None:
    tolerance = (1e-6, 3e-7) if dtype == "float32" else (1e-6, 1e-8) if name in SINGLE else (1e-12, 1e-14)
    np.testing.assert_allclose(computed, expected, *tolerance)


def test_every_row_has_its_keras_function() -> None:
    """A name that validates must train."""
    assert list(FUNCTIONS) == list(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_names_parameters_and_defaults_are_keras_own(name: str) -> None:
    """Who knows Keras knows what `leaky_relu` and its defaults mean here."""
    keras_own = inspect.signature(getattr(keras.activations, name)).parameters
    own = inspect.signature(FUNCTIONS[name]).parameters
    for key, row in ACTIVATIONS[name].parameters.items():
        assert keras_own[key].default == own[key].default == row.default
    assert list(own)[1:] == list(ACTIVATIONS[name].parameters)


@every_case
@both_types
def test_the_function_is_the_registrys(name: str, parameters: dict, dtype: str) -> None:
    """A network would be trained with another function than the one that its user chose and saw drawn."""
    value, _ = _value_and_gradient(name, GRID, dtype, parameters)
    expected = ACTIVATIONS[name].function(GRID.astype(dtype).astype(np.float64), **parameters)
    _assert_close(value, expected, name, dtype)


@every_case
@both_types
def test_the_gradient_is_the_registrys(name: str, parameters: dict, dtype: str) -> None:
    """Training would follow another slope than the function's; at x = 0 it is the left derivative."""
    _, gradient = _value_and_gradient(name, GRID, dtype, parameters)
    expected = ACTIVATIONS[name].gradient(GRID.astype(dtype).astype(np.float64), **parameters)
    _assert_close(gradient, expected, name, dtype)


@pytest.mark.parametrize(
    ("name", "parameters", "left"),
    [
        ("relu", {}, 0.0),
        ("leaky_relu", {"negative_slope": 0.2}, 0.2),
        ("elu", {"alpha": 0.2}, 0.2),
        ("selu", {}, 1.0507009873554805 * 1.6732632423543772),
    ],
    ids=str,
)
def test_the_gradient_at_a_kink_is_the_left_one(name: str, parameters: dict, left: float) -> None:
    """Blank pixels put a fresh network exactly on the kink; TensorFlow's own SELU takes the other side there."""
    _, gradient = _value_and_gradient(name, np.zeros(2), "float64", parameters)
    assert gradient.tolist() == pytest.approx([left, left], rel=2e-8)  # see SINGLE


@every_case
def test_values_and_gradients_are_finite_in_bfloat16(name: str, parameters: dict) -> None:
    """With `precision: mixed_bfloat16` one NaN would end a training that float32 gets through."""
    far = np.array([-1e4, -100.0, -1.0, 0.0, 1.0, 100.0, 1e4])
    value, gradient = _value_and_gradient(name, far, "bfloat16", parameters)
    assert np.isfinite(value.astype(np.float64)).all()
    assert np.isfinite(gradient.astype(np.float64)).all()
    at_the_ends = ACTIVATIONS[name].function(np.array([-9984.0, 9984.0]), **parameters)  # 1e4 in bfloat16
    np.testing.assert_allclose(value[[0, -1]].astype(np.float64), at_the_ends, rtol=0.01)


def test_gelu_is_keras_own_and_approximate_the_articles() -> None:
    """`gelu` must not silently be the other of its two forms: they differ by up to 0.0005."""
    x = np.linspace(-6, 6, 241)
    exact, approximate = FUNCTIONS["gelu"](x).numpy(), FUNCTIONS["gelu"](x, approximate=True).numpy()
    article = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    np.testing.assert_array_equal(exact, keras.activations.gelu(x).numpy())
    np.testing.assert_allclose(approximate, article, rtol=1e-6, atol=1e-8)
    assert 1e-4 < np.abs(exact - approximate).max() < 1e-3


@pytest.mark.parametrize(("name", "parameters"), [("elu", {"alpha": 0.2}), ("leaky_relu", {"negative_slope": 0.1})])
def test_the_layer_applies_the_function_with_its_parameters(name: str, parameters: dict) -> None:
    """Parameters of the experiment file must reach the network."""
    layer = ActivationLayer(name, parameters)
    np.testing.assert_array_equal(layer(GRID).numpy(), FUNCTIONS[name](tf.constant(GRID, "float32"), **parameters))
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
    ],
    ids=str,
)
def test_the_layer_refuses_what_it_does_not_know(arguments: tuple, message: str) -> None:
    """A misspelt parameter that is ignored would train the default without a word."""
    with pytest.raises(ValueError, match=message):
        ActivationLayer(*arguments)


LOAD_AND_PREDICT = """
import sys
import keras
import numpy
import actsearch.keras_activations
model, data, out = sys.argv[1:]
numpy.save(out, keras.saving.load_model(model).predict_on_batch(numpy.load(data)))
"""


def test_a_saved_model_loads_in_another_process(tmp_path: Path) -> None:
    """A trained network would be lost: `.keras` files must open with `import actsearch.keras_activations` alone."""
    inputs = keras.Input((4,))
    parts = [
        keras.layers.Dense(3, activation=function, kernel_initializer=keras.initializers.GlorotUniform(i))(inputs)
        for i, function in enumerate(FUNCTIONS.values())
    ]
    parts += [ActivationLayer(name, parameters)(inputs) for name, parameters in CASES]
    model = keras.Model(inputs, keras.layers.Concatenate()(parts))
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
