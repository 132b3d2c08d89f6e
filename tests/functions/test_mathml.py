"""Formulas as a browser sets them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tables import check_each

from actsearch.functions import catalogue, formulas
from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.mathml import mathml
from actsearch.functions.registry import ACTIVATIONS


def said(text: str, **parameters: float) -> str:
    """The text of a formula's MathML, a fraction as `(a)/(b)`, a power as `a^(b)`."""
    made = mathml(formulas.parse_formula(text, parameters).tree, "f")
    assert made is not None
    element = ElementTree.fromstring(made)
    return _read(element).replace("\N{INVISIBLE TIMES}", "").replace("\N{NO-BREAK SPACE}", " ").removeprefix("f(x)=")


def _read(element: ElementTree.Element) -> str:
    parts = [_read(child) for child in element]
    if element.tag == "mfrac":
        return f"({parts[0]})/({parts[1]})"
    if element.tag == "msup":
        return f"{parts[0]}^({parts[1]})"
    if element.tag == "mtr":
        return f"[{parts[0]} {parts[1]}]"
    return (element.text or "") + "".join(parts)


ON_PAPER = [
    ("1 / (1 + exp(-x))", "(1)/(1+e^(−x))"),
    ("max(0, x)", "max(0,x)"),
    ("x if x > 0 else 0.2 * (exp(x) - 1)", "[x if x>0][0.2(e^(x)−1) otherwise]"),
    ("1 if x > -1 and x <= 1 else 0", "[1 if −1<x≤1][0 otherwise]"),
    ("(x + 1) ** 2 / 4", "((x+1)^(2))/(4)"),
    ("x - (x - 1)", "x−(x−1)"),
    ("-(x + 1)", "−(x+1)"),
    ("2 * 3 * x", "2·3x"),
    ("exp(x) ** 2", "(e^(x))^(2)"),
    ("log(1 + exp(x))", "ln(1+e^(x))"),
]


def test_a_formula_is_written_as_on_paper() -> None:
    """Parentheses that are missing make another formula of it."""

    def check(text: str, written: str) -> None:
        assert said(text) == written

    check_each(ON_PAPER, check)


def test_every_function_and_derivative_is_well_formed() -> None:
    """A browser would show the rest of the page inside of a broken formula."""

    def check(name: str) -> None:
        (entry,) = catalogue.find_functions([name], {})
        assert entry.derivative is not None
        for tree in (entry.formula.tree, entry.derivative.tree, differentiate(entry.formula.tree)):
            made = mathml(tree, "f′")
            assert made is None or ElementTree.fromstring(made).tag == "math"

    check_each(ACTIVATIONS, check)


def test_a_formula_too_long_to_be_read_is_left_out() -> None:
    """Shared parts of a derivative, written out, can be longer than any page."""
    assert mathml(formulas.parse_formula(" + ".join(["tanh(x) * x"] * 35)).tree, "f") is None


def test_names_of_several_letters_keep_apart() -> None:
    """`negative_slopex` is not a product to anybody."""
    assert said("negative_slope * x", negative_slope=0.2) == "negative_slope·x"
    assert re.search("βx", said("sigmoid(beta * x)", beta=1.0))
