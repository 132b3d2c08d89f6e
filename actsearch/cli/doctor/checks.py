"""What this machine can do, check by check.

Imports nothing heavy; what may crash or hang is asked by `probes`. `kill_and_resume` adds the check that kills a run.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from actsearch.cli.doctor import probes
from actsearch.cli.doctor.probes import Broken
from actsearch.core import capacity, machine
from actsearch.core.errors import DataError
from actsearch.core.experiment import DataSpec
from actsearch.core.files import write_atomically
from actsearch.data import keras_sets, sources
from actsearch.data.kinds.named import NamedSource

SHOWN = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "ray": "Ray"}
BFLOAT16_FLAGS = {"avx512_bf16": "AVX-512", "amx_bf16": "AMX", "bf16": "ARM", "svebf16": "SVE"}
DISK_PROBLEM, DISK_NOTE = 100_000_000, 1_000_000_000
SLOW_DISK_SECONDS = 1.0


@dataclass(frozen=True)
class Check:
    """One finding: a line for people, what to do about it (where something is to be done), and plain JSON values."""

    name: str
    status: Literal["ok", "note", "problem"]
    what: str
    remedy: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def checks(out: Path, jobs: int | None, ray_address: str | None) -> Iterator[Check]:
    """Looks at everything, and yields each finding as it comes; what takes long comes last.

    Args:
        out: the folder of the results; it need not exist.
        jobs: how many workers are wanted; None for as many as a run would use.
        ray_address: of a Ray cluster; without it that of RAY_ADDRESS, if set.
    """
    yield versions()
    yield processor()
    yield memory(jobs)
    yield bundled_data()
    yield cached_data()
    yield from results_folder(out)
    yield ray_cluster(ray_address)
    yield from tensorflow()


def versions() -> Check:
    """Python and the libraries, against the lower bounds that this package was installed with."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    installed, wrong, remedies = {"python": platform.python_version()}, [], []
    try:
        installed["actsearch"] = metadata.version("actsearch")
        pythons = metadata.metadata("actsearch")["Requires-Python"]
        needed = [Requirement(text) for text in metadata.requires("actsearch") or []]
    except metadata.PackageNotFoundError:
        return Check("versions", "problem", "actsearch is not installed", "pip install actsearch", installed)
    if not SpecifierSet(pythons).contains(installed["python"], prereleases=True):
        wrong.append(f"Python {installed['python']}, and actsearch needs {pythons}")
        remedies.append("make an environment with another Python")
    for requirement in needed:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = _version(requirement.name)
        installed[requirement.name] = version or "missing"
        if version is None:
            wrong.append(f"{requirement.name} is not installed")
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version}, and actsearch needs {requirement.specifier}")
        else:
            continue
        remedies.append(f'pip install "{requirement.name}{requirement.specifier}"')
    if ray := _version("ray"):
        installed["ray"] = ray
    if wrong:
        return Check("versions", "problem", "; ".join(wrong), "; ".join(remedies), installed)
    libraries = [f"{title} {installed[name]}" for name, title in SHOWN.items() if name in installed]
    what = ", ".join([f"actsearch {installed['actsearch']}", f"Python {installed['python']}", *libraries])
    return Check("versions", "ok", what, details=installed)


def processor() -> Check:
    """The processor, and what its flags mean for arithmetic."""
    flags, cores = machine.cpu_flags(), capacity.usable_cores()
    native = [name for flag, name in BFLOAT16_FLAGS.items() if flag in flags]
    details = {
        "model": machine.cpu_model(),
        "usable_cores": cores,
        "logical_cores": os.cpu_count(),
        "flags": flags,
        "bfloat16_in_hardware": bool(native) if flags else None,
    }
    name = f"{details['model']}, {cores} usable core{'s' * (cores != 1)}"
    if not flags:
        return Check("processor", "note", f"{name}; this system does not tell its arithmetic flags", details=details)
    if platform.machine().lower() in ("x86_64", "amd64") and "avx" not in flags:
        remedy = "use another machine, or a TensorFlow that was built for this processor"
        return Check("processor", "problem", f"{name}; no AVX, which TensorFlow's packages need", remedy, details)
    bfloat16 = (
        f"bfloat16 in hardware ({', '.join(native)}): precision mixed_bfloat16 may save time"
        if native
        else "no bfloat16 in hardware: precision mixed_bfloat16 is only imitated, and saves nothing"
    )
    return Check("processor", "ok", f"{name}; {_arithmetic(flags)}; {bfloat16}", details=details)


def memory(jobs: int | None) -> Check:
    """The memory that can be had, against what so many workers need."""
    available, cores = capacity.available_memory(), capacity.usable_cores()
    wanted = capacity.default_jobs(threads=1) if jobs is None else jobs
    fit = available // capacity.WORKER_MEMORY
    details = {
        "available_bytes": available,
        "worker_bytes": capacity.WORKER_MEMORY,
        "jobs": wanted,
        "jobs_that_fit": fit,
        "usable_cores": cores,
    }
    needed = wanted * capacity.WORKER_MEMORY
    workers = f"{wanted} worker{'s' * (wanted != 1)} ({'the default' if jobs is None else f'--jobs {jobs}'})"
    what = f"{_gb(available)} available; {workers} need{'s' * (wanted == 1)} about {_gb(needed)}"
    if fit == 0:
        return Check("memory", "problem", what, "close other programs, or use a machine with more memory", details)
    if wanted > fit:
        return Check("memory", "problem", what, f"--jobs {fit}", details)
    if wanted > cores and not capacity.gpus():
        what += f", and share {cores} usable core{'s' * (cores != 1)}"
        return Check("memory", "note", what, f"--jobs {cores} takes no longer", details)
    return Check("memory", "ok", what, details=details)


def bundled_data() -> Check:
    """Whether the MNIST that comes with the package is whole."""
    spec = DataSpec(NamedSource("mnist"))
    try:
        sha256, loaded = spec.source.fingerprint(), sources.load_dataset(spec)
    except DataError as error:
        what, _, remedy = str(error).rpartition("; ")
        return Check("data", "problem", what, remedy)
    sizes = {"train": len(loaded.x_train), "test": len(loaded.x_test)}
    what = f"MNIST is whole: {sizes['train']:,} and {sizes['test']:,} images, SHA-256 {sha256[:12]}..."
    return Check("data", "ok", what, details={"sha256": sha256, **sizes})


def cached_data() -> Check:
    """Which of Keras's data sets are on this machine already."""
    folder = keras_sets.keras_folder()
    cached = {name: all((folder / file).is_file() for file in files) for name, files in keras_sets.KERAS_FILES.items()}
    missing = [name for name, there in cached.items() if not there]
    if not missing:
        return Check("data sets", "ok", f"{' and '.join(cached)} are in Keras's cache", details=cached)
    verb = "is" if len(missing) == 1 else "are"
    what = f"{' and '.join(missing)} {verb} not in Keras's cache; downloaded when an experiment asks"
    return Check("data sets", "note", what, details=cached)


def results_folder(out: Path) -> Iterator[Check]:
    """Whether results can be kept there: written, with room, and locked against a second run."""
    place = _nearest(out.absolute())
    details: dict[str, Any] = {"folder": str(out), "exists": place == out.absolute()}
    where = str(out) if details["exists"] else f"{out} (to be made in {place})"
    probe = place / f".actsearch-doctor-{os.getpid()}"
    try:
        began = time.perf_counter()
        write_atomically(probe, b"written by actsearch doctor; may be deleted\n")
        seconds = time.perf_counter() - began
        probe.unlink()
    except OSError as error:
        what = f"{where}: cannot be written ({error.strerror or error})"
        yield Check("results folder", "problem", what, "give a folder of yours: --out DIR", details)
        return
    details["write_ms"] = round(1000 * seconds, 1)
    what = f"{where}: can be written; a small file is safe on the disk after {1000 * seconds:.0f} ms"
    if seconds > SLOW_DISK_SECONDS:
        yield Check("results folder", "note", what, "a run waits so long after every checkpoint; --out DIR", details)
    else:
        yield Check("results folder", "ok", what, details=details)
    yield _disk(place)
    yield _locks(probe.with_suffix(".lock"))


def ray_cluster(address: str | None) -> Check:
    """Whether Ray is there, and the cluster answers."""
    address = address or os.environ.get("RAY_ADDRESS")
    version = _version("ray")
    details: dict[str, Any] = {"version": version, "address": address}
    if version is None:
        status: Literal["note", "problem"] = "problem" if address else "note"
        return Check("Ray", status, "not installed; --engine ray needs it", 'pip install "actsearch[ray]"', details)
    if address in (None, "local"):
        return Check("Ray", "note", f"Ray {version}; without an address it is started on this machine", details=details)
    assert address is not None
    remedy = (
        "check the address and the firewall, that Ray runs there (ray status), and RAY_AUTH_MODE=token if it has one"
    )
    try:
        resources = probes.ray_resources(address)
    except Broken as error:
        return Check("Ray", "problem", f"{address} does not answer ({error})", remedy, details)
    cores, gpus = resources.get("CPU", 0), resources.get("GPU", 0)
    what = f"Ray {version} at {address}: {cores:g} CPU, {gpus:g} GPU"
    return Check("Ray", "ok", what, details=details | {"resources": resources})


def tensorflow() -> Iterator[Check]:
    """Whether TensorFlow starts, the devices it sees, and what mixed_bfloat16 costs."""
    try:
        measured = probes.probe_tensorflow()
    except Broken as error:
        yield Check("TensorFlow", "problem", f"does not train here: {error}", _remedy_of_tensorflow(error))
        return
    for key, wanted in (("backend", "tensorflow"), ("image_data_format", "channels_last")):
        if measured[key] != wanted:
            what = f"Keras is set to {key} {measured[key]}, and actsearch needs {wanted}"
            yield Check("TensorFlow", "problem", what, _remedy_of_keras(key), measured)
            return
    what = f"starts in {measured['start_seconds']:.0f} s"
    yield Check("TensorFlow", "ok", what, details={"start_seconds": measured["start_seconds"]})
    yield _devices(measured["gpus"])
    yield _precision(measured["seconds_per_step"], bool(measured["gpus"]))


def _remedy_of_tensorflow(error: Broken) -> str:
    if any(f"No module named '{backend}" in str(error) for backend in ("jax", "torch", "openvino")):
        return _remedy_of_keras("backend")
    if error.signal_name in ("SIGILL", "SIGABRT"):
        return "use another machine, or a TensorFlow that was built for this processor"
    if error.signal_name == "SIGKILL":
        return "it may be memory that ran out: close other programs"
    return "install TensorFlow again: pip install --force-reinstall tensorflow"


def _remedy_of_keras(key: str) -> str:
    """Of a setting of Keras that is not the one that is needed."""
    settings = keras_sets.keras_folder().with_name("keras.json")
    if key == "backend":
        return f'write "backend": "tensorflow" in {settings}, and unset KERAS_BACKEND'
    return f'write "image_data_format": "channels_last" in {settings}'


def _arithmetic(flags: Sequence[str]) -> str:
    """The widest arithmetic that the flags promise, in words."""
    if "avx512f" in flags:
        return "AVX-512 (16 numbers of float32 at once)"
    if "avx2" in flags:
        return "AVX2" + (" with FMA" if "fma" in flags else "") + " (8 numbers of float32 at once)"
    if "avx" in flags:
        return "AVX without AVX2 (slow)"
    if "sve" in flags:
        return "SVE"
    return "NEON" if "asimd" in flags or "neon" in flags else "no vector arithmetic known"


def _devices(gpus: Sequence[str]) -> Check:
    present = capacity.gpus()
    details = {"gpus": list(gpus), "nvidia_devices": present}
    if gpus:
        return Check("devices", "ok", f"{len(gpus)} GPU: {', '.join(gpus)}", details=details)
    if present:
        remedy = 'pip install "tensorflow[and-cuda]"; or, to train on the processor, set CUDA_VISIBLE_DEVICES to -1'
        return Check("devices", "note", "an NVIDIA GPU is here, and TensorFlow does not see it", remedy, details)
    return Check("devices", "ok", "no GPU: CPU only", details=details)


def _precision(seconds: Mapping[str, Sequence[float]], gpu: bool) -> Check:
    float32, bfloat16 = (statistics.median(seconds[precision]) for precision in ("float32", "mixed_bfloat16"))
    factor = bfloat16 / float32
    details = {"factor": factor, "seconds_per_step": dict(seconds)}
    where = "on the GPU" if gpu else "on one thread"
    measured = f"({1000 * bfloat16:.0f} and {1000 * float32:.0f} ms a step of the article's network {where})"
    if factor > 1.1:
        what = f"mixed_bfloat16 takes {factor:.1f} times as long as float32 here {measured}"
        return Check("bfloat16", "note", what, "leave precision at float32", details)
    if factor < 0.9:
        what = f"mixed_bfloat16 takes {factor:.2f} of float32's time here {measured}: worth it, if accuracy holds"
        return Check("bfloat16", "ok", what, details=details)
    return Check("bfloat16", "ok", f"mixed_bfloat16 is as fast as float32 here {measured}: no gain", details=details)


def _disk(place: Path) -> Check:
    free = shutil.disk_usage(place).free
    details = {"free_bytes": free}
    what = f"{_gb(free)} free"
    if free < DISK_PROBLEM:
        return Check("disk space", "problem", what, "make room, or give another folder: --out DIR", details)
    if free < DISK_NOTE:
        return Check("disk space", "note", what, "enough for small networks; --keep-checkpoints takes more", details)
    return Check("disk space", "ok", what, details=details)


def _locks(path: Path) -> Check:
    """Whether a lock keeps another process out, which on some network file systems it does not."""
    import filelock

    remedy = "give a folder on a disk of this machine (--out DIR), or never start two runs into one folder"
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with filelock.FileLock(path, timeout=1):
                taken_twice = probes.takes_lock(path)
    except (OSError, NotImplementedError, Broken) as error:
        return Check("file locks", "problem", f"do not work in {path.parent} ({error})", remedy)
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    if taken_twice:
        what = f"do not hold in {path.parent}: two runs into one folder would not notice each other"
        return Check("file locks", "problem", what, remedy)
    if any("SoftFileLock" in str(warning.message) for warning in warned):
        what = f"are imitated by files in {path.parent}; one may be left behind by a run that was killed"
        return Check("file locks", "note", what, remedy)
    return Check("file locks", "ok", "keep a second run out")


def _nearest(path: Path) -> Path:
    """The path, or the nearest above it that exists."""
    for place in (path, *path.parents):
        with suppress(OSError):  # it may lie in a folder that we may not look into
            if place.exists():
                return place
    return path


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _gb(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
