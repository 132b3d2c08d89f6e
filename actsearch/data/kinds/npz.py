"""A file of the user's own, with four arrays in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from actsearch.core.errors import UnsuitableSetting
from actsearch.core.source import Source
from actsearch.core.strict_models import StrictModel
from actsearch.data.file_hashes import file_sha256
from actsearch.data.npz_files import read_npz
from actsearch.data.preparation import AsTheyAre
from actsearch.data.source_keys import SourceKeys

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class NpzSource:
    """See `core.source.Source`."""

    path: str
    name = "npz"
    preparation = AsTheyAre()

    @property
    def place(self) -> str:
        return str(Path(self.path))

    def located(self, folder: Path) -> Source:
        return NpzSource(str((folder / self.path).resolve()))

    def known_sizes(self) -> None:
        return None

    def check(self, folder: Path) -> None:
        file = folder / self.path
        if not file.is_file():
            what = f"no such file: {file if file != Path(self.path) else self.path}"
            remedy = "a relative path starts at the file's folder, with --set at the shell's"
            raise UnsuitableSetting("data.npz", what, remedy)

    def fingerprint(self) -> str:
        return file_sha256(Path(self.path))

    def load(self) -> Mapping[str, np.ndarray]:
        return read_npz(Path(self.path))

    def test_examples(self) -> int:
        return len(read_npz(Path(self.path))["y_test"])


class _PathKey(StrictModel):
    npz: str = Field(min_length=1, description="A file with x_train, y_train, x_test, y_test; relative to this file.")


class NpzData(SourceKeys, _PathKey):  # in this order, the path comes first
    in_short: ClassVar[str] = "{npz: my.npz, validation: {holdout: 1000}}"
    key_examples: ClassVar[Mapping[str, str]] = {"npz": "my.npz"}
    path_keys: ClassVar[tuple[str, ...]] = ("npz",)

    def source(self) -> NpzSource:
        return NpzSource(self.npz)
