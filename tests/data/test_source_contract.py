"""What every kind of source must do (see `core.source.Source`): those of the table, and one from elsewhere."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import conftest
import numpy as np
import pytest
import yaml
from loaded_data import digest_of_data, fingerprint_and_digest
from pydantic import TypeAdapter
from toy_members.toy_source import Standardised, WavesData, WavesSource

from actsearch.config.data_section import data_field, source_keys
from actsearch.core.errors import DataError, UnsuitableSetting
from actsearch.core.experiment import DataSpec, Experiment
from actsearch.core.identity import expand, identity
from actsearch.core.source import Source
from actsearch.data import keras_sets
from actsearch.data.kinds.named import NamedSource
from actsearch.data.kinds.npz import NpzSource
from actsearch.data.sources import SOURCES, fingerprint_of, load_dataset
from actsearch.data.splitting import split

TABLE = {**SOURCES, "waves": WavesData}


@dataclass(frozen=True)
class Member:
    """Sources of a kind. Each is given a folder, in which it may put what it needs."""

    make: Callable[[Path], Source]
    other: Callable[[Path], Source]
    """With other content."""
    missing: Callable[[Path], Source]
    """One that cannot be loaded."""
    has_all: bool = True
    """Whether there is as much in it as is known."""


def fashion_mnist(_folder: Path, shift: int = 0) -> Source:
    """Where Keras looks for it, thirty images by hand."""
    folder = Path(os.environ["KERAS_HOME"]) / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True, exist_ok=True)
    for part, n in (("train", 30), ("t10k", 20)):
        arrays = {"images-idx3": (np.arange(n * 784) + shift).reshape(n, 28, 28), "labels-idx1": np.arange(n) % 10}
        for kind, array in arrays.items():
            sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
            content = bytes([0, 0, 8, array.ndim]) + sizes + (array % 251).astype(np.uint8).tobytes()
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(content, mtime=0))
    return NamedSource("fashion_mnist")


def without_fashion_mnist(folder: Path) -> Source:
    fashion_mnist(folder)
    for file in keras_sets.KERAS_FILES["fashion_mnist"]:
        (Path(os.environ["KERAS_HOME"]) / "datasets" / file).write_bytes(b"")
    return NamedSource("fashion_mnist")


def npz(folder: Path, **changes: Any) -> Source:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "own.npz", **conftest.tiny_arrays(**changes))
    return NpzSource("own.npz").located(folder)


MEMBERS: Mapping[str, Member] = {
    "mnist": Member(lambda _: NamedSource("mnist"), fashion_mnist, without_fashion_mnist),
    "fashion_mnist": Member(fashion_mnist, lambda folder: fashion_mnist(folder, 1), without_fashion_mnist, False),
    "npz": Member(npz, lambda folder: npz(folder, dtype="float32"), lambda folder: NpzSource(str(folder / "no.npz"))),
    "waves": Member(lambda _: WavesSource(40, 0.1), lambda _: WavesSource(40, 0.2), lambda _: WavesSource(40, 1e300)),
}
each = pytest.mark.parametrize(
    "member",
    [
        pytest.param(member, id=name, marks=[pytest.mark.xdist_group("tensorflow")] * ("mnist" in name))
        for name, member in MEMBERS.items()
    ],
)


def held_out(source: Source) -> DataSpec:
    return DataSpec(source, holdout=8, train_size=12)


@each
def test_a_fingerprint_says_which_data_they_are_wherever_they_lie(member: Member, hostile: Path) -> None:
    """Finished trials would be trained again on another machine, or be kept though the data are others."""
    source = member.make(hostile)
    fingerprint = source.fingerprint()
    assert re.fullmatch("[0-9a-f]{64}", fingerprint)
    assert member.make(hostile / "elsewhere").fingerprint() == fingerprint
    assert member.other(hostile).fingerprint() != fingerprint


@each
def test_loading_gives_the_same_each_time(member: Member, hostile: Path) -> None:
    """Two workers would train on different data, under one id."""
    spec = held_out(member.make(hostile))
    dataset = load_dataset(spec)
    assert digest_of_data(load_dataset(spec)) == digest_of_data(dataset)
    assert digest_of_data(load_dataset(held_out(member.other(hostile)))) != digest_of_data(dataset)
    assert dataset.x_train.dtype in (np.uint8, np.float32)


@each
def test_what_is_known_beforehand_is_so(member: Member, hostile: Path) -> None:
    """`validate` would refuse what trains, and looks would be planned for another number of examples."""
    source = member.make(hostile)
    dataset = load_dataset(held_out(source))
    if member.has_all:
        assert source.test_examples() == len(dataset.y_test)
        known = source.known_sizes()
        if known is not None:
            sizes = (len(dataset.y_train), len(dataset.y_test), dataset.classes)
            assert (known.training_examples, known.test_examples, known.classes) == sizes


@each
def test_a_located_source_does_not_depend_on_the_folder(member: Member, hostile: Path) -> None:
    """A worker, or the same run from another folder, would look for the data elsewhere."""
    located = member.make(hostile).located(hostile)
    assert located.located(hostile / "elsewhere") == located
    located.check(hostile / "elsewhere")
    assert located.name
    assert located.place


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """Another process, which knows of this one what it is sent."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        yield executor


@pytest.mark.parametrize("name", ["npz", "waves", pytest.param("fashion_mnist", marks=pytest.mark.slow)])
def test_another_process_loads_the_same(name: str, hostile: Path, process: ProcessPoolExecutor) -> None:
    """Workers load the data themselves, from a source that came through a pipe."""
    spec = held_out(MEMBERS[name].make(hostile).located(hostile))
    assert process.submit(fingerprint_and_digest, spec).result(60) == fingerprint_and_digest(spec)


@each
def test_what_cannot_be_had_is_told_in_one_line(member: Member, hostile: Path) -> None:
    """A traceback from inside NumPy or Keras says neither which file nor what to do."""
    source = member.missing(hostile)
    with pytest.raises(DataError) as caught:
        load_dataset(held_out(source))
    message = str(caught.value)
    assert message.startswith(f"{source.place}: ")
    assert "\n" not in message


def test_a_file_that_is_not_there_is_told_with_its_key(hostile: Path) -> None:
    """`validate` would find nothing wrong, and the run would end at once."""
    with pytest.raises(UnsuitableSetting, match="no such file") as caught:
        NpzSource("no.npz").check(hostile)
    assert caught.value.key == "data.npz"


# --- preparation


class Altered:
    """A source with other inputs in the examples that are not trained on."""

    def __init__(self, source: Source, not_trained_on: np.ndarray) -> None:
        self._source, self._not_trained_on = source, not_trained_on

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def load(self) -> Mapping[str, np.ndarray]:
        arrays = dict(self._source.load())
        x_train = arrays["x_train"].copy()
        x_train[self._not_trained_on] = x_train[self._not_trained_on][::-1] // 2
        return {**arrays, "x_train": x_train, "x_test": arrays["x_test"] // 2}


@each
def test_a_preparation_looks_at_what_is_trained_on_alone(member: Member, hostile: Path) -> None:
    """What a network is judged by would have helped to train it."""
    spec = held_out(member.make(hostile))
    dataset = load_dataset(spec)
    trained_on = split(dataset, spec).train
    others = np.setdiff1d(np.arange(len(dataset.y_train)), trained_on)
    altered: Any = Altered(spec.source, others)
    again = load_dataset(replace(spec, source=altered))
    assert digest_of_data(again) != digest_of_data(dataset)
    np.testing.assert_array_equal(again.x_train[trained_on], dataset.x_train[trained_on])


@each
def test_a_preparation_is_in_the_identity(member: Member, hostile: Path) -> None:
    """Trials on other inputs would pass for the same; or, if it does nothing, old trials would get other names."""
    spec = held_out(member.make(hostile))
    settings = identity(conftest.candidate(), 0, spec, "0" * 64)
    preparation = spec.source.preparation.identity()
    assert settings["data"].get("preparation") == preparation
    as_loaded, dataset = spec.source.load()["x_train"], load_dataset(spec)
    is_unchanged = np.array_equal(
        dataset.x_train, as_loaded.reshape(dataset.x_train.shape).astype(dataset.x_train.dtype)
    )
    assert is_unchanged == (preparation is None)
    experiment = Experiment("x", "", (0,), spec, (conftest.candidate(),), {})
    plain = replace(experiment, data=replace(spec, source=NamedSource("mnist")))
    (trial,), (unprepared,) = (expand(asked, "0" * 64) for asked in (experiment, plain))
    assert (trial.id == unprepared.id) == (preparation is None)


def test_the_toy_is_standardised_by_its_training_part() -> None:
    """What this suite holds of preparations would hold of none."""
    spec = held_out(WavesSource(40, 0.1))
    dataset = load_dataset(spec)
    x = dataset.x_train[split(dataset, spec).train]
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-6)
    assert abs(dataset.x_train.mean(axis=0)).max() > 0.01


class Broken:
    """A preparation that divides by nothing."""

    def identity(self) -> Mapping[str, Any]:
        return {"kind": "broken"}

    def fitted(self, _x: np.ndarray, _y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return lambda inputs: np.full(inputs.shape, np.nan)


def test_prepared_inputs_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network would be trained on what is no number, and diverge for no reason that one can see."""
    monkeypatch.setattr(WavesSource, "preparation", Broken())
    with pytest.raises(DataError, match=r"^waves, prepared: x_train: example 0 has a value that is NaN"):
        load_dataset(held_out(WavesSource(40, 0.1)))


# --- the keys in the file


@pytest.mark.parametrize("key", TABLE)
def test_a_kind_is_told_by_its_key(key: str) -> None:
    """The example in a message would be refused, or mean other data."""
    adapter: TypeAdapter[Any] = TypeAdapter(data_field(TABLE))
    keys = source_keys(adapter.validate_python(yaml.safe_load(TABLE[key].in_short)), TABLE)
    assert type(keys) is TABLE[key]
    assert key in TABLE[key].model_fields
    assert adapter.validate_python(keys.model_dump()) == keys
    spec = keys.data_spec()
    assert spec.source == keys.source()
    assert spec.holdout


def test_the_usual_kind_needs_no_keys() -> None:
    """`data: {train_size: 100}` is MNIST."""
    keys: Any = TypeAdapter(data_field(TABLE)).validate_python({"train_size": 100})
    assert keys.data_spec() == DataSpec(NamedSource("mnist"), holdout=10_000, train_size=100)


def test_defaults_of_a_kind_are_filled_in() -> None:
    """What `experiment.yaml` keeps would not say what was trained on."""
    keys: Any = TypeAdapter(data_field(TABLE)).validate_python({"waves": 100, "validation": {"last": 10}})
    assert keys.model_dump()["noise"] == 0.1
    assert keys.data_spec() == DataSpec(WavesSource(100, 0.1), holdout=10, holdout_last=True)


@dataclass(frozen=True)
class FaultyWaves(WavesSource):
    """Waves whose author made a mistake."""

    fault: str = ""

    def load(self) -> Any:
        arrays = dict(super().load())
        faults: dict[str, Callable[[], Any]] = {
            "no y_test": lambda: {name: arrays[name] for name in arrays if name != "y_test"},
            "lists": lambda: {name: array.tolist() for name, array in arrays.items()},
            "nothing": lambda: None,
            "no disk": lambda: Path("/no such folder/waves").read_bytes(),
        }
        return faults.get(self.fault, lambda: arrays)()

    @property
    def preparation(self) -> Any:  # type: ignore[override]
        return FaultyPreparation(self.fault) if self.fault.startswith("prepared") else Standardised()


@dataclass(frozen=True)
class FaultyPreparation(Standardised):
    fault: str

    def fitted(self, x: np.ndarray, y: np.ndarray) -> Any:
        prepare = super().fitted(x, y)
        return (lambda inputs: prepare(inputs)[1:]) if self.fault == "prepared but one" else lambda _: None


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("no y_test", "waves: load.. gives nothing as y_test; give a NumPy array"),
        ("lists", "waves: load.. gives a list as x_train"),
        ("nothing", "waves: load.. gives nothing as x_train"),
        ("no disk", "waves: cannot be read .No such file"),
        ("prepared but one", "waves, prepared: x_train: has shape .39, 12.; give an array of 40 examples"),
        ("prepared to nothing", "waves, prepared: x_train: is a NoneType"),
    ],
)
def test_a_mistake_of_its_author_is_told_in_a_line(fault: str, message: str) -> None:
    """The next author of a source learns what is missing, not which line of ours stumbled."""
    with pytest.raises(DataError, match=message):
        load_dataset(held_out(FaultyWaves(40, 0.1, fault=fault)))


def test_a_fingerprint_is_one() -> None:
    """Trials of data that changed would be taken for those of before."""

    class Numbered(WavesSource):
        def fingerprint(self) -> Any:
            return 17

    with pytest.raises(DataError, match=r"waves: fingerprint.. gives 17"):
        fingerprint_of(Numbered(40, 0.1))
