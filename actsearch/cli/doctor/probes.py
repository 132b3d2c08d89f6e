"""Questions that are asked in a process of their own, where what is asked may crash, hang or load for seconds.

Imports nothing heavy itself.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RAY_PORT_SECONDS, RAY_JOIN_SECONDS = 5, 20
"""For the port to answer; and then for the cluster to take this machine in, which is more work."""
TENSORFLOW_SECONDS = 300

_MEASURE = "import json; from actsearch.cli.doctor import bfloat16; print(json.dumps(bfloat16.measure_precisions()))"
_TRY_LOCK = """
import filelock, sys
try:
    filelock.FileLock(sys.argv[1]).acquire(timeout=0)
    print("true")
except filelock.Timeout:
    print("false")
"""
_JOIN_RAY = """
import json, os, sys, threading
import ray

def give_up():
    sys.stderr.write(f"the port answers, but the cluster does not within {sys.argv[2]} s")
    sys.stderr.flush()
    os._exit(1)  # ray.init tries for minutes, and takes no timeout

deadline = threading.Timer(float(sys.argv[2]), give_up)
deadline.start()
ray.init(address=sys.argv[1], log_to_driver=False, logging_level="ERROR")
resources = ray.cluster_resources()
deadline.cancel()
print(json.dumps(resources))
"""


class Broken(Exception):
    """What was asked ended, hung or answered with an error; `signal_name` says what ended it."""

    def __init__(self, what: str, signal_name: str = "") -> None:
        super().__init__(what)
        self.signal_name = signal_name


def probe_tensorflow() -> dict[str, Any]:
    """What `bfloat16.measure_precisions` returns.

    Raises:
        Broken: TensorFlow does not start or train.
    """
    measured: dict[str, Any] = _in_process(_MEASURE, seconds=TENSORFLOW_SECONDS)
    return measured


def ray_resources(address: str) -> dict[str, float]:
    """What a Ray cluster has, by Ray's names: `CPU`, `GPU`, `memory`, ...

    Raises:
        Broken: it does not answer, or does not take this process in.
    """
    _knock(address)
    resources: dict[str, float] = _in_process(_JOIN_RAY, address, str(RAY_JOIN_SECONDS), seconds=RAY_JOIN_SECONDS + 60)
    return resources


def takes_lock(path: Path) -> bool:
    """Whether another process can lock this file at this moment.

    Raises:
        Broken: locking ends in an error.
    """
    return bool(_in_process(_TRY_LOCK, str(path), seconds=60))


def _knock(address: str) -> None:
    """Whether anything listens at a Ray address, `host:port` or `auto`."""
    if address == "auto":
        return
    if address.startswith("ray://"):
        raise Broken("this is the address of a Ray Client, which passes no events on; write host:port")
    try:
        parts = urlsplit(f"//{address}")
        if not parts.hostname or parts.port is None:
            raise Broken("write host:port")
        socket.create_connection((parts.hostname, parts.port), timeout=RAY_PORT_SECONDS).close()
    except (OSError, ValueError) as error:
        raise Broken(getattr(error, "strerror", None) or str(error)) from error


def _in_process(code: str, *arguments: str, seconds: float) -> Any:
    """Runs Python code in a process of its own; returns what its last line of output says as JSON."""
    # -P: a user's own file named like a library, in the folder where the doctor is called, is not imported.
    command = [sys.executable, "-P", "-c", code, *arguments]
    try:
        done = subprocess.run(
            command,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Broken(f"no answer within {seconds:g} s") from error
    said = (done.stderr.strip().splitlines() or [""])[-1]
    if done.returncode < 0:
        name = _signal_name(-done.returncode)
        raise Broken(f"ended by {name}" + (f": {said}" if said else ""), name)
    if done.returncode > 0:
        raise Broken(said or f"exit code {done.returncode}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
