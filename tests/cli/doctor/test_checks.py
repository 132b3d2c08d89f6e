"""`actsearch doctor`: each thing that can be wrong with a machine is found, named, and told with a remedy."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actsearch.cli.doctor import checks as doctor
from actsearch.cli.doctor import probes
from actsearch.cli.doctor.checks import Check
from actsearch.core import capacity, machine
from actsearch.data import bundled_mnist, keras_sets

GB = 1_000_000_000


def only(checks: Iterator[Check], name: str) -> Check:
    """The finding of that name."""
    (found,) = (check for check in checks if check.name == name)
    return found


def test_the_doctor_itself_loads_nothing_heavy() -> None:
    """Where TensorFlow crashes at its start, the doctor must live to say so; and a first line comes at once."""
    code = "import sys, actsearch.cli.doctor.checks, actsearch.cli.doctor.kill_and_resume; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "keras", "ray", "numpy", "psutil", "filelock"} & set(done.stdout.split())


# Versions


def test_good_versions_are_listed() -> None:
    """The first thing that is asked for in a bug report."""
    check = doctor.versions()
    assert check.status == "ok"
    assert all(name in check.what for name in ("actsearch", "Python", "TensorFlow", "Keras", "NumPy"))


@pytest.mark.parametrize(
    ("library", "version", "told", "remedy"),
    [
        ("keras", "3.1.0", "keras 3.1.0, and actsearch needs >=", 'pip install "keras>='),
        ("tensorflow", None, "tensorflow is not installed", 'pip install "tensorflow>='),
        ("filelock", "0.1", "filelock 0.1, and", 'pip install "filelock>='),
    ],
)
def test_a_library_that_is_old_or_missing_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, library: str, version: str | None, told: str, remedy: str
) -> None:
    """An environment that was put together by hand fails in the middle of a run, with another message."""
    monkeypatch.setattr(doctor, "_version", lambda name: version if name == library else "999")
    check = doctor.versions()
    assert check.status == "problem"
    assert told in check.what
    assert remedy in check.remedy
    assert "ray" not in check.remedy


def test_a_python_that_is_too_new_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow has no package for it; without the reason one looks for it in the wrong place."""
    monkeypatch.setattr("platform.python_version", lambda: "3.14.1")
    check = doctor.versions()
    assert check.status == "problem"
    assert "Python 3.14.1, and actsearch needs" in check.what


# Processor


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["avx", "avx2", "avx512_bf16", "avx512f", "fma"], "bfloat16 in hardware (AVX-512)"),
        (["amx_bf16", "avx", "avx2", "avx512_bf16", "avx512f"], "bfloat16 in hardware (AVX-512, AMX)"),
        (["asimd", "bf16", "sve", "svebf16"], "SVE; bfloat16 in hardware (ARM, SVE)"),
        (["avx", "avx2", "avx512f", "fma"], "AVX-512 (16 numbers of float32 at once); no bfloat16 in hardware"),
        (["avx", "avx2", "fma"], "AVX2 with FMA (8 numbers of float32 at once); no bfloat16 in hardware"),
    ],
)
def test_flags_are_told_in_words(monkeypatch: pytest.MonkeyPatch, flags: list[str], told: str) -> None:
    """`mixed_bfloat16` doubles the speed on one processor and divides it by three on another."""
    monkeypatch.setattr(machine, "cpu_flags", lambda: flags)
    monkeypatch.setattr("platform.machine", lambda: "x86_64" if "avx" in flags else "aarch64")
    check = doctor.processor()
    assert check.status == "ok"
    assert told in check.what
    assert check.details["bfloat16_in_hardware"] == ("no bfloat16" not in told)


def test_a_processor_without_avx_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow dies on it with `Illegal instruction` and no other word."""
    monkeypatch.setattr(machine, "cpu_flags", lambda: ["sse", "sse2", "ssse3"])
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    check = doctor.processor()
    assert check.status == "problem"
    assert "no AVX" in check.what
    assert check.remedy


def test_unknown_flags_are_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """On macOS nothing tells them; "no bfloat16" would be a guess."""
    monkeypatch.setattr(machine, "cpu_flags", list)
    check = doctor.processor()
    assert check.status == "note"
    assert check.details["bfloat16_in_hardware"] is None


# Memory


@pytest.fixture
def machine_with(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretends a size: `machine_with(memory=8, cores=4)`, in GB."""

    def pretend(memory: float, cores: int, gpus: int = 0) -> None:
        monkeypatch.setattr(capacity, "available_memory", lambda: int(memory * GB))
        monkeypatch.setattr(capacity, "usable_cores", lambda: cores)
        monkeypatch.setattr(capacity, "gpus", lambda: [str(i) for i in range(gpus)])
        monkeypatch.setattr(capacity, "WORKER_MEMORY", 1_500_000_000)

    return pretend


def test_more_jobs_than_memory_is_a_problem(machine_with: Callable[..., None]) -> None:
    """The system kills workers one after the other, and a night's run is mostly retries."""
    machine_with(memory=8, cores=64)
    check = doctor.memory(20)
    assert (check.status, check.remedy) == ("problem", "--jobs 5")
    assert "8.0 GB available; 20 workers (--jobs 20) need about 30.0 GB" in check.what


def test_the_default_with_more_gpus_than_memory_is_a_problem(machine_with: Callable[..., None]) -> None:
    """There the number of workers is that of the GPUs, and nobody has asked for it."""
    machine_with(memory=5, cores=64, gpus=8)
    check = doctor.memory(None)
    assert (check.status, check.remedy) == ("problem", "--jobs 3")


def test_memory_for_no_worker_at_all_is_a_problem(machine_with: Callable[..., None]) -> None:
    """ "--jobs 0" would be no remedy."""
    machine_with(memory=0.9, cores=4)
    check = doctor.memory(None)
    assert check.status == "problem"
    assert "jobs" not in check.remedy
    assert "900 MB available; 1 worker (the default) needs" in check.what


def test_more_jobs_than_cores_is_told(machine_with: Callable[..., None]) -> None:
    """It works, and is no faster."""
    machine_with(memory=64, cores=2)
    assert doctor.memory(8).status == "note"
    assert doctor.memory(2).status == "ok"
    machine_with(memory=64, cores=2, gpus=4)
    assert doctor.memory(4).status == "ok"


# Data


def test_a_damaged_mnist_is_a_problem(monkeypatch: pytest.MonkeyPatch, hostile: Path) -> None:
    """An installation that broke off would otherwise be found out by the first run."""
    assert doctor.bundled_data().status == "ok"
    cut = hostile / "mnist.npz"
    cut.write_bytes(bundled_mnist.MNIST_FILE.read_bytes()[:-1000])
    monkeypatch.setattr(bundled_mnist, "MNIST_FILE", cut)
    check = doctor.bundled_data()
    assert (check.status, check.remedy) == ("problem", "install actsearch again")
    assert "damaged" in check.what


def test_what_is_in_keras_cache_is_told_and_nothing_is_downloaded(
    monkeypatch: pytest.MonkeyPatch, hostile: Path
) -> None:
    """Before a train journey one wants to know; and a look must not fetch 170 MB."""
    monkeypatch.setenv("KERAS_HOME", str(hostile))
    check = doctor.cached_data()
    assert check.status == "note"
    assert "fashion_mnist and cifar10 are not" in check.what
    for file in keras_sets.KERAS_FILES["fashion_mnist"]:
        path = hostile / "datasets" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert "cifar10 is not" in doctor.cached_data().what


# The folder of the results


def test_a_good_folder_is_left_as_it_was(hostile: Path) -> None:
    """A look must not leave files among results, nor make a folder that nobody wanted."""
    found = {check.name: check for check in doctor.results_folder(hostile / "new" / "results")}
    assert [check.status for check in found.values()] == ["ok", "ok", "ok"]
    assert "to be made in" in found["results folder"].what
    assert found["results folder"].details["write_ms"] > 0
    assert [check.status for check in doctor.results_folder(hostile)] == ["ok", "ok", "ok"]
    assert list(hostile.iterdir()) == []


def test_a_file_in_the_way_is_a_problem(hostile: Path) -> None:
    """Hours of training with nowhere to go."""
    (hostile / "file").touch()
    for out in (hostile / "file", hostile / "file" / "results"):
        (check,) = doctor.results_folder(out)
        assert check.status == "problem"
        assert "cannot be written (Not a directory)" in check.what
        assert "--out" in check.remedy


def test_a_folder_that_cannot_be_written_is_a_problem(monkeypatch: pytest.MonkeyPatch, hostile: Path) -> None:
    """Likewise. (Pretended: whoever may write everywhere could not test it otherwise.)"""

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(doctor, "write_atomically", refuse)
    (check,) = doctor.results_folder(hostile)
    assert check.status == "problem"
    assert "Read-only file system" in check.what


def test_a_slow_disk_is_told(monkeypatch: pytest.MonkeyPatch, hostile: Path) -> None:
    """Checkpoints then cost more than training, and the run looks slow for no reason."""
    monkeypatch.setattr(doctor, "SLOW_DISK_SECONDS", 0.0)
    assert only(doctor.results_folder(hostile), "results folder").status == "note"


@pytest.mark.parametrize(("free", "status"), [(50_000_000, "problem"), (GB // 2, "note"), (2 * GB, "ok")])
def test_little_room_is_told(monkeypatch: pytest.MonkeyPatch, hostile: Path, free: int, status: str) -> None:
    """A full disk stops a run in the night."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10 * GB, 0, free))
    assert only(doctor.results_folder(hostile), "disk space").status == status


def test_locks_that_do_not_hold_are_a_problem(monkeypatch: pytest.MonkeyPatch, hostile: Path) -> None:
    """On such a file system two runs would write into one folder."""
    monkeypatch.setattr(probes, "takes_lock", lambda _: True)
    check = only(doctor.results_folder(hostile), "file locks")
    assert check.status == "problem"
    assert "--out" in check.remedy


@pytest.mark.parametrize(("number", "status"), [(errno.ENOLCK, "problem"), (errno.ENOSYS, "note")])
def test_locks_that_the_file_system_lacks_are_told(
    monkeypatch: pytest.MonkeyPatch, hostile: Path, number: int, status: str
) -> None:
    """Some network file systems refuse, and for others the lock is imitated by a file that a kill leaves behind."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(probes, "takes_lock", lambda _: False)
    assert only(doctor.results_folder(hostile), "file locks").status == status
    assert list(hostile.iterdir()) == []


# Ray


@pytest.fixture
def ray_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Pretends that this version of Ray is installed, or none; and that RAY_ADDRESS is not set."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)

    def pretend(version: str | None) -> None:
        monkeypatch.setattr(doctor, "_version", lambda name: version if name == "ray" else "999")

    return pretend


def test_ray_is_needed_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, ray_version: Callable[[str | None], None]
) -> None:
    """Most people have no cluster, and need not be told of a problem."""
    ray_version(None)
    check = doctor.ray_cluster(None)
    assert check.status == "note"
    assert "pip install" in check.remedy
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert doctor.ray_cluster(None).status == "problem"
    monkeypatch.delenv("RAY_ADDRESS")
    ray_version("2.60.0")
    assert doctor.ray_cluster(None).status == "note"


def test_a_ray_that_does_not_answer_is_a_problem(ray_version: Callable[[str | None], None]) -> None:
    """`ray.init` itself tries for two minutes before it says so."""
    ray_version("2.60.0")
    with socket.socket() as closed:  # bound and not listening: a connection is refused
        closed.bind(("127.0.0.1", 0))
        check = doctor.ray_cluster(f"127.0.0.1:{closed.getsockname()[1]}")
    assert check.status == "problem"
    assert "does not answer (Connection refused)" in check.what


@pytest.mark.parametrize("address", ["head", "head:none", "ray://head:10001", ":6379"])
def test_an_address_that_is_none_is_a_problem(ray_version: Callable[[str | None], None], address: str) -> None:
    """A forgotten port is the commonest mistake there is."""
    ray_version("2.60.0")
    assert doctor.ray_cluster(address).status == "problem"


def test_a_ray_that_answers_is_told_with_what_it_has(
    monkeypatch: pytest.MonkeyPatch, ray_version: Callable[[str | None], None]
) -> None:
    """To see that it is the right cluster."""
    ray_version("2.60.0")
    monkeypatch.setattr(probes, "ray_resources", lambda _: {"CPU": 24.0, "GPU": 2.0, "memory": 1e11})
    check = doctor.ray_cluster("10.0.0.1:6379")
    assert (check.status, check.what) == ("ok", "Ray 2.60.0 at 10.0.0.1:6379: 24 CPU, 2 GPU")


@pytest.mark.slow
def test_a_port_that_answers_and_is_no_ray_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong port of the right machine would hang the doctor for two minutes."""
    pytest.importorskip("ray")
    monkeypatch.setattr(probes, "RAY_JOIN_SECONDS", 3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        check = doctor.ray_cluster(f"127.0.0.1:{silent.getsockname()[1]}")
    assert check.status == "problem"
    assert "the cluster does not within 3 s" in check.what


# TensorFlow


@pytest.mark.parametrize(
    ("code", "told", "remedy"),
    [
        ("import os; os.kill(os.getpid(), 4)", "ended by SIGILL", "use another machine"),
        ("import sys, os; sys.stderr.write('compiled to use AVX'); sys.stderr.flush(); os.abort()", "AVX", "another"),
        ("import os; os.kill(os.getpid(), 9)", "ended by SIGKILL", "memory"),
        ("import no_such_library", "No module named 'no_such_library'", "pip install"),
        ("raise ModuleNotFoundError(\"No module named 'jax'\")", "'jax'", "unset KERAS_BACKEND"),
        ("import sys; sys.exit(3)", "exit code 3", "pip install"),
        ("import time; time.sleep(60)", "no answer within 2 s", "pip install"),
    ],
)
def test_a_tensorflow_that_does_not_start_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, code: str, told: str, remedy: str
) -> None:
    """On an old processor it dies without a word, and takes with it whoever imported it."""
    monkeypatch.setattr(probes, "_MEASURE", code)
    monkeypatch.setattr(probes, "TENSORFLOW_SECONDS", 2)
    (check,) = doctor.tensorflow()
    assert check.status == "problem"
    assert told in check.what
    assert remedy in check.remedy


MEASURED: dict[str, Any] = {
    "start_seconds": 5.0,
    "backend": "tensorflow",
    "image_data_format": "channels_last",
    "gpus": [],
    "seconds_per_step": {"float32": [0.1, 0.1, 9.0], "mixed_bfloat16": [0.51, 0.5, 0.51]},
}


@pytest.mark.parametrize(("key", "value"), [("backend", "jax"), ("image_data_format", "channels_first")])
def test_settings_of_keras_that_stop_every_run_are_a_problem(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    """They come from a file that one wrote years ago, and the error speaks of a "computed output size"."""
    monkeypatch.setattr(probes, "probe_tensorflow", lambda: MEASURED | {key: value, "seconds_per_step": {}})
    (check,) = doctor.tensorflow()
    assert check.status == "problem"
    assert value in check.what
    assert "keras.json" in check.remedy


@pytest.mark.parametrize(
    ("seconds", "status", "told"),
    [
        (0.51, "note", "takes 5.1 times as long as float32 here (510 and 100 ms a step"),
        (0.05, "ok", "takes 0.50 of float32's time here"),
        (0.1, "ok", "no gain"),
    ],
)
def test_the_cost_of_bfloat16_is_told(monkeypatch: pytest.MonkeyPatch, seconds: float, status: str, told: str) -> None:
    """Whoever sets `mixed_bfloat16` on the wrong machine waits several times as long. One odd step changes nothing."""
    steps = {"float32": [0.1, 0.1, 9.0], "mixed_bfloat16": [seconds, seconds, seconds]}
    monkeypatch.setattr(probes, "probe_tensorflow", lambda: MEASURED | {"seconds_per_step": steps})
    check = only(doctor.tensorflow(), "bfloat16")
    assert check.status == status
    assert told in check.what
    assert (check.remedy == "leave precision at float32") == (status == "note")


def test_a_gpu_that_tensorflow_does_not_see_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It trains on the processor then, without a word, and takes twenty times as long."""
    monkeypatch.setattr(capacity, "gpus", lambda: ["0"])
    monkeypatch.setattr(probes, "probe_tensorflow", lambda: MEASURED)
    check = only(doctor.tensorflow(), "devices")
    assert check.status == "note"
    assert "and-cuda" in check.remedy
    monkeypatch.setattr(probes, "probe_tensorflow", lambda: MEASURED | {"gpus": ["NVIDIA T4"]})
    assert "NVIDIA T4" in only(doctor.tensorflow(), "devices").what


def test_a_file_named_like_a_library_does_no_harm(monkeypatch: pytest.MonkeyPatch, hostile: Path) -> None:
    """In a folder of experiments there may well be a `keras.py`; it would be imported in place of Keras."""
    for name in ("filelock.py", "json.py", "keras.py"):
        (hostile / name).write_text("raise RuntimeError('not what was meant')\n", encoding="utf-8")
    monkeypatch.chdir(hostile)
    assert probes.takes_lock(hostile / "lock") is True


@pytest.mark.slow
def test_everything_on_this_machine(hostile: Path) -> None:
    """Whatever the machine: each check comes once, can be told as JSON, and TensorFlow does train here."""
    found = list(doctor.checks(hostile / "results", None, None))
    names = [check.name for check in found]
    assert len(set(names)) == len(names)
    assert json.loads(json.dumps([dict(check.details) for check in found]))
    seconds = only(iter(found), "bfloat16").details["seconds_per_step"]
    assert all(len(steps) >= 3 and min(steps) > 0 for steps in seconds.values())
    assert all(check.remedy for check in found if check.status == "problem")
