"""The model of a trial: its network compiled with optimizer, loss and metrics. Imports Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from actsearch.core.architecture import Head
from actsearch.core.experiment import Candidate, Training
from actsearch.core.tasks import Task
from actsearch.networks.keras_task import new_loss, new_metrics

KERAS_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


def build(candidate: Candidate, task: Task, input_shape: tuple[int, ...], outputs: int, seed: int) -> keras.Model:
    """The compiled network of a trial.

    Args:
        candidate: what to build.
        task: for which output, loss and metrics.
        input_shape: (height, width, channels) of an image, or (features,).
        outputs: how many numbers it gives for an example.
        seed: the trial's seed.

    Returns:
        A model from float32 (batch, *input_shape) to float32 (batch, outputs).
    """
    model = uncompiled(candidate, task, input_shape, outputs, seed)
    compile_for(model, candidate.training, task)
    return model


def uncompiled(candidate: Candidate, task: Task, input_shape: tuple[int, ...], outputs: int, seed: int) -> keras.Model:
    """The same network, not compiled. Raises ValueError where it has not these outputs."""
    head = Head(outputs, candidate.model.output_activation or task.as_learned.usual_output)
    model = candidate.model.build(candidate.activation, input_shape, head, seed, candidate.training.precision)
    shape = getattr(model, "output_shape", None)
    if shape != (None, outputs):
        raise ValueError(f"the network {candidate.model.kind} gives outputs of shape {shape}, not (None, {outputs})")
    return model


def weighted_loss(training: Training, task: Task) -> Callable[[Any, Any], Any]:
    """The loss with its weight: of targets and outputs of a batch, their mean."""
    loss, weight = new_loss(task, training.loss), training.loss_weights or 1.0
    return lambda y_true, y_pred: weight * loss(y_true, y_pred)


def compile_for(model: keras.Model, training: Training, task: Task) -> None:
    """Compiles with the optimizer and loss of `training`, and with the task's metrics under Keras's own names."""
    model.compile(
        optimizer=KERAS_OPTIMIZERS[training.optimizer.name](**training.optimizer.arguments),
        loss=new_loss(task, training.loss),
        loss_weights=training.loss_weights,
        metrics=new_metrics(task),
        jit_compile=False,  # XLA is about five times slower here on a CPU
    )
