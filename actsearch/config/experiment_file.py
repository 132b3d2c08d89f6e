"""The whole experiment file: its keys, and its JSON Schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from actsearch.config.activation_entries import EntryField
from actsearch.config.data_section import DataField, usual_data
from actsearch.config.diagnostics_section import DiagnosticsField, DiagnosticsSection
from actsearch.config.model_section import ModelField, usual_model
from actsearch.config.seeds import SeedsField, TuningSeedsField
from actsearch.config.training_section import TrainingSection
from actsearch.core.strict_models import StrictModel
from actsearch.functions.registry import ARTICLE

SCHEMA_FILE = Path(__file__).parent.parent / "experiment.schema.json"


class ExperimentFile(StrictModel):
    """A network, trained once with every activation function, setting and seed."""

    model_config = ConfigDict(title="actsearch experiment")

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$", description="Names the folder of the results.")
    description: str = Field("", max_length=2000, description="For readers.")
    seeds: SeedsField = Field([0, 1, 2], description="A list, or n for 0 .. n-1.")
    tuning_seeds: TuningSeedsField | None = Field(
        None,
        description="With a grid: each activation's setting is chosen with these, the best mean validation accuracy"
        " after the last epoch, and compared with `seeds`, which must be others. A list, or n for 1000 .. 1000+n-1.",
    )
    data: DataField = Field(usual_data(), description="See below.")
    model: ModelField = Field(usual_model(), description="See below.")
    training: TrainingSection = Field(TrainingSection(), description="See below.")
    activations: list[EntryField] = Field(
        list(ARTICLE), min_length=1, max_length=1000, description="What is compared, see below."
    )
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict, description="Dotted keys under model and training, each with a list: every combination."
    )
    diagnostics: DiagnosticsField = Field(
        DiagnosticsSection(),
        description="What every hidden layer does is looked at and kept; false: it is not.",
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment file, for editors."""
    schema = ExperimentFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
