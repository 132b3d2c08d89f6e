"""The section `diagnostics`: what is looked at in the layers, and how often."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from actsearch.core.experiment import DiagnosticsSpec
from actsearch.core.strict_models import StrictModel, chosen_by_type


class DiagnosticsSection(StrictModel):
    every: int = Field(1, ge=1, le=100_000, description="After every so many epochs, and after the last.")
    probe_size: int = Field(256, ge=1, le=1_000_000, description="Training examples that are looked at, at most.")
    training: bool = Field(
        False, description="As the layers are while they learn, with dropout and batch statistics, instead of without."
    )


DiagnosticsField = Annotated[
    Annotated[bool, Tag("\0switch")] | Annotated[DiagnosticsSection, Tag("\0mapping")],
    chosen_by_type(switch="switch", mapping="mapping"),
]


def diagnostics_spec(section: bool | DiagnosticsSection) -> DiagnosticsSpec | None:
    """What the section comes to; None where nothing is looked at."""
    if section is False:
        return None
    given = DiagnosticsSection() if section is True else section
    return DiagnosticsSpec(given.every, given.probe_size, given.training)
