"""Processes that tests start: the command line as a user starts it, and programs that are sent signals."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actsearch.core.signals import SIGNALS


def in_a_process(*arguments: str | Path, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "actsearch", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **more)


def read_a_byte(*arguments: str | Path, cwd: Path) -> tuple[int, str]:
    """The exit code and the messages of a command of whose output only the first byte is read."""
    command = f"{shlex.join([sys.executable, '-m', 'actsearch', *map(str, arguments)])} | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"], cwd=cwd, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def started(command: Sequence[str | Path], **how: Any) -> subprocess.Popen[str]:
    """A program that heeds signals, whatever ignores them here: a shell's `trap`, nohup, cron.

    What a process ignores, its children ignore too.
    """
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, preexec_fn=heed_signals, **(pipes | how))


def heed_signals() -> None:
    """Gives the signals that end a run the dispositions that they have in a terminal."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
