"""Draws the sensitivity to a setting: a line an activation over the values of the setting, a panel for the rest."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from actsearch.analysis.charts.pens import Palette, Pen
from actsearch.analysis.charts.sensitivity import NoteBelow, Sensitivity, SettingLine, SettingPanel
from actsearch.core.words import plain
from actsearch.figures.candidate_rows import NAME_LIMITS, SMALL_SIZE
from actsearch.figures.drawing import LINE, Ruler, edged, fitting_names, marker_size
from actsearch.figures.frame import (
    EDGE,
    LEFT,
    PANEL_TITLE,
    SWATCH,
    TEXT_SIZE,
    TIGHT_HEADER,
    WIDTH,
    Heading,
    Margin,
    Page,
    Panels,
    columns_for,
)
from actsearch.figures.interval_rows import value_name

# Inches.
SETTING_PANEL_WIDTH, BETWEEN_SETTING_PANELS, SETTING_LEADER = 4.4, 0.12, 0.24
STRIP_LINE, STRIP_MARK = 0.15, 0.15
"""The height of a line of values below a panel, and the room of a marker in it."""


# --- what stands below a panel


@dataclass(frozen=True)
class _Mention:
    """A value that the axis cuts off, or trials without one: in inches from the left edge and below the axis."""

    x: float
    y: float
    line: SettingLine
    beyond: NoteBelow


@dataclass(frozen=True)
class _Strip:
    """All mentions below a panel."""

    mentions: Sequence[_Mention]
    height: float

    @classmethod
    def of(cls, panel: SettingPanel, table: Sensitivity, ruler: Ruler, width: float) -> _Strip:
        """A line for each activation of which the axis does not show all; more where its texts would touch."""
        mentions = []
        n = 0
        for line in panel.lines:
            ends: list[float] = []
            for beyond in sorted(line.beyond(table.axis), key=lambda beyond: beyond.x):
                room = STRIP_MARK + ruler.width(beyond.text, SMALL_SIZE)
                left = max(0.0, min(_share(table, beyond.x) * width - room / 2, width - room))
                row = next((i for i, end in enumerate(ends) if end + 0.1 < left), len(ends))
                ends[row : row + 1] = [left + room]
                mentions.append(_Mention(left, (n + row + 0.5) * STRIP_LINE + 0.05, line, beyond))
            n += len(ends)
        return cls(mentions, n * STRIP_LINE + 0.08 if n else 0.0)

    def place_of(self, line: SettingLine) -> float:
        """How far below the axis an activation is first mentioned; 0 if it is not."""
        return next((mention.y for mention in self.mentions if mention.line is line), 0.0)

    def put(self, page: Page, left: float, floor: float, pens: Mapping[str, Pen]) -> None:
        """Each with the marker of its activation, in a ring if the setting is the chosen one."""
        for mention in self.mentions:
            pen = pens[mention.line.label]
            x, y = left + mention.x, floor - mention.y
            marker: dict[str, Any] = {"marker": pen.marker, "markersize": marker_size(pen, 4.5)}
            page.stroke([x + 0.06], [y], linestyle="none", **marker, **edged(pen.color, page.palette))
            if mention.beyond.is_chosen:
                page.stroke([x + 0.06], [y], linestyle="none", **_ring(pen, 8.5, 1.2))
            page.put(x + STRIP_MARK, y, mention.beyond.text, size=SMALL_SIZE)


def _ring(pen: Pen, size: float, width: float) -> dict[str, Any]:
    """Around the chosen setting."""
    return {
        "marker": "o",
        "markersize": size,
        "markerfacecolor": "none",
        "markeredgecolor": pen.color,
        "markeredgewidth": width,
    }


# --- the figure


def sensitivity_figure(table: Sensitivity, palette: Palette, pens: Mapping[str, Pen]) -> Figure:
    """A panel for each point of the rest of the grid."""
    ruler = Ruler()
    n = len(table.panels)
    columns = columns_for(n)
    width = WIDTH - LEFT if columns == 1 else SETTING_PANEL_WIDTH
    lines = itertools.chain.from_iterable(panel.lines for panel in table.panels)
    labels = list(dict.fromkeys(line.label for line in lines))
    names, widest = fitting_names(labels, ruler, TEXT_SIZE, 0.36 * width, NAME_LIMITS)
    axes_width = width - SETTING_LEADER - SWATCH - widest - (EDGE if columns == 1 else BETWEEN_SETTING_PANELS)
    most = max(len(panel.lines) for panel in table.panels)
    height = max(3.4 if n == 1 else 2.5, most * TEXT_SIZE * LINE / 72)
    strips = [_Strip.of(panel, table, ruler, axes_width) for panel in table.panels]
    strip_height = max(strip.height for strip in strips)
    title = PANEL_TITLE if n > 1 else 0.1
    panels = Panels(n, columns, width, axes_width, height + strip_height, title)
    heading = Heading(table.title, table.experiment)
    page = Page.around(panels.height, panels.page_width, palette, ruler, heading, table.caption, TIGHT_HEADER)
    page.put_caption()
    for i, (panel, strip) in enumerate(zip(table.panels, strips, strict=True)):
        left, ceiling = panels.left(i), panels.ceiling(page, i)
        if panel.title:
            text = ruler.fitting(plain(panel.title), 9, width - BETWEEN_SETTING_PANELS - EDGE, "bold")
            page.put(left, ceiling - 0.14, text, size=9, weight="bold")
        floor = ceiling - title - height
        axes = page.axes(left, floor - strip_height, axes_width, height + strip_height)
        _set_axes_of_sensitivity(axes, table, page, panels, strip_height, panels.is_leftmost(i))
        for line in panel.lines:
            _draw_setting_line(axes, table, line, pens[line.label], palette)
        if strip.height:
            axes.axhline(table.axis.low, color=palette.faint, linewidth=0.6, linestyle=(0, (1, 2)))
        strip.put(page, left, floor, pens)
        _put_labels_of_sensitivity(page, axes, panel, strip, table, pens, names, floor)
    return page.figure


def _set_axes_of_sensitivity(
    axes: Axes, table: Sensitivity, page: Page, panels: Panels, strip: float, is_leftmost: bool
) -> None:
    """The strip is a part of the axes, below what they show of the metric."""
    shown, palette = table.axis, page.palette
    height = panels.axes_height - strip
    if table.is_log:
        axes.set_xscale("log")
    axes.set_xlim(*_x_limits(table))
    below = (shown.high - shown.low) * strip / height
    axes.set_ylim(shown.low - below, shown.high)
    axes.xaxis.set_minor_locator(NullLocator())
    ticks = _ticks_with_names(table, page.ruler, panels.axes_width)
    axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: ticks.get(value, "")))
    heights = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(shown.low, shown.high)
    axes.yaxis.set_major_locator(FixedLocator([tick for tick in heights if shown.holds(tick)]))
    axes.yaxis.set_major_formatter(FuncFormatter(value_name))
    axes.grid(axis="y", color=palette.grid, linewidth=0.8)
    axes.tick_params(axis="y", length=0, labelleft=is_leftmost)
    axes.set_xlabel(plain(table.x_label), size=8, color=palette.ink)
    if is_leftmost:
        middle = (strip + height / 2) / (strip + height)  # of what the axis shows
        axes.set_ylabel(plain(table.y_label), size=8, color=palette.ink, y=middle)


def _x_limits(table: Sensitivity) -> tuple[float, float]:
    low, high = min(table.x), max(table.x)
    if table.is_log:
        factor = (high / low) ** 0.06
        return low / factor, high * factor
    pad = 0.06 * (high - low) or 0.5
    return low - pad, high + pad


def _share(table: Sensitivity, x: float) -> float:
    """Where a setting stands: 0 is the left end of the axis, 1 the right one."""
    low, high = _x_limits(table)
    return math.log(x / low) / math.log(high / low) if table.is_log else (x - low) / (high - low)


def _ticks_with_names(table: Sensitivity, ruler: Ruler, width: float) -> dict[float, str]:
    """The values of the grid; where they would run into each other, only some of them."""
    ticks: dict[float, str] = {}
    end = -math.inf
    for x, text in zip(table.x, table.x_names, strict=True):
        name = ruler.fitting(plain(text), 7.5, 1.2)
        at, half = _share(table, x) * width, ruler.width(name, 7.5) / 2
        if at - half > end:
            ticks[x] = name
            end = at + half + 0.06
    return ticks


def _draw_setting_line(axes: Axes, table: Sensitivity, line: SettingLine, pen: Pen, palette: Palette) -> None:
    """The mean and the range of the seeds; what the axis cuts off, the line leaves it for."""
    shown = table.axis
    left, right = axes.get_xlim()
    inner = Rectangle((left, shown.low), right - left, shown.high - shown.low, transform=axes.transData)
    inside = [i for i, value in enumerate(line.mean) if math.isfinite(value) and shown.holds(value)]
    if table.with_bands:
        _draw_setting_band(axes, line, pen).set_clip_path(inner)
    (drawn,) = axes.plot(
        line.x,
        line.mean,
        linestyle=pen.dashes,
        linewidth=1.6,
        marker=pen.marker,
        markersize=marker_size(pen, 5),
        markevery=inside,
        zorder=3,
        label=plain(line.label) or "?",
        **edged(pen.color, palette),
    )
    drawn.set_clip_path(inner)
    if line.chosen in inside:
        x, y = [line.x[line.chosen]], [line.mean[line.chosen]]
        axes.plot(x, y, linestyle="none", zorder=5, label="_chosen", **_ring(pen, 10, 1.4))


def _draw_setting_band(axes: Axes, line: SettingLine, pen: Pen) -> Artist:
    if sum(map(math.isfinite, line.mean)) > 1:
        return axes.fill_between(line.x, line.low, line.high, color=pen.color, alpha=0.12, linewidth=0, zorder=2)
    return axes.vlines(line.x, line.low, line.high, color=pen.color, alpha=0.35, linewidth=4, zorder=2)


def _put_labels_of_sensitivity(
    page: Page,
    axes: Axes,
    panel: SettingPanel,
    strip: _Strip,
    table: Sensitivity,
    pens: Mapping[str, Pen],
    names: Mapping[str, str],
    floor: float,
) -> None:
    """Right of a panel, each with a leader from its last point on the axis; without one, beside its mention."""
    margin = Margin.of(page, axes, SETTING_LEADER)
    ends: list[tuple[float, float, SettingLine]] = []
    for line in panel.lines:
        last = line.last_on(table.axis)
        if last is None:
            ends.append((floor - strip.place_of(line), math.nan, line))
        else:
            x, y = axes.transData.transform((line.x[last], line.mean[last])) / page.figure.dpi
            ends.append((float(y), float(x), line))
    ends.sort(key=lambda end: -end[0])
    places = margin.spread([y for y, _, _ in ends], TEXT_SIZE)
    for (end, x, line), y in zip(ends, places, strict=True):
        pen = pens[line.label]
        if not math.isnan(x):
            dashes: Any = "solid" if x > margin.right - 0.6 else (0, (1, 2))
            margin.lead(x + 0.05, end, y, color=pen.color, linewidth=0.6, alpha=0.8, linestyle=dashes)
        marker: dict[str, Any] = {"marker": pen.marker, "markersize": marker_size(pen, 5)}
        margin.swatch(y, linestyle=pen.dashes, linewidth=1.5, **marker, **edged(pen.color, page.palette))
        page.put(margin.after_swatch, y, names[line.label], gid="label")
