"""The experiment as it is kept beside its results: every default filled in, every shorthand written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from actsearch.config.activation_entries import full_entry
from actsearch.config.data_section import source_keys
from actsearch.config.diagnostics_section import diagnostics_spec
from actsearch.config.experiment_file import ExperimentFile
from actsearch.config.optimizers import with_defaults
from actsearch.config.places import Location
from actsearch.config.problems import Problems
from actsearch.config.seeds import seed_numbers, tuning_seed_numbers
from actsearch.config.training_section import TrainingSection
from actsearch.config.yaml_source import survives


def stored_document(values: ExperimentFile, grid: Mapping[str, Any]) -> dict[str, Any]:
    """What `experiment.yaml` will hold; `grid` is the checked one."""
    plain = values.model_dump(by_alias=True)
    if isinstance(plain["data"], str):
        plain["data"] = source_keys(plain["data"]).model_dump()
    plain["training"]["optimizer"] = _full_optimizer(values.training)
    diagnostics = diagnostics_spec(values.diagnostics)
    plain["diagnostics"] = False if diagnostics is None else asdict(diagnostics)
    plain["activations"] = [full_entry(entry) for entry in plain["activations"]]
    plain["seeds"] = list(seed_numbers(values.seeds))
    plain["tuning_seeds"] = list(tuning_seed_numbers(values.tuning_seeds))
    plain["grid"] = {key: list(settings) for key, settings in grid.items()}
    left_out = [key for key in ("tuning_seeds", "grid") if not plain[key]]
    return {key: value for key, value in plain.items() if key not in left_out}


def _full_optimizer(section: TrainingSection) -> dict[str, Any]:
    """The name and the learning rate first."""
    optimizer = with_defaults(section.optimizer)
    name_first = {"name": optimizer.name, "learning_rate": optimizer.learning_rate}
    return name_first | {key: value for key, value in optimizer.model_dump().items() if value is not None}


def check_texts(values: ExperimentFile, problems: Problems) -> None:
    """Refuses what would come back from the results' `experiment.yaml` as a number."""
    texts: list[tuple[Location, Any]] = [(("name",), values.name), (("description",), values.description)]
    for i, entry in enumerate(values.activations):
        texts.append((("activations", i, "label"), getattr(entry, "label", None)))
    for location, text in texts:
        if isinstance(text, str) and not survives(text):
            problems.add(location, f"{text!r} is a number to some readers of YAML", "write it with another letter")
