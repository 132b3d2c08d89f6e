"""Formulas and functions of the user's own: as layers, in saved networks, in other processes, without their file."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from actsearch.core.activation import Activation
from actsearch.functions import own_functions
from actsearch.functions.own_functions import PluginError
from actsearch.networks.own_activations import FormulaLayer, FunctionLayer, layer_of_activation

pytestmark = pytest.mark.xdist_group("tensorflow")

X = np.array([[-1e4, -3.0, -0.5, 0.0, 0.5, 3.0, 1e4]], np.float32)
MODULE = """
from keras import ops


def bent(x, bend=0.5):
    return bend * (ops.sqrt(x * x + 1) - 1) + x


number = 3
"""


@pytest.fixture
def folder(hostile: Path) -> Iterator[Path]:
    """With a module of a user's own in it; whatever is imported from there is forgotten afterwards."""
    (hostile / "my_functions.py").write_text(MODULE, encoding="utf-8")
    before, path = set(sys.modules), list(sys.path)
    yield hostile
    sys.path[:] = path
    for name in {*sys.modules} - before:
        if "my_functions" in name or name.startswith("own_package"):
            del sys.modules[name]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bent(x: np.ndarray, bend: float) -> np.ndarray:
    return bend * (np.sqrt(x * x + 1) - 1) + x


# --- layers


def test_a_formula_is_applied_with_its_parameters() -> None:
    """Also far out, where the branch that is not taken overflows."""
    applied = FormulaLayer("where(x > 0, x, a * (exp(x) - 1))", {"a": 0.5})(X).numpy()
    np.testing.assert_allclose(applied, np.where(X > 0, X, 0.5 * np.expm1(np.minimum(X, 0))), rtol=1e-6)


def test_a_function_is_applied_with_its_parameters(folder: Path) -> None:
    applied = FunctionLayer("my_functions:bent", {"bend": 0.25}, folder=str(folder))(X).numpy()
    np.testing.assert_allclose(applied, bent(X, 0.25), rtol=1e-5)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_learned_parameter_is_one_number_that_gradients_reach(precision: str) -> None:
    """In mixed precision too, where the weight stays in float32 and the activations do not."""
    inputs = keras.Input((3,))
    own = FormulaLayer("x * sigmoid(beta * x)", {"beta": 1.5}, ["beta"], dtype=precision)
    model = keras.Model(inputs, keras.layers.Dense(2, dtype=precision)(own(inputs)))
    model.compile("sgd", "mse")
    assert [(weight.shape, weight.dtype) for weight in own.weights] == [((), "float32")]
    model.fit(np.ones((8, 3), np.float32), np.full((8, 2), 5.0, np.float32), verbose=0)
    assert own.learned["beta"].numpy() != 1.5


def test_what_keeps_no_shape_is_no_activation_function(folder: Path) -> None:
    """Told in a line, where Keras would speak of a layer that comes after it."""
    (folder / "my_functions.py").write_text(MODULE + "\ndef total(x):\n    return ops.sum(x)\n", encoding="utf-8")
    with pytest.raises(ValueError, match="my_functions:total is no activation function: it makes of the shape"):
        FunctionLayer("my_functions:total", folder=str(folder))(X)


def test_what_is_learned_must_be_a_parameter() -> None:
    with pytest.raises(ValueError, match="no parameter gamma that could be learned"):
        FormulaLayer("x * beta", {"beta": 1.0}, ["gamma"])


@pytest.mark.parametrize(
    "activation",
    [
        Activation("silu", {"beta": 2.0}, None, ("beta",)),
        Activation("x * sigmoid(beta * x)", {"beta": 2.0}, "formula", ("beta",)),
    ],
    ids=lambda activation: activation.name,
)
def test_a_formula_trains_as_the_function_of_the_registry_does(activation: Activation) -> None:
    """The same function, written or named, has the same values and the same gradients."""
    made = layer_of_activation(activation)
    np.testing.assert_allclose(made(X).numpy(), X / (1 + np.exp(np.clip(-2 * X, None, 80))), rtol=1e-5, atol=1e-30)


LOAD_AND_PREDICT = """
import sys
import keras
import numpy
import actsearch
model, data, out = sys.argv[1:]
numpy.save(out, actsearch.load_model(model).predict_on_batch(numpy.load(data)))
"""


@pytest.mark.slow
def test_a_saved_network_loads_in_another_process(folder: Path) -> None:
    """With the weights of what was learned; a function's module must lie where Python looks."""
    inputs = keras.Input((7,))
    parts = [
        FormulaLayer("where(x > 0, x, a * tanh(x))", {"a": 0.5}, ["a"])(inputs),
        FunctionLayer("my_functions:bent", {"bend": 0.3}, ["bend"], folder=str(folder))(inputs),
    ]
    model = keras.Model(inputs, keras.layers.Concatenate()(parts))
    model.layers[1].learned["a"].assign(0.125)
    files = [folder / name for name in ("model.keras", "x.npy", "y.npy")]
    model.save(files[0])
    np.save(files[1], X)
    done = subprocess.run(
        [sys.executable, "-c", LOAD_AND_PREDICT, *map(str, files)], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(files[2]), model.predict_on_batch(X))


def test_a_network_whose_module_is_not_found_says_where_to_look() -> None:
    """Whoever loads it from elsewhere has the module, and only its folder is not known."""
    with pytest.raises(PluginError, match=r"nowhere_to_be_seen cannot be imported .* put its folder on PYTHONPATH"):
        FunctionLayer("nowhere_to_be_seen:bent")(keras.Input((7,)))


# --- where a function comes from


def test_a_functions_source_is_found_without_running_it(folder: Path) -> None:
    """`validate` must not load Keras, let alone do what a stranger's module does when it is imported."""
    (folder / "my_functions.py").write_text(f"raise SystemExit\n{MODULE}", encoding="utf-8")
    found = own_functions.find_source("my_functions:bent", folder)
    assert found.sha256 == sha256(folder / "my_functions.py")
    assert "my_functions" not in sys.modules


def test_a_module_in_a_package_is_found(folder: Path) -> None:
    package = folder / "own_package"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit", encoding="utf-8")
    (package / "functions.py").write_text(MODULE, encoding="utf-8")
    assert own_functions.find_source("own_package.functions:bent", folder).text == MODULE


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("nowhere:f", "no module 'nowhere' beside this file or where Python looks"),
        ("my_functions:bend", "my_functions.py defines no bend; did you mean 'bent'?"),
        ("my_functions.deeper:bent", "no module 'my_functions.deeper'"),
        ("sys:exit", "sys"),
    ],
)
def test_what_is_not_there_is_told(reference: str, message: str, folder: Path) -> None:
    with pytest.raises(PluginError, match=message.replace("?", r"\?")):
        own_functions.find_source(reference, folder)


def test_a_module_with_a_mistake_in_it_is_told_with_its_line(folder: Path) -> None:
    (folder / "my_functions.py").write_text("x = 1\ndef bent(x:\n", encoding="utf-8")
    with pytest.raises(PluginError, match=r"my_functions\.py, line 2: is no Python"):
        own_functions.find_source("my_functions:bent", folder)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x = '\x00'", b"# coding: nonsense\n"])
def test_a_module_that_is_no_text_is_told(content: bytes, folder: Path) -> None:
    (folder / "my_functions.py").write_bytes(content)
    with pytest.raises(PluginError, match="is no Python"):
        own_functions.find_source("my_functions:bent", folder)


def test_what_is_no_function_is_told_when_it_is_imported(folder: Path) -> None:
    with pytest.raises(PluginError, match="is no function"):
        own_functions.imported("my_functions:number", str(folder))


def test_where_the_file_is_missing_its_text_serves(folder: Path) -> None:
    """A machine of a cluster has the trial, and not the user's folder."""
    found = own_functions.find_source("my_functions:bent", folder)
    (folder / "my_functions.py").unlink()
    function = own_functions.imported("my_functions:bent", str(folder), found.text, found.sha256)
    np.testing.assert_allclose(function(X).numpy(), bent(X, 0.5), rtol=1e-5)


def test_a_file_that_has_changed_is_not_taken_for_what_was_asked(folder: Path) -> None:
    """The trial's identity says which source; another one is another function."""
    found = own_functions.find_source("my_functions:bent", folder)
    (folder / "my_functions.py").write_text(MODULE.replace("+ x", "- x"), encoding="utf-8")
    function = own_functions.imported("my_functions:bent", str(folder), found.text, found.sha256)
    np.testing.assert_allclose(function(X).numpy(), bent(X, 0.5), rtol=1e-5)
    with pytest.raises(PluginError, match="has changed"):
        own_functions.imported("my_functions:bent", str(folder), None, "0" * 64)


def test_two_sources_of_one_name_are_told_apart(folder: Path) -> None:
    """A worker that trains trials of before and after a change, or of two experiments with modules named alike."""

    def both() -> list[Any]:
        sources = [MODULE, MODULE.replace("+ x", "- x")]
        hashes = [hashlib.sha256(text.encode()).hexdigest() for text in sources]
        return [
            own_functions.imported("my_functions:bent", str(folder), text, digest)
            for text, digest in zip(sources, hashes, strict=True)
        ]

    first, second = both()
    assert not np.allclose(first(X).numpy(), second(X).numpy())
    again, _ = both()
    np.testing.assert_array_equal(again(X).numpy(), first(X).numpy())
