"""One driver at a time: who holds a folder, and folders that cannot be held."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_runs import FakeTrain, Make, run, statuses

from actsearch.core.errors import StoreError
from actsearch.store import lock
from actsearch.store.writer import Store


def test_a_folder_that_cannot_be_made_is_told_as_such(hostile: Path) -> None:
    """Nothing has run there yet, and nothing was deleted."""
    (hostile / "file").write_bytes(b"")
    for folder, what in ((hostile / "file", "a file is in its place"), (hostile / "file" / "x", "Not a directory")):
        message = rf"cannot be made \({what}\); give a folder of yours"
        with pytest.raises(StoreError, match=message), Store(folder).locked():
            pass


HOLD = """
    import sys, time
    from pathlib import Path
    from actsearch.store.writer import Store
    with Store(Path(sys.argv[1])).locked():
        print("held", flush=True)
        time.sleep(60)
    """


@pytest.fixture
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_two_drivers_cannot_share_a_folder(
    folder: Path, holder: subprocess.Popen[str], make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Two runs in one folder would write over each other; and after kill -9 of one the other must be let in."""
    experiment, trials = make_experiment()
    with pytest.raises(StoreError, match=f"process {holder.pid} on .* another --out") as caught:
        run(folder, experiment, trials, fake_train())
    assert str(folder) in str(caught.value)
    assert lock.running_driver(folder) is not None
    holder.kill()
    holder.wait()
    assert lock.running_driver(folder) is None
    assert statuses(run(folder, experiment, trials, fake_train())) == {"relu 0": "completed"}


def test_who_may_only_read_sees_that_a_run_is_going_on(
    folder: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague's run on a share: `status --watch` would say interrupted, and end at once."""

    def acquire(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", acquire)
    assert lock.running_driver(folder) is not None
    holder.kill()
    holder.wait()
    assert (folder / "run.json").exists()
    assert lock.running_driver(folder) is None


def test_one_process_cannot_drive_a_folder_twice(folder: Path) -> None:
    """In a notebook two cells may be run at once."""
    with Store(folder).locked(), pytest.raises(StoreError, match=f"process {os.getpid()} "), Store(folder).locked():
        pass
    with Store(folder).locked():
        assert lock.running_driver(folder) is not None
    assert not (folder / "run.json").exists()


def test_the_lock_is_given_back_when_the_disk_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once room was made, the same process (a notebook) can go on."""

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(lock, "write_atomically", full)
        with pytest.raises(StoreError, match="No space left") as caught, Store(folder).locked():
            pass
    with Store(folder).locked():
        assert lock.running_driver(folder) is not None
    assert "goes on once this is mended" in str(caught.value)
