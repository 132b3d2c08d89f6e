"""What the page says of each activation function: formulas, graph and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from actsearch.core.errors import UserError
from actsearch.core.experiment import Activation
from actsearch.core.results import ExperimentResult
from actsearch.functions import catalogue
from actsearch.functions.catalogue import Entry
from actsearch.functions.descriptions import facts
from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.formula_tree import Tree, written
from actsearch.functions.mathml import mathml
from actsearch.report import function_charts
from actsearch.report.page_colors import PagePen

FUNCTION_FACTS = ("range", "saturates", "derivative is 0", "maps N(0, 1) to", "gradient gain", "smoothness")


WIDE_FORMULA, WIDE_CASES = 40, 90
"""A formula of more characters is printed as text, which wraps; one of cases has its lines one below the other."""


def activations_of(result: ExperimentResult) -> list[tuple[Activation, list[str]]]:
    """Each activation once, with the labels that have it."""
    found: dict[str, tuple[Activation, list[str]]] = {}
    for candidate in result.candidates:
        _, labels = found.setdefault(repr(candidate.activation), (candidate.activation, []))
        if candidate.label not in labels:
            labels.append(candidate.label)
    return list(found.values())


def function_view(activation: Activation, labels: Sequence[str], pens: Mapping[str, PagePen]) -> dict[str, Any]:
    css = pens[labels[0]].css
    view: dict[str, Any] = {"labels": [(label, pens[label].css) for label in labels], "css": css, "entry": None}
    view["parameters"] = catalogue.settings_in_words(activation.parameters)  # type: ignore[arg-type]  # numbers and switches
    view["trainable"] = activation.trainable or ()
    view["title"] = activation.name
    if activation.kind == "function":
        view["why"] = "A function of your own, from its module; it is not run to be drawn."
        return view
    try:
        (entry,) = catalogue.find_functions([activation.name], activation.parameters)  # type: ignore[arg-type]
        view |= _drawn_function(entry, css)
    except (UserError, ValueError, ArithmeticError) as error:
        view["why"] = f"It cannot be drawn: {error}"
    return view


def _drawn_function(entry: Entry, css: str) -> dict[str, Any]:
    title = entry.title if entry.row else "Formula"
    derivative: Tree = entry.derivative.tree if entry.derivative else differentiate(entry.formula.tree)
    trees = (("f", entry.formula.tree), ("f′", derivative))
    written_out = [(mathml(tree, name), f"{name}(x) = {written(tree)}") for name, tree in trees]
    f, slope = (one for one, _ in written_out)
    told = f"Graph of f(x) = {entry.formula_text} and of its derivative"
    known = facts(entry.properties)
    return {
        "entry": entry,
        "title": title,
        "formulas": [(Markup(one), text, _is_wide(text)) for one, text in written_out if one],
        "text": entry.formula_text if f is None else "",
        "is_long": slope is None,
        "chart": function_charts.function_svg(entry, css, told),
        "facts": [(name, known[name]) for name in FUNCTION_FACTS if name in known],
        "paper": entry.row.paper if entry.row else "",
    }


def _is_wide(text: str) -> bool:
    return len(text) > (WIDE_CASES if "where(" in text else WIDE_FORMULA)
