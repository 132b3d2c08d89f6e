"""What is asked: frozen values from an experiment file, the trials it expands to, and their ids.

Knows neither files nor Keras nor the terminal. Every value here is resolved: aliases replaced, `auto` replaced by what
it means, defaults filled in.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

IDENTITY_VERSION = 1
"""Raised when the same settings begin to mean another training, so that old trials are not taken for new ones."""

CLIPPING = ("clipvalue", "clipnorm", "global_clipnorm")
"""The arguments of an optimizer that say how it clips."""

Scalar = bool | int | float | str
DropoutLayer = Literal["dropout", "alpha_dropout"]
Loss = Literal["categorical_crossentropy", "binary_crossentropy", "mean_squared_error"]
Precision = Literal["float32", "mixed_bfloat16"]


@dataclass(frozen=True)
class Activation:
    """An activation function with every parameter given."""

    name: str
    """The registry's canonical name; the text of a formula; `module:name` of a function of the user's own."""
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    kind: Literal["formula", "function"] | None = None
    """None: one of the registry."""
    trainable: tuple[str, ...] | None = None
    """Parameters that are learned, one value a layer, beginning with those given; None where none is."""
    source_sha256: str | None = None
    """Of the file of a function's module."""
    source: str | None = field(default=None, repr=False)
    """The content of that file, for machines that do not have it; its hash stands for it in the identity."""
    folder: str | None = field(default=None, repr=False)
    """Where the module is looked for first."""

    def as_plain(self) -> dict[str, Any]:
        """What it is, wherever it comes from, as plain values; what is None is left out."""
        plain = {key: value for key, value in asdict(self).items() if value is not None}
        return {key: value for key, value in plain.items() if key not in ("source", "folder")}


@dataclass(frozen=True)
class DataSpec:
    """Which data, and how they are divided.

    `holdout` images of the training set are kept for validation, the last ones where `holdout_last` is set; None means
    that the validation set is the test set.
    `train_size` is a stratified subset of what is left for training, `train_first` the first so many of it instead.
    """

    name: Literal["mnist", "fashion_mnist", "cifar10", "npz"]
    path: str | None = None
    holdout: int | None = None
    train_size: int | None = None
    train_first: int | None = None
    holdout_last: bool = False


@dataclass(frozen=True)
class Initializer:
    """A Keras initializer by its name, with every argument given; one without arguments is its name alone."""

    name: str
    arguments: Mapping[str, Scalar]


@dataclass(frozen=True)
class Network:
    """What every kind of network has, after its layers."""

    kernel_initializer: str | Initializer
    dropout_layer: DropoutLayer
    batch_normalization: bool
    kind: str
    bias_initializer: str | Initializer | None = None
    """Of the hidden layers; None: zeros."""
    kernel_regularizer: Mapping[str, float] | None = None
    """Keras's `L1L2` by its arguments, on every kernel."""
    output_kernel_initializer: str | Initializer | None = None
    """None: glorot_uniform."""
    output_bias_initializer: str | Initializer | None = None
    """None: zeros."""
    output_activation: Literal["sigmoid"] | None = None
    """None: softmax."""


@dataclass(frozen=True)
class _CnnLayers:
    filters: tuple[int, ...]
    kernel_size: int
    dense: tuple[int, ...]
    dropout: tuple[float, float]
    """Rates after the pooling and after every dense layer."""


@dataclass(frozen=True)
class Cnn(Network, _CnnLayers):  # in this order, the layers come first
    """Convolutions, one pooling, dense layers: the article's network, see `models.build`."""

    kind: Literal["cnn"] = "cnn"


@dataclass(frozen=True)
class _MlpLayers:
    dense: tuple[int, ...]
    dropout: float
    """The rate after every layer."""


@dataclass(frozen=True)
class Mlp(Network, _MlpLayers):
    """Dense layers, see `models.build`."""

    kind: Literal["mlp"] = "mlp"


@dataclass(frozen=True)
class Optimizer:
    """A Keras optimizer by its lower-case name, with Keras's arguments (those that were not left at None)."""

    name: str
    arguments: Mapping[str, Scalar]


@dataclass(frozen=True)
class Training:
    """How a network is trained. `threads` is TensorFlow's intra-op thread count: it changes the bits."""

    optimizer: Optimizer
    loss: Loss
    epochs: int
    batch_size: int
    precision: Precision
    threads: int
    loss_weights: float | None = None
    """Keras's `compile(loss_weights=...)` for the one output; None: 1."""


@dataclass(frozen=True)
class DiagnosticsSpec:
    """What is looked at during a training: after every so many epochs, what the layers do with so many examples."""

    every: int = 1
    probe_size: int = 256
    training: bool = False
    """With dropout and batch statistics, as while it learns."""


@dataclass(frozen=True)
class Candidate:
    """What is compared: one activation with its parameters at one point of the grid."""

    label: str
    activation: Activation
    model: Cnn | Mlp
    training: Training
    setting: Mapping[str, Any] = field(default_factory=dict)
    """The point of the grid, by dotted key; empty without a grid."""


@dataclass(frozen=True)
class Experiment:
    """One experiment file, resolved."""

    name: str
    description: str
    seeds: tuple[int, ...]
    data: DataSpec
    candidates: tuple[Candidate, ...]
    document: Mapping[str, Any]
    """The file's content as plain values with every default filled in: what `experiment.yaml` keeps."""
    warnings: tuple[str, ...] = ()
    """What is allowed but would mislead, each a sentence for the user."""
    diagnostics: DiagnosticsSpec | None = None
    tuning_seeds: tuple[int, ...] = ()
    """With which each activation's setting is chosen, before the seeds compare; empty where nothing is chosen."""


@dataclass(frozen=True)
class Trial:
    """What is trained: one candidate with one seed, on data known by their SHA-256."""

    id: str
    trajectory: str
    """The hash of everything but the number of epochs: trials that share it are one training, cut at different ends."""
    candidate: Candidate
    seed: int
    data: DataSpec
    data_sha256: str
    diagnostics: DiagnosticsSpec | None = None
    """What to look at meanwhile; it changes no history."""


def expand(
    experiment: Experiment,
    data_sha256: str,
    seeds: Sequence[int] | None = None,
    candidates: Sequence[Candidate] | None = None,
) -> tuple[Trial, ...]:
    """The trials of an experiment, seed by seed, so that every candidate is seen early.

    Args:
        experiment: whose.
        data_sha256: of its data.
        seeds: which ones; None: `experiment.seeds`.
        candidates: which of its own; None: all of them.
    """
    return tuple(
        _trial(candidate, seed, experiment.data, data_sha256, experiment.diagnostics)
        for seed in (experiment.seeds if seeds is None else seeds)
        for candidate in (experiment.candidates if candidates is None else candidates)
    )


def identity(candidate: Candidate, seed: int, data: DataSpec, data_sha256: str) -> dict[str, Any]:
    """Everything that can change the history of a trial, as plain values.

    Keys at None or False are left out: a key added later, neutral by default, renames no old trial.
    """
    split = asdict(data)
    del split["name"], split["path"]  # the hash says which data they are, wherever they lie
    whole = {
        "version": IDENTITY_VERSION,
        "activation": candidate.activation.as_plain(),
        "model": asdict(candidate.model),
        "training": asdict(candidate.training),
        "data": {"sha256": data_sha256, **split},
        "seed": seed,
    }
    return {key: _without_neutral(value) for key, value in whole.items()}


def in_words(value: Any) -> str:
    """The value of a setting, for tables and figures: `sgd clipvalue=0.5` for a mapping with a name."""
    if isinstance(value, Mapping):
        rest = [f"{key}={in_words(one)}" for key, one in value.items() if key != "name"]
        return " ".join([*([str(value["name"])] if "name" in value else []), *rest]) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else canonical_json(value).replace(",", ", ")


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, and only those, have equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _trial(
    candidate: Candidate, seed: int, data: DataSpec, data_sha256: str, diagnostics: DiagnosticsSpec | None
) -> Trial:
    whole = identity(candidate, seed, data, data_sha256)
    without_epochs = {**whole, "training": {k: v for k, v in whole["training"].items() if k != "epochs"}}
    return Trial(
        id=f"{_readable(candidate, seed)}-{_digest(whole)}",
        trajectory=_digest(without_epochs),
        candidate=candidate,
        seed=seed,
        data=data,
        data_sha256=data_sha256,
        diagnostics=diagnostics,
    )


def _readable(candidate: Candidate, seed: int) -> str:
    """A name of at most 69 ASCII characters, from the identity alone (labels may change, folders may not)."""
    activation, training = candidate.activation, candidate.training
    parameters = "".join(f"_{_short(key, value)}" for key, value in activation.parameters.items() if value is not False)
    rate = training.optimizer.arguments.get("learning_rate", "")
    # The epochs end a trial's name and the seed stands before them, so that a long name loses the least telling part.
    tail = f"-seed{seed}-{training.epochs}ep"
    head = re.sub(r"[^A-Za-z0-9_.-]+", "_", f"{activation.name}{parameters}-{training.optimizer.name}_{rate}")
    return head[: 69 - len(tail)] + tail


def _short(key: str, value: Scalar) -> str:
    return key if value is True else value if isinstance(value, str) else f"{value:g}"


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode("ascii")).hexdigest()[:10]


def _without_neutral(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_neutral(v) for k, v in value.items() if v is not None and v is not False}
    if isinstance(value, (list, tuple)):
        return [_without_neutral(v) for v in value]
    return value
