"""The colours of the page, light and dark: its own, those of candidates and of layers, as a style sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from actsearch.analysis.charts.pens import DASHES, PALETTES, pens_of
from actsearch.core.results import ExperimentResult

PAGE_COLORS: Mapping[str, Mapping[str, str]] = {
    "light": {
        "paper": "#ffffff", "wash": "#f6f5f2", "ink": "#1b1a18", "faint": "#5d5a54", "rule": "#d9d6cf",
        "grid": "#e8e6e1", "band": "#e3dfd3", "link": "#1d4f91", "alarm": "#9b2226",
        "warn": "#7a4d00", "warn-wash": "#faf0d9",
        "better": "#0072b2", "better-wash": "#0072b2", "better-on": "#ffffff",
        "worse": "#b06f00", "worse-wash": "#e69f00", "worse-on": "#000000",
        "tied": "#757575", "tied-wash": "#c9c9c9", "tied-on": "#000000",
        "undecided": "#1b1a18", "undecided-wash": "#ffffff", "undecided-on": "#1b1a18",
    },
    "dark": {
        "paper": "#14171a", "wash": "#1c2024", "ink": "#ececec", "faint": "#a8adb3", "rule": "#3a4047",
        "grid": "#2a2f35", "band": "#343b43", "link": "#8cbaf2", "alarm": "#ff9d9a",
        "warn": "#f0c36a", "warn-wash": "#3b2d10",
        "better": "#4da3dc", "better-wash": "#0072b2", "better-on": "#ffffff",
        "worse": "#e69f00", "worse-wash": "#e69f00", "worse-on": "#000000",
        "tied": "#8b9299", "tied-wash": "#5c646c", "tied-on": "#ffffff",
        "undecided": "#ececec", "undecided-wash": "#14171a", "undecided-on": "#ececec",
    },
}  # fmt: skip
"""The page's own colours; those of activations are `pens.PALETTES`'; of verdicts, the figures' blue and orange."""
SHADE_ANCHORS: Mapping[str, tuple[str, ...]] = {
    "light": ("#440154", "#414487", "#2a788e", "#1c9075", "#45982f"),
    "dark": ("#8f86e8", "#4f9fdb", "#2bb5a3", "#8bd457", "#fde725"),
}
"""Of the first layer, the last, and between them."""
LEGIBLE = 3.0
"""The least contrast of a line to the paper (WCAG 2.1, section 1.4.11)."""
SHADES = 21
"""Steps from the first layer to the last one, so that each of twenty has its own."""
LAYER_DASHES = ("", "7 3", "2.5 2.5", "8 3 2 3")
"""Neighbouring layers stay apart by these without colours, too."""


@dataclass(frozen=True)
class PagePen:
    """How a label is drawn everywhere on the page."""

    label: str
    place: int
    light: str
    dark: str
    dashes: str

    @property
    def css(self) -> str:
        return f"s{self.place}"


def page_pens(result: ExperimentResult) -> dict[str, PagePen]:
    """Label to pen: the activation's colour as in every figure, and dashes, since there are no markers here.

    The dashes change from label to label, for print; labels that share a colour have different ones.
    """
    light, dark = pens_of(result, PALETTES["light"]), pens_of(result, PALETTES["dark"])
    pens: dict[str, PagePen] = {}
    for place, (label, pen) in enumerate(light.items()):
        order = [_spaced(DASHES[(place + i) % len(DASHES)]) for i in range(len(DASHES))]
        taken = {known.dashes for known in pens.values() if known.light == pen.color}
        free = next((dashes for dashes in order if dashes not in taken), order[0])
        pens[label] = PagePen(label, place, pen.color, dark[label].color, free)
    return pens


def _spaced(dashes: Any) -> str:
    return "" if dashes == "solid" else " ".join(f"{1.6 * part:.3g}" for part in dashes[1])


def contrast(color: str, ground: str) -> float:
    """WCAG 2.1, section 1.4.3: from 1 to 21."""
    low, high = sorted(map(_luminance, (color, ground)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    parts = [part / 255 for part in _rgb(color)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _mixed(color: str, added: str, share: float) -> str:
    """A colour with so much of another one added."""
    parts = (round((1 - share) * a + share * b) for a, b in zip(_rgb(color), _rgb(added), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def legible(color: str, theme: str) -> str:
    """A figure's colour as a thin line on the page: with as little of black or white as makes it be seen."""
    paper, ink = PAGE_COLORS[theme]["paper"], "#000000" if theme == "light" else "#ffffff"
    mixtures = (_mixed(color, ink, share / 50) for share in range(51))
    return next(mixture for mixture in mixtures if contrast(mixture, paper) >= LEGIBLE)


def _shade(theme: str, i: int) -> str:
    anchors = SHADE_ANCHORS[theme]
    place = i / (SHADES - 1) * (len(anchors) - 1)
    first = min(int(place), len(anchors) - 2)
    return _mixed(anchors[first], anchors[first + 1], place - first)


def color_sheet(pens: Mapping[str, PagePen]) -> str:
    """The style sheet's variables, light and dark, and a class per pen and shade."""
    light, dark = _variables(pens, "light"), _variables(pens, "dark")
    classes = [f".s{pen.place}{{--c:var(--s{pen.place});--d:{pen.dashes or 'none'}}}" for pen in pens.values()]
    classes += [f".h{i}{{--c:var(--h{i})}}" for i in range(SHADES)]
    classes += [f".d{i}{{--d:{dashes or 'none'}}}" for i, dashes in enumerate(LAYER_DASHES)]
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n" + "\n".join(classes)
    )


def _variables(pens: Mapping[str, PagePen], theme: str) -> str:
    """Of one theme: the page's own colours, those of candidates and those of layers."""
    colors = dict(PAGE_COLORS[theme])
    colors |= {pen.css: legible(pen.light if theme == "light" else pen.dark, theme) for pen in pens.values()}
    colors |= {f"h{i}": _shade(theme, i) for i in range(SHADES)}
    return "".join(f"--{name}:{color};" for name, color in colors.items())


def swatch(css: str) -> Markup:
    """A short piece of a line, for lists and tables."""
    return Markup(
        '<svg class="swatch {}" width="32" height="10" aria-hidden="true"><line class="line" x1="1" x2="31" y1="5"'
        ' y2="5"/></svg>'
    ).format(css)
