"""The section `data`: which data, and how they are divided."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from actsearch.config.strict_models import StrictModel, chosen_by_type


class HoldOut(StrictModel):
    holdout: int = Field(ge=1, description="So many training examples are kept for validation, stratified.")


class Last(StrictModel):
    last: int = Field(ge=1, description="The last so many training examples are kept for validation.")


class First(StrictModel):
    first: int = Field(ge=1, description="The first so many training examples.")


def _validation_tag(value: object) -> str | None:
    if isinstance(value, Last) or (isinstance(value, dict) and "last" in value):
        return "\0last"
    if isinstance(value, (dict, HoldOut)):
        return "\0holdout"
    return "\0text" if isinstance(value, str) else None


ValidationField = Annotated[
    Annotated[Literal["test"], Tag("\0text")] | Annotated[HoldOut, Tag("\0holdout")] | Annotated[Last, Tag("\0last")],
    Discriminator(_validation_tag),
]
TrainSizeField = Annotated[
    Annotated[None, Tag("\0nothing")]
    | Annotated[Annotated[int, Field(ge=1)], Tag("\0number")]
    | Annotated[First, Tag("\0mapping")],
    chosen_by_type(nothing="nothing", number="number", mapping="mapping"),
]
_VALIDATION = "`{holdout: n}`: n training examples are kept for validation; `{last: n}`: the last n; or `test`."
_TRAIN_SIZE = "Train on a stratified subset of so many examples, or on `{first: n}`; null: on all."


class NamedData(StrictModel):
    name: Literal["mnist", "fashion_mnist", "cifar10"] = Field("mnist", description="mnist comes with the package.")
    validation: ValidationField = Field(HoldOut(holdout=10_000), description=_VALIDATION)
    train_size: TrainSizeField = Field(None, description=_TRAIN_SIZE)


class NpzData(StrictModel):
    npz: str = Field(min_length=1, description="A file with x_train, y_train, x_test, y_test; relative to this file.")
    validation: ValidationField = Field(description=_VALIDATION)
    train_size: TrainSizeField = Field(None, description=_TRAIN_SIZE)


def _data_tag(value: object) -> str | None:
    if isinstance(value, NpzData) or (isinstance(value, dict) and "npz" in value):
        return "\0npz"
    if isinstance(value, (dict, NamedData)):
        return "\0named"
    return "\0text" if isinstance(value, str) else None


DataField = Annotated[
    Annotated[NamedData, Tag("\0named")]
    | Annotated[NpzData, Tag("\0npz")]
    | Annotated[Literal["mnist", "fashion_mnist", "cifar10"], Tag("\0text")],
    Discriminator(_data_tag),
]
