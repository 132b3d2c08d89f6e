"""Optimizers with their arguments, the learning rate among them, and how they clip gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from actsearch.core.experiment import CLIPPING, Optimizer
from actsearch.core.strict_models import Positive, Share, StrictModel


class _OptimizerKeys(StrictModel):
    weight_decay: Annotated[float, Field(ge=0)] | None = None
    clipvalue: Positive | None = Field(None, description="Each component of the gradient into [-clipvalue, clipvalue].")
    clipnorm: Positive | None = Field(None, description="Each weight's gradient to at most this norm.")
    global_clipnorm: Positive | None = Field(None, description="The whole gradient to at most this norm.")

    @model_validator(mode="after")
    def _one_clipping(self) -> _OptimizerKeys:
        given = [name for name in CLIPPING if getattr(self, name) is not None]
        if len(given) > 1:
            raise PydanticCustomError("actsearch", f"{' and '.join(given)} exclude each other|keep one of them")
        return self


class Adam(_OptimizerKeys):
    name: Literal["adam"] = "adam"
    learning_rate: Positive = 0.001
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-7
    amsgrad: bool = False


class AdamW(_OptimizerKeys):
    name: Literal["adamw"]
    learning_rate: Positive = 0.001
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-7
    amsgrad: bool = False
    weight_decay: float = Field(0.004, ge=0)  # which Keras's AdamW insists on


class Sgd(_OptimizerKeys):
    name: Literal["sgd"]
    learning_rate: Positive = 0.01
    momentum: Share = 0.0
    nesterov: bool = False


class RmsProp(_OptimizerKeys):
    name: Literal["rmsprop"]
    learning_rate: Positive = 0.001
    rho: Share = 0.9
    momentum: Share = 0.0
    epsilon: Positive = 1e-7
    centered: bool = False


OptimizerModel: TypeAlias = Adam | AdamW | Sgd | RmsProp
OPTIMIZER_MODELS: Mapping[str, type[OptimizerModel]] = {
    "adam": Adam,
    "adamw": AdamW,
    "sgd": Sgd,
    "rmsprop": RmsProp,
}


def _optimizer_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    name = value.get("name", "adam") if isinstance(value, dict) else getattr(value, "name", None)
    return f"\0{name}" if isinstance(name, str) and name in OPTIMIZER_MODELS else None


OptimizerField = Annotated[
    Annotated[Adam, Tag("\0adam")]
    | Annotated[AdamW, Tag("\0adamw")]
    | Annotated[Sgd, Tag("\0sgd")]
    | Annotated[RmsProp, Tag("\0rmsprop")]
    | Annotated[Literal["adam", "adamw", "sgd", "rmsprop"], Tag("\0text")],
    Discriminator(_optimizer_tag),
]


def with_defaults(optimizer: str | OptimizerModel) -> OptimizerModel:
    """A name alone stands for the optimizer with Keras's arguments."""
    if isinstance(optimizer, str):
        return OPTIMIZER_MODELS[optimizer].model_validate({"name": optimizer})
    return optimizer


def optimizer_of(given: str | OptimizerModel) -> Optimizer:
    """What is written under `training.optimizer`, with the arguments that are not left at None."""
    optimizer = with_defaults(given)
    arguments = {key: value for key, value in optimizer.model_dump().items() if key != "name" and value is not None}
    return Optimizer(optimizer.name, arguments)
