"""What a training's hidden layers did: rows of one epoch, the content of `diagnostics.json`, and what is read from it.

A row holds what was measured after one epoch, 0 being the untrained network. A training makes rows; who writes the
file assembles them. Pure data: no NumPy, no Keras.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

QUANTITIES = (
    "gradient_norm_kernel",
    "gradient_norm_bias",
    "update_ratio_kernel",
    "update_ratio_bias",
    "mean",
    "variance",
    "zeros",
    "dead",
    "saturated",
    "clipped_kernel",
    "clipped_bias",
)
PARAMETERS = "parameters"
SUMMARIES = ("mean", "min", "max")
"""Of a learned parameter's values in a layer."""

ByLayer = Mapping[str, Mapping[str, Any]]
"""A layer, input first, to its quantities by name."""


@dataclass(frozen=True)
class LayerRow:
    """What was measured after one epoch."""

    epoch: int
    layers: ByLayer


@dataclass(frozen=True)
class ProbeRecord:
    """On what the layers were measured."""

    examples: int
    every: int
    """An epoch of so many is measured."""
    training: bool
    """With dropout and the batch's statistics, as while the network learns."""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ProbeRecord:
        return cls(content["examples"], content["every"], content.get("training", False))


@dataclass(frozen=True)
class DiagnosticsRecord:
    """The content of `diagnostics.json`, see docs/diagnostics.md."""

    probe: ProbeRecord
    epochs: tuple[int, ...]
    layers: ByLayer
    """In depth order, a layer's quantities to their values, one for each of `epochs`."""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> DiagnosticsRecord:
        return cls(ProbeRecord.from_json(content["probe"]), tuple(content["epochs"]), content["layers"])


@dataclass(frozen=True)
class TrialDiagnostics:
    """What a probe of the training set shows of each hidden layer: `diagnostics.json`, see docs/diagnostics.md."""

    probe_examples: int
    every: int
    epochs: tuple[int, ...]
    """0 is the untrained network."""
    layers: ByLayer
    """A layer, input first, to a quantity to its values, one for each of `epochs`; None where it is not defined.

    `parameters` is nested once more: a learned parameter to `mean`, `min` and `max`, over its channels or units.
    """
    training: bool = False
    """With dropout and the batch's own statistics, as while it learns."""
    clipping: Mapping[str, float] = field(default_factory=dict)
    """How gradients were clipped, by the optimizer's argument (`clipvalue`, ...); empty where they were not."""

    def row(self, layer: str, *path: str) -> list[float]:
        """A layer's values of a quantity, by place in the epochs; NaN for what is not defined or no finite number."""
        values: Any = self.layers.get(layer)
        for part in path:
            values = values.get(part) if isinstance(values, Mapping) else None
        row = values if isinstance(values, (list, tuple)) else ()
        return [float(v) if isinstance(v, (int, float)) and math.isfinite(v) else math.nan for v in row]


def layer_row(epoch: int, *measured: ByLayer) -> LayerRow:
    """One row of what was measured after an epoch, in several mappings; the first has all layers.

    What is not in them is None: before the first epoch there is no update.
    """
    return LayerRow(epoch, {layer: _merged(layer, measured) for layer in measured[0]})


def _merged(layer: str, measured: Sequence[ByLayer]) -> Mapping[str, Any]:
    quantities: dict[str, Any] = {}
    for by_layer in measured:
        quantities |= by_layer.get(layer, {})
    learned = {PARAMETERS: quantities[PARAMETERS]} if PARAMETERS in quantities else {}
    return {**{name: quantities.get(name) for name in QUANTITIES}, **learned}


def assembled(rows: Sequence[LayerRow], probe: ProbeRecord) -> DiagnosticsRecord:
    """The content of `diagnostics.json`: of at least one row, by epoch, all with the same layers."""
    layers = {layer: _columns([row.layers[layer] for row in rows]) for layer in rows[0].layers}
    return DiagnosticsRecord(probe, tuple(row.epoch for row in rows), layers)


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of one layer, the values of each quantity by row."""
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in QUANTITIES}
    if PARAMETERS in rows[0]:
        columns[PARAMETERS] = {name: _parameter_columns(name, rows) for name in rows[0][PARAMETERS]}
    return columns


def _parameter_columns(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {summary: [row[PARAMETERS][name][summary] for row in rows] for summary in SUMMARIES}


def is_measured(epoch: int, epochs: int, every: int) -> bool:
    """Whether there is a row after an epoch (0: before the first) of so many: every `every`-th, and the last."""
    return epoch % every == 0 or epoch == epochs


def probe_indices(probe_size: int, examples: int) -> Sequence[int]:
    """Which of so many examples are measured: at most all, evenly spaced."""
    size = min(probe_size, examples)
    return [i * examples // size for i in range(size)]
