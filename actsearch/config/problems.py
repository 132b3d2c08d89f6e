"""The mistakes of an experiment file: collected with their places, given in the order of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from actsearch.config.places import Location, dotted
from actsearch.config.yaml_source import YamlDocument
from actsearch.core.errors import Problem

Rank = tuple[int, int]
"""Line and position in the file; options have line 0."""


@dataclass(frozen=True)
class Origins:
    """Where each value of an experiment comes from: a line of the file, or the option that overrode it."""

    path: Path
    document: YamlDocument
    options: dict[Location, str] = field(default_factory=dict)
    """The options `--set` by the places that they override."""

    def where(self, location: Location) -> str:
        """`file:line`, or the option."""
        for key, option in self.options.items():
            if location[: len(key)] == key or key[: len(location)] == location != ():
                return option
        return f"{self.path}:{self.document.line(location)}"

    def in_words(self, location: Location) -> str:
        """`line 3`, or the option."""
        where = self.where(location)
        return where if where.startswith("--set") else f"line {self.document.line(location)}"


class Problems:
    """Collects the mistakes of one file and its options."""

    def __init__(self, origins: Origins) -> None:
        self.origins = origins
        self._ranked: list[tuple[Rank, Problem]] = []
        self._option_ranks: dict[str, Rank] = {}
        self._positions = {location: i for i, location in enumerate(origins.document.lines)}
        for line, problem in origins.document.problems:
            self._ranked.append(((line, 0), problem))

    def __len__(self) -> int:
        return len(self._ranked)

    def add(self, location: Location, what: str, remedy: str) -> None:
        """A mistake at a place, which an option may have set."""
        where = self.origins.where(location)
        rank = self._option_ranks.get(where, self._rank(location))
        self._ranked.append((rank, Problem(where, dotted(location), what, remedy)))

    def begin_option(self, option: str) -> None:
        """From here on, what is wrong with this option comes after the mistakes of those before it."""
        self._option_ranks.setdefault(option, (0, len(self._option_ranks)))

    def add_of_option(self, option: str, key: str, what: str, remedy: str) -> None:
        """A mistake in the text of an option."""
        self._ranked.append((self._option_ranks[option], Problem(option, key, what, remedy)))

    def in_order(self) -> list[Problem]:
        """The problems in the order of the file, each once; those of options come first."""
        ordered = sorted(self._ranked, key=lambda ranked: ranked[0])
        return list(dict.fromkeys(problem for _, problem in ordered))

    def _rank(self, location: Location) -> Rank:
        near = location
        while near and near not in self._positions:
            near = near[:-1]
        return self.origins.document.line(location), self._positions.get(near, 0)
