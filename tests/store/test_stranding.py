"""Experiments that change: finished trials are not left out without a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from store_runs import Asked, FakeTrain, Make, Snapshot, begun, histories, run, statuses

from actsearch.store.stranding import Stranding

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


@pytest.mark.parametrize(("less", "lines"), LESS.values(), ids=LESS.keys())
def test_finished_trials_are_not_left_out_without_a_question(
    folder: Path, asked: Asked, fake_train: FakeTrain, snapshot: Snapshot, less: dict[str, Any], lines: list[str]
) -> None:
    """An edited file would silently drop nights of training from every table; a refusal touches nothing."""
    run(folder, *asked(), fake_train())
    before = snapshot(folder)
    experiment, trials = asked(**less)
    train = fake_train()
    with pytest.raises(Stranding) as caught:
        run(folder, experiment, trials, train)
    assert list(caught.value.changes) == lines
    assert str(caught.value).splitlines()[1:-1] == [f"  {line}" for line in lines]
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
