"""The experiment file, loaded: `load` checks it and reports every mistake at once with its line.

Imports pydantic and PyYAML, neither NumPy nor Rich nor Keras.
"""

from __future__ import annotations

import copy
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from actsearch.activations import ACTIVATIONS, ALIASES
from actsearch.errors import InvalidExperiment, Problem
from actsearch.experiment import Activation, Candidate, Cnn, DataSpec, Experiment, Mlp, Optimizer, Training
from actsearch.mistakes import in_plain_words, name_location, suggestion
from actsearch.schema import (
    ENTRIES,
    OPTIMIZERS,
    CnnModel,
    ExperimentFile,
    First,
    MlpModel,
    Model,
    NamedData,
    NpzData,
    TrainingSection,
)
from actsearch.yaml_source import Location, Source, dotted, parse, read

MOST_CANDIDATES = 10_000
TRAINING_SIZES = {"mnist": 60_000, "fashion_mnist": 60_000, "cifar10": 50_000}


@dataclass(frozen=True)
class Loaded:
    """An experiment, and where each of its keys stands."""

    experiment: Experiment
    path: Path
    folder: Path
    """The file's folder: a relative path of data starts there."""
    source: Source
    overrides: Mapping[Location, str]

    def where(self, key: str) -> str:
        """`file:line` of a dotted key, or the option that overrode it."""
        return _where(self.path, self.source, self.overrides, _location(key))


def load(path: Path, overrides: Sequence[str] = ()) -> Loaded:
    """Reads and checks an experiment file.

    Args:
        path: the YAML file.
        overrides: `KEY=VALUE` texts, the value as YAML, each of which replaces a key of the file.

    Raises:
        InvalidExperiment: with every mistake there is.
    """
    source = read(path)
    reader = _Checker(path, source)
    raw = reader.overridden(overrides)
    if reader.problems:
        raise InvalidExperiment(reader.problems)
    experiment = reader.experiment(raw)
    if reader.problems or experiment is None:
        raise InvalidExperiment(reader.in_order())
    return Loaded(experiment, path, path.parent, source, reader.overrides)


class _Checker:
    """Checks one file, collecting problems with their places."""

    def __init__(self, path: Path, source: Source) -> None:
        self.path, self.source = path, source
        self.overrides: dict[Location, str] = {}
        self.problems: list[Problem] = []
        self._lines: list[int] = []

    def in_order(self) -> list[Problem]:
        """The problems in the order of the file, each once."""
        ordered = [problem for _, problem in sorted(zip(self._lines, self.problems, strict=True), key=lambda p: p[0])]
        return list(dict.fromkeys(ordered))

    def problem(self, location: Location, what: str, remedy: str) -> None:
        where = _where(self.path, self.source, self.overrides, location)
        self._lines.append(0 if where.startswith("--set") else self.source.line(location))
        self.problems.append(Problem(where, dotted(location), what, remedy))

    def overridden(self, overrides: Sequence[str]) -> dict[str, Any]:
        """The file's content with the overrides in place; empty if it is no mapping."""
        if not isinstance(self.source.value, dict):
            self.problem((), "is not a list of keys with values", "begin with for example name: my-experiment")
            return {}
        raw: dict[str, Any] = copy.deepcopy(self.source.value)
        for text in overrides:
            option = f"--set {text}"
            key, equals, value = text.partition("=")
            if not equals or not re.fullmatch(r"[\w<>-]+(\.[\w-]+)*(\[\d+\])?(\.[\w-]+)*", key.strip()):
                self.problems.append(Problem(option, "", "is not KEY=VALUE", "write for example training.epochs=2"))
                self._lines.append(0)
                continue
            location = _location(key.strip())
            self.overrides[location] = option
            parsed = parse(value, option).value if value.strip() else None
            if location == ("data", "npz") and isinstance(parsed, str):
                parsed = str(Path(parsed).absolute())  # typed at the shell, so relative to where the shell is
            if not _put(raw, location, parsed):
                self.problem(location, "there is no such place in the file", "override a key that can stand there")
        return raw

    def experiment(self, raw: dict[str, Any]) -> Experiment | None:
        checked = self._validated(TypeAdapter(ExperimentFile), raw, ())
        entries = raw.get("activations", list(ACTIVATIONS))
        grid = raw.get("grid", {})
        self._check_dotted_keys(entries, grid)
        if checked is None or self.problems:
            return None
        data = self._data(checked)
        seeds = tuple(range(checked.seeds)) if isinstance(checked.seeds, int) else tuple(checked.seeds)
        if len(set(seeds)) < len(seeds):
            twice = next(seed for i, seed in enumerate(seeds) if seed in seeds[:i])
            self.problem(("seeds",), f"{twice} stands there twice", "give each seed once")
        document = _document(checked, grid)
        candidates = self._candidates(checked, document)
        if self.problems:
            return None
        warnings = tuple(dict.fromkeys([*_data_warnings(data, len(seeds)), *_selu_warnings(candidates)]))
        return Experiment(checked.name, checked.description, seeds, data, tuple(candidates), document, warnings)

    def _validated(self, adapter: TypeAdapter[Any], raw: Any, base: Location) -> Any:
        """The checked value, or None after its problems are taken down below `base`."""
        try:
            return adapter.validate_python(raw)
        except ValidationError as error:
            for row in error.errors(include_url=False):
                location = tuple(part for part in row["loc"] if not (isinstance(part, str) and part.startswith("\0")))
                what, remedy = in_plain_words(row, location, raw)
                if row["type"] in ("union_tag_not_found", "union_tag_invalid"):
                    location = name_location(location, row["input"])
                self.problem((*base, *location), what, remedy)
            return None

    def _check_dotted_keys(self, entries: Any, grid: Any) -> None:
        if isinstance(grid, dict):
            for key, values in grid.items():
                self._check_dotted_key(("grid", key), key)
                if isinstance(values, list):
                    for i, value in enumerate(values):
                        if any(value == other and type(value) is type(other) for other in values[:i]):
                            self.problem(("grid", key, i), f"{value!r} stands there twice", "give each value once")
        for i, entry in enumerate(entries if isinstance(entries, list) else []):
            own = entry.get("with") if isinstance(entry, dict) else None
            for key in own if isinstance(own, dict) else ():
                self._check_dotted_key(("activations", i, "with", key), key)

    def _check_dotted_key(self, location: Location, key: str) -> None:
        known = list(_settable_keys())
        if key in ("model.kind", "training.epochs", "training.threads"):
            self.problem(location, "must be the same for every candidate", f"set {key} itself")
        elif key not in known:
            self.problem(location, "is not a setting that can vary", suggestion(key, known, "the keys are "))

    def _data(self, checked: Any) -> DataSpec:
        data: Any = NamedData.model_validate({"name": checked.data}) if isinstance(checked.data, str) else checked.data
        holdout = None if data.validation == "test" else data.validation.holdout
        size: Any = data.train_size
        first: int | None = None
        if isinstance(size, First):
            size, first = None, size.first
        if isinstance(data, NpzData):
            file = self.path.parent / data.npz
            if not file.is_file():
                what = f"no such file: {file}" if file != Path(data.npz) else f"no such file: {data.npz}"
                self.problem(("data", "npz"), what, "a relative path starts at the experiment file's folder")
            return DataSpec("npz", data.npz, holdout, size, first)
        total = TRAINING_SIZES[data.name]
        if holdout is not None and holdout > total - 10:
            what = f"{holdout} of {total} training examples would leave fewer than one a class"
            self.problem(("data", "validation", "holdout"), what, f"write at most {total - 10}")
        left = total - (holdout or 0)
        wanted = size if first is None else first
        if wanted is not None and wanted > left and holdout != wanted:
            key = ("data", "train_size") if first is None else ("data", "train_size", "first")
            self.problem(key, f"{wanted} is more than the {left} training examples there are", f"write at most {left}")
        return DataSpec(data.name, None, holdout, size, first)

    def _candidates(self, checked: Any, document: Mapping[str, Any]) -> list[Candidate]:
        """Every activation at every point of the grid."""
        grid: Mapping[str, list[Any]] = document.get("grid", {})
        base = {"model": document["model"], "training": document["training"]}
        entries = document["activations"]
        for key, values in grid.items():
            for i, value in enumerate(values):
                self._resolved(base, {key: value}, ("grid", key, i))
        for i, entry in enumerate(entries):
            for key, value in entry.get("with", {}).items():
                self._resolved(base, {key: value}, ("activations", i, "with", key))
        points = math.prod(len(values) for values in grid.values())
        if points * len(entries) > MOST_CANDIDATES:
            what = f"asks for {points * len(entries):,} candidates"
            self.problem(("grid",), what, f"ask for at most {MOST_CANDIDATES:,}")
        if self.problems:
            return []
        candidates: list[Candidate] = []
        places: list[int] = []
        seen: dict[tuple[int, str], None] = {}
        for point in _points(grid):
            for i, entry in enumerate(entries):
                own = entry.get("with", {})
                settings = {**{key: value for key, value in point.items() if key not in own}, **own}
                setting = {key: settings[key] for key in grid}
                if (i, repr(setting)) in seen:
                    continue  # its own settings fix what the grid varies
                seen[i, repr(setting)] = None
                resolved = self._resolved(base, settings, ("grid",) if point else ("activations", i, "with"))
                if resolved is None:
                    return []
                candidates.append(_candidate(entry, checked.activations[i], setting, *resolved))
                places.append(i)
        self._refuse_twins(candidates, places)
        return candidates

    def _resolved(
        self, base: Mapping[str, Any], settings: Mapping[str, Any], location: Location
    ) -> tuple[CnnModel | MlpModel, TrainingSection] | None:
        """The model and training sections with dotted settings put in; their problems are told at `location`."""
        sections: Any = copy.deepcopy(base) if settings else base
        for key, value in settings.items():
            if not _put(sections, _location(key), value):
                self.problem(location, f"there is no {key} in this experiment", "set a key that is there")
                return None
        resolved: list[Any] = []
        for section, adapter in (("model", _MODEL), ("training", _TRAINING)):
            try:
                resolved.append(adapter.validate_python(sections[section]))
            except ValidationError as error:
                for row in error.errors(include_url=False):
                    inner = tuple(p for p in row["loc"] if not (isinstance(p, str) and p.startswith("\0")))
                    what, remedy = in_plain_words(row, (section, *inner), sections)
                    self.problem(location, what, remedy)
                return None
        return resolved[0], resolved[1]

    def _refuse_twins(self, candidates: Sequence[Candidate], places: Sequence[int]) -> None:
        labels: dict[Any, int] = {}
        meanings: dict[str, int] = {}
        for candidate, i in zip(candidates, places, strict=True):
            meaning = repr((candidate.activation, candidate.model, candidate.training))
            if meaning in meanings:
                line = self.source.line(("activations", meanings[meaning]))
                self.problem(("activations", i), f"is the same candidate as that of line {line}", "keep one of them")
                continue
            meanings[meaning] = i
            name = (candidate.label, repr(dict(candidate.setting)))
            if labels.setdefault(name, i) != i:
                line = self.source.line(("activations", labels[name]))
                what = f"has the label {candidate.label!r}, as that of line {line} has"
                self.problem(("activations", i), what, "give it a label of its own")


_MODEL: TypeAdapter[Any] = TypeAdapter(Model)
_TRAINING: TypeAdapter[Any] = TypeAdapter(TrainingSection)


def _document(checked: Any, grid: Mapping[str, Any]) -> dict[str, Any]:
    """The file's content with every default filled in and every shorthand written out."""
    plain = checked.model_dump(by_alias=True)
    if isinstance(plain["data"], str):
        plain["data"] = NamedData.model_validate({"name": plain["data"]}).model_dump()
    optimizer = plain["training"]["optimizer"]
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer].model_validate({"name": optimizer}).model_dump()
    name_first = {"name": optimizer["name"], "learning_rate": optimizer["learning_rate"]}
    plain["training"]["optimizer"] = name_first | {k: v for k, v in optimizer.items() if v is not None}
    plain["activations"] = [_full_entry(entry) for entry in plain["activations"]]
    if isinstance(plain["seeds"], int):
        plain["seeds"] = list(range(plain["seeds"]))
    if grid:
        plain["grid"] = {key: list(values) for key, values in grid.items()}
    else:
        del plain["grid"]
    return dict(plain)


def _full_entry(entry: Any) -> dict[str, Any]:
    if isinstance(entry, str):
        entry = ENTRIES[ALIASES.get(entry, entry)].model_validate({"name": entry}).model_dump(by_alias=True)
    name = ALIASES.get(entry["name"], entry["name"])
    full = {"name": name, **{key: entry[key] for key in ACTIVATIONS[name].parameters}}
    if entry["label"] is not None:
        full["label"] = entry["label"]
    if entry["with"]:
        full["with"] = entry["with"]
    return full


def _candidate(
    entry: Mapping[str, Any], _: Any, setting: Mapping[str, Any], model: CnnModel | MlpModel, training: TrainingSection
) -> Candidate:
    row = ACTIVATIONS[entry["name"]]
    parameters = {key: entry[key] for key in row.parameters}
    shared: dict[str, Any] = {
        "kernel_initializer": row.kernel_initializer
        if model.kernel_initializer == "auto"
        else model.kernel_initializer,
        "dropout_layer": row.dropout_layer if model.dropout_layer == "auto" else model.dropout_layer,
        "batch_normalization": model.batch_normalization,
        "dense": tuple(model.dense),
    }
    network: Cnn | Mlp
    if isinstance(model, CnnModel):
        pooled, dense = model.dropout
        network = Cnn(tuple(model.filters), model.kernel_size, dropout=(pooled, dense), **shared)
    else:
        network = Mlp(dropout=model.dropout, **shared)
    label = entry.get("label") or _automatic_label(entry)
    return Candidate(label, Activation(entry["name"], parameters), network, _training(training), dict(setting))


def _training(section: TrainingSection) -> Training:
    optimizer: Any = section.optimizer
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer].model_validate({"name": optimizer})
    arguments = {key: value for key, value in optimizer.model_dump().items() if key != "name" and value is not None}
    return Training(
        Optimizer(optimizer.name, arguments),
        section.loss,
        section.epochs,
        section.batch_size,
        section.precision,
        section.threads,
    )


def _automatic_label(entry: Mapping[str, Any]) -> str:
    """The name, and what is not at its default: `elu (alpha=0.2)`, `gelu (approximate)`."""
    row = ACTIVATIONS[entry["name"]]
    told = []
    for key, parameter in row.parameters.items():
        if entry[key] != parameter.default:
            told.append(key if entry[key] is True else f"{key}={entry[key]:g}")
    told += [f"{key.rsplit('.', 1)[-1]}={value}" for key, value in entry.get("with", {}).items()]
    return f"{entry['name']} ({', '.join(told)})" if told else str(entry["name"])


def _data_warnings(data: DataSpec, seeds: int) -> Iterator[str]:
    if data.holdout is None:
        yield (
            "Validation is the test set: choosing an epoch or an activation by it is choosing on test data."
            " The sound choice is validation: {holdout: n}."
        )
    if seeds == 1:
        yield "One seed: a difference between two activations may be chance."


def _selu_warnings(candidates: Sequence[Candidate]) -> Iterator[str]:
    for candidate in candidates:
        model, label = candidate.model, candidate.label
        rates = (model.dropout,) if isinstance(model, Mlp) else model.dropout
        if candidate.activation.name == "selu":
            broken = []
            if model.kernel_initializer != "lecun_normal":
                broken.append(f"kernel_initializer is {model.kernel_initializer}, not lecun_normal")
            if model.dropout_layer != "alpha_dropout" and any(rates):
                broken.append("dropout_layer is dropout, not alpha_dropout")
            if model.batch_normalization:
                broken.append("batch normalisation comes between a layer and its SELU")
            if broken:
                yield f"{label}: SELU does not normalise itself here: {'; '.join(broken)}."
        elif model.dropout_layer == "alpha_dropout" and any(rates):
            yield f"{label}: alpha_dropout is made for SELU; other activations want dropout."


def _location(key: str) -> Location:
    """`training.optimizer.name` and `activations[3].alpha` as places."""
    found = re.findall(r"([^.\[\]]+)|\[(\d+)\]", key)
    return tuple(int(index) if index else word for word, index in found)


def _where(path: Path, source: Source, overrides: Mapping[Location, str], location: Location) -> str:
    for key, option in overrides.items():
        if location[: len(key)] == key or key[: len(location)] == location != ():
            return option
    return f"{path}:{source.line(location)}"


def _put(raw: Any, location: Location, value: Any) -> bool:
    """Sets a place, making mappings on the way; False where something else is in the way."""
    for i, part in enumerate(location):
        last = i == len(location) - 1
        if isinstance(part, int):
            if not isinstance(raw, list) or part >= len(raw):
                return False
        elif not isinstance(raw, dict):
            return False
        if last:
            raw[part] = value
        else:
            below = raw.setdefault(part, {}) if isinstance(raw, dict) else raw[part]
            if isinstance(below, str):  # a shorthand: `optimizer: adam`, `data: mnist`, an activation's name
                below = {"name": below}
                raw[part] = below
            raw = below
    return True


def _points(grid: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def _settable_keys() -> Iterator[str]:
    for model in (CnnModel, MlpModel):
        yield from (f"model.{key}" for key in model.model_fields if key != "kind")
    yield from (f"training.{key}" for key in TrainingSection.model_fields if key not in ("epochs", "threads"))
    for optimizer in OPTIMIZERS.values():
        yield from (f"training.optimizer.{key}" for key in optimizer.model_fields)
