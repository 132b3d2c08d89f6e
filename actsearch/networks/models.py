"""The model of a trial: its network compiled with optimizer, loss and metrics. Imports Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from actsearch.core.architecture import Architecture, Head
from actsearch.core.experiment import Candidate, Training
from actsearch.networks.keras_activations import KERAS_PACKAGE

KERAS_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


@keras.saving.register_keras_serializable(KERAS_PACKAGE)
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


KERAS_LOSSES = {
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
    head = head_of(candidate.model, classes)
    model = candidate.model.build(candidate.activation, input_shape, head, seed, candidate.training.precision)
    compile_for(model, candidate.training)
    return model


def head_of(model: Architecture, classes: int) -> Head:
    """The outputs of a network for so many classes."""
    return Head(classes, model.output_activation or "softmax")


def weighted_loss(training: Training) -> Callable[[Any, Any], Any]:
    """The loss with its weight: of labels and outputs of a batch, their mean."""
    loss, weight = KERAS_LOSSES[training.loss](), training.loss_weights or 1.0
    return lambda y_true, y_pred: weight * loss(y_true, y_pred)


def compile_for(model: keras.Model, training: Training) -> None:
    """Compiles with the optimizer and loss of `training`, and with both accuracies under Keras's own names."""
    model.compile(
        optimizer=KERAS_OPTIMIZERS[training.optimizer.name](**training.optimizer.arguments),
        loss=KERAS_LOSSES[training.loss](),
        loss_weights=training.loss_weights,
        metrics=[
            # Named explicitly: what the word "accuracy" means depends on the loss and on Keras's version.
            keras.metrics.CategoricalAccuracy(name="accuracy"),
            keras.metrics.BinaryAccuracy(name="binary_accuracy"),
        ],
        jit_compile=False,  # XLA is about five times slower here on a CPU
    )
