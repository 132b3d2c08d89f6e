"""Who holds an experiment's folder: one driver at a time writes into it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass
from actsearch.store.layout import HOLDER_FILE, LOCK_FILE


def running_driver(folder: Path) -> str | None:
    """Which driver holds the folder's lock at this moment, if any."""
    import filelock

    try:
        holder = json.loads((folder / HOLDER_FILE).read_bytes())
    except (OSError, ValueError):
        return None
    lock = filelock.FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return _run_of(holder)
    except OSError:  # as where we may only read
        return _run_of(holder) if _is_held(folder / LOCK_FILE) else None
    lock.release()
    return None


def _is_held(lock: Path) -> bool:
    """Whether somebody holds a lock that we may not take: filelock opens its file for writing."""
    try:
        import fcntl
    except ImportError:
        return False
    with suppress(OSError), lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _run_of(holder: Any) -> str:
    """A driver by its process and its start."""
    return f"{holder.get('pid')} {holder.get('start')}" if isinstance(holder, dict) else ""


def holder_in_words(folder: Path) -> str:
    try:
        holder = json.loads((folder / HOLDER_FILE).read_bytes())
        return f"process {holder['pid']} on {holder['host']} has been running this experiment since {holder['start']}"
    except (OSError, ValueError, KeyError):
        return "another process is running this experiment"


def current_time() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %Z")
