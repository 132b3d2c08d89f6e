"""The connection to a Ray cluster, or to a Ray that is begun on this machine. Ray is imported when it is made."""

from __future__ import annotations

import logging
import os
import signal
import socket
from contextlib import suppress
from typing import Any

from actsearch.core import capacity
from actsearch.core.errors import UserError
from actsearch.core.native_output import held_back

QUIET = {"RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}
"""Variables of the environment without which Ray writes to the terminal what befalls nodes and workers."""
BOUNDED = {
    "RAY_NUM_REDIS_GET_RETRIES": "2",
    "RAY_gcs_rpc_server_connect_timeout_s": "3",
    "RAY_py_gcs_connect_timeout_s": "3",
    "RAY_gcs_server_request_timeout_seconds": "20",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "600",
}
"""Variables without which Ray tries to connect for minutes, and ends this process a minute after it lost the head."""


def connect(address: str | None) -> tuple[Any, bool]:
    """The module `ray`, connected, and whether it is for us to disconnect it."""
    os.environ.update((QUIET | BOUNDED if address else QUIET) | os.environ)
    try:
        import ray
    except ImportError as error:
        raise UserError("Ray is not installed; pip install 'actsearch[ray]'") from error
    if ray.is_initialized():
        return ray, False
    where: dict[str, Any] = {"address": address}
    problem = (
        f"the Ray cluster at {address} cannot be reached: {{}}; give the host:port that `ray start --head` shows, on a "
        "machine that is a node of the cluster"
    )
    if address is None:
        where = {"address": "local", "num_cpus": capacity.usable_cores(), "include_dashboard": False}
        problem = "Ray cannot be started on this machine: {}; train with --engine processes"
    elif address.startswith("ray://"):
        raise UserError(problem.format("this is the address of a Ray Client, which passes no events on"))
    elif address != "auto" and not answers(address, 5):
        raise UserError(problem.format("nothing answers there"))
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    failure: Exception | None = None
    try:
        with held_back():
            try:
                ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
            except Exception as error:  # Ray raises many kinds
                failure = error
    finally:  # Ray's own handler of SIGTERM would end the run without a word
        with suppress(ValueError):  # not the main thread: Ray has changed nothing
            for number, handler in before.items():
                signal.signal(number, handler)
    if "InvalidAuthToken" in f"{failure!r} {getattr(failure, '__cause__', None)!r}":
        raise UserError(
            f"the Ray cluster at {address} asks for a token: export RAY_AUTH_MODE=token, and copy ~/.ray/auth_token "
            "from the machine where it was started"
        ) from failure
    if failure is not None:
        raise UserError(problem.format(last_line(failure.__cause__ or failure))) from failure
    return ray, True


def answers(address: str, seconds: float = 1) -> bool:
    """Whether anything listens at `host:port`."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def last_line(error: BaseException | None) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[-1].strip()[:300]
