"""The section `data`: which data, and how they are divided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from actsearch.config.problems import Problems
from actsearch.core.experiment import DataSpec
from actsearch.core.strict_models import StrictModel, chosen_by_type
from actsearch.data.named_sets import NAMED_SETS


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


def named_data(name: str) -> NamedData:
    """What a name alone stands for."""
    return NamedData.model_validate({"name": name})


def data_spec(given: str | NamedData | NpzData, folder: Path, problems: Problems) -> DataSpec:
    """What the section comes to. `folder` is that of the file; a file that is not there and sizes beyond are told."""
    data = named_data(given) if isinstance(given, str) else given
    size = data.train_size
    first = size.first if isinstance(size, First) else None
    division: dict[str, Any] = {
        "holdout": _held_out_examples(data.validation),
        "train_size": None if isinstance(size, First) else size,
        "train_first": first,
        "holdout_last": isinstance(data.validation, Last),
    }
    if isinstance(data, NpzData):
        _check_file(data.npz, folder, problems)
        return DataSpec("npz", data.npz, **division)
    spec = DataSpec(data.name, None, **division)
    _check_sizes(spec, problems)
    return spec


def _held_out_examples(validation: str | HoldOut | Last) -> int | None:
    """How many training examples are kept; None where validation is the test set."""
    if isinstance(validation, str):
        return None
    return validation.last if isinstance(validation, Last) else validation.holdout


def _check_file(name: str, folder: Path, problems: Problems) -> None:
    file = folder / name
    if not file.is_file():
        what = f"no such file: {file}" if file != Path(name) else f"no such file: {name}"
        problems.add(("data", "npz"), what, "a relative path starts at the file's folder, with --set at the shell's")


def _check_sizes(spec: DataSpec, problems: Problems) -> None:
    """That the data set has as many examples as are asked of it."""
    named = NAMED_SETS[spec.name]
    total, most = named.training_examples, named.training_examples - named.classes
    if spec.holdout is not None and spec.holdout > most:
        key = "last" if spec.holdout_last else "holdout"
        what = f"{spec.holdout} of {total} training examples would leave fewer than one a class"
        problems.add(("data", "validation", key), what, f"write at most {most}")
    left = total - (spec.holdout or 0)
    wanted = spec.train_size if spec.train_first is None else spec.train_first
    if wanted is not None and wanted > left > 0:
        at = ("data", "train_size") if spec.train_first is None else ("data", "train_size", "first")
        problems.add(at, f"{wanted} is more than the {left} training examples there are", f"write at most {left}")
