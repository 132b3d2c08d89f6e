"""What is said of an activation function: its properties in words, as JSON, as LaTeX, and as a page of Markdown.

SymPy is loaded where formulas are set.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from actsearch.functions.catalogue import Entry, limits, spelled
from actsearch.functions.properties import Interval, Properties, shown

# --- the properties in words


def facts(p: Properties) -> dict[str, str]:
    """What the properties are called, and what they are."""
    return {
        "range": str(p.range),
        "monotone": _monotone(p),
        "value at 0": shown(p.at_zero),
        "maps N(0, 1) to": f"mean {shown(p.mean)}, variance {shown(p.variance)}",
        "zero-centred": "yes" if p.zero_centred else "no",
        "gradient gain": f"E f'(X)² = {shown(p.derivative_mean_square)} for X from N(0, 1)",
        "derivative is 0": f"for {percent(p.zero_derivative)} of N(0, 1)" if p.zero_derivative else "on no interval",
        "saturates": saturated(p.saturates),
        "Lipschitz constant": "none" if math.isinf(p.lipschitz) else shown(p.lipschitz),
        "smoothness": _smoothness(p),
    }


def _monotone(p: Properties) -> str:
    if p.monotone:
        return p.monotone
    if len(p.turning_points) == 1:
        ((x, value),) = p.turning_points
        least = abs(value - p.range.low) < 1e-8
        return f"no: {'least' if least else 'turns'} at x = {shown(x)}, where it is {shown(value)}"
    if len(p.turning_points) > 6:
        return f"no: turns {len(p.turning_points)} times in [-10, 10]"
    turns = ", ".join(shown(x) for x, _ in p.turning_points)
    return f"no: turns at x = {turns}" if turns else "no"


def _smoothness(p: Properties) -> str:
    places = " and ".join(filter(None, [", ".join(map(shown, p.kinks[:-1])), *map(shown, p.kinks[-1:])]))
    if p.smoothness < 0:
        return f"not continuous; f or f' jumps at x = {places}"
    if p.smoothness == 0:
        return f"C0: continuous, with {'a kink' if len(p.kinks) == 1 else 'kinks'} at x = {places}"
    return p.smooth if math.isinf(p.smoothness) else f"{p.smooth}: derivative {p.smoothness + 1:.0f} jumps"


def saturated(intervals: Sequence[Interval]) -> str:
    """`for x < -5.986 and x > 5.986`, or `nowhere`."""
    return f"for {' and '.join(map(_inequality, intervals))}" if intervals else "nowhere"


def _inequality(one: Interval) -> str:
    if math.isinf(one.low):
        return "every x" if math.isinf(one.high) else f"x < {shown(one.high)}"
    return f"x > {shown(one.low)}" if math.isinf(one.high) else f"{shown(one.low)} < x < {shown(one.high)}"


def percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def parameters(entry: Entry) -> Iterator[tuple[str, str]]:
    """Each parameter with its value, and what else is known of it."""
    for name, value in entry.parameters.items():
        known = entry.known.get(name)
        if known is None:
            yield f"{name} = {spelled(value)}", ""
            continue
        words = [known.description]
        if range_ := limits(known):
            words.append(range_)
        if value != known.default:
            words.append(f"by default {spelled(known.default)}")
        if entry.row and name in entry.row.formula_when and not value:
            words.append(f"when true, f(x) = {entry.row.formula_when[name]}")
        if entry.row and name in entry.row.learned:
            words.append("learned: one value per channel or unit")
        yield f"{name} = {spelled(value)}", "; ".join(words)


def advice(entry: Entry) -> dict[str, str]:
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


# --- the columns of a table of functions


@dataclass(frozen=True)
class Column:
    """A column of the table of functions."""

    heading: str
    cell: Callable[[Entry], str]
    right: bool = False
    dropped: int = 0
    """Narrow terminals do without the columns above 0, the largest first."""


COLUMNS: Sequence[Column] = (
    Column("formula", lambda e: e.formula_text, dropped=5),
    Column("range", lambda e: str(e.properties.range)),
    Column("saturates", lambda e: e.properties.saturation),
    Column("f' = 0", lambda e: percent(e.properties.zero_derivative) if e.properties.zero_derivative else "0", True),
    Column("mean", lambda e: shown(e.properties.mean, 3), True, dropped=1),
    Column("variance", lambda e: shown(e.properties.variance, 3), True, dropped=2),
    Column("E f'²", lambda e: shown(e.properties.derivative_mean_square, 3), True, dropped=6),
    Column("Lipschitz", lambda e: shown(e.properties.lipschitz), True, dropped=7),
    Column("smooth", lambda e: e.properties.smooth, dropped=3),
    Column("year", lambda e: str(e.row.year) if e.row else "", True, dropped=4),
)


# --- JSON and LaTeX


def expressions(entry: Entry) -> tuple[Any, Any]:
    """f and f' as SymPy has them."""
    from actsearch.functions import symbolic

    derivative = symbolic.expression(entry.derivative) if entry.derivative else symbolic.derivative(entry.formula)
    return symbolic.expression(entry.formula), derivative


def as_json(entry: Entry) -> dict[str, Any]:
    """All of it. What is infinite is null: a range, a moment or a Lipschitz constant without bound."""
    formula, derivative = latex(entry)
    row = entry.row
    return {
        "name": entry.name if row else None,
        "title": entry.title,
        "aliases": [*entry.aliases],
        "formula": entry.formula_text,
        "derivative": entry.derivative_text,
        "latex": {"formula": formula, "derivative": derivative},
        "parameters": {name: _parameter_as_json(entry, name) for name in entry.parameters},
        "properties": properties_as_json(entry.properties),
        "strengths": row.strengths if row else None,
        "weaknesses": row.weaknesses if row else None,
        "kernel_initializer": row.kernel_initializer if row else None,
        "dropout_layer": row.dropout_layer if row else None,
        "paper": row.paper if row else None,
        "year": row.year if row else None,
    }


def _parameter_as_json(entry: Entry, name: str) -> dict[str, Any]:
    known = entry.known.get(name)
    if known is None:
        return {"value": entry.parameters[name]}
    learned = entry.row is not None and name in entry.row.learned
    ends = {"minimum": _finite(known.minimum), "maximum": _finite(known.maximum)}
    more = {"default": known.default, "description": known.description, "learned": learned}
    return {"value": entry.parameters[name], **more, **ends}


def properties_as_json(p: Properties) -> dict[str, Any]:
    plain = {field.name: getattr(p, field.name) for field in fields(p)}
    return {name: _plain(value) for name, value in plain.items()} | {"zero_centred": p.zero_centred, "smooth": p.smooth}


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [*map(_plain, value)]
    return _finite(value) if isinstance(value, float) else value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def latex(entry: Entry) -> tuple[str, str]:
    """f and f'."""
    from actsearch.functions import notation

    formula, derivative = map(notation.latex, expressions(entry))
    return formula, derivative


def latex_lines(entry: Entry) -> str:
    """To be put into a document that loads amsmath; the comment says what it is."""
    formula, derivative = latex(entry)
    head = ", ".join(
        [f"% {entry.label}", *(f"{k} = {spelled(v)}" for k, v in entry.parameters.items() if k not in entry.changed)]
    )
    return f"{head}\n\\begin{{align*}}\nf(x) &= {formula} \\\\\nf'(x) &= {derivative}\n\\end{{align*}}"


# --- Markdown


HEAD = """\
# The catalogue of activation functions

This page is what `actsearch show --markdown` prints. `actsearch show NAME` shows one function on the terminal, with
other parameters by `--set alpha=0.2`; `actsearch show "x * sigmoid(2 * x)"` does the same for a formula of yours, and
`--plot FILE` draws them. What a row of the registry says is in `actsearch/activations.py`, what is computed from f and
f' in `actsearch/properties.py`.

X stands for a standard normal input, which is what a layer's pre-activations are meant to be at the start.

- **saturates**: at which ends |f'| stays below 1 % of its largest value on [-10, 10].
- **f' = 0**: the share of X that no gradient passes.
- **mean, variance**: of f(X). SELU keeps 0 and 1. A function is zero-centred where the mean is at most a tenth of the
  standard deviation.
- **E f'²**: the gradient gain, by which a layer whose weights have variance 1/n multiplies the gradient's variance.
  He's initialization is 1 over it for ReLU.
- **Lipschitz**: the largest |f'| anywhere; infinite where there is none, or f jumps.
- **smooth**: C0 is continuous, C1 has a continuous derivative, C∞ shows no jump up to the fourth.

At a kink a derivative is the left one.

"""


def markdown(entries: Sequence[Entry]) -> str:
    """The page `docs/catalogue.md`: a table of all, and a section each. Numbers have four digits at most."""
    sections = "\n".join(_section(entry) for entry in entries)
    return f"{HEAD}{_markdown_table(entries)}\n{sections}"


def _markdown_table(entries: Sequence[Entry]) -> str:
    headings = ["function", *(column.heading for column in COLUMNS)]
    rules = ["---", *("---:" if column.right else "---" for column in COLUMNS)]
    lines = [headings, rules]
    for entry in entries:
        name = f"[{entry.title}](#{_anchor(entry.title)})"
        cells = (f"`{column.cell(entry)}`" if column.heading == "formula" else column.cell(entry) for column in COLUMNS)
        lines.append([name, *cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _anchor(title: str) -> str:
    """As GitHub makes them of headings."""
    kept = "".join(char for char in title.lower() if char.isalnum() or char in "- _")
    return kept.replace(" ", "-")


def _section(entry: Entry) -> str:
    formula, derivative = latex(entry)
    name = f"`{entry.name}`" if entry.row else f"`{entry.formula_text}`"
    also = f", also {', '.join(f'`{alias}`' for alias in entry.aliases)}" if entry.aliases else ""
    lines = [f"## {entry.title}", "", f"{name}{also}", "", *_mathematics(f"f(x) = {formula}")]
    lines += _mathematics(f"f'(x) = {derivative}")
    for head, words in parameters(entry):
        lines.append(f"- `{head}`: {_escaped(words)}" if words else f"- `{head}`")
    lines += [""] if entry.parameters else []
    lines += [
        "| | |",
        "| --- | --- |",
        *(f"| {key} | {value.replace('|', chr(92) + '|')} |" for key, value in facts(entry.properties).items()),
    ]
    if entry.row:
        row = entry.row
        lines += ["", f"**Strengths**: {row.strengths}.", "", f"**Weaknesses**: {row.weaknesses}.", ""]
        lines += [f"**Initializer**: `{row.kernel_initializer}`. **Dropout**: `{row.dropout_layer}`.", ""]
        lines += [f"**Paper**: {row.paper}."]
    return "\n".join([*lines, ""])


def _escaped(text: str) -> str:
    """Stars that are products and no emphasis."""
    return text.replace("*", r"\*")


def _mathematics(text: str) -> list[str]:
    return ["```math", text, "```", ""]
