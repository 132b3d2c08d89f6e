"""Numbers as the screens write them: metrics, durations, sizes, differences in points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from actsearch.analysis.number_format import two_digits
from actsearch.core.metrics import Metric

if TYPE_CHECKING:
    from actsearch.analysis.statistics.study_noise import NumberRange


def table_number(value: float | None, digits: int = 4) -> str:
    """A metric in a table; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.{digits}f}" if abs(value) < 1000 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    return f"{hours // 24} d {hours % 24} h"


def duration_range(low: float, high: float) -> str:
    """A range of seconds, as short as it can be told."""
    shortest, longest = duration(low), duration(high)
    if shortest == longest:
        return shortest
    (number, *units), (_, *units_of_longest) = shortest.split(), longest.split()
    share_a_unit = units == units_of_longest and len(units) == 1
    return f"{number if share_a_unit else shortest} to {longest}"


def step_time(seconds: float) -> str:
    """A part of a second, or some seconds."""
    if seconds < 0.0995:
        return f"{1000 * seconds:.2g} ms"
    return f"{1000 * seconds:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def step_time_beside(seconds: float, reference: float) -> str:
    """As `step_time`, without the unit where that is the reference's, which stands before it."""
    number, _, unit = step_time(seconds).partition(" ")
    return number if step_time(reference).endswith(f" {unit}") else f"{number} {unit}"


def size_text(n: int) -> str:
    """Bytes in decimal units."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if n >= bytes_:
            return f"{n / bytes_:.1f} {unit}" if n < 10 * bytes_ else f"{n / bytes_:.0f} {unit}"
    return f"{n / 1e3:.0f} kB"


def bare_difference(metric: Metric, value: float) -> str:
    """A difference of two values of a metric: of a share in percentage points, else in the metric's own unit."""
    if not metric.is_share:
        return two_digits(value)
    in_points = 100 * value
    return f"{in_points:.2f}" if in_points >= 0.1 else f"{in_points:.2g}"


def difference_text(metric: Metric, value: float) -> str:
    """`0.12 points`; of what is no share `0.12 rad`, or without a unit `0.12 in mae`."""
    return f"{bare_difference(metric, value)} {_unit_of(metric)}"


def difference_range(metric: Metric, difference: NumberRange) -> str:
    """`0.12 points (0.1 to 0.15)`: a difference with its limits, as far as they are known."""
    low, high = bare_difference(metric, difference.low), bare_difference(metric, difference.high)
    limits = f" ({low} to {high})" if difference.low < difference.high else ""
    return f"{difference_text(metric, difference.value)}{limits}"


def margin_in_words(metric: Metric, margin: float) -> str:
    """As `difference_text`, but as it was given: what matters to somebody is not rounded."""
    return difference_text(metric, margin) if metric.is_share else f"{margin:g} {_unit_of(metric)}"


def _unit_of(metric: Metric) -> str:
    return "points" if metric.is_share else metric.unit or f"in {metric.in_words}"
