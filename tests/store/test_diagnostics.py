"""Diagnostics on disk: kept beside the history, read when asked for, and added to a trial that was finished without."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from staged_studies import HASH

from actsearch.core.activation import Activation
from actsearch.core.events import Checkpoint, Completed, EpochDone, Event, Train
from actsearch.core.experiment import DiagnosticsSpec, Experiment, Trial
from actsearch.core.identity import expand
from actsearch.core.trial_results import TrialResult
from actsearch.engines.in_process import InProcess
from actsearch.store.layout import DIAGNOSTICS_FILE
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import rounds, runner
from actsearch.study.plans import plan_for

FakeTrain = Callable[..., Train]
Asked = tuple[Experiment, tuple[Trial, ...]]
SEEN = DiagnosticsSpec(every=1, probe_size=256)


@pytest.fixture
def asked(make_experiment: Callable[..., Asked]) -> Callable[..., Asked]:
    """Makes an experiment with these diagnostics; the trials are the same whatever they are."""

    def make(diagnostics: DiagnosticsSpec | None = SEEN, **how: Any) -> Asked:
        experiment, _ = make_experiment(["relu", "selu"], **how)
        experiment = replace(experiment, diagnostics=diagnostics)
        return experiment, expand(experiment, "0" * 64)

    return make


def run(folder: Path, asked: Asked, train: Train) -> Store:
    store = Store(folder)
    with store.locked():
        work = rounds.begin_round(plan_for(asked[0], HASH), store)
        for _ in runner.train_all(work.left, store, InProcess(lambda: train)):
            pass
    return store


def left(folder: Path, asked: Asked) -> list[str]:
    """The labels of the trials that a run would train."""
    store = Store(folder)
    with store.locked():
        return [trial.candidate.label for trial in rounds.begin_round(plan_for(asked[0], HASH), store).left]


def trials_in(folder: Path, diagnostics: bool = True) -> list[TrialResult]:
    return [trial for c in read_experiment(folder, diagnostics=diagnostics).candidates for trial in c.trials]


def files(folder: Path, name: str) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in (folder / "trials").glob(f"*/{name}")}


def test_what_was_seen_is_read(folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain) -> None:
    """A row for the untrained network, then one an epoch."""
    run(folder, asked(), fake_train())
    for trial in trials_in(folder):
        assert trial.diagnostics is not None
        assert trial.diagnostics.epochs == (0, 1, 2)
        assert trial.diagnostics.row("dense_1", "gradient_norm_kernel") == pytest.approx([1.0, 1 / 2, 1 / 3])
        assert (trial.diagnostics.probe_examples, trial.diagnostics.every) == (256, 1)


def test_they_are_not_read_unless_asked_for(folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain) -> None:
    """They are most of what there is to read, and accuracy can be drawn without."""
    run(folder, asked(), fake_train())
    assert {trial.diagnostics for trial in trials_in(folder, diagnostics=False)} == {None}


def test_a_diverged_trial_keeps_what_was_seen(folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain) -> None:
    run(folder, asked(), fake_train(diverges=["selu"]))
    (selu,) = (trial for trial in trials_in(folder) if trial.status == "diverged")
    assert selu.diagnostics is not None
    assert selu.diagnostics.epochs == (0, 1, 2)


def test_a_failed_trial_keeps_none(folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain) -> None:
    """It is trained again anyway."""
    run(folder, asked(), fake_train(fails=["selu"]))
    assert len(files(folder, DIAGNOSTICS_FILE)) == 1


def test_a_trial_killed_and_resumed_has_the_same_file(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """To the byte: whoever compares two runs must not see when a machine went down."""
    run(folder, asked(epochs=4), fake_train())
    expected = files(folder, DIAGNOSTICS_FILE)
    other = folder.with_name("other")
    with pytest.raises(KeyboardInterrupt):
        run(other, asked(epochs=4), stopping_after(fake_train(checkpoints=True), epoch=2))
    resumed = fake_train(checkpoints=True)
    run(other, asked(epochs=4), resumed)
    assert len(resumed.resumed) == 1  # type: ignore[attr-defined]
    assert files(other, DIAGNOSTICS_FILE) == expected


def stopping_after(train: Train, epoch: int) -> Train:
    """A training that Ctrl-C ends after the checkpoint of an epoch."""

    def stopped(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in train(trial, checkpoint):
            yield event
            if isinstance(event, Checkpoint) and event.epoch == epoch:
                raise KeyboardInterrupt

    return stopped


# --- asked for later


def test_a_finished_trial_without_is_trained_again_beside(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """What was finished stays as it was, to the byte; what is seen now is added."""
    run(folder, asked(None), fake_train())
    history, predictions = files(folder, "history.json"), files(folder, "predictions.npz")
    assert left(folder, asked(None)) == []
    assert left(folder, asked()) == ["relu", "selu"]
    store = run(folder, asked(), fake_train())
    assert (files(folder, "history.json"), files(folder, "predictions.npz")) == (history, predictions)
    assert all(trial.diagnostics is not None and trial.status == "completed" for trial in trials_in(folder))
    assert store.notes == []
    assert left(folder, asked()) == []
    assert read_experiment(folder).stranded == ()
    assert sorted(path.name for path in (folder / "trials").iterdir()) == sorted(history)


def test_a_trial_is_finished_all_the_while(folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain) -> None:
    """Killed in the middle of the second training, the first one's result is there, and the second goes on."""
    run(folder, asked(None, epochs=4), fake_train())
    before = files(folder, "trial.json")
    with pytest.raises(KeyboardInterrupt):
        run(folder, asked(epochs=4), stopping_after(fake_train(checkpoints=True), epoch=2))
    assert {trial.status for trial in trials_in(folder)} == {"completed"}
    assert {name: content for name, content in files(folder, "trial.json").items() if name in before} == before
    assert read_experiment(folder).stranded == ()
    resumed = fake_train(checkpoints=True)
    run(folder, asked(epochs=4), resumed)
    assert len(resumed.resumed) == 1  # type: ignore[attr-defined]
    assert all(trial.diagnostics is not None for trial in trials_in(folder))


def test_another_history_is_told_and_kept_apart(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """On another processor: diagnostics of one training must not stand beside the history of another."""
    run(folder, asked(None), fake_train())
    history = files(folder, "history.json")

    def otherwise(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_train()(trial, checkpoint):
            changed = isinstance(event, EpochDone) and trial.candidate.label == "selu"
            yield replace(event, metrics={**event.metrics, "loss": 0.125}) if changed else event

    store = run(folder, asked(), otherwise)
    (note,) = store.notes
    assert "its result stands without diagnostics: trained again, its history came out otherwise" in note
    kept = {name: content for name, content in files(folder, "history.json").items() if name in history}
    assert kept == history
    relu, selu = trials_in(folder)
    assert (relu.diagnostics is not None, selu.diagnostics) == (True, None)
    (aside,) = (folder / "trials").glob("*.differs-*")
    assert json.loads((aside / "history.json").read_bytes())["loss"] == [0.125, 0.125]
    assert read_experiment(folder).stranded == ()
    assert left(folder, asked()) == [], "once is enough: night for night it would come out the same"
    assert len(Store(folder).survey(asked()[1]).differing) == 1


def test_a_failure_of_the_second_training_costs_nothing(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    run(folder, asked(None), fake_train())
    store = run(folder, asked(), fake_train(fails=["selu"]))
    assert store.failed_again
    assert "its result stands, but it failed when it was trained again" in store.notes[0]
    assert {trial.status for trial in trials_in(folder)} == {"completed"}
    assert left(folder, asked()) == ["selu"]


def test_what_is_asked_to_be_kept_is_kept_of_the_second_training_too(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """`--keep-checkpoints` and `--save-models` after the fact: the second training has both, the first had neither."""
    run(folder, asked(None), fake_train())

    def saving(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:
        for event in fake_train(at_end=True)(trial, checkpoint):
            done = isinstance(event, Completed)
            yield replace(event, model=b"network", saved_epoch="best") if done else event

    store = Store(folder, keep_checkpoints=True)
    with store.locked():
        work = rounds.begin_round(plan_for(asked()[0], HASH), store)
        for _ in runner.train_all(work.left, store, InProcess(lambda: saving)):
            pass
    assert set(files(folder, "model.keras").values()) == {b"network"}
    assert store.saved_models([trial.id for trial in asked()[1]]) == ["best", "best"]
    longer = fake_train(checkpoints=True)
    store = Store(folder)
    with store.locked():
        work = rounds.begin_round(plan_for(asked(epochs=4)[0], HASH), store)
        assert len(work.origins) == 2
        for _ in runner.train_all(work.left, store, InProcess(lambda: longer)):
            pass
    assert len(longer.resumed) == 2  # type: ignore[attr-defined]
    assert all(trial.status == "completed" for trial in trials_in(folder))


def test_a_trial_that_had_begun_without_is_told_to_begin_anew(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """Hours may be lost by a changed key that changes no result: the user can still stop."""
    with pytest.raises(KeyboardInterrupt):
        run(folder, asked(None, epochs=4), stopping_after(fake_train(checkpoints=True), epoch=2))
    store = Store(folder)
    with store.locked():
        work = rounds.begin_round(plan_for(asked(epochs=4)[0], HASH), store)
        assert [work.left[0].id] == list(work.unseen)
        assert not work.origins
        assert not rounds.begin_round(plan_for(asked(None, epochs=4)[0], HASH), store).unseen


def test_status_tells_what_is_looked_into_again(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """Completed they are; but a run is going on, or was cut off."""
    run(folder, asked(None, epochs=4), fake_train())
    with pytest.raises(KeyboardInterrupt):
        run(folder, asked(epochs=4), stopping_after(fake_train(checkpoints=True), epoch=2))
    assert read_experiment(folder).again == (asked(epochs=4)[1][0].id,)


def test_a_functions_module_is_kept_beside_the_experiment(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """Whoever gets the results can run them again: experiment.yaml finds the module there."""
    experiment, trials = asked()
    own = replace(
        trials[0].candidate, activation=Activation("a.b:f", {}, "function", None, "0" * 64, "def f(x): ...\n")
    )
    experiment = replace(experiment, candidates=(own,))
    run(folder, (experiment, expand(experiment, "0" * 64)), fake_train())
    assert (folder / "a" / "b.py").read_text(encoding="utf-8") == "def f(x): ...\n"


def test_other_settings_leave_finished_trials_alone(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """Another probe is no reason to spend a night, or to throw away what was seen."""
    run(folder, asked(), fake_train())
    before = files(folder, DIAGNOSTICS_FILE)
    other = asked(replace(SEEN, probe_size=64))
    assert left(folder, other) == []
    assert len(Store(folder).survey(other[1]).otherwise) == 2
    assert files(folder, DIAGNOSTICS_FILE) == before


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_damaged_diagnostics_are_told_and_seen_again(
    damage: str, folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """The trial itself is whole: its result stays in every table meanwhile."""
    run(folder, asked(), fake_train())
    expected = files(folder, DIAGNOSTICS_FILE)
    file = next((folder / "trials").glob(f"*/{DIAGNOSTICS_FILE}"))
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes().replace(b"0.25", b"0.35", 1))
    result = read_experiment(folder, diagnostics=True)
    (problem,) = result.problems
    assert DIAGNOSTICS_FILE in problem
    assert "the next run looks again" in problem
    assert {trial.status for candidate in result.candidates for trial in candidate.trials} == {"completed"}
    assert len(left(folder, asked())) == 1
    run(folder, asked(), fake_train())
    assert files(folder, DIAGNOSTICS_FILE) == expected


def test_without_being_asked_for_what_was_seen_stays(
    folder: Path, asked: Callable[..., Asked], fake_train: FakeTrain
) -> None:
    """`diagnostics: false` looks at nothing new and removes nothing."""
    run(folder, asked(), fake_train())
    before = files(folder, DIAGNOSTICS_FILE)
    assert left(folder, asked(None)) == []
    assert files(folder, DIAGNOSTICS_FILE) == before
    assert all(trial.diagnostics is not None for trial in trials_in(folder))
