"""A finding: a sentence about one candidate, its kind, and the numbers in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from actsearch.analysis.findings.readings import Readings
from actsearch.analysis.findings.spreads import Spread
from actsearch.analysis.number_format import share_text
from actsearch.core.sentences import findings
from actsearch.core.sentences.sentence import Sentence
from actsearch.core.words import listed

LAYERS_IN_A_SENTENCE = 3
"""A finding names so many layers, and counts the rest."""
FindingKind = Literal[
    "diverged",
    "no gradient",
    "vanishing",
    "exploding",
    "dead",
    "plateau",
    "saturation",
    "updates",
    "nothing",
    "normalisation",
    "clipping",
    "parameters",
    "sparsity",
]
BY_IMPORTANCE: Sequence[FindingKind] = get_args(FindingKind)
"""The most important first."""
HARMLESS = ("nothing", "normalisation", "clipping", "parameters", "sparsity")
"""Kinds that say how a network works rather than that it does not."""
WORD_DEFINITIONS: Mapping[FindingKind, Sentence] = {
    "vanishing": findings.GRADIENT_MEANS,
    "dead": findings.DEAD_MEANS,
    "saturation": findings.SATURATED_MEANS,
    "normalisation": findings.SELU_DOMAIN_MEANS,
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


def finding_from(
    readings: Readings,
    kind: FindingKind,
    text: str,
    spread: Spread | None = None,
    *,
    layers: Sequence[str] = (),
    epochs: tuple[int, ...] = (),
    value: float | None = None,
) -> Finding:
    """A finding that was read from the diagnostics of these seeds; its number is a spread over them, or a value."""
    return Finding(
        kind=kind,
        text=text,
        layers=tuple(layers),
        epochs=epochs,
        value=value if spread is None else spread.median,
        low=None if spread is None else spread.low,
        high=None if spread is None else spread.high,
        files=tuple(probe.file for probe in readings.probes),
    )


# --- layers, and lists of them


def largest_first(spreads: Mapping[str, Spread]) -> list[str]:
    """The layers, that with the largest median first."""
    return sorted(spreads, key=lambda layer: -spreads[layer].median)


def largest_from(threshold: float, spreads: Mapping[str, Spread]) -> list[str]:
    """The layers whose median is that large, or larger."""
    return [layer for layer in largest_first(spreads) if spreads[layer].median >= threshold]


def shares_of_layers(layers: Sequence[str], spreads: Mapping[str, Spread]) -> str:
    """`dense_1 12 % and dense_2 9 %`: layers with their shares."""
    shares = [findings.SHARE_OF_LAYER(layer=layer, share=share_text(spreads[layer].median)) for layer in layers]
    return listed(shares, LAYERS_IN_A_SENTENCE)


def when_in_training(epoch: int) -> str:
    """`in epoch 3`, or that of the untrained network."""
    return findings.WHEN(epoch=epoch)
