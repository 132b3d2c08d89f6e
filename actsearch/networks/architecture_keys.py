"""The keys of a kind of network in an experiment file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from actsearch.core.activation import Activation
from actsearch.core.architecture import Architecture
from actsearch.core.strict_models import StrictModel


class ArchitectureKeys(StrictModel):
    """The section `model` of one kind, whose `kind` is a `Literal` of its name in the table."""

    length_remedies: ClassVar[Mapping[str, str]] = {}
    """By key: what to write where a list is too short or too long, if a number of items does not say it."""

    kind: str

    @abstractmethod
    def resolved(self, activation: Activation) -> Architecture:
        """The network with this activation; `auto` means what the activation's paper asks for."""
