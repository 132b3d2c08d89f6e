"""How much the machine can do: how many workers it takes, what a control group leaves of it, its GPUs."""

from __future__ import annotations

import pytest

from actsearch.core import capacity


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
    monkeypatch.setattr(capacity, "usable_cores", lambda: cores)
    monkeypatch.setattr(capacity, "available_memory", lambda: int(memory))
    monkeypatch.setattr(capacity, "gpus", lambda: gpus)
    assert capacity.default_jobs(threads) == jobs


def test_large_data_leave_room_for_fewer_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker holds its own copy: with one per core the system would end them one after the other."""
    monkeypatch.setattr(capacity, "usable_cores", lambda: 8)
    monkeypatch.setattr(capacity, "available_memory", lambda: int(30e9))
    monkeypatch.setattr(capacity, "gpus", list)
    assert [capacity.default_jobs(1, data_bytes) for data_bytes in (1000, int(4e9))] == [8, 3]
    assert capacity.worker_memory(1000) == capacity.worker_memory()


def test_this_machine_can_be_asked() -> None:
    """On any system: a number of cores and bytes that a worker can be sized by."""
    assert capacity.usable_cores() >= 1
    assert capacity.available_memory() > 1_000_000


def test_a_control_group_limits_cores_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container the machine looks bigger than what one may use, and the system kills who believes it."""
    values = {"cpu.max": "150000 100000", "memory.max": "3000000", "memory.current": "1000000"}
    monkeypatch.setattr(capacity, "_control_group", lambda name: values[name])
    monkeypatch.setattr(capacity.os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert capacity.usable_cores() == 2
    assert capacity.available_memory() == 2_000_000


@pytest.mark.parametrize(("visible", "names"), [("", []), ("-1", []), ("1,3", ["1", "3"])])
def test_the_gpus_that_may_be_used(monkeypatch: pytest.MonkeyPatch, visible: str, names: list[str]) -> None:
    """A cluster's scheduler says by this variable which ones are ours."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert capacity.gpus() == names
