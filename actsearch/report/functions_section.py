"""What the page says of each activation function: formulas, graph and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from actsearch.core.activation import Activation
from actsearch.core.errors import UserError
from actsearch.core.results import ExperimentResult
from actsearch.functions import catalogue
from actsearch.functions.catalogue import Entry
from actsearch.functions.descriptions import facts
from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.formula_tree import Tree, written
from actsearch.functions.mathml import mathml
from actsearch.report.function_charts import function_svg
from actsearch.report.page_colors import PagePen

FUNCTION_FACTS = ("range", "saturates", "derivative is 0", "maps N(0, 1) to", "gradient gain", "smoothness")
WIDE_FORMULA, WIDE_CASES = 40, 90
"""A formula of more characters is printed as text, which wraps; one of cases has its lines one below the other."""


def activations_of(result: ExperimentResult) -> list[tuple[Activation, list[str]]]:
    """Each activation once, with the labels that have it."""
    activations: dict[str, tuple[Activation, list[str]]] = {}
    for candidate in result.candidates:
        _, labels = activations.setdefault(repr(candidate.activation), (candidate.activation, []))
        if candidate.label not in labels:
            labels.append(candidate.label)
    return list(activations.values())


def function_view(activation: Activation, labels: Sequence[str], pens: Mapping[str, PagePen]) -> dict[str, Any]:
    """A function that can't be drawn has the reason in place of its graph."""
    css = pens[labels[0]].css
    view: dict[str, Any] = {
        "title": activation.name,
        "labels": [(label, pens[label].css) for label in labels],
        "css": css,
        "entry": None,
        "parameters": catalogue.settings_in_words(activation.parameters),  # type: ignore[arg-type]  # numbers, switches
        "trainable": activation.trainable or (),
    }
    if activation.kind == "function":
        return view | {"why": "A function of your own, from its module; it is not run to be drawn."}
    try:
        (entry,) = catalogue.find_functions([activation.name], activation.parameters)  # type: ignore[arg-type]
        return view | _drawn_function(entry, css)
    except (UserError, ValueError, ArithmeticError) as error:
        return view | {"why": f"It cannot be drawn: {error}"}


def _drawn_function(entry: Entry, css: str) -> dict[str, Any]:
    derivative: Tree = entry.derivative.tree if entry.derivative else differentiate(entry.formula.tree)
    trees = {"f": entry.formula.tree, "f′": derivative}
    formulas = {name: mathml(tree, name) for name, tree in trees.items()}
    known = facts(entry.properties)
    return {
        "entry": entry,
        "title": entry.title if entry.row else "Formula",
        "formulas": list(_formula_written_out(formulas, trees)),
        "text": entry.formula_text if formulas["f"] is None else "",
        "is_long": formulas["f′"] is None,
        "chart": function_svg(entry, css, f"Graph of f(x) = {entry.formula_text} and of its derivative"),
        "facts": [(name, known[name]) for name in FUNCTION_FACTS if name in known],
        "paper": entry.row.paper if entry.row else "",
    }


def _formula_written_out(
    formulas: Mapping[str, str | None], trees: Mapping[str, Tree]
) -> Iterator[tuple[Markup, str, bool]]:
    """Each formula that is short enough, as MathML and as text, and whether it is wide."""
    for name, formula in formulas.items():
        if formula:
            text = f"{name}(x) = {written(trees[name])}"
            yield Markup(formula), text, len(text) > (WIDE_CASES if "where(" in text else WIDE_FORMULA)
