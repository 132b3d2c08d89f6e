"""The section `training`: optimizer, loss, epochs, batches, precision."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from actsearch.config.optimizers import Adam, OptimizerField, optimizer_of
from actsearch.core.experiment import Training
from actsearch.core.strict_models import Positive, StrictModel


class TrainingSection(StrictModel):
    optimizer: OptimizerField = Field(
        Adam(), description="A name, or {name: adam, ...} with Keras's arguments; no clipping by default."
    )
    loss: Literal["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"] = Field(
        "categorical_crossentropy",
        description="binary_crossentropy is the literal one, of the probabilities; Keras 3's string means another.",
    )
    epochs: int = Field(10, ge=1, le=100_000)
    batch_size: int = Field(128, ge=1, le=1_000_000)
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    threads: int = Field(1, ge=1, le=256, description="TensorFlow's threads in an operation; they change the bits.")
    loss_weights: Positive = Field(1.0, description="Keras's factor of the loss (the output's, not the penalty's).")


def training_of(section: TrainingSection) -> Training:
    """What the section comes to."""
    return Training(
        optimizer_of(section.optimizer),
        section.loss,
        section.epochs,
        section.batch_size,
        section.precision,
        section.threads,
        None if section.loss_weights == 1 else section.loss_weights,
    )
