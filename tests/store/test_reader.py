"""Experiments are found, and read as far as they can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from store_runs import FakeTrain, Make, begun, run

from actsearch.core.errors import StoreError, UserError
from actsearch.store.reader import find_experiments, read_experiment


def test_a_missing_plan_is_said_in_a_line(folder: Path) -> None:
    """A folder copied without it can still be mended."""
    folder.mkdir(parents=True)
    with pytest.raises(StoreError, match=r"plan\.json: is missing; run the experiment again"):
        read_experiment(folder)


def test_a_folder_that_cannot_be_looked_into_is_said_in_a_line(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that root left behind, or a share that is away: the others are still to be shown."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())

    def refuse(path: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("os.scandir", refuse)
        with pytest.raises(StoreError, match=r"trials: cannot be read \(Permission denied\)"):
            read_experiment(folder)
    really_read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (refuse if path.name == "trial.json" else really_read)(path))
    for use in (lambda: read_experiment(folder), lambda: begun(folder, experiment, trials)):
        with pytest.raises(StoreError, match=r"trial\.json: cannot be read \(Permission denied\)"):
            use()


def test_experiments_are_found_at_any_depth(hostile: Path) -> None:
    """`plot results/` shows every experiment once, and none that was set aside."""
    for name in ("b", "a/deep/er", "c.old-20250101-000000", ".hidden", "d/e.damaged-20250101-000000", "b/trials/x"):
        (hostile / name).mkdir(parents=True)
        (hostile / name / "experiment.yaml").write_bytes(b"")
        (hostile / name / "plan.json").write_bytes(b"")
    (hostile / "experiment.yaml").write_bytes(b"the user's own, not a result")
    experiments = find_experiments(hostile)
    assert [(experiment.folder, experiment.below) for experiment in experiments] == [
        (hostile / "a" / "deep" / "er", Path("a/deep/er")),
        (hostile / "b", Path("b")),
    ]
    aside = hostile / "c.old-20250101-000000"
    assert [experiment.folder for experiment in find_experiments(aside)] == [aside]


@pytest.mark.parametrize(
    ("name", "message"), [("missing", "no such folder"), ("file", "is a file"), ("empty", "no experiment here")]
)
def test_finding_nothing_is_said_in_a_line(hostile: Path, name: str, message: str) -> None:
    """A mistyped path gets an answer that helps, not an empty picture."""
    (hostile / "file").write_bytes(b"")
    (hostile / "empty").mkdir()
    with pytest.raises(UserError, match=message) as caught:
        find_experiments(hostile / name)
    assert str(hostile / name) in str(caught.value)
    assert "\n" not in str(caught.value)
