"""The data sets that have a name: MNIST, which comes with the package, and those of keras.datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from pydantic import Field

from actsearch.core.source import KnownSizes, Source
from actsearch.core.strict_models import StrictModel
from actsearch.data.bundled_mnist import BundledMnist
from actsearch.data.keras_sets import KerasSet
from actsearch.data.preparation import AsTheyAre
from actsearch.data.source_keys import VALIDATION_MEANS, HoldOut, SourceKeys, ValidationField

if TYPE_CHECKING:
    import numpy as np

SetName = Literal["mnist", "fashion_mnist", "cifar10"]


class _FilesOfSet(Protocol):
    """Where the files of a data set are, and how they are read."""

    @property
    def place(self) -> str: ...
    def fingerprint(self) -> str: ...
    def load(self) -> dict[str, np.ndarray]: ...


@dataclass(frozen=True)
class NamedSet:
    """What is known of a data set without loading it, and its files."""

    sizes: KnownSizes
    files: _FilesOfSet


NAMED_SETS: Mapping[SetName, NamedSet] = {
    "mnist": NamedSet(KnownSizes(60_000, 10_000, 10), BundledMnist()),
    "fashion_mnist": NamedSet(KnownSizes(60_000, 10_000, 10), KerasSet("fashion_mnist")),
    "cifar10": NamedSet(KnownSizes(50_000, 10_000, 10), KerasSet("cifar10")),
}


@dataclass(frozen=True)
class NamedSource:
    """See `core.source.Source`."""

    name: SetName
    preparation = AsTheyAre()

    @property
    def place(self) -> str:
        return NAMED_SETS[self.name].files.place

    def located(self, _folder: Path) -> Source:
        return self

    def known_sizes(self) -> KnownSizes:
        return NAMED_SETS[self.name].sizes

    def check(self, _folder: Path) -> None:
        """What is not there yet is downloaded."""

    def fingerprint(self) -> str:
        return NAMED_SETS[self.name].files.fingerprint()

    def load(self) -> Mapping[str, np.ndarray]:
        return NAMED_SETS[self.name].files.load()

    def test_examples(self) -> int:
        return self.known_sizes().test_examples


class _NameKey(StrictModel):
    name: SetName = Field("mnist", description="mnist comes with the package.")


class NamedData(SourceKeys, _NameKey):  # in this order, the name comes first
    in_short: ClassVar[str] = "mnist"
    text_alone: ClassVar[Any] = SetName

    validation: ValidationField = Field(HoldOut(holdout=10_000), description=VALIDATION_MEANS)

    def source(self) -> NamedSource:
        return NamedSource(self.name)
