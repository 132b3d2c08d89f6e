"""The charts of differences in rows: seeds, means and intervals on one axis; and the two kinds of noise as a bar."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from actsearch.analysis.comparison import Comparison
from actsearch.analysis.comparison_rows import ContenderRows, differences_table
from actsearch.analysis.metric_format import interval_text, metric_text, signed_difference
from actsearch.analysis.pairs import Pair
from actsearch.analysis.verdict_text import brief_verdict
from actsearch.core.words import plain
from actsearch.report.chart_scales import ChartScale, text_element, value_ticks


@dataclass(frozen=True)
class DifferenceCharts:
    """The charts of the differences to the reference, on the axis of the figure `differences`, in percent of the width.

    Nothing is drawn at the edge that lies beyond it: an arrow says that an interval goes on, and words tell the seeds.
    """

    comparison: Comparison
    table: ContenderRows
    scale: ChartScale

    @classmethod
    def of(cls, comparison: Comparison) -> DifferenceCharts:
        table = differences_table(comparison, "differences")
        return cls(comparison, table, ChartScale(table.axis.low, table.axis.high, 0.0, 100.0))

    def at(self, value: float) -> str:
        return f"{self.scale(value):.2f}%"

    def row(self, pair: Pair, height: int = 46) -> Markup:
        """The seeds' differences as dots above their mean with its interval."""
        c = self.comparison
        name, other = (plain(c.contenders[i].name) for i in (pair.a, pair.b))
        beyond = self.table.rows[c.others.index(pair.a)].beyond
        told = (
            f"{name} minus {other}: {signed_difference(c, pair.difference)}, {interval_text(c, pair.low, pair.high)};"
        )
        told += f" {brief_verdict(pair)}{f'; beyond the axis, {beyond}' if beyond else ''}"
        middle = height - 13
        interval_is_seen = self._reaches(pair) or self.table.axis.holds(pair.difference)
        whole = height + (17 if beyond and interval_is_seen else 0)
        parts = [*self._grid(whole), *self._ground(whole)]
        by_seed = zip(c.seeds, map(float, pair.by_seed), strict=True)
        for i, (seed, value) in enumerate((seed, value) for seed, value in by_seed if math.isfinite(value)):
            if self.table.axis.holds(value):
                y = 8 + (height - 32) * (i % 4) / 3
                tip = f"{name} minus {other}, seed {seed}: {signed_difference(c, value)}"
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
            return text_element("100%", y, f"{text} ▸", "end", "told")
        return text_element("0%", y, f"◂ {text}", "start", "told")

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
                    yield text_element(
                        f"{edge:g}%", y + 4.5, "◂" if edge == 0 else "▸", "start" if edge == 0 else "end", "beyond"
                    )
                else:
                    yield f'<line class="end" x1="{self.at(end)}" x2="{self.at(end)}" y1="{y - 4}" y2="{y + 4}"/>'
        if self.table.axis.holds(pair.difference):
            yield f'<circle class="mean" cx="{self.at(pair.difference)}" cy="{y}" r="4.4"{said}/>'

    def _ticks(self) -> list[float]:
        return value_ticks(self.scale.low, self.scale.high, 5)

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
            parts.append(text_element(f"{x:.2f}%", 18, said, anchor))
        parts.append(text_element("50%", 36, self.table.axis_label, css="axis"))
        return Markup('<svg class="rowchart" width="100%" height="42" aria-hidden="true">{}</svg>').format(
            Markup("".join(parts))
        )

    @property
    def cuts(self) -> str:
        """Where the axis ends before the values do, and how that is shown; empty where it has them all."""
        axis = self.table.axis
        said = []
        if axis.cut is not None:
            edge = metric_text(self.comparison, axis.low if axis.cut == "low" else axis.high)
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


def noise_bar(seeds: float, examples: float) -> Markup:
    """Two kinds of noise as parts of one bar."""
    whole = seeds + examples
    part = 100 * seeds / whole if whole else 50.0
    told = f"seeds {part:.0f} %, examples {100 - part:.0f} % of the variance"
    return Markup(
        '<svg class="shares" width="100%" height="12" role="img" aria-label="{}"><rect class="seeds" x="0" y="1"'
        ' width="{:.1f}%" height="10"/><rect class="examples" x="{:.1f}%" y="1" width="{:.1f}%" height="10"/></svg>'
    ).format(told, part, part, 100 - part)
