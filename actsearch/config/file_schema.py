"""What an experiment file may hold: its keys, by the tables of tasks, of kinds of network and of kinds of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import Field, TypeAdapter, create_model

from actsearch.config.data_section import data_field, usual_data
from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.model_section import model_field, usual_model
from actsearch.config.training_section import TrainingSection
from actsearch.core.errors import UserError
from actsearch.core.tasks import MULTICLASS, TASKS, Task
from actsearch.data.source_keys import SourceKeys
from actsearch.data.sources import SOURCES
from actsearch.networks.architecture_keys import ArchitectureKeys
from actsearch.networks.architectures import ARCHITECTURES


@dataclass(frozen=True)
class Tables:
    """What an experiment file can ask for by name. A table with a row more takes a member from outside the package."""

    tasks: Mapping[str, Task] = field(default_factory=lambda: TASKS)
    architectures: Mapping[str, type[ArchitectureKeys]] = field(default_factory=lambda: ARCHITECTURES)
    sources: Mapping[str, type[SourceKeys]] = field(default_factory=lambda: SOURCES)


@dataclass(frozen=True)
class FileSchema:
    """The keys of a file for one task."""

    task: Task
    file: type[ExperimentFile]
    training: type[TrainingSection]
    architectures: Mapping[str, type[ArchitectureKeys]]
    """By kind: their keys, with the outputs that the task can have."""
    sources: Mapping[str, type[SourceKeys]]
    whole: TypeAdapter[ExperimentFile]
    sections: Mapping[str, TypeAdapter[Any]]
    """Of `model` and of `training` alone."""


def schema_of(content: Mapping[str, Any], tables: Tables) -> FileSchema:
    """The schema for the task that a file names; where it names none, or one that there is not, for the first one.

    Raises:
        UserError: a task of the table cannot be trained.
    """
    for name, each in tables.tasks.items():
        if each.learning is None:
            raise UserError(f"the task {name} has no `learning`: it is as results have it, and cannot be trained")
    named = content.get("task")
    first = next(iter(tables.tasks.values()))
    task = tables.tasks.get(named, first) if isinstance(named, str) else first
    is_usual = len(tables.tasks) == 1 and (tables, task) == (Tables(), MULTICLASS)
    return usual_schema() if is_usual else _schema(tables, task)


@cache
def usual_schema() -> FileSchema:
    """That of the package's own tables."""
    whole: TypeAdapter[ExperimentFile] = TypeAdapter(ExperimentFile)
    sections = _sections(ARCHITECTURES, TrainingSection)
    return FileSchema(MULTICLASS, ExperimentFile, TrainingSection, ARCHITECTURES, SOURCES, whole, sections)


def _schema(tables: Tables, task: Task) -> FileSchema:
    architectures = {kind: _for_task(keys, task) for kind, keys in tables.architectures.items()}
    training = _training_for_task(task)
    more: dict[str, Any] = {}
    if len(tables.tasks) > 1:  # else there is nothing to choose
        names, first = tuple(tables.tasks), next(iter(tables.tasks))
        more["task"] = (Literal[names], Field(first, description="What is learned."))
    file = create_model(
        ExperimentFile.__name__,
        __base__=ExperimentFile,
        data=(data_field(tables.sources), Field(usual_data(tables.sources), description="See below.")),
        model=(model_field(architectures), Field(usual_model(architectures), description="See below.")),
        training=(training, Field(training(), description="See below.")),
        **more,
    )
    sections = _sections(architectures, training)
    return FileSchema(task, file, training, architectures, tables.sources, TypeAdapter(file), sections)


def _sections(
    architectures: Mapping[str, type[ArchitectureKeys]], training: type[TrainingSection]
) -> Mapping[str, TypeAdapter[Any]]:
    return {"model": TypeAdapter(model_field(architectures)), "training": TypeAdapter(training)}


def _for_task(keys: type[ArchitectureKeys], task: Task) -> type[ArchitectureKeys]:
    """The keys with the outputs that a task can have, where they leave that to the file."""
    if task == MULTICLASS or "output_activation" not in keys.model_fields:
        return keys
    choices = tuple(output for output, _ in task.as_learned.outputs)
    description = "; ".join(f"{output} with {' or '.join(losses)}" for output, losses in task.as_learned.outputs)
    own: dict[str, Any] = {"output_activation": (Literal[choices], Field(choices[0], description=description))}
    return create_model(keys.__name__, __base__=keys, __doc__=keys.__doc__, **own)


def _training_for_task(task: Task) -> type[TrainingSection]:
    """The section with the losses that a task can have."""
    if task == MULTICLASS:
        return TrainingSection
    losses = task.as_learned.losses
    own: dict[str, Any] = {"loss": (Literal[losses], Field(losses[0], description="Keras's name."))}
    return create_model(TrainingSection.__name__, __base__=TrainingSection, **own)
