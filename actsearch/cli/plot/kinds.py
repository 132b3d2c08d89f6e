"""The kinds of figures by name; `--help` lists them without loading what draws them."""

from __future__ import annotations

from typing import Any

LAYER_KINDS: tuple[Any, ...] = (
    "gradients",
    "updates",
    "saturation",
    "dead",
    "sparsity",
    "normalisation",
    "clipping",
    "parameters",
)
"""`analysis.layer_quantities.LAYER_FIGURE_KINDS`."""
COMPARISON_KINDS: tuple[Any, ...] = ("ranking", "differences", "sensitivity", "learning-speed")
"""`analysis.comparison_figures.COMPARISON_FIGURE_KINDS`."""
