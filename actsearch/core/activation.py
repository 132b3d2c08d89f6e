"""An activation function as a value: which one, with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Scalar = bool | int | float | str


@dataclass(frozen=True)
class Activation:
    """An activation function with every parameter given."""

    name: str
    """The registry's canonical name; the text of a formula; `module:name` of a function of the user's own."""
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    kind: Literal["formula", "function"] | None = None
    """None: one of the registry."""
    trainable: tuple[str, ...] | None = None
    """Parameters that are learned, one value a layer, beginning with those given; None where none is."""
    source_sha256: str | None = None
    """Of the file of a function's module."""
    source: str | None = field(default=None, repr=False)
    """The content of that file, for machines that do not have it; its hash stands for it in the identity."""
    folder: str | None = field(default=None, repr=False)
    """Where the module is looked for first."""

    def as_plain(self) -> dict[str, Any]:
        """What it is, wherever it comes from, as plain values; what is None is left out."""
        plain = {key: value for key, value in asdict(self).items() if value is not None}
        return {key: value for key, value in plain.items() if key not in ("source", "folder")}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Activation:
        """What `as_plain` was made of, without the source of a function and its folder."""
        trainable = tuple(plain["trainable"]) if "trainable" in plain else None
        return cls(plain["name"], plain["parameters"], plain.get("kind"), trainable, plain.get("source_sha256"))
