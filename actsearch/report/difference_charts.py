"""The charts of differences in rows: seeds, means and intervals on one axis; and the two kinds of noise as a bar."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from actsearch.analysis.charts.axes import exponent
from actsearch.analysis.charts.comparison_rows import ContenderRows, differences_table
from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.comparisons.metric_format import interval_text, metric_text, signed_difference
from actsearch.analysis.comparisons.pairs import Pair
from actsearch.analysis.comparisons.verdict_text import brief_verdict
from actsearch.core.words import plain
from actsearch.report.chart_scales import ChartScale, text_element, value_ticks

ROW_HEIGHT, SMALL_HEIGHT, AXIS_HEIGHT, WORDS_HEIGHT = 46, 22, 42, 17
"""Of a row, of a chart in a cell, of the axis below all rows, and of a line of words in a row."""


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

    def row(self, pair: Pair) -> Markup:
        """The seeds' differences as dots above their mean with its interval."""
        beyond = self.table.rows[self.comparison.others.index(pair.a)].beyond
        words = self._in_words(pair, beyond)
        is_seen = self._reaches(pair) or self.table.axis.holds(pair.difference)
        height = ROW_HEIGHT + (WORDS_HEIGHT if beyond and is_seen else 0)
        parts = [*self._grid(height), *self._ground(height), *self._dots(pair)]
        parts += self._interval(pair, ROW_HEIGHT - 13, escape(words))
        if beyond:
            parts.append(self._words_at_edge(beyond, height - 7 if is_seen else 27))
        return Markup('<svg class="rowchart" width="100%" height="{}" role="img" aria-label="{}">{}</svg>').format(
            height, words, Markup("".join(parts))
        )

    def small(self, pair: Pair) -> Markup:
        """The interval alone, for a cell of a table that says the same in numbers."""
        parts = [*self._ground(SMALL_HEIGHT), *self._interval(pair, SMALL_HEIGHT // 2)]
        if not self._reaches(pair) and not self.table.axis.holds(pair.difference):
            parts.append(self._words_at_edge("beyond", 15))
        return Markup('<svg class="rowchart {}" width="100%" height="{}" aria-hidden="true">{}</svg>').format(
            f"v-{pair.verdict or 'none'}", SMALL_HEIGHT, Markup("".join(parts))
        )

    def axis(self) -> Markup:
        """The numbers below the rows, and of what they are."""
        ticks = self._ticks()
        digits = max(0, 1 - exponent(ticks[1] - ticks[0])) if len(ticks) > 1 else 4
        parts = []
        for tick in ticks:
            x = self.scale(tick)
            parts.append(f'<line class="zero" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="5"/>')
            parts.append(text_element(f"{x:.2f}%", 18, _signed_tick(tick, digits), _anchor(x)))
        parts.append(text_element("50%", 36, self.table.axis_label, css="axis"))
        return Markup('<svg class="rowchart" width="100%" height="{}" aria-hidden="true">{}</svg>').format(
            AXIS_HEIGHT, Markup("".join(parts))
        )

    @property
    def cuts(self) -> str:
        """Where the axis ends before the values do, and how that is shown; empty where it has them all."""
        axis = self.table.axis
        sentences = []
        if axis.cut is not None:
            end = "begins" if axis.cut == "low" else "ends"
            edge = metric_text(self.comparison, axis.edge)
            sentences.append(f"The axis {end} at {edge}; what lies beyond is told at its edge.")
        pairs = [self.comparison.pair(i, self.comparison.reference) for i in self.comparison.others]
        if any(self._reaches(pair) and not (axis.holds(pair.low) and axis.holds(pair.high)) for pair in pairs):
            sentences.append("An arrowhead: the interval goes on beyond the edge.")
        return " ".join(sentences)

    # --- parts of a row

    def _at(self, value: float) -> str:
        return f"{self.scale(value):.2f}%"

    def _ticks(self) -> list[float]:
        return value_ticks(self.scale.low, self.scale.high, 5)

    def _reaches(self, pair: Pair) -> bool:
        """Whether a part of the interval lies on the axis; without an interval, it does not."""
        return pair.low <= self.scale.high and pair.high >= self.scale.low

    def _names(self, pair: Pair) -> str:
        name, reference = (plain(self.comparison.contenders[i].name) for i in (pair.a, pair.b))
        return f"{name} minus {reference}"

    def _in_words(self, pair: Pair, beyond: str) -> str:
        """The row for those who do not see it."""
        difference = signed_difference(self.comparison, pair.difference)
        interval = interval_text(self.comparison, pair.low, pair.high)
        text = f"{self._names(pair)}: {difference}, {interval}; {brief_verdict(pair)}"
        return f"{text}; beyond the axis, {beyond}" if beyond else text

    def _words_at_edge(self, text: str, y: float) -> str:
        """What lies beyond, at the edge where it does."""
        if self.table.axis.cut == "high":
            return text_element("100%", y, f"{text} ▸", "end", "told")
        return text_element("0%", y, f"◂ {text}", "start", "told")

    def _grid(self, height: int) -> Iterator[str]:
        for x in map(self._at, self._ticks()):
            yield f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{height}"/>'

    def _ground(self, height: int) -> Iterator[str]:
        """The margin, and where there is no difference."""
        margin = self.comparison.margin
        if margin:
            width = self.scale(margin) - self.scale(-margin)
            yield f'<rect class="margin" x="{self._at(-margin)}" y="0" width="{width:.2f}%" height="{height}"/>'
            for edge in (self._at(-margin), self._at(margin)):
                yield f'<line class="marginedge" x1="{edge}" x2="{edge}" y1="0" y2="{height}"/>'
        yield f'<line class="zero" x1="{self._at(0)}" x2="{self._at(0)}" y1="0" y2="{height}"/>'

    def _dots(self, pair: Pair) -> Iterator[str]:
        """The seeds on the axis, at four heights in turn, so that few of them hide another."""
        by_seed = zip(self.comparison.seeds, map(float, pair.by_seed), strict=True)
        known = [(seed, value) for seed, value in by_seed if math.isfinite(value)]
        for i, (seed, value) in enumerate(known):
            if self.table.axis.holds(value):
                y = 8 + (ROW_HEIGHT - 32) * (i % 4) / 3
                tip = escape(f"{self._names(pair)}, seed {seed}: {signed_difference(self.comparison, value)}")
                yield f'<circle class="dot" cx="{self._at(value)}" cy="{y:.1f}" r="3.2" data-tip="{tip}"/>'

    def _interval(self, pair: Pair, y: float, tip: str = "") -> Iterator[str]:
        attribute = f' data-tip="{tip}"' if tip else ""
        if self._reaches(pair):
            low, high = self._at(pair.low), self._at(pair.high)
            yield f'<line class="interval" x1="{low}" x2="{high}" y1="{y}" y2="{y}"{attribute}/>'
            yield self._end(pair.low, y, pair.low < self.scale.low, "0%", "◂", "start")
            yield self._end(pair.high, y, pair.high > self.scale.high, "100%", "▸", "end")
        if self.table.axis.holds(pair.difference):
            yield f'<circle class="mean" cx="{self._at(pair.difference)}" cy="{y}" r="4.4"{attribute}/>'

    def _end(self, value: float, y: float, is_beyond: bool, edge: str, arrow: str, anchor: str) -> str:
        """Of an interval: a stroke, or an arrow where it goes on."""
        if is_beyond:
            return text_element(edge, y + 4.5, arrow, anchor, "beyond")
        return f'<line class="end" x1="{self._at(value)}" x2="{self._at(value)}" y1="{y - 4}" y2="{y + 4}"/>'


def _signed_tick(tick: float, digits: int) -> str:
    """`+0.02`; without digits behind the point, `+20`."""
    if tick == 0:
        return "0"
    return f"{tick:+.{digits}f}".rstrip("0").rstrip(".") if digits else f"{tick:+g}"


def _anchor(percent: float) -> str:
    """So that a number at an edge is not cut off."""
    if percent < 6:
        return "start"
    return "end" if percent > 94 else "middle"


def noise_bar(seeds: float, examples: float) -> Markup:
    """Two kinds of noise as parts of one bar."""
    whole = seeds + examples
    part = 100 * seeds / whole if whole else 50.0
    words = f"seeds {part:.0f} %, examples {100 - part:.0f} % of the variance"
    return Markup(
        '<svg class="shares" width="100%" height="12" role="img" aria-label="{}"><rect class="seeds" x="0" y="1"'
        ' width="{:.1f}%" height="10"/><rect class="examples" x="{:.1f}%" y="1" width="{:.1f}%" height="10"/></svg>'
    ).format(words, part, part, 100 - part)
