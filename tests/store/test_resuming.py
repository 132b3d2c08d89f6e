"""Where a killed trial goes on: from its furthest whole checkpoint, to the very same history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_runs import FakeTrain, Make, begun, histories, run, statuses

from actsearch.core.events import Checkpoint, EpochDone, Event, Train
from actsearch.core.experiment import Experiment, Trial
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import rounds
from actsearch.study.plans import plan_for


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
        rounds.begin_round(plan_for(experiment, trials[0].data_sha256), kept)
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
    last_two = {"checkpoint", "checkpoint.before"}
    assert left == (last_two if ending == "fails" else {"checkpoint"} if keep and ending == "completes" else set())
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
    now = histories(folder)
    assert {i: now[i] for i in before} == before, "the shorter ones are left as they were"
    assert {i: now[i] for i in now.keys() - before.keys()} == histories(hostile / "undisturbed")
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
