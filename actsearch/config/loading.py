"""The experiment file, loaded: `load_experiment` checks it and reports every mistake at once with its line.

Imports pydantic and PyYAML, neither NumPy nor Rich nor Keras.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.config.candidates import candidates_of
from actsearch.config.data_section import data_spec
from actsearch.config.diagnostics_section import diagnostics_spec
from actsearch.config.experiment_warnings import warnings_of
from actsearch.config.file_schema import FileSchema, Tables, schema_of
from actsearch.config.grid import check_grid
from actsearch.config.overrides import overridden
from actsearch.config.places import location_of
from actsearch.config.problems import Origins, Problems
from actsearch.config.schema_check import check_schema
from actsearch.config.seeds import check_seeds, check_tuning_seeds
from actsearch.config.stored_experiment import check_texts, stored_document
from actsearch.config.yaml_source import read_yaml
from actsearch.core.errors import InvalidExperiment
from actsearch.core.experiment import Experiment


@dataclass(frozen=True)
class Loaded:
    """An experiment, and where each of its keys stands."""

    experiment: Experiment
    path: Path
    folder: Path
    """The file's folder: a relative path of data starts there."""
    origins: Origins

    def where(self, key: str) -> str:
        """`file:line` of a dotted key, or the option that overrode it."""
        return self.origins.where(location_of(key))


def load_experiment(path: Path, overrides: Sequence[str] = (), tables: Tables | None = None) -> Loaded:
    """Reads and checks an experiment file.

    Args:
        path: the YAML file.
        overrides: `KEY=VALUE` texts, the value as YAML, each of which replaces a key of the file.
        tables: what the file can ask for by name; by default, what the package has.

    Raises:
        InvalidExperiment: with every mistake there is.
    """
    origins = Origins(path, read_yaml(path))
    problems = Problems(origins)
    known = tables or Tables()
    content = overridden(overrides, known.sources, problems)
    experiment = _checked_experiment(content, schema_of(content, known), path.parent, problems)
    return Loaded(experiment, path, path.parent, origins)


def _checked_experiment(content: dict[str, Any], schema: FileSchema, folder: Path, problems: Problems) -> Experiment:
    checked = check_schema(content, schema, problems)
    values = checked.values
    grid = check_grid(content.get("grid"), checked, problems)
    data = data_spec(values.data, folder, problems, schema.sources)
    seeds = check_seeds(values.seeds, problems)
    tuning_seeds = check_tuning_seeds(values.tuning_seeds, seeds, bool(grid), problems)
    check_texts(values, problems)
    candidates = candidates_of(checked, grid, folder, problems)
    if problems:
        raise InvalidExperiment(problems.in_order())
    return Experiment(
        values.name,
        values.description,
        seeds,
        data,
        tuple(candidates),
        stored_document(checked, grid),
        warnings_of(data, seeds, tuning_seeds, candidates, values.activations),
        diagnostics_spec(values.diagnostics),
        task=schema.task,
        tuning_seeds=tuning_seeds,
    )
