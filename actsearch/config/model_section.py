"""The section `model`: the keys of one kind of network, out of a table of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union

from pydantic import Discriminator, Tag

from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.architectures import ARCHITECTURES


def usual_kind(table: Mapping[str, type[ArchitectureKeys]] = ARCHITECTURES) -> str:
    """The kind that is meant where none is named."""
    return next(iter(table))


def usual_model(table: Mapping[str, type[ArchitectureKeys]] = ARCHITECTURES) -> ArchitectureKeys:
    """The usual kind with its defaults."""
    return table[usual_kind(table)].model_validate({})


def keys_of_kind(
    section: Any, table: Mapping[str, type[ArchitectureKeys]] = ARCHITECTURES
) -> type[ArchitectureKeys] | None:
    """The keys of the kind that the content of a section asks for; None where there is no such kind."""
    kind = section.get("kind", usual_kind(table)) if isinstance(section, dict) else usual_kind(table)
    return table.get(kind) if isinstance(kind, str) else None


if TYPE_CHECKING:
    ModelField: TypeAlias = ArchitectureKeys
else:

    def model_field(table):
        """The section by one of these kinds, told apart by `kind`."""

        def tag(value):
            if isinstance(value, ArchitectureKeys):
                return f"\0{value.kind}"
            keys = keys_of_kind(value, table) if isinstance(value, dict) else None
            return None if keys is None else f"\0{value.get('kind', usual_kind(table))}"

        members = [Annotated[keys, Tag(f"\0{kind}")] for kind, keys in table.items()]
        return Annotated[Union[(*members,)], Discriminator(tag)]

    ModelField = model_field(ARCHITECTURES)
