"""Formulas inside a network: Keras computes and differentiates them as NumPy does. Loads TensorFlow."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from formula_cases import GOOD, GRID, Reference
from tables import check_each

from actsearch.functions.formula_namespaces import FLOATS
from actsearch.functions.formulas import evaluate_formula, numpy_gradient, parse_formula
from actsearch.networks.keras_activations import KERAS_OPS
from actsearch.training import devices

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """TensorFlow's threads are set once in a process: to what the trainings in other test files have."""
    devices.set_threads(1)


def _autodiff(text: str, parameters: dict, x: np.ndarray, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
    inputs = tf.constant(x, dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = evaluate_formula(parse_formula(text, parameters), inputs, KERAS_OPS)
    gradient = tape.gradient(outputs, inputs)
    assert outputs.dtype == gradient.dtype == inputs.dtype
    return outputs.numpy().astype(np.float64), gradient.numpy().astype(np.float64)


GOOD_IN_ALL_TYPES = [(*case, dtype) for dtype in ("float64", "float32", "bfloat16") for case in GOOD]


def test_keras_trains_with_this_function_and_derivative() -> None:
    """Training would follow another slope than the derivative that is shown, or end in a NaN far from 0."""

    def check(text: str, parameters: dict, reference: Reference, dtype: str) -> None:
        value, gradient = _autodiff(text, parameters, GRID, dtype)
        x = tf.constant(GRID, dtype).numpy().astype(np.float64)
        tolerance = {"float64": 1e-10, "float32": 3e-4, "bfloat16": 0.15}[dtype]  # of x ** 3 in bfloat16 little is left
        np.testing.assert_allclose(value, reference(x), rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(
            gradient, numpy_gradient(parse_formula(text, parameters))(x), rtol=tolerance, atol=tolerance
        )

    check_each(GOOD_IN_ALL_TYPES, check)


OVERFLOWING_BRANCHES = [
    "where(x > 0, x, exp(x) - 1)",
    "where(x < 0, exp(exp(x)), 2 - x)",
    "max(x, -exp(x))",
    "relu(-exp(x)) + x",
    "clip(exp(x), 0, 1)",
    "where(x > 20, x ** 0.5, x)",
    "where(x > 0, where(x > 1, log(x), x - 1), x)",
    "log(1 + exp(x)) / (1 + exp(-x))",
]


def test_the_branch_that_is_not_taken_spoils_nothing() -> None:
    """One pre-activation far from 0 would make every weight NaN, though the function is harmless there."""

    def check(text: str) -> None:
        for dtype in ("float32", "bfloat16"):
            value, gradient = _autodiff(text, {}, np.array([-1e4, -100.0, 0.0, 100.0, 1e4]), dtype)
            assert np.isfinite(value).all()
            assert np.isfinite(gradient).all()
        assert _autodiff("where(x > 0, x, exp(x) - 1)", {}, np.array([1e4]))[1] == [1.0]

    check_each(OVERFLOWING_BRANCHES, check)


TRAINED_AT_A_KINK = [
    ("max(0, x)", 0.0, 0.0),
    ("max(x, 0)", 0.0, 0.0),
    ("relu(x)", 0.0, 0.0),
    ("x if x >= 0 else 0", 0.0, 1.0),
    ("abs(x)", 0.0, 0.0),
    ("abs(3 - x)", 3.0, 0.0),
    ("min(x, 1)", 1.0, 0.0),
    ("clip(x, -1, 1)", -1.0, 0.0),
    ("clip(x, -1, 1)", 1.0, 0.0),
    ("max(x / 5, x)", 0.0, 0.2),
    ("max(x, x / 5)", 0.0, 1.0),
    ("where(x > 0, 2 * x, x)", 0.0, 1.0),
]


def test_at_a_kink_the_gradient_is_that_of_the_constant_side() -> None:
    """Blank pixels put a fresh network on a kink at 0."""

    def check(text: str, at: float, trained: float) -> None:
        assert _autodiff(text, {}, np.array([at]))[1].tolist() == [trained]

    check_each(TRAINED_AT_A_KINK, check)


def test_learned_parameters_get_gradients() -> None:
    """`trainable: [beta]` would learn nothing; one value per channel is broadcast against the batch."""
    formula = parse_formula("where(x > 0, x, beta * x) * 1 ** beta", {"beta": 0.25})
    beta = tf.Variable([0.5, 2.0])
    with tf.GradientTape() as tape:
        outputs = evaluate_formula(formula, tf.constant([[-1.0, -1.0], [3.0, -4.0]]), KERAS_OPS, {"beta": beta})
    assert outputs.numpy().tolist() == [[-0.5, -2.0], [3.0, -8.0]]
    assert evaluate_formula(formula, -1.0, FLOATS, {"beta": 3}) == -3.0
    assert tape.gradient(outputs, beta).numpy().tolist() == [-1.0, -5.0]


def test_a_formula_goes_through_the_functional_api() -> None:
    """`formula` inside `keras.Model` is computed on symbolic tensors first."""
    formula = parse_formula("where(x > 0, x, exp(x) - 1)")
    inputs = keras.Input((3,))
    model = keras.Model(inputs, evaluate_formula(formula, inputs, KERAS_OPS))
    assert model(np.array([[-1e4, 0.0, 1e4]], np.float32)).numpy().tolist() == [[-1.0, 0.0, 10000.0]]
