"""How much this machine can do at once: cores, memory, GPUs, and so how many workers. Imports nothing heavy."""

from __future__ import annotations

import math
import os
from pathlib import Path

WORKER_MEMORY = 1_500_000_000
"""Bytes that a worker process takes with MNIST in it: 0.7 GB for TensorFlow, the data, and its networks."""
MNIST_BYTES = 55_000_000
COPIES_OF_DATA = 2
"""How often a worker holds its data: as arrays, and as TensorFlow's tensors."""


def worker_memory(data_bytes: int = MNIST_BYTES) -> int:
    """Bytes that a worker process takes with so many bytes of data in it."""
    return WORKER_MEMORY + COPIES_OF_DATA * max(0, data_bytes - MNIST_BYTES)


def default_jobs(threads: int, data_bytes: int = MNIST_BYTES) -> int:
    """How many workers to use: one per GPU, else one for every `threads` usable cores, fewer when memory says so."""
    if gpus():
        return len(gpus())
    return max(1, min(usable_cores() // threads, available_memory() // worker_memory(data_bytes)))


def usable_cores() -> int:
    """The cores that this process may use, by its affinity and its control group's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _control_group("cpu.max").split()
    if len(quota) == 2 and quota[0] != "max":
        cores = min(cores, math.ceil(int(quota[0]) / int(quota[1])))
    return max(1, cores)


def available_memory() -> int:
    """Bytes that can be had without swapping, by the system and by this process's control group."""
    import psutil

    available = int(psutil.virtual_memory().available)
    limit, used = _control_group("memory.max"), _control_group("memory.current")
    if limit.isdigit() and used.isdigit():
        available = min(available, max(0, int(limit) - int(used)))
    return available


def gpus() -> list[str]:
    """The NVIDIA GPUs that TensorFlow would see here, by the names that CUDA_VISIBLE_DEVICES takes."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        return [name for name in chosen.split(",") if name.strip() not in ("", "-1")]
    endings = (path.name.removeprefix("nvidia") for path in Path("/dev").glob("nvidia*"))
    return sorted((number for number in endings if number.isdigit()), key=int)


def _control_group(name: str) -> str:
    """A value of this process's control group (Linux, version 2), or of the nearest above it that has a limit."""
    try:
        path = Path("/proc/self/cgroup").read_text(encoding="ascii").rpartition("::")[2].strip().lstrip("/")
        folder = Path("/sys/fs/cgroup", path)
        for place in (folder, *folder.parents):
            if place == Path("/sys/fs"):
                break
            value = (place / name).read_text(encoding="ascii").strip() if (place / name).is_file() else ""
            if value and not value.startswith("max"):
                return value
    except (OSError, ValueError):
        pass
    return ""
