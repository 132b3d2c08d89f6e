"""`plan.json`: what an experiment expands to, for the commands that read results without its schema."""

from __future__ import annotations

import itertools
import json
import operator
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actsearch.core.activation import Activation
from actsearch.core.errors import StoreError
from actsearch.core.experiment import Trial
from actsearch.core.json_values import OPTIONAL, to_json
from actsearch.core.results import Choice
from actsearch.core.tasks import MULTICLASS, Task
from actsearch.core.trial_results import Role
from actsearch.store.layout import FORMAT_VERSION, PLAN_FILE
from actsearch.store.records.guards import check_version, indented_json


@dataclass(frozen=True)
class PlannedTrial:
    """A trial that is asked for."""

    id: str
    seed: int
    epochs: int
    role: Role = field(default="comparison", metadata=OPTIONAL)

    @classmethod
    def of(cls, trial: Trial, role: Role = "comparison") -> PlannedTrial:
        return cls(trial.id, trial.seed, trial.candidate.training.epochs, role)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> PlannedTrial:
        return cls(content["id"], content["seed"], content["epochs"], content.get("role", "comparison"))


@dataclass(frozen=True)
class PlannedCandidate:
    """A candidate with its trials."""

    label: str
    activation: Mapping[str, Any]
    """See `Activation.as_plain`."""
    setting: Mapping[str, Any]
    trials: tuple[PlannedTrial, ...]

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> PlannedCandidate:
        trials = tuple(map(PlannedTrial.from_json, content["trials"]))
        return cls(content["label"], content["activation"], content["setting"], trials)

    @property
    def activation_value(self) -> Activation:
        return Activation.from_plain(self.activation)


@dataclass(frozen=True, kw_only=True)
class PlanRecord:
    """The content of `plan.json`."""

    format_version: int = FORMAT_VERSION
    name: str
    description: str
    validation_is_test: bool
    loss: str
    task: Task = field(default=MULTICLASS, metadata=OPTIONAL)
    """Left out where it is the usual one; else whole, so that results can be read without the program that has it."""
    warnings: tuple[str, ...]
    grid: Mapping[str, Any]
    candidates: tuple[PlannedCandidate, ...]
    contained: tuple[str, ...] = field(default=(), metadata=OPTIONAL)
    """Finished trials on disk that are the beginning of a longer one of these."""
    tuning_seeds: tuple[int, ...] = field(default=(), metadata=OPTIONAL)
    chosen: tuple[Choice, ...] | None = field(default=None, metadata=OPTIONAL)
    """The settings chosen so far; None without tuning seeds."""
    earlier_seeds: tuple[int, ...] = field(default=(), metadata=OPTIONAL)
    """With how many seeds it was finished before more were asked for."""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> PlanRecord:
        return cls(
            format_version=content["format_version"],
            name=content["name"],
            description=content["description"],
            validation_is_test=content["validation_is_test"],
            loss=content["loss"],
            task=Task.from_json(content["task"]) if "task" in content else MULTICLASS,
            warnings=tuple(content["warnings"]),
            grid=content["grid"],
            candidates=tuple(map(PlannedCandidate.from_json, content["candidates"])),
            contained=tuple(content.get("contained", ())),
            tuning_seeds=tuple(content.get("tuning_seeds", ())),
            chosen=tuple(map(_choice_from_json, content["chosen"])) if "chosen" in content else None,
            earlier_seeds=tuple(map(operator.index, content.get("earlier_seeds", ()))),
        )

    def to_bytes(self) -> bytes:
        return indented_json(to_json(self))


def _choice_from_json(content: Mapping[str, Any]) -> Choice:
    return Choice(content["label"], content["setting"], content["mean"], tuple(content["seeds"]))


def read_plan(folder: Path) -> PlanRecord:
    """The plan of an experiment, by its folder.

    Raises:
        StoreError: it is missing, damaged, or written by a newer version.
    """
    path = folder / PLAN_FILE
    try:
        content = json.loads(path.read_bytes())
        check_version(content["format_version"], path)
        return PlanRecord.from_json(content)
    except FileNotFoundError as error:
        raise StoreError(f"{path}: is missing; run the experiment again, which writes it anew") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged_plan(folder) from error


def damaged_plan(folder: Path) -> StoreError:
    return StoreError(f"{folder / PLAN_FILE}: is damaged; run the experiment again, which writes it anew")


def planned_ids(folder: Path) -> list[str] | None:
    """The ids in the plan on disk, with those that its trials contain; None where they cannot be read.

    Damage elsewhere in the plan costs nothing.
    """
    try:
        content = json.loads((folder / PLAN_FILE).read_bytes())
        return [*(trial["id"] for trial in _trials_in(content)), *content.get("contained", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@dataclass(frozen=True)
class SeedsBefore:
    """What a plan says of its seeds to the one that takes its place."""

    seeds: frozenset[int]
    """Those that it compares with."""
    trial_ids: tuple[str, ...]
    """The trials of these seeds."""
    earlier: tuple[int, ...]
    """See `PlanRecord.earlier_seeds`."""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> SeedsBefore:
        compared = [trial for trial in _trials_in(content) if "role" not in trial]
        return cls(
            seeds=frozenset(trial["seed"] for trial in compared),
            trial_ids=tuple(trial["id"] for trial in compared),
            earlier=tuple(map(operator.index, content.get("earlier_seeds", ()))),
        )


def seeds_before(folder: Path) -> SeedsBefore | None:
    """Of the plan on disk; None where there is none, or they cannot be read."""
    try:
        return SeedsBefore.from_json(json.loads((folder / PLAN_FILE).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _trials_in(content: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return itertools.chain.from_iterable(candidate["trials"] for candidate in content["candidates"])


def refuse_newer_plan(folder: Path) -> None:
    """A newer version's plan must not be replaced; one that is missing or damaged is written anew."""
    path = folder / PLAN_FILE
    with suppress(OSError, ValueError, KeyError, TypeError):
        check_version(json.loads(path.read_bytes())["format_version"], path)
