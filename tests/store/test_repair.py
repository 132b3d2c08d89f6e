"""Damaged files are told, moved aside, and mended by a run; none ends in a wrong number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from store_runs import FakeTrain, Make, Snapshot, begun, histories, run, statuses, trials_of

from actsearch.core.errors import StoreError
from actsearch.store import layout
from actsearch.store.reader import read_experiment


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
