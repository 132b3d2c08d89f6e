"""What the models of all sections share: nothing unknown is let through, and a union's member is chosen by a tag."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field

# A tag of a union begins with a NUL, so that it can't be mistaken for a key.


class StrictModel(BaseModel):
    """A mapping of the file: an unknown key, another type and a number that is not finite are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def chosen_by_type(**by_type: str) -> Discriminator:
    """Chooses a union's member by the type of the value: `text`, `number`, `list`, `mapping`, `nothing`."""

    def tag(value: object) -> str | None:
        member = by_type.get(_type_name(value))
        return None if member is None else f"\0{member}"

    return Discriminator(tag)


def _type_name(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "switch"
    names = ((str, "text"), ((int, float), "number"), (list, "list"), ((dict, BaseModel), "mapping"))
    return next((name for types, name in names if isinstance(value, types)), "other")


Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Width = Annotated[int, Field(ge=1, le=65_536)]
