"""The sections `model` and `training` of one candidate: with the settings of the grid and of its `with` put in."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from actsearch.config.grid import Setting
from actsearch.config.mistakes import in_plain_words
from actsearch.config.model_section import ModelField
from actsearch.config.places import Location, dotted, location_of
from actsearch.config.problems import Problems
from actsearch.config.raw_content import set_at
from actsearch.config.schema_check import without_tags
from actsearch.config.training_section import TrainingSection
from actsearch.networks.architecture_keys import ArchitectureKeys

_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    "model": TypeAdapter(ModelField),
    "training": TypeAdapter(TrainingSection),
}


class Sections:
    """Checks both sections for each combination of settings, once, and tells what is wrong with it."""

    def __init__(self, sound: Mapping[str, Any], problems: Problems) -> None:
        self._sound, self._problems = sound, problems
        self._checked: dict[tuple[str, tuple[Location, ...]], Any] = {}

    def model(self, settings: Sequence[Setting]) -> ArchitectureKeys | None:
        """None after its problems are told."""
        section: ArchitectureKeys | None = self._section("model", settings)
        return section

    def training(self, settings: Sequence[Setting]) -> TrainingSection | None:
        """None after its problems are told."""
        section: TrainingSection | None = self._section("training", settings)
        return section

    def _section(self, name: str, settings: Sequence[Setting]) -> Any:
        # The shorter key first: a whole optimizer, then its learning rate.
        mine = sorted((s for s in settings if s.key.startswith(f"{name}.")), key=lambda s: s.key.count("."))
        which = (name, tuple(setting.at for setting in mine))
        if which not in self._checked:
            self._checked[which] = self._check(name, mine)
        return self._checked[which]

    def _check(self, name: str, settings: Sequence[Setting]) -> Any:
        content = {name: copy.deepcopy(self._sound.get(name, {}))}
        for setting in settings:
            if not set_at(content, location_of(setting.key), copy.deepcopy(setting.value)):
                what = f"there is no {setting.key} in this experiment"
                self._problems.add(setting.at, what, "set a key that is there")
                return None
        try:
            return _ADAPTERS[name].validate_python(content[name])
        except ValidationError as error:
            for row in error.errors(include_url=False):
                location = (name, *without_tags(row["loc"]))
                what, remedy = in_plain_words(row, location, content)
                at, prefix = _blamed(location, settings)
                self._problems.add(at, prefix + what, remedy)
            return None


def _blamed(location: Location, settings: Sequence[Setting]) -> tuple[Location, str]:
    """The place of the setting that a problem of a section comes from, and what to say before it."""
    last_first = [(setting, location_of(setting.key)) for setting in reversed(settings)]
    for setting, path in last_first:
        if location[: len(path)] == path:
            return (*setting.at, *location[len(path) :]), ""
    for setting, path in last_first:
        if path[: len(location)] == location:
            return setting.at, ""
    return settings[-1].at, f"with this value, {dotted(location)} "
