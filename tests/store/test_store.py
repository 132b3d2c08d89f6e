"""Results on disk: what was finished stays finished, whatever happens to the process, the disk or the files."""

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actsearch.config import loading
from actsearch.core.errors import StoreError, UserError
from actsearch.core.events import METRICS, Checkpoint, Completed, EpochDone, Event, Failed, Progress, Started, Train
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.files import write_atomically, write_together
from actsearch.core.identity import expand
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import TrialResult
from actsearch.engines.in_process import InProcess
from actsearch.store import layout, lock, writer
from actsearch.store.reader import find_experiments, read_experiment
from actsearch.store.writer import Store, Stranding
from actsearch.study import runner
from actsearch.study.runner import Plan, Work

Make = Callable[..., tuple[Experiment, tuple[Trial, ...]]]
FakeTrain = Callable[..., Any]
Snapshot = Callable[[Path], dict[str, str]]


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def run(
    folder: Path,
    experiment: Experiment,
    trials: tuple[Trial, ...],
    train: Train,
    keep_checkpoints: bool = False,
    **how: Any,
) -> ExperimentResult:
    """What `actsearch run` does with a folder, without its display."""
    kept = Store(folder, keep_checkpoints)
    with kept.locked():
        work = runner.begin(Plan(experiment, trials), kept, **how)
        for _ in runner.run(work.left, kept, InProcess(lambda: train)):
            pass
    return read_experiment(folder)


def begun(folder: Path, experiment: Experiment, trials: tuple[Trial, ...], **how: Any) -> Work:
    """What a run finds before it trains anything."""
    kept = Store(folder)
    with kept.locked():
        return runner.begin(Plan(experiment, trials), kept, **how)


def finished(folder: Path, trials: tuple[Trial, ...]) -> set[str]:
    status = Store(folder).survey(trials, repair=False).status
    return {trial_id for trial_id, one in status.items() if one in ("completed", "diverged")}


def trials_of(result: ExperimentResult) -> dict[str, TrialResult]:
    return {trial.id: trial for candidate in result.candidates for trial in candidate.trials}


def statuses(result: ExperimentResult) -> dict[str, str]:
    return {f"{c.label} {trial.seed}": trial.status for c in result.candidates for trial in c.trials}


def files_of(folder: Path) -> list[str]:
    """The files of the trials, by their paths."""
    return sorted(str(path.relative_to(folder)) for path in (folder / "trials").rglob("*") if path.is_file())


def histories(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in (folder / "trials").glob("*/history.json")}


@pytest.fixture
def folder(hostile: Path) -> Path:
    """Where an experiment's results go; it does not exist yet, nor does the folder above it."""
    return hostile / "results" / "tiny"


# --- there and back


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
            name: [epoch.metrics[name] for epoch in epochs] for name in METRICS
        }
        assert list(read.history) == list(METRICS)
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


def test_the_plan_is_read_as_it_was_made(folder: Path, make_experiment: Make) -> None:
    """Warnings, grid and settings are what a reader of the figures is told."""
    experiment, _ = make_experiment(["relu"])
    one = replace(experiment.candidates[0], setting={"training.batch_size": 8})
    experiment = replace(
        experiment,
        data=replace(experiment.data, holdout=None),
        candidates=(one,),
        warnings=("Be careful: ü.",),
        document={"name": "tiny", "grid": {"training.batch_size": [8]}},
    )
    folder.mkdir(parents=True)
    Store(folder).begin(experiment, ())
    result = read_experiment(folder)
    assert result.validation_is_test
    assert result.warnings == ("Be careful: ü.",)
    assert result.grid == {"training.batch_size": [8]}
    assert result.candidates[0].setting == {"training.batch_size": 8}
    assert result.loss == "categorical_crossentropy"


def test_the_kept_experiment_file_asks_for_the_same_trials(hostile: Path, repository: Path) -> None:
    """`experiment.yaml` is what a reader of the results trains again: it must mean what was run."""
    for name in ("article-12", "sound", "starter"):
        loaded = loading.load(repository / "configs" / f"{name}.yaml")
        plan = runner.plan(loaded.experiment, loaded.folder)
        kept = Store(hostile / name)
        kept.folder.mkdir()
        kept.begin(plan.experiment, plan.trials)
        again = loading.load(kept.folder / "experiment.yaml")
        assert runner.plan(again.experiment, again.folder).trials == plan.trials


def test_every_state_a_trial_can_be_in(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """`status` and the figures tell these apart; a failed or diverged trial must not look completed."""
    experiment, trials = make_experiment(["relu", "selu", "elu", "gelu", "sigmoid"], epochs=3)
    by_label = {trial.candidate.label: trial for trial in trials}
    kept = Store(folder)
    train = fake_train(fails=["selu"], diverges=["elu"])
    with kept.locked():
        kept.begin(experiment, trials)
        for label in ("relu", "selu", "elu"):
            for _ in runner.run([by_label[label]], kept, InProcess(lambda: train)):
                pass
        for event in list(train(by_label["gelu"]))[:3]:
            kept.record(event, by_label["gelu"])
        while_it_runs = statuses(read_experiment(folder))
    expected = {
        "relu 0": "completed",
        "selu 0": "failed",
        "elu 0": "diverged",
        "gelu 0": "running",
        "sigmoid 0": "waiting",
    }
    assert while_it_runs == expected
    result = read_experiment(folder)
    assert statuses(result) == {**expected, "gelu 0": "interrupted"}
    read = {label: trials_of(result)[trial.id] for label, trial in by_label.items()}
    assert read["selu"].error == "ValueError: the selu broke [bold]"
    assert "Traceback" in (folder / "trials" / read["selu"].id / "traceback.txt").read_text(encoding="utf-8")
    assert read["gelu"].epochs_done == 1
    assert read["sigmoid"].history == {}
    assert finished(folder, trials) == {by_label["relu"].id, by_label["elu"].id}


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


# --- killed at any moment


@pytest.mark.parametrize("after", [False, True], ids=["before the file is there", "after the file is there"])
@pytest.mark.parametrize("checkpoints", [False, True], ids=["without checkpoints", "with checkpoints"])
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
            found = statuses(read_experiment(folder))
            assert not set(found.values()) - {"completed", "diverged", "interrupted", "waiting"}
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
            for event, trial in runner.run(trials, kept, engine):
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


def test_every_beginning_of_a_progress_file_can_be_read(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """`status` while another process writes, or after it was killed: never a traceback, and only whole epochs."""
    experiment, trials = make_experiment(epochs=2)
    (trial,) = trials
    kept = Store(folder)
    with kept.locked():
        kept.begin(experiment, trials)
        for event in list(fake_train()(trial))[:-1]:
            kept.record(event, trial)
    path = folder / "trials" / trial.id / "progress.jsonl"
    whole = path.read_bytes()
    seen = set()
    for size in [*range(0, len(whole), 3), len(whole)]:
        path.write_bytes(whole[:size])
        read = trials_of(read_experiment(folder))[trial.id]
        assert read.status == "interrupted"
        assert len(read.seconds_per_epoch) == read.epochs_done
        seen.add(read.epochs_done)
    assert seen == {0, 1, 2}


@pytest.mark.parametrize("line", ["[]", "null", "5", '"text"', "{}", '{"seconds": 1}', "\x00\x00", "{"])
def test_nonsense_in_a_progress_file_is_passed_over(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, line: str
) -> None:
    """A file system that fills a lost block with zeros must not break `status`."""
    experiment, trials = make_experiment(epochs=2)
    kept = Store(folder)
    with kept.locked():
        kept.begin(experiment, trials)
        for event in list(fake_train()(trials[0]))[:3]:
            kept.record(event, trials[0])
    path = folder / "trials" / trials[0].id / "progress.jsonl"
    path.write_text(path.read_text(encoding="ascii") + line + "\n", encoding="ascii")
    read = trials_of(read_experiment(folder))[trials[0].id]
    assert (read.status, read.epochs_done, len(read.seconds_per_epoch)) == ("interrupted", 1, 1)


# --- damaged files


@pytest.mark.parametrize("name", ["trial.json", "history.json", "predictions.npz"])
@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "missing"])
def test_a_damaged_trial_is_set_aside_and_trained_again(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, name: str, damage: str
) -> None:
    """A bad disk must not end in a wrong figure, nor in a trial that can never be finished."""
    experiment, trials = make_experiment(["relu", "selu"])
    run(folder, experiment, trials, fake_train())
    before = histories(folder)
    path = folder / "trials" / trials[0].id / name
    content = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    else:
        content[0] ^= 0xFF
        path.write_bytes({"flip": content, "truncate": content[: len(content) // 2], "empty": b""}[damage])
    problems = read_experiment(folder).problems
    if (name, damage) != ("trial.json", "missing"):  # without its trial.json a trial was never finished
        assert len(problems) == 1
        assert name in problems[0]
        assert "trains this trial again" in problems[0]
    train = fake_train()
    result = run(folder, experiment, trials, train)
    assert train.begun == [trials[0].id]
    assert (statuses(result), result.problems, result.stranded) == (
        {"relu 0": "completed", "selu 0": "completed"},
        (),
        (),
    )
    assert {i: history for i, history in histories(folder).items() if ".damaged-" not in i} == before
    if problems:
        assert len(list((folder / "trials").glob(f"{trials[0].id}.damaged-*"))) == 1


@pytest.mark.parametrize("name", ["trial.json", "history.json", "plan.json"])
def test_any_flipped_byte_is_survived(folder: Path, make_experiment: Make, fake_train: FakeTrain, name: str) -> None:
    """Never a traceback; of a history and of what says whether it is finished, never a wrong one either."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())
    good = read_experiment(folder).candidates[0].trials[0]
    path = folder / name if name == "plan.json" else folder / "trials" / trials[0].id / name
    whole = path.read_bytes()
    survived = 0
    for place in range(0, len(whole), 2):
        damaged = bytearray(whole)
        damaged[place] ^= 0x80 if place % 8 == 0 else 0x01
        path.write_bytes(damaged)
        try:
            result = read_experiment(folder)
        except StoreError as error:
            assert name in str(error)  # noqa: PT017  (most places raise nothing)
            continue
        for trial in trials_of(result).values():
            assert trial.status in ("completed", "waiting")
            if trial.status == "completed":
                assert trial.history == good.history
                survived += 1
    assert name == "history.json" or survived


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"null", b'{"format_version": 1}', b'{"format_version": 1, "candidates": 5}'],
    ids=str,
)
def test_a_damaged_plan_is_said_in_a_line_and_mended_by_a_run(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, content: bytes
) -> None:
    """The trials are whole; the user must be told how to get at them again."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())
    (folder / "plan.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"plan\.json: is damaged; run the experiment again"):
        read_experiment(folder)
    work = begun(folder, experiment, trials)
    (aside,) = folder.glob("plan.json.damaged-*")
    assert work.problems == (f"{folder / 'plan.json'}: is damaged; kept as {aside.name}, written anew",)
    assert aside.read_bytes() == content
    train = fake_train()
    assert statuses(run(folder, experiment, trials, train)) == {"relu 0": "completed"}
    assert train.begun == []


def test_a_damaged_experiment_file_is_set_aside(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """It says what was run; somebody may want to see what is left of it."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())
    path = folder / "experiment.yaml"
    whole = path.read_bytes()
    path.write_bytes(b": {")
    work = begun(folder, experiment, trials)
    (aside,) = folder.glob("experiment.yaml.damaged-*")
    assert work.problems == (f"{path}: is damaged; kept as {aside.name}, written anew",)
    assert (aside.read_bytes(), path.read_bytes()) == (b": {", whole)


def test_a_folder_that_cannot_be_made_is_told_as_such(hostile: Path) -> None:
    """Nothing has run there yet, and nothing was deleted."""
    (hostile / "file").write_bytes(b"")
    for folder, what in ((hostile / "file", "a file is in its place"), (hostile / "file" / "x", "Not a directory")):
        told = rf"cannot be made \({what}\); give a folder of yours"
        with pytest.raises(StoreError, match=told), Store(folder).locked():
            pass


def test_a_missing_plan_is_said_in_a_line(folder: Path) -> None:
    """A folder copied without it can still be mended."""
    folder.mkdir(parents=True)
    with pytest.raises(StoreError, match=r"plan\.json: is missing; run the experiment again"):
        read_experiment(folder)


@pytest.mark.parametrize("name", ["trial.json", "plan.json"])
def test_what_a_newer_version_wrote_is_refused_and_left_alone(
    folder: Path,
    make_experiment: Make,
    fake_train: FakeTrain,
    snapshot: Snapshot,
    name: str,
) -> None:
    """An old installation must not misread, overwrite or set aside what a new one trained."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())
    path = folder / name if name == "plan.json" else folder / "trials" / trials[0].id / name
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps({**content, "format_version": layout.FORMAT_VERSION + 1}), encoding="utf-8")
    before = snapshot(folder)
    for use in (lambda: read_experiment(folder), lambda: run(folder, experiment, trials, fake_train())):
        with pytest.raises(StoreError, match=r"newer actsearch .*install a newer version") as caught:
            use()
        assert str(path) in str(caught.value)
    assert snapshot(folder) == before


# --- checkpoints


def trained_until(kept: Store, trial: Trial, train: Train, epoch: int) -> None:
    """Records a training up to the checkpoint after an epoch, as if the driver had then been killed."""
    for event in train(trial, None):
        kept.record(event, trial)
        if isinstance(event, Checkpoint) and event.epoch == epoch:
            return
    raise AssertionError("no such checkpoint")


def left_off(folder: Path, experiment: Experiment, trials: tuple[Trial, ...], train: Train, epoch: int) -> Path:
    """The folder of the first trial, which was killed after its checkpoint of an epoch."""
    kept = Store(folder)
    with kept.locked():
        runner.begin(Plan(experiment, trials), kept)
        trained_until(kept, trials[0], train, epoch)
    return folder / "trials" / trials[0].id


def test_a_checkpoint_is_read_as_it_was_written(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """What goes on from other bytes goes on to other numbers, or not at all; another trial's are never taken."""
    experiment, trials = make_experiment(seeds=2, epochs=4)
    written = {e.epoch: e.content for e in fake_train(checkpoints=True)(trials[0]) if isinstance(e, Checkpoint)}
    place = left_off(folder, experiment, trials, fake_train(checkpoints=True), epoch=3)
    kept = Store(folder)
    assert kept.checkpoint(trials[0]) == written[3]
    assert kept.origin(trials[0]) == (trials[0].id, 3, place / "checkpoint")
    assert (place / "checkpoint.before").read_bytes().endswith(b"\n" + written[2])
    assert kept.checkpoint(trials[1]) is None
    assert kept.origin(trials[1]) is None


def test_what_was_killed_goes_on_from_its_checkpoint(
    folder: Path, hostile: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Only what came after it is trained again; the result is that of an undisturbed training."""
    experiment, trials = make_experiment(epochs=4)
    run(hostile / "undisturbed", experiment, trials, fake_train())
    left_off(folder, experiment, trials, fake_train(checkpoints=True), epoch=3)
    epochs = []

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_train()(trial, checkpoint):
            if isinstance(event, EpochDone):
                epochs.append(event.epoch)
            yield event

    assert [origin.epoch for origin in begun(folder, experiment, trials).origins.values()] == [3]
    result = run(folder, experiment, trials, train)
    assert epochs == [4]
    assert result.candidates[0].trials[0].epochs_done == 4
    assert histories(folder) == histories(hostile / "undisturbed")


def test_status_counts_the_epochs_that_were_resumed(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """A training that goes on after epoch 3 has three epochs behind it, not none."""
    experiment, trials = make_experiment(epochs=4)
    left_off(folder, experiment, trials, fake_train(checkpoints=True), epoch=3)
    kept = Store(folder)
    kept.record(next(fake_train()(trials[0], kept.checkpoint(trials[0]))), trials[0])
    (trial,) = read_experiment(folder).candidates[0].trials
    assert (trial.status, trial.epochs_done) == ("interrupted", 3)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a flipped byte": lambda content: content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
    "a flipped byte in the first line": lambda content: content[:12] + bytes([content[12] ^ 0x20]) + content[13:],
    "another epoch in the first line": lambda content: content.replace(b'"epoch": 3', b'"epoch": "3"'),
    "cut off": lambda content: content[:-5],
    "cut off in the first line": lambda content: content[:40],
    "empty": lambda _: b"",
    "zeros": lambda content: bytes(len(content)),
    "more than was written": lambda content: content + b"x",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_of_a_damaged_checkpoint_the_one_before_is_used(
    folder: Path, hostile: Path, make_experiment: Make, fake_train: FakeTrain, damage: Callable[[bytes], bytes]
) -> None:
    """A bad disk costs an epoch, not the training; it is told, and the damaged file is there to be looked at."""
    experiment, trials = make_experiment(epochs=4)
    run(hostile / "undisturbed", experiment, trials, fake_train())
    train = fake_train(checkpoints=True)
    written = {event.epoch: event.content for event in train(trials[0]) if isinstance(event, Checkpoint)}
    place = left_off(folder, experiment, trials, train, epoch=3)
    whole = (place / "checkpoint").read_bytes()
    (place / "checkpoint").write_bytes(damage(whole))
    assert Store(folder).checkpoint(trials[0]) == written[2], "also in mid-run, where nothing is moved"
    work = begun(folder, experiment, trials)
    (aside,) = place.glob("checkpoint.damaged-*")
    assert aside.read_bytes() == damage(whole)
    assert work.problems == (f"{place / 'checkpoint'}: is damaged; kept as {aside.name}",)
    assert [origin.epoch for origin in work.origins.values()] == [2]
    assert begun(folder, experiment, trials).problems == (), "told once"
    run(folder, experiment, trials, train)
    assert train.resumed == [trials[0].id]
    assert histories(folder) == histories(hostile / "undisturbed")


def test_where_no_checkpoint_is_whole_the_training_begins_anew(
    folder: Path, hostile: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """It must neither fail nor go on from half a network."""
    experiment, trials = make_experiment(epochs=4)
    run(hostile / "undisturbed", experiment, trials, fake_train())
    train = fake_train(checkpoints=True)
    place = left_off(folder, experiment, trials, train, epoch=3)
    for name in ("checkpoint", "checkpoint.before"):
        (place / name).write_bytes(b"nothing")
    work = begun(folder, experiment, trials)
    assert len(work.problems) == 2
    assert work.origins == {}
    run(folder, experiment, trials, train)
    assert train.resumed == []
    assert histories(folder) == histories(hostile / "undisturbed")


def test_a_checkpoint_that_cannot_be_read_is_passed_over(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block that the disk does not give back: an engine that meets an `OSError` would take its worker for dead."""
    experiment, trials = make_experiment(epochs=4)
    train = fake_train(checkpoints=True)
    written = {event.epoch: event.content for event in train(trials[0]) if isinstance(event, Checkpoint)}
    left_off(folder, experiment, trials, train, epoch=3)
    really_read = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "checkpoint":
            raise OSError(5, "Input/output error", str(path))
        return really_read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert Store(folder).checkpoint(trials[0]) == written[2]


@pytest.mark.parametrize("ending", ["completes", "diverges", "fails"])
@pytest.mark.parametrize("keep", [False, True], ids=["", "keep"])
def test_checkpoints_stay_no_longer_than_they_are_wanted(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, ending: str, keep: bool
) -> None:
    """20 MB a trial of the article's network: a thousand finished ones would fill a disk unasked.

    A failed trial may be mended and go on, and `--keep-checkpoints` is for more epochs; a diverged one is at its end.
    """
    experiment, trials = make_experiment(epochs=4)
    plain = fake_train(checkpoints=True, diverges=["relu"] if ending == "diverges" else [], at_end=keep)

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in plain(trial, checkpoint):
            yield event
            if ending == "fails" and isinstance(event, Checkpoint) and event.epoch == 3:
                raise ValueError("no more")

    run(folder, experiment, trials, train, keep_checkpoints=keep)
    left = {path.name for path in (folder / "trials" / trials[0].id).glob("checkpoint*")}
    both = {"checkpoint", "checkpoint.before"}
    assert left == (both if ending == "fails" else {"checkpoint"} if keep and ending == "completes" else set())
    if ending == "fails":
        run(folder, experiment, trials, plain)
        assert plain.resumed == [trials[0].id]
        assert bool(list(folder.rglob("checkpoint*"))) is False


def test_a_kept_checkpoint_stays_through_later_runs(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """Whoever asked for it once need not ask with every command."""
    experiment, trials = make_experiment(epochs=2)
    run(folder, experiment, trials, fake_train(at_end=True), keep_checkpoints=True)
    run(folder, experiment, trials, fake_train())
    assert (folder / "trials" / trials[0].id / "checkpoint").is_file()


def test_more_epochs_go_on_from_a_kept_checkpoint(
    folder: Path, hostile: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """`epochs: 2` that became `epochs: 4` costs two more, and the curve is that of four from the beginning."""
    short, of_two = make_experiment(["relu", "selu"], epochs=2)
    long, of_four = make_experiment(["relu", "selu"], epochs=4)
    run(hostile / "undisturbed", long, of_four, fake_train())
    run(folder, short, of_two, fake_train(at_end=True), keep_checkpoints=True)
    before = histories(folder)
    work = begun(folder, long, of_four)
    assert work.longer == {trial.id for trial in of_four}
    assert {i: (origin.trial_id, origin.epoch) for i, origin in work.origins.items()} == {
        four.id: (two.id, 2) for four, two in zip(of_four, of_two, strict=True)
    }
    train = fake_train()
    result = run(folder, long, of_four, train)
    assert train.resumed == [trial.id for trial in of_four]
    assert set(statuses(result).values()) == {"completed"}
    found = histories(folder)
    assert {i: found[i] for i in before} == before, "the shorter ones are left as they were"
    assert {i: found[i] for i in found.keys() - before.keys()} == histories(hostile / "undisturbed")
    assert set(result.stranded) == {trial.id for trial in of_two}


def test_a_damaged_kept_checkpoint_is_told(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """Whoever asked to keep it should not read that none was kept."""
    run(folder, *make_experiment(epochs=2), fake_train(at_end=True), keep_checkpoints=True)
    (kept,) = folder.rglob("checkpoint")
    kept.write_bytes(b"\xff" * 300)
    work = begun(folder, *make_experiment(epochs=4))
    (aside,) = folder.rglob("checkpoint.damaged-*")
    assert work.problems == (f"{kept}: is damaged; kept as {aside.name}",)
    assert work.origins == {}


def test_no_trial_goes_on_from_beyond_its_end(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """A trial of two epochs is not one of three cut off in a table; but it may use what another one has done so far."""
    long, of_four = make_experiment(epochs=4)
    place = left_off(folder, long, of_four, fake_train(checkpoints=True), epoch=3)
    short, of_two = make_experiment(epochs=2)
    kept = Store(folder)
    assert kept.origin(of_two[0]) == (of_four[0].id, 2, place / "checkpoint.before")
    result = run(folder, short, of_two, fake_train())
    assert result.candidates[0].trials[0].epochs_done == 2
    _, of_one = make_experiment(epochs=1)
    assert kept.checkpoint(of_one[0]) is None


# --- experiments that change


Asked = Callable[..., tuple[Experiment, tuple[Trial, ...]]]


@pytest.fixture
def asked(make_experiment: Make) -> Asked:
    """An experiment as a file asks for it: `asked(batch_size=16, labels=["relu"], seeds=2, epochs=3, sha256="1" * 64)`.

    With `rates`, it has a grid of them.
    """

    def make(
        labels: Sequence[str] = ("relu", "selu"),
        seeds: int = 2,
        epochs: int = 3,
        batch_size: int = 8,
        rates: Sequence[float] = (),
        sha256: str = "0" * 64,
        **changes: Any,
    ) -> tuple[Experiment, tuple[Trial, ...]]:
        experiment, _ = make_experiment(labels, seeds=seeds, epochs=epochs)
        candidates = []
        for one in experiment.candidates:
            sized = replace(one, training=replace(one.training, batch_size=batch_size))
            for rate in rates or (0.01,):
                optimizer = replace(sized.training.optimizer, arguments={"learning_rate": rate})
                candidates.append(replace(sized, training=replace(sized.training, optimizer=optimizer)))
        document: dict[str, Any] = {
            "name": "tiny",
            "seeds": list(range(seeds)),
            "training": {"epochs": epochs, "batch_size": batch_size},
            "activations": [{"name": label, "label": label} for label in labels],
        }
        if rates:
            document["grid"] = {"training.optimizer.learning_rate": list(rates)}
        experiment = replace(experiment, candidates=tuple(candidates), document=document, **changes)
        return experiment, expand(experiment, sha256)

    return make


MORE: dict[str, dict[str, Any]] = {
    "a seed": {"seeds": 3},
    "an activation": {"labels": ["relu", "gelu", "selu"]},
    "a point of the grid": {"rates": [0.01, 0.1]},
    "a description": {"description": "Anders."},
    "another order": {"labels": ["selu", "relu"]},
}


@pytest.mark.parametrize("more", MORE.values(), ids=MORE.keys())
def test_what_is_added_is_trained_without_a_question(
    folder: Path, asked: Asked, fake_train: FakeTrain, more: dict[str, Any]
) -> None:
    """An experiment grows; nobody wants to be asked about what leaves nothing behind."""
    run(folder, *asked(rates=[0.01]), fake_train())
    old = histories(folder).keys()
    experiment, trials = asked(**{"rates": [0.01], **more})
    assert old <= {trial.id for trial in trials}
    train = fake_train()
    result = run(folder, experiment, trials, train)
    assert set(train.begun) == {trial.id for trial in trials} - old
    assert result.stranded == ()
    assert begun(folder, experiment, trials).longer == frozenset()


LESS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "another batch size": ({"batch_size": 16}, ["training.batch_size: 8 -> 16"]),
    "fewer epochs": ({"epochs": 2}, ["training.epochs: 3 -> 2"]),
    "a seed less": ({"seeds": 1}, ["seeds: [0, 1] -> [0]"]),
    "an activation less": ({"labels": ["selu"]}, ["activations: relu is gone"]),
    "another activation": ({"labels": ["relu", "gelu"]}, ["activations: selu is gone", "activations: gelu is new"]),
    "another point of the grid": ({"rates": [0.1]}, ["grid.training.optimizer.learning_rate: null -> [0.1]"]),
    "two settings": ({"batch_size": 16, "seeds": 1}, ["seeds: [0, 1] -> [0]", "training.batch_size: 8 -> 16"]),
    "other data": ({"sha256": "1" * 64}, ["data: the file's content (SHA-256 000000000000… -> 111111111111…)"]),
}


@pytest.mark.parametrize(("less", "told"), LESS.values(), ids=LESS.keys())
def test_finished_trials_are_not_left_out_without_a_question(
    folder: Path, asked: Asked, fake_train: FakeTrain, snapshot: Snapshot, less: dict[str, Any], told: list[str]
) -> None:
    """An edited file would silently drop nights of training from every table; a refusal touches nothing."""
    run(folder, *asked(), fake_train())
    before = snapshot(folder)
    experiment, trials = asked(**less)
    train = fake_train()
    with pytest.raises(Stranding) as caught:
        run(folder, experiment, trials, train)
    assert list(caught.value.changes) == told
    assert str(caught.value).splitlines()[1:-1] == [f"  {line}" for line in told]
    wanted = {f"trials/{trial.id}/trial.json" for trial in trials}
    lost = {name for name in before if name.endswith("/trial.json")} - wanted
    assert str(caught.value).startswith(f"{folder}: {len(lost)} finished trial")
    assert "--name NEW" in str(caught.value)
    assert "--accept-changes" in str(caught.value)
    assert train.begun == []
    assert snapshot(folder) == before


def test_accepted_changes_are_accepted_for_good(
    folder: Path, asked: Asked, fake_train: FakeTrain, snapshot: Snapshot
) -> None:
    """Asked once; what is left out stays on disk, is listed, is in no comparison, and comes back when it is wanted."""
    before, old = asked()
    run(folder, before, old, fake_train())
    committed = snapshot(folder / "trials")
    experiment, trials = asked(batch_size=16)
    run(folder, experiment, trials, fake_train(), accept_changes=True)
    train = fake_train()
    result = run(folder, experiment, trials, train)
    assert train.begun == []
    assert result.stranded == tuple(sorted(trial.id for trial in old))
    assert {trial.id for candidate in result.candidates for trial in candidate.trials} == {t.id for t in trials}
    assert committed.items() <= snapshot(folder / "trials").items()
    assert run(folder, before, old, train, accept_changes=True).stranded == tuple(sorted(t.id for t in trials))
    assert train.begun == []


def test_only_what_is_finished_is_asked_about(folder: Path, asked: Asked, fake_train: FakeTrain) -> None:
    """A typo that let every trial fail is mended in the file; there is nothing to lose."""
    run(folder, *asked(labels=["relu"]), fake_train(fails=["relu"]))
    result = run(folder, *asked(labels=["relu"], batch_size=16), fake_train())
    assert set(statuses(result).values()) == {"completed"}


def test_a_diverged_trial_is_finished_too(folder: Path, asked: Asked, fake_train: FakeTrain) -> None:
    """That it diverges was a result; after it has diverged in its second epoch, three epochs say no less than five."""
    run(folder, *asked(labels=["relu"], epochs=5), fake_train(diverges=["relu"]))
    with pytest.raises(Stranding, match="2 finished trials do"):
        begun(folder, *asked(labels=["relu"], epochs=5, batch_size=16))
    begun(folder, *asked(labels=["relu"], epochs=3))


@pytest.mark.parametrize("content", [None, b"", b"{", b"- 1\n", b"name: [\xff\n"], ids=str)
def test_without_the_old_file_the_question_is_asked_still(
    folder: Path, asked: Asked, fake_train: FakeTrain, content: bytes | None
) -> None:
    """What changed cannot be said then; that something did must be."""
    run(folder, *asked(seeds=1), fake_train())
    if content is None:
        (folder / "experiment.yaml").unlink()
    else:
        (folder / "experiment.yaml").write_bytes(content)
    with pytest.raises(Stranding, match="2 finished trials do not belong") as caught:
        begun(folder, *asked(seeds=1, batch_size=16))
    assert len(caught.value.changes) >= 1


def test_without_a_plan_all_that_lies_there_counts(folder: Path, asked: Asked, fake_train: FakeTrain) -> None:
    """A damaged plan must not become the hole through which finished trials get lost."""
    run(folder, *asked(), fake_train())
    (folder / "plan.json").write_bytes(b"{")
    with pytest.raises(Stranding, match="4 finished trials do not belong") as caught:
        begun(folder, *asked(batch_size=16))
    assert any("plan.json was lost or damaged" in line for line in caught.value.changes)


def test_shorter_trials_stay_guarded_while_the_longer_ones_are_not_finished(
    folder: Path, asked: Asked, fake_train: FakeTrain
) -> None:
    """`epochs` was raised, the run interrupted, and then the file edited: what is finished must not get lost unsaid."""
    _, short = asked(epochs=2)
    run(folder, *asked(epochs=2), fake_train())
    longer = {trial.id for trial in begun(folder, *asked(epochs=4)).left}
    assert begun(folder, *asked(epochs=4)).longer == longer
    with pytest.raises(Stranding, match=f"{len(short)} finished trials do not belong"):
        begun(folder, *asked(epochs=4, batch_size=16))
    begun(folder, *asked(epochs=4, batch_size=16), accept_changes=True)
    begun(folder, *asked(epochs=4, batch_size=16))


def test_seeds_that_are_added_to_a_finished_study_are_remembered(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Whoever goes on until it pleases is told so, however often the command is given in between."""
    for seeds, before in ((3, ()), (3, ()), (5, (3,)), (5, (3,)), (8, (3, 5)), (4, (3,)), (2, ())):
        experiment, trials = make_experiment(["relu", "selu"], seeds=seeds)
        run(folder, experiment, trials, fake_train(), accept_changes=True)
        assert read_experiment(folder).earlier_seeds == before


def test_a_trial_that_failed_does_not_hide_that_the_others_were_seen(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Nine of ten results are enough to go on by."""
    experiment, trials = make_experiment(["relu", "selu"], seeds=3)
    kept = Store(folder)
    folder.mkdir(parents=True, exist_ok=True)
    kept.begin(experiment, trials)
    for trial in trials[:-1]:
        for event in fake_train()(trial):
            kept.record(event, trial)
    kept.record(Failed(trials[-1].id, "ValueError", "Traceback"), trials[-1])
    kept.begin(*make_experiment(["relu", "selu"], seeds=5))
    assert read_experiment(folder).earlier_seeds == (3,)


def test_seeds_that_are_added_before_the_first_are_finished_are_nobodys_business(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """Nothing was seen yet that one could go by."""
    experiment, trials = make_experiment(["relu", "selu"], seeds=3)
    begun(folder, experiment, trials)
    run(folder, *make_experiment(["relu", "selu"], seeds=5), fake_train())
    assert read_experiment(folder).earlier_seeds == ()


def test_only_failed_trials_are_left_when_only_they_are_asked_for(
    folder: Path, asked: Asked, fake_train: FakeTrain
) -> None:
    """`--retry-failed` after a mistake was mended: the twenty that were never begun may wait."""
    experiment, trials = asked(seeds=1)
    kept = Store(folder)
    with kept.locked():
        runner.begin(Plan(experiment, trials), kept)
        for _ in runner.run(trials[:1], kept, InProcess(lambda: fake_train(fails=["relu"]))):
            pass
    assert [trial.id for trial in begun(folder, experiment, trials, only_failed=True).left] == [trials[0].id]
    work = begun(folder, experiment, trials)
    assert [trial.id for trial in work.left] == [trial.id for trial in trials]
    assert [work.status[trial.id] for trial in trials] == ["failed", "waiting"]


# --- what says whether a trial is finished


def test_a_changed_digit_in_what_was_recorded_is_noticed(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """A test accuracy that the disk (or somebody) changed would be published; the trial is trained again."""
    experiment, trials = make_experiment()
    run(folder, experiment, trials, fake_train())
    place = folder / "trials" / trials[0].id
    text = (place / "trial.json").read_text(encoding="utf-8")
    accuracy = json.loads(text)["test"]["last"]["values"]["accuracy"]
    digits = repr(accuracy)
    other = digits[:-1] + ("1" if digits[-1] != "1" else "2")
    assert text.count(digits) >= 1
    (place / "trial.json").write_text(text.replace(digits, other), encoding="utf-8")
    (problem,) = read_experiment(folder).problems
    assert problem == f"{place / 'trial.json'}: is damaged; the next run trains this trial again"
    work = begun(folder, experiment, trials)
    (aside,) = (folder / "trials").glob("*.damaged-*")
    assert work.problems == (f"{place / 'trial.json'}: is damaged; kept as {aside.name}, trained again",)
    assert work.status == {trials[0].id: "waiting"}
    assert other in (aside / "trial.json").read_text(encoding="utf-8")


def test_trials_of_before_the_checksum_are_read(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """Results that are published already stay results."""
    experiment, trials = make_experiment()
    good = run(folder, experiment, trials, fake_train())
    path = folder / "trials" / trials[0].id / "trial.json"
    commit = json.loads(path.read_bytes())
    del commit["checksum"]
    path.write_text(json.dumps(commit), encoding="utf-8")
    assert read_experiment(folder) == good
    assert finished(folder, trials) == {trials[0].id}


def test_a_survey_without_repair_touches_nothing(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, snapshot: Snapshot
) -> None:
    """`--dry-run` on a damaged folder."""
    experiment, trials = make_experiment(["relu", "selu"])
    run(folder, experiment, trials, fake_train())
    (folder / "trials" / trials[0].id / "history.json").write_bytes(b"{")
    before = snapshot(folder)
    survey = Store(folder).survey(trials, repair=False)
    assert survey == ({trials[0].id: "waiting", trials[1].id: "completed"}, [], set(), set(), set(), set())
    assert snapshot(folder) == before


# --- two drivers


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
        patch.setattr(writer, "write_atomically", full)
        with pytest.raises(StoreError, match="No space left") as caught, Store(folder).locked():
            pass
    with Store(folder).locked():
        assert lock.running_driver(folder) is not None
    assert "goes on once this is mended" in str(caught.value)


# --- folders that cannot be used


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
        patch.setattr(writer, "write_together", full_at_the_second)
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


# --- finding


def test_experiments_are_found_at_any_depth(hostile: Path) -> None:
    """`plot results/` shows every experiment once, and none that was set aside."""
    for name in ("b", "a/deep/er", "c.old-20250101-000000", ".hidden", "d/e.damaged-20250101-000000", "b/trials/x"):
        (hostile / name).mkdir(parents=True)
        (hostile / name / "experiment.yaml").write_bytes(b"")
        (hostile / name / "plan.json").write_bytes(b"")
    (hostile / "experiment.yaml").write_bytes(b"the user's own, not a result")
    found = find_experiments(hostile)
    assert [(one.folder, one.below) for one in found] == [
        (hostile / "a" / "deep" / "er", Path("a/deep/er")),
        (hostile / "b", Path("b")),
    ]
    aside = hostile / "c.old-20250101-000000"
    assert [one.folder for one in find_experiments(aside)] == [aside]


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


def test_trials_that_are_not_asked_for_any_more_are_told(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """After the file was edited the old trials neither vanish silently nor enter the comparison."""
    experiment, trials = make_experiment(["relu", "selu"])
    run(folder, experiment, trials, fake_train())
    fewer, left = make_experiment(["selu"])
    train = fake_train()
    result = run(folder, fewer, left, train, accept_changes=True)
    assert statuses(result) == {"selu 0": "completed"}
    assert result.stranded == (trials[0].id,)
    assert train.begun == []
    assert run(folder, experiment, trials, train).stranded == ()
    assert train.begun == []


# --- what is written


def test_atomic_writing_leaves_the_old_or_the_new(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else: a folder full of temporary files is no result."""
    path = hostile / "a file"
    write_atomically(path, b"old")
    assert path.read_bytes() == b"old"

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fail)
            patch.setattr(Path, "replace", fail)
            with pytest.raises(OSError, match="Input/output"):
                write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert [entry.name for entry in hostile.iterdir()] == ["a file"]
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in hostile.iterdir()] == ["a file"]


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


def test_which_examples_were_classified_right_is_read_on_demand(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """The noise of the test set is computed from these; most commands have no use for them and do not pay for them."""
    experiment, trials = make_experiment(["relu"])
    store = Store(hostile / "tiny")
    store.folder.mkdir()
    store.begin(experiment, trials)
    predictions = {
        "test_index": np.arange(3, dtype=np.uint8),
        "test_y_true": np.array([0, 1, 2], np.uint8),
        "test_y_last": np.array([0, 2, 2], np.uint8),
        "test_y_best": np.array([0, 1, 2], np.uint8),
    }
    for event in fake_train()(trials[0]):
        store.record(replace(event, predictions=predictions) if isinstance(event, Completed) else event, trials[0])
    [trial] = read_experiment(store.folder, predictions=("test_last", "validation_last")).candidates[0].trials
    assert list(trial.correct) == ["test_last"]
    assert trial.correct["test_last"].array().tolist() == [True, False, True]
    assert trial.settings["seed"] == 0
    assert read_experiment(store.folder).candidates[0].trials[0].correct == {}
