"""What could stand at a key: the example in the remedy of a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from actsearch.config.activation_entries import ENTRIES
from actsearch.config.data_section import kind_of_data
from actsearch.config.model_section import keys_of_kind, usual_kind
from actsearch.config.optimizers import OPTIMIZER_MODELS
from actsearch.config.places import Location
from actsearch.config.training_section import TrainingSection
from actsearch.networks.architectures import ARCHITECTURES

EXAMPLE_VALUES: Mapping[str, str] = {
    "name": "my-experiment",
    "holdout": "10000",
    "first": "1000",
    "seeds": "[0, 1, 2]",
    "tuning_seeds": "[1000, 1001, 1002]",
    "activations": "[relu, gelu]",
    "kind": usual_kind(),
    "formula": "x * sigmoid(beta * x)",
    "function": "my_module:my_activation",
    "parameters": "{beta: 1.5}",
    "trainable": "[beta]",
    "every": "1",
    "probe_size": "256",
    "stddev": "0.05",
    "l2": "0.0005",
    "last": "10000",
    "value": "0.5",
    "training": "true",
    "kernel_regularizer": "{l2: 0.0005}",
    "description": "what this is about",
    "label": "my gelu",
    "with": "{model.kernel_initializer: he_normal}",
    "grid": "{training.optimizer.learning_rate: [0.001, 0.0003]}",
}


def example(location: Location, content: Any) -> str:
    """`epochs: 10`: a key with its default, or with something that could stand there."""
    keys = [part for part in location if isinstance(part, str)]
    key = keys[-1] if keys else "name"
    if location[:1] == ("grid",) and len(location) > 1:
        return f"{key}: [first value, second value]"
    if location[:1] == ("data",) and key in (known := kind_of_data(content.get("data")).key_examples):
        return f"{key}: {known[key]}"
    if key in EXAMPLE_VALUES:
        return f"{key}: {EXAMPLE_VALUES[key]}"
    if isinstance(location[-1], int) and location[0] in ("seeds", "tuning_seeds"):
        return f"{location[0]}: {EXAMPLE_VALUES[location[0]]}"
    for model in _models(content):
        field = model.model_fields.get(key)
        if field is not None and not field.is_required() and not isinstance(field.default, BaseModel):
            return f"{key}: {_as_in_yaml(field.default)}"
    return f"{key}: {{...}}" if key in ("data", "model", "training", "optimizer") else f"{key}: ..."


def _models(content: Any) -> Iterator[type[BaseModel]]:
    """Those whose defaults are examples; first the one of the network that is asked for."""
    yield keys_of_kind(content.get("model") if isinstance(content, dict) else None) or ARCHITECTURES[usual_kind()]
    yield from OPTIMIZER_MODELS.values()
    yield from ARCHITECTURES.values()
    yield TrainingSection
    yield from ENTRIES.values()


def _as_in_yaml(default: Any) -> Any:
    if default is None:
        return "0.5"
    return str(default).lower() if isinstance(default, bool) else default
