"""Small networks, and what their hidden layers do, computed by hand in NumPy; for TensorFlow and JAX alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from actsearch.networks.variable_values import copied_values

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
Pair = tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]
FUNCTIONS: Mapping[str, Pair] = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.2 * z), lambda z: np.where(z > 0, 1, 0.2)),
    "selu": (
        lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))),
        lambda z: SELU_SCALE * np.where(z > 0, 1, SELU_ALPHA * np.exp(np.minimum(z, 0))),
    ),
}
"""Each with its derivative, in float64."""


def examples(number: int, *shape: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs that are not symmetric about 0, and one-hot targets that depend on them."""
    x = np.random.default_rng(number).random((number, *shape), dtype=np.float32) * 2 - 0.7
    labels = (x.reshape(number, -1)[:, :7].sum(axis=1) * 3).astype(int) % classes
    return x, np.eye(classes, dtype=np.float32)[labels]


X, Y = examples(300, 8, 8, 2)  # three chunks, the last one smaller
FLAT = examples(300, 9)


def mlp(function: str, optimizer: Any = "sgd") -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((9,)),
            layers.Dense(7, activation=function, name="dense_1"),
            layers.Dense(6, name="dense_2"),
            layers.Activation(function, name="function"),
            layers.Dense(3, activation="softmax", name="output"),
        ]
    )
    return finished(model, optimizer)


def cnn(function: str, optimizer: Any = "sgd") -> keras.Model:
    x = inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, activation=function, name="conv_1")(x)
    x = layers.Conv2D(5, 3, name="conv_2")(x)
    x = layers.Activation(function)(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    x = layers.Dense(6, activation=function, name="dense_1")(x)
    outputs = layers.Dense(3, activation="softmax", name="output")(x)
    return finished(keras.Model(inputs, outputs), optimizer)


def finished(model: keras.Model, optimizer: Any = "sgd", loss: Any = "categorical_crossentropy") -> keras.Model:
    """Compiled, with weights that are the same on every backend."""
    rng = np.random.default_rng(5)
    for variable in model.trainable_variables:
        scale = 1 / np.sqrt(np.prod(variable.shape[:-1])) if len(variable.shape) > 1 else 0.2
        variable.assign(rng.normal(0, 1.5 * scale, variable.shape))
    model.compile(optimizer, loss)
    return model


def all_values(model: keras.Model) -> list[np.ndarray]:
    """Of the network and its optimizer."""
    return copied_values([*model.variables, *model.optimizer.variables])


def assert_same_bits(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    assert [value.tobytes() for value in one] == [value.tobytes() for value in other]


def by_hand(model: keras.Model, x: np.ndarray, y: np.ndarray, pair: Pair) -> tuple[dict[str, Any], dict[str, Any]]:
    """The quantities of the hidden layers of one of the networks above, and all gradients of the mean cross-entropy.

    Forward and backward step by step, in float64 throughout.
    """
    function, slope = pair
    weights = {layer.name: [np.float64(w) for w in layer.get_weights()] for layer in model.layers if layer.weights}
    h, back, found = np.float64(x), [], {}
    for name, (kernel, bias) in weights.items():
        if kernel.ndim == 2 and h.ndim == 4:
            h, undo = flattened(*pooled(h))
            back.append(("", undo))
        z, undo = conv(h, kernel, bias) if kernel.ndim == 4 else dense(h, kernel, bias)
        back.append((name, undo))
        if name == "output":
            exponentials = np.exp(z - z.max(axis=1, keepdims=True))
            d = (exponentials / exponentials.sum(axis=1, keepdims=True) - y) / len(x)
            break
        h, slopes = function(z), slope(z)
        largest = np.abs(slope(np.linspace(-10, 10, 2001))).max()
        relative = np.abs(slopes) / largest
        found[name] = {
            "mean": h.mean(),
            "variance": h.var(),
            "zeros": (h == 0).mean(),
            "saturated": (relative < 0.01).mean(),
            "dead": (relative.reshape(-1, z.shape[-1]).max(axis=0) < 1e-6).mean(),
        }
        back.append(("", lambda d, slopes=slopes: (d * slopes, None, None)))
    gradients = {}
    for name, undo in reversed(back):
        d, kernel_gradient, bias_gradient = undo(d)
        if name:
            gradients[name] = {"kernel": kernel_gradient, "bias": bias_gradient}
    for name, quantities in found.items():
        quantities |= {f"gradient_norm_{kind}": np.sqrt((g**2).sum()) for kind, g in gradients[name].items()}
    return found, gradients


Step = tuple[np.ndarray, Callable[[np.ndarray], Any]]
"""An output, and what goes back through it: from the output's gradient to that of input, kernel and bias."""


def dense(h: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> Step:
    return h @ kernel + bias, lambda d: (d @ kernel.T, h.T @ d, d.sum(axis=0))


def conv(h: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> Step:
    size = kernel.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(
        h, (size, size), axis=(1, 2)
    )  # (n, rows, columns, channels, i, j)

    def undo(d: np.ndarray) -> Any:
        before = np.zeros_like(h)
        for i in range(size):
            for j in range(size):
                before[:, i : i + d.shape[1], j : j + d.shape[2]] += d @ kernel[i, j].T
        return before, np.einsum("nrcxij,nrcf->ijxf", windows, d), d.sum(axis=(0, 1, 2))

    return np.einsum("nrcxij,ijxf->nrcf", windows, kernel) + bias, undo


def pooled(h: np.ndarray) -> Step:
    n, rows, columns, channels = h.shape
    blocks = h.reshape(n, rows // 2, 2, columns // 2, 2, channels)
    largest = blocks.max(axis=(2, 4), keepdims=True)

    def undo(d: np.ndarray) -> np.ndarray:
        # Where several are largest, they are zeros of a ReLU: what goes back to them ends there.
        return (np.where(blocks == largest, d[:, :, None, :, None], 0)).reshape(h.shape)

    return largest[:, :, 0, :, 0], undo


def flattened(h: np.ndarray, undo: Callable[[np.ndarray], np.ndarray]) -> Step:
    return h.reshape(len(h), -1), lambda d: (undo(d.reshape(h.shape)), None, None)


def norms(gradients: Mapping[str, Mapping[str, np.ndarray]]) -> Sequence[float]:
    return [float(np.sqrt((g**2).sum())) for kinds in gradients.values() for g in kinds.values()]
