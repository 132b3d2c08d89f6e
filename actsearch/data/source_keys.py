"""The keys of a kind of source in an experiment file: the division of the data, which all kinds share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from actsearch.core.experiment import DataSpec
from actsearch.core.source import Source
from actsearch.core.strict_models import StrictModel, chosen_by_type


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
VALIDATION_MEANS = "`{holdout: n}`: n training examples are kept for validation; `{last: n}`: the last n; or `test`."
_TRAIN_SIZE = "Train on a stratified subset of so many examples, or on `{first: n}`; null: on all."


class SourceKeys(StrictModel):
    # No docstring here: it would become a description in the schema of each kind. The section `data` of one kind. The
    # name of the kind in the table is one of its keys: the one that tells it from the others.

    in_short: ClassVar[str]
    """An example of the whole section, as YAML."""
    text_alone: ClassVar[Any] = None
    """The type of a text that may stand in the place of all keys, and means the one that tells the kind; None: none."""
    key_examples: ClassVar[Mapping[str, str]] = {}
    """By key: what could stand there, where its default is no example."""
    path_keys: ClassVar[tuple[str, ...]] = ()
    """The keys that hold a path, which is relative to the experiment file."""

    validation: ValidationField = Field(description=VALIDATION_MEANS)
    train_size: TrainSizeField = Field(None, description=_TRAIN_SIZE)

    @abstractmethod
    def source(self) -> Source:
        """Where the data come from."""

    def data_spec(self) -> DataSpec:
        """What the section comes to."""
        size = self.train_size
        return DataSpec(
            self.source(),
            holdout=self._held_out_examples(),
            train_size=None if isinstance(size, First) else size,
            train_first=size.first if isinstance(size, First) else None,
            holdout_last=isinstance(self.validation, Last),
        )

    def _held_out_examples(self) -> int | None:
        """How many training examples are kept; None where validation is the test set."""
        if isinstance(self.validation, str):
            return None
        return self.validation.last if isinstance(self.validation, Last) else self.validation.holdout
