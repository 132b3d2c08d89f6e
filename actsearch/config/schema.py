"""The schema of an experiment file: every key with its type, range, default and meaning.

Imports pydantic, neither NumPy nor Keras. `config.py` loads a file by it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from actsearch.core.experiment import CLIPPING
from actsearch.functions.registry import ACTIVATIONS, ALIASES, ARTICLE, Parameter, can_be_learned

SCHEMA_FILE = Path(__file__).parent.parent / "experiment.schema.json"
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
    "variance_scaling",
    "constant",
    "zeros",
    "ones",
)
"""Keras's names."""

# A tag of a union begins with a NUL, so that it can't be mistaken for a key.


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


class Last(_Strict):
    last: int = Field(ge=1, description="The last so many training examples are kept for validation.")


class First(_Strict):
    first: int = Field(ge=1, description="The first so many training examples.")


def _validation_tag(value: Any) -> str | None:
    if isinstance(value, Last) or (isinstance(value, dict) and "last" in value):
        return "\0last"
    return "\0text" if isinstance(value, str) else "\0holdout" if isinstance(value, (dict, HoldOut)) else None


Validation = Annotated[
    Annotated[Literal["test"], Tag("\0text")] | Annotated[HoldOut, Tag("\0holdout")] | Annotated[Last, Tag("\0last")],
    Discriminator(_validation_tag),
]
TrainSize = Annotated[
    Annotated[None, Tag("\0nothing")]
    | Annotated[Annotated[int, Field(ge=1)], Tag("\0number")]
    | Annotated[First, Tag("\0mapping")],
    _tags(nothing="nothing", number="number", mapping="mapping"),
]
_VALIDATION = "`{holdout: n}`: n training examples are kept for validation; `{last: n}`: the last n; or `test`."
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


class RandomNormal(_Strict):
    name: Literal["random_normal"]
    mean: float = 0.0
    stddev: float = Field(0.05, ge=0)


class TruncatedNormal(_Strict):
    name: Literal["truncated_normal"]
    mean: float = 0.0
    stddev: float = Field(0.05, ge=0, description="Before everything beyond two of it is drawn again.")


class RandomUniform(_Strict):
    name: Literal["random_uniform"]
    minval: float = -0.05
    maxval: float = 0.05

    @model_validator(mode="after")
    def _in_order(self) -> RandomUniform:
        if self.minval > self.maxval:
            what = f"minval {self.minval:g} is above maxval {self.maxval:g}|write the lower one as minval"
            raise PydanticCustomError("actsearch", what)
        return self


class VarianceScaling(_Strict):
    name: Literal["variance_scaling"]
    scale: Positive = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] = "truncated_normal"


class Orthogonal(_Strict):
    name: Literal["orthogonal"]
    gain: Positive = 1.0


class Constant(_Strict):
    name: Literal["constant"]
    value: float = 0.0


class PlainInitializer(_Strict):
    """One of those that take no arguments."""

    name: Literal[
        "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "zeros", "ones"
    ]


INITIALIZERS_WITH_ARGUMENTS: Mapping[str, type[_Strict]] = {
    "random_normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "random_uniform": RandomUniform,
    "variance_scaling": VarianceScaling,
    "orthogonal": Orthogonal,
    "constant": Constant,
}


def _initializer_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    if not isinstance(name, str) or name not in INITIALIZERS:
        return None
    return f"\0{name}" if name in INITIALIZERS_WITH_ARGUMENTS else "\0plain"


def _of_a_bias(value: Any) -> Any:
    if value == "orthogonal" or getattr(value, "name", None) == "orthogonal":
        raise PydanticCustomError("actsearch", "orthogonal is for kernels, a bias has one axis|write another one")
    return value


if TYPE_CHECKING:
    Initializer: TypeAlias = Any
    HiddenInitializer: TypeAlias = Any
    BiasInitializer: TypeAlias = Any
else:
    _ARGUMENTS = [Annotated[model, Tag(f"\0{name}")] for name, model in INITIALIZERS_WITH_ARGUMENTS.items()]
    _ARGUMENTS.append(Annotated[PlainInitializer, Tag("\0plain")])
    Initializer, HiddenInitializer = (
        Annotated[Union[(*_ARGUMENTS, Annotated[Literal[names], Tag("\0text")])], Discriminator(_initializer_tag)]
        for names in (INITIALIZERS, ("auto", *INITIALIZERS))
    )
    BiasInitializer = Annotated[Initializer, AfterValidator(_of_a_bias)]
_INITIALIZER = (
    "A Keras initializer of the hidden layers, by name or as `{name: random_normal, stddev: 0.1}` with Keras's"
    " arguments; auto: what the activation's paper asks for (lecun_normal for SELU), else glorot_uniform."
)
_BIAS_INITIALIZER = "Likewise, of the hidden layers' biases."
_OUTPUT_KERNEL = "Of the output layer, which keeps Keras's default for all activations alike."
_OUTPUT_BIAS = "Of the output layer's biases."
_OUTPUT_ACTIVATION = "softmax, or sigmoid: every output by itself, with binary_crossentropy or mean_squared_error."
_REGULARIZER = "Keras's L1L2: a penalty `l1 * sum(abs(w)) + l2 * sum(w**2)` for every kernel w, part of the losses."
_DROPOUT_LAYER = "auto: alpha_dropout for SELU, else dropout."
_BATCH_NORMALIZATION = "Batch normalisation between a layer and its activation."


class L1L2(_Strict):
    l1: float = Field(0.0, ge=0)
    l2: float = Field(0.0, ge=0)


class _Network(_Strict):
    """What both kinds of network have, after what they have for themselves."""

    kernel_initializer: HiddenInitializer = Field("auto", description=_INITIALIZER)
    bias_initializer: BiasInitializer = Field("zeros", description=_BIAS_INITIALIZER)
    kernel_regularizer: L1L2 | None = Field(None, description=_REGULARIZER)
    dropout_layer: Literal["auto", "dropout", "alpha_dropout"] = Field("auto", description=_DROPOUT_LAYER)
    batch_normalization: bool = Field(False, description=_BATCH_NORMALIZATION)
    output_kernel_initializer: Initializer = Field("glorot_uniform", description=_OUTPUT_KERNEL)
    output_bias_initializer: BiasInitializer = Field("zeros", description=_OUTPUT_BIAS)
    output_activation: Literal["softmax", "sigmoid"] = Field("softmax", description=_OUTPUT_ACTIVATION)


class _CnnLayers(_Strict):
    kind: Literal["cnn"] = Field("cnn", description="Convolutions, one 2 x 2 pooling, dense layers.")
    filters: list[Width] = Field([32, 64], min_length=1, max_length=100, description="Of each convolution.")
    kernel_size: int = Field(3, ge=1, le=64, description="Height and width of the convolutions.")
    dense: list[Width] = Field([128], min_length=1, max_length=200, description="Units of each hidden dense layer.")
    dropout: list[Share] = Field(
        [0.25, 0.5], min_length=2, max_length=2, description="Rates after the pooling and after every dense layer."
    )


class CnnModel(_Network, _CnnLayers):  # in this order, the layers' keys come first
    """Convolutions, one pooling, dense layers."""


class _MlpLayers(_Strict):
    kind: Literal["mlp"] = Field(description="Dense layers.")
    dense: list[Width] = Field([128, 128], min_length=1, max_length=200, description="Units of each hidden layer.")
    dropout: Share = Field(0.0, description="Rate after every hidden layer.")


class MlpModel(_Network, _MlpLayers):
    """Dense layers."""


def _model_tag(value: Any) -> str | None:
    if isinstance(value, (CnnModel, MlpModel)):
        return "\0" + value.kind
    if not isinstance(value, dict):
        return None
    kind = value.get("kind", "cnn")
    return "\0" + kind if kind in ("cnn", "mlp") else None


Model = Annotated[Annotated[CnnModel, Tag("\0cnn")] | Annotated[MlpModel, Tag("\0mlp")], Discriminator(_model_tag)]


class _Optimizer(_Strict):
    weight_decay: Annotated[float, Field(ge=0)] | None = None
    clipvalue: Positive | None = Field(None, description="Each component of the gradient into [-clipvalue, clipvalue].")
    clipnorm: Positive | None = Field(None, description="Each weight's gradient to at most this norm.")
    global_clipnorm: Positive | None = Field(None, description="The whole gradient to at most this norm.")

    @model_validator(mode="after")
    def _one_clipping(self) -> _Optimizer:
        given = [name for name in CLIPPING if getattr(self, name) is not None]
        if len(given) > 1:
            raise PydanticCustomError("actsearch", f"{' and '.join(given)} exclude each other|keep one of them")
        return self


class Adam(_Optimizer):
    name: Literal["adam"] = "adam"
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
    weight_decay: float = Field(0.004, ge=0)  # which Keras's AdamW insists on


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


OPTIMIZERS: Mapping[str, type[Adam | AdamW | Sgd | RmsProp]] = {
    "adam": Adam,
    "adamw": AdamW,
    "sgd": Sgd,
    "rmsprop": RmsProp,
}


def _optimizer_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    name = value.get("name", "adam") if isinstance(value, dict) else getattr(value, "name", None)
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
        Adam(), description="A name, or {name: adam, ...} with Keras's arguments; no clipping by default."
    )
    loss: Literal["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"] = Field(
        "categorical_crossentropy",
        description="binary_crossentropy is the literal one, of the probabilities; Keras 3's string means another.",
    )
    epochs: int = Field(10, ge=1, le=100_000)
    batch_size: int = Field(128, ge=1, le=1_000_000)
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    threads: int = Field(1, ge=1, le=256, description="TensorFlow's threads in an operation; they change the bits.")
    loss_weights: Positive = Field(1.0, description="Keras's factor of the loss (the output's, not the penalty's).")


def _label(value: Any) -> Any:
    if isinstance(value, str) and not (1 <= len(value) <= 60 and value.isprintable() and value.strip() == value):
        raise PydanticCustomError("actsearch", "is not a label|write 1 to 60 printable characters")
    return value


class _ActivationEntry(_Strict):
    label: Annotated[str | None, BeforeValidator(_label)] = Field(None, description="Its name in tables and figures.")
    own: dict[str, Any] = Field(
        default_factory=dict, alias="with", description="Its own settings, by dotted keys under model and training."
    )


_TRAINABLE = "Parameters that are learned, one value for each layer, beginning with those given."


def _entry_model(name: str) -> type[_ActivationEntry]:
    row = ACTIVATIONS[name]
    fields: dict[str, Any] = {"name": (Literal[(name, *row.aliases)], Field(description=row.formula))}
    fields |= {key: _parameter_field(parameter) for key, parameter in row.parameters.items()}
    if any(can_be_learned(row, name) for name in row.parameters):
        fields["trainable"] = (list[str], Field(default_factory=list, description=_TRAINABLE))
    made = create_model(f"{row.title.replace(' ', '')}Entry", __base__=_ActivationEntry, **fields)
    return made


def _parameter_field(parameter: Parameter) -> tuple[Any, Any]:
    if isinstance(parameter.default, bool):
        return bool, Field(parameter.default, description=parameter.description)
    low = parameter.minimum if math.isfinite(parameter.minimum) else None
    high = parameter.maximum if math.isfinite(parameter.maximum) else None
    return float, Field(parameter.default, description=parameter.description, ge=low, le=high)


ENTRIES: Mapping[str, type[_ActivationEntry]] = {name: _entry_model(name) for name in ACTIVATIONS}
SPELLINGS = (*ACTIVATIONS, *ALIASES)


class _OwnEntry(_ActivationEntry):
    parameters: dict[str, float] = Field(
        default_factory=dict, max_length=20, description="Its parameters' values, or those they begin with."
    )
    trainable: list[str] = Field(default_factory=list, description=_TRAINABLE)


class FormulaEntry(_OwnEntry):
    """A formula of one's own."""

    formula: str = Field(min_length=1, description="A function of x, such as `x * sigmoid(beta * x)`.")


class FunctionEntry(_OwnEntry):
    """A function of one's own."""

    function: str = Field(
        pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*$",
        description="`module:name`, a Python function of a tensor and the parameters.",
    )


OWN_ENTRIES: Mapping[Literal["formula", "function"], type[FormulaEntry | FunctionEntry]] = {
    "formula": FormulaEntry,
    "function": FunctionEntry,
}
"""By the key that tells them from those with a name."""


def _entry_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    for key, model in OWN_ENTRIES.items():
        if isinstance(value, model) or (isinstance(value, dict) and key in value):
            return f"\0{key}"
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    return f"\0{ALIASES.get(name, name)}" if isinstance(name, str) and name in SPELLINGS else None


if TYPE_CHECKING:
    Entry = Any
else:
    _MEMBERS = [Annotated[model, Tag(f"\0{name}")] for name, model in {**ENTRIES, **OWN_ENTRIES}.items()]
    Entry = Annotated[Union[(*_MEMBERS, Annotated[Literal[SPELLINGS], Tag("\0text")])], Discriminator(_entry_tag)]


class DiagnosticsSection(_Strict):
    every: int = Field(1, ge=1, le=100_000, description="After every so many epochs, and after the last.")
    probe_size: int = Field(256, ge=1, le=1_000_000, description="Training examples that are looked at, at most.")
    training: bool = Field(
        False, description="As the layers are while they learn, with dropout and batch statistics, instead of without."
    )


DiagnosticsField = Annotated[
    Annotated[bool, Tag("\0switch")] | Annotated[DiagnosticsSection, Tag("\0mapping")],
    _tags(switch="switch", mapping="mapping"),
]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Seeds = Annotated[
    Annotated[Annotated[int, Field(ge=1, le=10_000)], Tag("\0number")]
    | Annotated[Annotated[list[Seed], Field(min_length=1, max_length=10_000)], Tag("\0list")],
    _tags(number="number", list="list"),
]


TuningSeeds = Annotated[
    Annotated[Annotated[int, Field(ge=3, le=10_000)], Tag("\0number")]
    | Annotated[Annotated[list[Seed], Field(min_length=3, max_length=10_000)], Tag("\0list")],
    _tags(number="number", list="list"),
]
FIRST_TUNING_SEED = 1000
"""Where tuning seeds begin that are given by their number: more `seeds` later are others."""


class ExperimentFile(_Strict):
    """A network, trained once with every activation function, setting and seed."""

    model_config = ConfigDict(title="actsearch experiment")

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$", description="Names the folder of the results.")
    description: str = Field("", max_length=2000, description="For readers.")
    seeds: Seeds = Field([0, 1, 2], description="A list, or n for 0 .. n-1.")
    tuning_seeds: TuningSeeds | None = Field(
        None,
        description="With a grid: each activation's setting is chosen with these, the best mean validation accuracy"
        " after the last epoch, and compared with `seeds`, which must be others. A list, or n for 1000 .. 1000+n-1.",
    )
    data: Data = Field(NamedData(), description="See below.")
    model: Model = Field(CnnModel(), description="See below.")
    training: TrainingSection = Field(TrainingSection(), description="See below.")
    activations: list[Entry] = Field(
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
