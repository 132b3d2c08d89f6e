"""The charts of the report as SVG, and the colours of its page. Knows neither files nor the template.

Everything is drawn here, so that the page shows it without a script and on paper. Colours are classes, so that a style
sheet can change them: `s3` is the fourth label's, `h2` the third shade of layers. Horizontal places of the charts in
rows are percentages, so that they are as wide as there is room and their text keeps its size.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from matplotlib.ticker import MaxNLocator

from actsearch.analysis import comparison_curves
from actsearch.analysis import curves as learning
from actsearch.analysis.axes import epoch_ticks, log_ticks, spread, ticks
from actsearch.analysis.comparison import Comparison, Pair
from actsearch.analysis.comparison_curves import Rows
from actsearch.analysis.conclusions import brief_verdict, interval, number, signed
from actsearch.analysis.curves import Curve, Facet, LearningCurves
from actsearch.analysis.layer_curves import Axis, LayerFigure, Line
from actsearch.analysis.pens import DASHES, PALETTES, pens_of
from actsearch.core.results import ExperimentResult
from actsearch.core.words import listed, plain, shortened
from actsearch.functions.catalogue import Entry
from actsearch.functions.graphs import half_width, pieces

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
"""The page's own colours; those of activations are `pens.PALETTES`', those of verdicts the figures' blue and orange."""
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
CROWDED = 12
"""Of more curves none has its name beside it; the list below the chart has them all."""
MOST_NUMBERS = 120_000
"""The page holds so many numbers of learning curves, about; longer ones are thinned, and keep their extremes."""
MOST_POINTS = 80
"""A line of a small panel has so many points, about."""
ALL_OF_IT = 0.75
"""Shares that go beyond this are shown up to all of it, so that the room to 100 % is seen."""


# --- pens


@dataclass(frozen=True)
class Pen:
    """How a label is drawn everywhere on the page."""

    label: str
    place: int
    light: str
    dark: str
    dashes: str

    @property
    def css(self) -> str:
        return f"s{self.place}"


def pens(result: ExperimentResult) -> dict[str, Pen]:
    """Label to pen: the activation's colour as in every figure, and dashes, since there are no markers here.

    The dashes change from label to label, for print; labels that share a colour have different ones.
    """
    light, dark = pens_of(result, PALETTES["light"]), pens_of(result, PALETTES["dark"])
    found: dict[str, Pen] = {}
    for place, (label, pen) in enumerate(light.items()):
        order = [_spaced(DASHES[(place + i) % len(DASHES)]) for i in range(len(DASHES))]
        taken = {one.dashes for one in found.values() if one.light == pen.color}
        dashes = next((one for one in order if one not in taken), order[0])
        found[label] = Pen(label, place, pen.color, dark[label].color, dashes)
    return found


def _spaced(dashes: Any) -> str:
    return "" if dashes == "solid" else " ".join(f"{1.6 * part:.3g}" for part in dashes[1])


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, section 1.4.3: from 1 to 21."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    parts = [part / 255 for part in _rgb(color)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _mixed(one: str, other: str, share: float) -> str:
    """The one, with so much of the other."""
    parts = (round((1 - share) * a + share * b) for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def legible(color: str, theme: str) -> str:
    """A figure's colour as a thin line on the page: with as little of black or white as makes it be seen."""
    paper, ink = PAGE_COLORS[theme]["paper"], "#000000" if theme == "light" else "#ffffff"
    mixtures = (_mixed(color, ink, share / 50) for share in range(51))
    return next(one for one in mixtures if contrast(one, paper) >= LEGIBLE)


def _shade(theme: str, i: int) -> str:
    anchors = SHADE_ANCHORS[theme]
    place = i / (SHADES - 1) * (len(anchors) - 1)
    first = min(int(place), len(anchors) - 2)
    return _mixed(anchors[first], anchors[first + 1], place - first)


def palette(pens: Mapping[str, Pen]) -> str:
    """The style sheet's variables, light and dark, and a class per pen and shade."""
    sheets = {
        theme: "".join(
            [
                *(f"--{name}:{color};" for name, color in PAGE_COLORS[theme].items()),
                *(f"--s{p.place}:{legible(p.light if theme == 'light' else p.dark, theme)};" for p in pens.values()),
                *(f"--h{i}:{_shade(theme, i)};" for i in range(SHADES)),
            ]
        )
        for theme in ("light", "dark")
    }
    classes = [f".s{p.place}{{--c:var(--s{p.place});--d:{p.dashes or 'none'}}}" for p in pens.values()]
    classes += [f".h{i}{{--c:var(--h{i})}}" for i in range(SHADES)]
    classes += [f".d{i}{{--d:{dashes or 'none'}}}" for i, dashes in enumerate(LAYER_DASHES)]
    return (
        f":root{{color-scheme:light;{sheets['light']}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;"
        f"{sheets['dark']}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{sheets['dark']}}}}}\n" + "\n".join(classes)
    )


def swatch(css: str) -> Markup:
    """A short piece of a line, for lists and tables."""
    return Markup(
        '<svg class="swatch {}" width="32" height="10" aria-hidden="true"><line class="line" x1="1" x2="31" y1="5"'
        ' y2="5"/></svg>'
    ).format(css)


# --- places


@dataclass(frozen=True)
class Scale:
    """Values to places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    kind: str = "linear"
    goes_on: bool = False
    """What lies beyond stands beyond, for charts that are cut at their frame; else on the edge."""

    def __call__(self, value: float) -> float:
        low, high, value = (_bent(one, self.kind) for one in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        if not self.goes_on:
            share = min(max(share, 0.0), 1.0)
        return self.start + min(max(share, -1000.0), 1000.0) * (self.end - self.start)


def _bent(value: float, kind: str) -> float:
    if kind == "log":
        return math.log10(max(value, 1e-300))
    if kind == "symlog":
        return value if abs(value) <= 1 else math.copysign(1 + math.log10(abs(value)), value)
    return value


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    return f"{_path([*upper, *reversed(lower)])}Z"


def _text(x: float | str, y: float, text: str, anchor: str = "middle", css: str = "tick") -> str:
    return f'<text class="{css}" x="{x}" y="{y:.1f}" text-anchor="{anchor}">{escape(plain(text))}</text>'


# --- differences in rows


@dataclass(frozen=True)
class Differences:
    """The charts of the differences to the reference, on the axis of the figure `differences`, in percent of the width.

    Nothing is drawn at the edge that lies beyond it: an arrow says that an interval goes on, and words tell the seeds.
    """

    comparison: Comparison
    table: Rows
    scale: Scale

    @classmethod
    def of(cls, comparison: Comparison) -> Differences:
        table = comparison_curves.differences(comparison, "differences")
        return cls(comparison, table, Scale(table.axis.low, table.axis.high, 0.0, 100.0))

    def at(self, value: float) -> str:
        return f"{self.scale(value):.2f}%"

    def row(self, pair: Pair, height: int = 46) -> Markup:
        """The seeds' differences as dots above their mean with its interval."""
        c = self.comparison
        name, other = (plain(c.contenders[i].name) for i in (pair.a, pair.b))
        beyond = self.table.rows[c.others.index(pair.a)].beyond
        told = f"{name} minus {other}: {signed(c, pair.difference)}, {interval(c, pair.low, pair.high)};"
        told += f" {brief_verdict(pair)}{f'; beyond the axis, {beyond}' if beyond else ''}"
        middle = height - 13
        interval_is_seen = self._reaches(pair) or self.table.axis.holds(pair.difference)
        whole = height + (17 if beyond and interval_is_seen else 0)
        parts = [*self._grid(whole), *self._ground(whole)]
        by_seed = zip(c.seeds, map(float, pair.by_seed), strict=True)
        for i, (seed, value) in enumerate((seed, value) for seed, value in by_seed if math.isfinite(value)):
            if self.table.axis.holds(value):
                y = 8 + (height - 32) * (i % 4) / 3
                tip = f"{name} minus {other}, seed {seed}: {signed(c, value)}"
                said = f'data-tip="{escape(tip)}"'
                parts.append(f'<circle class="dot" cx="{self.at(value)}" cy="{y:.1f}" r="3.2" {said}/>')
        parts += self._interval(pair, middle, escape(told))
        if beyond:
            parts.append(self._words(beyond, whole - 7 if interval_is_seen else 27))
        return _row_svg(parts, whole, told)

    def small(self, pair: Pair) -> Markup:
        """The interval alone, for a cell of a table that says the same in numbers."""
        parts = [*self._ground(22), *self._interval(pair, 11)]
        if not self._reaches(pair) and not self.table.axis.holds(pair.difference):
            parts.append(self._words("beyond", 15))
        return Markup('<svg class="rowchart {}" width="100%" height="22" aria-hidden="true">{}</svg>').format(
            f"v-{pair.verdict or 'none'}", Markup("".join(parts))
        )

    def _reaches(self, pair: Pair) -> bool:
        """Whether a part of the interval lies on the axis; without an interval, it does not."""
        return pair.low <= self.scale.high and pair.high >= self.scale.low

    def _words(self, text: str, y: float) -> str:
        """What lies beyond, at the edge where it does."""
        if self.table.axis.cut == "high":
            return _text("100%", y, f"{text} ▸", "end", "told")
        return _text("0%", y, f"◂ {text}", "start", "told")

    def _grid(self, height: int) -> Iterator[str]:
        for tick in self._ticks():
            yield f'<line class="grid" x1="{self.at(tick)}" x2="{self.at(tick)}" y1="0" y2="{height}"/>'

    def _ground(self, height: int) -> Iterator[str]:
        margin = self.comparison.margin
        if margin:
            width = self.scale(margin) - self.scale(-margin)
            yield f'<rect class="margin" x="{self.at(-margin)}" y="0" width="{width:.2f}%" height="{height}"/>'
            for edge in (self.at(-margin), self.at(margin)):
                yield f'<line class="marginedge" x1="{edge}" x2="{edge}" y1="0" y2="{height}"/>'
        yield f'<line class="zero" x1="{self.at(0)}" x2="{self.at(0)}" y1="0" y2="{height}"/>'

    def _interval(self, pair: Pair, y: float, tip: str = "") -> Iterator[str]:
        said = f' data-tip="{tip}"' if tip else ""
        if self._reaches(pair):
            yield f'<line class="interval" x1="{self.at(pair.low)}" x2="{self.at(pair.high)}" y1="{y}" y2="{y}"{said}/>'
            ends = (pair.low, 0.0, pair.low < self.scale.low), (pair.high, 100.0, pair.high > self.scale.high)
            for end, edge, beyond in ends:
                if beyond:
                    yield _text(f"{edge:g}%", y + 4.5, "◂" if edge == 0 else "▸", "start" if edge == 0 else "end",
                                "beyond")  # fmt: skip
                else:
                    yield f'<line class="end" x1="{self.at(end)}" x2="{self.at(end)}" y1="{y - 4}" y2="{y + 4}"/>'
        if self.table.axis.holds(pair.difference):
            yield f'<circle class="mean" cx="{self.at(pair.difference)}" cy="{y}" r="4.4"{said}/>'

    def _ticks(self) -> list[float]:
        return ticks(self.scale.low, self.scale.high, 5)

    def axis(self) -> Markup:
        """The numbers below the rows, and of what they are."""
        parts = []
        found = self._ticks()
        digits = max(0, -math.floor(math.log10(found[1] - found[0])) + 1) if len(found) > 1 else 4
        for tick in found:
            said = "0" if tick == 0 else f"{tick:+.{digits}f}".rstrip("0").rstrip(".") if digits else f"{tick:+g}"
            x = self.scale(tick)
            anchor = "start" if x < 6 else "end" if x > 94 else "middle"
            parts.append(f'<line class="zero" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="5"/>')
            parts.append(_text(f"{x:.2f}%", 18, said, anchor))
        parts.append(_text("50%", 36, self.table.axis_label, css="axis"))
        return Markup('<svg class="rowchart" width="100%" height="42" aria-hidden="true">{}</svg>').format(
            Markup("".join(parts))
        )

    @property
    def cuts(self) -> str:
        """Where the axis ends before the values do, and how that is shown; empty where it has them all."""
        axis = self.table.axis
        said = []
        if axis.cut is not None:
            edge = number(self.comparison, axis.low if axis.cut == "low" else axis.high)
            end = "begins" if axis.cut == "low" else "ends"
            said.append(f"The axis {end} at {edge}; what lies beyond is told at its edge.")
        pairs = [self.comparison.pair(i, self.comparison.reference) for i in self.comparison.others]
        if any(self._reaches(p) and not (axis.holds(p.low) and axis.holds(p.high)) for p in pairs):
            said.append("An arrowhead: the interval goes on beyond the edge.")
        return " ".join(said)


def _row_svg(parts: Sequence[str], height: int, told: str) -> Markup:
    return Markup('<svg class="rowchart" width="100%" height="{}" role="img" aria-label="{}">{}</svg>').format(
        height, told, Markup("".join(parts))
    )


def shares(seeds: float, examples: float) -> Markup:
    """Two kinds of noise as parts of one bar."""
    whole = seeds + examples
    part = 100 * seeds / whole if whole else 50.0
    told = f"seeds {part:.0f} %, examples {100 - part:.0f} % of the variance"
    return Markup(
        '<svg class="shares" width="100%" height="12" role="img" aria-label="{}"><rect class="seeds" x="0" y="1"'
        ' width="{:.1f}%" height="10"/><rect class="examples" x="{:.1f}%" y="1" width="{:.1f}%" height="10"/></svg>'
    ).format(told, part, part, 100 - part)


# --- learning curves

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1000, 400, 52, 182, 14, 36


@dataclass(frozen=True)
class Frame:
    """The axis of a chart of learning curves, its ticks, and in words what it cuts off."""

    low: float
    high: float
    ticks: tuple[float, ...]
    note: str


def frame(table: LearningCurves, place: int) -> Frame:
    """Of one point of the grid, with all of its curves, linear; it ends at a tick where one is near."""
    alone = replace(table, facets=(table.facets[place],))
    seen = learning.view(alone)
    around = [float(t) for t in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(seen.low, seen.high)]
    step = around[1] - around[0]
    low, high = seen.low, seen.high
    below, above = [t for t in around if t < low], [t for t in around if t > high]
    if below and low - below[-1] < step / 2 and (low < 0 or below[-1] > -step / 1e6):
        low = below[-1]
    if above and above[0] - high < step / 2 and not (learning.is_accuracy(table.metric) and above[0] > 1):
        high = above[0]
    low, high = (0.0 if abs(v) < step / 1e6 else v for v in (low, high))
    outside = [
        (f"begins at {low:.4g}", "below", [c.label for c in alone.drawn if min(c.low) < low]),
        (f"ends at {high:.4g}", "above", [c.label for c in alone.drawn if max(c.high) > high]),
    ]
    notes = [
        f"The axis {where}; parts of {listed([plain(one) for one in labels], learning.NAMED)} lie {side} it."
        for where, side, labels in outside
        if labels
    ]
    inside = (0.0 if abs(t) < step / 1e6 else t for t in around if low - step / 1e6 <= t <= high + step / 1e6)
    return Frame(low, high, tuple(inside), " ".join(notes))


def most_epochs(tables: Sequence[LearningCurves]) -> int:
    """Of how many epochs a curve may be drawn, so that the page stays small."""
    curves = sum(len(facet.curves) for facet in tables[0].facets)
    return max(25, MOST_NUMBERS // max(1, 3 * curves * len(tables)))


def epochs_drawn(tables: Sequence[LearningCurves]) -> tuple[int, int] | None:
    """Of how many epochs at most, and of how many, where some are left out."""
    most = most_epochs(tables)
    drawn = [(len(_places(curve, most)), len(curve.epochs)) for table in tables for curve in table.drawn]
    return max(drawn) if any(few < many for few, many in drawn) else None


def _places(curve: Curve, most: int) -> list[int]:
    return thinned(curve.mean, curve.low, curve.high, most, [epoch - 1 for epoch in curve.marks()])


def thinned(
    middle: Sequence[float], low: Sequence[float], high: Sequence[float], most: int, always: Collection[int] = ()
) -> list[int]:
    """The places of a line that are drawn: all, or of each stretch the extremes, so that no peak is lost.

    About `most`, and besides them the ends, those of `always`, and where values are missing, the first that is.
    """
    n = len(middle)
    if n <= most:
        return list(range(n))
    has_band = any(a < b for a, b in zip(low, high, strict=True))
    stretches = max(1, most // (4 if has_band else 2))
    wanted = ((middle, min), (middle, max), *(((low, min), (high, max)) if has_band else ()))
    kept = {0, n - 1, *(place for place in always if place < n)}
    kept |= {i for i in range(1, n) if math.isfinite(middle[i - 1]) and not math.isfinite(middle[i])}
    for k in range(stretches):
        known = [i for i in range(k * n // stretches, (k + 1) * n // stretches) if math.isfinite(middle[i])]
        kept |= {how(known, key=row.__getitem__) for row, how in wanted if known}
    return sorted(kept)


def curves_svg(table: LearningCurves, place: int, pens: Mapping[str, Pen], told: str, most: int) -> Markup:
    """The chart of one point of the grid as it is without a script: linear, all curves."""
    facet = table.facets[place]
    seen = frame(table, place)
    last = max((curve.epochs[-1] for curve in facet.curves if curve.epochs), default=1)
    with_names = sum(bool(curve.epochs) for curve in facet.curves) <= CROWDED
    right = RIGHT if with_names else 16
    x = Scale(1, max(last, 2), LEFT, WIDTH - right) if last > 1 else Scale(0.5, 1.5, LEFT, WIDTH - right)
    y = Scale(seen.low, seen.high, HEIGHT - BOTTOM, TOP, goes_on=True)
    parts = [*_grid(x, y, seen, last, right), f'<clipPath id="frame{place}"><rect x="{LEFT}" y="{TOP - 3}"'
             f' width="{WIDTH - right - LEFT + 3}" height="{HEIGHT - TOP - BOTTOM + 6}"/></clipPath>']  # fmt: skip
    for curve in facet.curves:
        parts += _curve(curve, pens[curve.label], x, y, f"frame{place}", most)
    parts += _names(facet, pens, x, y, last) if with_names else []
    for curve in facet.curves:
        parts += _crosses(curve, pens[curve.label], x, y)
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, told, Markup("".join(parts))
    )


def _grid(x: Scale, y: Scale, seen: Frame, last: int, right: float) -> Iterator[str]:
    for tick in seen.ticks:
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield _text(LEFT - 8, y(tick) + 4, f"{tick:.4g}", "end")
    for epoch in epoch_ticks(last, 12):
        yield _text(f"{x(epoch):.1f}", HEIGHT - BOTTOM + 18, str(epoch), css="tick epoch")
    yield _text(f"{(LEFT + WIDTH - right) / 2:.0f}", HEIGHT - 3, "epoch", css="axis")


def _curve(curve: Curve, pen: Pen, x: Scale, y: Scale, frame: str, most: int) -> Iterator[str]:
    if not curve.epochs:
        return
    inside = f' clip-path="url(#{frame})"'
    places = _places(curve, most)
    upper, lower, points = (
        [(x(curve.epochs[i]), y(row[i])) for i in places] for row in (curve.high, curve.low, curve.mean)
    )
    if curve.n_seeds > 1:
        yield f'<path class="band {pen.css}" d="{_band(upper, lower)}"{inside}/>'
    yield f'<path class="line {pen.css}" d="{_path(points)}"{inside}/>'
    if len(points) == 1:
        yield f'<circle class="point {pen.css}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="4"/>'


def _crosses(curve: Curve, pen: Pen, x: Scale, y: Scale) -> Iterator[str]:
    """Where seeds diverged; above all lines, and at the edge where the line has left the axis."""
    for epoch in curve.marks() if curve.epochs else ():
        place = min(max(y(curve.mean[epoch - 1]), y.end), y.start)
        yield _text(f"{x(epoch):.1f}", place + 5, "✕", css=f"cross {pen.css}")


def _names(facet: Facet, pens: Mapping[str, Pen], x: Scale, y: Scale, last: int) -> Iterator[str]:
    """Right of the chart, each with a piece of its line and a leader from where that ends; dotted if early."""
    right = x.end
    ends = sorted((y(c.mean[-1]), c.label, c.epochs[-1]) for c in facet.curves if c.epochs)
    ends = [(min(max(place, y.end), y.start), label, epoch) for place, label, epoch in ends]
    places = spread([-place for place, _, _ in ends], 15, -y.start, -y.end)
    for (end, label, epoch), place in zip(ends, places, strict=True):
        css = pens[label].css
        kind, start = ("leader early", x(epoch) + 4) if epoch < last else ("leader", right + 3)
        yield f'<path class="{kind} {css}" d="M{start:.1f} {end:.1f}H{right + 3}L{right + 15} {-place:.1f}"/>'
        yield f'<path class="piece {css}" d="M{right + 15} {-place:.1f}h22"/>'
        yield _text(right + 42, 4 - place, shortened(plain(label), 18), "start", f"name {css}")


def curves_data(tables: Sequence[LearningCurves], pens: Mapping[str, Pen], titles: Mapping[str, str]) -> dict[str, Any]:
    """What the script draws: metrics, panels with the axes of the static charts, and the curves."""
    first = tables[0]
    most = most_epochs(tables)
    return {
        "metrics": [{"name": t.metric, "title": titles[t.metric], "accuracy": learning.is_accuracy(t.metric)}
                    for t in tables],
        "facets": [
            {"title": plain(facet.title), "frames": [_frame_data(frame(table, f)) for table in tables], "curves": [
                _curve_data([table.facets[f].curves[i] for table in tables], pens[curve.label], most)
                for i, curve in enumerate(facet.curves)
            ]}
            for f, facet in enumerate(first.facets)
        ],
    }  # fmt: skip


def _frame_data(one: Frame) -> dict[str, Any]:
    return {"low": one.low, "high": one.high, "ticks": list(one.ticks), "note": one.note}


def _curve_data(rows: Sequence[Curve], pen: Pen, most: int) -> dict[str, Any]:
    """One curve; of each of its metrics the epochs drawn, their mean, low and high, and of how many seeds."""
    one = max(rows, key=lambda row: len(row.epochs))
    found = []
    for row in rows:
        places = _places(row, most)
        parts = [row.mean] if row.n_seeds == 1 else [row.mean, row.low, row.high]
        found.append({
            "x": len(places) if len(places) == len(row.epochs) else [row.epochs[i] for i in places],
            "y": [[float(f"{part[i]:.5g}") for i in places] for part in parts],
            "n": [row.seeds[i] for i in places] if len(set(row.seeds)) > 1 else max(row.seeds, default=0),
            "marks": list(row.marks()) if row.diverged else [],
        })  # fmt: skip
    return {
        "s": pen.place,
        "label": plain(one.label),
        "short": shortened(plain(one.label), 18),
        "seeds": one.n_seeds,
        "diverged": one.cut_short,
        "metrics": found,
    }


# --- what layers do

PANEL_WIDTH, PANEL_HEIGHT = 320, 202
IN_LEFT, IN_RIGHT, IN_TOP, IN_BOTTOM = 50, 8, 8, 37
PANEL_FRAME = Markup(
    '<svg class="hidden" width="0" height="0" aria-hidden="true"><clipPath id="panelframe">'
    '<rect x="{}" y="{}" width="{}" height="{}"/></clipPath></svg>'
).format(IN_LEFT, IN_TOP - 2, PANEL_WIDTH - IN_LEFT - IN_RIGHT + 3, PANEL_HEIGHT - IN_TOP - IN_BOTTOM + 4)
"""Where the lines of small panels end; to stand on the page once."""


def layer_svg(figure: LayerFigure, axis: Axis, lines: Sequence[Line], told: str) -> Markup:
    """One panel: a candidate's lines."""
    first, last = figure.first, figure.last
    x = Scale(first, last, IN_LEFT, PANEL_WIDTH - IN_RIGHT) if last > first else Scale(
        first - 0.5, first + 0.5, IN_LEFT, PANEL_WIDTH - IN_RIGHT)  # fmt: skip
    if axis.is_share and axis.high > ALL_OF_IT:
        axis = replace(axis, high=1.0)
    y = Scale(axis.low, axis.high, PANEL_HEIGHT - IN_BOTTOM, IN_TOP, axis.scale, goes_on=True)
    parts = [*_panel_grid(figure, axis, x, y)]
    css = shades(figure)
    for line in lines:
        parts += _layer_line(line, css[line.label], x, y, figure.with_bands)
    for line in lines:
        parts += _layer_crosses(line, css[line.label], x, y)
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        PANEL_WIDTH, PANEL_HEIGHT, told, Markup("".join(parts))
    )


def points_drawn(figure: LayerFigure) -> tuple[int, int] | None:
    """Of how many places of the x axis at most a line is drawn, and of how many, where some are left out."""
    drawn = [(len(_line_places(line)), len(line.x)) for line in figure.lines]
    return max(drawn) if any(few < many for few, many in drawn) else None


def _panel_grid(figure: LayerFigure, axis: Axis, x: Scale, y: Scale) -> Iterator[str]:
    right = PANEL_WIDTH - IN_RIGHT
    if axis.domain:
        top, bottom = (min(max(y(end), y.end), y.start) for end in reversed(axis.domain))
        height = max(bottom - top, 0.0)
        yield f'<rect class="margin" x="{IN_LEFT}" y="{top:.1f}" width="{right - IN_LEFT}" height="{height:.1f}"/>'
        for edge in (top, bottom):
            yield f'<line class="marginedge" x1="{IN_LEFT}" x2="{right}" y1="{edge:.1f}" y2="{edge:.1f}"/>'
    found = axis_ticks(axis)
    are_tiny = any(t != 0 and not 1e-3 <= abs(t) < 1e5 for t in found)
    for tick in found:
        yield f'<line class="grid" x1="{IN_LEFT}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        said = f"{100 * tick:.4g} %" if axis.is_share else _power(tick) if are_tiny else f"{tick:.6g}"
        yield _text(IN_LEFT - 6, y(tick) + 4, said, "end")
    yield _text(f"{(IN_LEFT + right) / 2:.0f}", PANEL_HEIGHT - 4, "epoch" if figure.by == "epoch" else "layer",
                css="axis")  # fmt: skip
    place = PANEL_HEIGHT - IN_BOTTOM + 16
    if figure.by == "epoch":
        for epoch in dict.fromkeys([figure.first, *epoch_ticks(figure.last, 6)]):
            if epoch == figure.first or x(epoch) - x(figure.first) > 14:
                is_last = x(epoch) > PANEL_WIDTH - IN_RIGHT - 6
                yield _text(f"{x(epoch):.1f}", place, str(epoch), "end" if is_last else "middle")
        return
    names = figure.x_ticks
    for at in range(1, figure.last + 1) if names else epoch_ticks(figure.last, 8):
        yield _text(f"{x(at):.1f}", place, shortened(names[at - 1], 9) if names else str(at))


def _power(value: float) -> str:
    """`1e-4`, `2.5e-4`."""
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(value)) + 1e-9)
    return f"{value / 10.0**power:.3g}e{power}"


def axis_ticks(axis: Axis) -> list[float]:
    if axis.scale == "log":
        found = log_ticks(axis.low, axis.high)
        return found[:: max(1, math.ceil(len(found) / 6))]
    if axis.scale == "symlog":
        decades = math.ceil(math.log10(max(abs(axis.low), abs(axis.high), 10.0)))
        some = [10.0**p for p in range(0, decades + 1, max(1, decades // 3))]
        return [t for t in (*(-t for t in some), 0.0, *some) if axis.low <= t <= axis.high]
    return [tick for tick in ticks(axis.low, axis.high, 4) if tick >= 0 or axis.low < -0.021 * axis.high]


def shades(figure: LayerFigure) -> dict[str, str]:
    """The classes of a line by its label: a shade for its depth, and dashes in turn."""
    shade = {line.label: round(line.shade * (SHADES - 1)) for line in figure.lines}
    return {label: f"h{shade[label]} d{i % len(LAYER_DASHES)}" for i, label in enumerate(shade)}


def _line_places(line: Line) -> list[int]:
    return thinned(line.middle, line.low, line.high, MOST_POINTS,
                   [line.x.index(epoch) for epoch in line.crosses if epoch in line.x])  # fmt: skip


def _layer_line(line: Line, css: str, x: Scale, y: Scale, with_band: bool) -> Iterator[str]:
    """Pieces of a line, where values are missing in between; on a logarithmic axis also where they are 0."""
    places = _line_places(line)
    known = [i for i in places if math.isfinite(line.middle[i])]
    inside = ' clip-path="url(#panelframe)"'
    zeros = [i for i in known if y.kind == "log" and line.middle[i] <= 0]
    if with_band and any(line.high[i] > line.low[i] for i in known):
        for run in _runs(places, known):
            upper, lower = ([(x(line.x[i]), y(row[i])) for i in run] for row in (line.high, line.low))
            yield f'<path class="band {css}" d="{_band(upper, lower)}"{inside}/>'
    runs = [[(x(line.x[i]), y(line.middle[i])) for i in run] for run in _runs(places, set(known) - set(zeros))]
    for ((at, height),) in (run for run in runs if len(run) == 1):
        yield f'<circle class="point {css}" cx="{at:.1f}" cy="{height:.1f}" r="2.4"{inside}/>'
    if longer := "".join(_path(run) for run in runs if len(run) > 1):
        yield f'<path class="line {css}" d="{longer}"{inside} data-tip="{escape(plain(line.label))}"/>'
    before = -math.inf
    for at in (x(line.x[i]) for i in zeros):
        if at - before >= 14:
            before = at
            yield f'<path class="atzero {css}" d="M{at - 4:.1f} {y.start - 7:.1f}h8l-4 7z"/>'


def _runs(places: Sequence[int], wanted: Collection[int]) -> Iterator[list[int]]:
    """The places that are wanted, in pieces that no other one interrupts."""
    for is_wanted, some in itertools.groupby(places, lambda i: i in wanted):
        if is_wanted:
            yield list(some)


def _layer_crosses(line: Line, css: str, x: Scale, y: Scale) -> Iterator[str]:
    for epoch in line.crosses:
        if epoch in line.x and math.isfinite(value := line.middle[line.x.index(epoch)]):
            place = min(max(y(value), y.end), y.start)
            yield _text(f"{x(epoch):.1f}", place + 4, "✕", css=f"cross {css}")


# --- functions

F_WIDTH, F_HEIGHT = 300, 170


def function_svg(entry: Entry, css: str, told: str) -> Markup:
    """f and, thinner, f' on one pair of axes."""
    half = half_width([entry])
    kinks = entry.properties.kinks
    graphs = [pieces(f, kinks, half) for f in (entry.function, entry.gradient)]
    y_all = np.concatenate([y[np.isfinite(y)] for graph in graphs for _, y in graph])
    low, high = max(float(y_all.min()), -half), min(float(y_all.max()), half)
    low, high = min(low, -0.15 * half), max(high, 0.3 * half)
    room = 0.06 * (high - low)
    x = Scale(-half, half, 8, F_WIDTH - 8)
    y = Scale(low - room, high + room, F_HEIGHT - 6, 6, goes_on=True)
    parts = [
        f'<line class="zero" x1="8" x2="{F_WIDTH - 8}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>',
        f'<line class="zero" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="6" y2="{F_HEIGHT - 6}"/>',
    ]
    for kind, graph in (("slope", graphs[1]), (f"line {css}", graphs[0])):
        d = "".join(_path(list(_visible(xs, ys, x, y))) for xs, ys in graph)
        parts.append(f'<path class="{kind} solid" d="{d}"/>')
    parts += _unit_ticks(x, y, half, low, high, graphs)  # above the curves, with a halo of paper
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        F_WIDTH, F_HEIGHT, told, Markup("".join(parts))
    )


def _unit_ticks(x: Scale, y: Scale, half: float, low: float, high: float, graphs: Sequence[Any]) -> Iterator[str]:
    reach = round(half / 2)
    for tick in (-reach, reach):
        curves = [y(float(np.interp(tick, xs, ys))) for graph in graphs for xs, ys in graph if xs[0] <= tick <= xs[-1]]
        sides = (min(y(0) + 15, F_HEIGHT - 2), y(0) - 7)  # below the axis, unless more room is above
        clear = [min((abs(side - 4 - curve) for curve in curves), default=99.0) for side in sides]
        side = sides[0] if clear[0] >= min(9.0, clear[1]) else sides[1]
        yield f'<line class="zero" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{y(0) - 3:.1f}" y2="{y(0) + 3:.1f}"/>'
        yield _text(f"{x(tick):.1f}", side, str(tick).replace("-", "−"))
    step = 1 if high - low < 6 else reach
    for tick in (-step, step):
        if low <= tick <= high:
            yield f'<line class="zero" x1="{x(0) - 3:.1f}" x2="{x(0) + 3:.1f}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
            yield _text(f"{x(0) - 7:.1f}", y(tick) + 4, str(tick).replace("-", "−"), "end")


def _visible(xs: Any, ys: Any, x: Scale, y: Scale) -> Iterator[tuple[float, float]]:
    """Every so many points, and the last."""
    places = [*range(0, len(xs) - 1, 8), len(xs) - 1]
    for i in places:
        if math.isfinite(ys[i]):
            yield x(float(xs[i])), y(float(ys[i]))
