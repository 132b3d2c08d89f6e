"""The charts of the report as SVG, and the colours of its page. Knows neither files nor the template.

Everything is drawn here, so that the page shows it without a script and on paper. Colours are classes, so that a style
sheet can change them: `s3` is the fourth label's, `h2` the third shade of layers. Horizontal places of the charts in
rows are percentages, so that they are as wide as there is room and their text keeps its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from matplotlib.ticker import MaxNLocator

from actsearch import curves as learning
from actsearch.catalogue import Entry
from actsearch.comparison import Comparison, Pair
from actsearch.conclusions import brief_verdict, interval, signed
from actsearch.curves import Curve, Facet, LearningCurves, View
from actsearch.drawing import epoch_ticks, log_ticks, plain, shortened, spread
from actsearch.function_plots import half_width, pieces
from actsearch.layer_curves import Axis, LayerFigure, Line
from actsearch.pens import DASHES, LOOKS, pens_of
from actsearch.results import ExperimentResult

PALETTES: Mapping[str, Mapping[str, str]] = {
    "light": {
        "paper": "#ffffff", "wash": "#f6f5f2", "ink": "#1b1a18", "faint": "#5d5a54", "rule": "#d9d6cf",
        "grid": "#e8e6e1", "band": "#efede6", "link": "#1d4f91",
        "better": "#17653a", "better-wash": "#e4f2e8", "worse": "#9b2226", "worse-wash": "#fae6e5",
        "tied": "#1d4f91", "tied-wash": "#e4edf8", "undecided": "#7a4d00", "undecided-wash": "#faf0d9",
        "h0": "#440154", "h1": "#414487", "h2": "#2a788e", "h3": "#1f9d80", "h4": "#4fb53f",
    },
    "dark": {
        "paper": "#14171a", "wash": "#1c2024", "ink": "#ececec", "faint": "#a8adb3", "rule": "#3a4047",
        "grid": "#2a2f35", "band": "#23292f", "link": "#8cbaf2",
        "better": "#79d39d", "better-wash": "#183325", "worse": "#ff9d9a", "worse-wash": "#421f20",
        "tied": "#8cbaf2", "tied-wash": "#1b2e45", "undecided": "#f0c36a", "undecided-wash": "#3b2d10",
        "h0": "#8f86e8", "h1": "#4f9fdb", "h2": "#2bb5a3", "h3": "#8bd457", "h4": "#fde725",
    },
}  # fmt: skip
"""The page's own colours; those of activations are `pens.LOOKS`'."""
SHADES = 5
LAYER_DASHES = ("", "7 3", "2.5 2.5", "8 3 2 3")
"""Neighbouring layers stay apart by these without colours, too."""
CROWDED = 12
"""Of more curves none has its name beside it; the list below the chart has them all."""
MOST_NUMBERS = 120_000
"""The page holds so many numbers of learning curves at most; of longer ones every second epoch, third, ..."""
MOST_POINTS = 40
"""A small panel shows so many epochs at most."""
FAR = 4.0
"""A difference is cut off at the edge if it is so many times as large as the middle one of all."""


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
    light, dark = pens_of(result, LOOKS["light"]), pens_of(result, LOOKS["dark"])
    found: dict[str, Pen] = {}
    for place, (label, pen) in enumerate(light.items()):
        order = [_spaced(DASHES[(place + i) % len(DASHES)]) for i in range(len(DASHES))]
        taken = {one.dashes for one in found.values() if one.light == pen.color}
        dashes = next((one for one in order if one not in taken), order[0])
        found[label] = Pen(label, place, pen.color, dark[label].color, dashes)
    return found


def _spaced(dashes: Any) -> str:
    return "" if dashes == "solid" else " ".join(f"{1.6 * part:.3g}" for part in dashes[1])


def palette(pens: Mapping[str, Pen]) -> str:
    """The style sheet's variables, light and dark, and a class per pen and shade."""
    sheets = {
        theme: "".join(
            [
                *(f"--{name}:{color};" for name, color in PALETTES[theme].items()),
                *(f"--s{pen.place}:{pen.light if theme == 'light' else pen.dark};" for pen in pens.values()),
            ]
        )
        for theme in ("light", "dark")
    }
    classes = [f".s{p.place}{{--c:var(--s{p.place});--d:{p.dashes or 'none'}}}" for p in pens.values()]
    classes += [f".h{i}{{--c:var(--h{i});--d:{LAYER_DASHES[i % len(LAYER_DASHES)] or 'none'}}}" for i in range(SHADES)]
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
        return self.start + min(max(share, -20.0), 20.0) * (self.end - self.start)


def _bent(value: float, kind: str) -> float:
    if kind == "log":
        return math.log10(max(value, 1e-300))
    if kind == "symlog":
        return value if abs(value) <= 1 else math.copysign(1 + math.log10(abs(value)), value)
    return value


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    found = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [0.0 if abs(t) < 1e-12 else float(t) for t in found if low <= t <= high]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    return f"{_path([*upper, *reversed(lower)])}Z"


def _text(x: float | str, y: float, text: str, anchor: str = "middle", css: str = "tick") -> str:
    return f'<text class="{css}" x="{x}" y="{y:.1f}" text-anchor="{anchor}">{escape(plain(text))}</text>'


# --- differences in rows


@dataclass(frozen=True)
class Differences:
    """The common axis of the charts of differences, in percent of their width."""

    comparison: Comparison
    scale: Scale

    @classmethod
    def of(cls, comparison: Comparison) -> Differences:
        """Wide enough for all but what is far beyond the others."""
        pairs = [comparison.pair(i, comparison.reference) for i in _others(comparison)]
        rows = [[v for v in (p.low, p.high, *_by_seed(comparison, p)) if math.isfinite(v)] for p in pairs]
        sizes = sorted(max(map(abs, row)) for row in rows if row)
        margin = comparison.margin
        most = max(FAR * sizes[len(sizes) // 2] if sizes else 0.0, 3 * margin)
        values = [min(max(v, -most), most) for row in rows for v in row]
        low, high = min([*values, -1.6 * margin, 0.0]), max([*values, 1.6 * margin, 0.0])
        room = 0.06 * (high - low) or 1.0
        return cls(comparison, Scale(low - room, high + room, 0.0, 100.0))

    def at(self, value: float) -> str:
        return f"{self.scale(value):.2f}%"

    def row(self, pair: Pair, height: int = 46) -> Markup:
        """The seeds' differences as dots above their mean with its interval."""
        c = self.comparison
        name, other = (plain(c.contenders[i].name) for i in (pair.a, pair.b))
        told = f"{name} minus {other}: {signed(c, pair.difference)}, {interval(c, pair.low, pair.high)};"
        told += f" {brief_verdict(pair)}"
        middle = height - 13
        parts = [*self._ground(height)]
        values = _by_seed(c, pair)
        seeds = [s for s, a, b in zip(c.seeds, c.contenders[pair.a].values, c.contenders[pair.b].values, strict=True)
                 if math.isfinite(a) and math.isfinite(b)]  # fmt: skip
        for i, (seed, value) in enumerate(zip(seeds, values, strict=True)):
            y = 8 + (height - 32) * (i % 4) / 3
            tip = f"{name} - {other}, seed {seed}: {signed(c, value)}"
            parts.append(f'<circle class="dot" cx="{self.at(value)}" cy="{y:.1f}" r="3.2" data-tip="{escape(tip)}"/>')
        parts += self._interval(pair, middle, escape(told))
        return _row_svg(parts, height, told)

    def small(self, pair: Pair) -> Markup:
        """The interval alone, for a cell of a table that says the same in numbers."""
        parts = [*self._ground(22), *self._interval(pair, 11)]
        return Markup('<svg class="rowchart {}" width="100%" height="22" aria-hidden="true">{}</svg>').format(
            f"v-{pair.verdict or 'none'}", Markup("".join(parts))
        )

    def _ground(self, height: int) -> Iterator[str]:
        margin = self.comparison.margin
        if margin:
            width = self.scale(margin) - self.scale(-margin)
            yield f'<rect class="margin" x="{self.at(-margin)}" y="0" width="{width:.2f}%" height="{height}"/>'
        yield f'<line class="zero" x1="{self.at(0)}" x2="{self.at(0)}" y1="0" y2="{height}"/>'

    def _interval(self, pair: Pair, y: float, tip: str = "") -> Iterator[str]:
        said = f' data-tip="{tip}"' if tip else ""
        if math.isfinite(pair.low):
            yield f'<line class="interval" x1="{self.at(pair.low)}" x2="{self.at(pair.high)}" y1="{y}" y2="{y}"{said}/>'
            ends = (pair.low, 0.0, pair.low < self.scale.low), (pair.high, 100.0, pair.high > self.scale.high)
            for end, edge, beyond in ends:
                if beyond:
                    yield _text(f"{edge}%", y + 4, "◂" if edge == 0 else "▸", "start" if edge == 0 else "end", "beyond")
                else:
                    yield f'<line class="end" x1="{self.at(end)}" x2="{self.at(end)}" y1="{y - 4}" y2="{y + 4}"/>'
        if math.isfinite(pair.difference):
            yield f'<circle class="mean" cx="{self.at(pair.difference)}" cy="{y}" r="4.4"{said}/>'

    def axis(self) -> Markup:
        """The numbers below the rows."""
        parts = []
        found = ticks(self.scale.low, self.scale.high, 5)
        digits = max(0, -math.floor(math.log10(found[1] - found[0])) + 1) if len(found) > 1 else 4
        for tick in found:
            said = "0" if tick == 0 else f"{tick:+.{digits}f}".rstrip("0").rstrip(".") if digits else f"{tick:+g}"
            x = self.scale(tick)
            anchor = "start" if x < 6 else "end" if x > 94 else "middle"
            parts.append(f'<line class="zero" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="5"/>')
            parts.append(_text(f"{x:.2f}%", 18, said, anchor))
        return Markup('<svg class="rowchart" width="100%" height="24" aria-hidden="true">{}</svg>').format(
            Markup("".join(parts))
        )

    @property
    def cuts(self) -> bool:
        """Whether anything lies beyond the edges."""
        pairs = [self.comparison.pair(i, self.comparison.reference) for i in _others(self.comparison)]
        ends = [v for p in pairs for v in (p.low, p.high, p.difference) if math.isfinite(v)]
        return any(v < self.scale.low or v > self.scale.high for v in ends)


def _row_svg(parts: Sequence[str], height: int, told: str) -> Markup:
    return Markup('<svg class="rowchart" width="100%" height="{}" role="img" aria-label="{}">{}</svg>').format(
        height, told, Markup("".join(parts))
    )


def _others(comparison: Comparison) -> list[int]:
    return [i for i in range(len(comparison.contenders)) if i != comparison.reference]


def _by_seed(comparison: Comparison, pair: Pair) -> list[float]:
    """The differences of the seeds that both completed."""
    d = comparison.contenders[pair.a].values - comparison.contenders[pair.b].values
    return [float(v) for v in d[np.isfinite(d)]]


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

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1000, 400, 52, 150, 14, 36


def curves_svg(table: LearningCurves, place: int, pens: Mapping[str, Pen], told: str) -> Markup:
    """The chart of one point of the grid as it is without a script: linear, all curves."""
    facet = table.facets[place]
    seen = learning.view(LearningCurves(table.experiment, table.metric, table.validation_is_test, table.loss, (facet,)))
    last = max((curve.epochs[-1] for curve in facet.curves if curve.epochs), default=1)
    with_names = sum(bool(curve.epochs) for curve in facet.curves) <= CROWDED
    right = RIGHT if with_names else 16
    x = Scale(1, max(last, 2), LEFT, WIDTH - right) if last > 1 else Scale(0.5, 1.5, LEFT, WIDTH - right)
    y = Scale(seen.low, seen.high, HEIGHT - BOTTOM, TOP, goes_on=True)
    parts = [*_grid(x, y, seen, last, right), f'<clipPath id="frame{place}"><rect x="{LEFT}" y="{TOP - 3}"'
             f' width="{WIDTH - right - LEFT + 3}" height="{HEIGHT - TOP - BOTTOM + 6}"/></clipPath>']  # fmt: skip
    for curve in facet.curves:
        parts += _curve(curve, pens[curve.label], x, y, f"frame{place}")
    parts += _names(facet, pens, y, WIDTH - right + 8) if with_names else []
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, told, Markup("".join(parts))
    )


def _grid(x: Scale, y: Scale, seen: View, last: int, right: float) -> Iterator[str]:
    for tick in ticks(seen.low, seen.high, 6):
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield _text(LEFT - 8, y(tick) + 4, f"{tick:.6g}", "end")
    for epoch in epoch_ticks(last, 12):
        yield _text(f"{x(epoch):.1f}", HEIGHT - BOTTOM + 18, str(epoch))
    yield _text(f"{(LEFT + WIDTH - right) / 2:.0f}", HEIGHT - 3, "epoch", css="axis")


def _curve(curve: Curve, pen: Pen, x: Scale, y: Scale, frame: str) -> Iterator[str]:
    if not curve.epochs:
        return
    inside = f' clip-path="url(#{frame})"'
    if curve.n_seeds > 1:
        upper, lower = (
            [(x(e), y(v)) for e, v in zip(curve.epochs, row, strict=True)] for row in (curve.high, curve.low)
        )
        yield f'<path class="band {pen.css}" d="{_band(upper, lower)}"{inside}/>'
    points = [(x(e), y(v)) for e, v in zip(curve.epochs, curve.mean, strict=True)]
    yield f'<path class="line {pen.css}" d="{_path(points)}"{inside}/>'
    if len(points) == 1:
        yield f'<circle class="point {pen.css}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="4"/>'
    for epoch in curve.marks():
        yield _text(f"{x(epoch):.1f}", y(curve.mean[epoch - 1]) + 5, "✕", css=f"cross {pen.css}")


def _names(facet: Facet, pens: Mapping[str, Pen], y: Scale, x: float) -> Iterator[str]:
    ends = sorted((y(curve.mean[-1]), curve.label) for curve in facet.curves if curve.epochs)
    ends = [(min(max(place, y.end), y.start), label) for place, label in ends]
    places = spread([-place for place, _ in ends], 15, -y.start, -y.end)
    for (_, label), place in zip(ends, places, strict=True):
        yield _text(x, 4 - place, shortened(plain(label), 20), "start", f"name {pens[label].css}")


def curves_data(tables: Sequence[LearningCurves], pens: Mapping[str, Pen], titles: Mapping[str, str]) -> dict[str, Any]:
    """What the script draws: metrics, panels, and of each curve every so many epochs."""
    first = tables[0]
    curves = sum(len(facet.curves) for facet in first.facets)
    most = max(25, MOST_NUMBERS // max(1, 3 * curves * len(tables)))
    step = max(1, math.ceil(first.last_epoch / most))
    return {
        "step": step,
        "metrics": [{"name": t.metric, "title": titles[t.metric], "accuracy": learning.is_accuracy(t.metric)}
                    for t in tables],
        "facets": [
            {"title": plain(facet.title), "curves": [
                _curve_data([table.facets[f].curves[i] for table in tables], pens[curve.label], step)
                for i, curve in enumerate(facet.curves)
            ]}
            for f, facet in enumerate(first.facets)
        ],
    }  # fmt: skip


def _curve_data(rows: Sequence[Curve], pen: Pen, step: int) -> dict[str, Any]:
    """One curve, each of its metrics as mean, low and high at the epochs kept."""
    one = max(rows, key=lambda row: len(row.epochs))
    parts = [[row.mean] if one.n_seeds == 1 else [row.mean, row.low, row.high] for row in rows]
    n: list[int] | int = _kept(one.seeds, step) if len(set(one.seeds)) > 1 else max(one.seeds, default=0)
    return {
        "s": pen.place,
        "label": plain(one.label),
        "short": shortened(plain(one.label), 20),
        "seeds": one.n_seeds,
        "marks": list(one.marks()) if one.diverged else [],
        "diverged": bool(one.diverged),
        "x": _kept(one.epochs, step),
        "y": [[_rounded(_kept(part, step)) for part in some] for some in parts],
        "n": n,
    }


def _kept(row: Sequence[Any], step: int) -> list[Any]:
    """Every so many, the first and the last included."""
    found = list(row[::step])
    return found if not row or (len(row) - 1) % step == 0 else [*found, row[-1]]


def _rounded(row: Sequence[float]) -> list[float]:
    return [float(f"{value:.5g}") for value in row]


# --- what layers do

PANEL_WIDTH, PANEL_HEIGHT = 320, 190
IN_LEFT, IN_RIGHT, IN_TOP, IN_BOTTOM = 50, 8, 8, 24


def layer_svg(figure: LayerFigure, axis: Axis, lines: Sequence[Line], told: str) -> Markup:
    """One panel: a candidate's lines."""
    first, last = figure.first, figure.last
    x = Scale(first, last, IN_LEFT, PANEL_WIDTH - IN_RIGHT) if last > first else Scale(
        first - 0.5, first + 0.5, IN_LEFT, PANEL_WIDTH - IN_RIGHT)  # fmt: skip
    y = Scale(axis.low, axis.high, PANEL_HEIGHT - IN_BOTTOM, IN_TOP, axis.scale)
    parts = [*_panel_grid(figure, axis, x, y)]
    for line in lines:
        parts += _layer_line(line, x, y, figure.with_bands)
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        PANEL_WIDTH, PANEL_HEIGHT, told, Markup("".join(parts))
    )


def _panel_grid(figure: LayerFigure, axis: Axis, x: Scale, y: Scale) -> Iterator[str]:
    right = PANEL_WIDTH - IN_RIGHT
    if axis.domain:
        top, bottom = y(axis.domain[1]), y(axis.domain[0])
        height = max(bottom - top, 0.0)
        yield f'<rect class="margin" x="{IN_LEFT}" y="{top:.1f}" width="{right - IN_LEFT}" height="{height:.1f}"/>'
    for tick in axis_ticks(axis):
        yield f'<line class="grid" x1="{IN_LEFT}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        said = f"{100 * tick:.4g} %" if axis.is_share else f"{tick:.0e}" if _is_tiny(tick) else f"{tick:.6g}"
        yield _text(IN_LEFT - 6, y(tick) + 4, said, "end")
    if figure.by == "epoch":
        for epoch in dict.fromkeys([figure.first, *epoch_ticks(figure.last, 6)]):
            if epoch == figure.first or x(epoch) - x(figure.first) > 14:
                is_last = x(epoch) > PANEL_WIDTH - IN_RIGHT - 6
                yield _text(f"{x(epoch):.1f}", PANEL_HEIGHT - 8, str(epoch), "end" if is_last else "middle")
        return
    names = figure.x_ticks
    for place in range(1, figure.last + 1) if names else epoch_ticks(figure.last, 8):
        yield _text(f"{x(place):.1f}", PANEL_HEIGHT - 8, shortened(names[place - 1], 9) if names else str(place))


def _is_tiny(value: float) -> bool:
    return value != 0 and not 1e-3 <= abs(value) < 1e5


def axis_ticks(axis: Axis) -> list[float]:
    if axis.scale == "log":
        found = log_ticks(axis.low, axis.high)
        return found[:: max(1, math.ceil(len(found) / 6))]
    if axis.scale == "symlog":
        decades = math.ceil(math.log10(max(abs(axis.low), abs(axis.high), 10.0)))
        some = [10.0**p for p in range(0, decades + 1, max(1, decades // 3))]
        return [t for t in (*(-t for t in some), 0.0, *some) if axis.low <= t <= axis.high]
    return [tick for tick in ticks(axis.low, axis.high, 4) if tick >= 0 or axis.low < -0.021 * axis.high]


def shade(line: Line) -> str:
    return f"h{round(line.shade * (SHADES - 1))}"


def _layer_line(line: Line, x: Scale, y: Scale, with_band: bool) -> Iterator[str]:
    """Pieces of a line, where values are missing in between."""
    step = max(1, math.ceil(len(line.x) / MOST_POINTS))
    places = _kept(range(len(line.x)), step)
    known = [i for i in places if math.isfinite(line.middle[i])]
    if not known:
        return
    css = shade(line)
    has_band = with_band and any(line.high[i] > line.low[i] for i in known)
    if has_band:
        upper, lower = ([(x(line.x[i]), y(row[i])) for i in known] for row in (line.high, line.low))
        yield f'<path class="band {css}" d="{_band(upper, lower)}"/>'
    points = [(x(line.x[i]), y(line.middle[i])) for i in known]
    if len(points) == 1:
        yield f'<circle class="point {css}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3"/>'
    else:
        yield f'<path class="line {css}" d="{_path(points)}"/>'
    for epoch in line.crosses:
        if epoch in line.x and math.isfinite(line.middle[line.x.index(epoch)]):
            yield _text(f"{x(epoch):.1f}", y(line.middle[line.x.index(epoch)]) + 4, "✕", css=f"cross {css}")


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
        *_unit_ticks(x, y, half, low, high),
    ]
    for kind, graph in (("slope", graphs[1]), (f"line {css}", graphs[0])):
        d = "".join(_path(list(_visible(xs, ys, x, y))) for xs, ys in graph)
        parts.append(f'<path class="{kind} solid" d="{d}"/>')
    return Markup('<svg class="chart panel" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        F_WIDTH, F_HEIGHT, told, Markup("".join(parts))
    )


def _unit_ticks(x: Scale, y: Scale, half: float, low: float, high: float) -> Iterator[str]:
    reach = round(half / 2)
    for tick in (-reach, reach):
        yield f'<line class="zero" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{y(0) - 3:.1f}" y2="{y(0) + 3:.1f}"/>'
        yield _text(f"{x(tick):.1f}", min(y(0) + 15, F_HEIGHT - 2), str(tick).replace("-", "−"))
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
