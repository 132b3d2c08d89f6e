"""The layers of the kinds `cnn` and `mlp`, whose names, first weights and dropout follow one rule. Imports Keras."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from actsearch.core.activation import Activation
from actsearch.core.architecture import Head
from actsearch.networks.kinds.hidden_layer_settings import HiddenLayers, name_of_site, names_of_layers
from actsearch.networks.kinds.initializers import Initializer
from actsearch.networks.own_activations import layer_of_activation
from actsearch.networks.random_streams import BIAS_STREAM, DROPOUT_STREAM, KERNEL_STREAM, seed_of_draw

DATA_FORMAT = "channels_last"
"""As the data have it, whatever a user's Keras is set to."""
OUTPUT_INITIALIZER = "glorot_uniform"
"""The output layer keeps Keras's default: its activation is not the one that is compared."""
DROPOUT_LAYERS = {"dropout": layers.Dropout, "alpha_dropout": layers.AlphaDropout}


class LayerMaker:
    """Makes the layers of one network, and counts the draws of each random stream."""

    def __init__(self, settings: HiddenLayers, activation: Activation, seed: int, precision: str) -> None:
        self.settings, self.activation, self.seed, self.precision = settings, activation, seed, precision
        self.kernels = self.dropouts = self.biases = 0

    def convolution(self, x: Any, name: str, filters: int, kernel_size: int) -> Any:
        """A convolution ("valid") with its activation."""
        arguments = {"filters": filters, "kernel_size": kernel_size, "data_format": DATA_FORMAT}
        return self._activated(x, layers.Conv2D, name, **arguments)

    def pooling(self, x: Any) -> Any:
        """The maximum of 2 x 2."""
        return layers.MaxPooling2D(2, name="pooling", data_format=DATA_FORMAT, dtype=self.precision)(x)

    def dense_layers(self, x: Any, rate: float) -> Any:
        """The hidden dense layers, each with its dropout, on what is made flat first."""
        x = layers.Flatten(name="flatten", data_format=DATA_FORMAT, dtype=self.precision)(x)
        units = self.settings.dense
        for name, number in zip(names_of_layers("dense", len(units)), units, strict=True):
            x = self._activated(x, layers.Dense, name, units=number)
            x = self.dropout(x, rate)
        return x

    def _activated(self, x: Any, layer: type, name: str, **arguments: Any) -> Any:
        """A hidden layer with its activation; batch normalisation stands between them."""
        initial = self._initial_weights(self.settings.kernel_initializer, self.settings.bias_initializer)
        x = layer(name=name, **initial, dtype=self.precision, **arguments)(x)
        if self.settings.batch_normalization:
            x = layers.BatchNormalization(name=f"{name}_normalization", dtype=self.precision)(x)
        return layer_of_activation(self.activation, name=name_of_site(name), dtype=self.precision)(x)

    def output(self, x: Any, head: Head) -> Any:
        """The output layer with its activation: in float32 whatever the precision, as Keras advises."""
        kernel = self.settings.output_kernel_initializer or OUTPUT_INITIALIZER
        initial = self._initial_weights(kernel, self.settings.output_bias_initializer)
        x = layers.Dense(head.units, name="output", **initial, dtype=self.precision)(x)
        return layers.Activation(head.activation, name=head.activation, dtype="float32")(x)

    def dropout(self, x: Any, rate: float) -> Any:
        seed = seed_of_draw(self.seed, DROPOUT_STREAM, self.dropouts)
        self.dropouts += 1
        if rate == 0:
            return x
        layer = DROPOUT_LAYERS[self.settings.dropout_layer]
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
        if self.settings.kernel_regularizer is not None:
            arguments["kernel_regularizer"] = keras.regularizers.L1L2(**self.settings.kernel_regularizer)
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
