"""The section `grid` and the key `with` of an activation: which settings may vary, and the values that they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actsearch.config.optimizers import OPTIMIZER_MODELS
from actsearch.config.places import Location
from actsearch.config.problems import Problems
from actsearch.config.training_section import TrainingSection
from actsearch.core.spelling import did_you_mean
from actsearch.networks.architectures import ARCHITECTURES

OTHER_NAMES: Mapping[str, str] = {"training.optimizer.lr": "training.optimizer.learning_rate"}
"""What others call a setting, where another key is spelled more like it."""
SAME_FOR_ALL = ("model.kind", "training.epochs", "training.threads")
TOGETHER: Mapping[str, str] = {
    "training.optimizer.name": "vary training.optimizer, as in [adam, {name: sgd, momentum: 0.9}]",
}
"""What decides which other keys there are, and how to vary it."""


def _settable_keys() -> Iterator[str]:
    for model in ARCHITECTURES.values():
        yield from (f"model.{key}" for key in model.model_fields if key != "kind")
    yield from (f"training.{key}" for key in TrainingSection.model_fields if key not in ("epochs", "threads"))
    for optimizer in OPTIMIZER_MODELS.values():
        yield from (f"training.optimizer.{key}" for key in optimizer.model_fields)


VARIABLE_KEYS = tuple(key for key in _settable_keys() if key not in TOGETHER)


@dataclass(frozen=True)
class Setting:
    """A dotted key with the value that the grid or a `with` gives it, and where that value stands."""

    key: str
    value: Any
    at: Location


def check_grid(given: Any, grid: Mapping[str, list[Any]], problems: Problems) -> dict[str, list[Any]]:
    """The grid without what cannot vary, which is told. `given` is what the file has there, right or wrong."""
    varied = {key: grid[key] for key in grid if can_vary(("grid", key), key, problems)}
    if isinstance(given, dict):
        for key in given:
            if key not in grid:
                can_vary(("grid", key), key, problems)
    return {key: _without_repeats(key, values, problems) for key, values in varied.items()}


def _without_repeats(key: str, values: Sequence[Any], problems: Problems) -> list[Any]:
    first: dict[str, int] = {}
    for i, value in enumerate(values):
        if first.setdefault(_form(value), i) != i:
            problems.add(("grid", key, i), f"{value!r} stands there twice", "give each value once")
    return [values[i] for i in first.values()]


def _form(value: Any) -> str:
    """Equal for equal values: 1 and 1.0 are, 1 and true are not."""
    return repr(float(value)) if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def can_vary(location: Location, key: str, problems: Problems) -> bool:
    """Whether a setting may vary; if not, it is told."""
    if key in SAME_FOR_ALL:
        problems.add(location, "must be the same for every candidate", f"set {key} itself")
    elif key in TOGETHER:
        problems.add(location, "cannot vary apart from what belongs to it", TOGETHER[key])
    elif key not in VARIABLE_KEYS:
        wanted = OTHER_NAMES.get(key, key)
        problems.add(location, "is not a setting that can vary", did_you_mean(wanted, VARIABLE_KEYS, "the keys are "))
    else:
        return True
    return False


def axes_of(grid: Mapping[str, Sequence[Any]]) -> list[list[Setting]]:
    """The settings of each key of the grid."""
    return [[Setting(key, value, ("grid", key, i)) for i, value in enumerate(values)] for key, values in grid.items()]


def own_settings(i: int, entry: Mapping[str, Any], problems: Problems) -> list[Setting]:
    """The settings of an activation's `with`, without what cannot vary, which is told."""
    settings = [Setting(key, value, ("activations", i, "with", key)) for key, value in entry.get("with", {}).items()]
    return [setting for setting in settings if can_vary(setting.at, setting.key, problems)]


def is_fixed(key: str, own: Sequence[Setting]) -> bool:
    """Whether an activation's own settings fix what the grid varies: the key itself, or all of its mapping."""
    return any(key == setting.key or key.startswith(f"{setting.key}.") for setting in own)


def shown_settings(grid: Mapping[str, Any], settings: Sequence[Setting]) -> dict[str, Any]:
    """A candidate's values of the keys that the grid varies; of a mapping in their place, what it says of them."""
    values = {setting.key: setting.value for setting in settings}
    for key in grid:
        above = next((k for k in values if key.startswith(f"{k}.") and isinstance(values[k], dict)), None)
        if key not in values and above is not None and key[len(above) + 1 :] in values[above]:
            values[key] = values[above][key[len(above) + 1 :]]
    return {key: values[key] for key in grid if key in values}
