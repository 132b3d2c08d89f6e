"""The network of a trial, built and compiled. Imports Keras.

Every random draw has its own seed, derived from the trial's seed, its purpose and the layer's place, so that what one
candidate draws does not shift what another draws.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from actsearch.core.experiment import Activation, Candidate, Cnn, DiagnosticsSpec, Initializer, Mlp, Training
from actsearch.networks.clipping import ClippingCount
from actsearch.networks.evaluation import EvaluateBatch, evaluating
from actsearch.networks.keras_activations import PACKAGE
from actsearch.networks.layer_probe import Probe
from actsearch.networks.own_activations import layer as activation_layer

WEIGHTS, ORDER, DROPOUT, BIASES = 0, 1, 2, 3
"""The random streams of a trial: initial kernels, order of the examples, dropout, initial biases."""

DATA_FORMAT = "channels_last"
"""As the data have it, whatever a user's Keras is set to."""

OUTPUT_INITIALIZER = "glorot_uniform"
"""The output layer keeps Keras's default: its activation is the softmax, not the one that is compared."""

OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


@keras.saving.register_keras_serializable(PACKAGE)
class LiteralBinaryCrossentropy(keras.losses.Loss):  # type: ignore[misc]
    """Binary cross-entropy of the probabilities themselves, mean over outputs and examples.

    Keras 3's `binary_crossentropy` on TensorFlow finds the logits that a softmax left on its output and computes the
    SIGMOID cross-entropy of those, which is another loss. Clipping makes a new tensor without them, and is what
    Keras 2.2 did: p is clipped to [1e-7, 1 - 1e-7].
    """

    def __init__(
        self, name: str = "binary_crossentropy", reduction: str = "sum_over_batch_size", **kwargs: Any
    ) -> None:
        super().__init__(name=name, reduction=reduction, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return keras.losses.binary_crossentropy(y_true, ops.clip(y_pred, 1e-7, 1 - 1e-7))


LOSSES = {
    "binary_crossentropy": LiteralBinaryCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "mean_squared_error": keras.losses.MeanSquaredError,
}


def build(candidate: Candidate, input_shape: tuple[int, ...], classes: int, seed: int) -> keras.Model:
    """The compiled network of a trial.

    Args:
        candidate: what to build.
        input_shape: (height, width, channels) of an image, or (features,).
        classes: how many outputs.
        seed: the trial's seed.

    Returns:
        A model from float32 (batch, *input_shape) to float32 probabilities (batch, classes).
    """
    model = network(candidate.model, candidate.activation, input_shape, classes, seed, candidate.training.precision)
    compile_for(model, candidate.training)
    return model


def weighted_loss(training: Training) -> Callable[[Any, Any], Any]:
    """The loss with its weight: of labels and outputs of a batch, their mean."""
    loss, weight = LOSSES[training.loss](), training.loss_weights or 1.0
    return lambda y_true, y_pred: weight * loss(y_true, y_pred)


@dataclass(frozen=True)
class Network:
    """A compiled model with what is compiled around it."""

    model: keras.Model
    evaluate_batch: EvaluateBatch
    optimizer_values: Sequence[np.ndarray]
    """Of the optimizer's variables before the first step; they do not depend on the seed."""
    probe: Probe | None = None
    """Looks into the hidden layers, where that was asked for."""
    clipping: ClippingCount | None = None
    """Counts what is clipped of their gradients, likewise."""


class Networks:
    """The compiled networks of a process. Building and tracing one takes seconds; another seed only changes its state.

    At most `keep` are held, the least recently used is dropped first.
    """

    def __init__(self, keep: int = 8) -> None:
        self._keep = keep
        self._held: dict[str, Network] = {}

    def fresh(
        self,
        candidate: Candidate,
        input_shape: tuple[int, ...],
        classes: int,
        seed: int,
        diagnostics: DiagnosticsSpec | None = None,
    ) -> Network:
        """A network that holds what `build` returns, to the bit, with its optimizer built.

        Whoever has it owns it until the next call. With `diagnostics` it can be looked into.
        """
        training = replace(candidate.training, epochs=0)
        looked_into = None if diagnostics is None else diagnostics.training
        key = repr((candidate.activation, candidate.model, training, input_shape, classes, looked_into))
        held = self._held.pop(key, None)
        if held is None:
            keras.utils.clear_session()
            model = build(candidate, input_shape, classes, seed)
            model.optimizer.build(model.trainable_variables)
            held = Network(model, evaluating(model), values(model.optimizer.variables))
            if diagnostics is not None:
                probe = Probe(model, weighted_loss(training), training=diagnostics.training)
                held = replace(held, probe=probe, clipping=ClippingCount(model, probe.variables))
            while len(self._held) >= self._keep:
                del self._held[next(iter(self._held))]
                gc.collect()  # a model is full of circles
        else:
            with _garbage_collected_at_once():
                arguments = candidate.model, candidate.activation, input_shape, classes, seed, training.precision
                own = values(network(*arguments).variables)
            overwrite(held.model.variables, own)
            overwrite(held.model.optimizer.variables, held.optimizer_values)
        self._held[key] = held
        return held


@contextmanager
def _garbage_collected_at_once() -> Iterator[None]:
    """Frees in a millisecond what the block leaves in circles, as a model does: it is all young, as nothing else is.

    Otherwise a process grows by a megabyte with every trial; a full collection would take a tenth of a second.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_enabled:
            gc.enable()


def values(variables: Sequence[Any]) -> list[np.ndarray]:
    """Copies of the variables' values."""
    return [variable.value.numpy().copy() for variable in variables]


def overwrite(variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    """Gives the variables these values.

    Raises:
        ValueError: their number or a shape is another.
    """
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def compile_for(model: keras.Model, training: Training) -> None:
    """Compiles with the optimizer and loss of `training`, and with both accuracies under Keras's own names."""
    model.compile(
        optimizer=OPTIMIZERS[training.optimizer.name](**training.optimizer.arguments),
        loss=LOSSES[training.loss](),
        loss_weights=training.loss_weights,
        metrics=[
            # Named explicitly: what the word "accuracy" means depends on the loss and on Keras's version.
            keras.metrics.CategoricalAccuracy(name="accuracy"),
            keras.metrics.BinaryAccuracy(name="binary_accuracy"),
        ],
        jit_compile=False,  # XLA is about five times slower here on a CPU
    )


def network(
    model: Cnn | Mlp,
    activation: Activation,
    input_shape: tuple[int, ...],
    classes: int,
    seed: int,
    precision: str = "float32",
) -> keras.Model:
    """The network, not compiled.

    `cnn` is the article's: convolutions ("valid"), one 2 x 2 max pooling, dropout, dense layers each with dropout, and
    a softmax. `mlp` is the dense part of it. With batch normalisation, it stands between a layer and its activation.
    """
    x = inputs = keras.Input(input_shape)
    part = _Parts(model, activation, seed, precision)
    if isinstance(model, Cnn):
        for i, filters in enumerate(model.filters, start=1):
            settings = {"filters": filters, "kernel_size": model.kernel_size, "data_format": DATA_FORMAT}
            x = part.activated(x, layers.Conv2D, f"conv_{i}", **settings)
        x = layers.MaxPooling2D(2, name="pooling", data_format=DATA_FORMAT, dtype=precision)(x)
        x = part.dropout(x, model.dropout[0])
    x = layers.Flatten(name="flatten", data_format=DATA_FORMAT, dtype=precision)(x)
    for i, units in enumerate(model.dense, start=1):
        x = part.activated(x, layers.Dense, f"dense_{i}", units=units)
        x = part.dropout(x, model.dropout[1] if isinstance(model, Cnn) else model.dropout)
    x = part.output(x, classes)
    # In float32 whatever the precision, as Keras advises for mixed precision.
    function = model.output_activation or "softmax"
    outputs = layers.Activation(function, name=function, dtype="float32")(x)
    return keras.Model(inputs, outputs)


def stream(seed: int, purpose: int, place: int) -> int:
    """A seed below 2^31 for one draw: the `place`-th (from 0) of a purpose (`WEIGHTS`, `ORDER`, `DROPOUT`)."""
    return int(np.random.SeedSequence([seed, purpose, place]).generate_state(1)[0] >> 1)


class _Parts:
    """Makes the layers of one network, counting the draws of each random stream."""

    def __init__(self, model: Cnn | Mlp, activation: Activation, seed: int, precision: str) -> None:
        self.model, self.activation, self.seed, self.precision = model, activation, seed, precision
        self.initializers = self.dropouts = self.biases = 0

    def activated(self, x: Any, layer: type, name: str, **arguments: Any) -> Any:
        x = layer(name=name, **self.weights(), dtype=self.precision, **arguments)(x)
        if self.model.batch_normalization:
            x = layers.BatchNormalization(name=f"{name}_normalization", dtype=self.precision)(x)
        return activation_layer(self.activation, name=f"{name}_activation", dtype=self.precision)(x)

    def weights(self) -> dict[str, Any]:
        """How the kernel and the bias of a hidden layer begin, and what penalty the kernel has."""
        return self._weights(self.model.kernel_initializer, self.model.bias_initializer)

    def output(self, x: Any, classes: int) -> Any:
        model = self.model
        begin = self._weights(model.output_kernel_initializer or OUTPUT_INITIALIZER, model.output_bias_initializer)
        return layers.Dense(classes, name="output", **begin, dtype=self.precision)(x)

    def _weights(self, kernel: str | Initializer, bias: str | Initializer | None) -> dict[str, Any]:
        penalty = self.model.kernel_regularizer
        given: dict[str, Any] = {"kernel_initializer": self.initializer(kernel, WEIGHTS, self.initializers)}
        self.initializers += 1
        if bias is not None:
            given["bias_initializer"] = self.initializer(bias, BIASES, self.biases)
        self.biases += 1
        if penalty is not None:
            given["kernel_regularizer"] = keras.regularizers.L1L2(**penalty)
        return given

    def dropout(self, x: Any, rate: float) -> Any:
        seed = stream(self.seed, DROPOUT, self.dropouts)
        self.dropouts += 1
        if rate == 0:
            return x
        layer = {"dropout": layers.Dropout, "alpha_dropout": layers.AlphaDropout}[self.model.dropout_layer]
        return layer(rate, seed=seed, name=f"dropout_{self.dropouts}", dtype=self.precision)(x)

    def initializer(self, given: str | Initializer, purpose: int, place: int) -> Any:
        name, arguments = (given, {}) if isinstance(given, str) else (given.name, dict(given.arguments))
        made = keras.initializers.get({"class_name": name, "config": arguments} if arguments else name)
        config = made.get_config()
        seed = stream(self.seed, purpose, place)
        return type(made).from_config({**config, "seed": seed}) if "seed" in config else made
