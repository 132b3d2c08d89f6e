"""Folders that cannot be written, and folders that are set aside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from store_runs import FakeTrain, Make, Snapshot, run, statuses

from actsearch.core.errors import StoreError
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store


@pytest.mark.parametrize("blocked", ["the folder", "the folder above it", "the trials"])
def test_a_file_in_the_way_is_named(folder: Path, make_experiment: Make, fake_train: FakeTrain, blocked: str) -> None:
    """One line with the path, instead of a traceback."""
    experiment, trials = make_experiment()
    path = {"the folder": folder, "the folder above it": folder.parent, "the trials": folder / "trials"}[blocked]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    with pytest.raises(
        StoreError, match="cannot be written" if blocked == "the trials" else "cannot be made"
    ) as caught:
        run(folder, experiment, trials, fake_train())
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes into any folder")
def test_a_read_only_folder_is_named(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """Results on a share without rights: one line, and reading them still works."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())
    folder.chmod(0o555)
    try:
        assert statuses(read_experiment(folder)) == {"relu 0": "completed"}
        with pytest.raises(StoreError, match="cannot be written"):
            run(folder, experiment, trials, fake_train())
    finally:
        folder.chmod(0o755)


def test_setting_aside_deletes_nothing(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, snapshot: Snapshot
) -> None:
    """`--fresh`, even several times within a second."""
    experiment, trials = make_experiment()
    kept = []
    for _ in range(3):
        run(folder, experiment, trials, fake_train())
        before = snapshot(folder)
        kept.append(Store(folder).set_aside())
        assert not folder.exists()
        assert snapshot(kept[-1]) == before
    assert len(set(kept)) == 3
    assert all(path.name.startswith("tiny.old-") for path in kept)
