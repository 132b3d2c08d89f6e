"""Events into files: what was finished stays finished, whatever happens to the process or the disk."""

from __future__ import annotations

import json
import os
import pickle
import platform
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from daily import slow_but
from store_runs import FakeTrain, Make, begun, files_of, finished, histories, run, statuses, trials_of

from actsearch.core.errors import StoreError
from actsearch.core.events import Checkpoint, Completed, EpochDone, Event, Failed, Progress, Started
from actsearch.core.experiment import Trial
from actsearch.core.files import write_together
from actsearch.core.tasks import MULTICLASS
from actsearch.store import recording
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def test_what_is_recorded_is_read(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """Every number of a history, exactly: a digit lost on the way could turn a comparison."""
    experiment, trials = make_experiment(["relu", "selu"], seeds=2, epochs=3)
    result = run(folder, experiment, trials, fake_train())
    assert (result.name, result.description, result.folder) == ("tiny", "Für Tests.", str(folder))
    assert [candidate.label for candidate in result.candidates] == ["relu", "selu"]
    assert [candidate.activation for candidate in result.candidates] == [c.activation for c in experiment.candidates]
    for trial in trials:
        events = list(fake_train()(trial))
        epochs = [event for event in events if isinstance(event, EpochDone)]
        read = trials_of(result)[trial.id]
        assert read.status == "completed"
        assert (read.seed, read.epochs, read.epochs_done) == (trial.seed, 3, 3)
        assert {name: list(values) for name, values in read.history.items()} == {
            name: [epoch.metrics[name] for epoch in epochs] for name in MULTICLASS.history_metrics
        }
        assert list(read.history) == list(MULTICLASS.history_metrics)
        assert list(read.seconds_per_epoch) == [epoch.seconds for epoch in epochs]
        completed = events[-1]
        assert isinstance(completed, Completed)
        assert read.last is not None
        assert read.best is not None
        assert (read.last.epoch, read.last.values) == (completed.last.epoch, completed.last.test)
        assert (read.best.epoch, read.best.values) == (completed.best.epoch, completed.best.test)
        assert read.machine["cpu"] == "none"
        with np.load(folder / "trials" / trial.id / "predictions.npz", allow_pickle=False) as file:
            assert {name: file[name].tolist() for name in file} == {
                name: values.tolist() for name, values in completed.predictions.items()
            }


def test_the_epoch_that_diverged_is_kept_as_nulls(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """An accuracy beside a NaN loss looks plausible and is not; NaN itself is no JSON."""
    experiment, trials = make_experiment(epochs=5)
    result = run(folder, experiment, trials, fake_train(diverges=["relu"]))
    (trial,) = result.candidates[0].trials
    assert trial.epochs_done == 2
    for values in trial.history.values():
        assert isinstance(values[0], float)
        assert values[1] is None
    raw = (folder / "trials" / trial.id / "history.json").read_text(encoding="ascii")
    assert "NaN" not in raw
    assert json.loads(raw)["accuracy"][1] is None


def test_a_failed_trial_that_is_trained_again_leaves_nothing_of_its_failure(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """A traceback beside a completed trial would send its reader after a bug that is gone."""
    experiment, trials = make_experiment()
    assert statuses(run(folder, experiment, trials, fake_train(fails=["relu"]))) == {"relu 0": "failed"}
    result = run(folder, experiment, trials, fake_train())
    assert statuses(result) == {"relu 0": "completed"}
    assert result.candidates[0].trials[0].error is None
    assert sorted(path.name for path in (folder / "trials" / trials[0].id).iterdir()) == [
        "history.json",
        "predictions.npz",
        "trial.json",
    ]


def test_a_kept_network_is_guarded_like_the_rest(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """`--save-models`: the bytes arrive, and a damaged file is noticed."""
    experiment, trials = make_experiment()

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_train()(trial, checkpoint):
            yield replace(event, model=b"a network") if isinstance(event, Completed) else event

    run(folder, experiment, trials, train)
    network = folder / "trials" / trials[0].id / "model.keras"
    assert network.read_bytes() == b"a network"
    network.write_bytes(b"another")
    assert read_experiment(folder).problems


@pytest.mark.parametrize("after", slow_but([True], [False, True]), ids=["before it is there", "after"])
@pytest.mark.parametrize("checkpoints", slow_but([True], [False, True]), ids=["no checkpoints", "checkpoints"])
def test_killed_at_any_write_nothing_finished_is_lost(
    hostile: Path,
    make_experiment: Make,
    fake_train: FakeTrain,
    monkeypatch: pytest.MonkeyPatch,
    checkpoints: bool,
    after: bool,
) -> None:
    """Hours of training: whenever the process dies, the same command goes on, to the very same histories."""
    experiment, trials = make_experiment(["relu", "selu"], epochs=4)
    train = fake_train(diverges=["selu"], checkpoints=checkpoints)
    undisturbed = run(hostile / "undisturbed", experiment, trials, train)
    expected = histories(hostile / "undisturbed")
    really_replace, really_unlink = os.replace, Path.unlink
    calls = 0

    def die_at(really: Callable[..., Any], *what: Any, **how: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == fatal and not after:
            raise Killed
        try:
            really(*what, **how)
        finally:
            if calls == fatal:
                raise Killed

    fatal, died = 0, True
    while died:
        fatal, calls, died = fatal + 1, 0, False
        folder = hostile / f"killed at write {fatal}"
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", partial(die_at, really_replace))
            patch.setattr(Path, "replace", lambda *what: die_at(really_replace, *what))
            patch.setattr(Path, "unlink", lambda *what, **how: die_at(really_unlink, *what, **how))
            try:
                run(folder, experiment, trials, train)
            except Killed:
                died = True
        done = finished(folder, trials)
        for path in (folder / "trials").glob("*/trial.json"):
            assert path.parent.name in done
        if (folder / "experiment.yaml").exists():
            stands = statuses(read_experiment(folder))
            assert not set(stands.values()) - {"completed", "diverged", "interrupted", "waiting"}
            assert not read_experiment(folder).problems
        committed = {i: (folder / "trials" / i / "trial.json").read_bytes() for i in done}
        assert begun(folder, experiment, trials).problems == ()
        result = run(folder, experiment, trials, train)
        assert statuses(result) == statuses(undisturbed)
        assert histories(folder) == expected
        assert {i: (folder / "trials" / i / "trial.json").read_bytes() for i in done} == committed
        assert files_of(folder) == files_of(hostile / "undisturbed")
    assert fatal > (20 if checkpoints else 12)
    assert bool(train.resumed) is checkpoints


def test_killed_by_the_system_the_same_command_goes_on(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """The same with a true SIGKILL, in the middle of an epoch's line: lock, half lines and all."""
    experiment, trials = make_experiment(["relu", "selu"], epochs=3)
    code = """
        import os, pickle, signal, sys
        from actsearch.study import runner
        from actsearch.store import writer
        from actsearch.engines.in_process import InProcess
        from actsearch.core.events import EpochDone
        folder, experiment, trials, events = pickle.loads(sys.stdin.buffer.read())
        kept = writer.Store(folder)
        with kept.locked():
            kept.begin(experiment, trials)
            engine = InProcess(lambda: lambda trial, checkpoint: iter(events[trial.id]))
            for event, trial in runner.train_all(trials, kept, engine):
                if trial is trials[1] and isinstance(event, EpochDone) and event.epoch == 2:
                    with (folder / "trials" / trial.id / "progress.jsonl").open("a") as file:
                        file.write('{"epoch": 3, "seconds": 0.5, "los')
                        file.flush()
                        (folder / "trials" / trial.id / ".history.json.1.tmp").write_bytes(b"half")
                        os.kill(os.getpid(), signal.SIGKILL)
        """
    events = {trial.id: list(fake_train()(trial)) for trial in trials}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        input=pickle.dumps((folder, experiment, trials, events)),
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    result = read_experiment(folder)
    assert statuses(result) == {"relu 0": "completed", "selu 0": "interrupted"}
    assert trials_of(result)[trials[1].id].epochs_done == 2
    train = fake_train()
    assert statuses(run(folder, experiment, trials, train)) == {"relu 0": "completed", "selu 0": "completed"}
    assert train.begun == [trials[1].id]
    assert not list(folder.rglob("*.tmp"))


def test_a_full_disk_is_said_in_a_line_and_loses_nothing(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first trial stays finished, the second goes on once there is room."""
    experiment, trials = make_experiment(["relu", "selu"])

    def full_at_the_second(contents: Mapping[Path, bytes]) -> None:
        if trials[1].id in str(next(iter(contents))):
            raise OSError(28, "No space left on device", str(next(iter(contents))))
        write_together(contents)

    with monkeypatch.context() as patch:
        patch.setattr(recording, "write_together", full_at_the_second)
        with pytest.raises(StoreError, match=r"No space left on device.* finished trials are kept") as caught:
            run(folder, experiment, trials, fake_train())
    assert trials[1].id in str(caught.value)
    train = fake_train()
    assert set(statuses(run(folder, experiment, trials, train)).values()) == {"completed"}
    assert train.begun == [trials[1].id]


@pytest.mark.parametrize("name", ["checkpoint", "progress.jsonl", "history.json"])
def test_a_disk_that_is_full_in_mid_trial_loses_nothing(
    folder: Path,
    hostile: Path,
    make_experiment: Make,
    fake_train: FakeTrain,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """Checkpoints are the largest files: what is finished stays, and the last whole one is gone on from."""
    experiment, trials = make_experiment(["relu", "selu"], epochs=4)
    run(hostile / "undisturbed", experiment, trials, fake_train())
    train = fake_train(checkpoints=True)
    really_open = Path.open
    opened = 0

    def full(path: Path, mode: str = "r", *more: Any, **how: Any) -> Any:
        nonlocal opened
        if trials[1].id in str(path) and name in path.name and mode[0] in "wa":
            opened += 1
            if name == "history.json" or opened == 3:
                raise OSError(28, "No space left on device", str(path))
        return really_open(path, mode, *more, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(StoreError, match=r"No space left on device.* finished trials are kept") as caught:
            run(folder, experiment, trials, train)
    assert trials[1].id in str(caught.value)
    assert "goes on once this is mended" in str(caught.value)
    assert statuses(read_experiment(folder)) == {"relu 0": "completed", "selu 0": "interrupted"}
    assert set(statuses(run(folder, experiment, trials, train)).values()) == {"completed"}
    assert train.resumed == [trials[1].id]
    assert histories(folder) == histories(hostile / "undisturbed")


@pytest.mark.parametrize("kind", [Started, EpochDone, Checkpoint, Completed])
@pytest.mark.parametrize("what", ["the experiment", "all results"])
def test_a_folder_deleted_in_mid_run_is_told(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, kind: type, what: str
) -> None:
    """A run that went on would write into nothing; one that made the folder anew, half an experiment without a plan."""
    experiment, trials = make_experiment(epochs=3)
    gone = folder if what == "the experiment" else folder.parent

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_train(checkpoints=True)(trial, checkpoint):
            if isinstance(event, kind) and gone.exists():
                shutil.rmtree(gone)
            yield event

    with pytest.raises(StoreError, match="cannot be written, its folder is gone; was it moved or deleted") as caught:
        run(folder, experiment, trials, train)
    assert str(folder) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert not gone.exists()


def test_a_finished_trial_is_never_written_again(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """Results on a backup or under version control stay as they are, to the modification time."""
    experiment, trials = make_experiment(["relu", "selu"])
    run(folder, experiment, trials, fake_train(diverges=["selu"]))
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.name != "run.lock"}
    time.sleep(0.01)
    run(folder, experiment, trials, fake_train())
    assert {path: path.stat().st_mtime_ns for path in files} == files


def test_shared_files_tell_nothing_of_the_machine_they_come_from(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """People publish their results; their host's name and home folder are nobody's business."""
    from actsearch.core import machine

    experiment, trials = make_experiment(["relu", "selu"])

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_train(diverges=["selu"])(trial, checkpoint):
            yield Started(trial.id, machine.describe(1)) if isinstance(event, Started) else event

    run(folder, experiment, trials, train)
    private = [str(folder.parent.parent), os.getcwd(), str(Path.home()) + "/", sys.prefix]  # noqa: PTH109
    if len(platform.node()) > 3:
        private.append(platform.node())
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("run.json", "run.lock")]
    assert {path.name for path in files} >= {"trial.json", "history.json", "plan.json", "experiment.yaml"}
    for path in files:
        content = path.read_bytes()
        for word in private:
            assert word.encode() not in content, path
            assert json.dumps(word)[1:-1].encode() not in content, path


def test_histories_depend_on_the_training_alone(hostile: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """How long an epoch took, where and beside what else: none of it may change a byte of `history.json`."""
    experiment, trials = make_experiment(["relu", "selu"])
    run(hostile / "one", experiment, trials, fake_train())

    def slower(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_train()(trial, checkpoint):
            if isinstance(event, EpochDone):
                yield Progress(trial.id, event.epoch, 1, 1)
                yield replace(event, seconds=event.seconds + 1, metrics=dict(reversed(event.metrics.items())))
            else:
                yield event

    other, _ = make_experiment(["selu", "relu"], name="another")
    run(hostile / "two", other, trials[::-1], slower)
    assert histories(hostile / "one") == histories(hostile / "two")


def test_a_failure_before_the_training_began_is_kept(folder: Path, make_experiment: Make) -> None:
    """A network that cannot be built: the traceback is on disk, and `status` can be asked."""
    experiment, trials = make_experiment()
    kept = Store(folder)
    with kept.locked():
        kept.begin(experiment, trials)
        kept.record(Failed(trials[0].id, "ValueError: ü", "Traceback: ü"), trials[0])
    (trial,) = read_experiment(folder).candidates[0].trials
    assert (trial.status, trial.error, trial.epochs_done) == ("failed", "ValueError: ü", 0)
    text = (folder / "trials" / trial.id / "traceback.txt").read_text(encoding="utf-8")
    assert text == "Traceback: ü"


def test_the_settings_of_a_trial_are_beside_its_results(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """A reader of one trial's folder sees what was trained without any other file."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())
    commit = json.loads((folder / "trials" / trials[0].id / "trial.json").read_bytes())
    assert commit["settings"]["training"]["batch_size"] == 8
    assert commit["settings"]["training"]["optimizer"] == asdict(trials[0].candidate.training.optimizer)
    assert commit["settings"]["data"]["sha256"] == trials[0].data_sha256
    assert commit["settings"]["seed"] == 0
