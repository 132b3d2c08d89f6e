"""The data sets that have a name: what is known of each without loading it. Imports nothing; `config` looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class NamedSet:
    """How many examples a data set has, and of how many classes."""

    training_examples: int
    test_examples: int
    classes: int


NAMED_SETS: Mapping[str, NamedSet] = {
    "mnist": NamedSet(60_000, 10_000, 10),
    "fashion_mnist": NamedSet(60_000, 10_000, 10),
    "cifar10": NamedSet(50_000, 10_000, 10),
}
