"""The machine: how many workers it takes, and what makes two machines differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actsearch.core import machine
from actsearch.core.experiment import Activation
from actsearch.core.results import CandidateResult, ExperimentResult, TrialResult

HERE = {
    "versions": {"actsearch": "1", "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6", "python": "3.11.7"},
    "system": "Linux",
    "architecture": "x86_64",
    "cpu": "Xeon",
    "cpu_flags": ["avx", "fma"],
    "threads": 1,
}


@pytest.mark.parametrize(
    ("cores", "memory", "gpus", "threads", "jobs"),
    [
        (8, 64e9, [], 1, 8),
        (8, 64e9, [], 2, 4),
        (8, 5e9, [], 1, 3),
        (8, 1e9, [], 1, 1),
        (2, 64e9, [], 4, 1),
        (8, 64e9, ["0", "1"], 1, 2),
    ],
)
def test_the_default_number_of_workers(
    monkeypatch: pytest.MonkeyPatch, cores: int, memory: float, gpus: list[str], threads: int, jobs: int
) -> None:
    """Too many and the machine swaps or the system kills them; too few and cores stand idle over night."""
    monkeypatch.setattr(machine, "usable_cores", lambda: cores)
    monkeypatch.setattr(machine, "available_memory", lambda: int(memory))
    monkeypatch.setattr(machine, "gpus", lambda: gpus)
    assert machine.default_jobs(threads) == jobs


def test_large_data_leave_room_for_fewer_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker holds its own copy: with one per core the system would end them one after the other."""
    monkeypatch.setattr(machine, "usable_cores", lambda: 8)
    monkeypatch.setattr(machine, "available_memory", lambda: int(30e9))
    monkeypatch.setattr(machine, "gpus", list)
    assert [machine.default_jobs(1, data_bytes) for data_bytes in (1000, int(4e9))] == [8, 3]
    assert machine.worker_memory(1000) == machine.worker_memory()


def test_this_machine_can_be_asked() -> None:
    """On any system: a number of cores and bytes that a worker can be sized by."""
    assert machine.usable_cores() >= 1
    assert machine.available_memory() > 1_000_000


def test_a_control_group_limits_cores_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container the machine looks bigger than what one may use, and the system kills who believes it."""
    values = {"cpu.max": "150000 100000", "memory.max": "3000000", "memory.current": "1000000"}
    monkeypatch.setattr(machine, "_control_group", lambda name: values[name])
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert machine.usable_cores() == 2
    assert machine.available_memory() == 2_000_000


@pytest.mark.parametrize(("visible", "found"), [("", []), ("-1", []), ("1,3", ["1", "3"])])
def test_the_gpus_that_may_be_used(monkeypatch: pytest.MonkeyPatch, visible: str, found: list[str]) -> None:
    """A cluster's scheduler says by this variable which ones are ours."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert machine.gpus() == found


def result(*machines: dict[str, Any], earlier: tuple[dict[str, Any], ...] = ()) -> ExperimentResult:
    trials = [TrialResult(str(i), i, "completed", 1, machine=one) for i, one in enumerate(machines)]
    trials[0] = TrialResult("0", 0, "completed", 1, machine=machines[0], earlier_machines=earlier)
    candidate = CandidateResult("relu", Activation("relu"), {}, tuple(trials))
    return ExperimentResult("tiny", "", str(Path("tiny")), (candidate,), False, "categorical_crossentropy")


def test_trials_of_one_kind_of_machine_are_no_mixture() -> None:
    """A warning that comes always is read never: threads, system and Python change no bit here."""
    other = {**HERE, "system": "Darwin", "versions": {**HERE["versions"], "python": "3.12.1", "actsearch": "2"}}
    assert result(HERE, HERE, other).mixture is None
    assert result({}, HERE).mixture is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"cpu": "EPYC"}, "cpu EPYC and Xeon"),
        ({"cpu_flags": ["avx"]}, "arithmetic flags"),
        ({"versions": {**HERE["versions"], "keras": "3.16.0"}}, "keras 3.15.1 and 3.16.0"),
        ({"gpus": ["A100"]}, "gpus A100 and none"),
    ],
)
def test_a_mixture_of_machines_or_versions_is_told(changed: dict[str, Any], told: str) -> None:
    """A difference in the last digits may come from the processor, and not from the activation."""
    for mixed in (result(HERE, {**HERE, **changed}), result(HERE, earlier=({**HERE, **changed},))):
        assert mixed.mixture is not None
        assert told in mixed.mixture
