"""What is said of an activation function: its properties, its parameters and advice, each in a line of words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from actsearch.functions.catalogue import Entry, Value, range_in_words, spelled
from actsearch.functions.properties import Interval, Properties, shown_number


def facts(p: Properties) -> dict[str, str]:
    """What the properties are called, and what they are."""
    return {
        "range": str(p.range),
        "monotone": _monotone(p),
        "value at 0": shown_number(p.at_zero),
        "maps N(0, 1) to": f"mean {shown_number(p.mean)}, variance {shown_number(p.variance)}",
        "zero-centred": "yes" if p.zero_centred else "no",
        "gradient gain": f"E f'(X)² = {shown_number(p.derivative_mean_square)} for X from N(0, 1)",
        "derivative is 0": f"for {_percent(p.zero_derivative)} of N(0, 1)" if p.zero_derivative else "on no interval",
        "saturates": saturated(p.saturates),
        "Lipschitz constant": "none" if math.isinf(p.lipschitz) else shown_number(p.lipschitz),
        "smoothness": _smoothness(p),
    }


def _monotone(p: Properties) -> str:
    if p.monotone:
        return p.monotone
    if len(p.turning_points) == 1:
        ((x, value),) = p.turning_points
        least = abs(value - p.range.low) < 1e-8
        return f"no: {'least' if least else 'turns'} at x = {shown_number(x)}, where it is {shown_number(value)}"
    if len(p.turning_points) > 6:
        return f"no: turns {len(p.turning_points)} times in [-10, 10]"
    turns = ", ".join(shown_number(x) for x, _ in p.turning_points)
    return f"no: turns at x = {turns}" if turns else "no"


def _smoothness(p: Properties) -> str:
    places = _listed_numbers(p.kinks)
    if p.smoothness < 0:
        return f"not continuous; f or f' jumps at x = {places}"
    if p.smoothness == 0:
        return f"C0: continuous, with {'a kink' if len(p.kinks) == 1 else 'kinks'} at x = {places}"
    return p.smooth if math.isinf(p.smoothness) else f"{p.smooth}: derivative {p.smoothness + 1:.0f} jumps"


def _listed_numbers(numbers: Sequence[float]) -> str:
    """`-3`, `-3 and 3`, `-3, 0 and 3`."""
    *before, last = [*map(shown_number, numbers)] or [""]
    return f"{', '.join(before)} and {last}" if before else last


def saturated(intervals: Sequence[Interval]) -> str:
    """`for x < -5.986 and x > 5.986`, or `nowhere`."""
    return f"for {' and '.join(map(_inequality, intervals))}" if intervals else "nowhere"


def _inequality(interval: Interval) -> str:
    low, high = shown_number(interval.low), shown_number(interval.high)
    if math.isinf(interval.low):
        return "every x" if math.isinf(interval.high) else f"x < {high}"
    return f"x > {low}" if math.isinf(interval.high) else f"{low} < x < {high}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def parameter_lines(entry: Entry) -> Iterator[tuple[str, str]]:
    """Each parameter with its value, and what else is known of it."""
    for name, value in entry.parameters.items():
        yield f"{name} = {spelled(value)}", "; ".join(_known_of_parameter(entry, name, value))


def _known_of_parameter(entry: Entry, name: str, value: Value) -> Iterator[str]:
    """Nothing of a formula's."""
    if entry.row is None:
        return
    known = entry.row.parameters[name]
    yield known.description
    range_ = range_in_words(known)
    if range_:
        yield range_
    if value != known.default:
        yield f"by default {spelled(known.default)}"
    if name in entry.row.formula_when and not value:
        yield f"when true, f(x) = {entry.row.formula_when[name]}"
    if name in entry.row.learned:
        yield "learned: one value per channel or unit"


def advice_on(entry: Entry) -> dict[str, str]:
    """What is known of a function beyond its formula; nothing of a user's."""
    row = entry.row
    if row is None:
        return {}
    return {
        "strengths": row.strengths,
        "weaknesses": row.weaknesses,
        "initializer": row.kernel_initializer,
        "dropout": row.dropout_layer,
        "paper": row.paper,
    }


@dataclass(frozen=True)
class Column:
    """A column of the table of functions."""

    heading: str
    cell: Callable[[Entry], str]
    right: bool = False
    dropped: int = 0
    """Narrow terminals do without the columns above 0, the largest first."""


def _share_of_zero_slopes(p: Properties) -> str:
    return _percent(p.zero_derivative) if p.zero_derivative else "0"


OVERVIEW_COLUMNS: Sequence[Column] = (
    Column("formula", lambda e: e.formula_text, dropped=5),
    Column("range", lambda e: str(e.properties.range)),
    Column("saturates", lambda e: e.properties.saturation),
    Column("f' = 0", lambda e: _share_of_zero_slopes(e.properties), True),
    Column("mean", lambda e: shown_number(e.properties.mean, 3), True, dropped=1),
    Column("variance", lambda e: shown_number(e.properties.variance, 3), True, dropped=2),
    Column("E f'²", lambda e: shown_number(e.properties.derivative_mean_square, 3), True, dropped=6),
    Column("Lipschitz", lambda e: shown_number(e.properties.lipschitz), True, dropped=7),
    Column("smooth", lambda e: e.properties.smooth, dropped=3),
    Column("year", lambda e: str(e.row.year) if e.row else "", True, dropped=4),
)
