"""The experiment file: its schema, its defaults, and `load`, which reports every mistake at once with its line.

Imports pydantic and PyYAML, neither NumPy nor Rich nor Keras.
"""

from __future__ import annotations

import copy
import difflib
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from actsearch.activations import ACTIVATIONS, ALIASES, Parameter
from actsearch.errors import InvalidExperiment, Problem
from actsearch.experiment import Activation, Candidate, Cnn, DataSpec, Experiment, Mlp, Optimizer, Training
from actsearch.yaml_source import Location, Source, dotted, parse, read

SCHEMA_FILE = Path(__file__).with_name("experiment.schema.json")
MOST_CANDIDATES = 10_000
TRAINING_SIZES = {"mnist": 60_000, "fashion_mnist": 60_000, "cifar10": 50_000}
INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "zeros",
    "ones",
)
"""Keras's names."""
_LATER = {
    "formula": "formulas as activations come with a later version",
    "function": "functions of one's own come with a later version",
    "diagnostics": "diagnostics come with a later version",
}
"""Keys that are refused until they do something."""


# --- The schema: what a user may write. A tag of a union begins with a NUL, so that it can't be mistaken for a key.


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _tags(**by_type: str) -> Discriminator:
    """Chooses a union's member by the type of the value: `text`, `number`, `list`, `mapping`, `nothing`."""
    return Discriminator(lambda value: "\0" + by_type.get(_kind(value), "") if _kind(value) in by_type else None)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "switch"
    names = ((str, "text"), ((int, float), "number"), (list, "list"), ((dict, BaseModel), "mapping"))
    return next((name for types, name in names if isinstance(value, types)), "other")


Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Width = Annotated[int, Field(ge=1, le=65_536)]


class HoldOut(_Strict):
    holdout: int = Field(ge=1, description="So many training examples are kept for validation, stratified.")


class First(_Strict):
    first: int = Field(ge=1, description="The first so many training examples.")


Validation = Annotated[
    Annotated[Literal["test"], Tag("\0text")] | Annotated[HoldOut, Tag("\0mapping")],
    _tags(text="text", mapping="mapping"),
]
TrainSize = Annotated[
    Annotated[None, Tag("\0nothing")]
    | Annotated[Annotated[int, Field(ge=1)], Tag("\0number")]
    | Annotated[First, Tag("\0mapping")],
    _tags(nothing="nothing", number="number", mapping="mapping"),
]
_VALIDATION = "`test`, or `{holdout: n}`: n training examples are kept for validation."
_TRAIN_SIZE = "Train on a stratified subset of so many examples, or on `{first: n}`; null: on all."


class NamedData(_Strict):
    name: Literal["mnist", "fashion_mnist", "cifar10"] = Field("mnist", description="mnist comes with the package.")
    validation: Validation = Field(HoldOut(holdout=10_000), description=_VALIDATION)
    train_size: TrainSize = Field(None, description=_TRAIN_SIZE)


class NpzData(_Strict):
    npz: str = Field(min_length=1, description="A file with x_train, y_train, x_test, y_test; relative to this file.")
    validation: Validation = Field(description=_VALIDATION)
    train_size: TrainSize = Field(None, description=_TRAIN_SIZE)


def _data_tag(value: Any) -> str | None:
    if isinstance(value, NpzData) or (isinstance(value, dict) and "npz" in value):
        return "\0npz"
    return "\0named" if isinstance(value, (dict, NamedData)) else "\0text" if isinstance(value, str) else None


Data = Annotated[
    Annotated[NamedData, Tag("\0named")]
    | Annotated[NpzData, Tag("\0npz")]
    | Annotated[Literal["mnist", "fashion_mnist", "cifar10"], Tag("\0text")],
    Discriminator(_data_tag),
]

Initializer = Literal["auto", *INITIALIZERS]
_INITIALIZER = "A Keras initializer; auto: lecun_normal for SELU, else glorot_uniform."
_DROPOUT_LAYER = "auto: alpha_dropout for SELU, else dropout."
_BATCH_NORMALIZATION = "Batch normalisation between a layer and its activation."


class CnnModel(_Strict):
    kind: Literal["cnn"] = Field("cnn", description="Convolutions, one 2 x 2 pooling, dense layers.")
    filters: list[Width] = Field([32, 64], min_length=1, max_length=100, description="Of each convolution.")
    kernel_size: int = Field(3, ge=1, le=64, description="Height and width of the convolutions.")
    dense: list[Width] = Field([128], min_length=1, max_length=200, description="Units of each hidden dense layer.")
    dropout: list[Share] = Field(
        [0.25, 0.5], min_length=2, max_length=2, description="Rates after the pooling and after every dense layer."
    )
    kernel_initializer: Initializer = Field("auto", description=_INITIALIZER)
    dropout_layer: Literal["auto", "dropout", "alpha_dropout"] = Field("auto", description=_DROPOUT_LAYER)
    batch_normalization: bool = Field(False, description=_BATCH_NORMALIZATION)


class MlpModel(_Strict):
    kind: Literal["mlp"] = Field(description="Dense layers.")
    dense: list[Width] = Field([128, 128], min_length=1, max_length=200, description="Units of each hidden layer.")
    dropout: Share = Field(0.0, description="Rate after every hidden layer.")
    kernel_initializer: Initializer = Field("auto", description=_INITIALIZER)
    dropout_layer: Literal["auto", "dropout", "alpha_dropout"] = Field("auto", description=_DROPOUT_LAYER)
    batch_normalization: bool = Field(False, description=_BATCH_NORMALIZATION)


def _model_tag(value: Any) -> str | None:
    if isinstance(value, (CnnModel, MlpModel)):
        return "\0" + value.kind
    if not isinstance(value, dict):
        return None
    kind = value.get("kind", "cnn")
    return "\0" + kind if kind in ("cnn", "mlp") else None


Model = Annotated[
    Annotated[CnnModel, Tag("\0cnn")] | Annotated[MlpModel, Tag("\0mlp")], Discriminator(_model_tag)
]


class _Optimizer(_Strict):
    weight_decay: Annotated[float, Field(ge=0)] | None = None
    clipvalue: Positive | None = Field(None, description="Each component of the gradient into [-clipvalue, clipvalue].")
    clipnorm: Positive | None = Field(None, description="Each weight's gradient to at most this norm.")
    global_clipnorm: Positive | None = Field(None, description="The whole gradient to at most this norm.")

    @model_validator(mode="after")
    def _one_clipping(self) -> _Optimizer:
        given = [name for name in ("clipvalue", "clipnorm", "global_clipnorm") if getattr(self, name) is not None]
        if len(given) > 1:
            raise PydanticCustomError("actsearch", f"{' and '.join(given)} exclude each other|keep one of them")
        return self


class Adam(_Optimizer):
    name: Literal["adam"]
    learning_rate: Positive = 0.001
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-7
    amsgrad: bool = False


class AdamW(_Optimizer):
    name: Literal["adamw"]
    learning_rate: Positive = 0.001
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-7
    amsgrad: bool = False
    weight_decay: Annotated[float, Field(ge=0)] | None = 0.004


class Sgd(_Optimizer):
    name: Literal["sgd"]
    learning_rate: Positive = 0.01
    momentum: Share = 0.0
    nesterov: bool = False


class RmsProp(_Optimizer):
    name: Literal["rmsprop"]
    learning_rate: Positive = 0.001
    rho: Share = 0.9
    momentum: Share = 0.0
    epsilon: Positive = 1e-7
    centered: bool = False


OPTIMIZERS: Mapping[str, type[_Optimizer]] = {"adam": Adam, "adamw": AdamW, "sgd": Sgd, "rmsprop": RmsProp}


def _optimizer_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    return f"\0{name}" if isinstance(name, str) and name in OPTIMIZERS else None


OptimizerField = Annotated[
    Annotated[Adam, Tag("\0adam")]
    | Annotated[AdamW, Tag("\0adamw")]
    | Annotated[Sgd, Tag("\0sgd")]
    | Annotated[RmsProp, Tag("\0rmsprop")]
    | Annotated[Literal["adam", "adamw", "sgd", "rmsprop"], Tag("\0text")],
    Discriminator(_optimizer_tag),
]


class TrainingSection(_Strict):
    optimizer: OptimizerField = Field(
        Adam(name="adam"), description="A name, or {name: adam, ...} with Keras's arguments; no clipping by default."
    )
    loss: Literal["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"] = Field(
        "categorical_crossentropy",
        description="binary_crossentropy is the literal one, of the probabilities; Keras 3's string means another.",
    )
    epochs: int = Field(10, ge=1, le=100_000)
    batch_size: int = Field(128, ge=1, le=1_000_000)
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    threads: int = Field(1, ge=1, le=256, description="TensorFlow's threads in an operation; they change the bits.")


def _label(value: Any) -> Any:
    if isinstance(value, str) and not (1 <= len(value) <= 60 and value.isprintable() and value.strip() == value):
        raise PydanticCustomError("actsearch", "is not a label|write 1 to 60 printable characters")
    return value


class _ActivationEntry(_Strict):
    label: Annotated[str | None, BeforeValidator(_label)] = Field(None, description="Its name in tables and figures.")
    own: dict[str, Any] = Field(
        default_factory=dict, alias="with", description="Its own settings, by dotted keys under model and training."
    )


def _entry_model(name: str) -> type[_ActivationEntry]:
    row = ACTIVATIONS[name]
    fields: dict[str, Any] = {"name": (Literal[(name, *row.aliases)], Field(description=row.formula))}
    fields |= {key: _parameter_field(parameter) for key, parameter in row.parameters.items()}
    made = create_model(f"{row.title.replace(' ', '')}Entry", __base__=_ActivationEntry, **fields)
    return made


def _parameter_field(parameter: Parameter) -> tuple[Any, Any]:
    if isinstance(parameter.default, bool):
        return bool, Field(parameter.default, description=parameter.description)
    limits: dict[str, float] = {}
    if math.isfinite(parameter.minimum):
        limits["ge"] = parameter.minimum
    if math.isfinite(parameter.maximum):
        limits["le"] = parameter.maximum
    return float, Field(parameter.default, description=parameter.description, **limits)  # type: ignore[arg-type]


ENTRIES = {name: _entry_model(name) for name in ACTIVATIONS}
_SPELLINGS = (*ACTIVATIONS, *ALIASES)


def _entry_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    return f"\0{ALIASES.get(name, name)}" if isinstance(name, str) and name in _SPELLINGS else None


Entry = Annotated[
    Union[  # noqa: UP007  (built from the registry)
        tuple(Annotated[model, Tag(f"\0{name}")] for name, model in ENTRIES.items())
        + (Annotated[Literal[_SPELLINGS], Tag("\0text")],)
    ],
    Discriminator(_entry_tag),
]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Seeds = Annotated[
    Annotated[Annotated[int, Field(ge=1, le=10_000)], Tag("\0number")]
    | Annotated[Annotated[list[Seed], Field(min_length=1, max_length=10_000)], Tag("\0list")],
    _tags(number="number", list="list"),
]


class ExperimentFile(_Strict):
    """A network, trained once with every activation function, setting and seed."""

    model_config = ConfigDict(title="actsearch experiment")

    name: str = Field(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$", description="Names the folder of the results."
    )
    description: str = Field("", max_length=2000)
    seeds: Seeds = Field([0, 1, 2], description="A list, or n for 0 .. n-1.")
    data: Data = Field(NamedData())
    model: Model = Field(CnnModel())
    training: TrainingSection = Field(TrainingSection())
    activations: list[Entry] = Field(list(ACTIVATIONS), min_length=1, max_length=1000)
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict, description="Dotted keys under model and training, each with a list: every combination."
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment file, for editors."""
    schema = ExperimentFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


# --- Loading


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
        return Experiment(
            checked.name, checked.description, seeds, data, tuple(candidates), document, warnings
        )

    def _validated(self, adapter: TypeAdapter[Any], raw: Any, base: Location) -> Any:
        """The checked value, or None after its problems are taken down below `base`."""
        try:
            return adapter.validate_python(raw)
        except ValidationError as error:
            for row in error.errors(include_url=False):
                location = tuple(part for part in row["loc"] if not (isinstance(part, str) and part.startswith("\0")))
                what, remedy = _in_plain_words(row, location, raw)
                if row["type"] in ("union_tag_not_found", "union_tag_invalid"):
                    location = _name_location(location, row["input"])
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
        if key in ("training.epochs", "training.threads"):
            self.problem(location, "must be the same for every candidate", f"set {key} itself")
        elif key not in known:
            self.problem(location, "is not a setting that can vary", _suggestion(key, known, "the keys are "))

    def _data(self, checked: Any) -> DataSpec:
        data = NamedData(name=checked.data) if isinstance(checked.data, str) else checked.data
        holdout = None if data.validation == "test" else data.validation.holdout
        size, first = data.train_size, None
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
                    what, remedy = _in_plain_words(row, (section, *inner), sections)
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
        plain["data"] = NamedData(name=plain["data"]).model_dump()
    optimizer = plain["training"]["optimizer"]
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer](name=optimizer).model_dump()  # type: ignore[call-arg]
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
        entry = ENTRIES[ALIASES.get(entry, entry)](name=entry).model_dump(by_alias=True)  # type: ignore[call-arg]
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
        "kernel_initializer": row.kernel_initializer if model.kernel_initializer == "auto" else model.kernel_initializer,
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
    optimizer = section.optimizer
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer](name=optimizer)  # type: ignore[call-arg]
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


# --- Places, and messages in plain words


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
        yield from (f"model.{key}" for key in model.model_fields)
    yield from (f"training.{key}" for key in TrainingSection.model_fields if key not in ("epochs", "threads"))
    for optimizer in OPTIMIZERS.values():
        yield from (f"training.optimizer.{key}" for key in optimizer.model_fields)


def _suggestion(word: Any, known: Sequence[str], otherwise: str) -> str:
    unique = list(dict.fromkeys(known))
    near = difflib.get_close_matches(str(word), unique, 1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else otherwise + ", ".join(unique)


def _name_location(location: Location, value: Any) -> Location:
    """An unknown name is told at the line of the name."""
    if isinstance(value, dict):
        for key in ("formula", "function", "name", "kind"):
            if key in value:
                return (*location, key)
    return location


def _in_plain_words(row: Any, location: Location, raw: Any) -> tuple[str, str]:
    """What is wrong and what would be right, from a row of pydantic's errors."""
    kind, value, context = row["type"], row["input"], row.get("ctx", {})
    if kind == "extra_forbidden":
        word = location[-1]
        if word in _LATER:
            return f"is not available yet: {_LATER[str(word)]}", "remove it"
        return "unknown key", _suggestion(word, _keys_at(location[:-1], raw), "the keys are ")
    if kind == "missing":
        if location[-1] == "validation":
            return "is missing", "write validation: {holdout: n} to keep n training examples, or validation: test"
        return "is missing", f"write for example {_example(location, raw)}"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _unknown_member(location, value)
    if kind == "literal_error":
        choices = re.findall(r"'([^']+)'", context["expected"])
        if not isinstance(value, str):
            return f"{_shown(value)} is none of the choices", "the choices are " + ", ".join(choices)
        return f"no such choice as {value!r}", _suggestion(value, choices, "the choices are ")
    if kind == "actsearch":
        what, _, remedy = row["msg"].partition("|")
        return what, remedy
    if kind == "string_pattern_mismatch":
        return f"{value!r} cannot name a folder", "write 1 to 64 letters, digits, - _ . and begin with a letter or digit"
    limits = {
        "greater_than": ("gt", "above"),
        "greater_than_equal": ("ge", "at least"),
        "less_than": ("lt", "below"),
        "less_than_equal": ("le", "at most"),
    }
    if kind in limits:
        name, words = limits[kind]
        return f"is {_shown(value)}, out of range", f"write a number {words} {context[name]:g}"
    if kind in ("too_short", "too_long"):
        count = context.get("min_length", 0) if kind == "too_short" else context.get("max_length", 0)
        if not value:
            return "is empty", f"write for example {_example(location, raw)}"
        least = "at least" if kind == "too_short" else "at most"
        if location[-1:] == ("dropout",):
            return f"has {_items(len(value))}", "write two rates: after the pooling, and after every dense layer"
        return f"has {_items(len(value))}", f"write {least} {_items(count)}"
    if kind in ("string_too_short", "string_too_long"):
        return f"has {len(value)} characters", "write a text of 1 to 2000 characters"
    if kind == "finite_number":
        return f"is {value}, not a finite number", f"write for example {_example(location, raw)}"
    expected = {
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "string_type": "text",
        "bool_type": "true or false",
        "list_type": "a list",
        "dict_type": "keys with values",
        "model_type": "keys with values",
        "model_attributes_type": "keys with values",
        "none_required": "null",
    }.get(kind, "something else")
    return f"expected {expected}, not {_shown(value)}", f"write for example {_example(location, raw)}"


def _unknown_member(location: Location, value: Any) -> tuple[str, str]:
    """What to say of a value that none of a union's members takes."""
    if location[:1] == ("activations",):
        if isinstance(value, dict):
            for key in ("formula", "function"):
                if key in value:
                    return f"is not available yet: {_LATER[key]}", f"use one of {', '.join(ACTIVATIONS)}"
            if "name" not in value:
                return "has no name", "write for example {name: elu, alpha: 0.2}"
            return _unknown_name("activation function", value["name"], _SPELLINGS)
        return f"{_shown(value)} is no activation function", "write a name such as relu, or {name: elu, alpha: 0.2}"
    if location == ("training", "optimizer"):
        if isinstance(value, dict) and "name" in value:
            return _unknown_name("optimizer", value["name"], tuple(OPTIMIZERS))
        return "has no name", "write for example optimizer: {name: adam, learning_rate: 0.001}"
    if location == ("model",) and isinstance(value, dict):
        return _unknown_name("kind of network", value.get("kind"), ("cnn", "mlp"))
    examples = {
        ("data",): "data: mnist, or data: {npz: my.npz, validation: {holdout: 1000}}",
        ("data", "validation"): "validation: {holdout: 10000}, or validation: test",
        ("data", "train_size"): "train_size: 5000, or train_size: {first: 1000}",
        ("seeds",): "seeds: 5, or seeds: [0, 1, 2]",
        ("model",): "model: {kind: cnn}",
    }
    return f"{_shown(value)} is not what can stand there", f"write {examples.get(location, 'another value')}"


def _unknown_name(what: str, name: Any, known: Sequence[str]) -> tuple[str, str]:
    return f"no {what} is called {_shown(name)}", _suggestion(name, known, "there are ")


def _keys_at(location: Location, raw: Any) -> list[str]:
    """The keys that may stand at a place, for a suggestion."""
    value: Any = raw
    for part in location:
        value = value[part] if isinstance(value, (dict, list)) else None
    model: type[BaseModel] = ExperimentFile
    if location[:1] == ("activations",):
        name = ALIASES.get(value["name"], value["name"])
        model = ENTRIES[name]
    elif location == ("training", "optimizer"):
        model = OPTIMIZERS[value["name"]]
    else:
        sections: dict[Location, type[BaseModel]] = {
            ("data",): NpzData if isinstance(value, dict) and "npz" in value else NamedData,
            ("data", "validation"): HoldOut,
            ("data", "train_size"): First,
            ("model",): MlpModel if isinstance(value, dict) and value.get("kind") == "mlp" else CnnModel,
            ("training",): TrainingSection,
        }
        model = sections.get(location, ExperimentFile)
    return [field.alias or key for key, field in model.model_fields.items()]


_EXAMPLES = {
    "name": "my-experiment",
    "npz": "my.npz",
    "holdout": "10000",
    "first": "1000",
    "seeds": "[0, 1, 2]",
    "activations": "[relu, gelu]",
    "kind": "cnn",
    "description": "what this is about",
    "label": "my gelu",
    "with": "{model.kernel_initializer: he_normal}",
    "grid": "{training.optimizer.learning_rate: [0.001, 0.0003]}",
}


def _example(location: Location, raw: Any) -> str:
    """`epochs: 10`: a key with its default, or with something that could stand there."""
    keys = [part for part in location if isinstance(part, str)]
    key = keys[-1] if keys else "name"
    if location[:1] == ("grid",) and len(location) > 1:
        return f"{key}: [first value, second value]"
    if key in _EXAMPLES:
        return f"{key}: {_EXAMPLES[key]}"
    if isinstance(location[-1], int) and location[0] == "seeds":
        return "seeds: [0, 1, 2]"
    parents = [*OPTIMIZERS.values(), CnnModel, TrainingSection, *ENTRIES.values()]
    if isinstance(raw, dict) and isinstance(raw.get("model"), dict) and raw["model"].get("kind") == "mlp":
        parents.insert(0, MlpModel)
    for model in parents:
        field = model.model_fields.get(key)
        if field is not None and not field.is_required() and not isinstance(field.default, BaseModel):
            default = field.default
            shown = {True: "true", False: "false", None: "0.5"}.get(default, default) if _plain(default) else default
            return f"{key}: {shown}"
    return f"{key}: {{...}}" if key in ("data", "model", "training", "optimizer") else f"{key}: ..."


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _items(n: int) -> str:
    return f"{n} item{'' if n == 1 else 's'}"


def _shown(value: Any) -> str:
    """A value as the user wrote it, roughly, and not at length."""
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
