"""Ctrl-C, SIGTERM and a time budget: how a run is asked to stop. Imports nothing of ours."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from actsearch.core.signals import SIGNALS

EXIT_CODE = 130
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "min": 60, "s": 1}
_PART = r"(\d+(?:\.\d+)?)\s*(d|h|min|m|s)\s*"
_LONGEST = 1e9
"""Thirty years. No timer of the system takes any number of seconds."""


class TimeIsUp(KeyboardInterrupt):
    """The time that a run was given has passed. Like Ctrl-C, it is no error of what runs at that moment."""


class Interruption:
    """Inside the block a signal raises `KeyboardInterrupt` and the end of the budget `TimeIsUp`; both are remembered.

    A second signal ends the process at once. Python discards an exception that a signal raises inside a weak
    reference's callback, and TensorFlow has many of those; so a loop that goes on must look at `check` as well.
    """

    def __init__(self, seconds: float | None = None) -> None:
        """`seconds` is the budget from now on; None means no end."""
        self._end = None if seconds is None else time.monotonic() + seconds
        self._asked = False
        self._enforced = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        # What is ignored on purpose, as under nohup, stays so.
        heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._ask) for number in heeded}
        if self._end is not None and hasattr(signal, "SIGALRM"):
            self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._alarm)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_the_clock()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start_the_clock(self) -> None:
        """From here until `stop_the_clock`, the end of the budget raises."""
        self._enforced = True
        if self._end is not None and hasattr(signal, "SIGALRM"):
            signal.setitimer(signal.ITIMER_REAL, max(0.001, self._end - time.monotonic()))

    def stop_the_clock(self) -> None:
        """What follows, such as drawing what is finished, takes the time that it takes."""
        self._enforced = False
        if self._end is not None and hasattr(signal, "SIGALRM"):
            signal.setitimer(signal.ITIMER_REAL, 0)

    @property
    def time_is_up(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def check(self) -> None:
        """Raises what a signal or the end of the budget should have raised."""
        if self._asked:
            raise KeyboardInterrupt
        if self._enforced and self.time_is_up:
            raise TimeIsUp

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if number == getattr(signal, "SIGHUP", None):
            _write_to_no_terminal()
            if self._asked:  # a terminal that is closed sends several
                return
        if self._asked:
            if sys.stdout.isatty():
                os.write(1, b"\x1b[?25h\n")  # the cursor, which a live display hides
            os._exit(EXIT_CODE)
        self._asked = True
        self.stop_the_clock()
        raise KeyboardInterrupt

    def _alarm(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._enforced:
            raise TimeIsUp


def _write_to_no_terminal() -> None:
    """Writing to a terminal that is gone would raise; files and pipes are left as they are."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def seconds_of(text: str) -> float | None:
    """A duration such as `2h`, `90m`, `1h30m`, `45s` or `1.5 h` in seconds; None if it is none."""
    text = text.strip().lower()
    if not re.fullmatch(f"({_PART})+", text):
        return None
    seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, text))
    return seconds if 0 < seconds < _LONGEST else None
