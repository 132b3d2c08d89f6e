"""The networks that an experiment file can ask for, layer by layer, not compiled yet. Imports Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from actsearch.core.experiment import Activation, Cnn, Initializer, Mlp
from actsearch.networks.own_activations import layer_of_activation
from actsearch.networks.random_streams import BIAS_STREAM, DROPOUT_STREAM, KERNEL_STREAM, seed_of_draw

DATA_FORMAT = "channels_last"
"""As the data have it, whatever a user's Keras is set to."""
OUTPUT_INITIALIZER = "glorot_uniform"
"""The output layer keeps Keras's default: its activation is the softmax, not the one that is compared."""
DROPOUT_LAYERS = {"dropout": layers.Dropout, "alpha_dropout": layers.AlphaDropout}


@dataclass(frozen=True)
class Head:
    """The output layer: how many units, and their activation by Keras's name."""

    units: int
    activation: str


def network(
    model: Cnn | Mlp,
    activation: Activation,
    input_shape: tuple[int, ...],
    head: Head,
    seed: int,
    precision: str = "float32",
) -> keras.Model:
    """The network, not compiled.

    `cnn` is the article's: convolutions ("valid"), one 2 x 2 max pooling, dropout, dense layers each with dropout, and
    the output. `mlp` is the dense part of it. With batch normalisation, it stands between a layer and its activation.
    """
    inputs = keras.Input(input_shape)
    maker = _LayerMaker(model, activation, seed, precision)
    if isinstance(model, Cnn):
        x = _convolutions(maker, model, inputs)
        rate = model.dropout[1]
    else:
        x, rate = inputs, model.dropout
    x = layers.Flatten(name="flatten", data_format=DATA_FORMAT, dtype=precision)(x)
    for i, units in enumerate(model.dense, start=1):
        x = maker.activated(x, layers.Dense, f"dense_{i}", units=units)
        x = maker.dropout(x, rate)
    x = maker.output(x, head.units)
    # In float32 whatever the precision, as Keras advises for mixed precision.
    outputs = layers.Activation(head.activation, name=head.activation, dtype="float32")(x)
    return keras.Model(inputs, outputs)


def _convolutions(maker: _LayerMaker, model: Cnn, x: Any) -> Any:
    """The convolutions, the pooling and its dropout."""
    for i, filters in enumerate(model.filters, start=1):
        settings = {"filters": filters, "kernel_size": model.kernel_size, "data_format": DATA_FORMAT}
        x = maker.activated(x, layers.Conv2D, f"conv_{i}", **settings)
    x = layers.MaxPooling2D(2, name="pooling", data_format=DATA_FORMAT, dtype=maker.precision)(x)
    return maker.dropout(x, model.dropout[0])


class _LayerMaker:
    """Makes the layers of one network, and counts the draws of each random stream."""

    def __init__(self, model: Cnn | Mlp, activation: Activation, seed: int, precision: str) -> None:
        self.model, self.activation, self.seed, self.precision = model, activation, seed, precision
        self.kernels = self.dropouts = self.biases = 0

    def activated(self, x: Any, layer: type, name: str, **arguments: Any) -> Any:
        """A hidden layer with its activation."""
        initial = self._initial_weights(self.model.kernel_initializer, self.model.bias_initializer)
        x = layer(name=name, **initial, dtype=self.precision, **arguments)(x)
        if self.model.batch_normalization:
            x = layers.BatchNormalization(name=f"{name}_normalization", dtype=self.precision)(x)
        return layer_of_activation(self.activation, name=f"{name}_activation", dtype=self.precision)(x)

    def output(self, x: Any, units: int) -> Any:
        """The output layer, without its activation."""
        kernel = self.model.output_kernel_initializer or OUTPUT_INITIALIZER
        initial = self._initial_weights(kernel, self.model.output_bias_initializer)
        return layers.Dense(units, name="output", **initial, dtype=self.precision)(x)

    def dropout(self, x: Any, rate: float) -> Any:
        seed = seed_of_draw(self.seed, DROPOUT_STREAM, self.dropouts)
        self.dropouts += 1
        if rate == 0:
            return x
        layer = DROPOUT_LAYERS[self.model.dropout_layer]
        return layer(rate, seed=seed, name=f"dropout_{self.dropouts}", dtype=self.precision)(x)

    def _initial_weights(self, kernel: str | Initializer, bias: str | Initializer | None) -> dict[str, Any]:
        """How the kernel and the bias of a layer begin, and what penalty the kernel has: arguments of Keras's layers.

        Every layer counts in both streams, also one whose bias is not drawn.
        """
        arguments: dict[str, Any] = {"kernel_initializer": self._initializer(kernel, KERNEL_STREAM, self.kernels)}
        self.kernels += 1
        if bias is not None:
            arguments["bias_initializer"] = self._initializer(bias, BIAS_STREAM, self.biases)
        self.biases += 1
        if self.model.kernel_regularizer is not None:
            arguments["kernel_regularizer"] = keras.regularizers.L1L2(**self.model.kernel_regularizer)
        return arguments

    def _initializer(self, initializer: str | Initializer, purpose: int, place: int) -> Any:
        """Keras's initializer, with a seed of its own where it draws."""
        name = initializer if isinstance(initializer, str) else initializer.name
        arguments = {} if isinstance(initializer, str) else dict(initializer.arguments)
        unseeded = keras.initializers.get({"class_name": name, "config": arguments} if arguments else name)
        config = unseeded.get_config()
        if "seed" not in config:
            return unseeded
        return type(unseeded).from_config({**config, "seed": seed_of_draw(self.seed, purpose, place)})
