"""What the competitors share, so that only the loop around it differs: the images, the article's network, the options.

Keras is imported by the functions that need it, so that Ray's driver, which does not train, need not load it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

ACTIVATIONS = ("sigmoid", "relu", "elu", "leaky_relu", "selu", "gelu")
BATCH_SIZE = 128
Examples = tuple[Any, Any]


def options(description: str | None) -> argparse.Namespace:
    """--images, --epochs and --out, which every competitor takes. The folder is there on return."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000, help="the first so many of MNIST's training set")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True, help="folder of the histories")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    return given


def mnist(images: int) -> tuple[Examples, Examples]:
    """The first `images` training images, and the whole test set, which the article validates on.

    Images are float32 (n, 28, 28, 1) in [0, 1], labels one-hot (n, 10).
    """
    import numpy as np

    from actsearch.data.bundled_mnist import MNIST_FILE

    with np.load(MNIST_FILE) as file:
        (x_train, y_train), (x_test, y_test) = ((file[f"x_{part}"], file[f"y_{part}"]) for part in ("train", "test"))

    def prepared(x: Any, y: Any) -> Examples:
        return x[..., np.newaxis].astype("float32") / 255, np.eye(10, dtype="float32")[y]

    return prepared(x_train[:images], y_train[:images]), prepared(x_test, y_test)


def network(activation: str) -> Any:
    """The article's network with this function, compiled as the article compiles it."""
    import keras
    from keras import layers

    function, initializer, dropout = getattr(keras.activations, activation), "glorot_uniform", layers.Dropout
    if activation == "leaky_relu":
        function = leaky_relu
    elif activation == "gelu":
        function = gelu
    elif activation == "selu":
        initializer, dropout = "lecun_normal", layers.AlphaDropout
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation=function, kernel_initializer=initializer),
            layers.Conv2D(64, 3, activation=function, kernel_initializer=initializer),
            layers.MaxPooling2D(2),
            dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation=function, kernel_initializer=initializer),
            dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(learning_rate=0.001, clipvalue=0.5)
    model.compile(optimizer=optimizer, loss=binary_crossentropy, metrics=["categorical_accuracy", "binary_accuracy"])
    return model


def leaky_relu(x: Any) -> Any:
    """With the article's slope."""
    import keras

    return keras.activations.leaky_relu(x, negative_slope=0.2)


def gelu(x: Any) -> Any:
    """The tanh approximation, which is the article's."""
    import keras

    return keras.activations.gelu(x, approximate=True)


def binary_crossentropy(y: Any, probabilities: Any) -> Any:
    """Of the probabilities, as the article's Keras computed it, and as actsearch does.

    The clipping makes a new tensor. From the softmax's own one, Keras 3 on TensorFlow would take the logits, and
    compute the cross-entropy of their sigmoids: another function, at the same cost.
    """
    import keras

    return keras.losses.binary_crossentropy(y, keras.ops.clip(probabilities, 1e-7, 1 - 1e-7))


def write_history(out: Path, activation: str, history: dict[str, list[float]]) -> None:
    """Keeps what Keras calls the history: a metric's name to one number an epoch."""
    (out / f"history-{activation}.json").write_text(json.dumps(history), encoding="ascii")
