"""How each candidate is drawn, in every figure and on the page: colour, marker, dashes. Imports no Matplotlib."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actsearch.core.results import ExperimentResult


@dataclass(frozen=True)
class Palette:
    """The colours of one style. Curves: Okabe and Ito's, which colour-blind readers can tell apart."""

    paper: str
    ink: str
    faint: str
    grid: str
    activations: Mapping[str, str]
    others: tuple[str, ...]
    """For activations without a colour of their own, from a place that their name decides."""


PALETTES: Mapping[str, Palette] = {
    "light": Palette(
        paper="#ffffff",
        ink="#1a1a1a",
        faint="#5c5c5c",
        grid="#e4e4e4",
        activations={
            "sigmoid": "#CC79A7",
            "relu": "#0072B2",
            "elu": "#009E73",
            "leaky_relu": "#56B4E9",
            "selu": "#E69F00",
            "gelu": "#D55E00",
        },
        others=("#000000", "#8A8000", "#7F7F7F", "#7A4B2A", "#5A4FCF", "#8FBC3F"),
    ),
    "dark": Palette(
        paper="#14171a",
        ink="#ececec",
        faint="#a8adb3",
        grid="#2c3238",
        activations={
            "sigmoid": "#E59FC6",
            "relu": "#3D8FE0",
            "elu": "#1DBF93",
            "leaky_relu": "#9AD6FB",
            "selu": "#F0B030",
            "gelu": "#FF7A38",
        },
        others=("#FFFFFF", "#F0E442", "#9C9C9C", "#C79A6B", "#A99CFF", "#B5DC6A"),
    ),
}
"""Each colour has the same place in all of them."""

DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (9, 3)), (0, (3, 3)))
"""By these, lines that share a colour stay apart, and all lines in print."""
MARKERS: Mapping[str, str] = {"sigmoid": "o", "relu": "s", "elu": "^", "leaky_relu": "D", "selu": "v", "gelu": "P"}
"""With these, activations stay apart in print without colours; a cross (x) is a divergence's alone."""
OTHER_MARKERS = ("h", "<", ">", "*", "p", "d")


@dataclass(frozen=True)
class Pen:
    """How one candidate is drawn, in every panel and figure."""

    color: str
    marker: str
    dashes: Any


def pens_of(result: ExperimentResult, palette: Palette) -> dict[str, Pen]:
    """Label to pen. An activation has its colour and its marker; its second label, other dashes.

    Where an activation has none of its own, its name decides where to look for one that is still free; when all are in
    use, it gets one that is used the least. No two labels have the same pen as long as there are pens.
    """
    activations = {candidate.label: candidate.activation.name for candidate in reversed(result.candidates)}
    labels = dict.fromkeys(candidate.label for candidate in result.candidates)
    names = list(dict.fromkeys(activations[label] for label in labels))
    colors = _assigned(names, palette.activations, palette.others)
    markers = _assigned(names, MARKERS, OTHER_MARKERS, apart=colors)
    used: Counter[str] = Counter()
    pens: dict[str, Pen] = {}
    for label in sorted(labels, key=lambda label: activations[label] not in palette.activations):  # they go first
        name = activations[label]
        color = colors[name]
        dashes = DASHES[used[color] % len(DASHES)]
        used[color] += 1
        several = (Pen(color, marker, dashes) for marker in (markers[name], *OTHER_MARKERS, *MARKERS.values()))
        pens[label] = next((pen for pen in several if pen not in pens.values()), Pen(color, markers[name], dashes))
    return {label: pens[label] for label in labels}


def _assigned(
    names: Iterable[str], own: Mapping[str, str], others: Sequence[str], apart: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Name to the table's entry, or else to the least used of all: the first such from a place that the name decides.

    Entries of the table are looked at last, so that the article's colours are seldom another's. What is alike in
    `apart` gets different ones before anything else.
    """
    groups = apart or {}
    chosen = {name: own[name] for name in names if name in own}
    used = Counter(chosen.values())
    together = Counter((groups.get(name), entry) for name, entry in chosen.items())
    for name in (name for name in names if name not in own):
        group = groups.get(name)
        salt = "" if apart is None else "marker of "  # else all that share a colour would share a marker
        start = zlib.crc32(f"{salt}{name}".encode("utf-8", "replace")) % len(others)
        order = (*others[start:], *others[:start], *own.values())
        ranks = [(apart is not None and together[group, entry], used[entry], i) for i, entry in enumerate(order)]
        chosen[name] = order[min(ranks)[2]]
        used[chosen[name]] += 1
        together[group, chosen[name]] += 1
    return chosen
