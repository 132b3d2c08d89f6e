"""A function with values for its parameters, whether of the registry or a formula, as `show` and the docs need it.

Knows neither the terminal nor SymPy; NumPy comes with the properties, when they are asked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from actsearch.core.errors import UserError
from actsearch.core.spelling import did_you_mean
from actsearch.functions import formula_language, formulas
from actsearch.functions.activation_row import ActivationFunction, Parameter
from actsearch.functions.formula_derivative import differentiate
from actsearch.functions.formula_tree import written
from actsearch.functions.formulas import Formula
from actsearch.functions.registry import ACTIVATIONS, ALIASES, ARTICLE

if TYPE_CHECKING:
    from actsearch.functions.numerical_search import Function
    from actsearch.functions.properties import Properties

Value = float | bool
Settings = Mapping[str, Value]


@dataclass(frozen=True)
class Entry:
    """One function with values for its parameters."""

    name: str
    """The canonical name; of a formula, the formula."""
    formula: Formula
    derivative: Formula | None
    """As the registry shows it; None of a user's formula, which the rules of calculus differentiate."""
    parameters: Mapping[str, Value]
    row: ActivationFunction | None = None
    """None for a formula."""
    changed: Mapping[str, Value] = field(default_factory=dict)
    """The parameters that have another value than the registry's default."""

    @property
    def title(self) -> str:
        return self.row.title if self.row else "Formula"

    @property
    def label(self) -> str:
        """The name and what is not at its default: `elu, alpha = 0.2`."""
        return ", ".join([self.name, *settings_in_words(self.changed)])

    @property
    def formula_text(self) -> str:
        """In one line, as the formula language has it."""
        return self.formula.text if self.row else self.formula.canonical

    @property
    def derivative_text(self) -> str:
        """Likewise; of a user's formula by the rules of calculus."""
        return self.derivative.text if self.derivative else written(differentiate(self.formula.tree))

    @property
    def aliases(self) -> tuple[str, ...]:
        return self.row.aliases if self.row else ()

    @property
    def known(self) -> Mapping[str, Parameter]:
        return self.row.parameters if self.row else {}

    @cached_property
    def function(self) -> Function:
        return self.row.reference(self.parameters) if self.row else formulas.numpy_function(self.formula)

    @cached_property
    def gradient(self) -> Function:
        return self.row.reference_gradient(self.parameters) if self.row else formulas.numpy_gradient(self.formula)

    @cached_property
    def properties(self) -> Properties:
        from actsearch.functions.properties import properties

        return properties(self.function, self.gradient)


def settings_in_words(values: Settings) -> list[str]:
    """`alpha = 0.2`; a switch that is on by its name alone."""
    return [key if value is True else f"{key} = {spelled(value)}" for key, value in values.items()]


def spelled(value: Value) -> str:
    """As one writes it after `--set`."""
    return str(value).lower() if isinstance(value, bool) else f"{value:.12g}"


def everything(settings: Settings) -> list[Entry]:
    """The whole registry, with these parameters where a function has them.

    Raises UserError as `find_functions` does.
    """
    return find_functions(list(ACTIVATIONS), settings)


def of_the_article() -> list[Entry]:
    """The six functions of the article, as it drew them."""
    return [_of_the_registry(name, ACTIVATIONS[name].article or {}) for name in ARTICLE]


def find_functions(texts: Sequence[str], settings: Settings) -> list[Entry]:
    """What names, aliases and formulas stand for; `settings` go to each function that has such a parameter.

    Raises UserError for a name that is none, a formula that can't be used, a parameter that none of them has, and a
    value that is out of its range.
    """
    by_label: dict[str, Entry] = {}
    for text in texts:
        entry = _entry_of(text, settings)
        by_label.setdefault(entry.label, entry)
    entries = list(by_label.values())
    known = set().union(*(entry.parameters for entry in entries))
    for key, value in settings.items():
        if key not in known:
            who = f"{_shown_text(entries[0].name)} has no" if len(entries) == 1 else "none of these has a"
            raise UserError(f"--set {key}={spelled(value)}: {who} parameter {key!r}; {_instead(key, known)}")
    return entries


def setting(text: str) -> tuple[str, Value]:
    """`alpha=0.2` or `approximate=true` as a name and a value. Raises UserError."""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not key:
        raise UserError(f"--set {text}: write NAME=VALUE, for example alpha=0.2")
    if value.lower() in ("true", "false"):
        return key, value.lower() == "true"
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        what = f"{value!r} is no number"
        raise UserError(f"--set {text}: {what}; write for example {key}=0.2, or {key}=true for a switch")
    return key, number


def _entry_of(text: str, settings: Settings) -> Entry:
    name = ALIASES.get(text) or text.replace("-", "_")
    if name in ACTIVATIONS:
        row = ACTIVATIONS[name]
        return _of_the_registry(name, {key: value for key, value in settings.items() if key in row.parameters})
    return _of_a_formula(text, settings)


def _of_the_registry(name: str, given: Settings) -> Entry:
    row = ACTIVATIONS[name]
    checked = {key: _checked_value(name, key, row.parameters[key], value) for key, value in given.items()}
    parameters: dict[str, Value] = {key: checked.get(key, known.default) for key, known in row.parameters.items()}
    function, derivative = (_formula_with(text, parameters) for text in row.written(parameters))
    changed = {key: value for key, value in parameters.items() if value != row.parameters[key].default}
    return Entry(name, function, derivative, parameters, row, changed)


def _checked_value(name: str, key: str, parameter: Parameter, value: Value) -> Value:
    place = f"--set {key}={spelled(value)}: {key} of {name}"
    if isinstance(parameter.default, bool):
        if not isinstance(value, bool):
            raise UserError(f"{place} is a switch; write {key}=true or {key}=false")
        return value
    if isinstance(value, bool):
        raise UserError(f"{place} is a number; write for example {key}={spelled(parameter.default)}")
    if not parameter.minimum <= value <= parameter.maximum:
        raise UserError(f"{place} is out of range; write a number {range_in_words(parameter)}")
    return value


def range_in_words(parameter: Parameter) -> str:
    """The range in words: `of at least 0`; empty for a switch or where every number will do."""
    low, high = parameter.minimum, parameter.maximum
    if isinstance(parameter.default, bool) or (math.isinf(low) and math.isinf(high)):
        return ""
    if math.isinf(low) or math.isinf(high):
        return f"of at least {low:g}" if math.isinf(high) else f"of at most {high:g}"
    return f"from {low:g} to {high:g}"


def _formula_with(text: str, parameters: Settings) -> Formula:
    return formulas.parse_formula(text, {key: value for key, value in parameters.items() if _mentions(text, key)})


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _of_a_formula(text: str, settings: Settings) -> Entry:
    try:
        formula = _formula_with(text, settings)
        formulas.check_formula(formula)
    except formula_language.FormulaError as error:
        if re.fullmatch(r"\w+(-\w+)*", text) and "x" not in text.split("-"):
            spellings = [*ACTIVATIONS, *ALIASES]
            remedy = did_you_mean(text, spellings, "actsearch show lists them; or write a formula in x")
            raise UserError(f"no function is called {_shown_text(text)!r}; {remedy}") from None
        remedy = error.remedy
        if "under parameters" in remedy:  # as one does it in an experiment
            remedy = "give it a value, --set NAME=VALUE, or write x"
        place = f"column {error.column}: " if error.column is not None else ""
        raise UserError(f"{_shown_text(text)!r}: {place}{error.what}; {remedy}") from None
    return Entry(formula.canonical, formula, None, dict(formula.parameters))


def _instead(key: str, known: Collection[str]) -> str:
    if not known:
        return "remove it"
    return did_you_mean(key, sorted(known), f"there {'is' if len(known) == 1 else 'are'} {', '.join(sorted(known))}")


def _shown_text(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
