"""What every engine promises (see `events.Engine`), run over each of them: add a new one to `ENGINES`.

Without it a user's choice of engine would change what is recorded, or a failing trial would take others with it.
"""

from __future__ import annotations

import importlib.util
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import fake_training
import pytest
from daily import slow_but
from fake_training import Faults

from actsearch.core.events import (
    Checkpoint,
    Completed,
    Ending,
    Engine,
    EpochDone,
    Event,
    Failed,
    Lost,
    MakeTrain,
    Progress,
    Started,
    Train,
)
from actsearch.core.experiment import DataSpec, Experiment, Trial
from actsearch.core.identity import expand
from actsearch.core.results import ExperimentResult
from actsearch.data.kinds.named import NamedSource
from actsearch.engines.in_process import InProcess
from actsearch.engines.processes import Processes
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import plans, rounds, runner

MakeEngine = Callable[[MakeTrain], Engine]
Trials = Callable[..., tuple[Trial, ...]]


def _ray(make_train: MakeTrain) -> Engine:
    from actsearch.engines.ray import Ray

    return Ray(make_train, jobs=2)


ENGINES: dict[str, MakeEngine] = {
    "in process": InProcess,
    "processes": partial(Processes, jobs=2),
    "ray": _ray,
}
ALONE = {"processes", "ray"}
"""Engines whose trainings can die without the driver."""
SLOW = {"ray"}
"""The start of a local cluster takes seconds."""


def _parameters(names: set[str]) -> list[Any]:
    no_ray = importlib.util.find_spec("ray") is None
    without_ray = pytest.mark.skipif(no_ray, reason="needs Ray: pip install 'actsearch[ray]'")
    marks = {name: [pytest.mark.slow, without_ray] if name in SLOW else [] for name in names}
    return [pytest.param(name, id=name, marks=marks[name]) for name in sorted(names)]


every_engine = pytest.mark.parametrize("engine_name", _parameters(set(ENGINES)))
every_engine_of_its_own_processes = pytest.mark.parametrize("engine_name", _parameters(ALONE))


@pytest.fixture
def make_engine(engine_name: str, request: pytest.FixtureRequest) -> Iterator[MakeEngine]:
    """Makes an engine; each is closed in the end, whatever happens in the test."""
    if engine_name == "ray":
        request.getfixturevalue("local_ray")
    made: list[Engine] = []

    def make(make_train: MakeTrain) -> Engine:
        made.append(ENGINES[engine_name](make_train))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def make_trials(make_experiment: Callable[..., Any]) -> Trials:
    def make(n: int = 1, epochs: int = 2, labels: Sequence[str] = ("relu",)) -> tuple[Trial, ...]:
        trials: tuple[Trial, ...] = make_experiment(labels, seeds=n, epochs=epochs)[1]
        return trials

    return make


def faulty(**faults: Any) -> MakeTrain:
    return partial(fake_training.make_train, Faults(**faults))


def nothing() -> None:
    """No checkpoint."""


def submitted(engine: Engine, trials: Sequence[Trial]) -> Engine:
    for trial in trials:
        engine.submit(trial, nothing)
    return engine


def by_trial(events: Iterator[Event]) -> dict[str, list[Event]]:
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        grouped[event.trial_id].append(event)
    return grouped


def endings(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, get_args(Ending))]


# --- the events of a trial


@every_engine
def test_the_events_of_a_trial_come_in_order(make_engine: MakeEngine, make_trials: Trials) -> None:
    """A history whose epochs are swapped or missing is a wrong result."""
    trials = make_trials(3, epochs=4)
    events = by_trial(submitted(make_engine(faulty()), trials).events())
    assert set(events) == {trial.id for trial in trials}
    for of_one in events.values():
        kinds = [type(event) for event in of_one if not isinstance(event, (Progress, Checkpoint))]
        assert kinds == [Started, *[EpochDone] * 4, Completed]
        assert [event.epoch for event in of_one if isinstance(event, EpochDone)] == [1, 2, 3, 4]


@every_engine
def test_the_values_arrive_unchanged(make_engine: MakeEngine, make_trials: Trials) -> None:
    """An engine that rounds would make results depend on where they were computed."""
    (trial,) = make_trials(epochs=3)
    here = [event for event in fake_training.make_train()(trial, None) if not isinstance(event, Completed)]
    there = list(submitted(make_engine(faulty()), [trial]).events())
    assert [event for event in there if not isinstance(event, Completed)] == here


@every_engine
def test_a_training_goes_on_from_the_checkpoint_it_is_given(make_engine: MakeEngine, make_trials: Trials) -> None:
    """Hours would be trained again, or worse: other numbers would follow."""
    (trial,) = make_trials(epochs=4)
    whole = list(fake_training.make_train()(trial, None))
    checkpoints = [event for event in whole if isinstance(event, Checkpoint)]
    engine = make_engine(faulty())
    engine.submit(trial, lambda: checkpoints[1].content)
    started, *rest = engine.events()
    assert isinstance(started, Started)
    epochs = [event for event in whole if isinstance(event, EpochDone)]
    assert [*started.resumed, *(event for event in rest if isinstance(event, EpochDone))] == epochs
    assert len(started.resumed) == 2


@every_engine
def test_a_checkpoint_is_read_when_its_trial_begins(make_engine: MakeEngine, make_trials: Trials) -> None:
    """A thousand checkpoints of 20 MB in memory at once would end the run."""
    trials = make_trials(6, epochs=3)
    engine = make_engine(faulty())
    read: list[str] = []
    for trial in trials:
        engine.submit(trial, partial(read.append, trial.id))  # type: ignore[arg-type]
    assert read == []
    next(iter(engine.events()))
    assert len(read) <= 2


@every_engine
def test_each_trial_ends_exactly_once(make_engine: MakeEngine, make_trials: Trials) -> None:
    """Completed, diverged and failed trials alike; one that ended twice would be stored twice, one that never, lost."""
    trials = make_trials(2, labels=["relu", "selu", "elu"])
    events = by_trial(submitted(make_engine(faulty(fails=["selu"], diverges=["elu"])), trials).events())
    found = {i: endings(of_one) for i, of_one in events.items()}
    assert all(len(ends) == 1 and ends[0] is events[i][-1] for i, ends in found.items())
    names = sorted((trial.candidate.label, type(found[trial.id][0]).__name__) for trial in trials)
    assert names == [("elu", "Diverged")] * 2 + [("relu", "Completed")] * 2 + [("selu", "Failed")] * 2


@every_engine
def test_a_failure_is_an_event_and_the_others_go_on(make_engine: MakeEngine, make_trials: Trials) -> None:
    """One trial without memory must not end a night's run, and its traceback must reach the user."""
    trials = make_trials(labels=["selu", "relu"])
    events = by_trial(submitted(make_engine(faulty(fails=["selu"])), trials).events())
    failed, completed = (events[trial.id][-1] for trial in trials)
    assert isinstance(failed, Failed)
    assert failed.error == "ValueError: the selu broke [bold]"
    assert failed.traceback.startswith("Traceback")
    assert 'raise ValueError(f"the {label} broke' in failed.traceback
    assert isinstance(completed, Completed)


ERRORS = {
    "empty": (ValueError(), "ValueError"),
    "two lines": (ValueError("two\nlines"), "ValueError: two"),
    "KeyError": (KeyError("key"), "KeyError: 'key'"),
    "long": (RuntimeError("ü \x1b[31m" + "x" * 5000), None),
    "MemoryError": (MemoryError(), "MemoryError"),
}


def raising(error: Exception) -> Train:
    """A training that raises before its first event."""

    def train(trial: Trial, checkpoint: bytes | None) -> Iterator[Event]:  # noqa: ARG001
        raise error
        yield Started(trial.id, {})

    return train


def refusing() -> Train:
    """What cannot even be made, as when the data are gone."""
    raise FileNotFoundError("the data are gone")


@every_engine
@pytest.mark.parametrize("name", ERRORS)
def test_any_exception_before_the_first_event_fails_the_trial(
    make_engine: MakeEngine, make_trials: Trials, name: str
) -> None:
    """A network that cannot even be built is a failed trial, told in one line."""
    error, line = ERRORS[name]
    (event,) = submitted(make_engine(partial(raising, error)), make_trials()).events()
    assert isinstance(event, Failed)
    assert "\n" not in event.error
    if line is not None:
        assert event.error == line


@every_engine
def test_trainings_that_cannot_be_made_fail(make_engine: MakeEngine, make_trials: Trials) -> None:
    """Data deleted in mid-run are told as such."""
    trials = make_trials(2)
    events = list(submitted(make_engine(refusing), trials).events())
    assert {event.trial_id for event in events} == {trial.id for trial in trials}
    assert all(isinstance(event, Failed) and "the data are gone" in event.error for event in events)


def test_ctrl_c_is_not_a_failed_trial(make_trials: Trials) -> None:
    """An interrupted trial goes on with the next run; one marked as failed would alarm for nothing."""
    seen: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        seen.extend(submitted(InProcess(faulty(interrupted=["relu"])), make_trials()).events())
    assert not endings(seen)


# --- leaving


@every_engine
def test_a_closed_engine_ends(make_engine: MakeEngine, make_trials: Trials) -> None:
    """Closing in the middle drops what runs and what waits, also twice: no event may follow."""
    engine = submitted(make_engine(faulty()), make_trials(5, epochs=5))
    events = engine.events()
    next(events)
    engine.close()
    engine.close()
    assert list(events) == []


@every_engine_of_its_own_processes
def test_a_trial_that_hangs_ends_with_the_engine(make_engine: MakeEngine, make_trials: Trials) -> None:
    """Ctrl-C at a training that hangs must not leave a core busy for the night."""
    engine = submitted(make_engine(faulty(hangs=["selu"])), make_trials(labels=["selu"]))
    seen: list[Event] = []
    for event in engine.events():
        seen.append(event)
        if isinstance(event, EpochDone):
            engine.close()
    assert isinstance(seen[-1], EpochDone)


# --- workers that die


@every_engine_of_its_own_processes
def test_a_trial_whose_worker_dies_is_lost_and_the_others_never_notice(
    make_engine: MakeEngine, make_trials: Trials
) -> None:
    """The system kills one worker when memory runs out: it costs that trial a restart, and nobody else anything."""
    trials = make_trials(labels=["selu", "relu", "elu", "gelu"], epochs=4)
    engine = submitted(make_engine(faulty(dies={"selu": signal.SIGKILL})), trials)
    events = by_trial(engine.events())
    lost, *others = (events[trial.id] for trial in trials)
    assert isinstance(lost[-1], Lost)
    assert not endings(lost)
    assert len(lost[-1].cause.splitlines()) == 1
    assert all(isinstance(of_one[-1], Completed) for of_one in others)
    engine.submit(trials[0], lambda: b'{"epochs": 1}')
    assert isinstance(list(engine.events())[-1], Completed)


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ({"dies": {"relu": signal.SIGKILL}}, "SIGKILL"),
        ({"dies": {"relu": signal.SIGSEGV}}, "SIGSEGV"),
        ({"exits": ["relu"]}, "exit code 7"),
    ],
    ids=["killed", "segmentation fault", "exit"],
)
def test_the_cause_of_a_death_is_named(make_trials: Trials, faults: dict[str, Any], told: str) -> None:
    """Whoever reads `failed` in the morning must know what to look for, with the last words of the worker."""
    engine = Processes(faulty(**faults), 1)
    *_, lost = submitted(engine, make_trials(epochs=3)).events()
    engine.close()
    assert isinstance(lost, Lost)
    assert told in lost.cause
    if "exits" in faults:
        assert "no space in the engine room" in lost.output
    if told == "SIGSEGV":
        assert "Fatal Python error" in lost.output


# --- the runner on every engine


def run(
    folder: Path, experiment: Experiment, trials: Sequence[Trial], engine: Engine, **options: Any
) -> ExperimentResult:
    kept = Store(folder)
    with kept.locked():
        work = rounds.begin_round(plans.plan_for(experiment, trials[0].data_sha256), kept)
        for _ in runner.train_all(work.left, kept, engine, **options):
            pass
    return read_experiment(folder)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@every_engine
def test_the_same_files_come_from_every_engine(
    make_engine: MakeEngine, make_experiment: Callable[..., Any], hostile: Path
) -> None:
    """To the byte: who computes where is nobody's business when results are compared."""
    experiment, trials = make_experiment(["relu", "selu", "elu"], seeds=3, epochs=3)
    faults = {"diverges": ["selu"]}
    run(hostile / "here", experiment, trials, InProcess(faulty(**faults)))
    run(hostile / "there", experiment, trials, make_engine(faulty(**faults)))
    assert files(hostile / "there") == files(hostile / "here")


@every_engine
def test_a_run_in_stages_gives_the_same_files_on_every_engine(
    make_engine: MakeEngine, make_experiment: Callable[..., Any], hostile: Path
) -> None:
    """The engine is kept from stage to stage, and asked again after it had nothing to do."""
    experiment = make_experiment(["relu", "selu"], seeds=2)[0]
    slow = tuple(
        replace(one, setting={"batch": 4}, training=replace(one.training, batch_size=4))
        for one in experiment.candidates
    )
    experiment = replace(experiment, candidates=(*experiment.candidates, *slow), tuning_seeds=(7, 8, 9))
    plan = plans.plan_for(experiment, "0" * 64)
    for name, engine in (
        ("here", InProcess(faulty(diverges=["selu"]))),
        ("there", make_engine(faulty(diverges=["selu"]))),
    ):
        kept = Store(hostile / name)
        with kept.locked():
            trained = []
            for work in rounds.rounds_of_work(plan, kept):
                trained.append(len(work.left))
                for _ in runner.train_all(work.left, kept, engine, keep_engine=not work.stage.is_last):
                    pass
        assert trained == [12, 4]
    assert files(hostile / "there") == files(hostile / "here")


@every_engine_of_its_own_processes
def test_a_lost_trial_goes_on_from_its_checkpoint_to_the_same_files(
    make_engine: MakeEngine, make_experiment: Callable[..., Any], hostile: Path
) -> None:
    """A worker's death must leave no trace in the results."""
    experiment, trials = make_experiment(["relu", "selu"], seeds=2, epochs=4)
    run(hostile / "undisturbed", experiment, trials, InProcess(faulty()))
    run(hostile / "killed", experiment, trials, make_engine(faulty(dies={"selu": signal.SIGKILL})))
    assert files(hostile / "killed") == files(hostile / "undisturbed")


@every_engine_of_its_own_processes
def test_a_trial_that_is_lost_too_often_fails(
    make_engine: MakeEngine, make_experiment: Callable[..., Any], hostile: Path
) -> None:
    """One that needs more memory than there is must not be begun for ever; its neighbours are done."""
    experiment, trials = make_experiment(["relu", "selu"], epochs=4)
    faults = {"dies": {"selu": signal.SIGKILL}, "always": True}
    # It goes on from its checkpoint after the first epoch each time, and dies in the second.
    result = run(hostile / "tiny", experiment, trials, make_engine(faulty(**faults)), retries=1)
    statuses = {c.label: c.trials[0] for c in result.candidates}
    assert statuses["relu"].status == "completed"
    assert statuses["selu"].status == "failed"
    assert statuses["selu"].error is not None
    assert statuses["selu"].error.endswith(", 2 times")
    traceback = hostile / "tiny" / "trials" / statuses["selu"].id / "traceback.txt"
    assert traceback.read_text(encoding="utf-8").startswith(statuses["selu"].error.removesuffix(", 2 times"))


@every_engine
def test_fail_fast_stops_at_the_first_failure(
    make_engine: MakeEngine, make_experiment: Callable[..., Any], hostile: Path
) -> None:
    """Whoever looks for a mistake of their own does not want to wait for the other trials."""
    experiment, trials = make_experiment(["selu", "relu"], seeds=10)
    result = run(hostile / "tiny", experiment, trials, make_engine(faulty(fails=["selu"])), fail_fast=True)
    statuses = [trial.status for candidate in result.candidates for trial in candidate.trials]
    assert statuses.count("failed") == 1
    assert "waiting" in statuses


@pytest.mark.parametrize("seeds", slow_but([25], [25, 500]))
@every_engine
def test_none_of_many_trials_is_lost(
    make_engine: MakeEngine,
    make_experiment: Callable[..., Any],
    hostile: Path,
    monkeypatch: pytest.MonkeyPatch,
    seeds: int,
) -> None:
    """Nothing may pile up or be forgotten."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # the disk is none of the engine's
    experiment, trials = make_experiment(["relu", "selu"], seeds=seeds, epochs=1)
    result = run(hostile / "tiny", experiment, trials, make_engine(faulty()))
    statuses = [trial.status for candidate in result.candidates for trial in candidate.trials]
    assert statuses == ["completed"] * 2 * seeds


# --- real trainings


def _real(experiment: Experiment, sha256: str) -> MakeTrain:
    return partial(runner.loading_trainer, experiment.data, experiment.task, sha256)


@pytest.mark.slow
@pytest.mark.parametrize("engine_name", _parameters(ALONE))
def test_real_trainings_give_the_same_files_on_every_engine(
    make_engine: MakeEngine, make_experiment: Callable[..., Any], hostile: Path
) -> None:
    """What is published does not say on which engine it was trained, and need not."""

    spec = DataSpec(NamedSource("mnist"), holdout=100, train_size=200)
    experiment, _ = make_experiment(["relu", "selu"], data=spec, seeds=2, epochs=2)
    dropout = replace(experiment.candidates[0].model, dropout=0.2)
    experiment = replace(experiment, candidates=tuple(replace(c, model=dropout) for c in experiment.candidates))
    trials = expand(experiment, spec.source.fingerprint())
    make_train = _real(experiment, trials[0].data_sha256)
    run(hostile / "here", experiment, trials, InProcess(make_train))
    run(hostile / "there", experiment, trials, make_engine(make_train))
    here, there = (
        {name: content for name, content in files(hostile / where).items() if not name.endswith("trial.json")}
        for where in ("here", "there")
    )
    assert len([name for name in here if name.endswith("history.json")]) == len(trials)
    assert there == here
