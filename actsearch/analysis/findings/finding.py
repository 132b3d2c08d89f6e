"""A finding: a sentence about one candidate, its kind, and the numbers in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from actsearch.analysis.number_text import share
from actsearch.analysis.readings import Readings
from actsearch.analysis.spreads import Spread
from actsearch.core.words import listed

NAMED = 3
"""A sentence names so many layers, and counts the rest."""


FindingKind = Literal[
    "diverged", "no gradient", "vanishing", "exploding", "dead", "plateau", "saturation", "updates",
    "nothing", "normalisation", "clipping", "parameters", "sparsity",
]  # fmt: skip


ORDER: Sequence[FindingKind] = get_args(FindingKind)
"""The most important first."""


HARMLESS = ("nothing", "normalisation", "clipping", "parameters", "sparsity")
"""Kinds that say how a network works rather than that it does not."""


DEFINITIONS: Mapping[FindingKind, str] = {
    "vanishing": "gradient: the Euclidean norm of the gradient of the mean loss over the probe by a layer's weights",
    "dead": "dead: a unit (of a convolution: a channel) whose |f'| is under a millionth of its largest value on the"
    " whole probe",
    "saturation": "saturated: |f'| is under 1 % of its largest value; those with an activation of 0 are not counted",
    "normalisation": "SELU's domain: mean in [-0.1, 0.1] and variance in [0.8, 1.5], in which SELU draws them to 0 and"
    " 1 (Klambauer et al. 2017)",
}
"""What words in the sentences of a kind mean; docs/diagnostics.md has all of it."""


SAME_WORDS: Mapping[FindingKind, FindingKind] = {"no gradient": "vanishing", "exploding": "vanishing"}


@dataclass(frozen=True)
class Finding:
    """One sentence."""

    kind: FindingKind
    text: str
    layers: tuple[str, ...] = ()
    epochs: tuple[int, ...] = ()
    """The first and the last epoch that it is about; 0 is the untrained network."""
    value: float | None = None
    """The number in it: the median over the seeds, with its range."""
    low: float | None = None
    high: float | None = None
    files: tuple[str, ...] = ()
    """What it was read from, relative to the experiment's folder."""


def _finding(one: Readings, kind: FindingKind, text: str, spread: Spread | None = None, **more: Any) -> Finding:
    numbers = {} if spread is None else {"value": spread.median, "low": spread.low, "high": spread.high}
    return Finding(kind, text, **{"files": tuple(probe.file for probe in one.probes), **numbers, **more})


def _largest(found: Mapping[str, Spread]) -> list[str]:
    """The layers, that with the largest median first."""
    return sorted(found, key=lambda layer: -found[layer].median)


def _over(found: Mapping[str, Spread], threshold: float) -> list[str]:
    return [layer for layer in _largest(found) if found[layer].median >= threshold]


def _beside(layers: Sequence[str], found: Mapping[str, Spread]) -> str:
    """Other layers with their shares, in parentheses."""
    others = [f"{layer} {share(found[layer].median)}" for layer in layers]
    return f" ({listed(others, NAMED)})" if others else ""


def _of_seeds(one: Readings, n: int) -> str:
    """` of 2 of 3 seeds`; nothing where it is all of them."""
    return f" of {n} of {len(one.candidate.trials)} seeds" if n < len(one.candidate.trials) else ""


def _in(epoch: int) -> str:
    return f"in epoch {epoch}" if epoch else "in the untrained network"
