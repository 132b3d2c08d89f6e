"""What the entries of `activations` mean: a function of the registry, a checked formula, a function of the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from actsearch.config.activation_entries import own_parameters
from actsearch.config.places import Location
from actsearch.config.problems import Problems
from actsearch.core.activation import Activation
from actsearch.core.spelling import did_you_mean
from actsearch.functions import formula_language, formulas, own_functions
from actsearch.functions.activation_row import can_be_learned
from actsearch.functions.registry import ACTIVATIONS


def activation_of(at: Location, entry: Mapping[str, Any], folder: Path, problems: Problems) -> Activation | None:
    """What an entry at a place means; None after its problems are told. `folder` is that of the file."""
    if "formula" in entry:
        return _formula_activation(at, entry, problems)
    if "function" in entry:
        return _python_activation(at, entry, folder, problems)
    return _named_activation(at, entry, problems)


def _named_activation(at: Location, entry: Mapping[str, Any], problems: Problems) -> Activation | None:
    """One of the registry."""
    row = ACTIVATIONS[entry["name"]]
    learnable = [key for key in row.parameters if can_be_learned(row, key)]
    trainable = _trainable(at, entry, learnable, problems)
    if trainable is None:
        return None
    asked = tuple(name for name in trainable if name not in row.learned)  # those are, asked for or not
    return Activation(entry["name"], {key: entry[key] for key in row.parameters}, None, asked or None)


def _formula_activation(at: Location, entry: Mapping[str, Any], problems: Problems) -> Activation | None:
    parameters = own_parameters(entry)
    trainable = _trainable(at, entry, list(parameters), problems)
    if trainable is None:
        return None
    try:
        formula = formulas.parse_formula(entry["formula"], parameters)
        formulas.check_formula(formula)
        _check_learned(entry["formula"], parameters, trainable)
    except formula_language.FormulaError as error:
        column = "" if error.column is None else f"column {error.column}: "
        problems.add((*at, "formula"), column + error.what, error.remedy)
        return None
    return Activation(formula.canonical, parameters, "formula", trainable or None)


def _python_activation(at: Location, entry: Mapping[str, Any], folder: Path, problems: Problems) -> Activation | None:
    """A function of the user's own, in Python."""
    name, parameters = entry["function"], own_parameters(entry)
    trainable = _trainable(at, entry, list(parameters), problems)
    if trainable is None:
        return None
    try:
        source = own_functions.find_source(name, folder)
    except own_functions.PluginError as error:
        problems.add((*at, "function"), error.what, error.remedy)
        return None
    known = tuple(parameters) if source.parameters is None else source.parameters
    for parameter in parameters:
        if parameter not in known:
            remedy = did_you_mean(parameter, known, "they are ") if known else "it has none: remove this"
            problems.add((*at, "parameters", parameter), f"{name} has no parameter {parameter!r}", remedy)
            return None
    return Activation(
        name, parameters, "function", trainable or None, source.sha256, source.text, str(folder.resolve())
    )


def _trainable(
    at: Location, entry: Mapping[str, Any], learnable: Sequence[str], problems: Problems
) -> tuple[str, ...] | None:
    """The parameters that are to be learned; None if one cannot be, which is told."""
    trainable = tuple(sorted(set(entry.get("trainable", ()))))
    for name in trainable:
        if name not in learnable:
            what = f"there is no parameter {name!r} that could be learned"
            problems.add((*at, "trainable"), what, _instead_of(name, entry, learnable))
            return None
    return trainable


def _instead_of(name: str, entry: Mapping[str, Any], learnable: Sequence[str]) -> str:
    """What to write instead of a parameter that cannot be learned."""
    if learnable:
        return did_you_mean(name, learnable, "its parameters are ")
    if "name" in entry:
        return "it has none: remove this"
    return f"say with what it begins: parameters: {{{name}: 1.0}}"


def _check_learned(text: str, parameters: Mapping[str, float], trainable: Sequence[str]) -> None:
    """That the formula stays one where a learned parameter goes: `x**a` is none but at whole numbers.

    Raises:
        FormulaError: it does not.
    """
    for name in trainable:
        for value in (parameters[name] * 1.001 + 1e-3, parameters[name] * 0.999 - 1e-3):
            try:
                formulas.check_formula(formulas.parse_formula(text, {**parameters, name: value}))
            except formula_language.FormulaError as error:
                what = f"{name} is to be learned, and at {name} = {value:.4g} {error.what}"
                raise formula_language.FormulaError(error.column, what, error.remedy) from error
