"""Shared by all tests: a folder with a hostile name, tiny data and experiments, and a training without TensorFlow."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from actsearch.cli.app import run_command_line
from actsearch.core.activation import Activation
from actsearch.core.events import Checkpoint, EpochDone, Event, Train
from actsearch.core.experiment import Candidate, DataSpec, Experiment, Optimizer, Training, Trial
from actsearch.core.identity import expand
from actsearch.core.signals import SIGNALS
from actsearch.data.kinds.named import NamedSource
from actsearch.engines.in_process import InProcess
from actsearch.networks.kinds.mlp import Mlp

# Keras reads this once, when it is imported: no test reads or writes the user's own ~/.keras. A folder a process, since
# this file is loaded by pytest, and once more by tests that import from it.
os.environ["KERAS_HOME"] = f"{tempfile.gettempdir()}/odd ü keras {os.getpid()}"
Path(os.environ["KERAS_HOME"]).mkdir(exist_ok=True)


LONGEST = ("tests/study/test_soak.py", "tests/cli/doctor/test_kill_and_resume.py", "tests/engines/test_ray_engine.py")
"""The slow files that take a minute or more: begun last, they would leave the other worker idle."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file, or of files that name one group, run in one worker: what they share is made once.

    The group that loads TensorFlow is begun first, then the longest files, then those with the most tests.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    places = {"tensorflow": 0, **dict.fromkeys(LONGEST, 1)}
    sizes = Counter(_group_of(item) for item in items)
    items.sort(key=lambda item: (places.get(_group_of(item), 2), -sizes[_group_of(item)]))


def _group_of(item: pytest.Item) -> str:
    group = item.get_closest_marker("xdist_group")
    assert group is not None
    return str(group.args[0])


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look through it again and again."""
    gc.freeze()


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
            data=DataSpec(NamedSource("mnist"), holdout=10),
            candidates=tuple(candidate(label, epochs) for label in labels),
            document={"name": "tiny", "activations": list(labels)},
        )
        experiment = replace(experiment, **changes)
        return experiment, expand(experiment, "0" * 64)

    return make


class FakeTrain:
    """What `fake_train` makes; `begun` has the ids of the trials in the order in which they were begun.

    `resumed` has those of them that went on from a checkpoint.
    """

    def __init__(
        self, wrong: Mapping[str, Sequence[str]], checkpoints: bool, at_end: bool, numbers: Mapping[str, Any]
    ) -> None:
        self._wrong, self._checkpoints, self._at_end, self._numbers = wrong, checkpoints, at_end, numbers
        self.begun: list[str] = []
        self.resumed: list[str] = []

    def __call__(self, trial: Trial, checkpoint: bytes | None = None) -> Iterator[Event]:
        import fake_training

        self.begun.append(trial.id)
        if checkpoint is not None:
            self.resumed.append(trial.id)
        label = trial.candidate.label
        diverges_in = 2 if label in self._wrong["diverges"] else None
        how = {"diverges_in": diverges_in, "at_end": self._at_end, **self._numbers}
        for event in fake_training.events_of(trial, checkpoint, **how):
            if isinstance(event, Checkpoint) and not self._checkpoints:
                continue
            yield event
            if isinstance(event, EpochDone) and label in self._wrong["fails"]:
                raise ValueError(f"the {label} broke [bold]")
            if isinstance(event, EpochDone) and label in self._wrong["interrupted"]:
                raise KeyboardInterrupt


@pytest.fixture
def fake_train() -> Callable[..., FakeTrain]:
    """Makes a `train` that needs no TensorFlow. Arguments: the labels that fail, diverge, or are interrupted by Ctrl-C.

    With `checkpoints` it yields one after every epoch but the last, with `at_end` after that, too. `accuracies` and
    `noise` are those of `fake_training.events_of`.
    """

    def make(
        fails: Sequence[str] = (),
        diverges: Sequence[str] = (),
        interrupted: Sequence[str] = (),
        checkpoints: bool = False,
        at_end: bool = False,
        **numbers: Any,
    ) -> FakeTrain:
        wrong = {"fails": fails, "diverges": diverges, "interrupted": interrupted}
        return FakeTrain(wrong, checkpoints or at_end, at_end, numbers)

    return make


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def actsearch_(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Runs a command in this process, in a hostile folder: `actsearch_("status", "results")`."""
    monkeypatch.chdir(hostile)

    def run(*arguments: str | Path) -> Done:
        capsys.readouterr()
        code = run_command_line([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def heeded_signals() -> Iterator[None]:
    """In this process, SIGINT, SIGTERM and SIGHUP do what they do in a terminal; nohup or cron may ignore them."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def trains_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Train], None]:
    """From here on every run trains with this function, in this process."""

    def use(train: Train) -> None:
        monkeypatch.setattr("actsearch.study.runner.engine", lambda *_, **__: InProcess(lambda: train))

    return use


@pytest.fixture
def training(trains_with: Callable[[Train], None], fake_train: Callable[..., Any]) -> Callable[..., Any]:
    """Replaces TensorFlow's part of a run, for all following commands: `training(fails=["relu"])`."""

    def use(**how: Any) -> Any:
        train = fake_train(**how)
        trains_with(train)
        return train

    return use


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


@pytest.fixture(scope="module")
def ray_folder() -> Iterator[Path]:
    """Where Ray keeps its sessions: sockets, whose paths must be short. It is in the command of every Ray process."""
    folder = Path(tempfile.mkdtemp(prefix="r"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", str(folder))
        patch.setenv("RAY_AUTH_MODE", "disabled")  # or Ray writes a token into the user's home
        patch.setenv("RAY_BACKEND_LOG_LEVEL", "fatal")
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))  # where workers find what is in these modules
        patch.delenv("RAY_ADDRESS", raising=False)
        if "ray" in sys.modules:
            sys.modules["ray"].shutdown()
        yield folder
        if "ray" in sys.modules:
            sys.modules["ray"].shutdown()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def local_ray(ray_folder: Path) -> ModuleType:  # noqa: ARG001  (what it sets must be set)
    """A Ray that this process uses already, of two processors."""
    import ray

    if not ray.is_initialized():
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    return ray
