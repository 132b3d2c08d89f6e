"""Shared by all tests: a folder with a hostile name, tiny data and experiments, and a training without TensorFlow."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actsearch.events import METRICS, Completed, Diverged, EpochDone, Evaluation, Event, Progress, Started
from actsearch.experiment import Activation, Candidate, DataSpec, Experiment, Mlp, Optimizer, Training, Trial, expand

# Keras reads this once, when it is imported: no test reads or writes the user's own ~/.keras.
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="odd ü keras ")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["KERAS_HOME"], ignore_errors=True)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose path has spaces and a letter beyond ASCII."""
    folder = tmp_path / "odd ü folder"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout that these tests belong to."""
    return Path(__file__).parent.parent


def candidate(label: str = "relu", epochs: int = 2, **setting: Any) -> Candidate:
    """A candidate with a tiny network; `label` is the activation's name as well."""
    model = Mlp((4,), 0.0, "glorot_uniform", "dropout", False)
    training = Training(Optimizer("sgd", {"learning_rate": 0.01}), "categorical_crossentropy", epochs, 8, "float32", 1)
    return Candidate(label, Activation(label), model, training, setting)


@pytest.fixture
def make_experiment() -> Callable[..., tuple[Experiment, tuple[Trial, ...]]]:
    """Makes an experiment and its trials: `make_experiment(labels, seeds=2, epochs=3, **fields of Experiment)`."""

    def make(
        labels: Sequence[str] = ("relu",), seeds: int = 1, epochs: int = 2, **changes: Any
    ) -> tuple[Experiment, tuple[Trial, ...]]:
        experiment = Experiment(
            name="tiny",
            description="Für Tests.",
            seeds=tuple(range(seeds)),
            data=DataSpec("mnist", holdout=10),
            candidates=tuple(candidate(label, epochs) for label in labels),
            document={"name": "tiny", "activations": list(labels)},
        )
        experiment = replace(experiment, **changes)
        return experiment, expand(experiment, "0" * 64)

    return make


def events_of(trial: Trial, seconds: float = 0.5, diverges_in: int | None = None) -> Iterator[Event]:
    """What a real training of this trial would yield, with numbers that depend on the trial alone."""
    import numpy as np

    rng = random.Random(trial.id)
    yield Started(trial.id, {"cpu": "none", "versions": {"actsearch": "test"}, "threads": 1})
    values: Mapping[str, float] = {}
    for epoch in range(1, trial.candidate.training.epochs + 1):
        yield Progress(trial.id, epoch, 1, 2)
        if epoch == diverges_in:
            yield EpochDone(trial.id, epoch, dict.fromkeys(METRICS, None), seconds)
            yield Diverged(trial.id, epoch)
            return
        values = {name: rng.random() for name in METRICS}
        yield EpochDone(trial.id, epoch, values, seconds)
    test = {name: values[name] for name in ("loss", "accuracy", "binary_accuracy")}
    labels = np.arange(4, dtype=np.uint8)
    predictions = {f"test_{what}": labels for what in ("index", "y_best", "y_last", "y_true")}
    last = Evaluation(trial.candidate.training.epochs, test)
    yield Completed(trial.id, last, Evaluation(1, test), predictions)


@pytest.fixture
def fake_train() -> Callable[..., Callable[[Trial], Iterator[Event]]]:
    """Makes a `train` that needs no TensorFlow. Arguments: the labels that fail, diverge, or are interrupted by Ctrl-C.

    What it has begun is in the attribute `begun` of what is returned, as trial ids.
    """

    def make(
        fails: Sequence[str] = (), diverges: Sequence[str] = (), interrupted: Sequence[str] = ()
    ) -> Callable[[Trial], Iterator[Event]]:
        def train(trial: Trial) -> Iterator[Event]:
            train.begun.append(trial.id)  # type: ignore[attr-defined]
            label = trial.candidate.label
            for event in events_of(trial, diverges_in=2 if label in diverges else None):
                yield event
                if isinstance(event, EpochDone) and label in fails:
                    raise ValueError(f"the {label} broke [bold]")
                if isinstance(event, EpochDone) and label in interrupted:
                    raise KeyboardInterrupt

        train.begun = []  # type: ignore[attr-defined]
        return train

    return make


def tiny_arrays(
    train: int = 40, test: int = 20, shape: Sequence[int] = (6, 6), classes: int = 4, dtype: str = "uint8"
) -> dict[str, Any]:
    """Random examples whose labels run through all classes again and again."""
    import numpy as np

    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for part, n in (("train", train), ("test", test)):
        x = rng.integers(0, 256, size=(n, *shape)) if dtype == "uint8" else rng.random((n, *shape))
        arrays[f"x_{part}"] = x.astype(dtype)
        arrays[f"y_{part}"] = np.arange(n) % classes
    return arrays


@pytest.fixture
def make_npz() -> Callable[..., Path]:
    """Writes a small `.npz` of a user's own: `make_npz(path, shape=(6, 6, 3), classes=7, y_train=...)`.

    Arrays given by name replace the random ones; None leaves one out.
    """
    import numpy as np

    def make(path: Path, **changes: Any) -> Path:
        replaced = {key: changes.pop(key) for key in ("x_train", "y_train", "x_test", "y_test") if key in changes}
        arrays = {**tiny_arrays(**changes), **replaced}
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
        return path

    return make


@pytest.fixture
def write_experiment(hostile: Path, make_npz: Callable[..., Path]) -> Callable[..., Path]:
    """Writes an experiment file with its tiny data beside it: `write_experiment(name="a", activations="[relu]")`."""

    def write(name: str = "tiny", activations: str = "[relu, selu]", file: str | None = None, more: str = "") -> Path:
        make_npz(hostile / "data" / "own.npz")
        path = hostile / (file or f"{name}.yaml")
        path.write_text(
            f"name: {name}\nseeds: [0]\ndata: {{npz: data/own.npz, validation: {{holdout: 8}}}}\n"
            f"model: {{kind: mlp, dense: [4]}}\ntraining: {{epochs: 2, batch_size: 8}}\n"
            f"activations: {activations}\n{more}",
            encoding="utf-8",
        )
        return path

    return write


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with the SHA-256 of its content."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, str]]:
    """`snapshot(folder)`: every file below it with its hash, to see that nothing was changed."""
    return contents
