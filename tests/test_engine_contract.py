"""What every engine promises (see `events.Engine`), run over each of them: add a new one to `ENGINES`.

Without it a user's choice of engine would change what is recorded, or a failing trial would take others with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

import pytest

from actsearch.engines.in_process import InProcess
from actsearch.events import Completed, Ending, Engine, EpochDone, Event, Failed, Progress, Started
from actsearch.experiment import Trial

ENGINES: dict[str, Callable[[Callable[[Trial], Iterator[Event]]], Engine]] = {"in process": InProcess}

Train = Callable[[Trial], Iterator[Event]]
Trials = Callable[..., tuple[Trial, ...]]


@pytest.fixture(params=ENGINES.values(), ids=ENGINES.keys())
def make_engine(request: pytest.FixtureRequest) -> Iterator[Callable[[Train], Engine]]:
    """Makes an engine; each is closed in the end, whatever happens in the test."""
    made: list[Engine] = []

    def make(train: Train) -> Engine:
        made.append(request.param(train))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def make_trials(make_experiment: Callable[..., Any]) -> Trials:
    def make(n: int = 1, epochs: int = 2, labels: Sequence[str] = ("relu",)) -> tuple[Trial, ...]:
        return make_experiment(labels, seeds=n, epochs=epochs)[1]

    return make


class Watched:
    """A training that notes when it is begun and when it is left, by whatever way."""

    def __init__(self, fails: Sequence[str] = ()) -> None:
        self.begun: list[str] = []
        self.left: list[str] = []
        self.fails = fails

    def __call__(self, trial: Trial) -> Iterator[Event]:
        self.begun.append(trial.id)
        try:
            yield Started(trial.id, {})
            for epoch in range(1, trial.candidate.training.epochs + 1):
                yield EpochDone(trial.id, epoch, {"loss": 1.0}, 0.1)
        finally:
            self.left.append(trial.id)


def by_trial(events: Iterator[Event]) -> dict[str, list[Event]]:
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        grouped[event.trial_id].append(event)
    return grouped


def test_the_events_of_a_trial_come_in_order(
    make_engine: Callable[[Train], Engine], make_trials: Trials, fake_train: Callable[..., Any]
) -> None:
    """A history whose epochs are swapped or missing is a wrong result."""
    trials = make_trials(3, epochs=4)
    engine = make_engine(fake_train())
    for trial in trials:
        engine.submit(trial)
    events = by_trial(engine.events())
    assert set(events) == {trial.id for trial in trials}
    for of_one in events.values():
        without_progress = [event for event in of_one if not isinstance(event, Progress)]
        assert [type(event) for event in without_progress] == [Started, *[EpochDone] * 4, Completed]
        assert [event.epoch for event in without_progress if isinstance(event, EpochDone)] == [1, 2, 3, 4]


def test_the_values_arrive_unchanged(
    make_engine: Callable[[Train], Engine], make_trials: Trials, fake_train: Callable[..., Any]
) -> None:
    """An engine that rounds would make results depend on where they were computed."""
    (trial,) = make_trials()
    engine = make_engine(fake_train())
    engine.submit(trial)
    here = [event for event in fake_train()(trial) if isinstance(event, EpochDone)]
    assert [event for event in engine.events() if isinstance(event, EpochDone)] == here


def test_each_trial_ends_exactly_once(
    make_engine: Callable[[Train], Engine], make_trials: Trials, fake_train: Callable[..., Any]
) -> None:
    """Completed, diverged and failed trials alike; one that ended twice would be stored twice, one that never, lost."""
    trials = make_trials(2, labels=["relu", "selu", "elu"])
    engine = make_engine(fake_train(fails=["selu"], diverges=["elu"]))
    for trial in trials:
        engine.submit(trial)
    events = by_trial(engine.events())
    endings = {i: [event for event in of_one if isinstance(event, get_args(Ending))] for i, of_one in events.items()}
    assert all(len(found) == 1 and found[0] is events[i][-1] for i, found in endings.items())
    names = sorted((trial.candidate.label, type(endings[trial.id][0]).__name__) for trial in trials)
    assert names == [("elu", "Diverged")] * 2 + [("relu", "Completed")] * 2 + [("selu", "Failed")] * 2


def test_a_failure_is_an_event_and_the_others_go_on(
    make_engine: Callable[[Train], Engine], make_trials: Trials, fake_train: Callable[..., Any]
) -> None:
    """One trial without memory must not end a night's run, and its traceback must reach the user."""
    trials = make_trials(labels=["selu", "relu"])
    engine = make_engine(fake_train(fails=["selu"]))
    for trial in trials:
        engine.submit(trial)
    last = {i: of_one[-1] for i, of_one in by_trial(engine.events()).items()}
    failed, completed = (last[trial.id] for trial in trials)
    assert isinstance(failed, Failed)
    assert failed.error == "ValueError: the selu broke [bold]"
    assert failed.traceback.startswith("Traceback")
    assert 'raise ValueError(f"the {label} broke' in failed.traceback
    assert isinstance(completed, Completed)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError(), "ValueError"),
        (ValueError("two\nlines"), "ValueError: two"),
        (KeyError("key"), "KeyError: 'key'"),
        (RuntimeError("ü \x1b[31m" + "x" * 5000), None),
        (MemoryError(), "MemoryError"),
    ],
    ids=["empty", "two lines", "KeyError", "long", "MemoryError"],
)
def test_any_exception_before_the_first_event_fails_the_trial(
    make_engine: Callable[[Train], Engine], make_trials: Trials, error: Exception, line: str | None
) -> None:
    """A network that cannot even be built is a failed trial, told in one line."""

    def train(trial: Trial) -> Iterator[Event]:
        raise error
        yield Started(trial.id, {})

    (trial,) = make_trials()
    engine = make_engine(train)
    engine.submit(trial)
    (event,) = engine.events()
    assert isinstance(event, Failed)
    assert event.trial_id == trial.id
    assert "\n" not in event.error
    if line is not None:
        assert event.error == line


def test_ctrl_c_is_not_a_failed_trial(
    make_engine: Callable[[Train], Engine], make_trials: Trials, fake_train: Callable[..., Any]
) -> None:
    """An interrupted trial is trained again by the next run; one marked as failed would alarm for nothing."""
    (trial,) = make_trials()
    engine = make_engine(fake_train(interrupted=["relu"]))
    engine.submit(trial)
    seen: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        seen.extend(engine.events())
    assert not any(isinstance(event, get_args(Ending)) for event in seen)


def test_a_queued_trial_can_be_cancelled(make_engine: Callable[[Train], Engine], make_trials: Trials) -> None:
    """No event of a cancelled trial: it would be stored."""
    trials = make_trials(3)
    engine = make_engine(Watched())
    for trial in trials:
        engine.submit(trial)
    engine.cancel(trials[1].id)
    assert set(by_trial(engine.events())) == {trials[0].id, trials[2].id}


def test_a_running_trial_can_be_cancelled(make_engine: Callable[[Train], Engine], make_trials: Trials) -> None:
    """Its training is left, no event of it follows, and the others are trained to their end."""
    trials = make_trials(2, epochs=5)
    train = Watched()
    engine = make_engine(train)
    for trial in trials:
        engine.submit(trial)
    after: dict[str, int] = defaultdict(int)
    cancelled = None
    for event in engine.events():
        assert event.trial_id != cancelled
        after[event.trial_id] += 1
        if cancelled is None and isinstance(event, EpochDone):
            cancelled = event.trial_id
            engine.cancel(cancelled)
    other = next(trial.id for trial in trials if trial.id != cancelled)
    assert after[other] == 6
    assert sorted(train.left) == sorted(train.begun)


def test_a_cancelled_trial_can_be_submitted_again(make_engine: Callable[[Train], Engine], make_trials: Trials) -> None:
    """A trial that is asked for again is trained."""
    (trial,) = make_trials()
    engine = make_engine(Watched())
    engine.submit(trial)
    engine.cancel(trial.id)
    assert list(engine.events()) == []
    engine.submit(trial)
    assert len(list(engine.events())) == 3


def test_closing_ends_what_runs_and_what_waits(make_engine: Callable[[Train], Engine], make_trials: Trials) -> None:
    """After Ctrl-C nothing may go on training in the background, and closing once more is harmless."""
    trials = make_trials(3)
    train = Watched()
    engine = make_engine(train)
    for trial in trials:
        engine.submit(trial)
    events = engine.events()
    running = next(events).trial_id
    engine.close()
    engine.close()
    del events
    assert train.begun == [running]
    assert train.left == [running]


def test_no_events_after_closing(make_engine: Callable[[Train], Engine], make_trials: Trials) -> None:
    """An event after the driver gave up its lock would be written into a folder that another driver may hold."""
    trials = make_trials(3)
    train = Watched()
    engine = make_engine(train)
    for trial in trials:
        engine.submit(trial)
    events = engine.events()
    next(events)
    engine.close()
    assert list(events) == []
    assert train.left == train.begun == [trials[0].id]


def test_an_engine_that_never_ran_can_be_closed(make_engine: Callable[[Train], Engine], make_trials: Trials) -> None:
    """An error between submitting and training must not hang or raise anew."""
    train = Watched()
    engine = make_engine(train)
    engine.submit(make_trials()[0])
    engine.close()
    engine.close()
    assert list(engine.events()) == []
    assert train.begun == []


def test_a_thousand_trials(make_engine: Callable[[Train], Engine], make_trials: Trials) -> None:
    """A large grid with many seeds is what the program is for."""
    trials = make_trials(1000, epochs=1)
    engine = make_engine(Watched())
    for trial in trials:
        engine.submit(trial)
    events = by_trial(engine.events())
    assert len(events) == 1000
    assert all(len(of_one) == 2 for of_one in events.values())
