"""The section `data`: the keys of one kind of source, out of a table of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union, get_args

from pydantic import Discriminator, Tag

from actsearch.config.places import location_of
from actsearch.config.problems import Problems
from actsearch.core.errors import UnsuitableSetting
from actsearch.core.experiment import DataSpec
from actsearch.core.source import KnownSizes
from actsearch.data.source_keys import SourceKeys
from actsearch.data.sources import SOURCES

Kinds: TypeAlias = Mapping[str, type[SourceKeys]]


def source_key(section: Any, table: Kinds = SOURCES) -> str:
    """The key that tells the kind of source; where a section has none, that of the usual kind."""
    usual, *others = table
    return next((key for key in others if isinstance(section, dict) and key in section), usual)


def kind_of_data(section: Any, table: Kinds = SOURCES) -> type[SourceKeys]:
    """The keys of the kind that the content of a section asks for."""
    return table[source_key(section, table)]


def usual_data(table: Kinds = SOURCES) -> SourceKeys:
    """The usual kind with its defaults."""
    return kind_of_data({}, table).model_validate({})


def source_keys(given: str | SourceKeys, table: Kinds = SOURCES) -> SourceKeys:
    """The keys that a section stands for, which may be a text alone."""
    if not isinstance(given, str):
        return given
    key = _key_of_text(given, table)
    return table[key].model_validate({key: given})


def _key_of_text(text: str, table: Kinds) -> str:
    """The key whose value a text alone stands for; of an unknown text, the first one that takes texts."""
    choices = {key: get_args(keys.text_alone) for key, keys in table.items() if keys.text_alone is not None}
    return next((key for key, texts in choices.items() if text in texts), next(iter(choices)))


def data_forms(table: Kinds = SOURCES) -> str:
    """What the section may look like: an example of each kind."""
    return ", or ".join(f"data: {keys.in_short}" for keys in table.values())


if TYPE_CHECKING:
    DataField: TypeAlias = str | SourceKeys
else:

    def data_field(table):
        """The section by one of these kinds, told apart by their keys, or a text that stands for them."""

        def tag(value):
            if isinstance(value, str):
                return f"\0text for {_key_of_text(value, table)}"
            if isinstance(value, SourceKeys):
                return next(f"\0{key}" for key, keys in table.items() if isinstance(value, keys))
            return f"\0{source_key(value, table)}" if isinstance(value, dict) else None

        members = [Annotated[keys, Tag(f"\0{key}")] for key, keys in table.items()]
        texts = {key: keys.text_alone for key, keys in table.items() if keys.text_alone is not None}
        members += [Annotated[text, Tag(f"\0text for {key}")] for key, text in texts.items()]
        return Annotated[Union[(*members,)], Discriminator(tag)]

    DataField = data_field(SOURCES)


def data_spec(given: str | SourceKeys, folder: Path, problems: Problems, table: Kinds = SOURCES) -> DataSpec:
    """What the section comes to. `folder` is that of the file; a file that is not there and sizes beyond are told."""
    spec = source_keys(given, table).data_spec()
    try:
        spec.source.check(folder)
    except UnsuitableSetting as error:
        problems.add(location_of(error.key), error.what, error.remedy)
    sizes = spec.source.known_sizes()
    if sizes is not None:
        _check_sizes(spec, sizes, problems)
    return spec


def _check_sizes(spec: DataSpec, sizes: KnownSizes, problems: Problems) -> None:
    """That the data set has as many examples as are asked of it."""
    total, most = sizes.training_examples, sizes.training_examples - (sizes.classes or 1)
    if spec.holdout is not None and spec.holdout > most:
        key = "last" if spec.holdout_last else "holdout"
        too_few = "none" if sizes.classes is None else "fewer than one a class"
        what = f"{spec.holdout} of {total} training examples would leave {too_few}"
        problems.add(("data", "validation", key), what, f"write at most {most}")
    left = total - (spec.holdout or 0)
    wanted = spec.train_size if spec.train_first is None else spec.train_first
    if wanted is not None and wanted > left > 0:
        at = ("data", "train_size") if spec.train_first is None else ("data", "train_size", "first")
        problems.add(at, f"{wanted} is more than the {left} training examples there are", f"write at most {left}")
