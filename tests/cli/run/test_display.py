"""The events of a run as lines: one an epoch for people, one an event for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from actsearch.cli.json_rows.run_events import EVENT_NAMES
from actsearch.cli.run.display import Display, JsonLines, PlainLines
from actsearch.core.events import Checkpoint, Completed, Diagnosed, EpochDone, Event, Failed, Lost, Progress, Started
from actsearch.core.experiment import Experiment, Trial

Make = Callable[..., tuple[Experiment, tuple[Trial, ...]]]


def lines_of(display: Display, events: Sequence[Event], one: Trial) -> None:
    with display:
        for event in events:
            display.show(event, one)


def test_plain_lines_are_one_an_epoch(make_experiment: Make, fake_train: Callable[..., Any]) -> None:
    """A log of a night's run must be short enough to be read."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    events = list(fake_train()(one))
    lines_of(PlainLines(written.append), events, one)
    completed = events[-1]
    assert isinstance(completed, Completed)
    assert len(written) == 4
    assert [line.split("  ")[0] for line in written[:3]] == [f"relu seed 0: epoch {n}/3" for n in (1, 2, 3)]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        epoch = next(event for event in events if isinstance(event, EpochDone))
        assert f"  {name} {epoch.metrics[name]:.4f}" in written[0]
    assert written[3] == f"relu seed 0: completed, test accuracy {completed.last.test['accuracy']:.4f}"


def test_plain_lines_tell_of_divergence_and_failure(make_experiment: Make, fake_train: Callable[..., Any]) -> None:
    """Neither vanishes from a log."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    display = PlainLines(written.append)
    lines_of(display, list(fake_train(diverges=["relu"])(one)), one)
    display.show(Failed(one.id, "ValueError: [bold]", "Traceback"), one)
    assert written[-3:] == [
        "relu seed 0: epoch 2/3  loss -  accuracy -  val_loss -  val_accuracy -  0.5 s",
        "relu seed 0: diverged in epoch 2",
        "relu seed 0: failed: ValueError: [bold]",
    ]


RESUMED = tuple(EpochDone("id", epoch, {"loss": 1.0}, 2.0) for epoch in (1, 2))


def test_plain_lines_tell_of_a_lost_worker_and_where_the_trial_goes_on(make_experiment: Make) -> None:
    """In the log of a night, a worker that was killed is named, and no epoch seems to be missing."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    events = [
        Started(one.id, {}),
        Progress(one.id, 1, 3, 4),
        Checkpoint(one.id, 2, b"content"),
        Lost(one.id, "worker killed by SIGKILL", "the last that it wrote"),
        Started(one.id, {}, resumed=RESUMED),
    ]
    lines_of(PlainLines(written.append), events, one)
    assert written == [
        "relu seed 0: worker killed by SIGKILL; it will be tried again",
        "relu seed 0: goes on after epoch 2",
    ]


def test_json_lines_tell_of_a_lost_worker_and_where_the_trial_goes_on(make_experiment: Make) -> None:
    """A program that counts epochs must know which were done before; checkpoints are no text."""
    (one,) = make_experiment(["relu"], epochs=3)[1]
    written: list[str] = []
    events = [
        Started(one.id, {"cpu": "x"}),
        Progress(one.id, 1, 3, 4),
        Checkpoint(one.id, 2, b"content"),
        Lost(one.id, "worker killed by SIGKILL"),
        Started(one.id, {"cpu": "x"}, resumed=RESUMED),
    ]
    lines_of(JsonLines(written.append), events, one)
    first, lost, second = map(json.loads, written)
    assert (first["event"], first["machine"], first["resumed_epochs"]) == ("started", {"cpu": "x"}, 0)
    assert (lost["event"], lost["trial"], lost["cause"]) == ("lost", one.id, "worker killed by SIGKILL")
    assert (second["event"], second["resumed_epochs"]) == ("started", 2)


def test_every_event_is_named_or_left_out_on_purpose() -> None:
    """One that is forgotten would end `run --json` with a traceback in the middle of a night."""
    from typing import get_args

    assert set(EVENT_NAMES) == set(get_args(Event)) - {Progress, Diagnosed, Checkpoint}


def test_json_lines_hold_what_another_program_needs(make_experiment: Make, fake_train: Callable[..., Any]) -> None:
    """Each line is JSON by itself (no NaN), in full precision, and says which trial it is about."""
    (one,) = make_experiment(["größer [bold]"], epochs=2)[1]
    written: list[str] = []
    events = [*fake_train()(one), *fake_train(diverges=["größer [bold]"])(one), Failed(one.id, "ValueError: x", "")]
    lines_of(JsonLines(written.append), events, one)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    parsed = [json.loads(line, parse_constant=refuse) for line in written]
    names = ["started", "epoch", "epoch", "completed", "started", "epoch", "epoch", "diverged", "failed"]
    assert [row["event"] for row in parsed] == names
    for row in parsed:
        assert row["trial"] == one.id
        assert (row["label"], row["seed"], row["setting"]) == ("größer [bold]", 0, {})
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [row["metrics"] for row in parsed if row["event"] == "epoch"] == [dict(e.metrics) for e in epochs]
    assert parsed[3]["test"]["last"]["epoch"] == 2
    assert parsed[3]["test"]["best"]["epoch"] == 1
    assert parsed[7]["epoch"] == 2
    assert parsed[8]["error"] == "ValueError: x"
