"""The candidates: every activation at every point of the grid, each of which must differ from all others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.config.activation_entries import full_entry
from actsearch.config.activations import activation_of
from actsearch.config.grid import Setting, axes_of, is_fixed, own_settings, shown_settings
from actsearch.config.labels import automatic_label
from actsearch.config.places import Location
from actsearch.config.problems import Problems
from actsearch.config.schema_check import CheckedFile
from actsearch.config.sections import Sections
from actsearch.config.training_section import TrainingSection, training_of
from actsearch.core.activation import Activation
from actsearch.core.architecture import Architecture
from actsearch.core.experiment import Candidate

MOST_CANDIDATES = 10_000


@dataclass(frozen=True)
class _ListedActivation:
    """An activation of the list, with its settings from `with`."""

    number: int
    content: Mapping[str, Any]
    own: Sequence[Setting]
    activation: Activation | None
    """None where it has mistakes."""


@dataclass(frozen=True)
class _Point:
    """A candidate, and the entry and the settings that made it."""

    candidate: Candidate
    entry: int
    settings: Sequence[Setting]


def candidates_of(
    checked: CheckedFile, grid: Mapping[str, list[Any]], folder: Path, problems: Problems
) -> list[Candidate]:
    """Every activation at every point of the grid, without those that have mistakes, which are told."""
    entries = _entries(checked, folder, problems)
    axes = axes_of(grid)
    number = math.prod(map(len, axes)) * len(entries)
    if number > MOST_CANDIDATES:
        problems.add(("grid",), f"asks for {number:,} candidates", f"ask for at most {MOST_CANDIDATES:,}")
        return []
    sections = Sections(checked.sound, problems)
    points: list[_Point] = []
    seen: set[tuple[int, tuple[Location, ...]]] = set()
    for values, entry in itertools.product(itertools.product(*axes), entries):
        varied = [setting for setting in values if not is_fixed(setting.key, entry.own)]
        which = (entry.number, tuple(setting.at for setting in varied))
        if which in seen:
            continue  # its own settings fix what the grid varies
        seen.add(which)
        candidate = _candidate_with(entry, [*varied, *entry.own], grid, sections, problems)
        if candidate is not None:
            points.append(_Point(candidate, entry.number, [*varied, *entry.own]))
    _refuse_twins(points, problems)
    return [point.candidate for point in points]


def _entries(checked: CheckedFile, folder: Path, problems: Problems) -> list[_ListedActivation]:
    contents = [full_entry(entry) for entry in checked.values.model_dump(by_alias=True)["activations"]]
    own = [own_settings(i, content, problems) for i, content in enumerate(contents)]
    activations = [
        None if i in checked.broken else activation_of(("activations", i), content, folder, problems)
        for i, content in enumerate(contents)
    ]
    return [_ListedActivation(i, *parts) for i, parts in enumerate(zip(contents, own, activations, strict=True))]


def _candidate_with(
    entry: _ListedActivation,
    settings: Sequence[Setting],
    grid: Mapping[str, Any],
    sections: Sections,
    problems: Problems,
) -> Candidate | None:
    """An entry with these settings; None after its problems are told."""
    model, training = sections.model(settings), sections.training(settings)
    activation = entry.activation
    if model is None or training is None or activation is None:
        return None
    network = model.resolved(activation)
    _check_output(network, training, settings, problems)
    label = entry.content.get("label") or automatic_label(entry.content)
    setting = shown_settings(grid, settings)
    return Candidate(label, activation, network, training_of(training), setting)


def _check_output(
    network: Architecture, training: TrainingSection, settings: Sequence[Setting], problems: Problems
) -> None:
    """A sigmoid's outputs are no distribution over the classes, of which that cross-entropy is."""
    if network.output_activation == "sigmoid" and training.loss == "categorical_crossentropy":
        mine = [setting for setting in settings if setting.key in ("training.loss", "model.output_activation")]
        at = mine[-1].at if mine else ("model", "output_activation")
        what = "sigmoid does not go with the loss categorical_crossentropy"
        problems.add(at, what, "write training.loss: binary_crossentropy, or mean_squared_error")


def _refuse_twins(points: Sequence[_Point], problems: Problems) -> None:
    """Two candidates that mean the same would be trained for nothing; two of one label could not be told apart."""
    twins = _refuse_equal_meanings(points, problems)
    entries: dict[str, int] = {}
    for point in points:
        label = point.candidate.label
        first = entries.setdefault(label, point.entry)
        if first != point.entry and point.entry not in twins:
            where = problems.origins.in_words(("activations", first))
            what = f"has the label {label!r}, as that of {where} has"
            problems.add(("activations", point.entry), what, "give it a label of its own")


def _refuse_equal_meanings(points: Sequence[_Point], problems: Problems) -> set[int]:
    """Returns the entries that mean the same as one before them."""
    meanings: dict[str, _Point] = {}
    twins: set[int] = set()
    for point in points:
        candidate = point.candidate
        first = meanings.setdefault(repr((candidate.activation, candidate.model, candidate.training)), point)
        if first.entry != point.entry:
            twins.add(point.entry)
            where = problems.origins.in_words(("activations", first.entry))
            problems.add(("activations", point.entry), f"is the same candidate as that of {where}", "keep one of them")
        elif first is not point:
            pairs = zip(first.settings, point.settings, strict=True)
            before, after = next((before, after) for before, after in pairs if before.at != after.at)
            what = f"{after.value!r} means the same as {before.value!r} for {candidate.label}"
            problems.add(after.at, what, "give one of them, or fix it for this activation by `with`")
    return twins
