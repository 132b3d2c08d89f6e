"""The bundled MNIST, and a small file of a user's own, for the tests of data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actsearch.core.experiment import DataSpec
from actsearch.data import sources
from actsearch.data.dataset import Dataset
from actsearch.data.kinds.named import NamedSource
from actsearch.data.kinds.npz import NpzSource


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    return sources.load_dataset(DataSpec(NamedSource("mnist")))


@pytest.fixture
def load_npz(hostile: Path, make_npz: Callable[..., Path]) -> Callable[..., Dataset]:
    """Writes an `.npz` and loads it as `data: {npz: ...}` would."""

    def load(**changes: Any) -> Dataset:
        return sources.load_dataset(DataSpec(NpzSource(str(make_npz(hostile / "own.npz", **changes)))))

    return load
