"""Who holds an experiment's folder: one driver at a time writes into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actsearch.core.errors import StoreError
from actsearch.core.files import write_atomically
from actsearch.store.disk_errors import write_errors_in_a_line
from actsearch.store.layout import HOLDER_FILE, LOCK_FILE
from actsearch.store.records.holder import Holder, read_holder


@contextmanager
def locked_folder(folder: Path) -> Iterator[Holder]:
    """Makes the folder where there is none, and keeps other drivers out of it.

    Raises:
        StoreError: another process is running this experiment here, or the folder cannot be written.
    """
    import filelock

    _make(folder)
    with write_errors_in_a_line(folder):
        lock = filelock.FileLock(folder / LOCK_FILE)
        try:
            lock.acquire(timeout=1)
        except filelock.Timeout as error:
            raise StoreError(f"{folder}: {_holder_in_words(folder)}; wait for it, or give another --out") from error
    try:
        with write_errors_in_a_line(folder):
            holder = Holder.this_process()
            write_atomically(folder / HOLDER_FILE, holder.to_bytes())
        yield holder
    finally:
        with suppress(OSError):  # left behind it does no harm: it tells of a driver only while the lock is held
            (folder / HOLDER_FILE).unlink(missing_ok=True)
        lock.release()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = "a file is in its place" if isinstance(error, FileExistsError) else error.strerror
        remedy = "give a folder of yours (--out DIR), or another --name"
        raise StoreError(f"{folder}: cannot be made ({what}); {remedy}") from error


def _holder_in_words(folder: Path) -> str:
    return (read_holder(folder) or Holder(None, None, None)).in_words()


def running_driver(folder: Path) -> str | None:
    """Which driver holds the folder's lock at this moment (see `Holder.run`), if any."""
    import filelock

    holder = read_holder(folder)
    if holder is None:
        return None
    lock = filelock.FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return holder.run
    except OSError:  # as where we may only read
        return holder.run if _is_held(folder / LOCK_FILE) else None
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
