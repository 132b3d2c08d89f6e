"""f and its derivative in LaTeX. SymPy is loaded when they are asked for."""

from __future__ import annotations

from typing import Any

from actsearch.functions.catalogue import Entry, spelled


def expressions(entry: Entry) -> tuple[Any, Any]:
    """f and f' as SymPy has them."""
    from actsearch.functions import symbolic

    derivative = symbolic.expression(entry.derivative) if entry.derivative else symbolic.derivative(entry.formula)
    return symbolic.expression(entry.formula), derivative


def formulas_in_latex(entry: Entry) -> tuple[str, str]:
    """f and f'."""
    from actsearch.functions import notation

    formula, derivative = map(notation.latex, expressions(entry))
    return formula, derivative


def latex_lines(entry: Entry) -> str:
    """To be put into a document that loads amsmath; the comment says what it is."""
    formula, derivative = formulas_in_latex(entry)
    unchanged = {key: value for key, value in entry.parameters.items() if key not in entry.changed}
    head = ", ".join([f"% {entry.label}", *(f"{key} = {spelled(value)}" for key, value in unchanged.items())])
    return f"{head}\n\\begin{{align*}}\nf(x) &= {formula} \\\\\nf'(x) &= {derivative}\n\\end{{align*}}"
