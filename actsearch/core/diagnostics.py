"""The rows of a training's diagnostics, and the content of `diagnostics.json` from them. Pure data: no NumPy, no Keras.

A row is what was found after one epoch, 0 being the untrained network:
`{"epoch": 3, "layers": {"dense_1": {"mean": 0.5, ...}}}`. Whoever trains makes rows; whoever writes assembles them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

QUANTITIES = (
    *("gradient_norm_kernel", "gradient_norm_bias"),
    *("update_ratio_kernel", "update_ratio_bias"),
    *("mean", "variance", "zeros", "dead", "saturated"),
    *("clipped_kernel", "clipped_bias"),
)
PARAMETERS = "parameters"
SUMMARIES = ("mean", "min", "max")
"""Of a learned parameter's values in a layer."""

Row = Mapping[str, Any]


def row(epoch: int, *found: Mapping[str, Mapping[str, Any]]) -> Row:
    """One row of what was found after an epoch, in several mappings from layer to quantities; the first has all layers.

    What is not in them is None: before the first epoch there is no update.
    """
    return {"epoch": epoch, "layers": {layer: _merged(layer, found) for layer in found[0]}}


def _merged(layer: str, found: Sequence[Mapping[str, Mapping[str, Any]]]) -> Mapping[str, Any]:
    quantities = {name: value for one in found for name, value in one.get(layer, {}).items()}
    learned = {PARAMETERS: quantities[PARAMETERS]} if PARAMETERS in quantities else {}
    return {**{name: quantities.get(name) for name in QUANTITIES}, **learned}


def assemble(rows: Sequence[Row], probe_examples: int, every: int, training: bool = False) -> dict[str, Any]:
    """The content of `diagnostics.json`.

    Args:
        rows: at least one, by epoch, all with the same layers.
        probe_examples: how many examples were measured.
        every: an epoch of so many is measured.
        training: with dropout and the batch's statistics, as while it learns.

    Returns:
        `{"probe": ..., "epochs": [...], "layers": {layer: {quantity: [value per epoch]}}}`, layers in depth order.
    """
    return {
        "probe": {"examples": probe_examples, "every": every, "training": training},
        "epochs": [one["epoch"] for one in rows],
        "layers": {layer: _columns([one["layers"][layer] for one in rows]) for layer in rows[0]["layers"]},
    }


def _columns(quantities: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of one layer, the values of each quantity by row."""
    columns: dict[str, Any] = {name: [one[name] for one in quantities] for name in QUANTITIES}
    if PARAMETERS in quantities[0]:
        columns[PARAMETERS] = {
            name: {summary: [one[PARAMETERS][name][summary] for one in quantities] for summary in SUMMARIES}
            for name in quantities[0][PARAMETERS]
        }
    return columns


def is_measured(epoch: int, epochs: int, every: int) -> bool:
    """Whether there is a row after an epoch (0: before the first) of so many: every `every`-th, and the last."""
    return epoch % every == 0 or epoch == epochs


def probe_indices(probe_size: int, examples: int) -> Sequence[int]:
    """Which of so many examples are measured: at most all, evenly spaced."""
    size = min(probe_size, examples)
    return [i * examples // size for i in range(size)]
