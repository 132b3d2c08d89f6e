"""A source from outside the package: waves of two frequencies, computed from the keys and standardised."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from actsearch.core.source import KnownSizes
from actsearch.data.source_keys import SourceKeys


@dataclass(frozen=True)
class Standardised:
    """See `actsearch.core.source.Preparation`: mean 0 and standard deviation 1 of each feature."""

    def identity(self) -> Mapping[str, Any]:
        return {"kind": "standardised"}

    def fitted(self, x: np.ndarray, _y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        mean, deviation = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
        scale = np.where(deviation > 0, deviation, 1)
        return lambda inputs: ((inputs - mean) / scale).astype(np.float32)


@dataclass(frozen=True)
class WavesSource:
    """See `actsearch.core.source.Source`. There are half as many waves for testing."""

    waves: int
    noise: float
    name = "waves"
    place = "waves"
    preparation = Standardised()

    def located(self, _folder: Path) -> WavesSource:
        return self

    def known_sizes(self) -> KnownSizes:
        return KnownSizes(self.waves, self.test_examples(), 2)

    def check(self, _folder: Path) -> None:
        """There is nothing to see."""

    def fingerprint(self) -> str:
        return hashlib.sha256(f"waves, version 1: {self.waves}, {self.noise!r}".encode()).hexdigest()

    def load(self) -> Mapping[str, np.ndarray]:
        rng = np.random.default_rng(0)
        arrays: dict[str, np.ndarray] = {}
        for part, examples in (("train", self.waves), ("test", self.test_examples())):
            y = np.arange(examples) % 2
            phases = rng.uniform(0, 1, (examples, 1))
            x = np.sin(2 * np.pi * (phases + np.linspace(0, 1, 12) * (y[:, np.newaxis] + 1)))
            arrays |= {f"x_{part}": x + self.noise * rng.normal(size=x.shape), f"y_{part}": y}
        return arrays

    def test_examples(self) -> int:
        return self.waves // 2


class WavesData(SourceKeys):
    """Waves that are computed."""

    in_short: ClassVar[str] = "{waves: 200, validation: {holdout: 40}}"
    key_examples: ClassVar[Mapping[str, str]] = {"waves": "200"}

    waves: int = Field(ge=8, description="So many training examples.")
    noise: float = Field(0.1, ge=0, description="Its standard deviation.")

    def source(self) -> WavesSource:
        return WavesSource(self.waves, self.noise)
