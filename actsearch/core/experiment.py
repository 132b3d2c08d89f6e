"""What is asked: frozen values from an experiment file, and the trials it expands to.

Knows neither files nor Keras nor the terminal. Every value here is resolved: aliases replaced, `auto` replaced by what
it means, defaults filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from actsearch.core.activation import Activation, Scalar
from actsearch.core.architecture import Architecture
from actsearch.core.source import Source
from actsearch.core.tasks import MULTICLASS, Task

CLIPPING = ("clipvalue", "clipnorm", "global_clipnorm")
"""The arguments of an optimizer that say how it clips."""

Precision = Literal["float32", "mixed_bfloat16"]


@dataclass(frozen=True)
class DataSpec:
    """Which data, and how they are divided.

    `holdout` images of the training set are kept for validation, the last ones where `holdout_last` is set; None means
    that the validation set is the test set.
    `train_size` is a stratified subset of what is left for training, `train_first` the first so many of it instead.
    """

    source: Source
    holdout: int | None = None
    train_size: int | None = None
    train_first: int | None = None
    holdout_last: bool = False

    def located(self, folder: Path) -> DataSpec:
        """The same data with every path made absolute; relative ones are relative to `folder`."""
        return replace(self, source=self.source.located(folder))

    def identity(self) -> dict[str, Any]:
        """What can change a history, as plain values; which data they are says their fingerprint, wherever they lie."""
        division = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "source"}
        preparation = self.source.preparation.identity()
        return division if preparation is None else {**division, "preparation": preparation}


@dataclass(frozen=True)
class Optimizer:
    """A Keras optimizer by its lower-case name, with Keras's arguments (those that were not left at None)."""

    name: str
    arguments: Mapping[str, Scalar]


@dataclass(frozen=True)
class Training:
    """How a network is trained. `threads` is TensorFlow's intra-op thread count: it changes the bits."""

    optimizer: Optimizer
    loss: str
    """Keras's name."""
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
    model: Architecture
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
    task: Task = field(default=MULTICLASS, repr=False)
    """What is learned."""
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
    task: Task = field(default=MULTICLASS, repr=False)
    """What is learned."""
    diagnostics: DiagnosticsSpec | None = None
    """What to look at meanwhile; it changes no history."""
